//! Looks through the bytes of one file, a window at a time: memory stays flat whatever the file
//! holds.

use std::io::{self, Read};
use std::ops::Range;

use golive_checks::model::{HitKind, MatchContext, Slot};
use golive_checks::scan::match_context::around;
use golive_checks::scan::rule::{AHEAD, BEHIND, LiteralContext, Match, Reach, Rule};
use golive_checks::scan::{rules, signing};

use super::stage::{Stage, Stages};

/// How much is read at a time.
const WINDOW: usize = 256 * 1024;
/// How often rules for known mistakes are asked about one file. Nobody wrote a file by hand that
/// has more names of signatures.
const MOST_ASKED: u32 = 20_000;
/// A file with a zero byte in its beginning is no text.
const BEGINNING: usize = 8 * 1024;

/// A thread's buffer, used for one file after another.
pub(super) struct Window {
    bytes: Vec<u8>,
}

/// What was found in a file, before it is known what the file as a whole is.
#[derive(Debug)]
pub(super) struct LiteralPosition {
    pub(super) rule: &'static Rule,
    pub(super) line: u64,
    pub(super) column: u64,
    /// From the start of the file.
    pub(super) range: Range<u64>,
    pub(super) excerpt: String,
    pub(super) kind: HitKind,
    pub(super) around: MatchContext,
    pub(super) secret: Option<Slot>,
}

/// What a look through a file came to.
#[derive(Debug, Default)]
pub(super) struct Looked {
    pub(super) spots: Vec<LiteralPosition>,
    pub(super) bytes: u64,
    /// A zero byte stands in its beginning.
    pub(super) binary: bool,
    /// It names the platform.
    pub(super) platform: bool,
    /// It has the header that carries the signature.
    pub(super) header: bool,
    /// It has names of signatures.
    pub(super) signatures: bool,
    /// How often the rules for known mistakes were asked.
    asked: u32,
    /// It is a report of ours, which repeats what was found elsewhere.
    pub(super) own_report: bool,
}

/// The first read of a file, before it is known how to read it.
pub(super) enum Start {
    /// As bytes.
    Bytes,
    /// As UTF-16.
    Utf16(super::utf16::ByteOrder),
}

impl Window {
    pub(super) fn new() -> Self {
        Self { bytes: vec![0; WINDOW + BEHIND + AHEAD] }
    }

    /// Reads the beginning of a file: how many bytes of it are in the buffer, and how it is to be
    /// read.
    pub(super) fn begin(&mut self, input: &mut impl Read) -> io::Result<(usize, Start)> {
        let read = read_some(input, &mut self.bytes)?;
        let start =
            super::utf16::byte_order(&self.bytes[..read]).map_or(Start::Bytes, Start::Utf16);
        Ok((read, start))
    }

    /// What [`begin`](Self::begin) read.
    pub(super) fn begun(&self, length: usize) -> &[u8] {
        &self.bytes[..length]
    }

    /// Looks through a file. The first `have` bytes of it are in the buffer already.
    pub(super) fn look(
        &mut self,
        input: &mut impl Read,
        have: usize,
        stages: &Stages<'_>,
        stage: &Stage,
    ) -> io::Result<Looked> {
        let mut looked = Looked::default();
        let everywhere = std::ptr::eq(stage, &raw const stages.everywhere);
        let (mut length, mut from, mut over) = (have, 0, false);
        let mut lines = Lines::default();
        // Bytes that have left the buffer.
        let mut gone = 0_u64;
        loop {
            while length < self.bytes.len() && !over {
                let read = read_some(input, &mut self.bytes[length..])?;
                over = read == 0;
                length += read;
            }
            let bytes = &self.bytes[..length];
            let end = if over { length } else { length - AHEAD };
            let known = (gone > 0).then_some(looked.binary);
            let mut page =
                Chunk { bytes, gone, end, lines: &mut lines, looked: &mut looked, binary: known };
            page.search(from, stages, stage, everywhere);
            let known = page.binary;
            // Most files end in their first window with nothing found, and nobody wants to know.
            if gone == 0 && !(over && looked.spots.is_empty()) {
                looked.binary = known.unwrap_or_else(|| is_binary(bytes));
            }
            if over {
                looked.bytes = gone + length as u64;
                return Ok(looked);
            }
            let keep = end - BEHIND;
            lines.leave(&bytes[..keep], gone);
            self.bytes.copy_within(keep..length, 0);
            gone += keep as u64;
            from = end - keep;
            length -= keep;
        }
    }
}

/// Reads once, as the system sees fit. A read that was interrupted is made again.
fn read_some(input: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    loop {
        match input.read(buffer) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            result => return result,
        }
    }
}

fn is_binary(bytes: &[u8]) -> bool {
    bytes[..bytes.len().min(BEGINNING)].contains(&0)
}

/// Where lines begin, as far as it is known.
#[derive(Default)]
struct Lines {
    /// Breaks before the buffer.
    before: u64,
    /// Where the line that reaches into the buffer began.
    start: u64,
}

impl Lines {
    /// Takes note of bytes that leave the buffer.
    fn leave(&mut self, bytes: &[u8], gone: u64) {
        self.before += breaks(bytes);
        if let Some(last) = bytes.iter().rposition(|byte| *byte == b'\n') {
            self.start = gone + last as u64 + 1;
        }
    }
}

/// Written so that the compiler makes vectors of it.
fn breaks(bytes: &[u8]) -> u64 {
    bytes
        .chunks(192)
        .map(|chunk| u64::from(chunk.iter().map(|byte| u8::from(*byte == b'\n')).sum::<u8>()))
        .sum()
}

