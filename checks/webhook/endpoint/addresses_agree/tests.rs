//! How it ends.

use std::net::SocketAddr;

use super::*;
use crate::conversation::addresses::EVERY_ADDRESS;
use crate::conversation::fixture::{
    At, Case, NOW, exchange, failure, passes, reason, tls, warning,
};
use crate::model::{
    AddressDelivered, AddressTls, FailedAttempt, OrderId, Phase, ScenarioSeen, StepSeen, Trouble,
    TroubleKind,
};

const FIRST: &str = "52.66.1.1:443";
const SECOND: &str = "52.66.1.2:443";
const V6: &str = "[2001:4860:4860::8888]:443";

const RIGHT: [Result<u16, TroubleKind>; 4] = [Ok(200), Ok(401), Ok(401), Ok(200)];

fn socket(address: &str) -> SocketAddr {
    address.parse().expect("an address")
}

/// What an address made of the four deliveries.
fn answered(address: &str, answers: &[Result<u16, TroubleKind>]) -> AddressDelivered {
    let exchanges = answers.iter().map(|answer| exchange("address", *answer)).collect();
    let address = socket(address);
    AddressDelivered { address, no_route: false, failed: Vec::new(), exchanges }
}

/// An address that took no connection, so many times.
fn refused(address: &str, attempts: usize) -> AddressDelivered {
    let mut seen = answered(address, &[Err(TroubleKind::Refused)]);
    let trouble =
        Trouble { kind: TroubleKind::Refused, phase: Phase::Connect, after_ms: 1, detail: None };
    let at = NOW.parse().expect("a time");
    seen.failed = vec![FailedAttempt { at, trouble }; attempts];
    seen
}

fn unrouted(address: &str) -> AddressDelivered {
    AddressDelivered { no_route: true, exchanges: Vec::new(), ..refused(address, 1) }
}

/// A name with these addresses, the first of which had the conversation.
fn case(delivered: Vec<AddressDelivered>) -> Case {
    let all: Vec<SocketAddr> = delivered.iter().map(|seen| seen.address).collect();
    let mut case = of(&all, all.len(), Case::accepted());
    let steps = vec![StepSeen::Addresses(delivered)];
    let order = OrderId::new("golive-1", "1.00", false);
    let seen = Observed::Got(ScenarioSeen { order, steps });
    case.seen.scenarios.insert(EVERY_ADDRESS.to_owned(), seen);
    case
}

fn of(all: &[SocketAddr], looked_at: usize, mut case: Case) -> Case {
    case.seen.webhook_names = Observed::Got(all.iter().map(SocketAddr::ip).collect());
    let there = |address: &SocketAddr| AddressTls {
        address: *address,
        no_route: false,
        tls: Observed::Got(tls(Trust::Trusted)),
    };
    case.seen.webhook_addresses = Observed::Got(AddressesSeen {
        all: all.to_vec(),
        conversation: all.first().copied(),
        looked_at: all[..looked_at].iter().map(there).collect(),
    });
    case
}

fn single(address: &str) -> Case {
    let mut case = case(Vec::new());
    let only = of(&[socket(address)], 0, Case::new()).seen;
    case.seen.webhook_names = only.webhook_names;
    case.seen.webhook_addresses = only.webhook_addresses;
    case
}

#[test]
fn passes_the_only_address() {
    passes(single(FIRST).judge(&AddressesAgree));
}

#[test]
fn passes_addresses_that_answer_correctly() {
    passes(case(vec![answered(FIRST, &RIGHT), answered(SECOND, &RIGHT)]).judge(&AddressesAgree));
}

#[test]
fn names_the_address_that_verifies_nothing_whichever_it_is() {
    let lax = [Ok(200), Ok(200), Ok(200), Ok(200)];
    let second = case(vec![answered(FIRST, &RIGHT), answered(SECOND, &lax)]);
    let finding = failure(second.judge(&AddressesAgree));
    assert_eq!(
        finding.message.as_str(),
        "52.66.1.2 answers an unsigned event with 200 and a forged event with 200; 52.66.1.1 does \
         not"
    );
    assert!(finding.repeat.is_some_and(|line| {
        line.as_str().contains("curl -i https://shop.example/api/webhooks/kwikpaisa")
            && line.as_str().ends_with("--connect-to shop.example:443:52.66.1.2:443")
    }));
    let first = case(vec![answered(FIRST, &lax), answered(SECOND, &RIGHT)]);
    let message = failure(first.judge(&AddressesAgree)).message;
    assert!(message.as_str().starts_with("52.66.1.1 answers"), "{message}");
}

