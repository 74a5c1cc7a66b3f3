//! What is wrong with a configuration: where, and in words of ours. Never the line itself nor a
//! value, which may be a secret.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;

use golive_checks::model::Place;

use super::position::LineIndex;

/// Everything that is wrong with one configuration.
#[derive(Debug)]
pub(crate) struct Complaints {
    path: String,
    list: Vec<(Option<Place>, String)>,
}

impl Complaints {
    /// One complaint about the whole file, or about there being none.
    pub(super) fn about(path: impl Into<String>, words: impl Into<String>) -> Self {
        Self { path: path.into(), list: vec![(None, words.into())] }
    }

    /// One complaint about a place in the file.
    pub(super) fn at(path: impl Into<String>, place: Place, words: impl Into<String>) -> Self {
        Self { path: path.into(), list: vec![(Some(place), words.into())] }
    }

    /// How many there are.
    #[cfg(test)]
    pub(super) fn count(&self) -> usize {
        self.list.len()
    }
}

/// One line each: `golive.toml:12:3: unknown key in [api]; the nearest is `secret_key``.
impl fmt::Display for Complaints {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (place, words)) in self.list.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            if !self.path.is_empty() {
                f.write_str(&self.path)?;
                if let Some(Place { line, column }) = place {
                    write!(f, ":{line}:{column}")?;
                }
                f.write_str(": ")?;
            }
            f.write_str(words)?;
        }
        Ok(())
    }
}

impl std::error::Error for Complaints {}

/// What reading a configuration leaves behind beside the values: where each key stands, and what is
/// wrong.
pub(super) struct Notes<'a> {
    lines: LineIndex<'a>,
    /// The ids of the catalogue.
    pub(super) checks: &'a [&'a str],
    /// The place of every key that is set, dotted.
    pub(super) places: BTreeMap<String, Place>,
    /// Where secrets stand that a check finds.
    pub(super) literals: Vec<Range<usize>>,
    list: Vec<(Option<Place>, String)>,
}

impl<'a> Notes<'a> {
    /// Nothing noted yet about `text`.
    pub(super) fn new(text: &'a str, checks: &'a [&'a str]) -> Self {
        Self {
            lines: LineIndex::of(text),
            checks,
            places: BTreeMap::new(),
            literals: Vec::new(),
            list: Vec::new(),
        }
    }

    /// Remembers where a key stands.
    pub(super) fn found(&mut self, path: &str, span: Range<usize>) {
        let place = self.lines.place(span.start);
        self.places.insert(path.to_owned(), place);
    }

    /// Complains about a place.
    pub(super) fn complain(&mut self, span: Range<usize>, words: impl Into<String>) {
        let place = self.lines.place(span.start);
        self.list.push((Some(place), words.into()));
    }

    /// Complains about a key that was found.
    pub(super) fn complain_of(&mut self, path: &str, words: impl Into<String>) {
        self.list.push((self.places.get(path).copied(), words.into()));
    }

    /// Whether the line of a place was complained about.
    pub(super) fn has_complained_near(&self, at: usize) -> bool {
        let line = self.lines.place(at).line;
        self.list.iter().any(|(place, _)| place.is_some_and(|place| place.line == line))
    }

    /// The places, or all complaints in the order of the file.
    pub(super) fn end(mut self, path: &str) -> Result<BTreeMap<String, Place>, Complaints> {
        if self.list.is_empty() {
            return Ok(self.places);
        }
        self.list.sort();
        Err(Complaints { path: path.to_owned(), list: self.list })
    }
}

/// `; the nearest is …` where one of `known` is near to what was written, else what is known. What
/// was written is not repeated.
pub(super) fn nearest(written: &str, known: &[&str]) -> String {
    let likeness = |name: &&&str| {
        (strsim::damerau_levenshtein(written, name), strsim::jaro_winkler(written, name))
    };
    let best = known.iter().map(|name| (likeness(&name), *name)).min_by(
        |((edits, like), _), ((other_edits, other_like), _)| {
            edits.cmp(other_edits).then(other_like.total_cmp(like))
        },
    );
    match best {
        Some(((edits, like), name)) if edits <= 2 || like > 0.8 => {
            format!("; the nearest is `{name}`")
        }
        Some(_) if known.len() <= 12 => format!("; known are `{}`", known.join("`, `")),
        Some(_) | None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_the_nearest_word_or_all_known_ones() {
        assert_eq!(
            nearest("secret-key", &["api_key", "secret_key"]),
            "; the nearest is `secret_key`"
        );
        assert_eq!(
            nearest("colour", &["api_key", "secret_key"]),
            "; known are `api_key`, `secret_key`"
        );
        assert_eq!(nearest("zzz", &[]), "");
    }

    #[test]
    fn lists_complaints_in_the_order_of_the_file() {
        let mut notes = Notes::new("a\nb\n", &[]);
        notes.complain(2..3, "second");
        notes.complain(0..1, "first");
        let complaints = notes.end("golive.toml").expect_err("complaints");
        assert_eq!(complaints.to_string(), "golive.toml:1:1: first\ngolive.toml:2:1: second");
    }
}
