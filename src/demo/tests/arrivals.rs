//! Whole runs, read from what arrived: nothing is sent that may not be, and nothing that the plan
//! did not name.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::time::Duration;

use golive_checks::model::{Deliver, Observed, Secret};
use golive_checks::platform::{Event, signature};
use serde_json::Value;

use crate::commands::demo::demo_run;
use crate::demo::arrivals::Arrival;
use crate::demo::{Defect, SHOP, Shop, configuration};
use crate::progress::Silent;
use crate::saved_run::SavedRun;

/// A run, what its plan had said, and what came of it.
struct Read {
    shop: Shop,
    plan: Value,
    seen: SavedRun,
}

fn read(defects: &[Defect], deliver: Deliver) -> Read {
    let shop = Shop::start(defects, Duration::ZERO).unwrap();
    let run = demo_run(&shop, deliver).unwrap();
    let plan = serde_json::from_str(&run.plan().json()).unwrap();
    let (seen, _) = run.observe(&Silent).unwrap();
    Read { shop, plan, seen }
}

impl Read {
    /// Whether the shop's own secret makes this signature, or could to a reader who is lenient: any
    /// header of several, in any spelling.
    fn may_be_taken(&self, arrival: &Arrival) -> bool {
        let secret = Secret::new(self.shop.secrets()[3].clone());
        arrival.timestamps.iter().any(|stamp| {
            let right = signature::sign(&secret, &arrival.body, stamp);
            let hex = |sent: &String| {
                sent.chars()
                    .filter(char::is_ascii_hexdigit)
                    .collect::<String>()
                    .to_ascii_lowercase()
            };
            arrival.signatures.iter().any(|sent| hex(sent).contains(&right))
        })
    }

    /// Whether it is signed as the platform signs, with one of each header.
    fn is_validly_signed(&self, arrival: &Arrival) -> bool {
        let secret = Secret::new(self.shop.secrets()[3].clone());
        let ([sent], [stamp]) = (arrival.signatures.as_slice(), arrival.timestamps.as_slice())
        else {
            return false;
        };
        *sent == signature::sign(&secret, &arrival.body, stamp)
    }

    /// Every delivery on record, those that a rate limit had turned away counted each time.
    fn recorded(&self) -> u64 {
        let scenarios = self.seen.observations.scenarios.values().filter_map(|seen| match seen {
            Observed::Got(scenario) => Some(scenario),
            Observed::Trouble(_) | Observed::NotMade(_) | Observed::NotPlanned => None,
        });
        scenarios
            .flat_map(|scenario| scenario.exchanges())
            .map(|exchange| 1 + u64::from(exchange.turned_away))
            .sum()
    }
}

/// The name of the event that a body is, as a reader sees it who takes the first JSON value there
/// is.
fn event(body: &[u8]) -> Option<String> {
    // Lists in one another are one list here: serde_json gives up where a receiver may read on.
    let mut text = String::from_utf8_lossy(body).into_owned();
    for (twice, once) in [("[[", "["), ("]]", "]")] {
        while text.contains(twice) {
            text = text.replace(twice, once);
        }
    }
    let value: Value = serde_json::Deserializer::from_str(&text).into_iter().next()?.ok()?;
    Some(value.get("event")?.as_str()?.to_owned())
}

/// The ids that a body names as its order's or payout's.
fn ids(body: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(body);
    let members = ["\"order_id\":", "\"payout_order_id\":"].into_iter().flat_map(|key| {
        let after =
            |at: usize| text[at + key.len()..].trim_start().strip_prefix('"')?.split('"').next();
        text.match_indices(key)
            .filter_map(move |(at, _)| after(at))
            .map(str::to_owned)
            .collect::<Vec<_>>()
    });
    members.collect()
}

/// Names of events that stand anywhere in a body, also where it is no JSON.
fn mentioned(body: &[u8]) -> impl Iterator<Item = Event> {
    let text = String::from_utf8_lossy(body).into_owned();
    Event::ALL.into_iter().filter(move |event| text.contains(event.name()))
}

