//! Command lines that repeat a delivery as this run made it; secrets come from the configuration,
//! or none is needed.

use std::net::SocketAddr;

use crate::conversation::manual::Kind;
use crate::conversation::scenarios::{
    BASELINE_BEFORE, CHANGED_TIMESTAMP, FORGED_WRONG_SECRET, FUTURE, STALE_DAY, TAMPERED_BODY,
    UNSIGNED, event_name,
};
use crate::model::{Endpoint, Facts, Show, Switch, Text};
use crate::platform::Event;
use crate::text;

/// A genuine event, signed now.
pub(crate) fn genuine(facts: &Facts<'_>) -> Option<Text> {
    send(facts, Event::PaymentProcessing, BASELINE_BEFORE.name, "")
}

/// A genuine event, so many seconds away from now: `-86400` is a day ago.
pub(crate) fn at(facts: &Facts<'_>, offset_s: i64) -> Option<Text> {
    again(facts, if offset_s < 0 { STALE_DAY } else { FUTURE.name })
}

/// A signed event with another amount than was signed.
pub(crate) fn tampered(facts: &Facts<'_>) -> Option<Text> {
    again(facts, TAMPERED_BODY.name)
}

/// A signed event with another timestamp than was signed.
pub(crate) fn retimed(facts: &Facts<'_>) -> Option<Text> {
    again(facts, CHANGED_TIMESTAMP.name)
}

/// An event with a made-up signature.
pub(crate) fn forged(facts: &Facts<'_>) -> Option<Text> {
    again(facts, FORGED_WRONG_SECRET.name)
}

/// An event without a signature: whoever has curl can see for himself.
pub(crate) fn unsigned(facts: &Facts<'_>) -> Option<Text> {
    let command = |url: &Endpoint| {
        text!(
            "curl -i{} {} -H 'Content-Type: application/json' -H \"X-TIMESTAMP: $(date +%s)\" --data-binary {}",
            Switches(facts, "--cacert"),
            Shell(&url.show()),
            Shell(BODY)
        )
    };
    facts.merchant.webhook_url().map(command)
}

/// The delivery of that name, where it is one that can be sent by hand.
pub(crate) fn again(facts: &Facts<'_>, name: &str) -> Option<Text> {
    if name == UNSIGNED.name {
        return unsigned(facts);
    }
    if let Some(kind) = Kind::named(name, facts.merchant) {
        return send(facts, Event::PaymentProcessing, name, kind.name());
    }
    let event = Event::ALL.into_iter().find(|event| event_name(*event) == name)?;
    send(facts, event, name, "")
}

/// The delivery of that name, or a genuine event, to one address of the webhook's name. Where a
/// switch leads elsewhere already, there is no saying it again.
pub(crate) fn to_address(
    facts: &Facts<'_>,
    name: Option<&str>,
    address: SocketAddr,
) -> Option<Text> {
    let url = facts.merchant.webhook_url().filter(|_| !facts.run.used(Switch::ConnectTo))?;
    let line = name.map_or_else(|| genuine(facts), |name| again(facts, name))?;
    Some(text!("{} --connect-to {}:{}:{}", line, url.host, url.effective_port(), address))
}

/// The same event so often, each re-signed or all the very same bytes.
pub(crate) fn repeated(facts: &Facts<'_>, scenario: &str, afresh: bool) -> Option<Text> {
    let line = send(facts, Event::PaymentProcessing, scenario, "")?;
    Some(text!("{} --repeat 2{}", line, if afresh { " --resign" } else { "" }))
}

/// `golive send`, about the kind of order that the delivery `name` of this run was about.
fn send(facts: &Facts<'_>, event: Event, name: &str, tamper: &'static str) -> Option<Text> {
    facts.merchant.webhook_url()?;
    let issued = event != Event::PaymentProcessing
        || facts.scenario(name).is_ok_and(|seen| seen.order.issued);
    let config = &facts.merchant.config.path;
    Some(text!(
        "golive send {}{}{}{}{}{}{}",
        event,
        if tamper.is_empty() { "" } else { " --tamper " },
        tamper,
        if issued { " --deliver full" } else { "" },
        if matches!(config.as_str(), "" | "golive.toml") { "" } else { " --config " },
        Shell(if config == "golive.toml" { "" } else { config }),
        Switches(facts, "--ca-file")
    ))
}

/// The switches of this run that say how the network is reached, each with a space before it;
/// `--ca-file` under the name it has here. curl goes to private addresses without being told.
struct Switches<'a>(&'a Facts<'a>, &'static str);

