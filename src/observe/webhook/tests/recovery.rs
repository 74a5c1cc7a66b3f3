//! Retries, time-outs, and receivers that are stopped and started again.

use std::path::Path;

use golive_checks::conversation::recovery::{restart_name, restarts};
use golive_checks::model::{Control as ControlFacts, RestartSeen, StopPoint};

use crate::observe::webhook::tests::*;
use crate::targets::ControlHook;

fn until_accepted(retries: u64) -> Scenario {
    let step =
        Step::UntilAccepted { delivery: Delivery::genuine("attempted"), retries, pause_ms: 40 };
    stateful("attempts", OrderNeed::Any, vec![step])
}

fn header<'a>(arrived: &'a Arrived, name: &str) -> &'a str {
    arrived
        .head
        .lines()
        .find_map(|line| line.strip_prefix(name))
        .expect("the header")
        .trim_start_matches(": ")
}

#[tokio::test]
async fn delivers_until_it_is_accepted_signed_afresh_after_pauses_that_double() {
    let receiver = receiver(false, |_, number| ([503, 500, 200][number.min(2)], MS)).await;
    let seen = Shop::new(receiver.address).observe(vec![until_accepted(4)]).await;
    assert_eq!(statuses(&seen, "attempts"), [Some(503), Some(500), Some(200)]);
    assert_eq!(got(&seen, "attempts").attempts().map(<[Exchange]>::len), Some(3));
    let arrived = receiver.arrived();
    let [first, second, third] = arrived.as_slice() else { panic!("{arrived:?}") };
    assert!(first.body == second.body && second.body == third.body);
    let stamps: Vec<i64> =
        arrived.iter().map(|one| header(one, "X-TIMESTAMP").parse().expect("a time")).collect();
    assert!(stamps[0] < stamps[1] && stamps[1] < stamps[2], "{stamps:?}");
    assert!(second.began - first.ended >= 40 * MS && third.began - second.ended >= 80 * MS);
}

#[tokio::test]
async fn gives_up_after_so_many_attempts_and_at_once_when_it_is_refused() {
    for (answering, attempts) in
        [((|_, _| (500, MS)) as Answering, 3), (|_, _| (204, MS), 3), (|_, _| (404, MS), 1)]
    {
        let receiver = receiver(false, answering).await;
        let seen = Shop::new(receiver.address).observe(vec![until_accepted(2)]).await;
        assert_eq!(
            (receiver.arrived().len(), statuses(&seen, "attempts").len()),
            (attempts, attempts)
        );
    }
}

#[tokio::test]
async fn what_a_rate_limit_turns_away_is_signed_afresh_unless_it_repeats_another() {
    // The first delivery is turned away once, and so is its repetition.
    let receiver = receiver(false, |_, number| (if number % 2 == 0 { 429 } else { 200 }, MS)).await;
    let seen = Shop::new(receiver.address).observe(vec![scenarios::duplicate()]).await;
    assert_eq!(statuses(&seen, "duplicate"), [Some(200), Some(200)]);
    let arrived = receiver.arrived();
    let [first, afresh, repeated, again] = arrived.as_slice() else { panic!("{arrived:?}") };
    assert_eq!(first.body, afresh.body);
    assert!(header(first, "X-TIMESTAMP") < header(afresh, "X-TIMESTAMP"));
    assert!(afresh.head == repeated.head && repeated.head == again.head);
    // What is recorded is what went out last.
    let recorded = got(&seen, "duplicate").exchanges().next().expect("an exchange");
    let stamp =
        recorded.sent.headers.iter().find(|(name, _)| name == "X-TIMESTAMP").expect("stamped");
    assert_eq!((stamp.1.as_str(), recorded.turned_away), (header(afresh, "X-TIMESTAMP"), 1));
}

