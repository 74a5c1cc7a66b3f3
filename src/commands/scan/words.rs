//! Counts and other people's words, as they are printed.

use golive_checks::model::{Quoted, Show as _, is_invisible};

/// Somebody else's words: as they are where nothing odd is in them, else quoted.
pub(super) fn plain(words: &str) -> String {
    let odd = words.chars().any(|c| is_invisible(c) || matches!(c, '"' | '\\'))
        || words.chars().count() > 200;
    if odd { Quoted(words).show() } else { words.to_owned() }
}

/// A count with its noun.
pub(super) fn plural(count: u64, thing: &str) -> String {
    if count == 1 { format!("1 {thing}") } else { format!("{count} {thing}s") }
}

/// Bytes as a person would say them.
pub(super) fn size(bytes: u64) -> String {
    match bytes {
        0..1_000 => plural(bytes, "byte"),
        1_000..1_000_000 => format!("{} kB", bytes / 1_000),
        1_000_000..1_000_000_000 => format!("{} MB", bytes / 1_000_000),
        _ => format!("{:.1} GB", bytes as f64 / 1e9),
    }
}
