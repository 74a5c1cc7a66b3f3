//! The commonest web frameworks, each with its own answers around a correct handler.

use super::message::{Arrived, Reply};
use super::{Behaviour, ShopVariant};

/// What a framework answers where the shop's own words would be plain text.
#[derive(Debug)]
pub(super) struct Framework {
    variant: ShopVariant,
    /// The event was taken.
    thanks: Answer,
    /// The signature or the timestamp is wrong.
    refusal: Answer,
    /// Signed, and not an event.
    not_an_event: Answer,
    /// Signed, and nested deeper than its parser goes.
    too_deep: Answer,
    /// A method other than POST.
    other_method: Answer,
    /// The content types whose bodies reach the handler.
    takes: fn(&str) -> bool,
    /// Any other content type, or none.
    not_taken: fn(&str) -> Answer,
    /// The longest body, and the answer to longer ones.
    limit: (usize, Answer),
    /// A body that is not JSON, where it is parsed before the signature is verified.
    unparsable: Option<Answer>,
    /// Either header is missing, where the framework itself wants them.
    unsigned: Option<Answer>,
    /// Whoever does not take JSON, where that is looked at.
    not_acceptable: Option<Answer>,
}

/// Status, content type, body, and one header more.
#[derive(Clone, Copy, Debug)]
struct Answer(u16, &'static str, &'static str, Option<(&'static str, &'static str)>);

const HTML: &str = "text/html; charset=utf-8";
const JSON: &str = "application/json";
const TEXT: &str = "text/plain; charset=utf-8";

const fn html(status: u16, body: &'static str) -> Answer {
    Answer(status, HTML, body, None)
}

const fn json(status: u16, body: &'static str) -> Answer {
    Answer(status, JSON, body, None)
}

const fn text(status: u16, body: &'static str) -> Answer {
    Answer(status, TEXT, body, None)
}

const fn allow(Answer(status, kind, body, _): Answer, methods: &'static str) -> Answer {
    Answer(status, kind, body, Some(("allow", methods)))
}

const MIB: usize = 1 << 20;
/// As far as anybody here reads.
const UNLIMITED: usize = usize::MAX;