impl Show for Switches<'_> {
    fn show(&self) -> String {
        let run = self.0.run;
        let of_curl = self.1 != "--ca-file";
        let mut shown = String::new();
        for switch in &run.switches {
            let (name, value) = switch.split_once(' ').unwrap_or((switch, ""));
            match name {
                "--connect-to" => shown.push_str(&format!(" {name} {}", Shell(value).show())),
                "--allow-private" if !of_curl => shown.push_str(&format!(" {name}")),
                _ => {}
            }
        }
        if let Some(path) = &run.ca_file {
            shown.push_str(&format!(" {} {}", self.1, Shell(path).show()));
        }
        shown
    }
}

/// A word as a shell takes it; nothing for an empty one.
struct Shell<'a>(&'a str);

impl Show for Shell<'_> {
    fn show(&self) -> String {
        let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:@%+,[]".contains(c);
        if self.0.chars().all(plain) {
            return self.0.to_owned();
        }
        let visible: String = self.0.chars().filter(|c| !crate::model::is_invisible(*c)).collect();
        format!("'{}'", visible.replace('\'', r"'\''"))
    }
}

/// An event for an order that was never issued.
const BODY: &str = "{\"data\":{\"amount\":\"1.00\",\"order_id\":\"golive-by-hand\",\"order_status\":\"PROCESSING\"},\"event\":\"payment.processing\"}";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conversation::fixture::Case;

    fn line(case: &Case, by_hand: fn(&Facts<'_>) -> Option<Text>) -> String {
        by_hand(&case.facts()).expect("a line").to_string()
    }

    #[test]
    fn names_the_delivery_itself() {
        let case = Case::accepted();
        assert_eq!(line(&case, genuine), "golive send payment.processing");
        for (by_hand, kind) in [
            (tampered as fn(&Facts<'_>) -> Option<Text>, "tampered-body"),
            (retimed, "changed-timestamp"),
            (forged, "forged-wrong-secret"),
        ] {
            assert_eq!(
                line(&case, by_hand),
                format!("golive send payment.processing --tamper {kind}")
            );
        }
        assert_eq!(
            line(&case, |facts| at(facts, -86_400)),
            "golive send payment.processing --tamper stale-day"
        );
        assert_eq!(
            line(&case, |facts| at(facts, 86_400)),
            "golive send payment.processing --tamper future"
        );
        assert_eq!(
            line(&case, |facts| again(facts, "forged-right-start")),
            "golive send payment.processing --tamper forged-right-start"
        );
        assert_eq!(
            line(&case, |facts| again(facts, "events-payout-reversed")),
            "golive send payout.reversed --deliver full"
        );
        assert_eq!(
            line(&case, |facts| repeated(facts, "duplicate", true)),
            "golive send payment.processing --repeat 2 --resign"
        );
        assert_eq!(again(&case.facts(), "once-sequential"), None);
    }

    #[test]
    fn an_unsigned_event_needs_nothing_but_curl() {
        let case = Case::accepted();
        let line = line(&case, |facts| again(facts, "unsigned"));
        assert!(line.starts_with("curl -i https://shop.example/api/webhooks/kwikpaisa -H 'Content-Type: application/json' -H"), "{line}");
        assert!(line.ends_with(r#"--data-binary '{"data":{"amount":"1.00","order_id":"golive-by-hand","order_status":"PROCESSING"},"event":"payment.processing"}'"#));
    }

    #[test]
    fn carries_the_switches_of_the_run() {
        let mut case = Case::accepted();
        case.run.switches = vec![
            "--connect-to a.example:443:[::1]:8443".into(),
            "--allow-private".into(),
            "--ca-file".into(),
            "--now 2026-11-21T00:00:00Z".into(),
        ];
        case.run.ca_file = Some("/etc/my ca's/root.pem".into());
        case.merchant.config.path = "shops/golive.toml".into();
        assert_eq!(
            line(&case, genuine),
            r"golive send payment.processing --config shops/golive.toml --connect-to a.example:443:[::1]:8443 --allow-private --ca-file '/etc/my ca'\''s/root.pem'"
        );
        assert!(
            line(&case, unsigned).starts_with(r"curl -i --connect-to a.example:443:[::1]:8443 --cacert '/etc/my ca'\''s/root.pem' https")
        );
    }

    #[test]
    fn is_about_a_test_order_where_the_run_was() {
        let case = Case::accepted()
            .answered("tampered-body", 200)
            .issued("tampered-body")
            .issued("control-before");
        assert_eq!(
            line(&case, tampered),
            "golive send payment.processing --tamper tampered-body --deliver full"
        );
        assert_eq!(line(&case, genuine), "golive send payment.processing --deliver full");
    }

    #[test]
    fn nothing_can_be_repeated_without_an_address() {
        let mut case = Case::accepted();
        case.merchant.webhook.url = None;
        assert_eq!((genuine(&case.facts()), unsigned(&case.facts())), (None, None));
    }
}