#[tokio::test]
async fn times_out_in_the_middle_of_the_usual_answer_time() {
    let receiver = receiver(false, |_, _| (200, 300 * MS)).await;
    let first = Delivery { wait: Wait::TimeOut, ..Delivery::genuine("first") };
    let plan = vec![
        scenarios::baseline_before(),
        stateful("timed-out", OrderNeed::Any, vec![Step::Deliver(first)]),
    ];
    let seen = Shop::new(receiver.address).observe(plan).await;
    let Err(trouble) = &got(&seen, "timed-out").exchanges().next().expect("sent").answer else {
        panic!("nobody waited")
    };
    assert_eq!((trouble.kind, trouble.phase), (TroubleKind::Closed, Phase::FirstByte));
    assert!((140..290).contains(&trouble.after_ms), "{trouble:?}");
}

/// A receiver that answers after `work` while there is a file `open` in its folder, credits at the
/// end of its work, and drops everything when the file is gone.
struct Mortal {
    folder: tempfile::TempDir,
    shop: Shop,
}

impl Mortal {
    async fn new(work: Duration) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let open = folder.path().join("open");
        std::fs::write(&open, "").expect("written");
        let books = folder.path().join("books");
        std::fs::write(&books, "").expect("written");
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback");
        let address = listener.local_addr().expect("bound");
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (open, books) = (open.clone(), books.clone());
                tokio::spawn(async move {
                    let gone = async {
                        while open.exists() {
                            sleep(MS).await;
                        }
                    };
                    tokio::select! {
                        () = gone => {}
                        () = credit(stream, &books, work) => {}
                    }
                });
            }
        });
        let mut shop = Shop::new(address).with_orders(&["standing", "T-1", "T-2", "T-3"]);
        let count = format!(
            "grep -c \"$1.*payment.success\" '{}' || true",
            folder.path().join("books").display()
        );
        shop = shop.with_effects(
            HookCall::Command(["sh", "-c", &count, "counts", "{id}"].map(str::to_owned).to_vec()),
            20,
        );
        shop.merchant.limits.first_byte_ms = 20_000;
        shop.merchant.limits.exchange_ms = 20_000;
        shop.merchant.limits.effects_wait_ms = 1_000;
        shop.merchant.limits.webhook_restart_ms = 8_000;
        shop.merchant.limits.webhook_retry_pause_ms = 20;
        shop.targets.folder = folder.path().to_owned();
        let mortal = Self { folder, shop };
        mortal.controlled("touch open", "rm open")
    }

    /// With other commands.
    fn controlled(mut self, start: &str, stop: &str) -> Self {
        let facts = |name: &str| Program { name: name.to_owned() };
        let shell = |text: &str| ["sh", "-c", text].map(str::to_owned).to_vec();
        self.shop.merchant.webhook.control =
            Some(ControlFacts { start: facts("start"), stop: facts("stop") });
        self.shop.targets.control = Some(ControlHook { start: shell(start), stop: shell(stop) });
        self
    }

    fn plan(&self) -> Vec<Scenario> {
        let all = restarts(&self.shop.merchant).into_iter();
        std::iter::once(scenarios::baseline_before())
            .chain(all)
            .chain([scenarios::baseline_after()])
            .collect()
    }

    fn is_open(&self) -> bool {
        self.folder.path().join("open").exists()
    }
}

/// Takes one delivery: works, credits it where it has not been credited before, answers.
async fn credit(mut stream: TcpStream, books: &Path, work: Duration) {
    let Some((_, body)) = read(&mut stream).await else { return };
    sleep(work).await;
    let known = std::fs::read_to_string(books).expect("read");
    if !known.lines().any(|line| line == body) {
        std::fs::write(books, format!("{known}{body}\n")).expect("written");
    }
    let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok").await;
}

fn restarted(seen: &Observations, point: StopPoint) -> &RestartSeen {
    got(seen, restart_name(point)).restart().expect("was stopped")
}

