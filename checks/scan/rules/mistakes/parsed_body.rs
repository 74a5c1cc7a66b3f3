//! The HMAC of a webhook computed over a re-serialised body.

use std::ops::Range;

use crate::scan::code::{Code, Statement, has_name, names, words};
use crate::scan::rule::{LiteralContext, Match, Reach, Rule, Topic};
use crate::scan::rules::mistakes::{LEVELS, found};
use crate::scan::signing::is_foreign;

/// A received body written as JSON again, and signed.
pub(in crate::scan::rules) const PARSED_BODY: Rule = Rule {
    id: "signs-parsed-body",
    topic: Topic::ParsedBody,
    what: "an HMAC over a received body that was parsed and written as JSON again",
    why: "The sender signed its own bytes: spaces, escapes and the spelling of numbers differ \
          from what a parser writes, and genuine events are refused.",
    fix: "Verify over the raw bytes, before anything parses them: express.raw, php://input, \
          request.get_data(), request.body, io.ReadAll, request.raw_post, a byte[] body, \
          readAsString.",
    literals: &[
        "JSON.stringify",
        "json.dumps",
        "json_encode",
        "writeValueAsString",
        "toJson(",
        "json.Marshal",
        "to_json",
        "JSON.generate",
        "JsonSerializer.Serialize",
        "SerializeObject",
        "jsonEncode",
        "json.encode",
    ],
    look,
    levels: LEVELS,
    reach: Reach::Signing,
    finds: &[
        // JavaScript, TypeScript
        "app.post('/hook', (req, res) => {\n  const expected = crypto.createHmac('sha256', \
         secret).update(JSON.stringify(req.body) + req.get('x-timestamp')).digest('hex');\n  if \
         (expected !== req.get('x-signature')) return res.sendStatus(401);\n});",
        "export async function POST(request: Request) {\n  const body = await request.json();\n  \
         const payload = JSON.stringify(body);\n  const message = payload + ts;\n  const mac = \
         createHmac('sha256', secret).update(message).digest();\n  return timingSafeEqual(mac, \
         given);\n}",
        "if (!verifySignature(JSON.stringify(req.body), req.headers['x-signature'])) return \
         res.sendStatus(401);",
        // PHP
        "$data = json_decode(file_get_contents('php://input'), true);\n$expected = \
         hash_hmac('sha256', json_encode($data) . $timestamp, $secret);\nif \
         (!hash_equals($expected, $_SERVER['HTTP_X_SIGNATURE'])) { exit; }",
        "$payload = json_encode($request->all());\n$expected = hash_hmac('sha256', $payload . \
         $ts, $secret);\nreturn hash_equals($expected, $request->header('X-SIGNATURE'));",
        // Python
        "payload = json.dumps(request.json)\nexpected = hmac.new(key, (payload + ts).encode(), \
         hashlib.sha256).hexdigest()\nif not hmac.compare_digest(expected, \
         request.headers['X-SIGNATURE']):\n    abort(401)",
        "data = json.loads(request.body)\nexpected = hmac.new(key, json.dumps(data, \
         separators=(',', ':')).encode() + ts, 'sha256').hexdigest()\nreturn \
         hmac.compare_digest(expected, signature)",
        // Java
        "public ResponseEntity<Void> hook(@RequestBody Map<String, Object> event, \
         @RequestHeader(\"X-SIGNATURE\") String signature) {\n  String payload = \
         mapper.writeValueAsString(event);\n  byte[] expected = mac.doFinal((payload + \
         ts).getBytes());\n  if (!MessageDigest.isEqual(expected, hex(signature))) return \
         unauthorized();\n}",
        "Event event = gson.fromJson(request.getReader(), Event.class);\nString expected = \
         hmacSha256(gson.toJson(event) + ts, secret);\nreturn \
         expected.equals(request.getHeader(\"X-SIGNATURE\"));",
        // Go
        "if err := json.NewDecoder(r.Body).Decode(&event); err != nil {\n\treturn\n}\nb, _ := \
         json.Marshal(event)\nmac := hmac.New(sha256.New, key)\nmac.Write(b)\nif \
         !hmac.Equal(mac.Sum(nil), given) {\n\treturn\n}",
        "if err := c.BindJSON(&event); err != nil {\n\treturn\n}\npayload, err := \
         json.Marshal(event)\nif !verifySignature(payload, c.GetHeader(\"X-SIGNATURE\")) \
         {\n\treturn\n}",
        // Ruby
        "expected = OpenSSL::HMAC.hexdigest('SHA256', secret, params.to_json + ts)\nhead \
         :unauthorized unless Rack::Utils.secure_compare(expected, request.headers['X-SIGNATURE'])",
        "event = JSON.parse(request.body.read)\nexpected = OpenSSL::HMAC.hexdigest('SHA256', \
         secret, JSON.generate(event) + ts)\nhalt 401 unless Rack::Utils.secure_compare(expected, \
         signature)",
        // C#
        "public IActionResult Hook([FromBody] KwikEvent payload) {\n  var text = \
         JsonSerializer.Serialize(payload);\n  var expected = \
         hmac.ComputeHash(Encoding.UTF8.GetBytes(text + ts));\n  return \
         CryptographicOperations.FixedTimeEquals(expected, given) ? Ok() : Unauthorized();\n}",
        "public IActionResult Hook([FromBody] JObject body) {\n  var expected = \
         Sign(JsonConvert.SerializeObject(body) + ts);\n  if (expected != \
         Request.Headers[\"X-SIGNATURE\"]) return Unauthorized();\n}",
        // Dart
        "final data = jsonDecode(await request.readAsString());\nfinal payload = \
         jsonEncode(data);\nfinal expected = Hmac(sha256, key).convert(utf8.encode(payload + \
         ts)).toString();\nif (expected != request.headers['x-signature']) return Response(401);",
        "final event = jsonDecode(await request.readAsString());\nif \
         (!verifySignature(jsonEncode(event), request.headers['x-signature'])) return \
         Response(401);",
    ],
    spares: &[
        // The raw body is signed, and written anew for the log.
        "const expected = crypto.createHmac('sha256', \
         secret).update(req.rawBody).digest('hex');\nlogger.info(JSON.stringify(req.body));\\
         nreturn timingSafeEqual(expected, given);",
        "const body = await request.text();\nif (!verifySignature(body, \
         request.headers.get('x-signature'))) return;\nconst event = JSON.parse(body);\nawait \
         queue.add(JSON.stringify(event));",
        // A request of one's own.
        "const payload = JSON.stringify(sorted(order));\nconst signature = createHmac('sha256', \
         secret).update(payload + ts).digest('hex');\nreturn fetch(url, { body: payload, headers: \
         { 'X-SIGNATURE': signature } });",
        "app.post('/pay', (req, res) => {\n  const payload = JSON.stringify(req.body);\n  const \
         signature = createHmac('sha256', secret).update(payload + ts).digest('hex');\n  \
         axios.post(url, payload, { headers: { 'X-API-KEY': key, 'X-SIGNATURE': signature } \
         });\n});",
        "$payload = json_encode($order, JSON_UNESCAPED_SLASHES);\n$signature = \
         hash_hmac('sha256', $payload . $ts, $secret);\ncurl_setopt($ch, CURLOPT_HTTPHEADER, \
         ['X-SIGNATURE: ' . $signature]);",
        "$raw = file_get_contents('php://input');\nif (!hash_equals(hash_hmac('sha256', $raw . \
         $ts, $secret), $signature)) exit;\n$data = json_decode($raw, \
         true);\n$db->insert(json_encode($data));",
        "raw = request.get_data()\nexpected = hmac.new(key, raw + ts, \
         hashlib.sha256).hexdigest()\nif not hmac.compare_digest(expected, signature):\n    \
         abort(401)\ndata = request.get_json()\nstore(json.dumps(data))",
        "payload = json.dumps(order, sort_keys=True, separators=(',', ':'))\nsignature = \
         hmac.new(key, (payload + ts).encode(), hashlib.sha256).hexdigest()\nrequests.post(url, \
         data=payload, headers={'X-SIGNATURE': signature})",
        "String payload = mapper.writeValueAsString(order);\nString signature = hmac(payload + \
         ts);\nrequest.setHeader(\"X-SIGNATURE\", signature);",
        "b, _ := json.Marshal(order)\nmac.Write(b)\nreq.Header.Set(\"X-SIGNATURE\", \
         hex.EncodeToString(mac.Sum(nil)))",
        "payload = order.to_json\nsignature = OpenSSL::HMAC.hexdigest('SHA256', secret, payload + \
         ts)\nhttp.post(path, payload, 'X-SIGNATURE' => signature)",
        "var text = JsonSerializer.Serialize(order);\nvar signature = \
         Convert.ToHexString(hmac.ComputeHash(Encoding.UTF8.GetBytes(text + \
         ts)));\nrequest.Headers.Add(\"X-SIGNATURE\", signature);",
        "final payload = jsonEncode(order);\nfinal signature = Hmac(sha256, \
         key).convert(utf8.encode(payload + ts)).toString();\nawait http.post(url, body: payload, \
         headers: {'X-SIGNATURE': signature});",
        "// expected = hmac(JSON.stringify(req.body)) is wrong: timingSafeEqual over that",
    ],
};

