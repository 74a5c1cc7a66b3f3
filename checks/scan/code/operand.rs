//! Comparisons, and what they compare.

use std::ops::Range;

use crate::scan::code::{Code, is_name, words};

/// What is compared, as far as its name tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::scan) enum OperandKind {
    /// Something written out: a text, a number, `null`.
    Constant,
    /// A signature by its name, or a header that holds one.
    Signature,
    /// An HMAC, computed on the spot.
    Computed,
    /// What is to be expected, or was given, by its name.
    Expected,
    /// Anything else.
    Other,
}

/// Two things that are compared.
#[derive(Clone, Debug)]
pub(in crate::scan) struct Comparison {
    /// The first.
    pub(in crate::scan) left: Range<usize>,
    /// The second.
    pub(in crate::scan) right: Range<usize>,
    /// From the one to the other, with the call where it is one.
    pub(in crate::scan) whole: Range<usize>,
}

/// Calls that compare a receiver with their argument.
const METHODS: [&str; 9] = [
    ".equals",
    ".equalsIgnoreCase",
    ".contentEquals",
    ".Equals",
    ".compareTo",
    ".localeCompare",
    ".eql?",
    ".SequenceEqual",
    ".compare",
];
/// Calls that compare their two arguments.
const FUNCTIONS: [&str; 8] = [
    "strcmp",
    "strcasecmp",
    "strncmp",
    "Objects.equals",
    "Arrays.equals",
    "bytes.Equal",
    "strings.EqualFold",
    "Buffer.compare",
];

