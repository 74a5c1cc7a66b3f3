//! Text that may appear in a report: built from showable values only, so that a secret in it does
//! not compile.

use std::borrow::Cow;
use std::fmt::{self, Write as _};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use serde::Serialize;

/// Words of a report. Made from `&'static str` or by [`text!`](crate::text), never from a raw
/// string.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct Text(Cow<'static, str>);

impl Text {
    /// What [`text!`](crate::text) calls once every argument went through [`Show`].
    #[doc(hidden)]
    #[must_use]
    pub fn from_shown(shown: String) -> Self {
        Self(Cow::Owned(shown))
    }

    /// The words.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The texts with `separator` between them.
    #[must_use]
    pub fn join<'a>(parts: impl IntoIterator<Item = &'a Text>, separator: &'static str) -> Self {
        let parts: Vec<&str> = parts.into_iter().map(Text::as_str).collect();
        Self(Cow::Owned(parts.join(separator)))
    }
}

impl From<&'static str> for Text {
    fn from(words: &'static str) -> Self {
        Self(Cow::Borrowed(words))
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A value that may appear in a report. Secrets and raw strings are not.
pub trait Show {
    /// The value in words.
    fn show(&self) -> String;
}

/// Builds a [`Text`] the way `format!` builds a `String`, from [`Show`] values only.
///
/// `concat!` closes the side door of captured names: `text!("{name}")` does not compile.
///
/// ```
/// # use golive_checks::{text, model::Quoted};
/// assert_eq!(text!("found {} of {}", 1, Quoted("a\nb")).as_str(), r#"found 1 of "a\nb""#);
/// ```
///
/// ```compile_fail
/// # use golive_checks::text;
/// let answer = String::from("other people's words");
/// text!("{}", answer);
/// ```
///
/// ```compile_fail
/// # use golive_checks::text;
/// let answer = String::from("other people's words");
/// text!("{answer}");
/// ```
///
/// ```compile_fail
/// # use golive_checks::{text, model::Secret};
/// let secret = Secret::new("sk_live_…".to_owned());
/// text!("{}", secret);
/// ```
#[macro_export]
macro_rules! text {
    ($fmt:literal $(, $arg:expr)* $(,)?) => {{
        #[allow(unused_imports, reason = "a text without arguments shows nothing")]
        use $crate::platform::text::Show as _;
        let shown = ::std::format!(::core::concat!($fmt) $(, ($arg).show())*);
        #[allow(clippy::disallowed_methods, reason = "every argument went through Show")]
        let text = $crate::platform::text::Text::from_shown(shown);
        text
    }};
}

/// Somebody else's words: cut, escaped, in quotes.
#[derive(Clone, Copy, Debug)]
pub struct Quoted<'a>(pub &'a str);

/// How many characters of somebody else's words a report repeats.
const QUOTED_CHARS: usize = 120;

impl Show for Quoted<'_> {
    fn show(&self) -> String {
        let mut shown = String::from("\"");
        for (at, (byte, c)) in self.0.char_indices().enumerate() {
            if at == QUOTED_CHARS {
                shown.push('…');
                break;
            }
            match c {
                c if is_command(&self.0[byte..]) => {
                    let _ = write!(shown, "\\u{{{:x}}}", u32::from(c));
                }
                '\n' => shown.push_str("\\n"),
                '\r' => shown.push_str("\\r"),
                '\t' => shown.push_str("\\t"),
                '"' => shown.push_str("\\\""),
                '\\' => shown.push_str("\\\\"),
                c if is_invisible(c) => {
                    let _ = write!(shown, "\\u{{{:x}}}", u32::from(c));
                }
                c => shown.push(c),
            }
        }
        shown.push('"');
        shown
    }
}

/// Control, bidirectional, zero-width and other characters that a reader cannot see for what they
/// are.
#[must_use]
pub fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}' | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}' | '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..='\u{10ffff}')
}

