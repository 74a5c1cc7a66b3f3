//! What stands around a hit: a comment, a choice between environments, or nothing of note.

use std::ops::Range;

use crate::model::MatchContext;

/// How far a line is followed to either side. Minified files are one line.
pub const LINE: usize = 240;

/// How far above a value the branch or table that holds it may begin.
const NEAR: usize = 600;

/// How many lines above or below the production host may stand for the two to be sides of one
/// choice.
const TWIN_LINES: usize = 4;

/// Words of a name or branch that is for another environment than production. Compared whole,
/// without regard to case.
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
const CHOICE: [&str; 20] = [
    "process.env",
    "import.meta.env",
    "getenv",
    "os.environ",
    "environ.get",
    "environ[",
    "environmentvariable",
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

/// What stands around `found` in `bytes`. Its own words do not count, nor do those of other keys
/// and addresses of the platform.
#[must_use]
pub fn around(bytes: &[u8], found: &Range<usize>) -> MatchContext {
    let line = line(bytes, found);
    let is_whole = line.start == 0 || bytes[line.start - 1] == b'\n';
    if is_comment(&bytes[line.start..found.start], is_whole) {
        return MatchContext::Comment;
    }
    if governing(bytes, &line, found).into_iter().any(speaks_of_choice)
        || has_production_twin(bytes, found)
    {
        return MatchContext::Selected;
    }
    MatchContext::Plain
}

/// The line that holds `found`, as far as it is followed.
#[must_use]
pub fn line(bytes: &[u8], found: &Range<usize>) -> Range<usize> {
    let least = found.start.saturating_sub(LINE);
    let start = bytes[least..found.start]
        .iter()
        .rposition(|byte| *byte == b'\n')
        .map_or(least, |at| least + at + 1);
    let most = bytes.len().min(found.end + LINE);
    let end = bytes[found.end..most]
        .iter()
        .position(|byte| *byte == b'\n')
        .map_or(most, |at| found.end + at);
    start..end
}

/// The words that decide whether a value is in force: its own name or condition, and those of the
/// branches and tables that it is in. What stands beside it, as another argument or another member,
/// says nothing of it.
fn governing<'a>(bytes: &'a [u8], line: &Range<usize>, found: &Range<usize>) -> Vec<&'a [u8]> {
    let behind = &bytes[found.end..line.end];
    let mut parts = vec![&behind[..element_end(behind)], above(bytes, line.start)];
    let least = found.start.saturating_sub(NEAR);
    // Where in a text, the value begins at its quote.
    let value = bytes[line.start..found.start]
        .iter()
        .rposition(|byte| byte.is_ascii_whitespace() || QUOTES.contains(byte));
    let mut at = value.map_or(found.start, |before| line.start + before);
    let mut on_the_line = true;
    let mut end = at;
    let mut depth = 0_usize;
    while at > least {
        let byte = bytes[at - 1];
        match byte {
            quote if QUOTES.contains(&quote) => {
                // Over the whole text; a quote that opens none on its line is a letter like any
                // other.
                let open =
                    bytes[least..at - 1].iter().rposition(|byte| *byte == quote || *byte == b'\n');
                if let Some(open) =
                    open.map(|open| least + open).filter(|open| bytes[*open] == quote)
                {
                    at = open + 1;
                }
            }
            b')' | b']' | b'}' => depth += 1,
            b'(' | b'[' | b'{' if depth > 0 => depth -= 1,
            b'(' | b'[' | b'{' => {
                if on_the_line {
                    parts.push(&bytes[at..end.max(at)]);
                }
                let header = header(&bytes[least..at]);
                if byte != b'{' || !is_function(header) {
                    parts.push(header);
                }
                (on_the_line, end) = (false, at - 1);
            }
            b',' | b';' | b'\n' if depth == 0 && on_the_line => {
                parts.push(&bytes[at..end]);
                on_the_line = false;
            }
            _ => {}
        }
        at -= 1;
    }
    if on_the_line {
        parts.push(&bytes[at..end]);
    }
    parts.extend(outer_lines(bytes, line.start));
    parts
}

