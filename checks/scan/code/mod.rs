//! Reads code a little, whatever the language: what is text and what a remark, where a statement
//! ends, what belongs to one function.

mod mask;
pub(super) mod operand;

use std::ops::Range;

use crate::scan::rule::{AHEAD, BEHIND, LiteralContext};
use mask::masked;

/// The code around a literal.
pub(super) struct Code<'a> {
    /// The bytes, as they stand in the file.
    pub(super) raw: &'a [u8],
    /// As long as `raw`, with the contents of texts and all remarks blanked. What a text
    /// interpolates stays.
    pub(super) code: Vec<u8>,
    /// Where the literal begins.
    pub(super) at: usize,
    /// Where `raw` begins in the bytes of the sight.
    pub(super) start: usize,
}

/// A statement, or the head of a block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Statement {
    /// Where it stands, white space around it left out.
    pub(super) range: Range<usize>,
    /// How many brackets are open around it.
    pub(super) depth: usize,
    /// How far its line is indented.
    pub(super) indent: usize,
    /// A `{` follows.
    pub(super) opens: bool,
}

impl<'a> Code<'a> {
    /// The lines around a literal, as far as a rule may look.
    pub(super) fn around(sight: &LiteralContext<'a>) -> Self {
        Self::within(sight.bytes, sight.at, BEHIND, AHEAD)
    }

    /// The line of a literal and little more.
    pub(super) fn near(sight: &LiteralContext<'a>) -> Self {
        Self::within(sight.bytes, sight.at, 320, 320)
    }

    fn within(bytes: &'a [u8], at: usize, behind: usize, ahead: usize) -> Self {
        let least = at.saturating_sub(behind);
        // Whole lines, so that reading does not begin within a text.
        let start = if least == 0 {
            0
        } else {
            bytes[least..at]
                .iter()
                .position(|byte| *byte == b'\n')
                .map_or(least, |line| least + line + 1)
        };
        let raw = &bytes[start..bytes.len().min(at + ahead)];
        Self { raw, code: masked(raw), at: at - start, start }
    }

    /// Whether the literal is code, and neither text nor remark.
    pub(super) fn is_code(&self, at: usize) -> bool {
        self.code[at] == self.raw[at] && self.code[at] != b' '
    }

    /// The code of a range as text, in lower case.
    pub(super) fn lower(&self, range: &Range<usize>) -> String {
        String::from_utf8_lossy(&self.code[range.clone()]).to_ascii_lowercase()
    }

    /// The bytes of a range as text, with what texts hold.
    pub(super) fn raw(&self, range: &Range<usize>) -> String {
        String::from_utf8_lossy(&self.raw[range.clone()]).into_owned()
    }

    /// A range of this code as one of the sight's bytes.
    pub(super) fn outside(&self, range: &Range<usize>) -> Range<usize> {
        range.start + self.start..range.end + self.start
    }

    /// What a bracket encloses, brackets included: `open` is where it opens.
    pub(super) fn brackets(&self, open: usize) -> Option<Range<usize>> {
        let mut depth = 0_usize;
        for (at, byte) in self.code.iter().enumerate().skip(open) {
            match byte {
                b'(' | b'[' | b'{' => depth += 1,
                b')' | b']' | b'}' => {
                    depth = depth.checked_sub(1)?;
                    if depth == 0 {
                        return Some(open..at + 1);
                    }
                }
                _ => {}
            }
        }
        None
    }

    /// The arguments between brackets.
    pub(super) fn arguments(&self, brackets: &Range<usize>) -> Vec<Range<usize>> {
        let inner = brackets.start + 1..brackets.end.saturating_sub(1).max(brackets.start + 1);
        let (mut all, mut depth, mut from) = (Vec::new(), 0_usize, inner.start);
        for at in inner.clone() {
            match self.code[at] {
                b'(' | b'[' | b'{' => depth += 1,
                b')' | b']' | b'}' => depth = depth.saturating_sub(1),
                b',' if depth == 0 => {
                    all.push(self.trimmed(&(from..at)));
                    from = at + 1;
                }
                _ => {}
            }
        }
        all.push(self.trimmed(&(from..inner.end)));
        all.retain(|range| !range.is_empty());
        all
    }

