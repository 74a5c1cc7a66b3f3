//! What is granted, what is refused and why, and what of it is announced.

use golive_checks::conversation::addresses::every_address;
use golive_checks::conversation::space;
use golive_checks::conversation::{registry, scenarios};
use golive_checks::model::{
    Control, Delivery, Endpoint, Hook, HookSource, Network, Origin, Program, Role, Sandbox, Step,
};
use golive_checks::platform::keys;

use super::*;

const LOOKS: [Probe; 11] = [
    Probe::WebhookNames,
    Probe::WebhookTls,
    Probe::WebhookAddresses,
    Probe::WebhookLegacyTls,
    Probe::WebhookPlainHttp,
    Probe::OrderStatus,
    Probe::Egress,
    Probe::OwnSignature,
    Probe::Signer,
    Probe::SecretFiles,
    Probe::ProxyVariables,
];

fn credential(value: &str) -> Option<Credential> {
    Some(Credential::Found(keys::facts(value, Origin::Literal)))
}

fn address(url: &str) -> Option<Address> {
    Endpoint::parse(url).map(Address::Url)
}

/// A merchant with everything.
fn complete() -> Merchant {
    let mut merchant = Merchant::default();
    merchant.api.base_url = address("https://api.kwikpaisa.com");
    merchant.api.api_key = credential("pk_live_MARKERa1b2c3d4e5f6");
    merchant.api.secret_key = credential("sk_live_MARKER7f3k9q2x8v1m4n6b");
    merchant.sandbox = Some(Sandbox {
        secret_key: credential("sk_test_MARKER7f3k9q2x8v1m4n6b"),
        ..Sandbox::default()
    });
    merchant.webhook.url = address("https://u:MARKER@shop.example/hook?token=MARKER");
    merchant.webhook.order = Some(TestOrders::Ids(60));
    merchant.webhook.payout = Some(TestOrders::Command(Program { name: "new-payout".to_owned() }));
    let source = HookSource::Command(Program { name: "credits".to_owned() });
    merchant.webhook.effects = Some(Hook { source, settle_ms: 3_000 });
    let source = HookSource::Command(Program { name: "order-status".to_owned() });
    merchant.webhook.status = Some(Hook { source, settle_ms: 3_000 });
    let program = |name: &str| Program { name: name.to_owned() };
    merchant.webhook.control = Some(Control { start: program("start"), stop: program("stop") });
    merchant.signer = Some(program("node"));
    merchant.network = Network {
        egress: address("https://checkip.example/").into_iter().collect(),
        ..Network::default()
    };
    merchant
}

fn run(deliver: Deliver) -> RunFacts {
    RunFacts {
        id: "testrun".to_owned(),
        role: Role::Other,
        deliver,
        ..RunFacts::at(jiff::Timestamp::UNIX_EPOCH)
    }
}

fn everything(merchant: &Merchant) -> Vec<Probe> {
    LOOKS.into_iter().chain(registry::every(merchant).into_iter().map(Probe::Deliver)).collect()
}

fn plan(merchant: &Merchant, run: &RunFacts) -> Plan {
    Plan::merge(everything(merchant), merchant, run)
}

fn refusal(plan: &Plan, name: &str) -> Option<NotMade> {
    let planned = plan.scenarios.iter().find(|planned| planned.what.name == name);
    planned.expect("planned").not_made.clone()
}

#[test]
fn each_wish_is_kept_once_in_the_order_of_stages() {
    let (merchant, run) = (complete(), run(Deliver::Full));
    let mut probes = everything(&merchant);
    probes.reverse();
    probes.extend(everything(&merchant));
    let plan = Plan::merge(probes, &merchant, &run);
    assert_eq!(plan.looks.len(), LOOKS.len());
    assert_eq!(plan.scenarios.len(), registry::every(&merchant).len() + 3);
    assert!(plan.scenarios.is_sorted_by_key(|planned| planned.what.stage));
    assert_eq!(plan.scenarios.first().map(|planned| planned.what.name), Some("control-before"));
    let last: Vec<&str> =
        plan.scenarios.iter().rev().take(3).map(|planned| planned.what.name).collect();
    assert_eq!(last, ["readings", "every-address", "control-after"]);
}

