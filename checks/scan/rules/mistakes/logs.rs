//! Secrets and signatures written to a log.

use std::ops::Range;

use crate::scan::code::{Code, is_name, words};
use crate::scan::rule::{LiteralContext, Match, Reach, Rule, Topic};
use crate::scan::rules::mistakes::{LEVELS, found, logs};
use crate::scan::signing::is_foreign;

/// A secret in a log statement.
pub(in crate::scan::rules) const LOGS_SECRET: Rule = Rule {
    id: "logs-secret",
    topic: Topic::Logs,
    what: "a secret given to a log statement",
    why: "Logs are read, copied and kept by many who must not sign for the merchant.",
    fix: "Log that the secret is set, never the secret; replace it if the line ever ran with the \
          live one.",
    literals: &["ecret", "ECRET"],
    look: |sight| look(sight, &["secret"]),
    levels: LEVELS,
    reach: Reach::Signing,
    finds: &[
        "console.log('secret', process.env.KWIKPAISA_SECRET_KEY);",
        "logger.debug(`signing with ${secretKey}`);",
        "error_log('secret: ' . $secretKey);",
        "Log::info(\"secret is $secret\");",
        "print(f'secret={SECRET_KEY}')",
        "logger.info('secret %s', settings.KWIKPAISA_SECRET)",
        "log.info(\"secret {}\", secretKey);",
        "System.out.println(\"secret \" + config.getSecret());",
        "log.Printf(\"secret %s\", cfg.SecretKey)",
        "fmt.Println(secret)",
        "Rails.logger.info \"secret #{secret_key}\"",
        "puts secret",
        "_logger.LogInformation($\"secret {_options.SecretKey}\");",
        "Console.WriteLine(secret);",
        "print('secret $secretKey');",
        "debugPrint(secretKey);",
        "console.log({ order, secret });",
    ],
    spares: &[
        "console.log('secret is set', Boolean(process.env.KWIKPAISA_SECRET_KEY));",
        "console.log(secret ? 'set' : 'missing');",
        "console.log('length', secret.length);",
        "logger.info(`secret ${mask(secret)}`);",
        "console.error('KWIKPAISA_SECRET_KEY is not set');",
        "if (!secret) console.error('no secret');",
        "error_log('the secret is missing');",
        "error_log(strlen($secret));",
        "print('secret missing')",
        "print(len(SECRET))",
        "logger.info('loaded', secret_name)",
        "log.info(\"secret {}\", secretArn);",
        "fmt.Println(secret == \"\")",
        "log.Printf(\"secret set: %t\", secret != \"\")",
        "puts secret.nil?",
        "Rails.logger.info secret.present?",
        "Console.WriteLine(secret.Substring(0, 4));",
        "debugPrint(secretKey.isEmpty.toString());",
        "console.log({ secret: '***' });",
        "// console.log(secret)",
        "/**\n * console.log(secret)\n */",
        "print(SecretStr('x'))",
        "sign(payload, secret); console.log('signed');",
    ],
};

