//! The names that `golive send` takes.

use golive_checks::conversation::manual::{Expect, Kind};
use golive_checks::model::{Merchant, Quoted, Show as _};
use golive_checks::platform::Event;

use crate::page::wrapped_to;

/// The event of that name.
///
/// # Errors
///
/// There is none; the nearest is named.
pub(crate) fn parse_event(name: &str) -> Result<Event, String> {
    let known = Event::ALL.map(Event::name);
    Event::ALL
        .into_iter()
        .find(|event| event.name() == name)
        .ok_or_else(|| unknown("event", name, &known))
}

/// The kind of that name.
///
/// # Errors
///
/// There is none; the nearest is named.
pub(crate) fn parse_tamper(name: &str) -> Result<&'static str, String> {
    let known = kinds();
    known.iter().copied().find(|known| *known == name).ok_or_else(|| unknown("kind", name, &known))
}

/// What can stand after `--tamper`.
pub(crate) fn kinds() -> Vec<&'static str> {
    Kind::all(&Merchant::default()).iter().map(Kind::name).collect()
}

/// The end of the help: every kind, and how the process ends.
pub(crate) fn kinds_and_codes() -> String {
    let wrap = |words: &str| wrapped_to(98, "  ", "  ", words);
    let mut text = String::new();
    for (expect, words) in [
        (Expect::Refused, "a correct receiver refuses"),
        (Expect::Either, "may be taken or refused, and must not break the receiver"),
        (Expect::Accepted, "genuine, to be answered 200"),
    ] {
        let names: Vec<&str> = Kind::all(&Merchant::default())
            .iter()
            .filter(|kind| kind.expect == expect)
            .map(Kind::name)
            .collect();
        text.push_str(&format!("Kinds, {words}:\n{}\n", wrap(&names.join(", "))));
    }
    text.push_str(
        "\nExit codes:\n  0 as expected   1 not as expected   2 usage, or not permitted   3 no \
         telling   130, 143 interrupted",
    );
    text
}

/// `there is no event "payment.sucess", perhaps payment.success; there are …`
pub(crate) fn unknown(what: &str, written: &str, known: &[&str]) -> String {
    let likeness =
        |name: &str| strsim::normalized_damerau_levenshtein(name, &written.to_lowercase());
    let nearest = known
        .iter()
        .copied()
        .max_by(|a, b| likeness(a).total_cmp(&likeness(b)))
        .filter(|name| likeness(name) > 0.6);
    let perhaps = nearest.map_or_else(String::new, |name| format!(", perhaps {name}"));
    format!(
        "there is no {what} {}{perhaps}; there are {}",
        Quoted(written).show(),
        known.join(", ")
    )
}
