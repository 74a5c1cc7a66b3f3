//! One request over one fresh connection, and what became of it. Nothing here is ever sent twice.

use std::borrow::Cow;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Waker};
use std::time::{Duration, Instant};

use golive_checks::model::{
    AddressChange, Answer, Endpoint, Exchange, Framing, Limits, NotMade, Phase, Sent, Show as _,
    Spelling, Times, Trouble, TroubleKind, Wait,
};
use http_body_util::BodyExt as _;
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1;
use hyper::header::{HeaderMap, HeaderName, HeaderValue};
use hyper::http::response::Parts;
use hyper_util::rt::TokioIo;
use jiff::Timestamp;
use tokio::io::{AsyncRead as _, ReadBuf};
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};
use url::{Position, Url};

use crate::observe::net::dial::{Dialer, Line, NoLine, micros, timed_out, trouble};
use crate::observe::net::header_case::spelled;
use crate::observe::net::last_byte_sync::{Held, SyncPlace};
use crate::observe::net::route::Route;
use crate::observe::net::wire::{Marks, Wire};
use crate::observe::redact::{Raw, Redactor, cut_key, cut_signature};

/// How much of an answer's body is recorded.
const RECORDED_BYTES: usize = 2_048;

/// How much of a request's body is recorded; its length stands in `Content-Length`.
const RECORDED_SENT_BYTES: usize = 4_096;

/// How much of an answer's header is recorded.
const RECORDED_HEADER_CHARS: usize = 512;

/// The headers of an answer that say something about the receiver.
const RECORDED_HEADERS: [&str; 14] = [
    "content-type",
    "content-length",
    "location",
    "server",
    "date",
    "retry-after",
    "age",
    "via",
    "allow",
    "www-authenticate",
    "x-powered-by",
    "cf-ray",
    "x-request-id",
    "strict-transport-security",
];

/// How long an open connection may have waited for its request. Servers close idle ones, most after
/// 5 s or more.
const FRESH: Duration = Duration::from_secs(3);

/// A connection that never got as far as a request may be opened again this often, where our own
/// load may be what kept it waiting.
const DIALS: u32 = 3;

/// A request to be sent.
#[derive(Clone, Debug)]
pub(crate) struct Outgoing<'a> {
    /// Names it in the report.
    pub(crate) name: String,
    /// Where it goes.
    pub(crate) url: &'a Url,
    /// What becomes of the path and query.
    pub(crate) address: Option<AddressChange>,
    /// `POST`
    pub(crate) method: &'static str,
    /// Beside those that every request has.
    pub(crate) headers: Vec<(&'static str, String)>,
    /// The very bytes.
    pub(crate) body: Bytes,
    /// How header names are spelled.
    pub(crate) spelling: Spelling,
    /// How it is put on the wire.
    pub(crate) framing: Framing,
    /// Whether we stay for the answer.
    pub(crate) wait: Wait,
}

impl Outgoing<'_> {
    /// The address as it is asked for.
    fn target(&self) -> Cow<'_, Url> {
        let Some(change) = &self.address else { return Cow::Borrowed(self.url) };
        let mut url = self.url.clone();
        match change {
            AddressChange::Slash => {
                let path = url.path();
                let path = match path.strip_suffix('/') {
                    Some(bare) if !bare.is_empty() => bare.to_owned(),
                    _ => format!("{path}/"),
                };
                url.set_path(&path);
            }
            AddressChange::Case => {
                let path = url.path();
                let other = match path.to_ascii_uppercase() {
                    upper if upper != path => upper,
                    _ => path.to_ascii_lowercase(),
                };
                url.set_path(&other);
            }
            AddressChange::DoubleSlash => {
                let path = format!("/{}", url.path());
                url.set_path(&path);
            }
            AddressChange::EncodedLetter => {
                let path = encoded_letter(url.path());
                url.set_path(&path);
            }
            AddressChange::Suffix(end) => {
                let path = format!("{}{end}", url.path());
                url.set_path(&path);
            }
            AddressChange::Query(more) => {
                let query = url.query().map_or_else(|| more.clone(), |had| format!("{had}&{more}"));
                url.set_query(Some(&query));
            }
        }
        Cow::Owned(url)
    }
}