#[test]
fn a_believed_forgery_fails_whatever_the_baselines_say() {
    let lax = [Ok(200), Ok(200), Ok(401), Ok(200)];
    let case = case(vec![answered(FIRST, &RIGHT), answered(SECOND, &lax)]);
    failure(case.answered("control-after", 503).judge(&AddressesAgree));
}

#[test]
fn fails_an_address_that_rejects_a_genuine_event_others_accept() {
    let other_secret = [Ok(401), Ok(401), Ok(401), Ok(401)];
    let case = case(vec![answered(FIRST, &RIGHT), answered(SECOND, &other_secret)]);
    let finding = failure(case.judge(&AddressesAgree));
    assert!(
        finding
            .message
            .as_str()
            .starts_with("52.66.1.2 answers a genuine event with 401 and a duplicate with 401"),
        "{}",
        finding.message
    );
    let banned = case
        .went("control-between", vec![At::Status(200), At::Status(401)])
        .answered("control-after", 401);
    assert!(matches!(
        reason(banned.judge(&AddressesAgree)),
        Reason::Blocked { by: "webhook-reachable" }
    ));
}

#[test]
fn fails_an_address_that_took_no_connection_twice() {
    let dead = case(vec![answered(FIRST, &RIGHT), refused(SECOND, 2)]);
    let finding = failure(dead.judge(&AddressesAgree));
    assert_eq!(finding.message.as_str(), "52.66.1.2 took no connection in two attempts");
    let once = case(vec![answered(FIRST, &RIGHT), refused(SECOND, 1)]);
    assert!(matches!(reason(once.judge(&AddressesAgree)), Reason::Ambiguous(_)));
}

#[test]
fn counts_the_addresses_that_fail() {
    let lax = [Ok(200), Ok(200), Ok(200), Ok(200)];
    let two =
        case(vec![answered(FIRST, &RIGHT), answered(SECOND, &lax), refused("52.66.1.3:443", 2)]);
    let message = failure(two.judge(&AddressesAgree)).message;
    assert!(message.as_str().starts_with("2 of 3 addresses of the webhook fail: 52.66.1.2"));
}

#[test]
fn is_undecided_where_an_address_was_busy() {
    for answer in [Ok(429), Ok(503), Err(TroubleKind::TimedOut)] {
        let busy = [Ok(200), Ok(401), answer, Ok(200)];
        let case = case(vec![answered(FIRST, &RIGHT), answered(SECOND, &busy)]);
        assert!(matches!(reason(case.judge(&AddressesAgree)), Reason::Ambiguous(_)));
    }
}

#[test]
fn what_is_wrong_everywhere_is_said_elsewhere() {
    let lax = [Ok(200), Ok(200), Ok(401), Ok(200)];
    let both = case(vec![answered(FIRST, &lax), answered(SECOND, &lax)]);
    assert_eq!(
        reason(both.judge(&AddressesAgree)),
        Reason::Blocked { by: "webhook-rejects-unsigned" }
    );
    // A replay cache.
    let cache = [Ok(200), Ok(401), Ok(401), Ok(409)];
    passes(case(vec![answered(FIRST, &cache), answered(SECOND, &cache)]).judge(&AddressesAgree));
    let busy = [Ok(200), Ok(401), Ok(401), Ok(429)];
    let one_busy = case(vec![answered(FIRST, &cache), answered(SECOND, &busy)]);
    assert!(matches!(reason(one_busy.judge(&AddressesAgree)), Reason::Ambiguous(_)));
}

#[test]
fn leaves_certificates_to_their_checks() {
    let refused = answered(SECOND, &[Err(TroubleKind::Certificate)]);
    let mut case = case(vec![answered(FIRST, &RIGHT), refused]);
    let Observed::Got(scenario) =
        case.seen.scenarios.get_mut(EVERY_ADDRESS).expect("it was inserted")
    else {
        panic!("it was seen")
    };
    let [StepSeen::Addresses(addresses)] = &mut scenario.steps[..] else { panic!("one step") };
    let trouble = addresses[1].exchanges[0].answer.as_mut().expect_err("refused");
    trouble.phase = Phase::Tls;
    let Observed::Got(seen) = &mut case.seen.webhook_addresses else { panic!("they were seen") };
    seen.looked_at[1].tls = Observed::Got(tls(Trust::Expired));
    assert_eq!(
        reason(case.judge(&AddressesAgree)),
        Reason::Blocked { by: "webhook-certificate-expiry" }
    );
}

