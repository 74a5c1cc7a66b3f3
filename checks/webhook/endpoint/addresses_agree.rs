//! Every address of the webhook's name must be a right receiver.

use std::net::SocketAddr;

use crate::conversation::addresses::{
    Answer, AtAddress, Sent, delivered, every_address, shown, subject,
};
use crate::conversation::baselines::Baselines;
use crate::conversation::repeat_command;
use crate::conversation::scenarios::between_baselines;
use crate::model::{
    AddressesSeen, Check, CheckMeta, Evidence, Exchange, Facts, Finding, Host, Level, Merchant,
    Needs, NotMade, Observed, Outcome, Probe, Reason, Reference, RunFacts, Switch, Text, Trust,
};
use crate::platform::address::special;
use crate::text;

/// See [`META`].
pub(super) struct AddressesAgree;

const META: CheckMeta = CheckMeta {
    id: "webhook-addresses-agree",
    title: "All addresses of the webhook answer correctly",
    level: Level::Required,
    covers: &["PC-16", "PC-18", "PC-19", "WH-01"],
    needs: Needs::Network,
    rationale: "The platform sends each event to whichever address it resolved, so one server \
                that is down or does not verify signatures loses events or lets forged ones in.",
    judged: "Every A and AAAA record of the webhook's name gets a genuine event, an unsigned one, \
             a forged one and the genuine one again: 200, 4xx, 4xx, 200. Of more addresses than \
             `limits.webhook_addresses` a sample is looked at, chosen by the run's seed. An \
             address that answers differently from the others, or takes no connection in two \
             attempts 5 s apart (`limits.webhook_address_retry_ms`, golive's limit), fails and is \
             named. A rate limit, or a time-out after connecting, is undecided. IPv6 addresses \
             that a machine without IPv6 cannot look at, and a name with only IPv6 addresses, \
             warn: the platform does not document whether it sends over IPv6 (golive's \
             judgement). With a single address there is nothing to compare.",
    remediation: "Deploy the same release and secret to every server behind the host of \
                  `webhook.url`, and remove the DNS records of servers that are gone.",
    reference: Reference::WEBHOOKS,
    ..CheckMeta::USUAL
};

impl Check for AddressesAgree {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn plan(&self, merchant: &Merchant, _run: &RunFacts) -> Vec<Probe> {
        let mut probes = vec![Probe::WebhookNames, Probe::WebhookAddresses];
        probes.extend(between_baselines([every_address(merchant)]));
        probes
    }

    fn judge(&self, facts: &Facts<'_>) -> anyhow::Result<Outcome> {
        let addresses = delivered(facts)?;
        let seen = facts.seen.webhook_addresses.get()?;
        let faults = Faults::of(&addresses);
        // Nothing excuses a forgery that was believed.
        if faults.0.iter().any(|fault| fault.is_certain()) {
            return Ok(Outcome::Fail(faults.finding(facts, seen)));
        }
        if is_partly_private(facts) {
            return Err(Reason::Blocked { by: "webhook-public-address" }.into());
        }
        let sent: Vec<&Exchange> = addresses.iter().flat_map(|at| at.exchanges()).collect();
        Baselines::around(facts, &sent)?;
        if !faults.0.is_empty() {
            return Ok(Outcome::Fail(faults.finding(facts, seen)));
        }
        all_looked_at(facts, seen, &addresses)?;
        held_up(facts, &addresses)?;
        let mut shown = match seen.all[..] {
            [only] => vec![Evidence::of(
                subject(facts, only),
                "every address of the webhook is looked at",
                "the only one; all deliveries went there",
            )],
            _ => looked_at(facts, &addresses),
        };
        shown.extend(sample(facts, seen));
        if let Some(warning) = narrow(facts, seen, &addresses) {
            return Ok(Outcome::Warn(Finding { evidence: shown, ..warning }));
        }
        if facts.seen.webhook_names == Observed::NotMade(NotMade::BySwitch) {
            let unseen = "the addresses of the webhook host were not looked up".into();
            return Err(Reason::TrialRun { switch: Switch::ConnectTo, unseen }.into());
        }
        Ok(Outcome::Pass(shown))
    }
}

/// What is wrong with one address and not with all of them.
struct Fault<'a> {
    at: AtAddress<'a>,
    kind: FaultKind,
}

enum FaultKind {
    /// It takes no connection, and how that went.
    Dead(Text),
    /// It answers these differently from other addresses, and wrongly.
    Answers(Vec<Sent>),
}

impl Fault<'_> {
    /// Whether it believed a forgery.
    fn is_certain(&self) -> bool {
        let believed = |sent: &Sent| {
            sent.right() == Answer::Rejected
                && self.at.exchange(*sent).is_some_and(Exchange::succeeded)
        };
        matches!(&self.kind, FaultKind::Answers(sent) if sent.iter().any(believed))
    }

    fn words(&self, facts: &Facts<'_>) -> Text {
        let address = shown(facts, self.at.address);
        match &self.kind {
            FaultKind::Dead(_) => text!("{} took no connection in two attempts", address),
            FaultKind::Answers(sent) => {
                let each: Vec<Text> = sent
                    .iter()
                    .filter_map(|sent| {
                        let status = self.at.exchange(*sent)?.status()?;
                        Some(text!("{} with {}", sent.words(), status))
                    })
                    .collect();
                text!("{} answers {}", address, Text::join(&each, " and "))
            }
        }
    }
}