/// A path whose last letter or digit is percent-encoded.
fn encoded_letter(path: &str) -> String {
    let last = path.bytes().rposition(|byte| byte.is_ascii_alphanumeric());
    last.map_or_else(
        || path.to_owned(),
        |at| format!("{}%{:02X}{}", &path[..at], path.as_bytes()[at], &path[at + 1..]),
    )
}

/// How long to wait for an answer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Patience {
    /// For its first byte.
    pub(crate) first_byte: Duration,
    /// For all of it.
    pub(crate) whole: Duration,
    /// How long a request that will be cut is left with the receiver before the connection is
    /// closed, its answer unread; half of it for one that times out.
    pub(crate) before_cut: Duration,
    /// Whether our own load may keep a connection from being opened in time.
    pub(crate) contended: bool,
}

impl Patience {
    /// As the limits have it.
    pub(crate) const fn of(limits: &Limits) -> Self {
        Self {
            first_byte: Duration::from_millis(limits.first_byte_ms),
            whole: Duration::from_millis(limits.exchange_ms),
            before_cut: Duration::ZERO,
            contended: false,
        }
    }
}

/// A connection that waits for its request.
pub(crate) struct Opened {
    line: Line,
    since: Instant,
}

impl Opened {
    /// Whether a request can still go out on it: nothing came, and it was not closed.
    fn is_fresh(&mut self) -> bool {
        let mut byte = [0];
        let mut cx = Context::from_waker(Waker::noop());
        self.since.elapsed() < FRESH
            && Pin::new(&mut self.line.stream)
                .poll_read(&mut cx, &mut ReadBuf::new(&mut byte))
                .is_pending()
    }
}

/// Carries requests out.
pub(crate) struct HttpSender<'a> {
    /// Opens the connections.
    pub(crate) dialer: &'a Dialer,
    /// The limits in force.
    pub(crate) limits: &'a Limits,
    /// Keeps secrets out of the record.
    pub(crate) redactor: &'a Redactor<'a>,
}