/// Whether an event says that nothing is settled yet.
fn is_harmless(event: Event) -> bool {
    matches!(event, Event::PaymentProcessing | Event::PayoutProcessing)
}

/// The correct shop, and some where more is sent to find out what is wrong.
const SHOPS: [&[Defect]; 5] = [
    &[],
    &[Defect::UsesSandboxSecret],
    &[Defect::ReSerialisesBody],
    &[Defect::SortsBeforeHmac],
    &[Defect::VerifiesNothing],
];

#[test]
fn in_probe_all_that_is_validly_signed_is_a_processing_payment_nobody_issued_or_no_event() {
    for defects in SHOPS {
        let read = read(defects, Deliver::Probe);
        let arrivals = read.shop.arrivals();
        let taken: Vec<&Arrival> =
            arrivals.iter().filter(|arrival| read.may_be_taken(arrival)).collect();
        assert!(
            !taken.is_empty()
                && (!defects.is_empty() || taken.len() > 40 && taken.len() < arrivals.len()),
            "{}",
            taken.len()
        );
        for arrival in taken {
            let words = || {
                String::from_utf8_lossy(&arrival.body[..arrival.body.len().min(400)]).into_owned()
            };
            let known = event(&arrival.body)
                .filter(|name| Event::ALL.iter().any(|event| event.name() == name));
            assert!(
                known.is_none_or(|name| name == Event::PaymentProcessing.name()),
                "{defects:?}: {}",
                words()
            );
            assert!(
                ids(&arrival.body).iter().all(|id| id.starts_with("golive-") || is_unmarked(id)),
                "{defects:?}: {}",
                words()
            );
        }
        // Forged or not, nothing in it so much as names a settling event.
        assert!(arrivals.iter().flat_map(|arrival| mentioned(&arrival.body)).all(is_harmless));
    }
}

/// Whether an id is one of those without golive's mark.
fn is_unmarked(id: &str) -> bool {
    id.len() == 20 && id.bytes().all(|digit| digit.is_ascii_hexdigit())
}

#[test]
fn in_full_nothing_settling_was_sent_for_an_id_that_the_merchant_did_not_give() {
    let read = read(&[], Deliver::Full);
    let given: Vec<String> =
        ["order", "payout"].into_iter().flat_map(configuration::test_ids).collect();
    let arrivals = read.shop.arrivals();
    let settling: Vec<&Arrival> =
        arrivals.iter().filter(|arrival| mentioned(&arrival.body).any(Event::settles)).collect();
    assert!(settling.len() > 20, "{}", settling.len());
    for arrival in settling {
        let ids = ids(&arrival.body);
        let text = String::from_utf8_lossy(&arrival.body);
        let wrapped = ids.is_empty() && given.iter().any(|id| text.contains(id.as_str()));
        assert!(
            wrapped || !ids.is_empty() && ids.iter().all(|id| given.contains(id)),
            "{}",
            String::from_utf8_lossy(&arrival.body)
        );
    }
}

#[test]
fn negative_runs_send_nothing_that_may_be_taken_for_genuine() {
    let read = read(&[], Deliver::Negative);
    let arrivals = read.shop.arrivals();
    assert!(arrivals.len() > 10);
    assert!(!arrivals.iter().any(|arrival| read.may_be_taken(arrival)));
    assert!(arrivals.iter().flat_map(|arrival| mentioned(&arrival.body)).all(is_harmless));
}

/// The event in a body, also where it is compressed, in another encoding or no JSON.
fn wrapped(body: &[u8]) -> Option<String> {
    event(body).or_else(|| {
        let mut plain = Vec::new();
        let _ = flate2::read::GzDecoder::new(body).read_to_end(&mut plain);
        if plain.is_empty() {
            let _ = flate2::read::ZlibDecoder::new(body).read_to_end(&mut plain);
        }
        let bytes = if plain.is_empty() { body } else { &plain };
        let text: String = String::from_utf8_lossy(bytes).chars().filter(|c| *c != '\0').collect();
        let named = Event::ALL.into_iter().find(|event| text.contains(event.name()));
        named.filter(|_| text.contains("order_id")).map(|event| event.name().to_owned())
    })
}

