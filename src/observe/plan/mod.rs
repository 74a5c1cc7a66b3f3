//! What a run observes: the wishes of all checks, each once, and why some of them are not granted.

mod delivery_words;
pub(super) mod describe;
mod forgeries;
mod ids_by_purpose;
pub(super) mod planned;
mod test_ids;

pub(crate) use planned::{COME_BACK, Intent, Plan, Planned, has_standing_order, source_key};

use golive_checks::conversation::forged_first::is_forged_first;
use golive_checks::conversation::scenarios::{
    BASELINE_BEFORE, baselines_between, baselines_for_pace, baselines_repeated, can_be_spared,
};
use golive_checks::conversation::space::{self, Value};
use golive_checks::model::{
    Address, Credential, Deliver, Merchant, MissingSecret, NotMade, OrderNeed, Probe, RunFacts,
    Scenario, Show as _, Signed, Slot, Stage, TestOrders,
};
use golive_checks::platform::hosts::{HostKind, classify};

impl Plan {
    /// Every probe once, and what the run and the configuration say to it.
    pub(crate) fn merge(probes: Vec<Probe>, merchant: &Merchant, run: &RunFacts) -> Self {
        let mut looks: Vec<Probe> = Vec::new();
        let mut scenarios: Vec<Scenario> = Vec::new();
        for probe in probes {
            match probe {
                Probe::Deliver(scenario) => {
                    if !scenarios.iter().any(|known| known.name == scenario.name) {
                        scenarios.push(scenario);
                    }
                }
                probe => {
                    if !looks.contains(&probe) {
                        looks.push(probe);
                    }
                }
            }
        }
        scenarios.sort_by_key(|scenario| scenario.stage);
        let gate = Gate { merchant, run };
        let looks: Vec<Planned<Probe>> =
            looks.into_iter().map(|what| Planned { not_made: gate.look(&what), what }).collect();
        let mut scenarios: Vec<Planned<Scenario>> = scenarios
            .into_iter()
            .map(|what| Planned { not_made: gate.scenario(&what), what })
            .collect();
        gate.hand_out(&mut scenarios);
        gate.leave_out_forgeries(&mut scenarios);
        scenarios.extend(more_baselines(&scenarios));
        scenarios.sort_by_key(|planned| planned.what.stage);
        let requests = describe::requests(&looks, &scenarios, merchant, run);
        let test_ids = ids_by_purpose::wanted(&scenarios, merchant);
        Self { looks, scenarios, requests, test_ids }
    }

    /// Whether anything is to be seen over the network.
    pub(crate) fn reaches_out(&self) -> bool {
        let local = |probe: &Probe| {
            matches!(
                probe,
                Probe::OwnSignature
                    | Probe::Signer
                    | Probe::SecretFiles
                    | Probe::ProxyVariables
                    | Probe::Source
            )
        };
        self.looks.iter().any(|look| look.not_made.is_none() && !local(&look.what))
            || !self.granted_scenarios().is_empty()
    }

    /// The scenarios that are carried out, in their order.
    pub(crate) fn granted_scenarios(&self) -> Vec<Scenario> {
        self.scenarios
            .iter()
            .filter(|planned| planned.not_made.is_none())
            .map(|planned| planned.what.clone())
            .collect()
    }

    /// Whether, and if not why, `probe` is looked at.
    pub(crate) fn look(&self, probe: &Probe) -> Intent {
        match self.looks.iter().find(|look| look.what == *probe) {
            None => Intent::None,
            Some(Planned { not_made: Some(why), .. }) => Intent::Refused(why.clone()),
            Some(Planned { not_made: None, .. }) => Intent::Granted,
        }
    }
}

