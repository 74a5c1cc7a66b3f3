//! Signatures compared as other texts are.

use crate::scan::code::Code;
use crate::scan::rule::{LiteralContext, Reach, Rule, Topic};
use crate::scan::rules::mistakes::{LEVELS, found};
use crate::scan::signing::is_foreign;

/// A comparison that ends at the first letter that differs.
pub(in crate::scan::rules) const COMPARES: Rule = Rule {
    id: "compares-signature",
    topic: Topic::Comparison,
    what: "a signature compared by ==, equals, strcmp or the like",
    why: "Such a comparison ends at the first letter that differs, so its time tells a forger how \
          much of a signature is right; and `==` of PHP takes some texts for numbers.",
    fix: "Compare in constant time: crypto.timingSafeEqual, hash_equals, hmac.compare_digest, \
          MessageDigest.isEqual, hmac.Equal, Rack::Utils.secure_compare, \
          CryptographicOperations.FixedTimeEquals; in Dart fold all bytes with ^ and |.",
    literals: ANCHORS,
    look,
    levels: LEVELS,
    reach: Reach::Signing,
    finds: &[
        // JavaScript, TypeScript
        "if (signature !== expected) return res.sendStatus(401);",
        "return expectedSignature === req.headers['x-signature'];",
        "if (crypto.createHmac('sha256', secret).update(raw).digest('hex') == signature) next();",
        "const ok = computeSignature(raw, ts) === req.get('X-SIGNATURE');",
        "return Buffer.from(expected).equals(Buffer.from(signature));",
        "if (digest === received) credit(event);",
        "const h = mac(raw, ts); if (h == req.headers['x-signature']) next();",
        "if ($h != $_SERVER['HTTP_X_SIGNATURE']) exit;",
        // PHP
        "if ($expected != $signature) { http_response_code(401); exit; }",
        "if (strcmp($expected, $signature) !== 0) { return false; }",
        "return hash_hmac('sha256', $body . $timestamp, $secret) === $_SERVER['HTTP_X_SIGNATURE'];",
        "if ($request->header('X-SIGNATURE') !== $computed) abort(401);",
        // Python
        "if signature != expected:\n    abort(401)",
        "calc = mac(raw, stamp)\nif calc == sig:\n    credit()",
        "return hmac.new(key, raw, hashlib.sha256).hexdigest() == request.headers['X-SIGNATURE']",
        "ok = request.headers.get('X-SIGNATURE', '') == expected_signature",
        // Java
        "if (!expected.equals(signature)) { throw new Unauthorized(); }",
        "return computedSignature.equalsIgnoreCase(request.getHeader(\"X-SIGNATURE\"));",
        "boolean ok = Arrays.equals(expected, signature.getBytes());",
        // Go
        "if expected != r.Header.Get(\"X-SIGNATURE\") {",
        "if hex.EncodeToString(m.Sum(nil)) == r.Header.Get(\"X-SIGNATURE\") {",
        "return bytes.Equal(expectedMAC, signature)",
        // Ruby
        "head :unauthorized unless expected == request.headers['X-SIGNATURE']",
        "return OpenSSL::HMAC.hexdigest('SHA256', secret, raw) == signature",
        // C#
        "if (signature != expected) return Unauthorized();",
        "return string.Equals(expected, signature, StringComparison.OrdinalIgnoreCase);",
        "return computed.SequenceEqual(signature);",
        // Dart
        "if (expected != request.headers['x-signature']) return Response(401);",
        "return signature == hmac.convert(bytes).toString();",
    ],
    spares: &[
        "if (!signature || signature.length !== 64) return false;",
        "if (signature == null || signature === '') return false;",
        "if (typeof signature === 'string' && signature !== undefined) verify(signature);",
        "return crypto.timingSafeEqual(expected, Buffer.from(signature, 'hex')) === true;",
        "if (hash_equals($expected, $signature) === false) exit;",
        "if (!hash_equals($expected, $signature)) exit;",
        "return hmac.compare_digest(expected, signature)",
        "if not hmac.compare_digest(expected, signature):",
        "return MessageDigest.isEqual(expected, signature);",
        "if subtle.ConstantTimeCompare([]byte(expected), []byte(signature)) != 1 {",
        "if !hmac.Equal(expected, signature) {",
        "Rack::Utils.secure_compare(expected, signature)",
        "return CryptographicOperations.FixedTimeEquals(expected, signature);",
        "if (expected.length != signature.length) return false;",
        "difference |= expected.codeUnitAt(i) ^ signature.codeUnitAt(i);",
        "if (isValidSignature(raw, signature) === false) return res.sendStatus(401);",
        "if (signatureVersion === 'v1') {}",
        "if (key.signatureAlgorithm == other.signatureAlgorithm) {}",
        "hmac(k, computeSignature(a)) === hmac(k, computeSignature(b))",
        "if (req.headers['x-signature'] === lastSeen) return res.sendStatus(200);",
        "if (req.headers['x-signature'] == undefined) return res.sendStatus(401);",
        "if (seen.lastSignature === signature) return res.sendStatus(200); // a replay",
        "// never write expected === signature",
        "/**\n * never write expected === signature\n */",
        "return self.signature == other.signature",
        "if header[_SIGNATURE] != expected:",
        "if (digest === expectedDigest) return; // two of a kind",
        "if (received === 3) retry();",
        "if (calculate == undefined) return;",
        "if running_hash.digest() != expected_hash:",
        "throw new Error('expected == signature');",
        "if (stripe.signature !== expected) throw 1;",
        "$method == 'signature' && $expected == 'x'",
        "if (len(signature) != 64) {}",
    ],
};

/// Parts of names of signatures, and of what computes them.
const ANCHORS: &[&str] =
    &["ignature", "IGNATURE", "hash_hmac", "digest", "xpected", "omputed", "calc", "eceived"];

fn look(sight: &LiteralContext<'_>) -> Option<crate::scan::rule::Match> {
    let near = &sight.bytes[sight.at.saturating_sub(240)..sight.bytes.len().min(sight.end() + 240)];
    let compares = near.windows(2).any(|two| two[1] == b'=' && matches!(two[0], b'=' | b'!'))
        || [&b"quals"[..], b"cmp(", b"Equal", b"ompare", b"eql?"]
            .iter()
            .any(|call| near.windows(call.len()).any(|window| window == *call));
    if !compares {
        return None;
    }
    let code = Code::near(sight);
    let line =
        crate::scan::match_context::line(code.raw, &(code.at..code.at + sight.literal.len()));
    let whole = line.start..code.raw.len().min(line.end);
    let comparison = code.comparisons(&whole).into_iter().find(|comparison| {
        comparison.whole.contains(&code.at) && code.compares_signatures(comparison)
    })?;
    // One comparison has several names: the first of them speaks for it.
    let stands =
        |at: &usize| ANCHORS.iter().any(|anchor| code.raw[*at..].starts_with(anchor.as_bytes()));
    let first = comparison.whole.clone().find(stands)?;
    (first == code.at && !is_foreign(sight)).then(|| found(&code, &comparison.whole))
}
