//! Receivers on loopback, and a shop that looks at one.

use super::*;

pub(super) const MS: Duration = Duration::from_millis(1);
pub(super) const LIVE: &str = "sk_live_MARKER7f3k9q2x8v1m4n6b";

/// One delivery as it arrived.
#[derive(Clone, Debug)]
pub(super) struct Arrived {
    pub(super) head: String,
    pub(super) body: String,
    pub(super) began: Instant,
    pub(super) ended: Instant,
}

impl Arrived {
    pub(super) fn order(&self) -> String {
        let body: serde_json::Value = serde_json::from_str(&self.body).unwrap_or_default();
        body["data"]["order_id"].as_str().unwrap_or_default().to_owned()
    }
}

/// A receiver, and what came to it.
#[derive(Clone)]
pub(super) struct Receiver {
    pub(super) address: SocketAddr,
    pub(super) arrived: Arc<Mutex<Vec<Arrived>>>,
    pub(super) most_at_once: Arc<AtomicUsize>,
}

impl Receiver {
    pub(super) fn arrived(&self) -> Vec<Arrived> {
        self.arrived.lock().expect("no panic").clone()
    }
}

/// What a receiver does: a status for each delivery, after a while.
pub(super) type Answering = fn(&Arrived, usize) -> (u16, Duration);

pub(super) async fn receiver(one_at_a_time: bool, answering: Answering) -> Receiver {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback");
    let address = listener.local_addr().expect("bound");
    let receiver = Receiver { address, arrived: Arc::default(), most_at_once: Arc::default() };
    let (own, at_once) = (receiver.clone(), Arc::new(AtomicUsize::new(0)));
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let serving = serve(stream, own.clone(), Arc::clone(&at_once), answering);
            if one_at_a_time {
                serving.await;
            } else {
                tokio::spawn(serving);
            }
        }
    });
    receiver
}

pub(super) async fn serve(
    mut stream: TcpStream,
    receiver: Receiver,
    at_once: Arc<AtomicUsize>,
    answering: Answering,
) {
    let Some((head, body)) = read(&mut stream).await else { return };
    let now = at_once.fetch_add(1, Ordering::SeqCst) + 1;
    receiver.most_at_once.fetch_max(now, Ordering::SeqCst);
    let mut arrived = Arrived { head, body, began: Instant::now(), ended: Instant::now() };
    let number = receiver.arrived().len();
    let (status, after) = answering(&arrived, number);
    sleep(after).await;
    arrived.ended = Instant::now();
    receiver.arrived.lock().expect("no panic").push(arrived);
    at_once.fetch_sub(1, Ordering::SeqCst);
    let _ = stream
        .write_all(format!("HTTP/1.1 {status} X\r\nContent-Length: 2\r\n\r\nok").as_bytes())
        .await;
}

pub(super) async fn read(stream: &mut (impl AsyncRead + Unpin)) -> Option<(String, String)> {
    let mut bytes = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n")
            && body.len() >= length(head)
        {
            return Some((head.to_owned(), body.to_owned()));
        }
        if !matches!(stream.read_buf(&mut bytes).await, Ok(1..)) {
            return None;
        }
    }
}

pub(super) fn length(head: &str) -> usize {
    let length = head.lines().find_map(|line| {
        line.to_ascii_lowercase().strip_prefix("content-length:")?.trim().parse().ok()
    });
    length.unwrap_or(0)
}

/// A merchant, and how far the run goes.
pub(super) struct Shop {
    pub(super) merchant: Merchant,
    pub(super) targets: Targets,
    pub(super) run: RunFacts,
    pub(super) options: Options,
}