impl HttpSender<'_> {
    /// Opens a connection ahead of its request; whatever goes wrong will show when the request is
    /// due.
    pub(crate) async fn open(&self, url: &Url, route: Route) -> Option<Opened> {
        let line = self.dialer.dial(url, route).await.ok()?;
        Some(Opened { line, since: Instant::now() })
    }

    /// The connection for a request: the one opened ahead while it is fresh, else a new one.
    pub(crate) async fn line(
        &self,
        url: &Url,
        ahead: Option<Opened>,
        patience: Patience,
        route: Route,
    ) -> Result<Line, NoLine> {
        if let Some(mut opened) = ahead
            && opened.is_fresh()
        {
            return Ok(opened.line);
        }
        let mut dials = 0;
        loop {
            dials += 1;
            match self.dialer.dial(url, route).await {
                Err(NoLine::Trouble(Trouble {
                    kind: TroubleKind::TimedOut,
                    phase: Phase::Connect | Phase::Tls,
                    ..
                })) if patience.contended && dials < DIALS => {}
                dialed => return dialed,
            }
        }
    }

    /// One request over a connection of its own.
    pub(crate) async fn carry_out(
        &self,
        out: &Outgoing<'_>,
        patience: Patience,
    ) -> Result<Exchange, NotMade> {
        let line = self.line(out.url, None, patience, Route::default()).await;
        self.send(out, line, patience, None).await
    }

    /// Sends a request over `line`, its last byte held back where it has a place on a starting
    /// line.
    pub(crate) async fn send(
        &self,
        out: &Outgoing<'_>,
        line: Result<Line, NoLine>,
        patience: Patience,
        place: Option<SyncPlace>,
    ) -> Result<Exchange, NotMade> {
        self.send_marked(out, line, patience, place, Arc::default()).await
    }

    /// The same, and somebody else watches how far it is.
    pub(crate) async fn send_marked(
        &self,
        out: &Outgoing<'_>,
        line: Result<Line, NoLine>,
        patience: Patience,
        place: Option<SyncPlace>,
        marks: Arc<Marks>,
    ) -> Result<Exchange, NotMade> {
        let at = Timestamp::now();
        let (answer, times) = match line {
            Ok(line) => self.converse(out, line, patience, place, marks).await,
            Err(NoLine::Trouble(trouble)) => (Err(trouble), Times::default()),
            Err(NoLine::NotMade(why)) => return Err(why),
        };
        let answer = answer
            .map(|heard| self.answer(out, &heard.head, &heard.read))
            .map_err(|trouble| self.cleaned(trouble));
        Ok(Exchange {
            name: out.name.clone(),
            sent: self.sent(out, at),
            turned_away: 0,
            answer,
            times,
        })
    }

    /// The status and body of an answer that is not for the record.
    pub(crate) async fn fetch(
        &self,
        out: &Outgoing<'_>,
        patience: Patience,
    ) -> Result<(u16, Vec<u8>), NoLine> {
        let line = self.line(out.url, None, patience, Route::default()).await?;
        let (heard, _) = self.converse(out, line, patience, None, Arc::default()).await;
        let heard = heard.map_err(|trouble| self.cleaned(trouble))?;
        Ok((heard.head.status.as_u16(), heard.read.bytes))
    }

    async fn converse(
        &self,
        out: &Outgoing<'_>,
        line: Line,
        patience: Patience,
        place: Option<SyncPlace>,
        marks: Arc<Marks>,
    ) -> (Result<Heard, Trouble>, Times) {
        let began = Instant::now();
        let answer = match self.request(out, place, &marks) {
            None => Err(Trouble {
                kind: TroubleKind::Other,
                phase: Phase::Send,
                after_ms: 0,
                detail: Some("a header's value cannot be sent over HTTP".to_owned()),
            }),
            Some(request) => {
                let deaf = out.wait != Wait::Answer;
                let wire = Wire::new(
                    line.stream,
                    out.spelling,
                    out.body.len() as u64,
                    deaf,
                    Arc::clone(&marks),
                );
                match http1::handshake(TokioIo::new(wire)).await {
                    Ok((sender, connection)) => {
                        let driver = Driver(Some(tokio::spawn(async {
                            // What goes wrong here reaches the one who waits for the answer.
                            let _ = connection.await;
                        })));
                        match out.wait {
                            Wait::Answer => {
                                self.hear(sender, request, driver, &marks, patience).await
                            }
                            Wait::Cut => {
                                cut(sender, request, driver, &marks, patience, patience.before_cut)
                                    .await
                            }
                            Wait::TimeOut => {
                                cut(
                                    sender,
                                    request,
                                    driver,
                                    &marks,
                                    patience,
                                    patience.before_cut / 2,
                                )
                                .await
                            }
                        }
                    }
                    Err(error) => Err(trouble(&error, Phase::Send, began.elapsed())),
                }
            }
        };
        let marked = marks.instants();
        let since = |end: Option<Instant>| match (marked.began, end) {
            (Some(began), Some(end)) => micros(end.saturating_duration_since(began)),
            _ => 0,
        };
        let ended = answer.is_ok().then(Instant::now);
        let times = Times {
            first_byte_us: since(marked.first_byte),
            answer_us: since(ended),
            ..line.times
        };
        (answer, times)
    }

    fn request(
        &self,
        out: &Outgoing<'_>,
        place: Option<SyncPlace>,
        marks: &Arc<Marks>,
    ) -> Option<hyper::Request<Held>> {
        let mut headers = HeaderMap::new();
        for (name, value) in headers_of(out) {
            let mut value = HeaderValue::from_bytes(value.as_bytes()).ok()?;
            value.set_sensitive(true);
            headers.append(HeaderName::from_bytes(name.as_bytes()).ok()?, value);
        }
        let held = Held::new(out.body.clone(), place, Arc::clone(marks)).framed(out.framing);
        let mut request = hyper::Request::new(held);
        if out.framing == Framing::Http10 {
            *request.version_mut() = hyper::Version::HTTP_10;
        }
        *request.method_mut() = hyper::Method::from_bytes(out.method.as_bytes()).ok()?;
        *request.uri_mut() =
            out.target()[Position::BeforePath..Position::AfterQuery].parse().ok()?;
        *request.headers_mut() = headers;
        Some(request)
    }

    /// Sends, and reads the answer.
    async fn hear(
        &self,
        mut sender: http1::SendRequest<Held>,
        request: hyper::Request<Held>,
        driver: Driver,
        marks: &Marks,
        patience: Patience,
    ) -> Result<Heard, Trouble> {
        let began = Instant::now();
        let phase = || if marks.instants().out.is_some() { Phase::FirstByte } else { Phase::Send };
        let response =
            match timeout(patience.first_byte.min(patience.whole), sender.send_request(request))
                .await
            {
                Ok(Ok(response)) => response,
                Ok(Err(error)) => return Err(trouble(&error, phase(), began.elapsed())),
                Err(_) => return Err(timed_out(phase(), began.elapsed())),
            };
        let (head, body) = response.into_parts();
        let cap = usize::try_from(self.limits.body_bytes).unwrap_or(usize::MAX);
        let left = patience.whole.saturating_sub(began.elapsed());
        let read = match timeout(left, read(body, cap)).await {
            Ok(Ok(read)) => read,
            Ok(Err(error)) => return Err(trouble(&error, Phase::Body, began.elapsed())),
            Err(_) => return Err(timed_out(Phase::Body, began.elapsed())),
        };
        if !read.cut {
            driver.let_go();
        }
        Ok(Heard { head, read })
    }

    /// An answer as it may be recorded.
    pub(crate) fn answer(&self, out: &Outgoing<'_>, head: &Parts, read: &ReadAnswer) -> Answer {
        let value = |name: &str| {
            out.headers
                .iter()
                .find(|(header, _)| header.eq_ignore_ascii_case(name))
                .map(|(_, value)| value.as_str())
        };
        let signatures =
            self.redactor.signatures(value("x-signature"), &out.body, value("x-timestamp"));
        let headers: Vec<(String, String)> = head
            .headers
            .iter()
            .map(|(name, value)| {
                (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
            })
            .collect();
        let body = String::from_utf8_lossy(&read.bytes);
        let cleaned = self
            .redactor
            .answer(Raw { headers: &headers, body: &body, cut: read.cut }, &signatures);
        let mut headers = cleaned.headers;
        headers.retain(|(name, _)| RECORDED_HEADERS.contains(&name.as_str()));
        for (_, value) in &mut headers {
            if let Some((end, _)) = value.char_indices().nth(RECORDED_HEADER_CHARS) {
                value.truncate(end);
            }
        }
        let mut recorded = cleaned.body;
        recorded.truncate(recorded.floor_char_boundary(RECORDED_BYTES));
        Answer {
            status: head.status.as_u16(),
            version: format!("{:?}", head.version),
            headers,
            body: recorded,
            body_bytes: read.bytes.len() as u64,
            cut: read.cut,
            leaks: cleaned.leaks,
        }
    }

    /// The request as it may be recorded.
    pub(crate) fn sent(&self, out: &Outgoing<'_>, at: Timestamp) -> Sent {
        let shown = |name: &'static str, value: String| match name.to_ascii_lowercase().as_str() {
            "x-signature" => cut_signature(&value),
            "x-api-key" => cut_key(&value),
            _ => self.redactor.clean(&value),
        };
        Sent {
            at,
            method: out.method.to_owned(),
            url: Endpoint::parse(out.target().as_str())
                .map_or_else(String::new, |endpoint| endpoint.show()),
            headers: headers_of(out)
                .into_iter()
                .map(|(name, value)| (spelled(name, out.spelling), shown(name, value)))
                .collect(),
            body: self.sent_body(&out.body),
        }
    }

    /// A request's body as it may be recorded: a long one cut, with a note of its length.
    fn sent_body(&self, body: &[u8]) -> String {
        if body.len() <= RECORDED_SENT_BYTES {
            return self.redactor.clean(&String::from_utf8_lossy(body));
        }
        let begins =
            self.redactor.clean_cut(&String::from_utf8_lossy(&body[..RECORDED_SENT_BYTES]));
        format!("{begins}… ({} bytes in all)", body.len())
    }

    /// Trouble as it may be recorded.
    pub(crate) fn cleaned(&self, trouble: Trouble) -> Trouble {
        Trouble { detail: trouble.detail.map(|words| self.redactor.clean(&words)), ..trouble }
    }
}

