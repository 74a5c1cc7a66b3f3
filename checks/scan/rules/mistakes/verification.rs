//! A verification whose result nothing depends on.

use std::ops::Range;

use crate::scan::code::{Code, Statement, has_name, is_name, names, words};
use crate::scan::rule::{AHEAD, LiteralContext, Match, Reach, Rule, Topic};
use crate::scan::rules::mistakes::parsed_body::{assigned, is_keyword};
use crate::scan::rules::mistakes::{LEVELS, found, logs};
use crate::scan::signing::is_foreign;

/// The result goes nowhere.
pub(in crate::scan::rules) const DISCARDED: Rule = Rule {
    id: "verification-unused",
    topic: Topic::UnusedVerification,
    what: "a verification of the signature whose result is not used",
    why: "The event is processed whatever the verification says, so anybody can report a payment.",
    fix: "Answer 401 and stop unless the verification says yes.",
    literals: ANCHORS,
    look: |sight| look(sight, unused),
    levels: LEVELS,
    reach: Reach::Signing,
    finds: &[
        // JavaScript, TypeScript
        "crypto.timingSafeEqual(expected, given);\nprocess(event);",
        "const valid = isValidSignature(raw, signature);\nawait \
         credit(event);\nres.sendStatus(200);",
        "function verifySignature(raw, signature) {\n  return crypto.timingSafeEqual(mac(raw), \
         signature);\n}\napp.post('/hook', (req, res) => {\n  verifySignature(req.rawBody, \
         req.get('x-signature'));\n  credit(req.body);\n});",
        // PHP
        "hash_equals($expected, $signature);\n$data = json_decode($body, true);",
        "$ok = hash_equals($expected, $signature);\ncredit($data);",
        // Python
        "hmac.compare_digest(expected, signature)\ndata = json.loads(raw)",
        "ok = verify_signature(raw, signature)\ncredit(data)\nreturn '', 200",
        // Java
        "MessageDigest.isEqual(expected, given);\ncredit(event);",
        "boolean valid = verifySignature(body, signature);\nlog.info(\"signature valid: {}\", \
         valid);\ncredit(event);",
        // Go
        "hmac.Equal(mac.Sum(nil), given)\ncredit(event)",
        "_ = hmac.Equal(expected, given)\ncredit(event)",
        // Ruby
        "Rack::Utils.secure_compare(expected, signature)\nevent = JSON.parse(raw)\ncredit(event)",
        "valid = valid_signature?(raw, signature)\ncredit(event)",
        // C#
        "CryptographicOperations.FixedTimeEquals(expected, given);\nawait Credit(payload);",
        "var valid = IsValidSignature(raw, signature);\nawait Credit(payload);",
        // Dart
        "isValidSignature(raw, signature);\nawait credit(event);",
        "final ok = await verifySignature(raw, signature);\nawait credit(event);",
    ],
    spares: &[
        "if (!crypto.timingSafeEqual(expected, given)) return res.sendStatus(401);",
        "return crypto.timingSafeEqual(expected, given);",
        "const valid = isValidSignature(raw, signature);\nif (!valid) return res.sendStatus(401);",
        "const isGenuine = (a, b) => crypto.timingSafeEqual(a, b);",
        "const same =\n  crypto.timingSafeEqual(a, b);\nreturn same;",
        "return (\n  crypto.timingSafeEqual(a, b)\n);",
        "verifySignature(req, res, next);\n",
        "function verifySignature(raw, signature) {\n  if (!crypto.timingSafeEqual(mac(raw), \
         signature)) throw new Unauthorized();\n}\nverifySignature(req.rawBody, \
         signature);\ncredit();",
        "app.post('/hook', verifySignature, handler);",
        "$this->verifySignature($request);\n",
        "if (!hash_equals($expected, $signature)) {\n  exit;\n}",
        "$ok = hash_equals($expected, $signature);\nif (!$ok) exit;",
        "if not hmac.compare_digest(expected, signature):\n    abort(401)",
        "return hmac.compare_digest(\n    expected, signature\n)",
        "ok = (\n    hmac.compare_digest(expected, signature)\n)\nreturn ok",
        "def valid?(expected, signature)\n  Rack::Utils.secure_compare(expected, signature)\nend",
        "head :unauthorized unless Rack::Utils.secure_compare(expected, signature)",
        "if !hmac.Equal(expected, given) {\n\treturn\n}",
        "return hmac.Equal(expected, given)",
        "boolean valid = MessageDigest.isEqual(expected, given);\nreturn valid ? ok() : \
         unauthorized();",
        "bool Same(byte[] a, byte[] b) => CryptographicOperations.FixedTimeEquals(a, b);",
        "this.valid = isValidSignature(raw, signature);",
        "const checks = { signature: isValidSignature(raw, signature) };\nreturn checks;",
        "from hmac import compare_digest\n",
        "import { timingSafeEqual } from 'node:crypto';\n",
        "// hash_equals($a, $b);\n",
        "assertTrue(isValidSignature(raw, signature));",
        "stripe.verifySignature(raw);\nconst valid = isValidSignature(stripe, signature);\n",
    ],
};

