//! A small merchant and what was seen of it, for tests.

use crate::CATALOGUE;
use crate::conversation::scenarios::window_name;
use crate::model::ruling;
use crate::model::{
    Address, Answer, Certificate, Check, Credential, Endpoint, Entropy, Exchange, Facts, Finding,
    Leak, Merchant, NotMade, Observations, Observed, OrderId, Origin, Outcome, Phase, Prefix,
    Reason, RestartSeen, RunFacts, ScenarioSeen, SecretFacts, Sent, StepSeen, Times, Tls, Trouble,
    TroubleKind, Trust, Way,
};

/// The day of all tests.
pub(crate) const NOW: &str = "2026-11-21T12:00:00Z";

/// One step of a scenario as a test writes it.
pub(crate) enum At {
    /// Answered with this status.
    Status(u16),
    /// Not answered.
    Trouble(TroubleKind),
    /// Released together, answered so.
    Together(Vec<u16>),
    /// Delivered until it was accepted, answered so.
    Attempts(Vec<u16>),
    /// The receiver was stopped.
    Restart(Box<RestartSeen>),
    /// So many effects.
    Effects(u64),
    /// The order in this state.
    Called(&'static str),
}

/// Everything a check may look at, to be varied.
pub(crate) struct Case {
    pub(crate) merchant: Merchant,
    pub(crate) run: RunFacts,
    pub(crate) seen: Observations,
}

impl Case {
    /// A merchant with a webhook and a secret; nothing was seen.
    pub(crate) fn new() -> Self {
        let mut merchant = Merchant::default();
        merchant.webhook.url =
            Endpoint::parse("https://shop.example/api/webhooks/kwikpaisa").map(Address::Url);
        merchant.api.secret_key = Some(Credential::Found(SecretFacts {
            origin: Origin::Env { name: "KWIKPAISA_SECRET_KEY".to_owned() },
            prefix: Prefix::SecretLive,
            length: 32,
            damage: Vec::new(),
            placeholder: None,
            entropy: Entropy::High,
            equals: Vec::new(),
        }));
        Self { merchant, run: RunFacts::example(), seen: Observations::default() }
    }

    /// The same, and the handshake with the webhook's host went so.
    pub(crate) fn with_tls(tls: Tls) -> Self {
        let mut case = Self::new();
        case.seen.webhook_tls = Observed::Got(tls);
        case
    }

    /// The same, and both controls were answered with 200.
    pub(crate) fn accepted() -> Self {
        Self::new().answered("control-before", 200).answered("control-after", 200)
    }

    /// Another webhook address.
    pub(crate) fn url(mut self, written: &str) -> Self {
        self.merchant.webhook.url =
            Some(Endpoint::parse(written).map_or(Address::Unreadable, Address::Url));
        self
    }

    /// The scenario of one delivery was answered with this status.
    pub(crate) fn answered(self, name: &'static str, status: u16) -> Self {
        self.went(name, vec![At::Status(status)])
    }

    /// All of these were.
    pub(crate) fn all_answered(
        self,
        names: impl IntoIterator<Item = &'static str>,
        status: u16,
    ) -> Self {
        names.into_iter().fold(self, |case, name| case.answered(name, status))
    }

    /// The scenario went so.
    pub(crate) fn went(mut self, name: &'static str, steps: Vec<At>) -> Self {
        let order = OrderId::new("golive-1", "1.00", false);
        let steps = steps.into_iter().map(|step| seen(name, step)).collect();
        self.seen.scenarios.insert(name.to_owned(), Observed::Got(ScenarioSeen { order, steps }));
        self
    }

    /// The search that way was answered so: seconds off, status.
    pub(crate) fn searched(self, way: Way, answers: &[(i64, u16)]) -> Self {
        let name = window_name(way);
        let tried = |(off, status): &(i64, u16)| {
            let mut tried = exchange(&format!("{name}-{off}"), Ok(*status));
            let stamp = tried.sent.at.as_second() + if way == Way::Past { -off } else { *off };
            tried.sent.headers.push(("X-TIMESTAMP".to_owned(), stamp.to_string()));
            tried
        };
        let mut case = self.went(name, Vec::new());
        let Some(Observed::Got(scenario)) = case.seen.scenarios.get_mut(name) else {
            panic!("{name} was just made")
        };
        scenario.steps.push(StepSeen::Together(answers.iter().map(tried).collect()));
        case
    }

    /// The scenario was not carried out.
    pub(crate) fn not_made(mut self, name: &'static str, why: NotMade) -> Self {
        self.seen.scenarios.insert(name.to_owned(), Observed::NotMade(why));
        self
    }

    /// The name of a scenario's first exchange, where it is not the scenario's own.
    pub(crate) fn named(mut self, scenario: &'static str, name: &str) -> Self {
        self.exchange(scenario, |exchange| name.clone_into(&mut exchange.name));
        self
    }

    /// The answer of a scenario's first exchange, to be varied.
    pub(crate) fn answer(mut self, name: &'static str, change: impl FnOnce(&mut Answer)) -> Self {
        self.exchange(name, |exchange| change(exchange.answer.as_mut().expect("answered")));
        self
    }

    /// How long a scenario's first exchange took.
    pub(crate) fn took(mut self, name: &'static str, ms: u64) -> Self {
        self.exchange(name, |exchange| exchange.times.answer_us = ms * 1_000);
        self
    }

