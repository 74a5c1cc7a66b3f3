//! The shop's own accept loop: TLS, HTTP/1.1, and who gets the request.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use http_body_util::{BodyExt as _, Either, Full, Limited};
use hyper::body::{Body, Bytes, Frame, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

use super::arrivals::Arrivals;
use super::configuration;
use super::message::{Arrived, Reply};
use super::platform::Platform;
use super::webhook::Webhook;
use super::{API, BOOKS, Behaviour, Defect, ECHOES, SHOP, SITE, ShopVariant, frameworks};

/// Everybody who can be reached at the shop's listeners.
#[derive(Debug)]
pub(super) struct Town {
    pub(super) behaviour: Behaviour,
    pub(super) webhook: Webhook,
    pub(super) platform: Platform,
    /// All that came to the webhook's host.
    pub(super) arrivals: Arc<Arrivals>,
    /// What customers get, by path.
    pub(super) site: BTreeMap<String, String>,
}

/// Takes connections for ever. Each speaks TLS if there is an `acceptor`.
pub(super) async fn serve(listener: TcpListener, acceptor: Option<TlsAcceptor>, town: Arc<Town>) {
    loop {
        // A failed accept is about one connection, which is gone already.
        let Ok((stream, _)) = listener.accept().await else { continue };
        let (acceptor, town) = (acceptor.clone(), Arc::clone(&town));
        tokio::spawn(async move {
            // What goes wrong on a connection is for the client to see.
            let _ = connection(stream, acceptor, town).await;
        });
    }
}

async fn connection(
    stream: TcpStream,
    acceptor: Option<TlsAcceptor>,
    town: Arc<Town>,
) -> anyhow::Result<()> {
    stream.set_nodelay(true)?;
    let Some(acceptor) = acceptor else {
        return speak_while_open(stream, String::new(), None, town).await;
    };
    let (stream, line) = if town.behaviour.has(Defect::ForgetsCutDeliveries)
        || town.behaviour.has(Defect::StuckAfterTimeout)
    {
        let stream = stream.into_std()?;
        let line = stream.try_clone()?;
        (TcpStream::from_std(stream)?, Some(Arc::new(line)))
    } else {
        (stream, None)
    };
    let only_legacy = town.behaviour.has(Defect::OnlyLegacyTls);
    if only_legacy || town.behaviour.has(Defect::LegacyTls) {
        let hello = peek_hello(&stream).await?;
        if is_legacy(&hello) {
            return agree_to_legacy_tls(stream).await;
        }
        if only_legacy && is_for_the_shop(&hello) {
            return refuse_new_tls(stream).await;
        }
    }
    let stream = acceptor.accept(stream).await?;
    // A client that was given an address sends no name.
    let host = stream.get_ref().1.server_name().unwrap_or(SHOP).to_owned();
    if is_neighbour(&host) {
        speak(stream, host, line, town).await
    } else {
        speak_while_open(stream, host, line, town).await
    }
}

/// The same as long as the shop runs: when it stops, nobody says goodbye.
async fn speak_while_open<S>(
    stream: S,
    host: String,
    line: Option<Arc<std::net::TcpStream>>,
    town: Arc<Town>,
) -> anyhow::Result<()>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let power = Arc::clone(&town.webhook.power);
    if !power.is_on() {
        return Ok(());
    }
    tokio::select! {
        biased;
        () = power.cut() => Ok(()),
        spoken = speak(stream, host, line, town) => spoken,
    }
}

/// Whether that is somebody else than the shop.
fn is_neighbour(host: &str) -> bool {
    host == BOOKS || host == SITE || ECHOES.contains(&host) || is_platform(host)
}

fn is_platform(host: &str) -> bool {
    host == API || host.ends_with(".kwikpaisa.com") || host.starts_with("api.kwikpaisa.com.")
}

