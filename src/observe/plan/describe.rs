//! Every request a run would make, in words: what `golive plan` prints.

use crate::observe::plan::delivery_words::{kind, range, stopped, together};
use crate::observe::plan::forgeries;
use crate::observe::plan::planned::{
    COME_BACK, Plan, Planned, PlannedRequest, has_standing_order, source_key,
};
use crate::page::wrapped;
use std::fmt::Write as _;

use golive_checks::conversation::space;
use golive_checks::model::{
    Address, Change, Content, Delivery, Examination, Hook, HookSource, Merchant, Occasion,
    OrderNeed, Probe, Program, Quoted, RunFacts, Scenario, Show as _, Stage, Step, TestOrders,
    Wait,
};
use golive_checks::platform::call::Call;
use golive_checks::platform::signing::request::PAYLOADS;
use serde_json::json;

use crate::observe::webhook::receiver_control::IS_IT_UP;

impl Plan {
    /// The plan for a person to read; of forgeries that differ in one thing each, the number unless
    /// `all` is set.
    pub(crate) fn describe(&self, all: bool) -> String {
        let mut text = format!(
            "What `golive check` would do. Nothing was contacted and no program was run.\nA \
             delivery that a rate limit turns away (429) goes out again, up to {COME_BACK} times, \
             re-signed unless it repeats another.\n"
        );
        let mut target = None;
        let many = |request: &&PlannedRequest| all || !forgeries::is_one_of_many(request);
        for request in self.requests.iter().filter(many) {
            if target != Some(&request.target) {
                let _ = write!(text, "\n{}\n", request.target);
                target = Some(&request.target);
            }
            let times = match (request.count, request.at_most) {
                (1, false) => String::new(),
                (count, false) => format!(" ({count} times)"),
                (count, true) => format!(" (up to {count} times)"),
            };
            let _ = writeln!(
                text,
                "  {:<5} {:<26} {}{times}",
                request.method, request.name, request.kind
            );
        }
        if !all {
            text.push_str(&forgeries::summary(&self.requests));
        }
        if self.requests.iter().any(|request| request.order.is_some()) {
            text.push_str(&forgeries::estimate(&self.requests));
            for ids in &self.test_ids {
                let _ = write!(text, "\n{}", ids.describe());
            }
        }
        if self.requests.is_empty() {
            text.push_str("\nNothing: this run would look at the configuration alone.\n");
        }
        let mut by_reason: Vec<(String, Vec<&str>)> = Vec::new();
        let many = |name: &str| !all && space::named(name).is_some();
        for (name, why) in self.left_out().into_iter().filter(|(name, _)| !many(name)) {
            match by_reason.iter_mut().find(|(reason, _)| *reason == why) {
                Some((_, names)) => names.push(name),
                None => by_reason.push((why, vec![name])),
            }
        }
        for (why, names) in by_reason {
            let wrapped = |words: &str, indent| wrapped(indent, "  ", words);
            let _ = write!(
                text,
                "\n{}\n{}\n",
                wrapped(&format!("Left out: {why}"), ""),
                wrapped(&names.join(", "), "  ")
            );
        }
        text
    }

    /// The plan for a program to read.
    pub(crate) fn json(&self) -> String {
        let left_out: Vec<_> = self
            .left_out()
            .into_iter()
            .map(|(name, why)| json!({ "name": name, "reason": why }))
            .collect();
        let plan = json!({ "schema": "golive.plan/v1", "requests": self.requests, "left_out": left_out,
                    "test_ids": self.test_ids });
        format!("{plan:#}\n")
    }

    /// What was asked for and is not done, and why.
    fn left_out(&self) -> Vec<(&'static str, String)> {
        let looks = self.looks.iter().map(|look| (words(&look.what), &look.not_made));
        let scenarios =
            self.scenarios.iter().map(|scenario| (scenario.what.name, &scenario.not_made));
        looks
            .chain(scenarios)
            .filter_map(|(name, why)| Some((name, why.as_ref()?.reason().show())))
            .collect()
    }
}

/// What a probe is called while it is in flight.
pub(crate) const fn words(probe: &Probe) -> &'static str {
    match probe {
        Probe::WebhookNames => "webhook name",
        Probe::WebhookTls => "webhook TLS",
        Probe::WebhookAddresses => "webhook addresses",
        Probe::WebhookLegacyTls => "webhook legacy TLS",
        Probe::WebhookPlainHttp => "webhook port 80",
        Probe::Deliver(scenario) => scenario.name,
        Probe::OrderStatus => "platform order status",
        Probe::Egress => "egress address",
        Probe::OwnSignature => "own signature",
        Probe::Signer => "merchant's signer",
        Probe::SecretFiles => "secret files",
        Probe::ProxyVariables => "proxy variables",
        Probe::Source => "source tree",
        Probe::Site => "merchant's site",
    }
}

