//! Reads the env file of the application: `NAME=value` lines as Node, PHP, Python and Docker agree
//! on them.

use golive_checks::model::Secret;

/// What an env file says.
pub(super) struct EnvLines {
    /// In the order of the file; the last of a name counts.
    pub(super) variables: Vec<EnvLine>,
    /// Lines that are no `NAME=value`, comment or blank.
    pub(super) unreadable: Vec<usize>,
}

/// One variable of an env file.
pub(super) struct EnvLine {
    /// Its name.
    pub(super) name: String,
    /// What the application gets.
    pub(super) value: Secret,
    /// Counted from 1.
    pub(super) line: usize,
    /// The usual readers of such files do not agree on the value.
    pub(super) doubtful: bool,
}

impl EnvLines {
    /// Reads all lines.
    pub(super) fn parse(text: &str) -> Self {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let lines: Vec<&str> = text.lines().collect();
        let mut read = Self { variables: Vec::new(), unreadable: Vec::new() };
        let mut at = 0;
        while at < lines.len() {
            let line = lines[at].trim();
            if line.is_empty() || line.starts_with('#') {
                at += 1;
                continue;
            }
            match assignment(line)
                .and_then(|(name, written)| Some((name, value(written, &lines[at + 1..])?)))
            {
                Some((name, value)) => {
                    read.variables.push(EnvLine {
                        name: name.to_owned(),
                        value: Secret::new(value.text),
                        line: at + 1,
                        doubtful: value.doubtful,
                    });
                    at += 1 + value.more_lines;
                }
                None => {
                    read.unreadable.push(at + 1);
                    at += 1;
                }
            }
        }
        read
    }

    /// The variable that counts.
    pub(super) fn get(&self, name: &str) -> Option<&EnvLine> {
        self.variables.iter().rfind(|variable| variable.name == name)
    }
}

/// The name and what is written after the `=`.
fn assignment(line: &str) -> Option<(&str, &str)> {
    let exported = line.strip_prefix("export").filter(|rest| rest.starts_with([' ', '\t']));
    let (name, written) = exported.unwrap_or(line).trim_start().split_once('=')?;
    let name = name.trim_end();
    let is_name = !name.is_empty()
        && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-'));
    is_name.then_some((name, written))
}

/// A value, and how it was written.
struct Value {
    text: String,
    doubtful: bool,
    more_lines: usize,
}

/// Reads a value that may go on over the next lines when it is quoted; `None` where it makes no
/// sense.
fn value(written: &str, next: &[&str]) -> Option<Value> {
    let trimmed = written.trim_start();
    match trimmed.chars().next() {
        Some(quote @ ('"' | '\'')) => quoted(&trimmed[1..], quote, next),
        Some(_) | None => Some(unquoted(written)),
    }
}

/// A value without quotes: up to a comment, without the space around it.
fn unquoted(written: &str) -> Value {
    let comment =
        written.char_indices().find(|&(at, c)| c == '#' && written[..at].ends_with([' ', '\t']));
    let text = comment.map_or(written, |(at, _)| &written[..at]).trim();
    // Node ends the value at any `#`, PHP and Python at one after a space; backquotes are quotes to
    // Node alone.
    let doubtful = text.contains('#') || text.starts_with('`');
    Value { text: text.to_owned(), doubtful, more_lines: 0 }
}

/// A value after its opening quote, up to the closing one, after which only a comment may come.
fn quoted(first: &str, quote: char, next: &[&str]) -> Option<Value> {
    let mut text = String::new();
    let mut doubtful = false;
    for (more_lines, line) in std::iter::once(first).chain(next.iter().copied()).enumerate() {
        if more_lines > 0 {
            text.push('\n');
        }
        let mut chars = line.chars();
        while let Some(c) = chars.next() {
            if c == quote {
                let rest = chars.as_str().trim();
                return (rest.is_empty() || rest.starts_with('#')).then_some(Value {
                    text,
                    doubtful,
                    more_lines,
                });
            }
            if c != '\\' || quote == '\'' {
                text.push(c);
                continue;
            }
            // All agree on `\n` and `\r`; on the other escapes they do not.
            match chars.next() {
                Some('n') => text.push('\n'),
                Some('r') => text.push('\r'),
                Some(escaped @ ('"' | '\\' | '$')) => {
                    doubtful = true;
                    text.push(escaped);
                }
                Some(other) => {
                    doubtful = true;
                    text.extend(['\\', other]);
                }
                None => {
                    doubtful = true;
                    text.push('\\');
                }
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<(String, String, usize, bool)> {
        let lines = EnvLines::parse(text).variables.into_iter();
        lines
            .map(|line| (line.name, line.value.expose().to_owned(), line.line, line.doubtful))
            .collect()
    }

    fn value_of(line: &str) -> String {
        let [(_, value, _, doubtful)] = read(line).try_into().expect("one variable");
        assert!(!doubtful, "{line}");
        value
    }

    #[test]
    fn reads_what_everybody_reads_alike() {
        assert_eq!(value_of("A=b"), "b");
        assert_eq!(value_of("export A = b  # note"), "b");
        assert_eq!(value_of("A=\"b c\" # note"), "b c");
        assert_eq!(value_of("A='b\\n#c'"), "b\\n#c");
        assert_eq!(value_of("A=\"b\\nc\""), "b\nc");
        assert_eq!(value_of("A="), "");
        assert_eq!(value_of("A= # note"), "");
        assert_eq!(value_of("\u{feff}A=b\r\n"), "b");
        assert_eq!(value_of("A=postgres://u:p@h/d?x=1"), "postgres://u:p@h/d?x=1");
    }

    #[test]
    fn counts_lines_over_values_of_several_lines() {
        let read = read("# note\n\nA=\"one\ntwo\"\nB=c\n");
        assert_eq!(
            read,
            [
                ("A".to_owned(), "one\ntwo".to_owned(), 3, false),
                ("B".to_owned(), "c".to_owned(), 5, false)
            ]
        );
    }

    #[test]
    fn marks_what_the_usual_readers_disagree_on() {
        for line in ["A=b#c", "A=`b`", r#"A="b\"c""#, r#"A="b\qc""#] {
            assert!(read(line)[0].3, "{line}");
        }
    }

    #[test]
    fn names_lines_it_cannot_read_and_goes_on() {
        let lines = EnvLines::parse("just words\nA=\"never closed\nB=c\nC=\"d\" e\n=f\n");
        assert_eq!(lines.unreadable, [1, 2, 4, 5]);
        assert_eq!(lines.variables.len(), 1);
        assert_eq!(lines.get("B").map(|line| line.line), Some(3));
    }

    #[test]
    fn the_last_of_a_name_counts() {
        let lines = EnvLines::parse("A=b\nA=c\n");
        assert_eq!(lines.get("A").map(|line| line.value.expose()), Some("c"));
        assert_eq!(lines.variables.len(), 2);
    }
}
