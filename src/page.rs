//! Words on a page: wrapped to the width of a terminal.

use textwrap::{Options, WordSplitter};

/// The width of what is printed.
pub(crate) const WIDTH: usize = 80;

/// A paragraph of the usual width, without a line break at its end. A word is broken nowhere, so
/// that ids and commands can be copied.
pub(crate) fn wrapped(first: &str, others: &str, words: &str) -> String {
    wrapped_to(WIDTH, first, others, words)
}

/// The same of another width.
pub(crate) fn wrapped_to(width: usize, first: &str, others: &str, words: &str) -> String {
    let options = Options::new(width)
        .initial_indent(first)
        .subsequent_indent(others)
        .break_words(false)
        .word_splitter(WordSplitter::NoHyphenation);
    textwrap::fill(words, options)
}

/// A paragraph of the usual width, and its line break.
pub(crate) fn filled(first: &str, others: &str, words: &str) -> String {
    wrapped(first, others, words) + "\n"
}

/// Lines folded to the usual width. Behind a label the rest stands below the words, in other
/// indented lines a little further in.
pub(crate) fn folded(lines: &str) -> String {
    let fold = |line: &str| {
        let words = line.trim_start();
        let indent = line.len() - words.len();
        let labelled = words.find("  ").map(|gap| line.len() - words[gap..].trim_start().len());
        let below = labelled.unwrap_or(if indent == 0 { 0 } else { indent + 2 });
        filled(&line[..indent], &" ".repeat(below), words)
    };
    lines.lines().map(fold).collect()
}

/// Wrapped words with every line indented, and a line break at the end.
pub(crate) fn indented(words: &str, by: usize) -> String {
    hanging(words, by, by)
}

/// Wrapped words, the first line indented differently from the others.
pub(crate) fn hanging(words: &str, first: usize, others: usize) -> String {
    let (first, others) = (" ".repeat(first), " ".repeat(others));
    let options =
        Options::new(WIDTH).initial_indent(&first).subsequent_indent(&others).break_words(false);
    textwrap::fill(words, options) + "\n"
}