fn look(sight: &LiteralContext<'_>) -> Option<Match> {
    let near = sight
        .text(sight.at.saturating_sub(600)..sight.bytes.len().min(sight.at + 1_000))
        .to_ascii_lowercase();
    if !["hmac", "sign", "verif"].iter().any(|word| near.contains(word)) {
        return None;
    }
    let code = Code::around(sight);
    if !code.is_code(code.at) {
        return None;
    }
    let statements = code.statements();
    let of = code.statement_of(&statements, code.at)?;
    let subject = subject(&code, sight)?;
    let function = code.function(&statements, of);
    let scope = statements[function.start].range.start..statements[function.end - 1].range.end;
    if !is_received(&code, &statements[function.start..of], &subject) || !verifies(&code, &scope) {
        return None;
    }
    let signed = reaches_hmac(&code, &statements, of);
    (signed && !is_foreign(sight))
        .then(|| found(&code, &(code.at.min(subject.start)..code.at.max(subject.end))))
}

/// What is written as JSON: the first argument, or what stands before `.to_json`.
fn subject(code: &Code<'_>, sight: &LiteralContext<'_>) -> Option<Range<usize>> {
    if sight.literal == "to_json" {
        let dot = code.at.checked_sub(1).filter(|dot| code.code[*dot] == b'.')?;
        return Some(code.operand_before(dot)).filter(|range| !range.is_empty());
    }
    let behind = code.at + sight.literal.trim_end_matches('(').len();
    let open = behind
        + code.code[behind..]
            .iter()
            .take_while(|byte| byte.is_ascii_whitespace() || byte.is_ascii_alphabetic())
            .count();
    if code.code.get(open) != Some(&b'(') {
        return None;
    }
    code.arguments(&code.brackets(open)?).into_iter().next()
}