    /// A range without white space at its ends.
    pub(super) fn trimmed(&self, range: &Range<usize>) -> Range<usize> {
        let bytes = &self.raw[range.clone()];
        let start =
            bytes.iter().position(|byte| !byte.is_ascii_whitespace()).unwrap_or(bytes.len());
        let end =
            bytes.iter().rposition(|byte| !byte.is_ascii_whitespace()).map_or(start, |at| at + 1);
        range.start + start..range.start + end
    }

    /// The word around a byte.
    pub(super) fn word(&self, at: usize) -> Range<usize> {
        let start = self.code[..at].iter().rposition(|byte| !is_name(*byte)).map_or(0, |at| at + 1);
        let end = self.code[at..]
            .iter()
            .position(|byte| !is_name(*byte))
            .map_or(self.code.len(), |length| at + length);
        start..end.max(start)
    }

    /// All statements, as far as they can be told apart.
    pub(super) fn statements(&self) -> Vec<Statement> {
        let mut reading = LexState { code: self, stack: Vec::new(), from: 0, all: Vec::new() };
        let code = &self.code;
        for (at, byte) in code.iter().enumerate() {
            match byte {
                b'(' | b'[' => reading.stack.push(Bracket::Group),
                b')' | b']' if reading.stack.last() == Some(&Bracket::Group) => {
                    reading.stack.pop();
                }
                b'{' if reading.is_block(at) => {
                    reading.end(at, true);
                    reading.stack.push(Bracket::Block);
                }
                b'{' => reading.stack.push(Bracket::Object),
                b'}' => match reading.stack.pop() {
                    Some(Bracket::Object) => {}
                    Some(Bracket::Block | Bracket::Group) | None => reading.end(at, false),
                },
                b';' if reading.in_block() => reading.end(at, false),
                b'\n' if reading.in_block() && reading.ends_line(at) => reading.end(at, false),
                _ => {}
            }
        }
        reading.end(code.len(), false);
        reading.all
    }

    /// The number of the statement that holds a byte.
    pub(super) fn statement_of(&self, statements: &[Statement], at: usize) -> Option<usize> {
        statements.iter().position(|statement| statement.range.contains(&at))
    }

    /// The statements of the function that number `of` stands in, its head included.
    pub(super) fn function(&self, statements: &[Statement], of: usize) -> Range<usize> {
        let inner = &statements[of];
        let is_outer = |outer: &Statement| {
            self.is_head(outer) && (outer.depth < inner.depth || outer.indent < inner.indent)
        };
        let start = (0..of).rev().find(|at| is_outer(&statements[*at]));
        let outer = start.map(|start| (statements[start].depth, statements[start].indent));
        let is_out = |next: &Statement| match outer {
            Some((depth, indent)) => next.depth <= depth && next.indent <= indent,
            None => next.depth < inner.depth || self.is_named_function(next),
        };
        let end = (of + 1..statements.len())
            .find(|at| is_out(&statements[*at]))
            .unwrap_or(statements.len());
        start.unwrap_or_else(|| {
            (0..of).rev().find(|at| self.is_named_function(&statements[*at])).map_or(0, |at| at + 1)
        })..end
    }

    /// The statements that run after number `of` in its block and the blocks within.
    pub(super) fn rest_of_block(&self, statements: &[Statement], of: usize) -> Range<usize> {
        let inner = &statements[of];
        let is_out = |next: &Statement| {
            next.depth < inner.depth || next.indent < inner.indent || self.is_named_function(next)
        };
        of + 1
            ..(of + 1..statements.len())
                .find(|at| is_out(&statements[*at]))
                .unwrap_or(statements.len())
    }

    /// Whether it is the head of a function with or without a name.
    pub(super) fn is_head(&self, statement: &Statement) -> bool {
        const BRANCHES: [&str; 14] = [
            "if", "for", "while", "switch", "catch", "else", "elseif", "elif", "foreach", "using",
            "lock", "do", "try", "with",
        ];
        let text = self.lower(&statement.range);
        let first =
            text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').next().unwrap_or_default();
        if BRANCHES.contains(&first) {
            return false;
        }
        self.is_named_function(statement)
            || statement.opens && (text.contains("=>") || text.contains('('))
            || text.ends_with(" do")
            || text.ends_with('|')
    }

