//! Blanks what is no code: the contents of texts, and remarks.

/// As many bytes, with the contents of texts and remarks blanked. What a text interpolates stays:
/// `${x}`, `#{x}`, `{x}` where `f` or `$` stands before the text, and `$x`.
pub(super) fn masked(raw: &[u8]) -> Vec<u8> {
    let mut code = raw.to_vec();
    let mut at = 0;
    while at < raw.len() {
        at = match raw[at] {
            b'/' if raw[at..].starts_with(b"//")
                && at.checked_sub(1).is_none_or(|before| raw[before] != b':') =>
            {
                blank(&mut code, at, line_end(raw, at))
            }
            b'/' if raw[at..].starts_with(b"/*") => blank(&mut code, at, find(raw, at + 2, b"*/")),
            b'<' if raw[at..].starts_with(b"<!--") => {
                blank(&mut code, at, find(raw, at + 4, b"-->"))
            }
            // A line of a remark that began further up.
            b'*' if is_inner_line(raw, at) => blank(&mut code, at, line_end(raw, at)),
            b'#' if is_remark(raw, at) => blank(&mut code, at, line_end(raw, at)),
            b'"' | b'\'' if raw[at..].starts_with(&[raw[at]; 3]) => {
                let end = find(raw, at + 3, &[raw[at]; 3]);
                let is_format = before(raw, at) == Some(b'f');
                text(&mut code, raw, at + 3, end.saturating_sub(3).max(at + 3), is_format);
                end
            }
            quote @ (b'"' | b'\'' | b'`') => {
                let end = text_end(raw, at, quote);
                let is_format = matches!(before(raw, at), Some(b'f' | b'F' | b'$' | b'@'));
                text(&mut code, raw, at + 1, end, is_format);
                end + 1
            }
            _ => at + 1,
        };
    }
    code
}

fn before(raw: &[u8], at: usize) -> Option<u8> {
    at.checked_sub(1).map(|before| raw[before])
}

/// ` * words` or ` */`.
fn is_inner_line(raw: &[u8], at: usize) -> bool {
    let starts = raw[..at]
        .iter()
        .rev()
        .find(|byte| !matches!(byte, b' ' | b'\t'))
        .is_some_and(|byte| *byte == b'\n');
    starts && matches!(raw.get(at + 1), Some(b' ' | b'/' | b'\n' | b'\r'))
}

/// `# remark`, which `#{x}`, `this.#x`, `#define` and a colour are not.
fn is_remark(raw: &[u8], at: usize) -> bool {
    let starts = raw[..at]
        .iter()
        .rev()
        .find(|byte| !matches!(byte, b' ' | b'\t'))
        .is_none_or(|byte| *byte == b'\n');
    let apart = before(raw, at).is_none_or(|byte| byte.is_ascii_whitespace())
        && raw.get(at + 1).is_none_or(|byte| matches!(byte, b' ' | b'\t'));
    apart || starts && !matches!(raw.get(at + 1), Some(b'[' | b'{'))
}

fn line_end(raw: &[u8], at: usize) -> usize {
    raw[at..].iter().position(|byte| *byte == b'\n').map_or(raw.len(), |length| at + length)
}

/// Behind the next `mark`, or the end.
fn find(raw: &[u8], from: usize, mark: &[u8]) -> usize {
    let from = from.min(raw.len());
    raw[from..]
        .windows(mark.len())
        .position(|window| window == mark)
        .map_or(raw.len(), |at| from + at + mark.len())
}

/// Where the text that opens at `at` closes: at its quote, or where its line ends. Only `` ` ``
/// goes over lines.
fn text_end(raw: &[u8], at: usize, quote: u8) -> usize {
    let mut end = at + 1;
    while end < raw.len() {
        match raw[end] {
            b'\\' => end += 1,
            b'\n' if quote != b'`' => return end,
            byte if byte == quote => return end,
            _ => {}
        }
        end += 1;
    }
    raw.len()
}

fn blank(code: &mut [u8], from: usize, to: usize) -> usize {
    code[from..to].iter_mut().filter(|byte| **byte != b'\n').for_each(|byte| *byte = b' ');
    to.max(from + 1)
}

/// Blanks a text but for what it interpolates.
fn text(code: &mut [u8], raw: &[u8], from: usize, to: usize, is_format: bool) {
    let mut at = from;
    while at < to {
        let braced = matches!(raw[at], b'$' | b'#') && raw.get(at + 1) == Some(&b'{');
        let braces = raw[at] == b'{' && (is_format || raw.get(at + 1) == Some(&b'$'));
        if braced || braces {
            let end = find(&raw[..to], at, b"}");
            // The braces go, so that they open no block.
            code[at] = b' ';
            if braced {
                code[at + 1] = b' ';
            }
            if raw[end - 1] == b'}' {
                code[end - 1] = b' ';
            }
            at = end.max(at + 1);
        } else if raw[at] == b'$'
            && raw.get(at + 1).is_some_and(|byte| byte.is_ascii_alphabetic() || *byte == b'_')
        {
            at += 1 + raw[at + 1..to]
                .iter()
                .take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_')
                .count();
        } else {
            if raw[at] != b'\n' {
                code[at] = b' ';
            }
            at += 1;
        }
    }
}