/// A refusal that is only written down.
pub(in crate::scan::rules) const LOGGED_ONLY: Rule = Rule {
    id: "verification-logged-only",
    topic: Topic::UnusedVerification,
    what: "a failed verification of the signature that is written to the log and has no other \
           consequence",
    why: "The event is processed whatever the verification says, so anybody can report a payment.",
    fix: "Answer 401 and stop where the verification says no.",
    literals: ANCHORS,
    look: |sight| look(sight, logged_only),
    levels: LEVELS,
    reach: Reach::Signing,
    finds: &[
        "if (!verifySignature(raw, signature)) {\n  console.error('bad \
         signature');\n}\ncredit(event);",
        "if (!crypto.timingSafeEqual(a, b)) console.warn('bad signature');\ncredit(event);",
        "if (!hash_equals($expected, $signature)) {\n    error_log('bad \
         signature');\n}\ncredit($data);",
        "if (! $this->isValidSignature($raw, $signature)) {\n    Log::warning('bad \
         signature');\n}\ncredit($data);",
        "if not hmac.compare_digest(expected, signature):\n    logger.warning('bad \
         signature')\ncredit(data)",
        "if not verify_signature(raw, signature):\n    print('bad signature')\ncredit(data)",
        "if (!MessageDigest.isEqual(expected, given)) {\n    log.warn(\"bad \
         signature\");\n}\ncredit(event);",
        "if (!verifySignature(raw, signature)) {\n    \
         System.out.println(\"bad\");\n}\ncredit(event);",
        "if !hmac.Equal(expected, given) {\n\tlog.Println(\"bad signature\")\n}\ncredit(event)",
        "if !verifySignature(raw, signature) {\n\tslog.Warn(\"bad signature\")\n}\ncredit(event)",
        "unless Rack::Utils.secure_compare(expected, signature)\n  Rails.logger.warn 'bad \
         signature'\nend\ncredit(event)",
        "unless valid_signature?(raw, signature)\n  puts 'bad signature'\nend\ncredit(event)",
        "if (!CryptographicOperations.FixedTimeEquals(expected, given)) {\n    \
         _logger.LogWarning(\"bad\");\n}\nCredit(payload);",
        "if (!IsValidSignature(raw, signature)) {\n    \
         Console.WriteLine(\"bad\");\n}\nCredit(payload);",
        "if (!isValidSignature(raw, signature)) {\n  print('bad signature');\n}\nawait \
         credit(event);",
        "if (!verifySignature(raw, signature)) {\n  debugPrint('bad signature');\n}\nawait \
         credit(event);",
    ],
    spares: &[
        "if (!verifySignature(raw, signature)) {\n  console.error('bad signature');\n  return \
             res.sendStatus(401);\n}",
        "if (!hash_equals($expected, $signature)) {\n    error_log('bad signature');\n    \
             exit;\n}",
        "if not hmac.compare_digest(expected, signature):\n    logger.warning('bad \
             signature')\n    abort(401)\n",
        "if !hmac.Equal(expected, given) {\n\tlog.Fatal(\"bad signature\")\n}",
        "if (verifySignature(raw, signature)) {\n  console.log('good');\n}",
        "if (!verifySignature(raw, signature)) {\n  console.error('bad');\n} else {\n  \
             credit(event);\n}",
        "unless valid_signature?(raw, signature)\n  puts 'bad signature'\n  halt 401\nend",
        "if (!crypto.timingSafeEqual(a, b)) return console.warn('bad signature');",
        "if (!isValidSignature(raw, signature)) { throw new Error('bad'); }",
    ],
};

/// Parts of names of what verifies.
const ANCHORS: &[&str] = &[
    "timingSafeEqual",
    "hash_equals",
    "compare_digest",
    "hmac.Equal",
    "MessageDigest.isEqual",
    "secure_compare",
    "FixedTimeEquals",
    "erify",
    "alidSignature",
    "valid_signature",
    "alidateSignature",
    "validate_signature",
    "heckSignature",
    "check_signature",
];