/// What a request says beside its own headers.
fn headers_of(out: &Outgoing<'_>) -> Vec<(&'static str, String)> {
    let host = out.url.host_str().unwrap_or_default();
    let host = out.url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
    let mut headers = vec![("Host", host)];
    headers.extend(out.headers.iter().cloned());
    let mut usual = vec![
        ("Accept", "application/json".to_owned()),
        ("User-Agent", concat!("golive/", env!("CARGO_PKG_VERSION")).to_owned()),
    ];
    if out.framing != Framing::Chunked && (!out.body.is_empty() || out.method != "GET") {
        usual.push(("Content-Length", out.body.len().to_string()));
    }
    for (name, value) in usual {
        if !headers.iter().any(|(given, _)| given.eq_ignore_ascii_case(name)) {
            headers.push((name, value));
        }
    }
    headers
}

/// Sends all of a request, leaves it with the receiver for a while, and closes the connection with
/// the answer unread.
async fn cut(
    mut sender: http1::SendRequest<Held>,
    request: hyper::Request<Held>,
    driver: Driver,
    marks: &Marks,
    patience: Patience,
    left_for: Duration,
) -> Result<Heard, Trouble> {
    let began = Instant::now();
    let sending = async {
        tokio::select! {
            biased;
            () = marks.out() => Ok(()),
            ended = sender.send_request(request) => ended.map(|_| ()),
        }
    };
    match timeout(patience.first_byte, sending).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => return Err(trouble(&error, Phase::Send, began.elapsed())),
        Err(_) => return Err(timed_out(Phase::Send, began.elapsed())),
    }
    sleep(left_for).await;
    driver.stop().await;
    Err(Trouble {
        kind: TroubleKind::Closed,
        phase: Phase::FirstByte,
        after_ms: crate::observe::net::dial::millis(began.elapsed()),
        detail: Some("golive closed the connection on purpose, with the answer unread".to_owned()),
    })
}

