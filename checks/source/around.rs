//! What stands around a hit: a comment, a choice between environments, or nothing of note.

use std::ops::Range;

use crate::model::Around;

/// How far a line is followed to either side. Minified files are one line.
pub const LINE: usize = 240;

/// How far around a hit a choice between environments may be spelt out.
const NEAR: usize = 600;

/// Words of a name or branch that is for another environment than production. Compared whole, without regard to case.
pub const OTHER: [&str; 19] = [
    "sandbox",
    "test",
    "tests",
    "testing",
    "staging",
    "stage",
    "uat",
    "qa",
    "dev",
    "develop",
    "development",
    "debug",
    "local",
    "localhost",
    "mock",
    "demo",
    "preprod",
    "testmode",
    "issandbox",
];

/// Marks that a value is chosen when the program runs.
const CHOICE: [&str; 17] = [
    "process.env",
    "import.meta.env",
    "getenv",
    "environ",
    "env(",
    "env[",
    "env.fetch",
    "env::var",
    "system.getproperty",
    "@value",
    "fromenvironment",
    "islive",
    "is_live",
    "isproduction",
    "is_production",
    "isprod",
    "is_prod",
];

/// What stands around `found` in `bytes`. Its own words do not count.
#[must_use]
pub fn around(bytes: &[u8], found: &Range<usize>) -> Around {
    let line = line(bytes, found);
    if is_comment(&bytes[line.start..found.start]) {
        return Around::Comment;
    }
    let around = [&bytes[line.start..found.start], &bytes[found.end..line.end], branch(bytes, line.start)];
    if around.iter().any(|part| speaks_of_choice(part)) || has_production_twin(bytes, found) {
        return Around::Selected;
    }
    Around::Plain
}

/// The line that holds `found`, as far as it is followed.
#[must_use]
pub fn line(bytes: &[u8], found: &Range<usize>) -> Range<usize> {
    let least = found.start.saturating_sub(LINE);
    let start = bytes[least..found.start].iter().rposition(|byte| *byte == b'\n').map_or(least, |at| least + at + 1);
    let most = bytes.len().min(found.end + LINE);
    let end = bytes[found.end..most].iter().position(|byte| *byte == b'\n').map_or(most, |at| found.end + at);
    start..end
}

/// The line above one that begins at `start`, where it opens a branch or a table that this line is in. Any other line above says nothing of
/// it: keys that come from the environment do not make the address beside them do so.
fn branch(bytes: &[u8], start: usize) -> &[u8] {
    let above = bytes[start.saturating_sub(LINE)..start].trim_ascii_end();
    let above = above.rsplit(|byte| *byte == b'\n').next().unwrap_or_default();
    let opens: [&[u8]; 9] = [b"{", b"(", b"[", b":", b"?", b"then", b"=>", b"->", b"||"];
    if opens.iter().any(|end| above.ends_with(end)) { above } else { &[] }
}

/// Whether what stands before something on its line makes it a comment.
fn is_comment(before: &[u8]) -> bool {
    let start = before.trim_ascii_start();
    let opens: [&[u8]; 9] = [b"//", b"#", b"*", b"/*", b"<!--", b"--", b";", b"%", b"{#"];
    let code: [&[u8]; 6] = [b"#define", b"#if", b"#include", b"#{", b"#[", b"*/"];
    if opens.iter().any(|mark| start.starts_with(mark)) && !code.iter().any(|mark| start.starts_with(mark)) {
        return true;
    }
    let marks: [&[u8]; 2] = [b"//", b"#"];
    before.windows(2).enumerate().any(|(at, pair)| {
        pair[0].is_ascii_whitespace() && marks.iter().any(|mark| before[at + 1..].starts_with(mark)) && {
            let after = &before[at + 1..];
            // `# …` and `// …` begin a remark where white space follows, or the slashes do.
            after.starts_with(b"//") || after.get(1).is_some_and(u8::is_ascii_whitespace)
        }
    })
}

/// Whether the words name another environment, or a choice made when the program runs.
fn speaks_of_choice(part: &[u8]) -> bool {
    let text = String::from_utf8_lossy(part);
    let lower = text.to_ascii_lowercase();
    CHOICE.iter().any(|mark| lower.contains(mark)) || words(&text).any(|word| OTHER.contains(&word.to_ascii_lowercase().as_str()))
}

