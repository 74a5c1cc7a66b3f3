//! Timestamps that are made once and sent with every request.

use crate::scan::code::{Code, has_name, names, words};
use crate::scan::rule::{LiteralContext, Match, Reach, Rule, Topic};
use crate::scan::rules::mistakes::parsed_body::assigned;
use crate::scan::rules::mistakes::{LEVELS, found};
use crate::scan::signing::is_foreign;

const WHY: &str = "The platform refuses a timestamp that is too old: such code works for some \
                   minutes after it starts, and then not at all.";

/// A timestamp made when the program starts.
pub(in crate::scan::rules) const FROZEN_TIMESTAMP: Rule = Rule {
    id: "frozen-timestamp",
    topic: Topic::FrozenTimestamp,
    what: "a timestamp that is made once, when the program starts, and used by every request",
    why: WHY,
    fix: "Make the timestamp in the function that signs, for every request.",
    literals: &["imestamp", "IMESTAMP"],
    look: frozen,
    levels: LEVELS,
    reach: Reach::Signing,
    finds: &[
        "const timestamp = Math.floor(Date.now() / 1000).toString();\n\nfunction \
             headers(payload) {\n  return { 'X-TIMESTAMP': timestamp, 'X-SIGNATURE': \
             sign(payload) };\n}",
        "export const TIMESTAMP = String(Math.round(new Date().getTime() / 1000));\n\nexport \
             const sign = (payload) => {\n  return createHmac('sha256', secret).update(payload + \
             TIMESTAMP).digest('hex');\n};",
        "TIMESTAMP = str(int(time.time()))\n\ndef sign(payload):\n    return hmac.new(KEY, \
             (payload + TIMESTAMP).encode(), hashlib.sha256).hexdigest()",
        "def sign(payload, timestamp=str(int(time.time()))):\n    return hmac.new(KEY, \
             (payload + timestamp).encode(), hashlib.sha256).hexdigest()",
        "private static final String TIMESTAMP = String.valueOf(System.currentTimeMillis() / \
             1000);\n\nString sign(String payload) {\n    return hmac(payload + TIMESTAMP);\n}",
        "static final long timestamp = Instant.now().getEpochSecond();\n\nvoid send() {\n    \
             request.setHeader(\"X-TIMESTAMP\", \"\" + timestamp);\n}",
        "var timestamp = strconv.FormatInt(time.Now().Unix(), 10)\n\nfunc sign(payload \
             string) string {\n\tmac.Write([]byte(payload + timestamp))\n\treturn hex(mac)\n}",
        "var Timestamp = time.Now().Unix()\n\nfunc send() \
             {\n\treq.Header.Set(\"X-TIMESTAMP\", fmt.Sprint(Timestamp))\n}",
        "TIMESTAMP = Time.now.to_i.to_s\n\ndef sign(payload)\n  \
             OpenSSL::HMAC.hexdigest('SHA256', KEY, payload + TIMESTAMP)\nend",
        "  TIMESTAMP = Time.now.to_i\n\n  def headers\n    { 'X-TIMESTAMP' => TIMESTAMP.to_s \
             }\n  end",
        "private static readonly string Timestamp = \
             DateTimeOffset.UtcNow.ToUnixTimeSeconds().ToString();\n\nstring Sign(string payload) \
             {\n    return Hmac(payload + Timestamp);\n}",
        "static string timestamp = DateTimeOffset.Now.ToUnixTimeSeconds().ToString();\n\nvoid \
             Send() {\n    request.Headers.Add(\"X-TIMESTAMP\", timestamp);\n}",
        "final timestamp = (DateTime.now().millisecondsSinceEpoch ~/ \
             1000).toString();\n\nString sign(String payload) {\n  return \
             hmac.convert(utf8.encode(payload + timestamp)).toString();\n}",
        "  static final String timestamp = '${DateTime.now().millisecondsSinceEpoch ~/ \
             1000}';\n\n  Map<String, String> headers() {\n    return {'X-TIMESTAMP': \
             timestamp};\n  }",
    ],
    spares: &[
        "function headers(payload) {\n  const timestamp = Math.floor(Date.now() / \
             1000).toString();\n  return { 'X-TIMESTAMP': timestamp };\n}",
        "const timestamp = () => Math.floor(Date.now() / 1000);\nfunction headers() {\n  \
             return { 'X-TIMESTAMP': timestamp() };\n}",
        // A script runs once.
        "const timestamp = Math.floor(Date.now() / 1000);\nconst signature = sign(payload + \
             timestamp);\nsend({ 'X-TIMESTAMP': timestamp, 'X-SIGNATURE': signature });",
        "const timestamp = String(Math.floor(Date.now() / 1000));\nfunction sign(payload, \
             timestamp) {\n  return createHmac('sha256', secret).update(payload + \
             timestamp).digest('hex');\n}\nconsole.log(sign(payload, timestamp));",
        "timestamp = str(int(time.time()))\nsignature = sign(payload, \
             timestamp)\nprint(signature)",
        "def sign(payload):\n    timestamp = str(int(time.time()))\n    return hmac.new(KEY, \
             (payload + timestamp).encode(), hashlib.sha256).hexdigest()",
        "def sign(payload, timestamp=None):\n    timestamp = timestamp or \
             str(int(time.time()))\n    return hmac(payload + timestamp)",
        "$timestamp = time();\nfunction headers() {\n  global $timestamp;\n  return \
             ['X-TIMESTAMP: ' . $timestamp];\n}",
        "String timestamp() {\n    return String.valueOf(System.currentTimeMillis() / \
             1000);\n}",
        "private static String Timestamp => \
             DateTimeOffset.UtcNow.ToUnixTimeSeconds().ToString();\nstring Sign(string payload) \
             {\n    return Hmac(payload + Timestamp);\n}",
        "func sign(payload string) string {\n\ttimestamp := \
             time.Now().Unix()\n\tmac.Write(payload, timestamp)\n}",
        "  def headers\n    timestamp = Time.now.to_i\n    { 'X-TIMESTAMP' => timestamp }\n  \
             end",
        "String get timestamp => '${DateTime.now().millisecondsSinceEpoch ~/ 1000}';\nString \
             sign(String payload) {\n  return hmac(payload + timestamp);\n}",
        "const startTimestamp = Date.now();\nfunction uptime() {\n  return Date.now() - \
             startTimestamp;\n}",
        "let timestamp = Math.floor(Date.now() / 1000);\nsetInterval(() => {\n  timestamp = \
             Math.floor(Date.now() / 1000);\n}, 1000);\nfunction headers() {\n  return { \
             'X-TIMESTAMP': timestamp };\n}",
    ],
};