const NOT_AN_EVENT: Answer = json(400, r#"{"error":"not an event"}"#);
const INVALID: Answer = json(401, r#"{"error":"invalid signature"}"#);

/// Takes every body as it came, and has JSON for everything.
const ANY: Framework = Framework {
    variant: ShopVariant::AsPhp,
    thanks: json(200, r#"{"status":"ok"}"#),
    refusal: INVALID,
    not_an_event: NOT_AN_EVENT,
    too_deep: NOT_AN_EVENT,
    other_method: json(405, r#"{"error":"method not allowed"}"#),
    takes: |_| true,
    not_taken: |_| INVALID,
    limit: (UNLIMITED, INVALID),
    unparsable: None,
    unsigned: None,
    not_acceptable: None,
};

const EXPRESS_500: Answer = html(
    500,
    "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>Error</title>\n\
     </head>\n<body>\n<pre>Internal Server Error</pre>\n</body>\n</html>\n",
);
const EXPRESS_404: Answer = html(
    404,
    "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>Error</title>\n\
     </head>\n<body>\n<pre>Cannot PUT /api/webhooks/kwikpaisa</pre>\n</body>\n</html>\n",
);
const FLASK_500: Answer = html(
    500,
    "<!doctype html>\n<html lang=en>\n<title>500 Internal Server Error</title>\n<h1>Internal \
     Server Error</h1>\n<p>The server encountered an internal error.</p>\n",
);
const FLASK_405: Answer = html(
    405,
    "<!doctype html>\n<html lang=en>\n<title>405 Method Not Allowed</title>\n<h1>Method Not \
     Allowed</h1>\n<p>The method is not allowed for the requested URL.</p>\n",
);
const DJANGO_500: Answer = html(
    500,
    "\n<!doctype html>\n<html lang=\"en\">\n<head>\n  <title>Server Error \
     (500)</title>\n</head>\n<body>\n  <h1>Server Error (500)</h1><p></p>\n</body>\n</html>\n",
);
const FASTAPI_422: Answer = json(
    422,
    r#"{"detail":[{"type":"missing","loc":["header","x-signature"],"msg":"Field required","input":null}]}"#,
);
const FASTIFY_404: Answer = json(
    404,
    r#"{"message":"Route PUT:/api/webhooks/kwikpaisa not found","error":"Not Found","statusCode":404}"#,
);
const FASTIFY_413: Answer = json(
    413,
    r#"{"statusCode":413,"code":"FST_ERR_CTP_BODY_TOO_LARGE","error":"Payload Too Large","message":"Request body is too large"}"#,
);
const FASTIFY_415: Answer = json(
    415,
    r#"{"statusCode":415,"code":"FST_ERR_CTP_INVALID_MEDIA_TYPE","error":"Unsupported Media Type","message":"Unsupported Media Type"}"#,
);
const LARAVEL_405: Answer = html(
    405,
    "<!DOCTYPE html>\n<html lang=\"en\">\n<head><title>Method Not Allowed</title></head>\n<body>\
     <div>405</div><div>Method Not Allowed</div></body>\n</html>\n",
);
const LARAVEL_413: Answer = html(
    413,
    "<!DOCTYPE html>\n<html lang=\"en\">\n<head><title>Content Too Large</title></head>\n<body>\
     <div>413</div><div>Content Too Large</div></body>\n</html>\n",
);
const LARAVEL_419: Answer = html(
    419,
    "<!DOCTYPE html>\n<html lang=\"en\">\n<head><title>Page Expired</title></head>\n<body>\
     <div>419</div><div>Page Expired</div></body>\n</html>\n",
);
/// Validation sends a browser back to where it came from.
const LARAVEL_302: Answer = Answer(
    302,
    HTML,
    "<!DOCTYPE html>\n<html>\n<head><title>Redirecting to https://shop.example</title></head>\n\
     </html>\n",
    Some(("location", "https://shop.example")),
);
const SPRING_400: Answer = json(
    400,
    r#"{"timestamp":"2026-05-14T07:15:00.000+00:00","status":400,"error":"Bad Request","path":"/api/webhooks/kwikpaisa"}"#,
);
const SPRING_405: Answer = json(
    405,
    r#"{"timestamp":"2026-05-14T07:15:00.000+00:00","status":405,"error":"Method Not Allowed","path":"/api/webhooks/kwikpaisa"}"#,
);
const SPRING_415: Answer = Answer(
    415,
    JSON,
    r#"{"timestamp":"2026-05-14T07:15:00.000+00:00","status":415,"error":"Unsupported Media Type","path":"/api/webhooks/kwikpaisa"}"#,
    Some(("accept", "application/json")),
);

const FRAMEWORKS: &[Framework] = &[
    Framework {
        variant: ShopVariant::AsExpressRaw,
        thanks: html(200, "OK"),
        refusal: html(401, "invalid signature"),
        not_an_event: html(400, "not an event"),
        too_deep: html(400, "not an event"),
        other_method: EXPRESS_404,
        takes: is_json,
        not_taken: |_| EXPRESS_500,
        limit: (100 << 10, html(413, "<!DOCTYPE html>\n<title>Error</title>\n")),
        ..ANY
    },
    Framework {
        variant: ShopVariant::AsExpressJson,
        thanks: json(200, r#"{"received":true}"#),
        other_method: EXPRESS_404,
        takes: is_json,
        not_taken: |_| EXPRESS_500,
        limit: (100 << 10, html(413, "<!DOCTYPE html>\n<title>Error</title>\n")),
        unparsable: Some(html(400, "<!DOCTYPE html>\n<title>Error</title>\n")),
        ..ANY
    },
    Framework {
        variant: ShopVariant::AsFastify,
        thanks: json(200, r#"{"received":true}"#),
        other_method: FASTIFY_404,
        takes: |kind| is_json(kind) || kind == "text/plain",
        not_taken: |_| FASTIFY_415,
        limit: (MIB, FASTIFY_413),
        ..ANY
    },
    Framework {
        variant: ShopVariant::AsFlask,
        thanks: html(200, ""),
        refusal: html(401, "<!doctype html>\n<html lang=en>\n<title>401 Unauthorized</title>\n"),
        not_an_event: html(
            400,
            "<!doctype html>\n<html lang=en>\n<title>400 Bad Request</title>\n",
        ),
        too_deep: FLASK_500,
        other_method: allow(FLASK_405, "OPTIONS, POST"),
        ..ANY
    },
    Framework {
        variant: ShopVariant::AsDjango,
        thanks: html(200, ""),
        refusal: html(401, ""),
        not_an_event: html(400, ""),
        too_deep: DJANGO_500,
        other_method: allow(html(405, ""), "POST"),
        limit: (MIB * 5 / 2, html(400, "<!doctype html>\n<title>Bad Request (400)</title>\n")),
        ..ANY
    },
    Framework {
        variant: ShopVariant::AsFastApi,
        refusal: json(401, r#"{"detail":"invalid signature"}"#),
        not_an_event: json(400, r#"{"detail":"not an event"}"#),
        too_deep: text(500, "Internal Server Error"),
        other_method: allow(json(405, r#"{"detail":"Method Not Allowed"}"#), "POST"),
        unsigned: Some(FASTAPI_422),
        ..ANY
    },
    Framework {
        variant: ShopVariant::AsPhp,
        // php://input is empty where PHP parsed the parts itself.
        takes: |kind| kind != "multipart/form-data",
        ..ANY
    },
    Framework {
        variant: ShopVariant::AsGo,
        thanks: text(200, ""),
        refusal: text(401, "invalid signature\n"),
        not_an_event: text(400, "not an event\n"),
        too_deep: text(400, "not an event\n"),
        other_method: text(405, "method not allowed\n"),
        limit: (MIB, text(413, "http: request body too large\n")),
        ..ANY
    },
    Framework {
        variant: ShopVariant::AsLaravel,
        thanks: json(200, r#"{"message":"Webhook received."}"#),
        refusal: json(401, r#"{"message":"Invalid signature."}"#),
        not_an_event: json(400, r#"{"message":"The event field is required."}"#),
        too_deep: json(400, r#"{"message":"The event field is required."}"#),
        other_method: allow(LARAVEL_405, "POST"),
        takes: |kind| is_json(kind) || kind.ends_with("+json"),
        not_taken: |kind| if is_form(kind) { LARAVEL_419 } else { LARAVEL_302 },
        limit: (2 * MIB, LARAVEL_413),
        ..ANY
    },
    Framework {
        variant: ShopVariant::AsSpring,
        thanks: text(200, ""),
        refusal: text(401, ""),
        not_an_event: SPRING_400,
        too_deep: SPRING_400,
        other_method: allow(SPRING_405, "POST"),
        takes: is_json,
        not_taken: |_| SPRING_415,
        unsigned: Some(SPRING_400),
        not_acceptable: Some(text(406, "")),
        ..ANY
    },
];

fn is_json(kind: &str) -> bool {
    kind == "application/json"
}

fn is_form(kind: &str) -> bool {
    matches!(kind, "application/x-www-form-urlencoded" | "multipart/form-data")
}

/// The framework that a shop is written in, where it is one of these.
pub(super) fn of(behaviour: &Behaviour) -> Option<&'static Framework> {
    FRAMEWORKS.iter().find(|framework| behaviour.does(framework.variant))
}

impl Framework {
    /// What never reaches the handler.
    pub(super) fn before_the_handler(&self, arrived: &Arrived) -> Option<Reply> {
        let header = |name: &str| arrived.header(name, false).unwrap_or_default();
        let kind = header("content-type").split(';').next().unwrap_or_default().trim();
        let accepts = header("accept");
        if arrived.method != "POST" {
            return Some(self.other_method.reply());
        }
        if let Some(answer) = &self.not_acceptable
            && !(accepts.is_empty() || accepts.contains("*/*") || accepts.contains("/json"))
        {
            return Some(answer.reply());
        }
        if !(self.takes)(kind) {
            return Some((self.not_taken)(kind).reply());
        }
        if arrived.body.len() > self.limit.0 {
            return Some(self.limit.1.reply());
        }
        if let Some(answer) = &self.unparsable
            && serde_json::from_slice::<serde_json::Value>(&arrived.body).is_err()
        {
            return Some(answer.reply());
        }
        let is_unsigned =
            ["x-signature", "x-timestamp"].iter().any(|name| !arrived.headers.contains_key(*name));
        self.unsigned.as_ref().filter(|_| is_unsigned).map(Answer::reply)
    }

    /// The handler's answer, in the framework's words.
    pub(super) fn in_its_words(&self, reply: Reply, arrived: &Arrived) -> Reply {
        match reply.status {
            200 => self.thanks.reply(),
            400 if is_deep(&arrived.body) => self.too_deep.reply(),
            400 => self.not_an_event.reply(),
            401 => self.refusal.reply(),
            _ => reply,
        }
    }
}

/// Deeper than Python's recursion goes.
fn is_deep(body: &[u8]) -> bool {
    body.windows(1_000).any(|part| part.iter().all(|byte| *byte == b'['))
}

impl Answer {
    fn reply(&self) -> Reply {
        let Self(status, kind, body, header) = *self;
        let reply = Reply::of(status, kind, body);
        match header {
            Some((name, value)) => reply.header(name, value),
            None => reply,
        }
    }
}
