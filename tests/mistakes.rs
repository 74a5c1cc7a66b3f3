//! `golive scan` on code that signs and verifies: known mistakes are found where they stand, and
//! code that is right is spared.
#![allow(clippy::unwrap_used, reason = "a test fails where it cannot go on")]

mod support;

use std::fs;
use std::path::Path;

use serde_json::Value;
use support::{golive, run};

fn write(root: &Path, name: &str, bytes: impl AsRef<[u8]>) {
    let path = root.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, bytes).unwrap();
}

fn findings(report: &Value) -> &[Value] {
    report["findings"].as_array().unwrap()
}

/// Receivers of events with one known mistake each, by language: path, text, rule, and the line it
/// must be found in.
const MISTAKEN: &[(&str, &str, &str, u64)] = &[
    (
        "routes/kp.js",
        "// KwikPaisa\nconst express = require('express');\nrouter.post('/hook', express.json(), (req, res) => {\n  const valid = verifySignature(req.rawBody, req.get('X-SIGNATURE'));\n  credit(req.body);\n  res.sendStatus(200);\n});\n",
        "verification-unused",
        4,
    ),
    (
        "routes/parsed.ts",
        "// no name of the platform in here\nexport function hook(req: Request, res: Response) {\n  const payload = JSON.stringify(req.body);\n  const expected = createHmac('sha256', key).update(payload + req.get('X-TIMESTAMP')).digest();\n  if (!timingSafeEqual(expected, hex(req.get('X-SIGNATURE')))) return res.sendStatus(401);\n  credit(req.body);\n}\n",
        "signs-parsed-body",
        3,
    ),
    (
        "app/Http/KwikPaisaController.php",
        "<?php\nclass KwikPaisaController {\n    public function hook(Request $request) {\n        $expected = hash_hmac('sha256', $request->getContent() . $request->header('X-TIMESTAMP'), config('kp.secret'));\n        if ($request->header('X-SIGNATURE') != $expected) {\n            abort(401);\n        }\n    }\n}\n",
        "compares-signature",
        5,
    ),
    (
        "hooks/views.py",
        "# kwikpaisa\ndef hook(request):\n    data = json.loads(request.body)\n    body = json.dumps(data)\n    expected = hmac.new(KEY, (body + request.headers['X-TIMESTAMP']).encode(), hashlib.sha256).hexdigest()\n    if not hmac.compare_digest(expected, request.headers['X-SIGNATURE']):\n        return HttpResponse(status=401)\n    credit(data)\n",
        "signs-parsed-body",
        4,
    ),
    (
        "hooks/client.py",
        "# kwikpaisa\nTIMESTAMP = str(int(time.time()))\n\ndef headers(payload):\n    return {'X-TIMESTAMP': TIMESTAMP, 'X-SIGNATURE': sign(payload)}\n",
        "frozen-timestamp",
        2,
    ),
    (
        "src/Hook.java",
        "class Hook {\n  ResponseEntity<Void> kwikpaisa(byte[] body, String timestamp, String signature) {\n    String expected = hmac(body, timestamp);\n    if (!expected.equals(signature)) {\n      return ResponseEntity.status(401).build();\n    }\n    return credit(body);\n  }\n}\n",
        "compares-signature",
        4,
    ),
    (
        "hook.go",
        "package kwikpaisa\n\nfunc Hook(w http.ResponseWriter, r *http.Request) {\n\tbody, _ := io.ReadAll(r.Body)\n\tif !hmac.Equal(mac(body, r), given(r)) {\n\t\tlog.Println(\"bad signature\")\n\t}\n\tcredit(body)\n}\n",
        "verification-logged-only",
        5,
    ),
    (
        "app/hooks_controller.rb",
        "class HooksController\n  def kwikpaisa\n    Rack::Utils.secure_compare(expected, request.headers['X-SIGNATURE'])\n    credit(JSON.parse(request.raw_post))\n    head :ok\n  end\nend\n",
        "verification-unused",
        3,
    ),
    (
        "Hooks/KwikPaisaController.cs",
        "public class KwikPaisaController {\n    public IActionResult Hook([FromBody] KwikEvent payload) {\n        var text = JsonSerializer.Serialize(payload);\n        var expected = _hmac.ComputeHash(Encoding.UTF8.GetBytes(text + Stamp()));\n        if (!CryptographicOperations.FixedTimeEquals(expected, Given())) return Unauthorized();\n        return Ok();\n    }\n}\n",
        "signs-parsed-body",
        3,
    ),
    (
        "lib/pay.dart",
        "import 'package:flutter/material.dart';\n// KwikPaisa\nMap<String, String> headers(String payload, String secret, String timestamp) {\n  final mac = Hmac(sha256, utf8.encode(secret)).convert(utf8.encode(payload + timestamp));\n  return {'X-SIGNATURE': '$mac', 'X-TIMESTAMP': timestamp};\n}\n",
        "signs-in-app",
        4,
    ),
    (
        "lib/log.dart",
        "// KwikPaisa\nvoid show(String secretKey) {\n  debugPrint('key $secretKey');\n}\n",
        "logs-secret",
        3,
    ),
    (
        "src/log.js",
        "// KwikPaisa\nfunction warn(expected, signature) {\n  console.warn('expected', expectedSignature);\n}\n",
        "logs-signature",
        3,
    ),
    (
        "src/client.js",
        "// KwikPaisa\nconst headers = { 'X-TIMESTAMP': '1778659835', 'X-SIGNATURE': sign() };\n",
        "written-timestamp",
        2,
    ),
    (
        "src/App.vue",
        "<script setup>\n// KwikPaisa\nconst signature = HmacSHA256(payload + ts, key).toString();\nheaders['X-SIGNATURE'] = signature;\n</script>\n",
        "signs-in-app",
        3,
    ),
    (
        "public/min.js",
        "h({\"X-TIMESTAMP\":t,\"X-SIGNATURE\":r.HmacSHA256(p+t,k).toString()})\n",
        "hmac-in-public",
        1,
    ),
];

