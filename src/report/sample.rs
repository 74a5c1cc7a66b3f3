//! A small catalogue and a run of it that ends in every way, for the tests of renderers.

use std::net::Ipv4Addr;

use golive_checks::model::{
    Api, Attested, CheckMeta, ConfigSource, EgressSeen, Evidence, Facts, Finding, Judged, Level,
    Merchant, Needs, Observations, Observed, Outcome, Place, Quoted, Reason, Reference, RunFacts,
    Section, Subject, Switch, Waived,
};
use golive_checks::text;

use super::Report;

/// Words that would break any format that did not escape them.
pub(crate) const HOSTILE: &str = "| <script>alert('x')</script> `code` [link](https://evil.example) **bold** @someone \
     \u{1b}[31m\u{202e}\n# head";

const fn meta(id: &'static str, title: &'static str, level: Level, needs: Needs) -> CheckMeta {
    CheckMeta {
        id,
        title,
        level,
        needs,
        covers: &["PC-17"],
        attestable: true,
        rationale: "It matters.",
        remediation: "Set `webhook.url` to an https:// address.",
        reference: Reference::WEBHOOKS,
        ..CheckMeta::USUAL
    }
}

const METAS: [CheckMeta; 12] = [
    meta("webhook-https", "Webhook URL uses HTTPS", Level::Required, Needs::Config),
    meta(
        "webhook-public-address",
        "Webhook host resolves to public addresses",
        Level::Required,
        Needs::Network,
    ),
    meta(
        "webhook-certificate-expiry",
        "Webhook certificate is good for another 30 days",
        Level::Required,
        Needs::Network,
    ),
    meta(
        "webhook-rejects-forged",
        "Webhook refuses deliveries signed with another secret",
        Level::Required,
        Needs::Network,
    ),
    meta(
        "webhook-rejects-stale",
        "Webhook refuses deliveries that were signed an hour or more ago",
        Level::Recommended,
        Needs::Network,
    ),
    meta(
        "webhook-survives-malformed",
        "Webhook answers malformed bodies without breaking",
        Level::Required,
        Needs::Network,
    ),
    meta(
        "webhook-applies-once-concurrently",
        "Concurrent duplicates are applied once",
        Level::Required,
        Needs::Network,
    ),
    meta(
        "webhook-duplicate-answered",
        "A duplicate is answered with 200",
        Level::Required,
        Needs::Network,
    ),
    meta(
        "payouts-beneficiaries",
        "Beneficiaries are verified before the first payout",
        Level::Required,
        Needs::Attestation,
    ),
    meta(
        "operations-incident-response",
        "An incident response plan exists",
        Level::Required,
        Needs::Attestation,
    ),
    meta(
        "operations-escalation",
        "Escalation contacts are known",
        Level::Required,
        Needs::Attestation,
    ),
    meta(
        "operations-reconciliation",
        "Settlements are reconciled daily",
        Level::Recommended,
        Needs::Attestation,
    ),
];

static METAS_KEPT: [CheckMeta; 12] = METAS;

/// The headings of the sample.
pub(crate) static CATALOGUE: [&Section; 3] = [
    &Section { id: "webhook", title: "Webhook", checks: &[] },
    &Section { id: "payouts", title: "Payouts", checks: &[] },
    &Section { id: "operations", title: "Operations", checks: &[] },
];

/// A run of 21 November 2026 without anything unusual.
pub(crate) fn run() -> RunFacts {
    RunFacts {
        id: "5f0c9a1e".to_owned(),
        offset_s: 19_800,
        took_ms: 1_900,
        host: "pay-1".to_owned(),
        contacted: vec!["shop.example:443".to_owned(), "api.kwikpaisa.com:443".to_owned()],
        version: "0.1.0".to_owned(),
        ..RunFacts::at("2026-11-21T20:42:00Z".parse().expect("a time"))
    }
}

/// A merchant with a name and a few places.
pub(crate) fn merchant() -> Merchant {
    let mut merchant = Merchant {
        name: Some("Acme Retail Pvt Ltd".to_owned()),
        config: ConfigSource {
            path: "golive.toml".to_owned(),
            sha256: "8f3a1c0b9d2e4f5061728394a5b6c7d8e9f00112233445566778899aabbccdde".to_owned(),
        },
        api: Api::default(),
        ..Merchant::default()
    };
    merchant.places.insert("webhook".to_owned(), Place { line: 11, column: 1 });
    merchant.places.insert("webhook.url".to_owned(), Place { line: 12, column: 1 });
    merchant
}