/// Ways to a body that was received and parsed, without white space and in lower case.
const RECEIVED: [&str; 22] = [
    "req.body",
    "request.body",
    "event.body",
    "ctx.request.body",
    "req.json()",
    "request.json",
    "get_json(",
    "request.data",
    "request.post",
    "$_post",
    "->all()",
    "->json()",
    "->getparsedbody()",
    "->input()",
    "request.params",
    "params",
    "params.permit!",
    "readfromjsonasync",
    "readasjson",
    "req.data",
    "request->post",
    "getparsedbody",
];

/// Calls that parse.
const PARSES: [&str; 12] = [
    "json.parse(",
    "json.loads(",
    "json.load(",
    "json_decode(",
    "jsondecode(",
    "json.decode(",
    "readvalue(",
    "fromjson(",
    "deserialize",
    "parseobject(",
    "jsonobject(",
    "jsonnode.parse(",
];

/// Names of what arrives.
const ARRIVES: [&str; 11] = [
    "req",
    "request",
    "body",
    "raw",
    "input",
    "payload",
    "rawbody",
    "reader",
    "readasstring",
    "file_get_contents",
    "getcontent",
];

/// Whether an expression is a received body, parsed: by itself, or by what was assigned to its name
/// before.
fn is_received(code: &Code<'_>, before: &[Statement], subject: &Range<usize>) -> bool {
    let text = squeezed(&code.lower(subject));
    let text = text.trim_start_matches(['&', '*', '$', '@']);
    if RECEIVED.iter().any(|way| {
        if way.contains(['.', '(', '$', '>']) {
            text.contains(way.trim_start_matches('$'))
        } else {
            text == *way
        }
    }) {
        return true;
    }
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
        return false;
    }
    before.iter().rev().any(|statement| {
        let line = code.lower(&statement.range);
        if !has_name(&line, text) {
            return false;
        }
        let tight = squeezed(&line);
        let declared = ["@requestbody", "[frombody]"].iter().any(|mark| {
            tight.find(mark).is_some_and(|at| {
                // The type may have parameters of its own, and the annotation too.
                let mut depth = 0_i32;
                let end = tight[at..].find(|c: char| {
                    depth += i32::from(matches!(c, '<' | '(')) - i32::from(matches!(c, '>' | ')'));
                    depth < 0 || depth == 0 && c == ','
                });
                tight[at..end.map_or(tight.len(), |end| at + end)].ends_with(text)
            })
        });
        let filled = tight.contains(&format!("&{text}"))
            && ["unmarshal(", "decode(", "bindjson(", "bodyparser(", "bind("]
                .iter()
                .any(|call| tight.contains(call));
        let assigned = assigned(&line).is_some_and(|(to, value)| {
            let value = squeezed(value);
            // `raw` of `request.body` is bytes in Python and Ruby: only what parses or is parsed
            // counts.
            let parsed = PARSES.iter().any(|call| {
                value.find(call).is_some_and(|at| {
                    names(&value[at + call.len()..]).any(|name| ARRIVES.contains(&name))
                })
            });
            let ready = RECEIVED
                .iter()
                .filter(|way| {
                    **way != "request.body"
                        && **way != "request.data"
                        && **way != "event.body"
                        && **way != "params"
                        && **way != "request.post"
                })
                .any(|way| value.contains(way.trim_start_matches('$')));
            let taken = matches!(value.as_str(), "req" | "request") && to.contains('{');
            has_name(to, text) && (parsed || ready || taken)
        });
        declared || filled || assigned
    })
}

