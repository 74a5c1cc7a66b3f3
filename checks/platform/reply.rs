//! What an answer to the order-status call says, for an id that was never issued.

use serde_json::Value;

use super::text::Show;

/// How far an answer proves that the call was accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// 404: it looked for the order, so it had accepted key, signature, clock and address
    /// (INFERRED: authentication comes before looking).
    NotFound,
    /// 200 with the order missing.
    Processed,
    /// 200 with an order.
    Found,
}

/// An answer of the platform, read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReplyKind {
    /// Key, secret, signature, clock and address were accepted.
    Accepted {
        /// How that shows.
        how: How,
    },
    /// 401: one of key, secret, signature and clock is wrong.
    Unauthorised,
    /// 403: the address is not whitelisted.
    AddressRefused,
    /// 403: the credentials were accepted; the wallet is another environment's.
    WalletRefused,
    /// 403 for another reason.
    OtherForbidden,
    /// 400: nothing was proven.
    BadRequest,
    /// 422: a field was refused, probably after the credentials were accepted.
    Validation,
    /// 408, 425, 429 or 5xx: nothing was proven.
    Busy(u16),
    /// A redirect: another host.
    Redirect(u16),
    /// HTML or no answer of the platform's shape: a proxy, a firewall or another host.
    NotThePlatform(u16),
    /// The platform's shape, and nothing that is known.
    Other(u16),
}

impl ReplyKind {
    /// Reads a status and a body.
    #[must_use]
    pub fn read(status: u16, body: &str) -> Self {
        match status {
            408 | 425 | 429 | 500.. => return Self::Busy(status),
            300..=399 => return Self::Redirect(status),
            _ => {}
        }
        let Some(envelope) = Envelope::read(body) else {
            return Self::NotThePlatform(status);
        };
        // An answer may travel as HTTP 200 and say something else inside: what it says inside
        // counts.
        let effective = match (status, envelope.code) {
            (200, Some(inside @ 400..=599)) => inside,
            (status, Some(inside))
                if (400..=499).contains(&status) && inside != status && inside >= 400 =>
            {
                return Self::Other(status);
            }
            (status, _) => status,
        };
        let says = |words: &[&str]| words.iter().any(|word| envelope.message.contains(word));
        match effective {
            200 | 404 if !envelope.is_whole() => Self::NotThePlatform(status),
            200 | 404
                if says(&[
                    "signature",
                    "unauthor",
                    "authentication",
                    "api key",
                    "api-key",
                    "timestamp",
                    "credential",
                ]) =>
            {
                Self::Unauthorised
            }
            200 | 403 | 404 if says(&["whitelist"]) => Self::AddressRefused,
            200 | 403 | 404 if says(&["wallet"]) => Self::WalletRefused,
            404 if says(&["route", "endpoint", "url", "path", "page"]) => Self::Other(status),
            404 => Self::Accepted { how: How::NotFound },
            200 if envelope.success && envelope.data => Self::Accepted { how: How::Found },
            200 => Self::Accepted { how: How::Processed },
            401 => Self::Unauthorised,
            403 => Self::OtherForbidden,
            400 => Self::BadRequest,
            422 => Self::Validation,
            408 | 425 | 429 | 500.. => Self::Busy(effective),
            _ => Self::Other(status),
        }
    }

    /// Whether key, secret, signature and clock were accepted for certain.
    #[must_use]
    pub const fn proves_credentials(self) -> bool {
        match self {
            Self::Accepted { .. } | Self::WalletRefused => true,
            Self::Unauthorised
            | Self::AddressRefused
            | Self::OtherForbidden
            | Self::BadRequest
            | Self::Validation
            | Self::Busy(_)
            | Self::Redirect(_)
            | Self::NotThePlatform(_)
            | Self::Other(_) => false,
        }
    }
}

impl Show for ReplyKind {
    fn show(&self) -> String {
        match self {
            Self::Accepted { how: How::NotFound } => {
                "404, no such order: the signed call was accepted".to_owned()
            }
            Self::Accepted { how: How::Processed } => {
                "200 without an order: the signed call was accepted".to_owned()
            }
            Self::Accepted { how: How::Found } => {
                "200 with an order: the signed call was accepted".to_owned()
            }
            Self::Unauthorised => "401: the signed call was refused".to_owned(),
            Self::AddressRefused => "403: this address is not whitelisted".to_owned(),
            Self::WalletRefused => "403: the credentials were accepted, the wallet is not of this \
                                    environment"
                .to_owned(),
            Self::OtherForbidden => "403 for a reason that is not documented".to_owned(),
            Self::BadRequest => "400: the request was not understood".to_owned(),
            Self::Validation => "422: a field was refused".to_owned(),
            Self::Busy(status) => format!("{status}: the platform was busy"),
            Self::Redirect(status) => {
                format!("{status}: a redirect, which the platform's API does not send")
            }
            Self::NotThePlatform(status) => {
                format!("{status}, not in the shape of the platform's answers")
            }
            Self::Other(status) => format!("{status}, which says nothing that is known"),
        }
    }
}

/// The platform's envelopes. `status` is a word or a boolean, `code` a string or a number, by
/// endpoint.
struct Envelope {
    has_status: bool,
    success: bool,
    code: Option<u16>,
    message: String,
    data: bool,
}