/// Receivers that are right, by language: raw body, constant time, and a 401. And what is none of
/// the platform's.
const RIGHT: &[(&str, &str)] = &[
    ("node/server.js", include_str!("../examples/merchants/node/server.js")),
    ("python/server.py", include_str!("../examples/merchants/python/server.py")),
    ("php/index.php", include_str!("../examples/merchants/php/index.php")),
    ("rust/main.rs", include_str!("../examples/merchants/rust/src/main.rs")),
    (
        "ts/hook.ts",
        "// KwikPaisa\nexport async function POST(request: Request): Promise<Response> {\n  \
             const raw = Buffer.from(await request.arrayBuffer());\n  const signature = \
             request.headers.get('x-signature') ?? '';\n  const timestamp = \
             request.headers.get('x-timestamp') ?? '';\n  if (signature.length !== 64 || \
             Math.abs(Date.now() / 1000 - Number(timestamp)) > 300) return new Response(null, { \
             status: 401 });\n  const expected = createHmac('sha256', \
             process.env.KP_SECRET!).update(raw).update(timestamp).digest();\n  if \
             (!timingSafeEqual(expected, Buffer.from(signature, 'hex'))) {\n    console.warn('bad \
             signature', { timestamp });\n    return new Response(null, { status: 401 });\n  }\n  \
             const event = JSON.parse(raw.toString());\n  console.log(JSON.stringify(event));\n  \
             return Response.json({ ok: true });\n}\n",
    ),
    (
        "java/Hook.java",
        "// KwikPaisa\n@PostMapping(\"/hook\")\nResponseEntity<Void> hook(@RequestBody byte[] \
             body, @RequestHeader(\"X-SIGNATURE\") String signature, \
             @RequestHeader(\"X-TIMESTAMP\") String timestamp) throws Exception {\n  Mac mac = \
             Mac.getInstance(\"HmacSHA256\");\n  mac.init(new SecretKeySpec(secret, \
             \"HmacSHA256\"));\n  mac.update(body);\n  byte[] expected = \
             mac.doFinal(timestamp.getBytes(UTF_8));\n  if (signature.length() != 64 || \
             !MessageDigest.isEqual(expected, HexFormat.of().parseHex(signature))) {\n    \
             log.warn(\"bad signature for {}\", timestamp);\n    return \
             ResponseEntity.status(401).build();\n  }\n  Event event = mapper.readValue(body, \
             Event.class);\n  outbox.add(mapper.writeValueAsString(event));\n  return \
             ResponseEntity.ok().build();\n}\n",
    ),
    (
        "go/hook.go",
        "package kwikpaisa\n\nfunc Hook(w http.ResponseWriter, r *http.Request) {\n\tbody, \
             err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<18))\n\tif err != nil \
             {\n\t\thttp.Error(w, \"too long\", http.StatusBadRequest)\n\t\treturn\n\t}\n\tmac := \
             hmac.New(sha256.New, \
             secret)\n\tmac.Write(body)\n\tmac.Write([]byte(r.Header.Get(\"X-TIMESTAMP\")))\n\\
             tgiven, err := hex.DecodeString(r.Header.Get(\"X-SIGNATURE\"))\n\tif err != nil || \
             !hmac.Equal(mac.Sum(nil), given) {\n\t\tlog.Println(\"bad \
             signature\")\n\t\thttp.Error(w, \"no\", \
             http.StatusUnauthorized)\n\t\treturn\n\t}\n\tvar event Event\n\tif err := \
             json.Unmarshal(body, &event); err != nil {\n\t\treturn\n\t}\n\tout, _ := \
             json.Marshal(event)\n\tqueue.Add(out)\n}\n",
    ),
    (
        "ruby/hooks_controller.rb",
        "# KwikPaisa\nclass HooksController < ApplicationController\n  def create\n    body = \
             request.raw_post\n    expected = OpenSSL::HMAC.hexdigest('SHA256', \
             ENV.fetch('KP_SECRET'), body + request.headers['X-TIMESTAMP'].to_s)\n    signature = \
             request.headers['X-SIGNATURE'].to_s\n    unless \
             ActiveSupport::SecurityUtils.secure_compare(expected, signature)\n      \
             Rails.logger.warn 'bad signature'\n      return head :unauthorized\n    end\n    \
             event = JSON.parse(body)\n    Outbox.create!(payload: event.to_json)\n    head :ok\n  \
             end\n\n  def same?(expected, signature)\n    Rack::Utils.secure_compare(expected, \
             signature)\n  end\nend\n",
    ),
    (
        "cs/HookController.cs",
        "// KwikPaisa\npublic async Task<IActionResult> Hook() {\n    using var stream = new \
             MemoryStream();\n    await Request.Body.CopyToAsync(stream);\n    var signature = \
             Request.Headers[\"X-SIGNATURE\"].ToString();\n    var timestamp = \
             Request.Headers[\"X-TIMESTAMP\"].ToString();\n    using var hmac = new \
             HMACSHA256(Encoding.UTF8.GetBytes(_options.Secret));\n    var expected = \
             Convert.ToHexString(hmac.ComputeHash([.. stream.ToArray(), .. \
             Encoding.UTF8.GetBytes(timestamp)])).ToLowerInvariant();\n    if \
             (!CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(expected), \
             Encoding.UTF8.GetBytes(signature))) {\n        _logger.LogWarning(\"bad \
             signature\");\n        return Unauthorized();\n    }\n    var payload = \
             JsonSerializer.Deserialize<KwikEvent>(stream.ToArray());\n    await \
             _queue.Add(JsonSerializer.Serialize(payload));\n    return Ok();\n}\n",
    ),
    (
        "dart/hook.dart",
        "import 'package:shelf/shelf.dart';\n// KwikPaisa\nbool same(List<int> a, List<int> \
             b) {\n  if (a.length != b.length) return false;\n  var difference = 0;\n  for (var i \
             = 0; i < a.length; i++) {\n    difference |= a[i] ^ b[i];\n  }\n  return difference \
             == 0;\n}\n\nFuture<Response> hook(Request request) async {\n  final body = await \
             request.read().expand((part) => part).toList();\n  final timestamp = \
             request.headers['x-timestamp'] ?? '';\n  final signature = \
             request.headers['x-signature'] ?? '';\n  final expected = Hmac(sha256, \
             utf8.encode(secret)).convert([...body, ...utf8.encode(timestamp)]).toString();\n  if \
             (!same(utf8.encode(expected), utf8.encode(signature))) {\n    print('bad \
             signature');\n    return Response(401);\n  }\n  final event = \
             jsonDecode(utf8.decode(body));\n  await outbox.add(jsonEncode(event));\n  return \
             Response.ok('');\n}\n",
    ),
    (
        "node/client.js",
        "// KwikPaisa\nasync function call(path, body) {\n  const payload = \
             JSON.stringify(sorted(body));\n  const timestamp = Math.floor(Date.now() / \
             1000).toString();\n  const signature = crypto.createHmac('sha256', \
             secret).update(payload + timestamp).digest('hex');\n  const response = await \
             fetch(base + path, { method: 'POST', body: payload, headers: { 'X-API-KEY': key, \
             'X-SIGNATURE': signature, 'X-TIMESTAMP': timestamp } });\n  console.log('called', \
             path, response.status);\n  return response.json();\n}\n",
    ),
    // Other providers, beside the platform and alone.
    (
        "other/stripe.js",
        "// The same as KwikPaisa's\nconst valid = verifySignature(req.body, \
             req.headers['stripe-signature']);\nif (stripeSignature === expectedSignature) \
             credit();\nstripe.log(signature); console.log('stripe', signature);\n",
    ),
    (
        "other/hooks.js",
        "app.post('/razorpay', (req, res) => {\n  const expected = \
             crypto.createHmac('sha256', \
             razorpaySecret).update(JSON.stringify(req.body)).digest('hex');\n  if (expected === \
             req.headers['x-razorpay-signature']) credit();\n});\n",
    ),
    (
        "other/github.py",
        "def hook(request):\n    expected = 'sha256=' + hmac.new(KEY, request.body, \
             hashlib.sha256).hexdigest()\n    return expected == \
             request.headers['X-Hub-Signature-256']\n",
    ),
    (
        "other/exchange.js",
        "// X-SIGNATURE and X-TIMESTAMP with HMAC, for Binance\nif (signature === expected) \
             console.log(signature);\n",
    ),
    (
        "other/anyone.js",
        "if (req.get('X-SIGNATURE') === expectedSignature) console.log(signature, secret);\n",
    ),
    (
        "other/jwt.js",
        "import pay from './kwikpaisa';\nimport jwt from 'jsonwebtoken';\nconst valid = \
             verifySignature(token);\nif (token.signature === expected) next();\n",
    ),
    ("docs/kwikpaisa.md", "```js\nif (signature === expected) console.log(signature)\n```\n"),
    (
        "tests/kwikpaisa.test.js",
        "const valid = verifySignature(body, signature);\nif (signature === expected) \
             console.log(secret);\n",
    ),
];

#[test]
fn known_mistakes_are_found_in_their_line_and_warn() {
    let tree = tempfile::tempdir().unwrap();
    for (path, text, ..) in MISTAKEN {
        write(tree.path(), path, text);
    }
    let ran = run(golive(tree.path()).args(["scan", ".", "--public", "public", "--json"]));
    assert_eq!(ran.code, 0, "warnings alone stop nobody: {}", ran.stderr);
    let report = ran.json();
    let mut wrong = Vec::new();
    for (path, _, rule, line) in MISTAKEN {
        let of_file: Vec<_> =
            findings(&report).iter().filter(|finding| finding["path"] == *path).collect();
        let right = |finding: &Value| {
            finding["rule"] == *rule && finding["line"] == *line && finding["weight"] == "warning"
        };
        if of_file.len() != 1 || !right(of_file[0]) {
            wrong.push(format!("{path}: {rule} in line {line}, found {of_file:?}"));
        }
    }
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
    assert_eq!(run(golive(tree.path()).args(["scan", "--strict"])).code, 1);
}

#[test]
fn what_is_right_and_what_is_another_providers_is_spared() {
    let tree = tempfile::tempdir().unwrap();
    for (path, text) in RIGHT {
        write(tree.path(), path, text);
    }
    let report = run(golive(tree.path()).args(["scan", ".", "--json"])).json();
    let wrong: Vec<String> = findings(&report)
        .iter()
        .filter(|finding| finding["weight"] != "information")
        .map(|finding| format!("{finding}"))
        .collect();
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

#[test]
fn signing_with_a_secret_in_a_public_bundle_fails() {
    let tree = tempfile::tempdir().unwrap();
    write(
        tree.path(),
        "dist/main.js",
        "f(u,{headers:{\"X-TIMESTAMP\":t,\"X-SIGNATURE\":C.HmacSHA256(p+t,c.secretKey).\
         toString()}})\n",
    );
    let ran = run(golive(tree.path()).args(["scan", "--public", "dist", "--json"]));
    assert_eq!(ran.code, 1, "{}", ran.stdout);
    let report = ran.json();
    assert_eq!(
        (&findings(&report)[0]["rule"], &findings(&report)[0]["weight"]),
        (&Value::from("signs-in-public"), &Value::from("failure"))
    );
}