const QUOTES: [u8; 3] = [b'"', b'\'', b'`'];

/// How far an element of a list, a member or a statement goes on.
fn element_end(behind: &[u8]) -> usize {
    let mut depth = 0_usize;
    let mut text = None;
    for (at, byte) in behind.iter().enumerate() {
        match (text, byte) {
            (Some(quote), byte) if quote == *byte => text = None,
            (Some(_), _) => {}
            // What was found may stand in a text, and its end is no beginning.
            (None, quote)
                if QUOTES.contains(quote)
                    && behind[..at].iter().any(|byte| QUOTES.contains(byte)) =>
            {
                text = Some(*quote)
            }
            (None, b'(' | b'[' | b'{') => depth += 1,
            (None, b')' | b']' | b'}') => match depth.checked_sub(1) {
                Some(less) => depth = less,
                None => return at,
            },
            (None, b',' | b';') if depth == 0 => return at,
            (None, b'#') if at > 0 && behind[at - 1].is_ascii_whitespace() => return at,
            (None, b'/')
                if behind[at..].starts_with(b"//")
                    && at > 0
                    && behind[at - 1].is_ascii_whitespace() =>
            {
                return at;
            }
            (None, _) => {}
        }
    }
    behind.len()
}

/// What an opening bracket at the end of `before` is for: from where its statement or member
/// begins, the bracket included.
fn header(before: &[u8]) -> &[u8] {
    let mut depth = 0_usize;
    for at in (0..before.len() - 1).rev() {
        match before[at] {
            b')' | b']' | b'}' => depth += 1,
            b'(' | b'[' | b'{' if depth > 0 => depth -= 1,
            b'(' | b'[' | b'{' | b',' | b';' | b'\n' if depth == 0 => return &before[at + 1..],
            _ => {}
        }
    }
    before
}

/// Whether a block is that of a function or the like, whose name says nothing of when it runs.
fn is_function(header: &[u8]) -> bool {
    let text = String::from_utf8_lossy(header);
    let branches = words(&text).any(|word| {
        matches!(word, "if" | "else" | "elseif" | "elif" | "unless" | "case" | "when" | "switch")
    });
    !branches
        && (text.trim_end_matches(['{', ' ']).ends_with([')', '>']) || text.contains("class "))
}

/// Lines above that this one is in by its indentation, and the section of an INI file.
fn outer_lines(bytes: &[u8], start: usize) -> Vec<&[u8]> {
    let indent = |line: &[u8]| line.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    let own = bytes[start..].split(|byte| *byte == b'\n').next().unwrap_or_default();
    let mut inner = indent(own);
    let mut outer = Vec::new();
    for line in bytes[start.saturating_sub(NEAR)..start].rsplit(|byte| *byte == b'\n').skip(1) {
        let words = line.trim_ascii();
        if words.is_empty() || is_comment(line, true) {
            continue;
        }
        if words.starts_with(b"[") && words.ends_with(b"]") {
            outer.push(words);
            break;
        }
        if indent(line) < inner {
            inner = indent(line);
            let is_function = [&b"def "[..], b"class ", b"async def "]
                .iter()
                .any(|begins| words.starts_with(begins));
            if words.ends_with(b":") && !is_function {
                outer.push(words);
            }
        }
    }
    outer
}

/// The line above one that begins at `start`, where it goes on into this one.
fn above(bytes: &[u8], start: usize) -> &[u8] {
    let above = bytes[start.saturating_sub(LINE)..start].trim_ascii_end();
    let above = above.rsplit(|byte| *byte == b'\n').next().unwrap_or_default();
    let goes_on: [&[u8]; 6] = [b":", b"?", b"then", b"=>", b"->", b"||"];
    if goes_on.iter().any(|end| above.ends_with(end)) && !is_comment(above, true) {
        above
    } else {
        &[]
    }
}