/// Genuine events between deliveries that may be rejected, and to find out why one was rejected;
/// where the run begins with one.
fn more_baselines(scenarios: &[Planned<Scenario>]) -> Vec<Planned<Scenario>> {
    let mut granted = scenarios.iter().filter(|planned| planned.not_made.is_none());
    let rejectable = granted.clone().map(|planned| planned.what.rejectable_requests()).sum();
    if !granted.any(|planned| planned.what.name == BASELINE_BEFORE.name) {
        return Vec::new();
    }
    let between = (rejectable > 0).then(|| baselines_between(rejectable));
    let all = between.into_iter().chain([baselines_for_pace(), baselines_repeated()]);
    all.map(|what| Planned { what, not_made: None }).collect()
}

/// What the run and the configuration say to a wish.
struct Gate<'a> {
    merchant: &'a Merchant,
    run: &'a RunFacts,
}

impl Gate<'_> {
    fn look(&self, probe: &Probe) -> Option<NotMade> {
        match probe {
            Probe::WebhookNames | Probe::WebhookAddresses => {
                self.online().or_else(|| self.webhook())
            }
            Probe::WebhookTls | Probe::WebhookLegacyTls => {
                self.online().or_else(|| self.webhook()).or_else(|| self.webhook_tls())
            }
            Probe::WebhookPlainHttp => {
                self.online().or_else(|| self.tier(Deliver::Negative)).or_else(|| self.webhook())
            }
            Probe::Deliver(scenario) => self.scenario(scenario),
            Probe::OrderStatus => self.online().or_else(|| self.order_status()),
            Probe::Egress => {
                let services =
                    self.merchant.network.egress.iter().any(|address| address.url().is_some());
                self.online().or_else(|| (!services).then(|| unconfigured("network.egress")))
            }
            Probe::OwnSignature => self.secret(Slot::SecretKey),
            Probe::Signer => self
                .online()
                .or_else(|| self.merchant.signer.is_none().then(|| unconfigured("signer")))
                .or_else(|| self.secret(Slot::SecretKey)),
            Probe::SecretFiles | Probe::ProxyVariables => None,
            Probe::Site => {
                let site =
                    self.merchant.source.site.as_ref().is_some_and(|site| site.url().is_some());
                self.online().or_else(|| (!site).then(|| unconfigured("source.site")))
            }
            Probe::Source => {
                (!self.merchant.source.is_configured()).then(|| unconfigured("source.roots"))
            }
        }
    }

    fn scenario(&self, scenario: &Scenario) -> Option<NotMade> {
        let sandbox =
            scenario.deliveries().any(|delivery| delivery.signed == Signed::SandboxSecret);
        self.online()
            .or_else(|| self.tier(scenario.tier()))
            // Without a genuine delivery there is no control, so there is nothing for one to come
            // after.
            .or_else(|| {
                matches!(
                    scenario.stage,
                    Stage::ControlBefore | Stage::ControlAfter | Stage::Addresses
                )
                .then(|| self.tier(Deliver::Probe))
                .flatten()
            })
            .or_else(|| self.webhook())
            .or_else(|| self.spoofing(scenario.name))
            .or_else(|| self.secret(Slot::SecretKey))
            .or_else(|| sandbox.then(|| self.secret(Slot::SandboxSecretKey)).flatten())
            .or_else(|| {
                (scenario.counts_effects() && self.merchant.webhook.effects.is_none())
                    .then_some(NotMade::NoEffects)
            })
            .or_else(|| {
                (scenario.reads_status() && self.merchant.webhook.status.is_none())
                    .then_some(NotMade::NoStatus)
            })
            .or_else(|| {
                (scenario.restarts() && self.merchant.webhook.control.is_none())
                    .then_some(NotMade::NoRestart)
            })
    }

    /// Gives every scenario that wants a test order of its own one, as far as they go, those last
    /// that can be spared. The first stands for those that take any.
    fn hand_out(&self, scenarios: &mut [Planned<Scenario>]) {
        for (any, own) in
            [(OrderNeed::Any, OrderNeed::TestOrder), (OrderNeed::AnyPayout, OrderNeed::TestPayout)]
        {
            let wants = |planned: &Planned<Scenario>, need| {
                planned.not_made.is_none() && planned.what.order == need
            };
            let standing = has_standing_order(any, self.merchant, self.run)
                && scenarios.iter().any(|planned| wants(planned, any));
            let mut left = match planned::source(own, self.merchant) {
                None => 0,
                Some(TestOrders::Command(_)) => usize::MAX,
                Some(TestOrders::Ids(count)) => count.saturating_sub(usize::from(standing)),
            };
            for spared in [false, true] {
                let in_turn = |planned: &Planned<Scenario>| {
                    wants(planned, own)
                        && (can_be_spared(planned.what.name) || is_forged_first(planned.what.name))
                            == spared
                };
                for planned in scenarios.iter_mut().filter(|planned| in_turn(planned)) {
                    if left == 0 {
                        planned.not_made =
                            Some(NotMade::NoTestOrders { key: source_key(own).to_owned() });
                    }
                    left = left.saturating_sub(1);
                }
            }
        }
    }

    /// Outside of `full`, leaves out forgeries beyond the limit: those that come last in the table
    /// of their check.
    fn leave_out_forgeries(&self, scenarios: &mut [Planned<Scenario>]) {
        if self.run.deliver == Deliver::Full {
            return;
        }
        let mut forgeries: Vec<(usize, &mut Planned<Scenario>)> = scenarios
            .iter_mut()
            .filter(|planned| planned.not_made.is_none())
            .filter_map(|planned| Some((space::place(planned.what.name)?, planned)))
            .collect();
        forgeries.sort_by_key(|(place, _)| *place);
        let most = usize::try_from(self.merchant.limits.webhook_forgeries).unwrap_or(usize::MAX);
        for (_, planned) in forgeries.into_iter().skip(most) {
            planned.not_made = Some(NotMade::EnoughForgeries);
        }
    }

    fn online(&self) -> Option<NotMade> {
        self.run.offline.then_some(NotMade::Offline)
    }

    fn tier(&self, needs: Deliver) -> Option<NotMade> {
        (self.run.deliver < needs).then_some(NotMade::Deliver { is: self.run.deliver, needs })
    }

    fn webhook(&self) -> Option<NotMade> {
        let usable = self
            .merchant
            .webhook_url()
            .is_some_and(|url| matches!(url.scheme.as_str(), "http" | "https"));
        (!usable).then(|| unconfigured("webhook.url"))
    }

    fn spoofing(&self, name: &str) -> Option<NotMade> {
        let claims = space::named(name).is_some_and(Value::claims_address);
        (self.merchant.webhook.no_spoofing && claims).then_some(NotMade::NoSpoofing)
    }

    fn webhook_tls(&self) -> Option<NotMade> {
        let https =
            self.merchant.webhook_url().is_some_and(golive_checks::model::Endpoint::is_https);
        (!https).then(|| unconfigured("webhook.url"))
    }

    fn order_status(&self) -> Option<NotMade> {
        if !self.merchant.api.probe {
            return Some(NotMade::ProbeOff);
        }
        // The secret signs for the platform's own host and no other.
        let base_url = self.merchant.api.base_url.as_ref().and_then(Address::url);
        let own = base_url.is_some_and(|url| {
            url.is_https()
                && url.port.is_none()
                && classify(&url.host.show()) == HostKind::Production
        });
        (!own)
            .then(|| unconfigured("api.base_url"))
            .or_else(|| self.secret(Slot::ApiKey))
            .or_else(|| self.secret(Slot::SecretKey))
    }

    /// `golive plan` runs no program, so that a secret which one would print counts as there.
    fn secret(&self, slot: Slot) -> Option<NotMade> {
        match self.merchant.credential(slot) {
            Some(Credential::Found(_) | Credential::Missing { why: MissingSecret::NotRun, .. }) => {
                None
            }
            Some(Credential::Missing {
                why:
                    MissingSecret::NotSet | MissingSecret::Unreadable | MissingSecret::CommandFailed,
                ..
            })
            | None => Some(unconfigured(slot.key())),
        }
    }
}

fn unconfigured(key: &str) -> NotMade {
    NotMade::Unconfigured { key: key.to_owned() }
}

#[cfg(test)]
mod tests;
