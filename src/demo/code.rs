//! The shop's own code and build output, as `golive` scans them.

use std::collections::BTreeMap;

use super::keys::Keys;
use super::{Behaviour, Defect};

/// The folder with the code.
pub(super) const CODE: &str = "app";
/// The folder that browsers get.
pub(super) const PUBLIC: &str = "public";

/// Every file, by its path from the shop's folder. What is harmless is there too: tests and notes
/// that name the sandbox.
pub(super) fn files(keys: &Keys, behaviour: &Behaviour) -> Vec<(String, String)> {
    let has = |defect| behaviour.has(defect);
    let base_url = if has(Defect::CodeNamesSandbox) {
        "'https://sandbox.kwikpaisa.com'"
    } else if has(Defect::CodeNamesLookAlike) {
        "'https://api.kwickpaisa.com'"
    } else if has(Defect::CodeCallsPlainHttp) {
        "'http://api.kwikpaisa.com'"
    } else {
        "process.env.DEMO_SHOP_BASE_URL"
    };
    let secret = if has(Defect::CodeHoldsSecret) {
        format!("'{}'", keys.issued_secret)
    } else {
        "process.env.DEMO_SHOP_SECRET_KEY".to_owned()
    };
    let agent = if has(Defect::CodeSkipsVerification) {
        "new https.Agent({ rejectUnauthorized: false })"
    } else {
        "new https.Agent()"
    };
    let signature = if has(Defect::CodeHoldsPlaceholder) {
        "'GENERATED_SIGNATURE'"
    } else {
        "sign(payload, timestamp)"
    };
    let webhook = if has(Defect::CodeNamesTunnel) {
        "'https://b4a1-demo.ngrok-free.app/hook'"
    } else {
        "process.env.DEMO_SHOP_WEBHOOK_URL"
    };
    let (clock, takes) = if has(Defect::CodeFreezesTimestamp) {
        ("const timestamp = String(Math.floor(Date.now() / 1000));\n", "payload")
    } else {
        ("", "payload, timestamp")
    };
    let allowance = if has(Defect::CodeAllowsNothing) {
        " // golive:allow(live-secret) the trial key of last year"
    } else {
        ""
    };
    let client = format!(
        "// Calls to KwikPaisa.\nconst https = require('https');\nconst base = {base_url};\nconst \
         agent = {agent};\nconst secret = {secret};{allowance}\nconst registered = \
         {webhook};\n{clock}function headers({takes}) {{\n  return {{ 'X-SIGNATURE': {signature}, \
         'X-TIMESTAMP': timestamp }};\n}}\n"
    );
    let requires = if has(Defect::CodeUsesPreviousSdk) {
        "{ \"require\": { \"jangras/kwikpaisa\": \"^1.0\" } }\n"
    } else {
        "{ \"require\": {} }\n"
    };
    let image = format!(
        "FROM node:22\nENV DEMO_SHOP_SECRET_KEY{}\nCMD [\"node\", \"src/kwikpaisa.js\"]\n",
        if has(Defect::ImageHoldsSecret) {
            format!("={}", keys.issued_secret)
        } else {
            "_FILE=/run/secrets/demo-shop".to_owned()
        }
    );
    let bundle = if has(Defect::BundleHoldsSecret) {
        format!("(()=>{{const s=\"{}\";window.sign=p=>hmac(s,p)}})()\n", keys.issued_secret)
    } else {
        "(()=>{window.pay=()=>fetch(\"/api/orders\",{method:\"POST\"})})()\n".to_owned()
    };
    let page = if has(Defect::PageSigns) {
        "const headers = (p, t) => ({ 'X-SIGNATURE': CryptoJS.HmacSHA256(p + t, \
         config.secret).toString(), 'X-TIMESTAMP': t });\n"
    } else {
        "const headers = {};\n"
    };
    let receiver = receiver(behaviour);
    [
        (CODE, "src/kwikpaisa.js", client.as_str()),
        (CODE, "src/webhook.js", receiver.as_str()),
        (CODE, "composer.json", requires),
        (CODE, "tests/kwikpaisa.test.js", "const base = 'https://sandbox.kwikpaisa.com';\nconst key = 'sk_test_xxxxxxxxx';\n"),
        (CODE, "README.md", "Set `KWIKPAISA_SECRET=sk_live_xxxxxxxxx`. The sandbox is https://sandbox.kwikpaisa.com.\n"),
        (CODE, ".env.example", "DEMO_SHOP_BASE_URL=https://sandbox.kwikpaisa.com\nDEMO_SHOP_SECRET_KEY=YOUR_SECRET_KEY\n"),
        (CODE, "Dockerfile", image.as_str()),
        (PUBLIC, "index.html", "<!doctype html><title>Demo Shop</title><script src=\"main.js\"></script>\n"),
        (PUBLIC, "main.js", bundle.as_str()),
        (PUBLIC, "pay.js", page),
    ]
    .map(|(folder, name, text)| (format!("{folder}/{name}"), text.to_owned()))
    .into()
}

/// What the shop's own site answers, by path.
pub(super) fn site(keys: &Keys, behaviour: &Behaviour) -> BTreeMap<String, String> {
    let built = files(keys, behaviour).into_iter().filter_map(|(path, text)| {
        let name = path.strip_prefix(PUBLIC)?;
        Some((if name == "/index.html" { "/".to_owned() } else { name.to_owned() }, text))
    });
    let mut site: BTreeMap<String, String> = built.collect();
    if behaviour.has(Defect::SiteGivesOutEnv) {
        site.insert("/.env".to_owned(), "# Demo Shop\nAPP_NAME=demo-shop\n".to_owned());
    }
    if behaviour.has(Defect::SiteMapHoldsSecret) {
        let map = serde_json::json!({ "version": 3, "sourcesContent": [format!("const secret = '{}';", keys.issued_secret)] });
        site.insert("/main.js.map".to_owned(), map.to_string());
        site.entry("/main.js".to_owned())
            .or_default()
            .push_str("//# sourceMappingURL=main.js.map\n");
    }
    site
}

/// The code that receives events.
fn receiver(behaviour: &Behaviour) -> String {
    let has = |defect| behaviour.has(defect);
    let body =
        if has(Defect::CodeSignsParsedBody) { "JSON.stringify(req.body)" } else { "req.body" };
    let compare = if has(Defect::CodeComparesPlainly) {
        "expected === signature"
    } else {
        "crypto.timingSafeEqual(Buffer.from(expected), Buffer.from(signature))"
    };
    let verify =
        format!("isValidSignature({body}, req.get('x-timestamp'), req.get('x-signature'))");
    let guard = if has(Defect::CodeIgnoresVerification) {
        format!("const valid = {verify};")
    } else {
        format!("if (!{verify}) return res.sendStatus(401);")
    };
    let log =
        if has(Defect::CodeLogsSecret) { "  console.log('verifying with', secret);\n" } else { "" };
    format!(
        "// Events of KwikPaisa.\nconst crypto = require('crypto');\nconst secret = \
         process.env.DEMO_SHOP_SECRET_KEY;\nfunction isValidSignature(body, timestamp, signature) \
         {{\n{log}  if (!/^[0-9a-f]{{64}}$/.test(signature)) return false;\n  const expected = \
         crypto.createHmac('sha256', secret).update(body).update(timestamp).digest('hex');\n  \
         return {compare};\n}}\napp.post('/hook', express.raw({{ type: () => true }}), (req, res) \
         => {{\n  {guard}\n  record(JSON.parse(req.body));\n  res.sendStatus(200);\n}});\n"
    )
}