/// A timestamp that is written out.
pub(in crate::scan::rules) const WRITTEN_TIMESTAMP: Rule = Rule {
    id: "written-timestamp",
    topic: Topic::FrozenTimestamp,
    what: "an X-TIMESTAMP header with a number that is written out in the code",
    why: WHY,
    fix: "Make the timestamp in the function that signs, for every request.",
    literals: &["-TIMESTAMP", "-Timestamp", "-timestamp"],
    look: written,
    levels: LEVELS,
    reach: Reach::Signing,
    finds: &[
        "headers: { 'X-TIMESTAMP': '1778659835' }",
        "const headers = { 'x-timestamp': 1778659835 };",
        "'X-TIMESTAMP: 1778659835',",
        "$headers = ['X-TIMESTAMP' => '1778659835'];",
        "headers = {'X-TIMESTAMP': '1778659835'}",
        "request.headers['X-TIMESTAMP'] = '1778659835'",
        "request.setHeader(\"X-TIMESTAMP\", \"1778659835\");",
        ".header(\"X-Timestamp\", \"1778659835\")",
        "req.Header.Set(\"X-TIMESTAMP\", \"1778659835\")",
        "req.Header.Add(\"X-Timestamp\", \"1778659835\")",
        "'X-TIMESTAMP' => '1778659835'",
        "req['X-TIMESTAMP'] = '1778659835'",
        "request.Headers.Add(\"X-TIMESTAMP\", \"1778659835\");",
        "client.DefaultRequestHeaders.Add(\"X-TIMESTAMP\", \"1778659835\");",
    ],
    spares: &[
        "headers: { 'X-TIMESTAMP': timestamp }",
        "'X-TIMESTAMP': String(Math.floor(Date.now() / 1000))",
        "'X-TIMESTAMP: ' . time()",
        "expect(headers['X-TIMESTAMP']).toBe(1778659835)",
        "if (req.get('X-TIMESTAMP') < 1778659835) return;",
        "'X-TIMESTAMP': '300'",
        "'my-timestamp': 1778659835",
    ],
};

/// Ways to ask for the time.
const CLOCKS: [&str; 15] = [
    "date.now()",
    "new date(",
    "time.time()",
    "time.time_ns()",
    "datetime.now(",
    "datetime.utcnow(",
    "currenttimemillis()",
    "instant.now()",
    "time.now()",
    "time.now",
    "process.clock_gettime",
    "utcnow",
    "datetimeoffset.now",
    "datetime.now()",
    "moment(",
];

