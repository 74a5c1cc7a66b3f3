//! What was sent, for findings about a delivery.

use std::collections::BTreeMap;

use golive_checks::model::{Exchange, Observations, Observed, Text};
use golive_checks::text;

use super::bare::Bare;

/// What was sent in each delivery, by its name, in one line. Where scenarios share a delivery's
/// name, the one that is called so itself counts.
pub(super) fn sent(seen: &Observations) -> BTreeMap<String, Text> {
    let mut lines = BTreeMap::new();
    for (name, scenario) in &seen.scenarios {
        let Observed::Got(scenario) = scenario else { continue };
        for exchange in scenario.exchanges() {
            if exchange.name == *name || !lines.contains_key(&exchange.name) {
                lines.insert(exchange.name.clone(), line(exchange));
            }
        }
    }
    lines
}

/// How many characters of a body are repeated; `--save-observations` keeps them all.
const BODY_CHARS: usize = 160;

fn line(exchange: &Exchange) -> Text {
    let sent = &exchange.sent;
    let header = |name: &'static str| {
        let value = sent.headers.iter().find(|(header, _)| header.eq_ignore_ascii_case(name));
        match value {
            Some((spelled, value)) if value.is_empty() => text!("an empty {}", Bare(spelled)),
            Some((spelled, value)) => text!("{} {}", Bare(spelled), Bare(value)),
            None => text!("no {}", name),
        }
    };
    let (method, signature, stamp) =
        (Bare(&sent.method), header("X-SIGNATURE"), header("X-TIMESTAMP"));
    if sent.body.is_empty() {
        return text!("{} with {}, {} and no body", method, signature, stamp);
    }
    let shown: String = sent.body.chars().take(BODY_CHARS).collect();
    let rest = if shown.len() < sent.body.len() { "…" } else { "" };
    text!("{} with {}, {} and the body {}{}", method, signature, stamp, Bare(&shown), rest)
}
