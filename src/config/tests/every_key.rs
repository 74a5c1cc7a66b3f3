//! The example that holds every key.

use super::*;

pub(in crate::config) const EVERY_KEY: &str = include_str!("../../../examples/every-key.toml");

/// `network.server[0].ip` as `network.server[].ip`, `attest.operations-x.by` as `attest.*.by`.
fn pattern(place: &str) -> String {
    let bare: String = place.chars().filter(|c| !c.is_ascii_digit()).collect();
    match bare.strip_prefix("attest.").and_then(|rest| rest.split_once('.')) {
        Some((_, key)) => format!("attest.*.{key}"),
        None => bare,
    }
}

/// The file with the alternatives of `table` turned round: what was commented out is set, and the
/// other way about.
fn turned(text: &str, table: &str) -> String {
    let mut within = false;
    let lines = text.lines().map(|line| {
        if line.starts_with('[') {
            within = line.starts_with(&format!("[{table}]"));
            return line.to_owned();
        }
        match line.strip_prefix("# ") {
            Some(bare) if within && bare.contains(" = ") => bare.to_owned(),
            None if within && line.contains(" = ") => format!("# {line}"),
            Some(_) | None => line.to_owned(),
        }
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn the_example_holds_every_key() {
    let mut known = Vec::new();
    raw::File::keys("", &mut known);
    let mut text = EVERY_KEY.to_owned();
    let mut set: Vec<String> =
        loaded(&text).merchant.places.keys().map(|place| pattern(place)).collect();
    for table in ["webhook.order", "webhook.payout", "webhook.effects", "webhook.status"] {
        text = turned(&text, table);
        set.extend(loaded(&text).merchant.places.keys().map(|place| pattern(place)));
    }
    for key in ["env", "file", "command"] {
        assert!(
            set.iter().any(|place| place.ends_with(&format!("_key.{key}"))),
            "no secret by {key}"
        );
    }
    let missing: Vec<&String> = known.iter().filter(|key| !set.contains(key)).collect();
    assert!(missing.is_empty(), "examples/every-key.toml lacks {missing:?}");
}

#[test]
fn the_example_shows_the_default_limits() {
    assert_eq!(loaded(EVERY_KEY).merchant.limits, golive_checks::model::Limits::default());
}
