//! The fixes in common stacks that several checks share.

use crate::model::{Stack, StackFix};

/// Verifying a delivery over its raw body.
pub(crate) const VERIFY: &[StackFix] = &[
    StackFix {
        stack: Stack::Node,
        how: "app.post('/api/webhooks/kwikpaisa', express.raw({ type: () => true }), (req, res) \
              => {\n  const mac = crypto.createHmac('sha256', \
              process.env.KWIKPAISA_SECRET_KEY);\n  \
              mac.update(req.body).update(req.get('X-TIMESTAMP') || '');\n  const want = \
              mac.digest(), got = Buffer.from(req.get('X-SIGNATURE') || '', 'hex');\n  if \
              (got.length !== want.length || !crypto.timingSafeEqual(got, want)) return \
              res.sendStatus(401);\n  if (Math.abs(Date.now() / 1000 - \
              Number(req.get('X-TIMESTAMP'))) > 300) return res.sendStatus(401);\n  const event = \
              JSON.parse(req.body);\nMount it before any express.json(): once that ran, the raw \
              bytes are gone.",
    },
    StackFix {
        stack: Stack::Php,
        how: "$body = file_get_contents('php://input');            // Laravel: \
              $request->getContent()\n$time = $_SERVER['HTTP_X_TIMESTAMP'] ?? '';          // \
              Laravel: $request->header('X-TIMESTAMP', '')\n$want = hash_hmac('sha256', $body . \
              $time, getenv('KWIKPAISA_SECRET_KEY'));\nif (!hash_equals($want, \
              $_SERVER['HTTP_X_SIGNATURE'] ?? '') || abs(time() - (int) $time) > 300) { \
              http_response_code(401); exit; }\n$event = json_decode($body, true);\nLaravel: put \
              the route into routes/api.php, or except it from CSRF verification.",
    },
    StackFix {
        stack: Stack::Python,
        how: "body = request.get_data()          # Flask; Django: request.body, with \
              @csrf_exempt\nstamp = request.headers.get('X-TIMESTAMP', '')\nwant = \
              hmac.new(os.environ['KWIKPAISA_SECRET_KEY'].encode(), body + stamp.encode(), \
              hashlib.sha256).hexdigest()\nif not hmac.compare_digest(want.encode(), \
              request.headers.get('X-SIGNATURE', '').encode()): abort(401)\nif not \
              stamp.isdigit() or abs(time.time() - int(stamp)) > 300: abort(401)\nevent = \
              json.loads(body)",
    },
    StackFix {
        stack: Stack::Java,
        how: "@PostMapping(\"/api/webhooks/kwikpaisa\")\nResponseEntity<Void> \
              receive(@RequestBody byte[] body, @RequestHeader(value = \"X-SIGNATURE\", \
              defaultValue = \"\") String signature,\n    @RequestHeader(value = \"X-TIMESTAMP\", \
              defaultValue = \"\") String timestamp) {\n  Mac mac = \
              Mac.getInstance(\"HmacSHA256\");  // init with the secret's UTF-8 bytes\n  \
              mac.update(body); mac.update(timestamp.getBytes(UTF_8));\n  byte[] want = \
              HexFormat.of().formatHex(mac.doFinal()).getBytes(UTF_8);\n  if \
              (!MessageDigest.isEqual(want, signature.getBytes(UTF_8))) return \
              ResponseEntity.status(401).build();\nTake byte[], not a mapped object; exempt the \
              path from Spring Security's CSRF filter.",
    },
];

/// Applying an event once however often it comes.
pub(crate) const ONCE: &[StackFix] = &[
    StackFix {
        stack: Stack::Node,
        how: "In one transaction: INSERT INTO webhook_events (event, order_id) VALUES ($1, $2) ON \
              CONFLICT DO NOTHING; credit only when a row was inserted, and answer 200 either \
              way. A Set or Map in memory forgets on restart and is not shared between processes.",
    },
    StackFix {
        stack: Stack::Php,
        how: "In one DB::transaction: if (DB::table('webhook_events')->insertOrIgnore(['event' => \
              $event, 'order_id' => $id])) { $order->credit(); }, with a unique index over both \
              columns, and return response('', 200) either way.",
    },
    StackFix {
        stack: Stack::Python,
        how: "In one transaction: INSERT … ON CONFLICT DO NOTHING (Django: bulk_create([...], \
              ignore_conflicts=True) does not tell; use get_or_create on a model with a unique \
              constraint) and credit only when the row is new; return 200 either way.",
    },
    StackFix {
        stack: Stack::Java,
        how: "In one @Transactional method: insert into a table with a unique (event, order_id), \
              credit only when one row was inserted, and on a duplicate return \
              ResponseEntity.ok() all the same.",
    },
];