/// Every request of a plan.
pub(in crate::observe) fn requests(
    looks: &[Planned<Probe>],
    scenarios: &[Planned<Scenario>],
    merchant: &Merchant,
    run: &RunFacts,
) -> Vec<PlannedRequest> {
    let mut requests: Vec<PlannedRequest> = looks
        .iter()
        .filter(|look| look.not_made.is_none())
        .flat_map(|look| look_requests(&look.what, merchant))
        .collect();
    let granted: Vec<&Scenario> = scenarios
        .iter()
        .filter(|planned| planned.not_made.is_none())
        .map(|planned| &planned.what)
        .collect();
    requests.extend(order_requests(&granted, merchant, run));
    for scenario in &granted {
        requests.extend(scenario_requests(scenario, merchant, run));
    }
    requests.extend(hook_requests(&granted, merchant));
    requests.extend(control_requests(&granted, merchant));
    requests
}

fn simple(
    name: &'static str,
    target: String,
    method: &'static str,
    kind: impl Into<String>,
) -> PlannedRequest {
    let (name, kind) = (name.to_owned(), kind.into());
    PlannedRequest {
        name,
        target,
        method,
        kind,
        count: 1,
        at_most: false,
        validly_signed: false,
        event: None,
        order: None,
    }
}

fn look_requests(probe: &Probe, merchant: &Merchant) -> Vec<PlannedRequest> {
    let name = words(probe);
    let webhook = merchant.webhook_url();
    let host = || webhook.map_or_else(String::new, |url| url.host.show());
    let authority = || webhook.map_or_else(String::new, golive_checks::model::Endpoint::authority);
    match probe {
        Probe::WebhookNames => {
            vec![simple(name, host(), "DNS", "the addresses of the webhook's name")]
        }
        Probe::WebhookTls => {
            vec![simple(name, authority(), "TLS", "a handshake, to see version and certificates")]
        }
        Probe::WebhookAddresses => {
            let https = webhook.is_some_and(golive_checks::model::Endpoint::is_https);
            let handshake = PlannedRequest {
                count: merchant.limits.webhook_addresses,
                at_most: true,
                ..simple(
                    name,
                    authority(),
                    "TLS",
                    "a handshake with each address of the name, only where it has several",
                )
            };
            https.then_some(handshake).into_iter().collect()
        }
        Probe::WebhookLegacyTls => {
            vec![PlannedRequest {
                count: 2,
                ..simple(
                    name,
                    authority(),
                    "TLS",
                    "the first message of TLS 1.0 and of 1.1, to see whether they are refused",
                )
            }]
        }
        Probe::WebhookPlainHttp => {
            let path = webhook.map_or("/", |url| url.path.as_str());
            vec![PlannedRequest {
                event: Some("payment.processing"),
                order: Some("never issued"),
                ..simple(
                    name,
                    format!("http://{}:80{path}", host()),
                    "POST",
                    "an unsigned event, to see whether it is served over plain HTTP",
                )
            }]
        }
        Probe::OrderStatus => {
            let base = merchant
                .api
                .base_url
                .as_ref()
                .and_then(Address::url)
                .map_or_else(String::new, |url| url.host.show());
            vec![PlannedRequest {
                validly_signed: true,
                order: Some("never issued"),
                ..simple(
                    name,
                    format!("https://{base}{}", Call::OrderStatus.path()),
                    "POST",
                    "the one read-only call, signed with the API secret",
                )
            }]
        }
        Probe::Egress => {
            let services = merchant.network.egress.iter().filter_map(Address::url);
            let one = |url: &golive_checks::model::Endpoint| PlannedRequest {
                count: merchant.limits.egress_samples,
                ..simple(name, url.show(), "GET", "asks for this machine's address")
            };
            services.map(one).collect()
        }
        Probe::Signer => merchant
            .signer
            .iter()
            .map(|program| PlannedRequest {
                count: PAYLOADS.len() as u64,
                ..simple(name, program_name(&program.name), "run", "signs a known payload")
            })
            .collect(),
        Probe::Site => {
            let site = merchant
                .source
                .site
                .as_ref()
                .and_then(Address::url)
                .map_or_else(String::new, golive_checks::model::Show::show);
            vec![PlannedRequest {
                count: merchant.limits.source_site_requests,
                at_most: true,
                ..simple(
                    name,
                    site,
                    "GET",
                    "the page, its own scripts and source maps, `/.env` and `/.git/config` of its \
                     host",
                )
            }]
        }
        Probe::Deliver(_)
        | Probe::OwnSignature
        | Probe::SecretFiles
        | Probe::ProxyVariables
        | Probe::Source => Vec::new(),
    }
}

fn program_name(name: &str) -> String {
    format!("program {}", Quoted(name).show())
}

