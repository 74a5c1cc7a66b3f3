//! Ways around the shop's verification, each believed for one thing that a request says.

use std::io::Read;

use data_encoding::HEXLOWER;
use flate2::read::{GzDecoder, ZlibDecoder};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use super::message::Arrived;
use super::signer::SECRET_VARIABLE;
use super::{Defect, PATH, WALLET};

/// The body that the shop acts on unverified, where one of its defects lets this request past.
pub(super) fn body(has: impl Fn(Defect) -> bool, arrived: &Arrived) -> Option<Vec<u8>> {
    let request = Request(arrived);
    WAYS.iter().find(|(defect, open)| has(*defect) && open(&request)).map(|_| request.event())
}

/// A request as careless code looks at it.
struct Request<'a>(&'a Arrived);

type Way = (Defect, fn(&Request<'_>) -> bool);

const WAYS: &[Way] = &[
    (Defect::TrustsForwardedFor, |r| r.says("x-forwarded-for", |ip| ip.starts_with("127."))),
    (Defect::TrustsForwardedPrivate, |r| r.says("x-forwarded-for", |ip| ip.starts_with("10."))),
    (Defect::TrustsForwardedPlatform, |r| r.says("x-forwarded-for", |ip| ip.starts_with("103."))),
    (Defect::TrustsRealIp, |r| r.says("x-real-ip", |_| true)),
    (Defect::TrustsClientIp, |r| r.says("x-client-ip", |_| true)),
    (Defect::TrustsForwarded, |r| r.says("forwarded", |_| true)),
    (Defect::TrustsForwardedIpv6, |r| r.says("x-forwarded-for", |ip| ip.contains("::"))),
    (Defect::TrustsForwardedChain, |r| {
        r.says("x-forwarded-for", |ip| ip.contains(',') && ip.ends_with("127.0.0.1"))
    }),
    (Defect::TrustsCdnAddress, |r| r.says("cf-connecting-ip", |_| true)),
    (Defect::TrustsTrueClient, |r| r.says("true-client-ip", |_| true)),
    (Defect::TrustsUserAgent, |r| {
        r.says("user-agent", |name| name.to_lowercase().contains("kwikpaisa"))
    }),
    (Defect::TrustsRetries, |r| r.says("x-retry-count", |_| true)),
    (Defect::TrustsAttempts, |r| r.says("x-webhook-attempt", |_| true)),
    (Defect::TrustsDebugHeader, |r| r.says("x-debug", |_| true)),
    (Defect::TrustsTestHeader, |r| r.says("x-test-mode", |_| true)),
    (Defect::TrustsEnvironmentHeader, |r| r.says("x-environment", |_| true)),
    (Defect::TrustsAlgorithmNone, |r| r.says("x-signature-algorithm", |name| name == "none")),
    (Defect::TrustsAlgNone, |r| r.says("x-alg", |name| name == "none")),
    (Defect::TrustsInternalHeader, |r| r.says("x-internal-request", |_| true)),
    (Defect::TrustsVerifiedHeader, |r| r.says("x-signature-verified", |_| true)),
    (Defect::TrustsClientCertHeader, |r| r.says("x-ssl-client-verify", |_| true)),
    (Defect::TrustsAuthorization, |r| r.says("authorization", |_| true)),
    (Defect::TrustsCookie, |r| r.says("cookie", |_| true)),
    (Defect::TrustsMethodOverride, |r| r.says("x-http-method-override", |_| true)),
    (Defect::TrustsOriginalUrl, |r| r.says("x-original-url", |_| true)),
    (Defect::TrustsQuerySwitch, |r| r.query().contains("skip_verify=1")),
    (Defect::TrustsRetryWords, |r| r.says("x-delivery-attempt", |_| true)),
    (Defect::TrustsDebugWords, |r| r.says("x-skip-verification", |_| true)),
    (Defect::TrustsInternalWords, |r| r.says("x-envoy-internal", |_| true)),
    (Defect::TrustsVerifiedWords, |r| r.says("x-webhook-verified", |_| true)),
    (Defect::TrustsClientCertWords, |r| r.says("x-forwarded-client-cert", |_| true)),
    (Defect::TrustsOrigin, |r| r.says("origin", |from| from.contains("kwikpaisa"))),
    (Defect::TrustsMethodWords, |r| r.says("x-http-method", |_| true)),
    (Defect::TrustsUrlWords, |r| r.says("x-rewrite-url", |_| true)),
    (Defect::TrustsDoubleSlash, |r| r.path().starts_with("//")),
    (Defect::TrustsEncodedPath, |r| r.path().contains('%')),
    (Defect::TrustsPathSuffix, |r| r.path().ends_with(".json")),
    (Defect::TrustsPathParameter, |r| r.path().contains(';')),
    (Defect::BelievesDeflate, |r| r.says("content-encoding", |how| how == "deflate")),
    (Defect::BelievesFormPayload, |r| r.0.body.starts_with(b"payload=")),
    (Defect::BelievesBatches, |r| r.0.body.starts_with(b"{\"events\":")),
    (Defect::TrustsTrailingSlash, |r| r.path().ends_with('/')),
    (Defect::TrustsPathCase, |r| r.path() == PATH.to_ascii_uppercase()),
    (Defect::BelievesLists, |r| r.0.body.starts_with(b"[")),
    (Defect::BelievesForms, |r| {
        r.says("content-type", |kind| kind.contains("urlencoded"))
            && r.0.body.starts_with(b"event=")
    }),
    (Defect::BelievesMultipart, |r| r.0.body.starts_with(b"--golive")),
    (Defect::BelievesGzip, |r| r.says("content-encoding", |how| how == "gzip")),
    (Defect::BelievesByteOrderMark, |r| r.0.body.starts_with(&[0xef, 0xbb, 0xbf])),
    (Defect::BelievesNotUtf8, |r| {
        std::str::from_utf8(&r.0.body).is_err() && !r.says("content-encoding", |_| true)
    }),
    (Defect::BelievesUtf16, |r| r.says("content-type", |kind| kind.contains("utf-16"))),
    (Defect::BelievesRepeatedKeys, |r| r.text().matches("\"amount\"").count() > 1),
    (Defect::BelievesDataAsText, |r| r.text().contains("\"data\":\"{")),
    (Defect::BelievesTestFlags, |r| r.text().contains("\"is_test\":true")),
    (Defect::BelievesJsonSuffix, |r| r.says("content-type", |kind| kind.ends_with("+json"))),
    (Defect::BelievesMultipartLabel, |r| {
        r.says("content-type", |kind| kind.starts_with("multipart/")) && r.0.body.starts_with(b"{")
    }),
    (Defect::BelievesChunked, |r| r.says("transfer-encoding", |how| how == "chunked")),
    (Defect::BelievesExpect, |r| r.says("expect", |_| true)),
    (Defect::BelievesCutCharacter, |r| r.0.cuts_character && r.0.body.len() < 2_000),
    (Defect::BelievesOldHttp, |r| r.0.is_old_http),
    (Defect::BelievesPut, |r| r.0.method == "PUT" && r.signed()),
    (Defect::BelievesPatch, |r| r.0.method == "PATCH"),
    (Defect::BelievesDelete, |r| r.0.method == "DELETE"),
    (Defect::BelievesReturnPage, |r| r.0.method == "GET" && r.query().contains("order_status=")),
    (Defect::BelievesNullKey, |r| r.signed_with("null")),
    (Defect::BelievesNoneKey, |r| r.signed_with("None")),
    (Defect::BelievesNilKey, |r| r.signed_with("nil")),
    (Defect::BelievesFalseKey, |r| r.signed_with("false")),
    (Defect::BelievesDefaultKey, |r| r.signed_with("changeme")),
    (Defect::BelievesTestKey, |r| r.signed_with("test")),
    (Defect::BelievesPasswordKey, |r| r.signed_with("password")),
    (Defect::BelievesVariableName, |r| r.signed_with("KWIKPAISA_SECRET_KEY")),
    (Defect::BelievesUnexpandedKey, |r| r.signed_with("${KWIKPAISA_SECRET_KEY}")),
    (Defect::BelievesSampleTestKey, |r| r.signed_with("sk_test_xxxxxxxxx")),
    (Defect::BelievesSampleLiveKey, |r| r.signed_with("sk_live_xxxxxxxxx")),
    (Defect::BelievesSampleSecret, |r| r.signed_with("sk_test_example_secret")),
    (Defect::BelievesSampleWallet, |r| r.signed_with("4646464445")),
    (Defect::BelievesWalletId, |r| r.signed_with(WALLET)),
    (Defect::BelievesOwnVariable, |r| r.signed_with(SECRET_VARIABLE)),
    (Defect::BelievesUnknownKeyId, |r| r.says("x-key-id", |_| true) && r.signed_with("")),
    (Defect::BelievesWordNone, |r| r.signature() == b"none"),
    (Defect::BelievesWordNull, |r| r.signature() == b"null"),
    (Defect::BelievesWordTrue, |r| r.signature() == b"true"),
    (Defect::BelievesNotHex, |r| {
        r.signature().len() == 64 && r.signature().iter().all(|digit| *digit == b'z')
    }),
    (Defect::BelievesOddLength, |r| {
        r.signature().len() == 63 && r.signature().iter().all(|digit| *digit == b'0')
    }),
    (Defect::BelievesZeros, |r| {
        r.signature().len() == 64 && r.signature().iter().all(|digit| *digit == b'0')
    }),
    (Defect::BelievesScheme, |r| r.signature() == b"sha256="),
    (Defect::BelievesWildcard, |r| r.signature() == b"*"),
    (Defect::BelievesNotAscii, |r| !r.signature().is_ascii()),
    (Defect::BelievesTimestampZero, |r| r.says("x-timestamp", |at| at == "0")),
    (Defect::BelievesNegativeTimestamp, |r| r.says("x-timestamp", |at| at.starts_with('-'))),
    (Defect::BelievesHugeTimestamp, |r| r.says("x-timestamp", |at| at.len() == 30)),
    (Defect::BelievesMilliseconds, |r| r.says("x-timestamp", |at| at.len() == 13)),
    (Defect::BelievesBothHeadersAbsent, |r| {
        r.0.headers.get("x-signature").is_none()
            && r.0.headers.get("x-timestamp").is_none()
            && r.0.method == "POST"
    }),
    (Defect::BelievesOtherCase, |r| r.text().contains("\"event\":\"Payment.")),
    (Defect::BelievesTestTransactions, |r| r.text().contains("\"transaction_id\":\"UAT")),
    (Defect::HashesTheBeginning, |r| r.0.body.len() > 20_000),
    (Defect::VerifiesGoliveOnly, |r| r.says("user-agent", |name| !name.contains("golive"))),
    (Defect::VerifiesPaymentsAlone, |r| {
        r.text().contains("\"event\":\"payout.reversed\"")
            || r.text().contains("\"event\":\"payment.failed\"")
    }),
];

impl Request<'_> {
    fn says(&self, name: &str, what: impl Fn(&str) -> bool) -> bool {
        self.0.header(name, false).is_some_and(what)
    }

    fn signature(&self) -> &[u8] {
        self.0.headers.get("x-signature").map_or(b"", |value| value.as_bytes())
    }

    fn signed(&self) -> bool {
        !self.signature().is_empty()
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.body).into_owned()
    }

    fn path(&self) -> &str {
        self.0.path.split('?').next().unwrap_or_default()
    }

    fn query(&self) -> &str {
        self.0.path.split_once('?').map_or("", |(_, query)| query)
    }

    fn signed_with(&self, key: &str) -> bool {
        let stamp = self.0.header("x-timestamp", false).unwrap_or_default();
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key.as_bytes()) else { return false };
        mac.update(&self.0.body);
        mac.update(stamp.as_bytes());
        HEXLOWER.encode(&mac.finalize().into_bytes()).as_bytes() == self.signature()
    }

    /// The event in it, however it is wrapped, as plain JSON.
    fn event(&self) -> Vec<u8> {
        let body = &self.0.body;
        if self.says("content-encoding", |how| how == "gzip") {
            return inflated(GzDecoder::new(&body[..]));
        }
        if self.says("content-encoding", |how| how == "deflate") {
            return inflated(ZlibDecoder::new(&body[..]));
        }
        if body.starts_with(b"payload=") {
            return form(body).into_iter().next().map_or(Vec::new(), |(_, json)| json.into_bytes());
        }
        if let Some(events) = body.strip_prefix(b"{\"events\":[") {
            return events.strip_suffix(b"]}").unwrap_or(events).to_vec();
        }
        if self.says("content-type", |kind| kind.contains("utf-16")) {
            let units = body.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]]));
            return String::from_utf16_lossy(&units.collect::<Vec<u16>>()).into_bytes();
        }
        let members: Vec<(String, String)> = if self.0.method == "GET" {
            form(self.query().as_bytes())
        } else if body.starts_with(b"event=") {
            form(body)
        } else if body.starts_with(b"--golive") {
            multipart(&self.text())
        } else {
            let text = self.text().replace('\u{fffd}', "");
            let text = text.trim_start_matches('\u{feff}').trim_start_matches('[');
            let text = text.trim_end_matches(']');
            return unpacked(text).replace("\"Payment.P", "\"payment.p").into_bytes();
        };
        let get = |name: &str| {
            members.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value.as_str())
        };
        let data: serde_json::Map<String, serde_json::Value> = members
            .iter()
            .filter(|(key, _)| !key.contains('[') && key != "event")
            .map(|(key, value)| (key.clone(), value.clone().into()))
            .collect();
        serde_json::json!({ "data": data, "event": get("event") }).to_string().into_bytes()
    }
}

/// What was compressed, or nothing where it cannot be read.
fn inflated(mut body: impl Read) -> Vec<u8> {
    let mut plain = Vec::new();
    let read = body.read_to_end(&mut plain);
    if read.is_ok() { plain } else { Vec::new() }
}

fn form(text: &[u8]) -> Vec<(String, String)> {
    url::form_urlencoded::parse(text).into_owned().collect()
}

fn multipart(text: &str) -> Vec<(String, String)> {
    let part = |part: &str| {
        let (head, value) = part.split_once("\r\n\r\n")?;
        let name = head.split("name=\"").nth(1)?.split('"').next()?;
        Some((name.to_owned(), value.trim_end().to_owned()))
    };
    text.split("--golive\r\n").filter_map(part).collect()
}

/// JSON with `data` as an object, where it was a string.
fn unpacked(text: &str) -> String {
    let Ok(serde_json::Value::Object(mut event)) = serde_json::from_str(text) else {
        return text.to_owned();
    };
    if let Some(serde_json::Value::String(data)) = event.get("data")
        && let Ok(data) = serde_json::from_str::<serde_json::Value>(data)
    {
        event.insert("data".to_owned(), data);
    }
    serde_json::Value::Object(event).to_string()
}
