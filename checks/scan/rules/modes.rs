//! Settings that say which of the platform's environments is used.

use std::ops::Range;

use crate::model::{HitKind, Weight};
use crate::scan::match_context::words;
use crate::scan::rule::{Levels, LiteralContext, Match, Reach, Rule, Topic, is_word};
use crate::scan::rules::named::value_after;

/// How far the settings of a block may lie behind its name.
const BLOCK: usize = 400;

/// A mode of the platform's that is another than production's.
pub(super) const SANDBOX_MODE: Rule = Rule {
    id: "sandbox-mode",
    topic: Topic::Sandbox,
    what: "a setting that puts the platform into its sandbox",
    why: "What goes by it sends live payments to a system that moves no money.",
    fix: "Set it to production where production reads it.",
    literals: &["kwik", "Kwik", "KWIK"],
    look: |sight| {
        let name = sight.run(|byte| is_word(byte) || byte == b'-' || byte == b'.');
        let text = sight.text(name.clone());
        if text.to_ascii_lowercase().find("kwik")? != sight.at - name.start {
            return None;
        }
        if let Some(value) = value_of(sight, &text, name.end) {
            return Some(found(&text, sight, value));
        }
        let is_block =
            matches!(text.to_ascii_lowercase().as_str(), "kwikpaisa" | "kwik_paisa" | "kwik-paisa");
        let (setting, value) = if is_block { in_block(sight, name.end) } else { None }?;
        Some(found(&format!("{text}.{setting}"), sight, value))
    },
    levels: Levels { code: Weight::Warning, public: Weight::Warning, ..Levels::USUAL },
    reach: Reach::PlatformText,
    finds: &[
        "KWIKPAISA_ENV=sandbox",
        "KWIKPAISA_MODE=\"test\"",
        "  KWIKPAISA_ENVIRONMENT: staging",
        "const kwikpaisaMode = 'sandbox';",
        "kwikpaisa.environment=uat",
        "ENV KWIKPAISA_ENV sandbox",
        "  - name: KWIKPAISA_ENV\n    value: sandbox",
        "KWIKPAISA_SANDBOX=true",
        "KWIKPAISA_USE_SANDBOX=1",
        "kwikpaisaTestMode: true,",
        "{\"kwikpaisa\":{\"mode\":\"sandbox\"}}",
        "'kwikpaisa' => ['key' => 'x', 'environment' => 'sandbox'],",
        "kwikpaisa:\n  retries: 3\n  sandbox: true",
    ],
    spares: &[
        "KWIKPAISA_ENV=production",
        "KWIKPAISA_ENV=live",
        "KWIKPAISA_ENV=${KWIKPAISA_ENV:-sandbox}",
        "if (KWIKPAISA_ENV === 'sandbox') {",
        "kwikpaisaMode = isLive ? 'live' : 'sandbox'",
        "kwikpaisaMode: 'sandbox' | 'production'",
        "KWIKPAISA_SANDBOX=false",
        "KWIKPAISA_SANDBOX_KEY=true",
        "KWIKPAISA_ENV_FILE=test",
        "KWIKPAISA_ENV=sandbox_to_be",
        "SHOP_ENV=sandbox",
        "{\"kwikpaisa\":{\"mode\":\"live\"},\"mode\":\"test\"}",
        "kwikpaisa:\n  mode: live\nmail:\n  mode: test",
        "kwikpaisa: enabled\nmode: test",
    ],
};

fn found(name: &str, sight: &LiteralContext<'_>, value: Range<usize>) -> Match {
    Match {
        excerpt: format!("{name}={}", sight.text(value.clone())),
        range: value,
        kind: HitKind::Real,
    }
}

/// The value that a name which ends at `end` is set to, where both together mean another
/// environment than production.
fn value_of(sight: &LiteralContext<'_>, name: &str, end: usize) -> Option<Range<usize>> {
    let words: Vec<String> = words(name).map(str::to_ascii_lowercase).collect();
    let values: &[&str] = match words.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [.., "env" | "environment" | "mode" | "stage"]
            if !words.iter().any(|word| word == "test" || word == "sandbox") =>
        {
            &["sandbox", "test", "testing", "uat", "staging", "stage", "dev", "development"]
        }
        [.., "sandbox" | "testmode"]
        | [.., "sandbox", "mode" | "enabled" | "on"]
        | [.., "test", "mode"]
        | [.., "test", "mode", "enabled" | "on"] => &["true", "1", "yes", "on"],
        _ => return None,
    };
    let start = value_after(sight, end)?;
    let length =
        sight.bytes[start..].iter().take_while(|byte| is_word(**byte) || **byte == b'-').count();
    let value = sight.text(start..start + length).to_ascii_lowercase();
    // `'sandbox' | 'production'` says what may stand there.
    let rest = sight.bytes[start + length..].trim_ascii_start();
    let is_type = rest
        .strip_prefix(b"'")
        .or(rest.strip_prefix(b"\""))
        .unwrap_or(rest)
        .trim_ascii_start()
        .starts_with(b"|");
    (values.contains(&value.as_str()) && !is_type).then_some(start..start + length)
}

/// The first such setting in the block of that name: what stands in its brackets, or further in
/// than its line.
fn in_block(sight: &LiteralContext<'_>, end: usize) -> Option<(String, Range<usize>)> {
    let most = sight.bytes.len().min(end + BLOCK);
    let block = &sight.bytes[end..most];
    let opened = block.iter().position(|byte| !b"\"' \t:=>\r".contains(byte))?;
    let length = match block[opened] {
        b'{' | b'[' | b'(' => {
            block.iter().position(|byte| b"}])".contains(byte)).unwrap_or(block.len())
        }
        b'\n' => indented(block, opened, indent(sight)),
        _ => return None,
    };
    let within = &block[..length];
    let mut at = opened;
    while at < within.len() {
        let word = within[at..].iter().take_while(|byte| is_word(**byte)).count();
        if word > 0 {
            let setting = sight.text(end + at..end + at + word);
            if let Some(value) = value_of(sight, &setting, end + at + word) {
                return Some((setting.into_owned(), value));
            }
        }
        at += word.max(1);
    }
    None
}

/// How far the line of the name is indented.
fn indent(sight: &LiteralContext<'_>) -> usize {
    let before = sight.before(BLOCK);
    let line =
        before.iter().rposition(|byte| *byte == b'\n').map_or(before, |at| &before[at + 1..]);
    line.iter().take_while(|byte| **byte == b' ').count()
}

/// Where the lines after `from` end that are indented further than `least`.
fn indented(block: &[u8], from: usize, least: usize) -> usize {
    let mut end = from + 1;
    for line in block[from + 1..].split_inclusive(|byte| *byte == b'\n') {
        let spaces = line.iter().take_while(|byte| **byte == b' ').count();
        if spaces <= least && !line.trim_ascii().is_empty() {
            break;
        }
        end += line.len();
    }
    end.min(block.len())
}