/// The programs that make test orders.
fn order_requests(
    granted: &[&Scenario],
    merchant: &Merchant,
    run: &RunFacts,
) -> Vec<PlannedRequest> {
    let pairs = [
        (OrderNeed::Any, OrderNeed::TestOrder, &merchant.webhook.order),
        (OrderNeed::AnyPayout, OrderNeed::TestPayout, &merchant.webhook.payout),
    ];
    let mut requests = Vec::new();
    for (any, own, source) in pairs {
        let Some(TestOrders::Command(program)) = source else { continue };
        let wanting =
            |need| granted.iter().filter(|scenario| scenario.order == need).count() as u64;
        let standing = has_standing_order(any, merchant, run) && wanting(any) > 0;
        let apart = |scenario: &&&Scenario| scenario.order == any && scenario.is_apart();
        let of_their_own = |scenario: &&Scenario| match scenario.stage {
            Stage::Between => scenario.requests(),
            _ => 1,
        };
        let apart: u64 = granted.iter().filter(apart).map(of_their_own).sum();
        let count = wanting(own) + if standing { 1 + apart } else { 0 };
        if count > 0 {
            requests.push(PlannedRequest {
                count,
                ..simple(source_key(own), program_name(&program.name), "run", "makes a test order")
            });
        }
    }
    requests
}

/// The questions to the merchant about its orders.
fn hook_requests(granted: &[&Scenario], merchant: &Merchant) -> Vec<PlannedRequest> {
    let hooks = [
        (
            Step::CountEffects,
            &merchant.webhook.effects,
            "webhook.effects",
            "counts effects, again and again until they rest",
        ),
        (
            Step::ReadStatus,
            &merchant.webhook.status,
            "webhook.status",
            "reads the state of an order, again and again until it rests",
        ),
    ];
    let request = |(step, hook, name, kind): (Step, &Option<Hook>, &'static str, &'static str)| {
        // After a restart effects are counted once more.
        let asks = |other: &&Step| {
            **other == step || step == Step::CountEffects && matches!(other, Step::Restart { .. })
        };
        let count =
            granted.iter().map(|scenario| scenario.steps.iter().filter(asks).count() as u64).sum();
        let (target, method) = match &hook.as_ref()?.source {
            HookSource::Command(program) => (program_name(&program.name), "run"),
            HookSource::Url(Address::Url(url)) => (url.show(), "GET"),
            HookSource::Url(Address::Unreadable) => return None,
        };
        (count > 0).then(|| PlannedRequest { count, ..simple(name, target, method, kind) })
    };
    hooks.into_iter().filter_map(request).collect()
}

/// The programs that stop the receiver and start it again.
fn control_requests(granted: &[&Scenario], merchant: &Merchant) -> Vec<PlannedRequest> {
    let count = granted.iter().filter(|scenario| scenario.restarts()).count() as u64;
    let Some(control) = merchant.webhook.control.as_ref().filter(|_| count > 0) else {
        return Vec::new();
    };
    let run = |name, program: &Program, kind: &str| PlannedRequest {
        count,
        ..simple(name, program_name(&program.name), "run", kind)
    };
    vec![
        run("webhook.control.stop", &control.stop, "stops the receiver"),
        run(
            "webhook.control.start",
            &control.start,
            "starts the receiver again, on every way out; up to 3 times where that fails",
        ),
    ]
}