/// Whether the code reads or compares a signature, and does not send one.
fn verifies(code: &Code<'_>, scope: &Range<usize>) -> bool {
    let raw = code.raw(scope).to_ascii_lowercase();
    let code_only = code.lower(scope);
    let mut reads = false;
    for mark in ["x-signature", "x_signature"] {
        for (at, _) in raw.match_indices(mark) {
            let after = raw[at + mark.len()..].trim_start_matches(['"', '\'', '`']).trim_start();
            let before = raw[..at]
                .trim_end_matches(|c: char| matches!(c, '"' | '\'' | '`') || c.is_whitespace());
            let before = before
                .strip_suffix("http_")
                .map_or(before, |rest| rest.trim_end_matches(['"', '\'']));
            let fetched =
                ["get(", "header(", "getheader(", "get_header(", "headerline(", "fetch(", "first("]
                    .iter()
                    .any(|call| before.ends_with(call));
            if after.starts_with([')', ']']) || after.starts_with(',') && fetched {
                reads = true;
            } else if after.starts_with(':') || after.starts_with("=>") || after.starts_with(',') {
                return false;
            }
        }
    }
    let sends = ["x-api-key", "x_api_key"].iter().any(|mark| raw.contains(mark));
    let compares = [
        "timingsafeequal",
        "hash_equals",
        "compare_digest",
        "hmac.equal",
        "digest.isequal",
        "secure_compare",
        "fixedtimeequals",
        "verify",
        "isvalid",
        "is_valid",
    ];
    let compares = compares.iter().any(|word| code_only.contains(word))
        || code.comparisons(scope).iter().any(|one| code.compares_signatures(one));
    !sends && (reads || compares)
}