/// HTTP/1.1 with whoever is `host`; without a name it is the plain port.
async fn speak<S>(
    stream: S,
    host: String,
    line: Option<Arc<std::net::TcpStream>>,
    town: Arc<Town>,
) -> anyhow::Result<()>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let listens = town.behaviour.has(Defect::CaseSensitiveHeaders);
    let heard = Arc::new(Mutex::new(Vec::new()));
    let ear = Arc::clone(&heard);
    let closes = town.behaviour.does(ShopVariant::ClosesConnections);
    let service = service_fn(move |request: Request<Incoming>| {
        let raw = listens
            .then(|| std::mem::take(&mut *ear.lock().unwrap_or_else(PoisonError::into_inner)));
        let (town, host, line) = (Arc::clone(&town), host.clone(), line.clone());
        async move { Ok::<_, Infallible>(respond(read(request, raw, line).await, &host, &town).await) }
    });
    // A sender that closes its half still gets its event handled.
    let mut http = http1::Builder::new();
    http.half_close(true).keep_alive(!closes);
    if listens {
        http.serve_connection(TokioIo::new(Overheard { stream, heard }), service).await?;
    } else {
        http.serve_connection(TokioIo::new(stream), service).await?;
    }
    Ok(())
}

/// The longest body that anybody here takes.
const TAKEN_BYTES: usize = 256 << 10;

/// How much of a body is read at all. What is longer than the webhook takes is still known for what
/// it was.
const READ_BYTES: usize = 4 << 20;

async fn read(
    request: Request<Incoming>,
    raw: Option<Vec<u8>>,
    line: Option<Arc<std::net::TcpStream>>,
) -> Option<Arrived> {
    let (head, body) = request.into_parts();
    let mut body = Limited::new(body, READ_BYTES);
    let (mut read, mut cuts_character) = (Vec::new(), false);
    while let Some(frame) = body.frame().await {
        let piece = frame.ok()?.into_data().unwrap_or_default();
        cuts_character |=
            std::str::from_utf8(&piece).is_err_and(|error| error.error_len().is_none());
        read.extend_from_slice(&piece);
    }
    Some(Arrived {
        cuts_character,
        is_old_http: head.version == hyper::Version::HTTP_10,
        method: head.method.as_str().to_owned(),
        path: head.uri.path_and_query().map_or("/", |path| path.as_str()).to_owned(),
        headers: head.headers,
        raw,
        body: read.into(),
        line,
    })
}

async fn respond(
    arrived: Option<Arrived>,
    host: &str,
    town: &Town,
) -> Response<Either<Full<Bytes>, Chunks>> {
    let reply = match arrived {
        None => Reply::text(413, "too large"),
        Some(arrived) => {
            // Counting is no answer of the conversation, and its wait is the client's own.
            // A shop that does one thing at a time waits within its turn.
            let delay = town.behaviour.delay;
            let in_turn = host == SHOP && town.behaviour.does(ShopVariant::SingleThreaded);
            if host != BOOKS && !in_turn && !delay.is_zero() {
                tokio::time::sleep(delay).await;
            }
            route(&arrived, host, town).await
        }
    };
    let body = if reply.chunks {
        Either::Right(Chunks::of(&reply.body))
    } else {
        Either::Left(Full::new(Bytes::from(reply.body)))
    };
    let mut response = Response::builder().status(reply.status);
    for (name, value) in reply.headers {
        response = response.header(name, value);
    }
    response.body(body).expect("the shop's own headers are well formed")
}

async fn route(arrived: &Arrived, host: &str, town: &Town) -> Reply {
    if host.is_empty() || host == configuration::webhook_host(&town.behaviour) {
        town.arrivals.note(arrived, host.is_empty());
    }
    // Frameworks have limits of their own.
    if arrived.body.len() > TAKEN_BYTES && frameworks::of(&town.behaviour).is_none() {
        return if town.behaviour.has(Defect::CrashesOnLargeBodies) {
            Reply::text(500, "internal server error")
        } else if town.behaviour.has(Defect::ThanksForLargeBodies) {
            Reply::text(200, "ok")
        } else {
            Reply::text(413, "too large")
        };
    }
    if host.is_empty() {
        if town.behaviour.has(Defect::PlainHttpHandler)
            || town.behaviour.has(Defect::WebhookPlainHttp)
        {
            return town.webhook.answer(arrived).await;
        }
        return Reply::text(301, "")
            .header("location", format!("https://{}{}", SHOP, arrived.path));
    }
    if host == BOOKS {
        let Some(id) = arrived.path.strip_prefix("/ledger/") else {
            return Reply::text(404, "not found");
        };
        return Reply::json(
            200,
            &serde_json::json!({ "count": town.webhook.ledger.credits(id), "state": town.webhook.ledger.state(id).word() }),
        );
    }
    if host == SITE {
        return town
            .site
            .get(&arrived.path)
            .map_or_else(|| Reply::text(404, "not found"), |text| Reply::html(200, text));
    }
    if ECHOES.contains(&host) {
        return town.platform.echo();
    }
    if is_platform(host) {
        return town.platform.answer(host, arrived);
    }
    let path = arrived.path.split('?').next().unwrap_or_default();
    if !town.webhook.is_at(path) {
        return Reply::text(404, "not found");
    }
    town.webhook.answer(arrived).await
}