/// What compares in constant time, and does nothing else.
const COMPARES: [&str; 7] = [
    "timingSafeEqual",
    "hash_equals",
    "compare_digest",
    "hmac.Equal",
    "MessageDigest.isEqual",
    "secure_compare",
    "FixedTimeEquals",
];

/// A call of something that verifies.
struct VerifyCall {
    /// With its owner: `crypto.timingSafeEqual`.
    name: Range<usize>,
    /// With its brackets.
    end: usize,
    /// It says yes or no, and does nothing else.
    answers: bool,
}

fn look(
    sight: &LiteralContext<'_>,
    is_mistake: fn(&Code<'_>, &[Statement], usize, &VerifyCall) -> bool,
) -> Option<Match> {
    let call_at = sight.end()
        + sight.after(40).iter().take_while(|byte| is_name(**byte) || **byte == b'?').count();
    if sight.bytes.get(call_at) != Some(&b'(') {
        return None;
    }
    let code = Code::around(sight);
    if !code.is_code(code.at) {
        return None;
    }
    let call = call(&code, sight, call_at - code.start)?;
    let statements = code.statements();
    let of = code.statement_of(&statements, code.at)?;
    (is_mistake(&code, &statements, of, &call) && !is_foreign(sight))
        .then(|| found(&code, &(call.name.start..call.end)))
}

/// The call, where it verifies a signature.
fn call(code: &Code<'_>, sight: &LiteralContext<'_>, open: usize) -> Option<VerifyCall> {
    let end = code.brackets(open)?.end;
    let mut name = code.operand_before(open);
    if code.code[..open].ends_with(b"?") {
        name = code.operand_before(open - 1).start..open;
    }
    let word = String::from_utf8_lossy(&code.code[code.word(code.at).start..open]).into_owned();
    let builtin = COMPARES.iter().any(|known| {
        sight.literal == *known
            && (word == *known || known.contains('.') || word.ends_with("secure_compare"))
    });
    if builtin {
        return Some(VerifyCall { name, end, answers: true });
    }
    if COMPARES.contains(&sight.literal) {
        return None;
    }
    let words = words(&word);
    // One name may hold two of the literals: the one that stands first speaks for it.
    let first = ANCHORS.iter().filter_map(|anchor| word.find(anchor)).min()?;
    let is_first = code.word(code.at).start + first == code.at;
    let about =
        words.iter().any(|word| matches!(word.as_str(), "signature" | "webhook" | "hmac" | "sig"));
    let asks = matches!(words.first().map(String::as_str), Some("is" | "has" | "valid"));
    let verifies =
        asks || matches!(words.first().map(String::as_str), Some("verify" | "validate" | "check"));
    (is_first && about && verifies).then(|| VerifyCall {
        name,
        end,
        answers: asks || answers(sight, &word),
    })
}

/// Whether a function of the file with this name says yes or no, and neither throws nor answers the
/// request itself.
fn answers(sight: &LiteralContext<'_>, word: &str) -> bool {
    const FAR: usize = 16 * 1_024;
    let start = sight.at.saturating_sub(FAR);
    let near = &sight.bytes[start..sight.bytes.len().min(sight.at + FAR)];
    near.windows(word.len())
        .enumerate()
        .filter(|(_, window)| *window == word.as_bytes())
        .take(12)
        .any(|(at, _)| {
            let own = LiteralContext { bytes: near, at, literal: "" };
            let code = Code::around(&own);
            let statements = code.statements();
            let Some(of) = code.statement_of(&statements, code.at) else { return false };
            let head = &statements[of];
            let line = code.lower(&head.range);
            let before = code.lower(&(head.range.start..code.at));
            let declares =
                ["function ", "def ", "func ", "bool ", "boolean ", "bool> ", "const ", "let "]
                    .iter()
                    .any(|word| {
                        before.ends_with(word)
                            || before.contains(word) && before.trim_end().ends_with(')')
                    });
            if !declares || !code.is_head(head) {
                return false;
            }
            let body = of + 1
                ..(of + 1..statements.len())
                    .find(|at| {
                        statements[*at].depth <= head.depth && statements[*at].indent <= head.indent
                    })
                    .unwrap_or(statements.len());
            let text =
                body.map(|at| code.lower(&statements[at].range)).collect::<Vec<_>>().join("\n");
            let ends = [
                "throw",
                "raise",
                "abort",
                "exit",
                "die(",
                "panic",
                "halt",
                "reject",
                "status(",
                "sendstatus",
                "http.error",
                "head :",
            ]
            .iter()
            .any(|word| text.contains(word));
            let typed = ["bool", ": boolean"].iter().any(|word| line.contains(word));
            let returns = text.contains("return")
                && (["true", "false", "==="].iter().any(|word| text.contains(word))
                    || COMPARES.iter().any(|call| text.contains(&call.to_ascii_lowercase())));
            (typed || returns) && !ends
        })
}

/// Whether nothing asks what the call said.
fn unused(code: &Code<'_>, statements: &[Statement], of: usize, call: &VerifyCall) -> bool {
    let statement = &statements[of];
    if statement.opens {
        return false;
    }
    let text = String::from_utf8_lossy(&code.code[statement.range.clone()]).into_owned();
    let before =
        text[..call.name.start.saturating_sub(statement.range.start).min(text.len())].trim_end();
    let before = before.strip_suffix("await").unwrap_or(before).trim_end();
    let ends = code.trimmed(&(call.end..statement.range.end)).is_empty();
    if !ends {
        return false;
    }
    if before.is_empty() {
        // The last expression of a Ruby method is its value.
        let next = statements.get(of + 1).map(|next| code.lower(&next.range));
        let is_last = next.as_deref().is_none_or(|next| next.starts_with("end"))
            || statements.get(of + 1).is_some_and(|next| {
                next.depth < statement.depth && !ends_with_semicolon(code, statement)
            });
        return call.answers && !is_last;
    }
    let Some((to, _)) = assigned(before).filter(|(_, rest)| rest.trim().is_empty()) else {
        return false;
    };
    if to.trim() == "_" {
        return true;
    }
    if to.contains(['.', '[', '{'])
        || to.contains("->")
        || to.contains("export")
        || to.contains("@")
    {
        return false;
    }
    let Some(name) =
        names(to.split(':').next().unwrap_or(to)).filter(|name| !is_keyword(name)).last()
    else {
        return false;
    };
    if text[..1].starts_with(|c: char| c.is_ascii_uppercase()) && !to.contains(' ') {
        return false;
    }
    let rest = code.rest_of_block(statements, of);
    // Where the function goes on beyond what may be looked at, nothing is known.
    let whole = rest.end < statements.len() || code.raw.len() < code.at + AHEAD;
    let later: Vec<usize> = (of + 1..statements.len())
        .filter(|at| {
            has_name(&String::from_utf8_lossy(&code.code[statements[*at].range.clone()]), name)
        })
        .collect();
    let goes_on = of + 1 < statements.len();
    whole && goes_on && later.iter().all(|at| logs(&code.lower(&statements[*at].range)))
}

fn ends_with_semicolon(code: &Code<'_>, statement: &Statement) -> bool {
    code.code.get(statement.range.end) == Some(&b';')
}

/// Whether a refusal leads to nothing but a line in a log.
fn logged_only(code: &Code<'_>, statements: &[Statement], of: usize, call: &VerifyCall) -> bool {
    let statement = &statements[of];
    let text = code.lower(&statement.range);
    let head = code.lower(&(statement.range.start..call.name.start));
    let head = head.trim_end();
    let after = code.lower(&(call.end..statement.range.end));
    let denied = head.starts_with("if")
        && (head.ends_with('!') || head.ends_with("not"))
        && !head.contains("&&")
        && !head.contains("||")
        && !head.contains(" and ")
        && !head.contains(" or ")
        || head == "unless";
    if !denied {
        return false;
    }
    let after = after
        .trim_start()
        .strip_prefix(')')
        .unwrap_or(after.trim_start())
        .trim_start_matches([':', ' '])
        .trim();
    if !after.is_empty() {
        return logs(after) && !text.contains("return") && !text.contains("fatal");
    }
    let block: Vec<&Statement> = statements[of + 1..]
        .iter()
        .take_while(|next| next.depth > statement.depth || next.indent > statement.indent)
        .collect();
    let next = statements
        .get(of + 1 + block.len())
        .map(|next| code.lower(&next.range))
        .unwrap_or_default();
    let only_logs = !block.is_empty()
        && block.iter().all(|inner| {
            let line = code.lower(&inner.range);
            logs(&line)
                && !line.contains("fatal")
                && !line.contains("panic")
                && !line.contains("dd(")
        });
    only_logs && !next.starts_with("else") && !next.starts_with("elif")
}