/// Whether what statement number `of` writes goes into an HMAC, there or further on.
fn reaches_hmac(code: &Code<'_>, statements: &[Statement], of: usize) -> bool {
    let line = String::from_utf8_lossy(&code.code[statements[of].range.clone()]).into_owned();
    if is_signing(&line) {
        return true;
    }
    let Some((to, _)) = assigned(&line) else { return false };
    let mut carriers: Vec<String> =
        names(to).map(str::to_owned).filter(|name| !is_keyword(name)).collect();
    for next in code.rest_of_block(statements, of) {
        let line = String::from_utf8_lossy(&code.code[statements[next].range.clone()]).into_owned();
        let carries = |text: &str| carriers.iter().any(|name| has_name(text, name));
        match assigned(&line) {
            Some((_, value)) if carries(value) && is_signing(value) => return true,
            Some((to, value)) if carries(value) => {
                carriers.extend(names(to).map(str::to_owned).filter(|name| !is_keyword(name)))
            }
            // Something else has the name now.
            Some((to, _)) if carriers.iter().any(|name| to.trim() == name) => {
                carriers.retain(|name| to.trim() != name)
            }
            Some(_) => {}
            None if carries(&line) && is_signing(&line) => return true,
            None => {}
        }
        if carriers.is_empty() {
            return false;
        }
    }
    false
}

/// Whether code computes an HMAC, or calls something named for that.
fn is_signing(code: &str) -> bool {
    let lower = code.to_ascii_lowercase();
    if crate::scan::rules::mistakes::logs(&lower) {
        return false;
    }
    ["hmac", ".update(", "dofinal(", ".write(", "computehash(", "hashdata("]
        .iter()
        .any(|mark| lower.contains(mark))
        || code.match_indices('(').any(|(open, _)| {
            let name: String = code[..open]
                .chars()
                .rev()
                .take_while(|c| c.is_ascii_alphanumeric() || *c == '_')
                .collect();
            let name: String = name.chars().rev().collect();
            words(&name).iter().any(|word| matches!(word.as_str(), "sign" | "signature" | "verify"))
        })
}

/// What is assigned and to what, where a statement does that.
pub(super) fn assigned(line: &str) -> Option<(&str, &str)> {
    let bytes = line.as_bytes();
    let mut depth = 0_usize;
    for at in 0..bytes.len() {
        match bytes[at] {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            b'=' if depth == 0 => {
                let before = at.checked_sub(1).map(|before| bytes[before]);
                let after = bytes.get(at + 1);
                if matches!(after, Some(b'=' | b'>' | b'~'))
                    || matches!(before, Some(b'=' | b'!' | b'<' | b'>'))
                {
                    return None;
                }
                let to = line[..at].trim_end_matches([':', '+', '?', '|', '.']);
                return Some((to, &line[at + 1..]));
            }
            _ => {}
        }
    }
    None
}

/// Words before a name that is declared.
pub(super) fn is_keyword(name: &str) -> bool {
    matches!(
        name,
        "const"
            | "let"
            | "var"
            | "final"
            | "String"
            | "string"
            | "byte"
            | "auto"
            | "await"
            | "export"
            | "static"
            | "private"
            | "public"
            | "err"
            | "_"
            | "late"
            | "readonly"
    )
}

fn squeezed(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}
