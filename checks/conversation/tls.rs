//! The webhook's TLS as the checks look at it.

use crate::model::{
    Certificate, Evidence, Facts, LegacyTls, Observed, Quoted, Reason, Subject, Text, Tls,
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

/// The certificate that the server showed for itself.
pub(crate) fn leaf<'a>(facts: &Facts<'a>) -> Result<&'a Certificate, Reason> {
    handshake(facts)?.chain.first().ok_or(Reason::Blocked { by: "webhook-tls-version" })
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