fn scenario_requests(
    scenario: &Scenario,
    merchant: &Merchant,
    run: &RunFacts,
) -> Vec<PlannedRequest> {
    let target = merchant.webhook_url().map_or_else(String::new, |url| url.show());
    let order_for = |need| match need {
        OrderNeed::TestOrder => "a test order of its own",
        OrderNeed::TestPayout => "a test payout of its own",
        OrderNeed::Any if has_standing_order(need, merchant, run) => {
            if scenario.is_apart() {
                "a test order, its own while some are left"
            } else {
                "the first test order"
            }
        }
        OrderNeed::AnyPayout if has_standing_order(need, merchant, run) => {
            if scenario.is_apart() {
                "a test payout, its own while some are left"
            } else {
                "the first test payout"
            }
        }
        OrderNeed::Any | OrderNeed::AnyPayout => "never issued",
        OrderNeed::Unmarked => "never issued, without golive's mark",
    };
    let request_for = |need, delivery: &Delivery, suffix: &str, count| {
        let order = order_for(need);
        let name = if delivery.name == scenario.name {
            delivery.name.to_owned()
        } else {
            format!("{}/{}", scenario.name, delivery.name)
        };
        let event = match delivery.content {
            Content::Event(event) => Some(event.name()),
            Content::OtherCase => Some("Payment.Processing"),
            Content::UnknownEvent => Some("golive.unknown"),
            Content::NotJson | Content::NotAnEvent | Content::ApiRequest | Content::Empty => None,
        };
        PlannedRequest {
            name: format!("{name}{suffix}"),
            target: target.clone(),
            method: delivery.method.word(),
            kind: format!("{}; order: {order}", kind(delivery)),
            count,
            at_most: false,
            validly_signed: delivery.is_validly_signed(),
            event,
            order: Some(order),
        }
    };
    let order = order_for(scenario.order);
    let request = |delivery: &Delivery, suffix: &str, count| {
        request_for(scenario.order, delivery, suffix, count)
    };
    if let (Stage::Between, Some(Step::Deliver(delivery))) =
        (scenario.stage, scenario.steps.first())
    {
        // Each about an order of its own.
        let count = scenario.requests();
        return vec![PlannedRequest { at_most: true, ..request(delivery, "", count) }];
    }
    let of_step = |step: &Step| match step {
        Step::Deliver(delivery) => vec![request(delivery, "", 1)],
        Step::Together { delivery, count, copies, release } => {
            vec![request(delivery, together(*copies, *release), *count)]
        }
        Step::UntilAccepted { delivery, retries, .. } => {
            let again =
                PlannedRequest { at_most: true, ..request(delivery, ", while not 200", *retries) };
            [request(delivery, "", 1), again]
                .into_iter()
                .filter(|request| request.count > 0)
                .collect()
        }
        Step::Restart { delivery, point, controls } => {
            let stopped = PlannedRequest {
                kind: format!("{}; {}", kind(delivery), stopped(*point)),
                ..request(delivery, "", 1)
            };
            let controls = request_for(OrderNeed::Any, &IS_IT_UP, ", down and back", *controls);
            vec![stopped, PlannedRequest { at_most: true, ..controls }]
        }
        Step::Beside { deliveries } => {
            deliveries.iter().map(|delivery| request(delivery, "", 1)).collect()
        }
        Step::EachAddress { deliveries, most } => {
            let at_each = |delivery: &Delivery, suffix, about: &str| PlannedRequest {
                at_most: true,
                kind: format!(
                    "{}, to each address of the name, only where it has several; order: {order}, \
                     {about}",
                    kind(delivery)
                ),
                ..request(delivery, suffix, *most)
            };
            let again =
                deliveries.first().map(|delivery| at_each(delivery, " again", "the same bytes"));
            let each =
                deliveries.iter().map(|delivery| at_each(delivery, "", "each another event"));
            each.chain(again).collect()
        }
        Step::Altered { of } => match scenario.steps.get(*of) {
            Some(Step::Deliver(delivery)) => {
                let altered = Delivery { change: Change::BodyByte, ..*delivery };
                vec![request(&altered, " with another amount", 1)]
            }
            _ => Vec::new(),
        },
        Step::Repeat { of } => match scenario.steps.get(*of) {
            Some(Step::Deliver(delivery) | Step::Together { delivery, .. }) => {
                vec![request(&Delivery { wait: Wait::Answer, ..*delivery }, " again", 1)]
            }
            Some(
                Step::Repeat { .. }
                | Step::Altered { .. }
                | Step::Beside { .. }
                | Step::EachAddress { .. }
                | Step::Search(_)
                | Step::Burst { .. }
                | Step::UntilAccepted { .. }
                | Step::Restart { .. }
                | Step::Examine(_)
                | Step::CountEffects
                | Step::ReadStatus,
            )
            | None => Vec::new(),
        },
        Step::Search(search) => vec![PlannedRequest {
            at_most: true,
            kind: format!(
                "{}, {}; order: {order}, each another event",
                kind(&search.delivery),
                range(search)
            ),
            ..request(&search.delivery, "", search.round())
        }],
        Step::Burst { delivery, count } => vec![PlannedRequest {
            kind: format!("{}; order: {order}, each another event", kind(delivery)),
            ..request(delivery, ", all at once", *count)
        }],
        Step::Examine(examination) => vec![PlannedRequest {
            name: scenario.name.to_owned(),
            at_most: true,
            kind: format!(
                "payment.processing, each signed under another wrong reading of the rule{}; \
                 order: {order}, each another event",
                match examination.occasion {
                    Occasion::Trouble =>
                        ", only where the application refuses a genuine event or some spellings of \
                         it",
                    Occasion::Always => "",
                }
            ),
            ..request(&Examination::GENUINE, "", examination.most)
        }],
        Step::CountEffects | Step::ReadStatus => Vec::new(),
    };
    let mut requests: Vec<PlannedRequest> = Vec::new();
    for request in scenario.steps.iter().flat_map(of_step) {
        // The rounds of a search are one kind of request.
        match requests
            .last_mut()
            .filter(|last| last.at_most && last.name == request.name && last.kind == request.kind)
        {
            Some(last) => last.count += request.count,
            None => requests.push(request),
        }
    }
    requests
}