/// The words of a text, `camelCase` and `SNAKE_CASE` taken apart.
pub fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_ascii_alphanumeric()).flat_map(|word| {
        let bytes = word.as_bytes();
        let mut starts: Vec<usize> = vec![0];
        starts.extend((1..bytes.len()).filter(|at| bytes[*at].is_ascii_uppercase() && bytes[at - 1].is_ascii_lowercase()));
        starts.push(word.len());
        starts.windows(2).map(|pair| &word[pair[0]..pair[1]]).collect::<Vec<_>>()
    })
}

/// Whether what was found is a host of the platform and the production host stands near: then this is one side of a choice.
fn has_production_twin(bytes: &[u8], found: &Range<usize>) -> bool {
    if !bytes[found.clone()].windows(4).any(|window| window.eq_ignore_ascii_case(b"kwik")) {
        return false;
    }
    let near = &bytes[found.start.saturating_sub(NEAR)..bytes.len().min(found.end + NEAR)];
    const TWIN: &[u8] = b"api.kwikpaisa.com";
    near.windows(TWIN.len() + 1).any(|window| window[1..].eq_ignore_ascii_case(TWIN) && !matches!(window[0], b'.' | b'-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What stands around `‹…›`.
    fn of(text: &str) -> Around {
        let (before, rest) = text.split_once('‹').expect("a mark");
        let (found, after) = rest.split_once('›').expect("its end");
        around(format!("{before}{found}{after}").as_bytes(), &(before.len()..before.len() + found.len()))
    }

    #[test]
    fn what_nothing_speaks_against_is_in_force() {
        for text in [
            "const base = '‹sandbox.kwikpaisa.com›'",
            "$url = \"https://‹sandbox.kwikpaisa.com›/api/v3\";",
            "KWIKPAISA_URL=https://‹sandbox.kwikpaisa.com›",
            "a = 1\nb = 2\n// test\n\n\nurl = 'https://‹sandbox.kwikpaisa.com›'",
            "{\n  key: process.env.KP_KEY,\n  url: 'https://‹sandbox.kwikpaisa.com›'",
            "latest = '‹x›'",
            "url = 'https://api.kwikpaisa.com'\nverify = ‹False›",
        ] {
            assert_eq!(of(text), Around::Plain, "{text}");
        }
    }

    #[test]
    fn a_choice_between_environments_is_one() {
        for text in [
            "const base = isProd ? 'https://api.kwikpaisa.com' : 'https://‹sandbox.kwikpaisa.com›'",
            "const base = process.env.KP_URL || 'https://‹sandbox.kwikpaisa.com›'",
            "SANDBOX_URL = 'https://‹sandbox.kwikpaisa.com›'",
            "const sandboxUrl = 'https://‹sandbox.kwikpaisa.com›'",
            "URLS = {\n  'live': 'https://api.kwikpaisa.com',\n  'trial': 'https://‹sandbox.kwikpaisa.com›',\n}",
            "if ($testMode) {\n    $url = 'https://‹sandbox.kwikpaisa.com›';\n}",
            "url = os.environ.get('KP_URL', 'https://‹sandbox.kwikpaisa.com›')",
            "  uat:\n    url: https://‹uat.api.kwikpaisa.com›\n",
        ] {
            assert_eq!(of(text), Around::Selected, "{text}");
        }
    }

    #[test]
    fn a_comment_is_one_in_every_language() {
        for text in [
            "// ‹sandbox.kwikpaisa.com›",
            "  # KWIKPAISA_URL=https://‹sandbox.kwikpaisa.com›",
            " * see https://‹sandbox.kwikpaisa.com›",
            "<!-- ‹x› -->",
            "-- ‹x›",
            "; ‹x›",
            "url = live() // was ‹x›",
            "url: live  # was ‹x›",
        ] {
            assert_eq!(of(text), Around::Comment, "{text}");
        }
        for text in ["url = 'https://‹x›'", "#define URL \"‹x›\"", "color: #‹fff›", "a href=//‹x›", "*/ url = ‹x›"] {
            assert_eq!(of(text), Around::Plain, "{text}");
        }
    }
}
