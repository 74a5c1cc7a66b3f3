//! The webhook's TLS as the checks look at it.

use std::net::SocketAddr;

use crate::conversation::addresses::{shown, subject};
use crate::model::{
    Certificate, Evidence, Facts, Finding, LegacyTls, Observed, Outcome, Quoted, Reason, Subject,
    Text, Tls,
};
use crate::text;

/// What was seen of the handshake, or the check that carries the blame for seeing nothing.
pub(crate) fn handshake<'a>(facts: &Facts<'a>) -> Result<&'a Tls, Reason> {
    over_tls(facts)?;
    match &facts.seen.webhook_tls {
        Observed::Trouble(_) if control_got_no_answer(facts) => {
            Err(Reason::Blocked { by: "webhook-reachable" })
        }
        seen => seen.get(),
    }
}

/// Judges the handshake of every address of the webhook's name. The conversation's own comes first;
/// what is worse at another is said of that address. One that cannot be reached is
/// webhook-addresses-agree's.
pub(crate) fn at_every_address<'a>(
    facts: &Facts<'a>,
    judge: impl Fn(&'a Tls) -> anyhow::Result<Outcome>,
) -> anyhow::Result<Outcome> {
    let own = judge(handshake(facts)?);
    let Observed::Got(seen) = &facts.seen.webhook_addresses else { return own };
    let mut worst = own;
    for other in seen.looked_at.iter().filter(|other| Some(other.address) != seen.conversation) {
        let Observed::Got(tls) = &other.tls else { continue };
        let outcome = judge(tls);
        if badness(&outcome) > badness(&worst) {
            worst = outcome.map(|outcome| at(facts, other.address, outcome));
        }
    }
    worst
}

/// How far an outcome is from a pass. A switch that kept something from being looked at did so at
/// every address.
fn badness(outcome: &anyhow::Result<Outcome>) -> u8 {
    match outcome {
        Ok(Outcome::Fail(_) | Outcome::Waived(..)) => 3,
        Ok(Outcome::Warn(_)) => 2,
        Ok(Outcome::Undecided(_)) => 1,
        Ok(Outcome::Pass(_) | Outcome::NotApplicable(_) | Outcome::Attested(_)) => 0,
        Err(error) => match error.downcast_ref::<Reason>() {
            Some(Reason::TrialRun { .. }) => 0,
            Some(_) | None => 1,
        },
    }
}

/// The same outcome, about one address.
fn at(facts: &Facts<'_>, address: SocketAddr, outcome: Outcome) -> Outcome {
    let named = |finding: Finding| {
        let there = |one: Evidence| Evidence { subject: subject(facts, address), ..one };
        Finding {
            message: text!("at {}, {}", shown(facts, address), finding.message),
            evidence: finding.evidence.into_iter().map(there).collect(),
            ..finding
        }
    };
    match outcome {
        Outcome::Fail(finding) => Outcome::Fail(named(finding)),
        Outcome::Warn(finding) => Outcome::Warn(named(finding)),
        other @ (Outcome::Pass(_)
        | Outcome::Undecided(_)
        | Outcome::NotApplicable(_)
        | Outcome::Attested(_)
        | Outcome::Waived(..)) => other,
    }
}

/// The certificate that the server showed for itself.
pub(crate) fn leaf(tls: &Tls) -> Result<&Certificate, Reason> {
    tls.chain.first().ok_or(Reason::Blocked { by: "webhook-tls-version" })
}

/// Nothing can be said of TLS where the address is not one of TLS.
pub(crate) fn over_tls(facts: &Facts<'_>) -> Result<(), Reason> {
    match facts.merchant.webhook_url() {
        None => Err(Reason::Blocked { by: "webhook-url" }),
        Some(url) if !url.is_https() => Err(Reason::Blocked { by: "webhook-https" }),
        Some(_) => Ok(()),
    }
}

/// Whether the server was seen to speak TLS 1.0 or 1.1 and nothing newer.
pub(crate) fn speaks_only_old(facts: &Facts<'_>) -> bool {
    let nothing_newer =
        matches!(&facts.seen.webhook_tls, Observed::Got(tls) if tls.version.is_none());
    let something_old = matches!(&facts.seen.webhook_legacy_tls, Observed::Got(LegacyTls { tls10, tls11 }) if *tls10 || *tls11);
    nothing_newer && something_old
}

fn control_got_no_answer(facts: &Facts<'_>) -> bool {
    let control = facts.scenario(crate::conversation::scenarios::BASELINE_BEFORE.name);
    control
        .is_ok_and(|seen| seen.exchanges().next().is_some_and(|exchange| exchange.answer.is_err()))
}

/// Evidence about the webhook's host.
pub(crate) fn about(
    facts: &Facts<'_>,
    expected: impl Into<Text>,
    observed: impl Into<Text>,
) -> Evidence {
    let subject = match facts.merchant.webhook_url() {
        Some(url) => Subject::Endpoint(url.clone()),
        None => Subject::ConfigKey("webhook.url".into()),
    };
    Evidence::of(subject, expected, observed)
}

/// A certificate in a few words.
pub(crate) fn described(certificate: &Certificate) -> Text {
    text!(
        "certificate for {}, issued by {}",
        Quoted(&certificate.subject),
        Quoted(&certificate.issuer)
    )
}

/// The day of a moment, in UTC.
pub(crate) fn day(at: jiff::Timestamp) -> jiff::civil::Date {
    jiff::tz::Offset::UTC.to_datetime(at).date()
}
