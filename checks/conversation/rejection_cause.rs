//! What stands between a genuine event and its 200.

use crate::model::{Answer, Exchange, Leak, Phase, Quoted, Reason, Text, Trouble, TroubleKind};
use crate::text;

/// Why the control was not answered with a 2xx.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RejectionCause<'a> {
    /// No answer.
    Trouble(&'a Trouble),
    /// A redirect, and where to. Redirects are never followed.
    Redirect(Option<&'a str>),
    /// A page of a firewall or a bot filter.
    Firewall(&'static str),
    /// A framework's protection against forged forms.
    Csrf,
    /// The web server wants a user name and a password.
    Login,
    /// The page of a web server or proxy that does not hand the request on.
    ServerPage(u16),
    /// 401 or 403 with an HTML page: the application's, or that of a firewall that does not say its
    /// name.
    RefusalPage(u16),
    /// The application says 401 or 403, or 400 or 422 and speaks of the signature.
    Signature(u16),
    /// The application says that it does not know the order, or says nothing to the contrary.
    UnknownOrder {
        /// 404, 409, 422, or 400 and speaks of the order.
        status: u16,
        /// It reads like the page for a path that nobody handles.
        no_route: bool,
    },
    /// 405.
    Method,
    /// 415.
    MediaType,
    /// 408, 425 or 429.
    Busy(u16),
    /// 502, 503 or 504.
    Gateway(u16),
    /// Another 5xx.
    Crash(u16),
    /// Anything else.
    Other(u16),
}

impl<'a> RejectionCause<'a> {
    /// Reads an answer that is no 2xx.
    pub(crate) fn of(exchange: &'a Exchange) -> Self {
        let answer = match &exchange.answer {
            Ok(answer) => answer,
            Err(trouble) => return Self::Trouble(trouble),
        };
        let page = Page::of(answer);
        match answer.status {
            300..=399 => Self::Redirect(answer.header("location")),
            419 => Self::Csrf,
            400 | 403 | 422 if page.is_csrf() => Self::Csrf,
            401 if answer.header("www-authenticate").is_some_and(names_scheme) => Self::Login,
            401 | 403 | 406 | 429 | 503 if page.firewall().is_some() => {
                Self::Firewall(page.firewall().unwrap_or_default())
            }
            403 if page.is_server_page() => Self::ServerPage(answer.status),
            401 | 403 if page.is_html() => Self::RefusalPage(answer.status),
            401 | 403 => Self::Signature(answer.status),
            400 | 422 if page.mentions(&["signature", "hmac", "unauthori", "timestamp"]) => {
                Self::Signature(answer.status)
            }
            400 if page.mentions(&["order", "transaction", "not found", "unknown"]) => {
                Self::UnknownOrder { status: answer.status, no_route: false }
            }
            404 | 409 | 422 => Self::UnknownOrder {
                status: answer.status,
                no_route: answer.status == 404 && page.is_no_route(),
            },
            405 => Self::Method,
            415 => Self::MediaType,
            408 | 425 | 429 => Self::Busy(answer.status),
            502..=504 => Self::Gateway(answer.status),
            status @ 500.. => Self::Crash(status),
            status => Self::Other(status),
        }
    }

    /// Why this cannot be held against the receiver, where it cannot; `issued` says that the order
    /// is a test order of the merchant's.
    pub(crate) fn doubt(self, issued: bool) -> Option<Reason> {
        match self {
            Self::UnknownOrder { status, no_route } if !issued => {
                Some(Reason::Ambiguous(if no_route {
                    text!(
                        "a genuine event was answered {} with what reads like the page for a path \
                         that nobody handles: is `webhook.url` the handler's path? If it is, and \
                         the receiver says so of an order it does not know, give it one by \
                         `[webhook.order]` and `deliver = \"full\"`",
                        status
                    )
                } else {
                    text!(
                        "a genuine event was answered {}: an unknown order? Its id was never \
                         issued; give the receiver one it knows by `[webhook.order]` and `deliver \
                         = \"full\"`. Or nobody handles the path of `webhook.url`",
                        status
                    )
                }))
            }
            Self::Busy(status) => Some(Reason::Ambiguous(text!(
                "a genuine event was answered {}: the receiver asks to come back later",
                status
            ))),
            Self::Trouble(trouble) if is_ours(trouble) => {
                Some(Reason::Transport(text!("{}", trouble)))
            }
            Self::Trouble(trouble)
                if trouble.kind == TroubleKind::TimedOut && trouble.phase == Phase::Connect =>
            {
                Some(Reason::Transport(text!("{}; {}", trouble, ADMITTED)))
            }
            Self::Firewall(whose) => Some(Reason::Ambiguous(text!(
                "{} stops a genuine event before it reaches the application; {}",
                whose,
                ADMITTED
            ))),
            Self::ServerPage(status) => Some(Reason::Ambiguous(text!(
                "a genuine event is answered {} by the web server or a proxy, not by the \
                 application; {}",
                status,
                ADMITTED
            ))),
            Self::UnknownOrder { .. }
            | Self::Trouble(_)
            | Self::Redirect(_)
            | Self::Csrf
            | Self::Login
            | Self::RefusalPage(_)
            | Self::Signature(_)
            | Self::Method
            | Self::MediaType
            | Self::Gateway(_)
            | Self::Crash(_)
            | Self::Other(_) => None,
        }
    }

    /// What happened to the genuine event.
    pub(crate) fn message(self) -> Text {
        match self {
            Self::Trouble(trouble) => text!("a genuine event got no answer: {}", trouble),
            Self::Redirect(Some(target)) => {
                text!("a genuine event is redirected to {}; senders do not follow", Quoted(target))
            }
            Self::Redirect(None) => "a genuine event is redirected; senders do not follow".into(),
            Self::Firewall(whose) => {
                text!("a genuine event is stopped by {} before it reaches the application", whose)
            }
            Self::Csrf => "a genuine event is refused by the framework's protection against \
                           forged forms (CSRF)"
                .into(),
            Self::Login => "a genuine event is asked for a user name and a password before it \
                            reaches the application"
                .into(),
            Self::ServerPage(status) => {
                text!(
                    "a genuine event is answered {} by the web server or a proxy, not by the \
                     application",
                    status
                )
            }
            Self::RefusalPage(status) => {
                text!(
                    "a genuine event is refused with {} and an HTML page, by the application or \
                     by a firewall in front of it",
                    status
                )
            }
            Self::Signature(status) => text!("a correctly signed event is refused with {}", status),
            Self::UnknownOrder { status, .. } => {
                text!("a genuine event for a test order of yours is refused with {}", status)
            }
            Self::Method => "the path does not take POST (405)".into(),
            Self::MediaType => "the path does not take application/json (415)".into(),
            Self::Busy(status) => text!("a genuine event is answered {}", status),
            Self::Gateway(status) => {
                text!("the proxy in front has nobody to hand a genuine event to ({})", status)
            }
            Self::Crash(status) => text!("a genuine event breaks the receiver ({})", status),
            Self::Other(status) => text!("a genuine event is answered {}", status),
        }
    }

    /// What to do about it.
    pub(crate) fn fix(self) -> Text {
        match self {
            Self::Trouble(trouble) => match trouble.kind {
                TroubleKind::NoSuchName => {
                    "Publish a DNS record for the host of `webhook.url`, or correct the name"
                }
                TroubleKind::Refused => {
                    "Start the receiver and open its port to the internet, or correct the port of \
                     `webhook.url`"
                }
                TroubleKind::Unreachable | TroubleKind::TimedOut
                    if matches!(trouble.phase, Phase::Connect | Phase::Name) =>
                {
                    "Let the internet in at the firewall; if only the platform's addresses may \
                     come in, run golive from one that may as well"
                }
                TroubleKind::TimedOut => {
                    "Answer first and work afterwards: store the event, answer 200, and process it \
                     from a queue"
                }
                TroubleKind::Certificate => {
                    "Serve a certificate from a public authority, with its intermediates, for the \
                     host of `webhook.url`"
                }
                TroubleKind::Tls => {
                    "Serve TLS 1.2 or 1.3 with a modern cipher suite on the port of `webhook.url`"
                }
                TroubleKind::NotHttp => "Let `webhook.url` point to an HTTP server",
                TroubleKind::Reset
                | TroubleKind::Closed
                | TroubleKind::Unreachable
                | TroubleKind::Other => {
                    "Look at the receiver's log for the time of the delivery: it, or a proxy in \
                     front, gave the connection up"
                }
            }
            .into(),
            Self::Redirect(_) => "Set `webhook.url` to the address that answers itself, and \
                                  register that one (watch www, the trailing slash and http)"
                .into(),
            Self::Firewall(_) => "Except the webhook's path from the firewall's bot and form \
                                  rules: the platform is a program and solves no challenge"
                .into(),
            Self::Csrf => "Except the webhook's route from CSRF protection; its signature is what \
                           protects it"
                .into(),
            Self::Login => "Except the webhook's path from the server's password protection".into(),
            Self::ServerPage(_) => "Let the web server hand POST requests for the webhook's path \
                                    on to the application"
                .into(),
            Self::RefusalPage(_) => {
                "Read the page in the evidence, and see whether the application's log has the \
                 delivery. If not, except the webhook's path from the rules of the firewall in \
                 front; if so, check the secret (live, not sandbox), the raw body and the clock"
                    .into()
            }
            Self::Signature(_) => "Check that the receiver has the secret of `api.secret_key` \
                                   (live, not sandbox), signs the raw body followed by \
                                   X-TIMESTAMP without a separator, compares lower-case hex, and \
                                   reads the timestamp as seconds by a synchronised clock"
                .into(),
            Self::UnknownOrder { .. } => "Answer 200 to every verified event; store what cannot \
                                          be matched and look into it"
                .into(),
            Self::Method => {
                "Bind the handler to POST, and check that `webhook.url` is its path".into()
            }
            Self::MediaType => "Take `Content-Type: application/json`".into(),
            Self::Busy(_) => "Except the webhook's path from rate limits".into(),
            Self::Gateway(_) => {
                "Start the application behind the proxy, and look at the proxy's log".into()
            }
            Self::Crash(_) => "Look at the receiver's log for the time of the delivery, and \
                               answer 200 to every verified event"
                .into(),
            Self::Other(_) => "Answer 200 to every verified event".into(),
        }
    }
}

/// What to do where only some addresses may come in.
const ADMITTED: &str = "if it admits the platform's addresses alone, run golive from an address \
                        that it admits as well; if not, let the webhook's path in";

/// Whether a 5xx is the page of a web server in front, and not the receiver's own.
pub(crate) fn is_page_of_server(exchange: &Exchange) -> bool {
    exchange.answer.as_ref().is_ok_and(|answer| {
        let page = Page::of(answer);
        let own_words = answer.leaks.iter().any(|leak| matches!(leak, Leak::StackTrace));
        answer.status >= 500 && !own_words && (page.is_server_page() || page.is_server_error())
    })
}

/// Trouble that says more of this machine's network than of the receiver.
fn is_ours(trouble: &Trouble) -> bool {
    match trouble.kind {
        TroubleKind::NoSuchName => is_resolver_trouble(trouble),
        TroubleKind::Unreachable | TroubleKind::Other => true,
        TroubleKind::TimedOut => trouble.phase == Phase::Name,
        TroubleKind::Refused
        | TroubleKind::Reset
        | TroubleKind::Closed
        | TroubleKind::Tls
        | TroubleKind::Certificate
        | TroubleKind::NotHttp => false,
    }
}

/// The resolver could not be asked, which is not the same as a name that does not exist. There is
/// no type for it, only the system's words.
pub(crate) fn is_resolver_trouble(trouble: &Trouble) -> bool {
    trouble.kind == TroubleKind::NoSuchName
        && trouble
            .detail
            .as_deref()
            .is_some_and(|words| words.to_ascii_lowercase().contains("temporary failure"))
}

/// Whether a `WWW-Authenticate` asks for a password, as opposed to an application that names its
/// own scheme.
fn names_scheme(value: &str) -> bool {
    ["basic", "digest", "negotiate", "ntlm"]
        .iter()
        .any(|scheme| value.trim().to_ascii_lowercase().starts_with(scheme))
}

/// An answer as a reader recognises it.
struct Page<'a> {
    answer: &'a Answer,
    body: String,
}

impl<'a> Page<'a> {
    fn of(answer: &'a Answer) -> Self {
        Self { answer, body: answer.body.to_ascii_lowercase() }
    }

    fn mentions(&self, words: &[&str]) -> bool {
        words.iter().any(|word| self.body.contains(word))
    }

    fn is_html(&self) -> bool {
        self.answer.header("content-type").is_some_and(|kind| kind.contains("html"))
            || self.body.trim_start().starts_with('<')
    }

    fn header(&self, name: &str, part: &str) -> bool {
        self.answer.header(name).is_some_and(|value| value.to_ascii_lowercase().contains(part))
    }

    fn is_csrf(&self) -> bool {
        self.mentions(&[
            "csrf",
            "xsrf",
            "invalidauthenticitytoken",
            "invalid authenticity token",
            "page expired",
            "token mismatch",
        ])
    }

    /// Whose challenge or block page it is. A header alone says only whose network it came through,
    /// so the page must be HTML.
    fn firewall(&self) -> Option<&'static str> {
        if !self.is_html() {
            return None;
        }
        let cloudflare = self.mentions(&[
            "cf-error",
            "cloudflare ray id",
            "attention required!",
            "just a moment",
            "challenge-platform",
        ]);
        if cloudflare || (self.answer.header("cf-mitigated").is_some()) {
            Some("Cloudflare")
        } else if self.header("server", "akamai") || self.mentions(&["edgesuite.net", "akamai"]) {
            Some("Akamai")
        } else if self.answer.header("x-iinfo").is_some()
            || self.mentions(&["incapsula", "imperva"])
        {
            Some("Imperva")
        } else if self.answer.header("x-sucuri-id").is_some() || self.mentions(&["sucuri"]) {
            Some("Sucuri")
        } else if self.header("server", "cloudfront") || self.mentions(&["cloudfront", "aws waf"]) {
            Some("CloudFront or AWS WAF")
        } else if self.header("server", "azure-application-gateway")
            || self.mentions(&["azure front door"])
        {
            Some("the Azure gateway")
        } else if self.mentions(&["mod_security", "modsecurity"]) {
            Some("ModSecurity")
        } else if self.mentions(&["the requested url was rejected"]) {
            Some("an F5 firewall")
        } else if self.mentions(&["wordfence"]) {
            Some("Wordfence")
        } else {
            None
        }
    }

    /// The bare page that nginx, Apache and IIS make themselves.
    fn is_server_page(&self) -> bool {
        self.is_html()
            && self.mentions(&[
                "<center>nginx",
                "<center>openresty",
                "apache/",
                "you don't have permission to access",
                "iis ",
            ])
    }

    /// Apache's page for errors of its own, which its modules show as well.
    fn is_server_error(&self) -> bool {
        self.header("server", "apache")
            && self.mentions(&["the server encountered an internal error or", "//ietf//dtd html"])
    }

    /// The page that frameworks and servers make for a path without a handler.
    fn is_no_route(&self) -> bool {
        self.mentions(&[
            "cannot post /",
            "<center>nginx",
            "the requested url was not found",
            "whitelabel error page",
            "no route",
            "route not found",
            "page not found",
            "could not be found",
            "\"path\":\"/",
        ])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conversation::fixture::exchange;

    fn answered(status: u16, headers: &[(&str, &str)], body: &str) -> Exchange {
        let mut exchange = exchange("control-before", Ok(status));
        let answer = exchange.answer.as_mut().expect("answered");
        answer.headers =
            headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        answer.body = body.to_owned();
        exchange
    }

    const HTML: (&str, &str) = ("content-type", "text/html; charset=utf-8");
    const JSON: (&str, &str) = ("content-type", "application/json");

    #[test]
    fn recognises_who_refused() {
        let cases = [
            (
                403,
                vec![HTML, ("server", "cloudflare")],
                "<title>Just a moment...</title>",
                RejectionCause::Firewall("Cloudflare"),
            ),
            (
                403,
                vec![JSON, ("server", "cloudflare"), ("cf-ray", "1")],
                r#"{"error":"invalid signature"}"#,
                RejectionCause::Signature(403),
            ),
            (
                403,
                vec![HTML, ("server", "AkamaiGHost")],
                "<H1>Access Denied</H1>",
                RejectionCause::Firewall("Akamai"),
            ),
            (
                403,
                vec![HTML],
                "<h1>403 Forbidden</h1><center>nginx</center>",
                RejectionCause::ServerPage(403),
            ),
            (
                403,
                vec![HTML],
                "<h1>Request blocked</h1>Support ID 123",
                RejectionCause::RefusalPage(403),
            ),
            (419, vec![HTML], "Page Expired", RejectionCause::Csrf),
            (403, vec![HTML], "CSRF verification failed. Request aborted.", RejectionCause::Csrf),
            (401, vec![("www-authenticate", "Basic realm=\"staging\"")], "", RejectionCause::Login),
            (401, vec![("www-authenticate", "Signature")], "", RejectionCause::Signature(401)),
            (401, vec![], "", RejectionCause::Signature(401)),
            (400, vec![JSON], r#"{"error":"bad signature"}"#, RejectionCause::Signature(400)),
            (
                400,
                vec![JSON],
                r#"{"error":"no such order"}"#,
                RejectionCause::UnknownOrder { status: 400, no_route: false },
            ),
            (400, vec![], "", RejectionCause::Other(400)),
            (
                404,
                vec![HTML],
                "<pre>Cannot POST /hook</pre>",
                RejectionCause::UnknownOrder { status: 404, no_route: true },
            ),
            (
                404,
                vec![JSON],
                r#"{"error":"order"}"#,
                RejectionCause::UnknownOrder { status: 404, no_route: false },
            ),
            (409, vec![], "", RejectionCause::UnknownOrder { status: 409, no_route: false }),
            (405, vec![], "", RejectionCause::Method),
            (415, vec![], "", RejectionCause::MediaType),
            (429, vec![], "", RejectionCause::Busy(429)),
            (502, vec![], "", RejectionCause::Gateway(502)),
            (500, vec![], "", RejectionCause::Crash(500)),
            (
                308,
                vec![("location", "https://www.shop.example/")],
                "",
                RejectionCause::Redirect(Some("https://www.shop.example/")),
            ),
        ];
        for (status, headers, body, expected) in cases {
            assert_eq!(
                RejectionCause::of(&answered(status, &headers, body)),
                expected,
                "{status} {body}"
            );
        }
    }

    #[test]
    fn every_obstacle_has_words_and_a_fix() {
        for status in [301, 400, 401, 403, 404, 405, 409, 415, 419, 422, 429, 500, 503] {
            let exchange = answered(status, &[], "");
            let obstacle = RejectionCause::of(&exchange);
            assert!(!obstacle.message().as_str().is_empty() && !obstacle.fix().as_str().is_empty());
        }
    }

    #[test]
    fn a_resolver_that_cannot_be_asked_is_our_trouble() {
        let mut trouble = Trouble {
            kind: TroubleKind::NoSuchName,
            phase: Phase::Name,
            after_ms: 1,
            detail: None,
        };
        assert!(RejectionCause::Trouble(&trouble).doubt(false).is_none());
        trouble.detail = Some(
            "failed to lookup address information: Temporary failure in name resolution".to_owned(),
        );
        assert!(RejectionCause::Trouble(&trouble).doubt(false).is_some());
    }
}