/// Every fault, in the order of the addresses.
struct Faults<'a>(Vec<Fault<'a>>);

impl<'a> Faults<'a> {
    fn of(addresses: &[AtAddress<'a>]) -> Self {
        let alive: Vec<AtAddress<'a>> =
            addresses.iter().copied().filter(|at| at.is_alive()).collect();
        // What is wrong everywhere is for other checks to say.
        let everywhere = |sent: Sent| {
            let mut clear =
                alive.iter().map(|at| at.answer(sent)).filter(|answer| *answer != Answer::Unclear);
            clear.next().is_none_or(|first| clear.all(|answer| answer == first))
        };
        let compared: Vec<Sent> = Sent::ALL.into_iter().filter(|sent| !everywhere(*sent)).collect();
        let differs = |at: AtAddress<'_>, sent: Sent| {
            let answer = at.answer(sent);
            answer != sent.right() && answer != Answer::Unclear
        };
        let fault = |at: AtAddress<'a>| {
            if let Some(why) = at.dead() {
                return Some(Fault { at, kind: FaultKind::Dead(why) });
            }
            let sent: Vec<Sent> =
                compared.iter().copied().filter(|sent| differs(at, *sent)).collect();
            let differs = at.is_alive() && !sent.is_empty();
            differs.then_some(Fault { at, kind: FaultKind::Answers(sent) })
        };
        Self(addresses.iter().copied().filter_map(fault).collect())
    }

    fn finding(&self, facts: &Facts<'_>, seen: &AddressesSeen) -> Finding {
        let each: Vec<Text> = self.0.iter().map(|fault| fault.words(facts)).collect();
        let message = match (&each[..], seen.conversation) {
            ([one], Some(other)) if self.0.iter().all(|fault| fault.at.address != other) => {
                text!("{}; {} does not", one, shown(facts, other))
            }
            ([one], _) => one.clone(),
            _ => text!(
                "{} of {} addresses of the webhook fail: {}",
                each.len(),
                seen.all.len(),
                Text::join(&each, "; ")
            ),
        };
        let message = match &self.0[..] {
            [Fault { kind: FaultKind::Dead(_), .. }] => each[0].clone(),
            _ => message,
        };
        let mut evidence: Vec<Evidence> = self
            .0
            .iter()
            .map(|fault| match &fault.kind {
                FaultKind::Dead(why) => {
                    Evidence::of(subject(facts, fault.at.address), "a connection", why.clone())
                }
                FaultKind::Answers(_) => {
                    Evidence::of(subject(facts, fault.at.address), EXPECTED, fault.at.answers())
                }
            })
            .collect();
        evidence.extend(sample(facts, seen));
        let finding = Finding::new(message, evidence);
        let Some(first) = self.0.first() else { return finding };
        let address = first.at.address;
        let (name, finding) = match &first.kind {
            FaultKind::Dead(_) => (
                None,
                finding.fix(text!(
                    "Start the server at {}, or remove its record from the DNS of the host of \
                     `webhook.url`",
                    shown(facts, address)
                )),
            ),
            FaultKind::Answers(sent) => (sent.first().and_then(|sent| sent.twin()), finding),
        };
        Finding { repeat: repeat_command::to_address(facts, name, address), ..finding }
    }
}