/// Addresses that were seen.
pub(crate) fn observations() -> Observations {
    let service = |last| EgressSeen {
        service: "checkip.example:443".to_owned(),
        addresses: vec![Ok(Ipv4Addr::new(103, 21, 244, last).into())],
    };
    Observations {
        egress: Observed::Got(vec![service(15), service(15)]),
        ..Observations::default()
    }
}

/// One check of the sample that ends as told.
pub(crate) fn judged(id: &'static str, level: Level, outcome: Outcome) -> Judged {
    let meta = METAS_KEPT.iter().find(|meta| meta.id == id).expect("in the sample");
    let section = id.split('-').next().expect("a section");
    Judged { section, meta, level, outcome, broke: false }
}

/// A finding with everything that a finding can have.
pub(crate) fn finding() -> Finding {
    Finding::new(
        "a delivery signed with a made-up secret was answered 200, so anybody who knows the \
         address can report payments that never were",
        vec![
            Evidence::of(
                Subject::Delivery("forged-wrong-secret".into()),
                "any 4xx answer",
                text!("200 in 12 ms with the body {}", Quoted(HOSTILE)),
            ),
            Evidence::config(
                "webhook.url",
                "a handler that verifies `X-SIGNATURE`",
                "https://shop.example/api/webhooks/kwikpaisa",
            ),
        ],
    )
    .repeat(
        "golive send payment.processing --tamper forged-wrong-secret --config golive.toml \
         --connect-to shop.example:443:127.0.0.1:8443",
    )
}

/// Checks that end in every way.
pub(crate) fn every_outcome() -> Vec<Judged> {
    let day = |text: &str| text.parse().expect("a day");
    let required = |id, outcome| judged(id, Level::Required, outcome);
    vec![
        required(
            "webhook-https",
            Outcome::Pass(vec![Evidence::config(
                "webhook.url",
                "an https:// address",
                "https://shop.example/hook",
            )]),
        ),
        required(
            "webhook-certificate-expiry",
            Outcome::warn(
                "it expires in 9 days",
                vec![Evidence::of(Subject::Run("certificate"), "30 days or more", "9 days")],
            ),
        ),
        required("webhook-rejects-forged", Outcome::Fail(finding())),
        judged(
            "webhook-rejects-stale",
            Level::Recommended,
            Outcome::Fail(Finding::new("an old delivery was answered 200", vec![])),
        ),
        required(
            "webhook-survives-malformed",
            Outcome::Waived(
                Finding::new("malformed JSON was answered 500", vec![]),
                Waived {
                    reason: text!("{}", Quoted("fix ships in the next release")),
                    approved_by: text!("{}", Quoted("CTO")),
                    until: day("2026-12-31"),
                },
            ),
        ),
        required(
            "webhook-applies-once-concurrently",
            Outcome::Undecided(Reason::Blocked { by: "webhook-rejects-forged" }),
        ),
        required(
            "webhook-duplicate-answered",
            Outcome::Undecided(Reason::Blocked { by: "webhook-rejects-forged" }),
        ),
        required(
            "webhook-public-address",
            Outcome::Undecided(Reason::TrialRun {
                switch: Switch::ConnectTo,
                unseen: "the addresses of the webhook host were not looked up".into(),
            }),
        ),
        required(
            "payouts-beneficiaries",
            Outcome::NotApplicable("`merchant.uses` does not name payouts".into()),
        ),
        required(
            "operations-incident-response",
            Outcome::Attested(Attested {
                by: text!("{}", Quoted("Asha Rao, Head of Payments")),
                on: day("2026-11-02"),
                evidence: text!("{}", Quoted("https://wiki.example/ir-plan")),
                until: day("2027-01-31"),
                remark: Some("thin evidence: one person stands for everything".into()),
            }),
        ),
        required(
            "operations-escalation",
            Outcome::Undecided(Reason::NoWayToObserve("needs an attestation".into())),
        ),
        judged(
            "operations-reconciliation",
            Level::Recommended,
            Outcome::Undecided(Reason::NoWayToObserve("needs an attestation".into())),
        ),
    ]
}

/// A report of these checks and this run.
pub(crate) fn report(judged: Vec<Judged>, run: &RunFacts) -> Report {
    let (merchant, seen) = (merchant(), observations());
    Report::of(&CATALOGUE, judged, &Facts { merchant: &merchant, run, seen: &seen })
}