#[tokio::test]
async fn stops_a_receiver_at_every_point_and_starts_it_again() {
    let mortal = Mortal::new(400 * MS).await;
    let seen = mortal.shop.observe(mortal.plan()).await;
    for (point, answered) in
        [(StopPoint::Answered, Some(200)), (StopPoint::Sent, None), (StopPoint::Halfway, None)]
    {
        let restart = restarted(&seen, point);
        assert_eq!(
            (restart.point, restart.delivery.status(), restart.down),
            (point, answered, true),
            "{restart:?}"
        );
        assert!(restart.stop.is_ok() && restart.back.is_ok());
        assert_eq!(restart.effects, answered.map(|_| Observed::Got(1)));
        let scenario = got(&seen, restart_name(point));
        assert_eq!(
            scenario.attempts().and_then(<[Exchange]>::last).and_then(Exchange::status),
            Some(200)
        );
        assert_eq!(
            scenario.effects().cloned().collect::<Vec<_>>(),
            [Observed::Got(0), Observed::Got(1)]
        );
    }
    assert_eq!(statuses(&seen, "control-after"), [Some(200)]);
    assert!(mortal.is_open() && seen.left_stopped.is_none());
}

#[tokio::test]
async fn notices_that_a_receiver_was_not_stopped() {
    let mortal = Mortal::new(MS).await.controlled("touch open", "true");
    let seen = mortal.shop.observe(mortal.plan()).await;
    assert!(
        !restarted(&seen, StopPoint::Answered).down,
        "{:?}",
        restarted(&seen, StopPoint::Answered)
    );
    let mortal = mortal.controlled("touch open", "exit 3");
    let seen = mortal.shop.observe(mortal.plan()).await;
    assert_eq!(
        restarted(&seen, StopPoint::Answered).stop,
        Err("ended with exit code 3".to_owned())
    );
}

#[tokio::test]
async fn waits_for_effects_that_a_restarted_receiver_catches_up_with() {
    let mortal = Mortal::new(MS).await;
    let mut shop = mortal.shop;
    shop.merchant.limits.effects_wait_ms = 2_000;
    // The first order is credited at once. What is counted of others appears a while after the
    // start, as from a queue.
    let text = "case $1 in T-1) grep -c \"$1.*payment.success\" books;; *) test -e seen && test \
                $(( $(date +%s%N) - $(date -r seen +%s%N) )) -gt 300000000 && echo 1 || echo 0;; \
                esac || true";
    shop = shop.with_effects(
        HookCall::Command(["sh", "-c", text, "counts", "{id}"].map(str::to_owned).to_vec()),
        20,
    );
    let mortal = Mortal { shop, ..mortal }.controlled("touch open seen", "rm open");
    let [answered, ..] = restarts(&mortal.shop.merchant);
    let seen =
        mortal.shop.observe(vec![scenarios::baseline_before(), counted_twice(), answered]).await;
    assert_eq!(effects(&seen).last(), Some(&Ok(1)));
    assert_eq!(restarted(&seen, StopPoint::Answered).effects, Some(Observed::Got(1)));
}

#[tokio::test]
async fn a_start_command_that_fails_is_run_again_and_what_may_be_down_is_reported() {
    // The first start fails, the next ones do not.
    let mortal = Mortal::new(MS)
        .await
        .controlled("test -e tried && touch open || { touch tried; exit 7; }", "rm open");
    let seen = mortal.shop.observe(mortal.plan()).await;
    assert!(restarted(&seen, StopPoint::Answered).back.is_ok());
    assert!(mortal.is_open() && seen.left_stopped.is_none());
    let mut mortal = mortal.controlled("echo >> starts; exit 7", "rm open");
    mortal.shop.merchant.limits.webhook_restart_ms = 4_000;
    let seen = mortal.shop.observe(mortal.plan()).await;
    assert_eq!(
        restarted(&seen, StopPoint::Answered).back,
        Err("webhook.control.start ended with exit code 7".to_owned())
    );
    assert_eq!(
        seen.scenarios[restart_name(StopPoint::Sent)],
        Observed::NotMade(NotMade::LeftStopped)
    );
    assert!(
        seen.left_stopped
            .is_some_and(|why| why.contains("webhook.control.start ended with exit code 7"))
    );
    let starts =
        std::fs::read_to_string(mortal.folder.path().join("starts")).expect("read").lines().count();
    assert!((4..=6).contains(&starts), "tried {starts} times, then on the way out");
}