#[test]
fn a_complete_merchant_is_granted_everything_in_full() {
    let plan = plan(&complete(), &run(Deliver::Full));
    assert!(plan.looks.iter().all(|look| look.not_made.is_none()), "{:?}", plan.looks);
    assert!(
        plan.scenarios.iter().all(|planned| planned.not_made.is_none()),
        "{:?}",
        plan.scenarios
    );
    assert!(plan.reaches_out());
}

#[test]
fn offline_leaves_only_what_is_on_this_machine() {
    let plan = plan(&complete(), &RunFacts { offline: true, ..run(Deliver::Full) });
    for probe in LOOKS {
        let local =
            matches!(probe, Probe::OwnSignature | Probe::SecretFiles | Probe::ProxyVariables);
        assert_eq!(
            plan.look(&probe),
            if local { Intent::Granted } else { Intent::Refused(NotMade::Offline) },
            "{probe:?}"
        );
    }
    assert!(plan.scenarios.iter().all(|planned| planned.not_made == Some(NotMade::Offline)));
    assert!(plan.requests.is_empty() && !plan.reaches_out());
}

#[test]
fn each_mode_goes_as_far_as_it_says() {
    let merchant = complete();
    for deliver in [Deliver::None, Deliver::Negative, Deliver::Probe, Deliver::Full] {
        let plan = plan(&merchant, &run(deliver));
        for planned in &plan.scenarios {
            let needs = planned.what.tier();
            let expected = (deliver < needs).then_some(NotMade::Deliver { is: deliver, needs });
            assert_eq!(planned.not_made, expected, "{deliver:?} {}", planned.what.name);
        }
        let plain_http = plan.look(&Probe::WebhookPlainHttp) == Intent::Granted;
        assert_eq!(plain_http, deliver > Deliver::None);
    }
}

#[test]
fn what_is_not_configured_is_named() {
    let run = run(Deliver::Full);
    let unconfigured = |key: &str| Some(NotMade::Unconfigured { key: key.to_owned() });
    let refused = |key: &str| Intent::Refused(NotMade::Unconfigured { key: key.to_owned() });

    let mut merchant = complete();
    merchant.webhook.url = Some(Address::Unreadable);
    assert_eq!(refusal(&plan(&merchant, &run), "unsigned"), unconfigured("webhook.url"));
    assert_eq!(plan(&merchant, &run).look(&Probe::WebhookTls), refused("webhook.url"));
    merchant.webhook.url = address("http://shop.example/hook");
    assert_eq!(refusal(&plan(&merchant, &run), "unsigned"), None);
    assert_eq!(plan(&merchant, &run).look(&Probe::WebhookTls), refused("webhook.url"));

    let mut merchant = complete();
    merchant.api.secret_key = None;
    merchant.sandbox = None;
    merchant.signer = None;
    merchant.network.egress = vec![Address::Unreadable];
    let without = plan(&merchant, &run);
    assert_eq!(refusal(&without, "control-before"), unconfigured("api.secret_key"));
    assert_eq!(without.look(&Probe::OwnSignature), refused("api.secret_key"));
    assert_eq!(without.look(&Probe::OrderStatus), refused("api.secret_key"));
    assert_eq!(without.look(&Probe::Signer), refused("signer"));
    assert_eq!(without.look(&Probe::Egress), refused("network.egress"));

    let mut merchant = complete();
    merchant.sandbox = None;
    merchant.webhook.effects = None;
    merchant.api.probe = false;
    let without = plan(&merchant, &run);
    assert_eq!(refusal(&without, "sandbox-secret"), unconfigured("sandbox.secret_key"));
    assert_eq!(refusal(&without, "once-sequential"), Some(NotMade::NoEffects));
    merchant.webhook.effects = complete().webhook.effects;
    merchant.webhook.control = None;
    assert_eq!(refusal(&plan(&merchant, &run), "restart-sent"), Some(NotMade::NoRestart));
    assert_eq!(without.look(&Probe::OrderStatus), Intent::Refused(NotMade::ProbeOff));
    assert_eq!(Plan::default().look(&Probe::Egress), Intent::None);

    let mut merchant = complete();
    for elsewhere in [
        "https://api.kwikpaisa.com.evil.example",
        "http://api.kwikpaisa.com",
        "https://api.kwikpaisa.com:8443",
    ] {
        merchant.api.base_url = address(elsewhere);
        assert_eq!(
            plan(&merchant, &run).look(&Probe::OrderStatus),
            refused("api.base_url"),
            "{elsewhere}"
        );
    }
}