impl Envelope {
    /// A JSON object; anything else is not the platform's.
    fn read(body: &str) -> Option<Self> {
        let value: Value = serde_json::from_str(body.trim_start_matches('\u{feff}')).ok()?;
        let members = value.as_object()?;
        let success = match members.get("status") {
            Some(Value::Bool(success)) => Some(*success),
            Some(Value::String(word)) => Some(word.eq_ignore_ascii_case("success")),
            _ => None,
        };
        let code = match members.get("code") {
            Some(Value::Number(code)) => code.as_u64().and_then(|code| u16::try_from(code).ok()),
            Some(Value::String(code)) => code.trim().parse().ok(),
            _ => None,
        };
        let text = |value: Option<&Value>| {
            value.and_then(Value::as_str).unwrap_or_default().to_lowercase()
        };
        let data = members.get("return_data");
        let message = format!(
            "{} {}",
            text(members.get("message")),
            text(data.and_then(|data| data.get("description")))
        );
        let data = data.and_then(Value::as_object).is_some_and(|data| {
            data.contains_key("order_status") || data.contains_key("kwikX_order_id")
        });
        Some(Self {
            has_status: success.is_some(),
            success: success.unwrap_or(false),
            code,
            message,
            data,
        })
    }

    /// Status and code are there: the platform's, and not some server's own JSON.
    const fn is_whole(&self) -> bool {
        self.has_status && self.code.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_each_answer_of_the_table() {
        let accepted = |how| ReplyKind::Accepted { how };
        for (status, body, reading) in [
            (
                404,
                r#"{"status":false,"code":404,"message":"Order not found."}"#,
                accepted(How::NotFound),
            ),
            (
                404,
                r#"{"status":"failed","code":"404","message":"Transaction not found"}"#,
                accepted(How::NotFound),
            ),
            (
                404,
                r#"{"status":false,"code":404,"message":"Resource not found."}"#,
                accepted(How::NotFound),
            ),
            (
                200,
                r#"{"status":"failed","code":"200","message":"No such order"}"#,
                accepted(How::Processed),
            ),
            (
                200,
                r#"{"status":"success","code":"200","message":"Order status fetched successfully.","return_data":[]}"#,
                accepted(How::Processed),
            ),
            (
                200,
                r#"{"status":"success","code":"200","return_data":{"order_status":"PAID"}}"#,
                accepted(How::Found),
            ),
            (
                200,
                r#"{"status":false,"code":404,"message":"Order not found."}"#,
                accepted(How::NotFound),
            ),
            (
                401,
                r#"{"status":false,"code":401,"message":"Invalid signature."}"#,
                ReplyKind::Unauthorised,
            ),
            (401, r#"{"message":"Unauthorized"}"#, ReplyKind::Unauthorised),
            (
                200,
                r#"{"status":"failed","code":"401","message":"Unauthorized"}"#,
                ReplyKind::Unauthorised,
            ),
            (
                200,
                r#"{"status":false,"code":200,"message":"Invalid SIGNATURE."}"#,
                ReplyKind::Unauthorised,
            ),
            (
                403,
                r#"{"status":false,"code":403,"message":"IP address is not Whitelisted."}"#,
                ReplyKind::AddressRefused,
            ),
            (
                403,
                r#"{"status":false,"code":403,"message":"Invalid wallet ID for selected environment."}"#,
                ReplyKind::WalletRefused,
            ),
            (
                403,
                r#"{"status":false,"code":403,"message":"Forbidden"}"#,
                ReplyKind::OtherForbidden,
            ),
            (
                403,
                r#"{"status":"failed","code":"403","return_data":{"description":"Incoming IP address is not whitelisted"}}"#,
                ReplyKind::AddressRefused,
            ),
            (400, r#"{"status":false,"code":400,"message":"Bad request"}"#, ReplyKind::BadRequest),
            (422, r#"{"status":false,"code":422,"message":"order_id"}"#, ReplyKind::Validation),
            (409, r#"{"status":false,"code":409,"message":"Conflict"}"#, ReplyKind::Other(409)),
            (404, r#"{"status":false,"code":401,"message":"?"}"#, ReplyKind::Other(404)),
            (
                404,
                r#"{"status":false,"code":404,"message":"API endpoint not found"}"#,
                ReplyKind::Other(404),
            ),
            (429, "", ReplyKind::Busy(429)),
            (408, "", ReplyKind::Busy(408)),
            (500, "<html>", ReplyKind::Busy(500)),
            (503, r#"{"status":false,"code":503}"#, ReplyKind::Busy(503)),
            (200, r#"{"status":false,"code":503}"#, ReplyKind::Busy(503)),
            (302, "", ReplyKind::Redirect(302)),
        ] {
            assert_eq!(ReplyKind::read(status, body), reading, "{status} {body}");
        }
    }

    #[test]
    fn what_is_not_the_platforms_proves_nothing() {
        for (status, body) in [
            (404, "<html><h1>404 Not Found</h1>nginx</html>"),
            (404, r#"{"message":"no Route matched with those values"}"#),
            (404, r#"{"timestamp":"…","status":404,"error":"Not Found","path":"/x"}"#),
            (404, ""),
            (200, "OK"),
            (200, r#"{"status":"ok"}"#),
            (200, r#""success""#),
            (401, "<html>proxy authentication</html>"),
            (403, "<html>Request blocked</html>"),
        ] {
            assert_eq!(ReplyKind::read(status, body), ReplyKind::NotThePlatform(status), "{body}");
        }
    }

    #[test]
    fn only_accepted_calls_and_a_wallets_refusal_prove_credentials() {
        for reading in [
            ReplyKind::Unauthorised,
            ReplyKind::AddressRefused,
            ReplyKind::OtherForbidden,
            ReplyKind::BadRequest,
            ReplyKind::Validation,
            ReplyKind::Busy(503),
            ReplyKind::Redirect(301),
            ReplyKind::NotThePlatform(200),
            ReplyKind::Other(418),
        ] {
            assert!(!reading.proves_credentials(), "{reading:?}");
        }
        assert!(ReplyKind::WalletRefused.proves_credentials());
        assert!(ReplyKind::Accepted { how: How::NotFound }.proves_credentials());
    }
}