#[test]
fn warns_of_addresses_that_this_machine_cannot_reach() {
    let finding = warning(case(vec![answered(FIRST, &RIGHT), unrouted(V6)]).judge(&AddressesAgree));
    assert!(finding.message.as_str().contains("2001:4860:4860::8888"), "{}", finding.message);
    assert_eq!(finding.evidence.len(), 2);
    let no_ipv4 = case(vec![answered(FIRST, &RIGHT), unrouted(SECOND)]);
    assert!(matches!(reason(no_ipv4.judge(&AddressesAgree)), Reason::Transport(_)));
    let has_ipv6 =
        vec![answered(FIRST, &RIGHT), unrouted(V6), answered("[2001:4860:4860::8844]:443", &RIGHT)];
    assert!(matches!(reason(case(has_ipv6).judge(&AddressesAgree)), Reason::Transport(_)));
}

#[test]
fn is_undecided_where_no_way_leads_to_an_address() {
    let mut lost = refused(SECOND, 2);
    lost.failed.iter_mut().for_each(|attempt| attempt.trouble.kind = TroubleKind::Unreachable);
    let case = case(vec![answered(FIRST, &RIGHT), lost]);
    assert!(matches!(reason(case.judge(&AddressesAgree)), Reason::Ambiguous(_)));
}

#[test]
fn warns_of_a_name_with_only_ipv6_addresses() {
    warning(single(V6).judge(&AddressesAgree));
}

#[test]
fn private_addresses_are_another_checks() {
    let mut case = single(FIRST);
    case.seen.webhook_names =
        Observed::Got(vec![socket(FIRST).ip(), "10.0.0.7".parse().expect("an address")]);
    assert_eq!(
        reason(case.judge(&AddressesAgree)),
        Reason::Blocked { by: "webhook-public-address" }
    );
}

#[test]
fn says_that_only_a_sample_was_looked_at() {
    let all = [FIRST, SECOND, "52.66.1.3:443"].map(socket);
    let mut case = case(vec![answered(FIRST, &RIGHT), answered(SECOND, &RIGHT)]);
    case.seen.webhook_addresses = of(&all, 2, Case::new()).seen.webhook_addresses;
    let Outcome::Pass(evidence) = case.judge(&AddressesAgree) else { panic!("it passes") };
    let said = &evidence.last().expect("it is said").observed;
    assert_eq!(said.as_str(), "a sample of 2, by `--seed 0`");
}

#[test]
fn is_unseen_on_a_trial_run_that_goes_elsewhere() {
    let mut case = single(FIRST);
    case.seen.webhook_names = Observed::NotMade(NotMade::BySwitch);
    assert!(matches!(
        reason(case.judge(&AddressesAgree)),
        Reason::TrialRun { switch: Switch::ConnectTo, .. }
    ));
    let lax = [Ok(200), Ok(200), Ok(200), Ok(200)];
    case.seen.scenarios.extend(
        super::tests::case(vec![answered(FIRST, &RIGHT), answered(SECOND, &lax)]).seen.scenarios,
    );
    failure(case.judge(&AddressesAgree));
}

#[test]
fn nothing_is_said_of_an_address_that_got_no_delivery() {
    let mut case = case(vec![answered(FIRST, &RIGHT)]);
    let all = [FIRST, SECOND].map(socket);
    case.seen.webhook_addresses = of(&all, 2, Case::new()).seen.webhook_addresses;
    assert!(matches!(reason(case.judge(&AddressesAgree)), Reason::Transport(_)));
    case.seen.webhook_addresses = of(&all, 0, Case::new()).seen.webhook_addresses;
    case = case.went(EVERY_ADDRESS, Vec::new());
    assert!(matches!(reason(case.judge(&AddressesAgree)), Reason::Transport(_)));
    case.seen.webhook_addresses = of(&[], 0, Case::new()).seen.webhook_addresses;
    assert!(matches!(reason(case.judge(&AddressesAgree)), Reason::Transport(_)));
}

#[test]
fn waits_for_the_baseline() {
    let case = Case::new()
        .went("control-before", vec![At::Trouble(TroubleKind::Refused)])
        .not_made(EVERY_ADDRESS, NotMade::NoControl);
    assert_eq!(reason(case.judge(&AddressesAgree)), Reason::Blocked { by: "webhook-reachable" });
}