#[test]
fn test_orders_are_handed_out_as_far_as_they_go() {
    let mut merchant = complete();
    let own = |name| Scenario {
        order: OrderNeed::TestOrder,
        ..Scenario::single(Delivery::genuine(name))
    };
    let probes =
        || [scenarios::baseline_before(), own("one"), own("two")].map(Probe::Deliver).to_vec();
    let none = Some(NotMade::NoTestOrders { key: "webhook.order".to_owned() });
    // The first stands for the control.
    for (ids, one, two) in [(3, None, None), (2, None, none.clone()), (0, none.clone(), none)] {
        merchant.webhook.order = Some(TestOrders::Ids(ids));
        let plan = Plan::merge(probes(), &merchant, &run(Deliver::Full));
        assert_eq!((refusal(&plan, "one"), refusal(&plan, "two")), (one, two), "{ids}");
    }
}

#[test]
fn a_secret_that_a_program_would_print_counts_as_there() {
    let mut merchant = complete();
    let origin = Origin::Command { program: "vault".to_owned() };
    merchant.api.secret_key =
        Some(Credential::Missing { origin: origin.clone(), why: MissingSecret::NotRun });
    assert_eq!(refusal(&plan(&merchant, &run(Deliver::Probe)), "unsigned"), None);
    merchant.api.secret_key =
        Some(Credential::Missing { origin, why: MissingSecret::CommandFailed });
    assert!(refusal(&plan(&merchant, &run(Deliver::Probe)), "unsigned").is_some());
}

#[test]
fn every_request_is_announced() {
    let merchant = complete();
    let plan = plan(&merchant, &run(Deliver::Full));
    let webhook = merchant.webhook_url().map(golive_checks::model::Show::show).unwrap_or_default();
    let announced: u64 = plan
        .requests
        .iter()
        .filter(|request| request.target == webhook)
        .map(|request| request.count)
        .sum();
    assert_eq!(announced, plan.granted_scenarios().iter().map(Scenario::requests).sum::<u64>());
    for planned in &plan.scenarios {
        let genuine = planned.what.deliveries().any(Delivery::is_validly_signed);
        let named =
            plan.requests.iter().filter(|request| request.name.starts_with(planned.what.name));
        assert_eq!(
            named.clone().any(|request| request.validly_signed),
            genuine,
            "{}",
            planned.what.name
        );
    }
    let named =
        |name: &str| plan.requests.iter().find(|request| request.name == name).expect("announced");
    assert_eq!((named("egress address").count, named("webhook legacy TLS").count), (3, 2));
    for forgery in space::sent_to(&merchant).map(|value| value.delivery) {
        assert_eq!(named(&format!("refused-effects/{}", forgery.name)).count, 1);
    }
    assert_eq!(
        named("platform order status").target,
        "https://api.kwikpaisa.com/api/v3/pg/order/status"
    );
    let counts = |step: &Step| matches!(step, Step::CountEffects | Step::Restart { .. });
    let counts =
        registry::every(&merchant).iter().flat_map(|s| s.steps.clone()).filter(counts).count();
    assert_eq!(named("webhook.effects").count, counts as u64);
    assert_eq!((named("webhook.control.stop").count, named("webhook.control.start").count), (3, 3));
    assert!(named("webhook.payout").count > 1);
}

#[test]
fn searches_are_announced_by_how_many_deliveries_they_make_at_most() {
    let plan = plan(&complete(), &run(Deliver::Probe));
    let named =
        |name: &str| plan.requests.iter().find(|request| request.name == name).expect("announced");
    let past = named("window-past");
    assert_eq!(
        (past.count, past.at_most, past.validly_signed, past.event),
        (36, true, true, Some("payment.processing"))
    );
    assert!(
        past.kind.contains("signed up to 1 h ago")
            && named("window-future").kind.contains("ahead of time"),
        "{}",
        past.kind
    );
    assert_eq!(
        (named("burst, all at once").count, named("burst, all at once").at_most),
        (50, false)
    );
    assert!(
        named("body-of-1024-kib").kind.contains("body of 1024 KiB"),
        "{}",
        named("body-of-1024-kib").kind
    );
    let text = plan.describe(true);
    assert!(text.contains("(up to 36 times)") && text.contains("(50 times)"), "{text}");
    assert!(plan.json().contains("\"at_most\": true"));
}