/// An answer as it came.
struct Heard {
    head: Parts,
    read: ReadAnswer,
}

/// What was read of a body.
pub(crate) struct ReadAnswer {
    /// The bytes, up to the limit.
    pub(crate) bytes: Vec<u8>,
    /// It went on.
    pub(crate) cut: bool,
}

/// Up to `cap` bytes of a body.
async fn read(mut body: Incoming, cap: usize) -> hyper::Result<ReadAnswer> {
    let mut bytes = Vec::new();
    while let Some(frame) = body.frame().await {
        if let Some(data) = frame?.data_ref() {
            let room = cap - bytes.len();
            bytes.extend_from_slice(&data[..data.len().min(room)]);
            if data.len() > room {
                return Ok(ReadAnswer { bytes, cut: true });
            }
        }
    }
    Ok(ReadAnswer { bytes, cut: false })
}

/// The task that moves one connection's bytes; ends with its exchange.
struct Driver(Option<JoinHandle<()>>);

impl Driver {
    /// Lets the connection say goodbye in its own time.
    fn let_go(mut self) {
        self.0 = None;
    }

    /// Ends it, and with it the connection, now.
    async fn stop(mut self) {
        if let Some(task) = self.0.take() {
            task.abort();
            let _ = task.await;
        }
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        if let Some(task) = &self.0 {
            task.abort();
        }
    }
}

#[cfg(test)]
mod tests;
