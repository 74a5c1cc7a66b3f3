//! A merchant whose API configuration is right, and answers of the platform, for tests of checks.

use std::collections::BTreeSet;

use crate::model::{
    Address, Answer, Api, Check, Credential, Endpoint, Exchange, Facts, Merchant, Observations,
    Observed, Origin, Outcome, OwnSignature, Product, Reason, Role, RunFacts, SecretFacts, Sent,
    Slot, Text, Times, Trouble, TroubleKind,
};
use crate::platform::keys;

/// What the platform says when it does not know the order.
pub(crate) const NOT_FOUND: &str = r#"{"status":false,"code":404,"message":"Order not found."}"#;
/// What it says to a wrong signature.
pub(crate) const INVALID_SIGNATURE: &str =
    r#"{"status":false,"code":401,"message":"Invalid signature."}"#;
/// What it says to an address it does not know.
pub(crate) const NOT_WHITELISTED: &str =
    r#"{"status":false,"code":403,"message":"IP address is not whitelisted."}"#;

pub(crate) fn merchant() -> Merchant {
    Merchant {
        uses: BTreeSet::from([Product::Payments, Product::Payouts]),
        api: Api {
            base_url: address("https://api.kwikpaisa.com"),
            api_key: key("pk_live_MARKER4d8s1k6w3z9c5t2y"),
            secret_key: key("sk_live_MARKER7f3k9q2x8v1m4n6b"),
            ..Api::default()
        },
        ..Merchant::default()
    }
}

pub(crate) fn address(written: &str) -> Option<Address> {
    Some(Endpoint::parse(written).map_or(Address::Unreadable, Address::Url))
}

/// A credential that an environment variable holds.
pub(crate) fn key(value: &str) -> Option<Credential> {
    Some(Credential::Found(facts(value)))
}

pub(crate) fn facts(value: &str) -> SecretFacts {
    keys::facts(value, Origin::Env { name: "KWIKPAISA_KEY".to_owned() })
}

/// A credential that has the same value as another.
pub(crate) fn key_equal_to(value: &str, other: Slot) -> Option<Credential> {
    Some(Credential::Found(SecretFacts { equals: vec![other], ..facts(value) }))
}

/// The order-status call, answered, with a clock that agrees.
pub(crate) fn answered(status: u16, body: &str) -> Observations {
    let exchange = exchange(Ok(Answer {
        status,
        version: "HTTP/1.1".to_owned(),
        headers: vec![("date".to_owned(), "Sat, 21 Nov 2026 12:00:00 GMT".to_owned())],
        body: body.to_owned(),
        body_bytes: body.len() as u64,
        cut: false,
        leaks: Vec::new(),
    }));
    let fine = OwnSignature {
        round_trip: true,
        refuses_changed_payload: true,
        refuses_changed_timestamp: true,
        vectors: true,
    };
    Observations {
        order_status: Observed::Got(exchange),
        own_signature: Observed::Got(fine),
        ..Observations::default()
    }
}

/// The order-status call, without an answer.
pub(crate) fn timed_out() -> Observations {
    let trouble = Trouble {
        kind: TroubleKind::TimedOut,
        phase: crate::model::Phase::FirstByte,
        after_ms: 30_000,
        detail: None,
    };
    Observations { order_status: Observed::Got(exchange(Err(trouble))), ..Observations::default() }
}

fn exchange(answer: Result<Answer, Trouble>) -> Exchange {
    Exchange {
        turned_away: 0,
        name: "order-status".to_owned(),
        sent: Sent {
            at: RunFacts::example().now,
            method: "POST".to_owned(),
            url: "https://api.kwikpaisa.com/api/v3/pg/order/status".to_owned(),
            headers: Vec::new(),
            body: r#"{"order_id":"golive-example"}"#.to_owned(),
        },
        answer,
        times: Times { first_byte_us: 80_000, answer_us: 90_000, ..Times::default() },
    }
}

pub(crate) fn judge(check: &dyn Check, merchant: &Merchant, seen: &Observations) -> Outcome {
    judge_as(Role::Production, check, merchant, seen)
}

pub(crate) fn judge_as(
    role: Role,
    check: &dyn Check,
    merchant: &Merchant,
    seen: &Observations,
) -> Outcome {
    judge_in(&RunFacts { role, ..RunFacts::example() }, check, merchant, seen)
}

/// The same on a trial run with these switches.
pub(crate) fn judge_on_trial(
    switches: &[&str],
    check: &dyn Check,
    merchant: &Merchant,
    seen: &Observations,
) -> Outcome {
    let switches = switches.iter().map(|&switch| switch.to_owned()).collect();
    judge_in(&RunFacts { switches, ..RunFacts::example() }, check, merchant, seen)
}

fn judge_in(
    run: &RunFacts,
    check: &dyn Check,
    merchant: &Merchant,
    seen: &Observations,
) -> Outcome {
    match check.judge(&Facts { merchant, run, seen }) {
        Ok(outcome) => outcome,
        Err(error) => Outcome::Undecided(error.downcast::<Reason>().expect("the reason is known")),
    }
}

/// Judges from the configuration alone.
pub(crate) fn judge_config(check: &dyn Check, merchant: &Merchant) -> Outcome {
    judge(check, merchant, &Observations::default())
}

/// Everything an outcome says.
pub(crate) fn words(outcome: &Outcome) -> String {
    let evidence = |list: &[crate::model::Evidence]| {
        list.iter()
            .map(|e| format!("{:?} {} {}\n", e.subject, e.expected, e.observed))
            .collect::<String>()
    };
    match outcome {
        Outcome::Pass(list) => evidence(list),
        Outcome::Warn(finding) | Outcome::Fail(finding) | Outcome::Waived(finding, _) => {
            format!(
                "{}\n{}{}",
                finding.message,
                evidence(&finding.evidence),
                finding.fix.as_ref().map_or("", Text::as_str)
            )
        }
        Outcome::Undecided(reason) => reason.to_string(),
        Outcome::NotApplicable(why) => why.to_string(),
        Outcome::Attested(attested) => attested.by.to_string(),
    }
}