#[tokio::test]
async fn a_start_command_may_be_the_receiver_itself() {
    let mortal = Mortal::new(MS).await.controlled("touch open; sleep 20", "rm open");
    let began = Instant::now();
    let seen = mortal.shop.observe(mortal.plan()).await;
    assert!(restarted(&seen, StopPoint::Halfway).back.is_ok());
    assert!(began.elapsed() < Duration::from_secs(20), "nobody waits for its end");
}

#[tokio::test]
async fn starts_the_receiver_again_when_the_run_is_interrupted_or_its_time_is_over() {
    for interrupt in [true, false] {
        // It takes so long to stop that the run ends meanwhile.
        let mut mortal = Mortal::new(MS)
            .await
            .controlled("touch open again", "rm open; touch stopping; sleep 10");
        if !interrupt {
            mortal.shop.options.deadline = 6_000 * MS;
        }
        let (stop, interrupted) = watch::channel(false);
        let stopping = mortal.folder.path().join("stopping");
        let interrupting = async {
            while !stopping.exists() {
                sleep(MS).await;
            }
            if interrupt {
                stop.send(true).expect("somebody listens");
            }
        };
        let ((seen, _), ()) =
            tokio::join!(mortal.shop.observe_until(mortal.plan(), interrupted), interrupting);
        let why = if interrupt { NotMade::Interrupted } else { NotMade::Deadline };
        let ended = seen
            .scenarios
            .values()
            .filter(|scenario| **scenario == Observed::NotMade(why.clone()))
            .count();
        assert!(ended > 0, "{:?}", seen.scenarios.keys());
        assert!(
            mortal.is_open()
                && mortal.folder.path().join("again").exists()
                && seen.left_stopped.is_none()
        );
    }
}

#[tokio::test]
async fn starts_the_receiver_again_when_the_tool_itself_breaks() {
    let mortal = Mortal::new(MS).await;
    let hook = mortal.shop.targets.control.as_ref().expect("configured");
    let control = Control::new(hook, mortal.folder.path(), &mortal.shop.merchant.limits);
    control.stop().await.expect("stopped");
    assert!(!mortal.is_open());
    drop(control);
    tokio::time::timeout(Duration::from_secs(10), async {
        while !mortal.is_open() {
            sleep(MS).await;
        }
    })
    .await
    .expect("started again");
}

#[tokio::test]
async fn nothing_is_stopped_for_a_delivery_that_never_got_there() {
    let mut mortal = Mortal::new(MS).await.controlled("touch again", "touch stopped");
    mortal.shop.options.connect_to =
        vec!["shop.test:8080:127.0.0.1:1".parse().expect("a redirect")];
    let [.., halfway] = restarts(&mortal.shop.merchant);
    let seen = mortal.shop.observe(vec![halfway]).await;
    assert!(got(&seen, restart_name(StopPoint::Halfway)).restart().is_none());
    assert!(!mortal.folder.path().join("stopped").exists());
}

#[tokio::test]
async fn nothing_is_stopped_when_most_of_the_time_is_over() {
    let mut mortal = Mortal::new(1_000 * MS).await;
    mortal.shop.options.deadline = 5_900 * MS;
    let slow = NAMES[..3]
        .iter()
        .map(|name| Scenario { stage: Stage::Load, ..Scenario::single(Delivery::genuine(name)) });
    let plan = [slow.collect(), mortal.plan()].concat();
    let seen = mortal.shop.observe(plan).await;
    for point in [StopPoint::Answered, StopPoint::Sent, StopPoint::Halfway] {
        assert_eq!(
            seen.scenarios[restart_name(point)],
            Observed::NotMade(NotMade::NoTimeToRestart)
        );
    }
}