fn frozen(sight: &LiteralContext<'_>) -> Option<Match> {
    let near = sight.text(sight.at..sight.bytes.len().min(sight.at + 160)).to_ascii_lowercase();
    if !near.contains('=') || !CLOCKS.iter().any(|clock| near.contains(clock)) {
        return None;
    }
    let code = Code::around(sight);
    if !code.is_code(code.at) {
        return None;
    }
    let statements = code.statements();
    let of = code.statement_of(&statements, code.at)?;
    let statement = &statements[of];
    let word = code.word(code.at);
    let name = String::from_utf8_lossy(&code.code[word.clone()]).into_owned();
    // PHP begins anew with every request.
    if name.contains('$')
        || words(&name).iter().any(|word| {
            matches!(word.as_str(), "start" | "started" | "boot" | "created" | "last" | "build")
        })
    {
        return None;
    }
    let line = String::from_utf8_lossy(&code.code[statement.range.clone()]).into_owned();
    if is_default(&code, &line, &name, statement.range.start, word.end) {
        return (!is_foreign(sight)).then(|| found(&code, &word));
    }
    let (to, value) = assigned(&line)?;
    let value = value.to_ascii_lowercase();
    let is_it = names(to.split(':').next().unwrap_or(to)).last() == Some(name.as_str())
        || names(to).last() == Some(name.as_str());
    let is_made = CLOCKS.iter().any(|clock| value.contains(clock))
        && !value.contains("=>")
        && !value.contains("->")
        && !value.contains("lambda")
        && !value.contains("function");
    let is_constant = name.chars().all(|c| !c.is_ascii_lowercase())
        && to.trim() == name
        && value.contains("time.now");
    let is_static = has_name(to, "static") || is_constant;
    let top = statement.indent == 0 && statement.depth == 0;
    if !is_it || !is_made || !(is_static || top) || to.contains('.') {
        return None;
    }
    let rest = &statements[of + 1..];
    let again = statements.iter().enumerate().any(|(at, other)| {
        let other = String::from_utf8_lossy(&code.code[other.range.clone()]).into_owned();
        at != of && assigned(&other).is_some_and(|(to, _)| has_name(to, &name))
    });
    let heads = rest.iter().any(|next| {
        code.is_head(next)
            && has_name(&String::from_utf8_lossy(&code.code[next.range.clone()]), &name)
    });
    let used = rest.iter().any(|next| {
        let within = next.indent > statement.indent || next.depth > statement.depth;
        let text = String::from_utf8_lossy(&code.code[next.range.clone()]).into_owned();
        let raw = code.raw(&next.range).to_ascii_lowercase();
        let signs = ["x-timestamp", "hmac", "sign", ".write(", ".update(", "convert("]
            .iter()
            .any(|word| raw.contains(word));
        within && has_name(&text, &name) && signs
    });
    (used && !again && !heads && !is_foreign(sight)).then(|| found(&code, &word))
}

/// Python computes the default of an argument once: `def sign(payload, timestamp=time.time())`.
fn is_default(code: &Code<'_>, line: &str, name: &str, start: usize, end: usize) -> bool {
    let is_def = line.starts_with("def ") || line.starts_with("async def ");
    let behind = String::from_utf8_lossy(&code.code[end..code.code.len().min(end + 80)])
        .to_ascii_lowercase();
    let value =
        behind.trim_start().strip_prefix('=').and_then(|value| value.split([',', '\n']).next());
    let is_first = line.find(name).is_some_and(|at| start + at + name.len() == end);
    is_def
        && is_first
        && value.is_some_and(|value| {
            value.contains("time.time()")
                || value.contains("datetime.now(")
                || value.contains("utcnow(")
        })
}

fn written(sight: &LiteralContext<'_>) -> Option<Match> {
    if !matches!(sight.before(1), b"x" | b"X")
        || sight.before(2).first().is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'-')
            && sight.before(2).len() == 2
    {
        return None;
    }
    let after = sight.text(sight.end()..sight.end() + sight.after(40).len());
    // The name's own quote and bracket, what sets it, and the number.
    let rest = after.trim_start_matches(['\'', '"', '`', ']', ' ']);
    let value = ["=>", ":", ",", "="].iter().find_map(|mark| rest.strip_prefix(mark))?;
    if value.starts_with('=') {
        return None;
    }
    let value = value.trim_start().trim_start_matches(['\'', '"', '`']);
    let digits = value.chars().take_while(char::is_ascii_digit).count();
    let ends = !value[digits..].starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_');
    let end = sight.end() + (after.len() - value.len()) + digits;
    let code = Code::near(sight);
    let is_remark = code.code[code.at.saturating_sub(1)] == b' '
        && code.statement_of(&code.statements(), code.at).is_none();
    (matches!(digits, 10 | 13)
        && value.starts_with('1')
        && ends
        && !is_remark
        && !is_foreign(sight))
    .then(|| Match {
        range: sight.at - 1..end,
        excerpt: sight.text(sight.at - 1..end).into_owned(),
        kind: crate::model::HitKind::Real,
    })
}