/// The hello of a TLS client, left in the stream; empty when none comes.
async fn peek_hello(stream: &TcpStream) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; 4096];
    for _ in 0..1_000 {
        let read = stream.peek(&mut bytes).await?;
        let whole = |header: &[u8]| 5 + usize::from(u16::from_be_bytes([header[3], header[4]]));
        if read == 0 {
            break;
        }
        if read >= 11 && bytes[0] == 22 && bytes[5] == 1 && read >= whole(&bytes).min(bytes.len()) {
            bytes.truncate(read);
            return Ok(bytes);
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    Ok(Vec::new())
}

/// Whether it is a hello of TLS 1.0 or 1.1: newer clients say 1.2 in that place.
fn is_legacy(hello: &[u8]) -> bool {
    hello.len() >= 11 && hello[9] == 3 && hello[10] < 3
}

/// Whether the hello asks for the shop by name, which stands in it after its length.
fn is_for_the_shop(hello: &[u8]) -> bool {
    let length = u8::try_from(SHOP.len()).expect("the shop's name is short");
    let name = [&[0, length], SHOP.as_bytes()].concat();
    hello.windows(name.len()).any(|part| part == name)
}

/// Tells a client that its version is too new, as a server of long ago does.
async fn refuse_new_tls(mut stream: TcpStream) -> anyhow::Result<()> {
    const PROTOCOL_VERSION: u8 = 70;
    let mut hello = [0; 4096];
    let _ = stream.read(&mut hello).await?;
    stream.write_all(&[21, 3, 1, 0, 2, 2, PROTOCOL_VERSION]).await?;
    stream.shutdown().await?;
    Ok(())
}

/// Answers a hello with a ServerHello of its own version. Nothing comes after it: whoever asks has
/// seen enough.
async fn agree_to_legacy_tls(mut stream: TcpStream) -> anyhow::Result<()> {
    let mut header = [0; 5];
    stream.read_exact(&mut header).await?;
    let mut hello = vec![0; usize::from(u16::from_be_bytes([header[3], header[4]]))];
    stream.read_exact(&mut hello).await?;
    let version = [hello[4], hello[5]];
    // TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA, no compression, no session to resume.
    let mut body = vec![version[0], version[1]];
    body.extend([0x5a; 32]);
    body.extend([0, 0xc0, 0x13, 0]);
    let length = u8::try_from(body.len())?;
    let mut record = vec![22, version[0], version[1], 0, length + 4, 2, 0, 0, length];
    record.extend(body);
    stream.write_all(&record).await?;
    stream.shutdown().await?;
    Ok(())
}

/// A body whose last part comes a little later than the first.
struct Chunks {
    parts: Vec<Bytes>,
    pause: Pin<Box<tokio::time::Sleep>>,
}

impl Chunks {
    fn of(text: &str) -> Self {
        let (first, last) = text.split_at(text.len() / 2);
        let parts =
            vec![Bytes::copy_from_slice(last.as_bytes()), Bytes::copy_from_slice(first.as_bytes())];
        Self { parts, pause: Box::pin(tokio::time::sleep(Duration::from_millis(10))) }
    }
}

impl Body for Chunks {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        if self.parts.len() == 1 && self.pause.as_mut().poll(cx).is_pending() {
            return Poll::Pending;
        }
        Poll::Ready(self.parts.pop().map(|part| Ok(Frame::data(part))))
    }
}

/// A stream whose bytes are kept as they come, since HTTP libraries forget how header names were
/// spelled.
struct Overheard<S> {
    stream: S,
    heard: Arc<Mutex<Vec<u8>>>,
}

impl<S: AsyncRead + Unpin> AsyncRead for Overheard<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let polled = Pin::new(&mut self.stream).poll_read(cx, buffer);
        self.heard
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .extend_from_slice(&buffer.filled()[before..]);
        polled
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Overheard<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