/// Insists that the deliveries went to every address that was to be looked at.
fn all_looked_at(
    facts: &Facts<'_>,
    seen: &AddressesSeen,
    addresses: &[AtAddress<'_>],
) -> Result<(), Reason> {
    let is_missing = |address: &SocketAddr| !addresses.iter().any(|at| at.address == *address);
    let mut wanted = seen.looked_at.iter().map(|there| there.address);
    match (wanted.find(is_missing), &seen.all[..]) {
        (Some(address), _) => {
            Err(Reason::Transport(text!("no delivery went to {}", shown(facts, address))))
        }
        (None, []) => Err(Reason::Transport("the name led to no address".into())),
        (None, [_]) => Ok(()),
        (None, _) if addresses.is_empty() => {
            Err(Reason::Transport("no delivery went to any address".into()))
        }
        (None, _) => Ok(()),
    }
}

/// Why nothing can be concluded from answers that no address fails for.
fn held_up(facts: &Facts<'_>, addresses: &[AtAddress<'_>]) -> Result<(), Reason> {
    for at in addresses.iter().filter(|at| !is_out_of_reach(**at, addresses)) {
        if at.has_no_route() {
            return Err(Reason::Transport(text!(
                "this machine has no route to {}, which was not looked at from here",
                shown(facts, at.address)
            )));
        }
        if let Some(tls) = refused_certificate(facts, *at) {
            let by = match tls {
                Some(Trust::Expired | Trust::NotYetValid) => "webhook-certificate-expiry",
                Some(_) | None => "webhook-certificate",
            };
            return Err(Reason::Blocked { by });
        }
        for sent in Sent::ALL {
            match (at.answer(sent), sent) {
                (Answer::Unclear, _) => {
                    return Err(Reason::Ambiguous(text!(
                        "{}: {}, which says nothing of whether it is a right receiver",
                        shown(facts, at.address),
                        at.answers()
                    )));
                }
                (Answer::Accepted, Sent::Unsigned) => {
                    return Err(Reason::Blocked { by: "webhook-rejects-unsigned" });
                }
                (Answer::Accepted, Sent::Forged) => {
                    return Err(Reason::Blocked { by: "webhook-rejects-forged" });
                }
                (Answer::Rejected | Answer::Other, Sent::Genuine) => {
                    return Err(Reason::Ambiguous(text!(
                        "in the end no address accepts a genuine event: {}",
                        at.answers()
                    )));
                }
                // A replay cache, or a receiver that rejects by crashing: that is said elsewhere.
                (Answer::Rejected | Answer::Other, Sent::Duplicate)
                | (Answer::Rejected | Answer::Other, Sent::Unsigned | Sent::Forged)
                | (Answer::Accepted, Sent::Genuine | Sent::Duplicate) => {}
            }
        }
    }
    Ok(())
}

/// Whether it is an IPv6 address and this machine has no IPv6.
fn is_out_of_reach(at: AtAddress<'_>, addresses: &[AtAddress<'_>]) -> bool {
    let has_ipv6 = || addresses.iter().any(|at| at.address.is_ipv6() && at.is_alive());
    at.has_no_route() && at.address.is_ipv6() && !has_ipv6()
}

/// Where a certificate kept the events from being sent, what is wrong with it.
fn refused_certificate<'a>(facts: &Facts<'a>, at: AtAddress<'_>) -> Option<Option<&'a Trust>> {
    at.certificate_is_refused().then(|| {
        let seen = facts.seen.webhook_addresses.get().ok()?;
        let there = seen.looked_at.iter().find(|seen| seen.address == at.address)?;
        there.tls.get().ok().map(|tls| &tls.trust)
    })
}

/// Whether the name has private addresses beside others: those were not contacted.
fn is_partly_private(facts: &Facts<'_>) -> bool {
    let names = facts.seen.webhook_names.get();
    names.is_ok_and(|ips| ips.iter().any(|ip| special(*ip).is_some()))
        && facts.merchant.webhook_url().is_some_and(|url| matches!(url.host, Host::Name(_)))
}

fn looked_at(facts: &Facts<'_>, addresses: &[AtAddress<'_>]) -> Vec<Evidence> {
    let one = |at: &AtAddress<'_>| {
        let answers =
            if at.has_no_route() { "not looked at from here".into() } else { at.answers() };
        Evidence::of(subject(facts, at.address), EXPECTED, answers)
    };
    addresses.iter().map(one).collect()
}

/// That only a sample was looked at, where that is so.
fn sample(facts: &Facts<'_>, seen: &AddressesSeen) -> Option<Evidence> {
    let (looked_at, all) = (seen.looked_at.len(), seen.all.len());
    (1..all).contains(&looked_at).then(|| {
        Evidence::config(
            "limits.webhook_addresses",
            text!("all {} addresses", all),
            text!("a sample of {}, by `--seed {}`", looked_at, facts.run.seed),
        )
    })
}

/// What holds only as far as this machine can see, or as the platform is known to send.
fn narrow(facts: &Facts<'_>, seen: &AddressesSeen, addresses: &[AtAddress<'_>]) -> Option<Finding> {
    let unseen: Vec<Text> = addresses
        .iter()
        .filter(|at| is_out_of_reach(**at, addresses))
        .map(|at| shown(facts, at.address))
        .collect();
    if !unseen.is_empty() {
        let message = text!(
            "this machine has no route to {}, which was not looked at from here",
            Text::join(&unseen, ", ")
        );
        return Some(Finding::new(message, Vec::new()).fix(
            "Run golive once more from a machine that has IPv6, or remove the AAAA records if no \
             sender needs them",
        ));
    }
    let names = facts.seen.webhook_names.get().ok()?;
    let only_v6 = !names.is_empty() && names.iter().all(|ip| ip.to_canonical().is_ipv6());
    (only_v6 && !seen.all.is_empty()).then(|| {
        Finding::new("the webhook host has only IPv6 addresses", Vec::new()).fix(
            "Publish an A record as well: the platform does not document whether it sends over \
             IPv6 (golive's judgement)",
        )
    })
}

const EXPECTED: &str =
    "200 to a genuine event and its duplicate, 4xx to an unsigned and a forged event";

#[cfg(test)]
mod tests;