impl Code<'_> {
    /// Every comparison within a range that takes no care to take the same time whatever it
    /// compares.
    pub(in crate::scan) fn comparisons(&self, range: &Range<usize>) -> Vec<Comparison> {
        let code = &self.code;
        let mut all = Vec::new();
        for at in range.clone() {
            if matches!(code[at], b'=' | b'!')
                && code.get(at + 1) == Some(&b'=')
                && !at.checked_sub(1).is_some_and(|before| {
                    matches!(
                        code[before],
                        b'=' | b'!' | b'<' | b'>' | b'+' | b'-' | b'*' | b'/' | b'|' | b'^'
                    )
                })
            {
                let end = if code.get(at + 2) == Some(&b'=') { at + 3 } else { at + 2 };
                let (left, right) = (self.operand_before(at), self.operand_after(end));
                all.push(Comparison { whole: left.start..right.end, left, right });
            }
            if code[at] == b'(' {
                all.extend(self.comparing_call(at));
            }
        }
        all
    }

    /// The comparison that the call with brackets at `open` is.
    fn comparing_call(&self, open: usize) -> Option<Comparison> {
        let name = self.code[..open].trim_ascii_end();
        let arguments = || Some(self.arguments(&self.brackets(open)?));
        let end = self.brackets(open)?.end;
        let function = FUNCTIONS.iter().find(|function| {
            let start = name.len().checked_sub(function.len());
            name.ends_with(function.as_bytes())
                && start.is_some_and(|start| {
                    start == 0 || !is_name(name[start - 1]) && name[start - 1] != b'.'
                })
        });
        if let Some(function) = function {
            let [left, right, ..] =
                arguments()?.try_into().ok().map(|both: [Range<usize>; 2]| both)?;
            return Some(Comparison { whole: name.len() - function.len()..end, left, right });
        }
        let method = METHODS.iter().find(|method| name.ends_with(method.as_bytes()))?;
        let left = self.operand_before(name.len() - method.len());
        let arguments = arguments()?;
        // `string.Equals(a, b)` has both within.
        if let [first, second, ..] = &arguments[..]
            && matches!(&self.code[left.clone()], b"string" | b"String")
        {
            return Some(Comparison {
                left: first.clone(),
                right: second.clone(),
                whole: left.start..end,
            });
        }
        let right = arguments.first()?.clone();
        Some(Comparison { whole: left.start..end, left, right })
    }

    /// The expression that ends before `end`.
    pub(in crate::scan) fn operand_before(&self, end: usize) -> Range<usize> {
        let code = &self.code;
        let last = code[..end].trim_ascii_end().len();
        let mut at = last;
        while at > 0 {
            match code[at - 1] {
                b')' | b']' => match self.opens(at - 1) {
                    Some(open) => at = open,
                    None => break,
                },
                quote @ (b'"' | b'\'' | b'`') => {
                    match code[..at - 1].iter().rposition(|byte| *byte == quote) {
                        Some(open) => at = open,
                        None => break,
                    }
                }
                b'.' | b'@' | b'?' => at -= 1,
                b'>' if at > 1 && code[at - 2] == b'-' => at -= 2,
                b':' if at > 1 && code[at - 2] == b':' => at -= 2,
                byte if is_name(byte) => at -= 1,
                byte if byte.is_ascii_whitespace() && matches!(code[at], b'.')
                    || byte.is_ascii_whitespace() && code[at..].starts_with(b"->") =>
                {
                    at = code[..at].trim_ascii_end().len();
                }
                _ => break,
            }
        }
        at.min(last)..last
    }

    /// The expression that begins behind `start`.
    pub(in crate::scan) fn operand_after(&self, start: usize) -> Range<usize> {
        let code = &self.code;
        let blank =
            |at: usize| code[at..].iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        let mut first = start + blank(start);
        for prefix in
            [&b"await "[..], b"new ", b"(string)", b"(string) ", b"[]byte", b"!", b"&", b"*"]
        {
            if code[first..].starts_with(prefix) && prefix != b"[]byte" {
                first += prefix.len();
            }
        }
        let mut at = first;
        while at < code.len() {
            match code[at] {
                b'(' | b'[' => match self.brackets(at) {
                    Some(brackets) => at = brackets.end,
                    None => break,
                },
                quote @ (b'"' | b'\'' | b'`') => {
                    match code[at + 1..].iter().position(|byte| *byte == quote) {
                        Some(length) => at += length + 2,
                        None => break,
                    }
                }
                b'.' | b'@' => at += 1,
                b'-' if code.get(at + 1) == Some(&b'>') => at += 2,
                b'-' if at == first => at += 1,
                b':' if code.get(at + 1) == Some(&b':') => at += 2,
                b'?' | b'!' if code.get(at + 1) == Some(&b'.') => at += 2,
                byte if is_name(byte) => at += 1,
                byte if byte.is_ascii_whitespace() => {
                    let next = at + blank(at);
                    if code[next..].starts_with(b".") || code[next..].starts_with(b"->") {
                        at = next;
                    } else {
                        break;
                    }
                }
                _ => break,
            }
        }
        first..at.max(first)
    }

    /// Where the bracket opens that closes at `close`.
    fn opens(&self, close: usize) -> Option<usize> {
        let mut depth = 0_usize;
        for at in (0..=close).rev() {
            match self.code[at] {
                b')' | b']' | b'}' => depth += 1,
                b'(' | b'[' | b'{' => {
                    depth = depth.checked_sub(1)?;
                    if depth == 0 {
                        return Some(at);
                    }
                }
                _ => {}
            }
        }
        None
    }

    /// What an expression is, by its name.
    pub(in crate::scan) fn kind(&self, range: &Range<usize>) -> OperandKind {
        let range = self.trimmed(range);
        let code = &self.code[range.clone()];
        let Some(first) = code.first() else { return OperandKind::Constant };
        if first.is_ascii_digit() || *first == b'-' {
            return OperandKind::Constant;
        }
        let text = self.lower(&range);
        if matches!(
            text.trim_start_matches('$'),
            "null" | "nil" | "none" | "undefined" | "true" | "false" | "nan" | "this" | "self"
        ) {
            return OperandKind::Constant;
        }
        if matches!(first, b'"' | b'\'' | b'`') {
            // `"${a}${b}"` is made on the spot; any other text is written out.
            return OperandKind::Constant;
        }
        if *first == b'('
            && self.brackets(range.start).is_some_and(|brackets| brackets.end == range.end)
        {
            let inner = range.start + 1..range.end - 1;
            let start = self.operand_after(inner.start);
            return self.kind(&start);
        }
        let Some(part) = self.last_part(&range) else { return OperandKind::Other };
        let name = String::from_utf8_lossy(&self.code[part.name.clone()]).into_owned();
        let words = words(&name);
        let has = |known: &[&str]| words.iter().any(|word| known.contains(&word.as_str()));
        match part.group.map(|group| (self.code[group.start], group)) {
            Some((b'[', group)) => {
                let index = self.raw(&group).to_ascii_lowercase();
                // A key is text: `[SIGNATURE]` is a place in a list.
                let is_text = index[1..].trim_start().starts_with(['"', '\'', '`', ':']);
                if is_text
                    && ["signature", "'sign'", "\"sign\"", "'sig'", "\"sig\""]
                        .iter()
                        .any(|word| index.contains(word))
                {
                    OperandKind::Signature
                } else {
                    OperandKind::Other
                }
            }
            Some((_, group)) => {
                let given = self.raw(&group).to_ascii_lowercase();
                let is_header = has(&[
                    "get",
                    "header",
                    "headers",
                    "fetch",
                    "getfirst",
                    "getheader",
                    "value",
                    "line",
                ]);
                if has(&[
                    "is", "has", "verify", "validate", "check", "valid", "len", "length", "strlen",
                    "count", "size", "isset", "empty", "compare",
                ]) {
                    OperandKind::Other
                } else if has(&["string", "bytes", "buffer", "from", "str", "strval", "text"]) {
                    self.arguments(&group)
                        .first()
                        .map_or(OperandKind::Other, |first| self.kind(first))
                } else if is_header {
                    if given.contains("signature") {
                        OperandKind::Signature
                    } else {
                        OperandKind::Other
                    }
                } else if text.contains("hmac")
                    || has(&["sign", "signature", "hmac"])
                    || has(&["digest", "hexdigest"]) && text.contains("mac")
                {
                    OperandKind::Computed
                } else {
                    OperandKind::Other
                }
            }
            None if has(&NOT_ITSELF) => OperandKind::Other,
            None if has(&["signature", "signatures", "sig", "sign", "hmac", "hexdigest"]) => {
                OperandKind::Signature
            }
            None if has(&EXPECTED) => OperandKind::Expected,
            None => OperandKind::Other,
        }
    }

    /// The part of an expression that names what it is: the last that does more than spell it
    /// another way.
    fn last_part(&self, range: &Range<usize>) -> Option<OperandPart> {
        let mut end = range.end;
        loop {
            let part = self.part_before(range.start, end)?;
            let name = String::from_utf8_lossy(&self.code[part.name.clone()]).into_owned();
            const SPELLS: [&str; 22] = [
                "toLowerCase",
                "toUpperCase",
                "trim",
                "lower",
                "upper",
                "strip",
                "toString",
                "to_s",
                "downcase",
                "upcase",
                "ToLower",
                "ToUpper",
                "ToLowerInvariant",
                "ToUpperInvariant",
                "ToString",
                "Trim",
                "encode",
                "decode",
                "getBytes",
                "orElse",
                "or_default",
                "first",
            ];
            if part.name.start <= range.start || !SPELLS.contains(&name.as_str()) {
                return Some(part);
            }
            end = self.code[range.start..part.name.start]
                .iter()
                .rposition(|byte| is_name(*byte) || matches!(byte, b')' | b']' | b'"' | b'\''))
                .map(|at| range.start + at + 1)?;
        }
    }

    /// The last name of what ends at `end`, with the brackets behind it.
    fn part_before(&self, start: usize, end: usize) -> Option<OperandPart> {
        let mut group = None;
        let mut at = end;
        while at > start && matches!(self.code[at - 1], b')' | b']') {
            let open = self.opens(at - 1).filter(|open| *open >= start)?;
            group = Some(open..at);
            at = open;
        }
        // `"text".length` has a text where others have a name.
        let name_start = self.code[start..at]
            .iter()
            .rposition(|byte| !is_name(*byte))
            .map_or(start, |before| start + before + 1);
        Some(OperandPart { name: name_start..at, group })
    }

    /// The name that an expression ends with, where it does.
    fn member(&self, range: &Range<usize>) -> Option<&[u8]> {
        let part = self.last_part(&self.trimmed(range)).filter(|part| part.group.is_none())?;
        Some(&self.code[part.name])
    }

    /// Whether two things that are compared are a signature and what it should be.
    pub(in crate::scan) fn compares_signatures(&self, comparison: &Comparison) -> bool {
        let (left, right) = (self.kind(&comparison.left), self.kind(&comparison.right));
        match (left, right) {
            (
                OperandKind::Signature,
                OperandKind::Signature | OperandKind::Computed | OperandKind::Expected,
            )
            | (OperandKind::Computed | OperandKind::Expected, OperandKind::Signature) => {
                // `this.signature == other.signature` compares two of a kind.
                self.member(&comparison.left)
                    .is_none_or(|member| self.member(&comparison.right) != Some(member))
            }
            (OperandKind::Computed, OperandKind::Expected)
            | (OperandKind::Expected, OperandKind::Computed) => true,
            // What the platform's header is held against is the signature it should have, whatever
            // that is called.
            (OperandKind::Signature, OperandKind::Other) => {
                self.reads_header(&comparison.left) && self.may_be_computed(&comparison.right)
            }
            (OperandKind::Other, OperandKind::Signature) => {
                self.reads_header(&comparison.right) && self.may_be_computed(&comparison.left)
            }
            // `digest === received`
            (OperandKind::Expected, OperandKind::Expected) => {
                self.was_received(&comparison.left) != self.was_received(&comparison.right)
            }
            // Two HMACs are the other way to compare in constant time.
            (OperandKind::Computed, OperandKind::Computed) => false,
            (OperandKind::Constant | OperandKind::Other, _)
            | (_, OperandKind::Constant | OperandKind::Other) => false,
        }
    }

    /// Whether an expression takes `X-SIGNATURE` out of a request.
    fn reads_header(&self, range: &Range<usize>) -> bool {
        self.raw(range).to_ascii_lowercase().replace('_', "-").contains("x-signature")
    }

    /// Whether an expression is the end of an HMAC, or one name without a word that says that it is
    /// no signature itself.
    fn may_be_computed(&self, range: &Range<usize>) -> bool {
        let range = self.trimmed(range);
        let name = self.raw(&range);
        let is_name = name.bytes().all(is_name)
            && !words(&name).iter().any(|word| NOT_ITSELF.contains(&word.as_str()));
        is_name
            || [".Sum(", ".doFinal(", ".ComputeHash(", "digest("]
                .iter()
                .any(|call| name.contains(call))
    }

    /// Whether the last name of an expression says that it came with the request.
    fn was_received(&self, range: &Range<usize>) -> bool {
        let came = ["received", "provided", "given", "header", "incoming"];
        self.member(range).is_some_and(|name| {
            words(&String::from_utf8_lossy(name)).iter().any(|word| came.contains(&word.as_str()))
        })
    }
}

/// A name and what is behind it.
struct OperandPart {
    name: Range<usize>,
    group: Option<Range<usize>>,
}

/// Words of names of what is no signature, though it has the word in it.
const NOT_ITSELF: [&str; 36] = [
    "length",
    "len",
    "size",
    "version",
    "type",
    "algorithm",
    "alg",
    "method",
    "name",
    "count",
    "status",
    "valid",
    "result",
    "enabled",
    "required",
    "mode",
    "format",
    "prefix",
    "kind",
    "error",
    "ok",
    "verified",
    "present",
    "missing",
    "exists",
    "previous",
    "last",
    "stored",
    "saved",
    "seen",
    "cached",
    "old",
    "id",
    "state",
    "is",
    "key",
];

/// Words of names of what a signature is compared with.
const EXPECTED: [&str; 17] = [
    "expected",
    "computed",
    "calculated",
    "calc",
    "generated",
    "hash",
    "hashed",
    "mac",
    "local",
    "actual",
    "received",
    "provided",
    "given",
    "header",
    "correct",
    "digest",
    "incoming",
];