/// What a request has in common with the line of the plan that names it.
type Kind = (String, bool, Option<String>);

/// How many arrived of each kind, beside how many the plan names at most.
fn beside_the_plan(read: &Read) -> BTreeMap<Kind, (u64, u64)> {
    let mut kinds: BTreeMap<Kind, (u64, u64)> = BTreeMap::new();
    for arrival in read.shop.arrivals() {
        let by_get = arrival.method == "GET" && !arrival.plain;
        let kind =
            (arrival.method.clone(), arrival.plain, wrapped(&arrival.body).filter(|_| !by_get));
        kinds.entry(kind).or_default().0 += 1;
    }
    for request in read.plan["requests"].as_array().unwrap() {
        let (target, text) = (request["target"].as_str().unwrap(), |key: &str| {
            request[key].as_str().map(str::to_owned)
        });
        let plain = target.starts_with(&format!("http://{SHOP}:80/"));
        if plain || target.starts_with(&format!("https://{SHOP}/")) {
            let method = text("method").unwrap();
            let by_get = method == "GET" && !plain;
            let kind = (method, plain, text("event").filter(|_| !by_get));
            kinds.entry(kind).or_default().1 += request["count"].as_u64().unwrap();
        }
    }
    kinds
}

#[test]
fn the_plan_named_everything_that_arrived_and_no_more_arrived_than_it_said() {
    let correct = [Deliver::None, Deliver::Negative, Deliver::Probe, Deliver::Full]
        .map(|deliver| (&[][..], deliver));
    for (defects, deliver) in
        correct.into_iter().chain(SHOPS[1..].iter().map(|defects| (*defects, Deliver::Full)))
    {
        let read = read(defects, deliver);
        let arrivals = read.shop.arrivals();
        for (kind, (arrived, planned)) in beside_the_plan(&read) {
            assert!(
                arrived <= planned,
                "{defects:?} {deliver:?}: {arrived} of {kind:?} arrived, {planned} were announced"
            );
        }
        let counts = |wanted: &dyn Fn(&Value) -> bool| -> u64 {
            let requests =
                read.plan["requests"].as_array().unwrap().iter().filter(|request| wanted(request));
            requests.map(|request| request["count"].as_u64().unwrap()).sum()
        };
        let genuine =
            arrivals.iter().filter(|arrival| read.is_validly_signed(arrival)).count() as u64;
        let announced =
            counts(&|request| request["validly_signed"] == true && request["order"] != Value::Null);
        assert!(
            genuine <= announced,
            "{defects:?} {deliver:?}: {genuine} validly signed deliveries arrived, {announced} \
             were announced"
        );
        // Nothing arrived that is not on record, but for what only asks whether a receiver is down
        // or back: of that the answer is.
        let over_tls = arrivals.iter().filter(|arrival| !arrival.plain).count() as u64;
        let asked = counts(&|request| {
            request["name"].as_str().is_some_and(|name| name.ends_with(", down and back"))
        });
        let recorded = read.recorded();
        assert!(
            over_tls <= recorded + asked,
            "{defects:?} {deliver:?}: {over_tls} arrived, {recorded} are on record"
        );
    }
}

#[test]
fn the_platform_was_asked_nothing_but_the_one_read_only_question() {
    for deliver in [Deliver::Probe, Deliver::Full] {
        let calls = read(&[], deliver).shop.calls();
        assert!(
            calls.iter().all(|call| call == "POST api.kwikpaisa.com/api/v3/pg/order/status"),
            "{calls:?}"
        );
        assert_eq!(calls.len(), 1);
    }
}