#[test]
fn a_plan_without_spoofing_claims_no_other_address() {
    let mut merchant = complete();
    merchant.webhook.no_spoofing = true;
    let plan = plan(&merchant, &run(Deliver::Full));
    let text = plan.describe(true);
    assert!(!text.contains("`X-Forwarded-For`") && text.contains("`Authorization`"), "{text}");
    assert!(text.contains("`webhook.spoof = false` leaves it out"), "{text}");
}

#[test]
fn forgeries_are_counted_by_what_they_differ_in_unless_all_are_asked_for() {
    let plan = plan(&complete(), &run(Deliver::Full));
    let (text, all) = (plan.describe(false), plan.describe(true));
    assert!(text.contains("framing") && text.contains("on test orders"), "{text}");
    assert!(!text.contains("forged-chunked") && all.contains("forged-chunked"));
    assert!(text.contains("where an answer"), "{text}");
}

#[test]
fn forgeries_beyond_the_limit_are_left_out_below_full_and_something_of_each_check_stays() {
    let mut merchant = complete();
    merchant.limits.webhook_forgeries = 20;
    let granted = |deliver| {
        let plan = plan(&merchant, &run(deliver));
        let names = plan.granted_scenarios().into_iter().map(|scenario| scenario.name);
        names.filter(|name| space::named(name).is_some()).collect::<Vec<_>>()
    };
    let few = granted(Deliver::Probe);
    assert!((15..=20).contains(&few.len()), "{few:?}");
    for check in space::checks() {
        let mut values = space::of_check(check, &merchant);
        assert!(values.any(|value| few.contains(&value.delivery.name)), "{check}");
    }
    assert!(granted(Deliver::Full).len() > 100);
}

#[test]
fn a_plan_says_how_many_test_ids_it_takes_and_what_goes_without() {
    let described =
        |plan: &Plan| plan.describe(false).split_whitespace().collect::<Vec<_>>().join(" ");
    let mut merchant = complete();
    let text = described(&plan(&merchant, &run(Deliver::Full)));
    assert!(text.contains("for one effect each") && !text.contains("without an id"), "{text}");
    merchant.webhook.order = Some(TestOrders::Ids(1));
    let few = plan(&merchant, &run(Deliver::Full));
    let text = described(&few);
    assert!(text.contains("from `webhook.order`: 1 given") && text.contains("without an id"));
    assert!(few.json().contains("\"without\""));
    let below = described(&plan(&merchant, &run(Deliver::Probe)));
    assert!(!below.contains("Test ids"), "{below}");
}

#[test]
fn the_announcement_says_what_is_left_out_and_no_secret() {
    let plan = plan(&complete(), &run(Deliver::Probe));
    let (text, json) = (plan.describe(true), plan.json());
    assert!(text.contains("https://…@shop.example/hook?…"), "{text}");
    assert!(text.contains("Left out") && text.contains("once-concurrent"), "{text}");
    assert!(!text.contains("MARKER") && !json.contains("MARKER"));
    let json: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(json["requests"].as_array().map(Vec::len), Some(plan.requests.len()));
    assert!(Plan::default().describe(true).contains("configuration alone"));
}

#[test]
fn the_plan_lists_what_every_address_of_the_name_may_get() {
    let merchant = complete();
    let probes = vec![Probe::WebhookAddresses, Probe::Deliver(every_address(&merchant))];
    let plan = Plan::merge(probes, &merchant, &run(Deliver::Probe));
    let listed: Vec<(&str, bool)> =
        plan.requests.iter().map(|one| (one.name.as_str(), one.validly_signed)).collect();
    assert_eq!(
        listed,
        [
            ("webhook addresses", false),
            ("every-address/address-genuine", true),
            ("every-address/address-unsigned", false),
            ("every-address/address-forged", false),
            ("every-address/address-genuine again", true),
        ]
    );
    assert!(plan.requests.iter().all(|one| one.at_most && one.count == 16));
    assert_eq!(every_address(&merchant).requests(), 64);
    let negative = Plan::merge(
        vec![Probe::Deliver(every_address(&merchant))],
        &merchant,
        &run(Deliver::Negative),
    );
    assert!(negative.requests.is_empty());
}