/// One window of a file.
struct Chunk<'a> {
    bytes: &'a [u8],
    gone: u64,
    /// Literals from here on are left to the next window.
    end: usize,
    lines: &'a mut Lines,
    looked: &'a mut Looked,
    binary: Option<bool>,
}

impl Chunk<'_> {
    fn search(&mut self, from: usize, stages: &Stages<'_>, stage: &Stage, everywhere: bool) {
        let mut at = from;
        while let Some(found) =
            stage.automaton.find(aho_corasick::Input::new(self.bytes).range(at..))
        {
            if found.start() >= self.end {
                break;
            }
            let index = found.pattern().as_usize();
            let (literal, rules) = &stage.literals[index];
            self.meet(found.start(), literal, rules);
            if everywhere {
                self.meet_own(found.start(), index, stages);
            }
            at = found.start() + 1;
        }
        if let (Some((automaton, ids)), true) = (&stages.apart, everywhere) {
            for found in automaton.find_iter(&self.bytes[from.saturating_sub(BEHIND)..]) {
                let start = from.saturating_sub(BEHIND) + found.start();
                if (from..self.end).contains(&start) {
                    self.note_own(start, ids[found.pattern().as_usize()], stages);
                }
            }
        }
    }

    /// Asks the rules about a literal.
    fn meet(&mut self, at: usize, literal: &'static str, rules: &[&'static Rule]) {
        const NAME: &[u8] = b"kwikpaisa";
        if self.bytes[at..].get(..NAME.len()).is_some_and(|word| word.eq_ignore_ascii_case(NAME)) {
            self.looked.platform = true;
        }
        self.looked.header |=
            signing::HEADER.contains(&literal) && signing::is_header(self.bytes, at, literal);
        for rule in rules {
            if rule.reach != Reach::Everything && self.is_binary() {
                continue;
            }
            if rule.reach.is_signing() {
                self.looked.signatures |= matches!(literal, "ignature" | "IGNATURE");
                self.looked.asked += 1;
                if self.looked.asked > MOST_ASKED {
                    return;
                }
            }
            let sight = LiteralContext { bytes: self.bytes, at, literal };
            if let Some(found) = (rule.look)(&sight) {
                self.note(rule, found, None);
            }
        }
    }

    /// Compares with the configured secrets that hold a literal.
    fn meet_own(&mut self, at: usize, literal: usize, stages: &Stages<'_>) {
        for (index, offset) in &stages.anchored[literal] {
            let spelling = &stages.own.spellings[*index];
            let Some(start) = at.checked_sub(*offset) else { continue };
            if self.bytes[start..].starts_with(&spelling.bytes) {
                self.note_own(start, *index, stages);
            }
        }
    }

    fn note_own(&mut self, start: usize, index: usize, stages: &Stages<'_>) {
        let spelling = &stages.own.spellings[index];
        let rule = match spelling.slot {
            Slot::SecretKey => Some(&rules::OWN_SECRET),
            Slot::ApiKey => rules::find("live-api-key"),
            Slot::SandboxSecretKey => rules::find("sandbox-secret"),
            Slot::SandboxApiKey => rules::find("sandbox-api-key"),
        };
        let excerpt = format!("the value of `{}` {}", spelling.slot.key(), spelling.how);
        let found =
            Match { range: start..start + spelling.bytes.len(), excerpt, kind: HitKind::Real };
        self.looked.platform = true;
        if let Some(rule) = rule {
            self.note(rule, found, Some(spelling.slot));
        }
    }

    fn note(&mut self, rule: &'static Rule, found: Match, secret: Option<Slot>) {
        let range = self.gone + found.range.start as u64..self.gone + found.range.end as u64;
        let same = |spot: &LiteralPosition| {
            spot.rule.id == rule.id && spot.range.start == range.start && spot.secret == secret
        };
        if self.looked.spots.iter().rev().take(16).any(same) {
            return;
        }
        if self.looked.spots.is_empty() && self.gone == 0 {
            let beginning = &self.bytes[..self.bytes.len().min(200)];
            self.looked.own_report = [b"\"golive.re", b"\"golive.ob", b"\"golive.ba"]
                .iter()
                .any(|name| beginning.windows(10).any(|window| window == *name));
        }
        let (line, column) = self.place(found.range.start);
        let around = around(self.bytes, &found.range);
        self.looked.spots.push(LiteralPosition {
            rule,
            line,
            column,
            range,
            excerpt: found.excerpt,
            kind: found.kind,
            around,
            secret,
        });
    }

    /// Line and column of a byte: in characters where the whole line is at hand and short, else in
    /// bytes.
    fn place(&self, at: usize) -> (u64, u64) {
        let before = &self.bytes[..at];
        let line = self.lines.before + breaks(before) + 1;
        let column = match before.iter().rposition(|byte| *byte == b'\n') {
            Some(last) => characters(&before[last + 1..]),
            None if self.lines.start >= self.gone => {
                characters(&before[usize::try_from(self.lines.start - self.gone).unwrap_or(0)..])
            }
            None => self.gone + at as u64 - self.lines.start,
        };
        (line, column + 1)
    }

    fn is_binary(&mut self) -> bool {
        let bytes = self.bytes;
        *self.binary.get_or_insert_with(|| is_binary(bytes))
    }
}

/// Characters of UTF-8; what is none counts as one a byte.
fn characters(bytes: &[u8]) -> u64 {
    bytes.iter().filter(|byte| (**byte & 0xc0) != 0x80).count() as u64
}