/// A signature in a log statement.
pub(in crate::scan::rules) const LOGS_SIGNATURE: Rule = Rule {
    id: "logs-signature",
    topic: Topic::Logs,
    what: "a signature given to a log statement",
    why: "A signature with its body can be sent again, and the one that was expected of a forged \
          event makes the forgery good.",
    fix: "Log whether the signature was right, with the order's id; leave the signature out, the \
          expected one above all.",
    literals: &["ignature", "IGNATURE"],
    look: |sight| look(sight, &["signature"]),
    levels: LEVELS,
    reach: Reach::Signing,
    finds: &[
        "console.log('expected', expectedSignature);",
        "logger.warn(`got ${signature}`);",
        "error_log('expected ' . $expectedSignature);",
        "Log::warning('bad', ['got' => $signature]);",
        "print('expected', expected_signature)",
        "logger.warning(f'got {signature}')",
        "log.warn(\"expected {}\", expectedSignature);",
        "System.out.println(\"got \" + signature);",
        "log.Printf(\"got %s\", signature)",
        "fmt.Println(expectedSignature)",
        "Rails.logger.warn \"got #{signature}\"",
        "puts expected_signature",
        "_logger.LogWarning(\"got {Got}\", signature);",
        "Console.WriteLine($\"got {signature}\");",
        "print('got $signature');",
        "debugPrint(expectedSignature);",
    ],
    spares: &[
        "console.log('signature mismatch');",
        "console.warn('bad signature', order.id);",
        "console.log(signature.length);",
        "logger.info('valid', isValidSignature);",
        "logger.info('valid', verifySignature(raw, signature));",
        "logger.debug(`got ${signature}`);",
        "error_log('invalid signature for ' . $orderId);",
        "print('signature ok')",
        "print(f'signature ok: {signature_valid}')",
        "log.info(\"signature verified for {}\", orderId);",
        "log.Printf(\"bad signature for %s\", id)",
        "Rails.logger.warn 'bad signature'",
        "puts signature.nil?",
        "_logger.LogWarning(\"signature missing\");",
        "print('signature ${signature == null}');",
        "console.log({ signatureVersion });",
        "// console.log(signature)",
        "if (signature) console.log('signed');",
    ],
};

/// Words that say that something is about a secret or signature, and not it.
const ABOUT: [&str; 44] = [
    "length",
    "len",
    "name",
    "names",
    "id",
    "arn",
    "version",
    "path",
    "file",
    "manager",
    "store",
    "ref",
    "type",
    "error",
    "missing",
    "set",
    "present",
    "configured",
    "valid",
    "invalid",
    "exists",
    "masked",
    "redacted",
    "hash",
    "fingerprint",
    "prefix",
    "last4",
    "provider",
    "service",
    "is",
    "has",
    "verified",
    "ok",
    "algorithm",
    "alg",
    "status",
    "count",
    "result",
    "mismatch",
    "match",
    "matches",
    "check",
    "base",
    "expires",
];

/// Calls that pass on what they are given.
const PASSES: [&str; 30] = [
    "string",
    "str",
    "stringify",
    "json_encode",
    "dumps",
    "format",
    "sprintf",
    "print_r",
    "var_export",
    "inspect",
    "tostring",
    "utf8",
    "encode",
    "decode",
    "valueof",
    "concat",
    "join",
    "strval",
    "jsonencode",
    "json",
    "context",
    "object",
    "field",
    "with",
    "bind",
    "any",
    "inspect",
    "repr",
    "to_json",
    "serialize",
];

fn look(sight: &LiteralContext<'_>, subjects: &[&str]) -> Option<Match> {
    let near = sight.text(sight.at.saturating_sub(240)..sight.at).to_ascii_lowercase();
    if !["log", "print", "puts", "console", "dump", "write", "p(", "dd("]
        .iter()
        .any(|word| near.contains(word))
    {
        return None;
    }
    let code = Code::near(sight);
    if !code.is_code(code.at) || !has_code_around(&code, code.at) {
        return None;
    }
    let statements = code.statements();
    let statement = &statements[code.statement_of(&statements, code.at)?];
    let call = logging(&code, &statement.range)?;
    if subjects == ["signature"]
        && is_for_debugging(&code.lower(&(call.start..call.end.min(call.start + 60))))
    {
        return None;
    }
    let word = code.word(code.at);
    let name = String::from_utf8_lossy(&code.code[word.clone()]).into_owned();
    let parts = words(&name);
    let has = |known: &[&str]| parts.iter().any(|part| known.contains(&part.as_str()));
    if !call.contains(&word.start)
        || !has(subjects)
        || has(&ABOUT)
        || is_asked_about(&code, &word, &call)
    {
        return None;
    }
    // A name may hold both spellings of the literal, and a value both names.
    (!is_foreign(sight)).then(|| found(&code, &word))
}

/// A text's own words are blanked, but a letter in it may be left by chance.
fn has_code_around(code: &Code<'_>, at: usize) -> bool {
    let word = code.word(at);
    code.code[word.clone()] == code.raw[word]
}