    /// A scenario's answer held something.
    pub(crate) fn leaked(self, name: &'static str, leak: Leak) -> Self {
        self.answer(name, |answer| answer.leaks.push(leak))
    }

    /// The scenario's order was issued for the purpose.
    pub(crate) fn issued(mut self, name: &'static str) -> Self {
        let Some(Observed::Got(scenario)) = self.seen.scenarios.get_mut(name) else {
            panic!("{name} was seen")
        };
        scenario.order.issued = true;
        self
    }

    fn exchange(&mut self, name: &'static str, change: impl FnOnce(&mut Exchange)) {
        let Some(Observed::Got(scenario)) = self.seen.scenarios.get_mut(name) else {
            panic!("{name} was seen")
        };
        let exchange = scenario.steps.iter_mut().find_map(|step| match step {
            StepSeen::Exchange(exchange) => Some(exchange),
            _ => None,
        });
        change(exchange.expect("the scenario has an exchange"));
    }

    /// How the check ends, once blame is settled.
    pub(crate) fn judge(&self, check: &dyn Check) -> Outcome {
        match check.judge(&self.facts()) {
            Ok(outcome) => {
                let blamed = ruling::blames(CATALOGUE, check.meta(), &outcome, &self.facts());
                blamed.map_or(outcome, |by| Outcome::Undecided(Reason::Blocked { by }))
            }
            Err(error) => Outcome::Undecided(error.downcast::<Reason>().expect("a reason")),
        }
    }

    /// The facts.
    pub(crate) fn facts(&self) -> Facts<'_> {
        Facts { merchant: &self.merchant, run: &self.run, seen: &self.seen }
    }
}

/// Takes the finding out of a failure.
pub(crate) fn failure(outcome: Outcome) -> Finding {
    match outcome {
        Outcome::Fail(finding) => finding,
        other => panic!("expected a failure, got {other:?}"),
    }
}

/// Takes the finding out of a warning.
pub(crate) fn warning(outcome: Outcome) -> Finding {
    match outcome {
        Outcome::Warn(finding) => finding,
        other => panic!("expected a warning, got {other:?}"),
    }
}

/// Takes the reason out of an undecided outcome.
pub(crate) fn reason(outcome: Outcome) -> Reason {
    match outcome {
        Outcome::Undecided(reason) => reason,
        other => panic!("expected undecided, got {other:?}"),
    }
}

/// Insists on a pass with evidence.
pub(crate) fn passes(outcome: Outcome) {
    match outcome {
        Outcome::Pass(evidence) => assert!(!evidence.is_empty(), "a pass rests on evidence"),
        other => panic!("expected a pass, got {other:?}"),
    }
}

/// An exchange with this answer.
pub(crate) fn exchange(name: &str, answer: Result<u16, TroubleKind>) -> Exchange {
    Exchange {
        turned_away: 0,
        name: name.to_owned(),
        sent: Sent {
            at: NOW.parse().expect("a timestamp"),
            method: "POST".to_owned(),
            url: "https://shop.example/api/webhooks/kwikpaisa".to_owned(),
            headers: Vec::new(),
            body: String::new(),
        },
        answer: match answer {
            Ok(status) => Ok(Answer {
                status,
                version: "HTTP/1.1".to_owned(),
                headers: Vec::new(),
                body: String::new(),
                body_bytes: 0,
                cut: false,
                leaks: Vec::new(),
            }),
            Err(kind) => Err(Trouble { kind, phase: Phase::FirstByte, after_ms: 10, detail: None }),
        },
        times: Times { answer_us: 12_000, ..Times::default() },
    }
}

fn seen(name: &str, step: At) -> StepSeen {
    match step {
        At::Status(status) => StepSeen::Exchange(Box::new(exchange(name, Ok(status)))),
        At::Trouble(kind) => StepSeen::Exchange(Box::new(exchange(name, Err(kind)))),
        At::Together(statuses) => StepSeen::Together(
            statuses.into_iter().map(|status| exchange(name, Ok(status))).collect(),
        ),
        At::Attempts(statuses) => StepSeen::Attempts(
            statuses.into_iter().map(|status| exchange(name, Ok(status))).collect(),
        ),
        At::Restart(restart) => StepSeen::Restart(restart),
        At::Effects(count) => StepSeen::Effects(Observed::Got(count)),
        At::Called(word) => StepSeen::Status(Observed::Got(word.to_owned())),
    }
}

/// A handshake over TLS 1.3 with a certificate that has ninety days left, and this verdict on it.
pub(crate) fn tls(trust: Trust) -> Tls {
    Tls {
        address: [203, 0, 114, 7].into(),
        version: Some("TLS 1.3".to_owned()),
        suite: Some("TLS13_AES_256_GCM_SHA384".to_owned()),
        alpn: None,
        chain: vec![
            certificate("shop.example", "Some CA R3"),
            certificate("Some CA R3", "Some Root"),
        ],
        trust,
        by_ca_file: false,
    }
}

fn certificate(subject: &str, issuer: &str) -> Certificate {
    Certificate {
        subject: subject.to_owned(),
        issuer: issuer.to_owned(),
        names: vec![subject.to_owned()],
        not_before: "2026-11-01T00:00:00Z".parse().expect("a timestamp"),
        not_after: "2027-02-19T00:00:00Z".parse().expect("a timestamp"),
        key: "ECDSA P-256".to_owned(),
        key_bits: 256,
        signature: "ecdsa-with-SHA256".to_owned(),
        fingerprint: String::new(),
    }
}
