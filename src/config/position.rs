//! LineIndex and columns of a text.

use golive_checks::model::Place;

/// Where the lines of a text begin.
pub(super) struct LineIndex<'a> {
    text: &'a str,
    starts: Vec<usize>,
}

impl<'a> LineIndex<'a> {
    /// Looks for the line breaks once.
    pub(super) fn of(text: &'a str) -> Self {
        let starts =
            std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        Self { text, starts }
    }

    /// The line and column of a byte, both from 1, the column in characters. Past the end is the
    /// end.
    pub(super) fn place(&self, at: usize) -> Place {
        let at = at.min(self.text.len());
        let line = self.starts.partition_point(|&start| start <= at);
        let start = self.starts[line - 1];
        let column =
            self.text[start..].char_indices().take_while(|(offset, _)| start + offset < at).count()
                + 1;
        Place { line, column }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(text: &str, at: usize) -> (usize, usize) {
        let place = LineIndex::of(text).place(at);
        (place.line, place.column)
    }

    #[test]
    fn counts_from_one() {
        assert_eq!(place("", 0), (1, 1));
        assert_eq!(place("a\nbc", 0), (1, 1));
        assert_eq!(place("a\nbc", 2), (2, 1));
        assert_eq!(place("a\nbc", 3), (2, 2));
    }

    #[test]
    fn counts_columns_in_characters() {
        let text = "x = 1\nname = \"जाँच\" # note";
        assert_eq!(place(text, text.find('#').expect("there")), (2, 15));
    }

    #[test]
    fn stays_within_the_text() {
        assert_eq!(place("a\n", 2), (2, 1));
        assert_eq!(place("a\nb", 99), (2, 2));
        assert_eq!(place("जा", 1), (1, 2));
    }
}