/// Whether what stands before something on its line makes it a comment. A part of a line does not
/// say how the line begins.
fn is_comment(before: &[u8], is_whole: bool) -> bool {
    let start = before.trim_ascii_start();
    let opens: [&[u8]; 9] = [b"//", b"#", b"*", b"/*", b"<!--", b"--", b";", b"%", b"{#"];
    let code: [&[u8]; 6] = [b"#define", b"#if", b"#include", b"#{", b"#[", b"*/"];
    if is_whole
        && opens.iter().any(|mark| start.starts_with(mark))
        && !code.iter().any(|mark| start.starts_with(mark))
    {
        return true;
    }
    let marks: [&[u8]; 2] = [b"//", b"#"];
    before.windows(2).enumerate().any(|(at, pair)| {
        pair[0].is_ascii_whitespace()
            && marks.iter().any(|mark| before[at + 1..].starts_with(mark))
            && {
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
    CHOICE.iter().any(|mark| lower.contains(mark))
        || names(&text)
            .iter()
            .any(|name| words(name).any(|word| OTHER.contains(&word.to_ascii_lowercase().as_str())))
}

/// The names in a text, but for keys and addresses of the platform, methods called `test` and
/// `debug`, and `localStorage`.
fn names(text: &str) -> Vec<&str> {
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let is_address = |token: &str| {
        let lower = token.to_ascii_lowercase();
        ["kwikpaisa.", "k_test_", "k_live_"].iter().any(|mark| lower.contains(mark))
    };
    let tokens =
        text.split(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '`' | ',' | ';'));
    let mut names = Vec::new();
    for token in tokens.filter(|token| !is_address(token)) {
        let mut rest = token;
        while let Some(start) = rest.find(is_name) {
            let end =
                rest[start..].find(|c| !is_name(c)).map_or(rest.len(), |length| start + length);
            let name = &rest[start..end];
            let is_method = rest[..start].ends_with(['.', '>']) && rest[end..].starts_with('(');
            if name != "localStorage" && !(is_method && matches!(name, "test" | "debug")) {
                names.push(name);
            }
            rest = &rest[end..];
        }
    }
    names
}

/// The words of a text, `camelCase` and `SNAKE_CASE` taken apart.
pub fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_ascii_alphanumeric()).flat_map(|word| {
        let bytes = word.as_bytes();
        let mut starts: Vec<usize> = vec![0];
        starts
            .extend((1..bytes.len()).filter(|at| {
                bytes[*at].is_ascii_uppercase() && bytes[at - 1].is_ascii_lowercase()
            }));
        starts.push(word.len());
        starts.windows(2).map(|pair| &word[pair[0]..pair[1]]).collect::<Vec<_>>()
    })
}

/// Whether what was found is a host of the platform and the production host stands a few lines
/// away, in force and with no other path: then this is one side of a choice.
fn has_production_twin(bytes: &[u8], found: &Range<usize>) -> bool {
    const TWIN: &[u8] = b"api.kwikpaisa.com";
    if !bytes[found.clone()].windows(4).any(|window| window.eq_ignore_ascii_case(b"kwik")) {
        return false;
    }
    let (above, below) = (
        &bytes[found.start.saturating_sub(NEAR)..found.start],
        &bytes[found.end..bytes.len().min(found.end + NEAR)],
    );
    let own = path(below);
    let lines = above
        .rsplit(|byte| *byte == b'\n')
        .take(TWIN_LINES + 1)
        .chain(below.split(|byte| *byte == b'\n').take(TWIN_LINES + 1));
    let mut lines = lines.filter(|line| !is_comment(line, true));
    lines.any(|line| {
        let is_twin = |at: &usize| {
            let host =
                line.get(*at..at + TWIN.len()).is_some_and(|host| host.eq_ignore_ascii_case(TWIN));
            host && !matches!(line[at - 1], b'.' | b'-') && !is_comment(&line[..*at], false)
        };
        let other = (1..line.len()).find(is_twin).map(|at| path(&line[at + TWIN.len()..]));
        other.is_some_and(|other| own == other || own.is_empty() || other.is_empty())
    })
}