/// What a build server takes for a command to itself where a line begins so, or has it anywhere:
/// whoever writes the webhook's answers is not to write its log.
const COMMANDS: [&str; 18] = [
    "##[",
    "##vso[",
    "##teamcity[",
    "::add-mask",
    "::add-matcher",
    "::add-path",
    "::debug",
    "::echo",
    "::endgroup",
    "::error",
    "::group",
    "::notice",
    "::remove-matcher",
    "::save-state",
    "::set-env",
    "::set-output",
    "::stop-commands",
    "::warning",
];

/// Whether words begin like a command to a build server. A line may be broken before any of their
/// characters.
#[must_use]
pub fn is_command(words: &str) -> bool {
    words.starts_with(['#', ':'])
        && COMMANDS.iter().any(|command| {
            let begins =
                words.get(..command.len()).is_some_and(|start| start.eq_ignore_ascii_case(command));
            // `std::io::Error` is none: what GitHub heeds has properties or a message.
            begins && (command.starts_with('#') || words[command.len()..].starts_with([' ', ':']))
        })
}

/// Several showable things, with commas between them.
#[derive(Clone, Copy, Debug)]
pub struct Listed<'a, T>(pub &'a [T]);

impl<T: Show> Show for Listed<'_, T> {
    fn show(&self) -> String {
        self.0.iter().map(Show::show).collect::<Vec<_>>().join(", ")
    }
}

impl Show for &'static str {
    fn show(&self) -> String {
        (*self).to_owned()
    }
}

impl Show for Text {
    fn show(&self) -> String {
        self.0.clone().into_owned()
    }
}

impl<T: Show> Show for &&T {
    fn show(&self) -> String {
        (**self).show()
    }
}

/// Durations read as a person would say them: `180 ms`, `2.5 s`, `5 min`, `3 h`, `12 days`.
impl Show for Duration {
    fn show(&self) -> String {
        let s = self.as_secs_f64();
        match self.as_secs() {
            0 => format!("{} ms", self.as_millis()),
            1..=59 => format!("{} s", (s * 10.0).round() / 10.0),
            60..=3599 => format!("{} min", (s / 6.0).round() / 10.0),
            3600..=172_799 => format!("{} h", (s / 360.0).round() / 10.0),
            _ => format!("{} days", self.as_secs() / 86_400),
        }
    }
}

/// Types whose own `Display` is made of digits and fixed words.
macro_rules! show_display {
    ($($type:ty),* $(,)?) => { $(
        impl Show for $type {
            fn show(&self) -> String {
                self.to_string()
            }
        }
    )* };
}

show_display!(
    u8,
    u16,
    u32,
    u64,
    usize,
    i32,
    i64,
    IpAddr,
    Ipv4Addr,
    Ipv6Addr,
    ipnet::IpNet,
    ipnet::Ipv4Net
);
show_display!(SocketAddr);
show_display!(jiff::Timestamp, jiff::civil::Date);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_spell_out_what_cannot_be_seen() {
        assert_eq!(Quoted("a\u{1b}[2J\u{202e}b").show(), r#""a\u{1b}[2J\u{202e}b""#);
    }

    #[test]
    fn quotes_give_build_servers_no_command() {
        assert_eq!(Quoted("a ::error file=a::b").show(), r#""a \u{3a}:error file=a::b""#);
        assert_eq!(
            Quoted("###[group]##vso[x]##TeamCity[y]").show(),
            r###""#\u{23}#[group]\u{23}#vso[x]\u{23}#TeamCity[y]""###
        );
        for harmless in ["::1", "::ffff:192.0.2.1", "std::io::Error", "## heading", "a: b"] {
            assert_eq!(Quoted(harmless).show(), format!("\"{harmless}\""));
        }
    }

    #[test]
    fn quotes_are_cut() {
        assert_eq!(Quoted(&"x".repeat(500)).show().chars().count(), QUOTED_CHARS + 3);
    }

    #[test]
    fn durations_read_as_said() {
        let shown = |ms| Duration::from_millis(ms).show();
        assert_eq!(shown(180), "180 ms");
        assert_eq!(shown(2_500), "2.5 s");
        assert_eq!(shown(300_000), "5 min");
        assert_eq!(shown(3_600_000), "1 h");
        assert_eq!(shown(12 * 86_400_000), "12 days");
    }
}