    fn is_named_function(&self, statement: &Statement) -> bool {
        let text = self.lower(&statement.range);
        let words = || text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
        words()
            .take(4)
            .any(|word| matches!(word, "function" | "def" | "func" | "fn" | "fun" | "class"))
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Bracket {
    Group,
    Object,
    Block,
}

/// A walk through code that tells statements apart.
struct LexState<'c, 'a> {
    code: &'c Code<'a>,
    stack: Vec<Bracket>,
    from: usize,
    all: Vec<Statement>,
}

impl LexState<'_, '_> {
    fn in_block(&self) -> bool {
        self.stack.last().is_none_or(|last| *last == Bracket::Block)
    }

    /// Whether the `{` at `at` opens a block: after `)`, `=>`, a lone word such as `else`, or what
    /// declares.
    fn is_block(&self, at: usize) -> bool {
        let before = self.code.code[self.from..at].trim_ascii_end();
        let last_word = || before.rsplit(|byte| !is_name(*byte)).next().unwrap_or_default();
        match before.last() {
            None => true,
            Some(b')' | b'>') => true,
            Some(last) if is_name(*last) => {
                self.in_block() && last_word() != b"return"
                    || matches!(last_word(), b"else" | b"try" | b"finally" | b"async" | b"do")
            }
            Some(_) => false,
        }
    }

    /// Whether a line break ends a statement.
    fn ends_line(&self, at: usize) -> bool {
        let code = &self.code.code;
        let before = code[self.from..at].trim_ascii_end();
        let open = [b',', b'+', b'-', b'*', b'/', b'&', b'|', b'=', b'<', b'?', b'.', b'\\', b'('];
        if before.is_empty()
            || before.last().is_some_and(|last| open.contains(last))
            || before.ends_with(b"=>")
        {
            return before.is_empty();
        }
        let after = code[at..].trim_ascii_start();
        let goes_on: [&[u8]; 9] = [b".", b"?", b"+", b"&&", b"||", b")", b"->", b"=", b"{"];
        !goes_on.iter().any(|mark| after.starts_with(mark))
    }

    fn end(&mut self, at: usize, opens: bool) {
        let range = self.code.trimmed(&(self.from..at));
        self.from = at + 1;
        if self.code.code[range.clone()].trim_ascii().is_empty() {
            return;
        }
        let skipped = self.code.code[range.clone()]
            .iter()
            .position(|byte| !byte.is_ascii_whitespace())
            .unwrap_or(0);
        let range = range.start + skipped..range.end;
        let line = self.code.raw[..range.start]
            .iter()
            .rposition(|byte| *byte == b'\n')
            .map_or(0, |at| at + 1);
        let indent =
            self.code.raw[line..].iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        self.all.push(Statement { range, depth: self.stack.len(), indent, opens });
    }
}

/// Whether a byte may stand in a name.
pub(super) const fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$') || byte >= 0x80
}

/// The names in a text: `$`, `@` and `&` left out, texts and numbers too.
pub(super) fn names(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))
        .filter(|name| name.chars().next().is_some_and(|first| !first.is_ascii_digit()))
}

/// The words of a name in lower case, `camelCase` and `SNAKE_CASE` taken apart.
pub(super) fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut before: Option<char> = None;
    let mut open = false;
    let chars: Vec<char> = name.chars().collect();
    for (at, c) in chars.iter().copied().enumerate() {
        if !c.is_ascii_alphanumeric() {
            open = false;
            before = None;
            continue;
        }
        let humps = c.is_ascii_uppercase()
            && before.is_some_and(|before| before.is_ascii_lowercase() || before.is_ascii_digit());
        // `HMACSha256`: the last of several capitals begins the next word.
        let ends_run = c.is_ascii_uppercase()
            && before.is_some_and(|before| before.is_ascii_uppercase())
            && chars.get(at + 1).is_some_and(char::is_ascii_lowercase);
        if !open || humps || ends_run {
            words.push(String::new());
            open = true;
        }
        if let Some(word) = words.last_mut() {
            word.push(c.to_ascii_lowercase());
        }
        before = Some(c);
    }
    words
}

/// Whether `name` stands in `text` as a whole name.
pub(super) fn has_name(text: &str, name: &str) -> bool {
    names(text).any(|found| found == name)
}