/// The path that goes on from a host.
fn path(behind: &[u8]) -> &[u8] {
    let end = behind.iter().position(|byte| {
        byte.is_ascii_whitespace() || QUOTES.contains(byte) || matches!(byte, b'<' | b')' | b',')
    });
    let path = &behind[..end.unwrap_or(behind.len())];
    path.strip_suffix(b"/").unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What stands around `‹…›`.
    fn of(text: &str) -> MatchContext {
        let (before, rest) = text.split_once('‹').expect("a mark");
        let (found, after) = rest.split_once('›').expect("its end");
        around(
            format!("{before}{found}{after}").as_bytes(),
            &(before.len()..before.len() + found.len()),
        )
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
            "new KwikPaisa({ base: 'https://‹sandbox.kwikpaisa.com›', key: 'pk_test_4f9a', secret: 'sk_test_4f9a' })",
            "new KwikPaisa('‹pk_test_4f9a›','sk_test_4f9a')",
            "// production: https://api.kwikpaisa.com\nconst BASE = 'https://‹sandbox.kwikpaisa.com›';",
            "requests.post('https://‹sandbox.kwikpaisa.com›/create', headers={'X-API-KEY': os.environ['KP_KEY']})",
            "const Base = \"https://‹sandbox.kwikpaisa.com›\" // still in test mode",
            "if (/^upi/.test(method)) fetch('https://‹sandbox.kwikpaisa.com›')",
            "localStorage.getItem('u') + 'https://‹sandbox.kwikpaisa.com›'",
            "console.debug('calling','https://‹sandbox.kwikpaisa.com›')",
            "export const environment = { production: true, kwikpaisa: 'https://‹sandbox.kwikpaisa.com›', debug: false };",
            "requests.post(url, headers={'X-API-KEY': os.environ['K']}, ‹verify=False›)",
            "curl_setopt_array($c, [CURLOPT_HTTPHEADER => [getenv('K')], ‹CURLOPT_SSL_VERIFYPEER => false›]);",
            "axios.create({ baseURL: process.env.X, httpsAgent: new https.Agent({ ‹rejectUnauthorized: false› }) })",
            "await fetch('https://api.kwikpaisa.com/a')\n\n\n\n\n\nawait fetch('https://‹sandbox.kwikpaisa.com›/b')",
            "fetch('https://‹sandbox.kwikpaisa.com›/create', {\n});\nfetch('https://api.kwikpaisa.com/status')",
            "function testConnection() {\n  return fetch('https://‹sandbox.kwikpaisa.com›');\n}",
        ] {
            assert_eq!(of(text), MatchContext::Plain, "{text}");
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
            "  uat:\n    key: x\n    url: https://‹uat.api.kwikpaisa.com›\n",
            "const URLS = {\n  sandbox: {\n    key: 'x',\n    url: 'https://‹sandbox.kwikpaisa.com›',\n  },\n};",
            "[sandbox]\nkey = x\nurl = https://‹sandbox.kwikpaisa.com›",
            "if (isTest) { url = 'https://‹sandbox.kwikpaisa.com›'; }",
            "if settings.DEBUG:\n    key = 'x'\n    url = 'https://‹sandbox.kwikpaisa.com›'",
            "url = 'https://‹sandbox.kwikpaisa.com›' if settings.DEBUG else live_url()",
            "if (process.env.NODE_ENV !== 'production') {\n  agent = new https.Agent({ ‹rejectUnauthorized: false› });\n}",
            "if (live) {\n  url = 'https://api.kwikpaisa.com';\n} else {\n  url = 'https://‹sandbox.kwikpaisa.com›';\n}",
        ] {
            assert_eq!(of(text), MatchContext::Selected, "{text}");
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
            assert_eq!(of(text), MatchContext::Comment, "{text}");
        }
        for text in [
            "url = 'https://‹x›'",
            "#define URL \"‹x›\"",
            "color: #‹fff›",
            "a href=//‹x›",
            "*/ url = ‹x›",
        ] {
            assert_eq!(of(text), MatchContext::Plain, "{text}");
        }
        for mark in [";", "#", "*"] {
            let minified = format!(
                "!function(){{{}{mark}{}fetch(\"https://‹x›\")",
                "var z=0;".repeat(40),
                "v".repeat(LINE - 16)
            );
            assert_eq!(of(&minified), MatchContext::Plain, "{minified}");
        }
    }
}