/// What a statement logs: from the name of the call to its end, where it is one.
fn logging(code: &Code<'_>, statement: &Range<usize>) -> Option<Range<usize>> {
    let starts = (statement.start..statement.end.min(code.at)).filter(|at| {
        let first = at.checked_sub(1).is_none_or(|before| {
            !is_name(code.code[before]) && !matches!(code.code[before], b'.' | b'>' | b':' | b'\\')
        });
        first && code.code[*at] != b' '
    });
    for start in starts {
        let lower = code.lower(&(start..statement.end));
        if !logs(&lower) {
            continue;
        }
        let open = code.code[start..statement.end]
            .iter()
            .position(|byte| matches!(byte, b'(' | b' '))
            .map(|at| start + at)?;
        let end = if code.code[open] == b'(' {
            code.brackets(open).map_or(statement.end, |brackets| brackets.end)
        } else {
            statement.end
        };
        if (start..end).contains(&code.at) {
            return Some(start..end);
        }
    }
    None
}

/// A level that production does not keep.
fn is_for_debugging(call: &str) -> bool {
    let name = call.split(['(', ' ']).next().unwrap_or_default();
    [".debug", "::debug", ".trace", ".fine", ".verbose", ".logdebug", ".logtrace"]
        .iter()
        .any(|level| name.ends_with(level))
}

/// Whether the statement logs something about what has this name, and not the thing.
fn is_asked_about(code: &Code<'_>, word: &Range<usize>, call: &Range<usize>) -> bool {
    let after_raw = &code.code[word.end..];
    let behind = after_raw.trim_ascii_start();
    // `secret ? …`, `secret == …`, a key, a named argument, `secret.length`, `secret[..4]`, `secret
    // && …`.
    let method_answers = behind.first() == Some(&b'.') && {
        let member: String = behind[1..]
            .iter()
            .take_while(|byte| is_name(**byte))
            .map(|byte| char::from(*byte))
            .collect();
        let is_text =
            ["toString", "to_s", "trim", "strip", "ToString", "hex"].contains(&member.as_str());
        !member.is_empty() && !is_text
    };
    let member = behind.starts_with(b"->");
    let marks: [&[u8]; 8] = [b"?", b"==", b"!=", b":", b"&&", b"[", b"is ", b"= "];
    let asked = marks.iter().any(|mark| behind.starts_with(mark)) && !behind.starts_with(b"::")
        || behind.starts_with(b"=") && !behind.starts_with(b"=>");
    let before = code.code[..word.start].trim_ascii_end();
    let denied = before.last() == Some(&b'!')
        || before.ends_with(b"typeof")
        || before.ends_with(b"not")
        || before.ends_with(b"if");
    // A call of this name may give it away: `getSecret()`; other calls say something about it.
    let calls = behind.first() == Some(&b'(') && {
        let name = String::from_utf8_lossy(&code.code[word.clone()]).into_owned();
        let words = words(&name);
        words.len() > 1 && words.first().is_none_or(|first| first != "get")
    };
    method_answers || member || asked || denied || calls || is_passed_on(code, word, call)
}

/// Whether a call within the logging one takes it, and is not known to hand it on as it is.
fn is_passed_on(code: &Code<'_>, word: &Range<usize>, call: &Range<usize>) -> bool {
    let mut depth = 0_usize;
    for at in (call.start..word.start).rev() {
        match code.code[at] {
            b')' => depth += 1,
            b'(' if depth > 0 => depth -= 1,
            b'(' => {
                let inner = code.word(at.saturating_sub(1));
                if at == call.start || inner.start <= call.start || inner.is_empty() {
                    return false;
                }
                let name =
                    String::from_utf8_lossy(&code.code[inner.start..at]).to_ascii_lowercase();
                // The logging call's own brackets.
                if logs(&code.lower(&(call.start..at + 1)))
                    && !code.code[call.start..at].contains(&b'(')
                {
                    return false;
                }
                if !name.is_empty() && !PASSES.contains(&name.as_str()) {
                    return true;
                }
            }
            _ => {}
        }
    }
    false
}