impl Shop {
    pub(super) fn new(address: SocketAddr) -> Self {
        let url = "http://shop.test:8080/hook";
        let found = |value: &str| Some(Credential::Found(keys::facts(value, Origin::Literal)));
        let mut merchant = Merchant::default();
        merchant.webhook.url = Endpoint::parse(url).map(Address::Url);
        merchant.api.secret_key = found(LIVE);
        merchant.limits = Limits {
            connect_ms: 20_000,
            first_byte_ms: 20_000,
            exchange_ms: 20_000,
            effects_wait_ms: 20_000,
            ..Limits::default()
        };
        let keys = Keyring { secret_key: Some(Secret::new(LIVE.to_owned())), ..Keyring::default() };
        let targets = Targets {
            keys,
            folder: PathBuf::from("."),
            webhook_url: Url::parse(url).ok(),
            ..Targets::default()
        };
        let options = Options {
            connect_to: vec![format!("shop.test:8080:{address}").parse().expect("a redirect")],
            deadline: Duration::from_secs(60),
            ..Options::default()
        };
        Self { merchant, targets, run: run(Deliver::Full), options }
    }

    pub(super) fn with_effects(mut self, hook: HookCall, settle_ms: u64) -> Self {
        let source = HookSource::Command(Program { name: "counts".to_owned() });
        self.merchant.webhook.effects = Some(Hook { source, settle_ms });
        self.targets.effects = Some(hook);
        self
    }

    pub(super) fn with_orders(mut self, ids: &[&str]) -> Self {
        let order = |id: &&str| OrderId::new(*id, "2.50", true);
        self.merchant.webhook.order = Some(TestOrders::Ids(ids.len()));
        self.targets.order = Some(OrderSource::Ids(ids.iter().map(order).collect()));
        self
    }

    pub(super) async fn observe(&self, scenarios: Vec<Scenario>) -> Observations {
        let (_stay, interrupted) = watch::channel(false);
        self.observe_until(scenarios, interrupted).await.0
    }

    pub(super) async fn observe_until(
        &self,
        scenarios: Vec<Scenario>,
        interrupted: watch::Receiver<bool>,
    ) -> (Observations, Vec<String>) {
        let probes =
            scenarios.into_iter().map(Probe::Deliver).chain([Probe::OwnSignature]).collect();
        let plan = Plan::merge(probes, &self.merchant, &self.run);
        let context = Context {
            merchant: &self.merchant,
            targets: &self.targets,
            run: &self.run,
            options: &self.options,
            interrupted,
        };
        observe(plan, &context, &Quiet).await.expect("observes")
    }
}

pub(super) struct Quiet;

impl Progress for Quiet {
    fn began(&self, _: &str) {}
    fn ended(&self, _: &str) {}
}

pub(super) fn run(deliver: Deliver) -> RunFacts {
    RunFacts {
        id: "testrun".to_owned(),
        role: Role::Other,
        deliver,
        ..RunFacts::at(Timestamp::UNIX_EPOCH)
    }
}

pub(super) fn got<'a>(seen: &'a Observations, name: &str) -> &'a ScenarioSeen {
    match &seen.scenarios[name] {
        Observed::Got(scenario) => scenario,
        other => panic!("{name}: {other:?}"),
    }
}

pub(super) fn statuses(seen: &Observations, name: &str) -> Vec<Option<u16>> {
    got(seen, name).exchanges().map(Exchange::status).collect()
}

pub(super) fn stateful(name: &'static str, order: OrderNeed, steps: Vec<Step>) -> Scenario {
    Scenario { name, stage: Stage::Stateful, order, steps }
}

pub(super) const NAMES: [&str; 30] = [
    "s00", "s01", "s02", "s03", "s04", "s05", "s06", "s07", "s08", "s09", "s10", "s11", "s12",
    "s13", "s14", "s15", "s16", "s17", "s18", "s19", "s20", "s21", "s22", "s23", "s24", "s25",
    "s26", "s27", "s28", "s29",
];

pub(super) fn settling(name: &'static str) -> Delivery {
    Delivery { content: Content::Event(Event::PaymentSuccess), ..Delivery::genuine(name) }
}
