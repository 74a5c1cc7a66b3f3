//! One exchange at a time, with servers on loopback.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};

use golive_checks::model::{Keyring, Leak, Secret, Slot};
use golive_checks::platform::signature;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::{Notify, mpsc};

use crate::observe::net::exchange::*;
use crate::observe::testing::{
    Authority, Years, dialer, http, listen, refuses, serve_http, serve_https,
};

const BODY: &[u8] = br#"{"event":"payment.processing"}"#;
const STAMP: &str = "1778659835";

fn keys() -> Keyring {
    Keyring {
        api_key: Some(Secret::new("pk_live_MARKERa1b2c3d4".to_owned())),
        secret_key: Some(Secret::new("sk_live_MARKER7f3k9q2x8v1m4n6b".to_owned())),
        ..Keyring::default()
    }
}

fn limits() -> Limits {
    Limits {
        first_byte_ms: 20_000,
        exchange_ms: 20_000,
        body_bytes: 4_096,
        connect_ms: 20_000,
        ..Limits::default()
    }
}

fn signed() -> String {
    signature::sign(keys().secret_key.as_ref().expect("a secret"), BODY, STAMP)
}

fn delivery(url: &Url, wait: Wait, spelling: Spelling) -> Outgoing<'_> {
    Outgoing {
        name: "test".to_owned(),
        url,
        address: None,
        method: "POST",
        headers: vec![
            ("Content-Type", "application/json".to_owned()),
            ("X-SIGNATURE", signed()),
            ("X-TIMESTAMP", STAMP.to_owned()),
            ("X-API-KEY", "pk_live_MARKERa1b2c3d4".to_owned()),
        ],
        body: Bytes::from_static(BODY),
        spelling,
        framing: Framing::Length,
        wait,
    }
}

/// Delivers to `address` over plain HTTP.
async fn deliver_as(
    address: SocketAddr,
    wait: Wait,
    spelling: Spelling,
    patience: Patience,
) -> Exchange {
    let (keys, limits) = (keys(), limits());
    let (dialer, redactor) = (dialer(&[("shop.test:8080", address)], &[]), Redactor::new(&keys));
    let sender = HttpSender { dialer: &dialer, limits: &limits, redactor: &redactor };
    let url = Url::parse("http://u:pw@shop.test:8080/hook?token=1").expect("a URL");
    sender.carry_out(&delivery(&url, wait, spelling), patience).await.expect("it is made")
}

async fn deliver(address: SocketAddr) -> Exchange {
    deliver_as(address, Wait::Answer, Spelling::Platform, Patience::of(&limits())).await
}

fn trouble_of(exchange: Exchange) -> (TroubleKind, Phase) {
    let trouble = exchange.answer.expect_err("trouble");
    (trouble.kind, trouble.phase)
}

/// Reads one whole request.
async fn read_request(stream: &mut TcpStream) -> Vec<u8> {
    let mut request = Vec::new();
    while !request.ends_with(BODY) {
        if !matches!(stream.read_buf(&mut request).await, Ok(1..)) {
            break;
        }
    }
    request
}

#[tokio::test]
async fn sends_the_very_bytes_with_the_platforms_spelling() {
    let (address, asked) = serve_http(vec![http("200 OK", "application/json", "{}")]).await;
    let exchange = deliver(address).await;
    assert!(exchange.accepted(), "{exchange:?}");
    let version = env!("CARGO_PKG_VERSION");
    let expected = format!(
        "POST /hook?token=1 HTTP/1.1\r\nHost: shop.test:8080\r\nContent-Type: \
         application/json\r\nX-SIGNATURE: {}\r\nX-TIMESTAMP: {STAMP}\r\nX-API-KEY: \
         pk_live_MARKERa1b2c3d4\r\nAccept: application/json\r\nUser-Agent: \
         golive/{version}\r\nContent-Length: 30\r\n\r\n{}",
        signed(),
        String::from_utf8_lossy(BODY)
    );
    assert_eq!(asked.lock().expect("no panic").as_slice(), [expected]);
}

#[tokio::test]
async fn framings_are_on_the_wire() {
    let sent = |framing, body: &'static str| async move {
        let (address, received) = hears_until_quiet().await;
        let (keys, limits) = (keys(), limits());
        let dialer = dialer(&[("shop.test:8080", address)], &[]);
        let redactor = Redactor::new(&keys);
        let sender = HttpSender { dialer: &dialer, limits: &limits, redactor: &redactor };
        let url = Url::parse("http://shop.test:8080/hook").expect("a URL");
        let body = Bytes::from_static(body.as_bytes());
        let out = Outgoing { framing, body, ..delivery(&url, Wait::Answer, Spelling::Platform) };
        let exchange = sender.carry_out(&out, Patience::of(&limits)).await.expect("it is made");
        assert!(exchange.accepted(), "{exchange:?}");
        received.await.expect("answered")
    };
    let chunked = sent(Framing::Chunked, "{}").await.concat();
    assert!(chunked.contains("\r\nTransfer-Encoding: chunked\r\n"), "{chunked}");
    assert!(!chunked.contains("Content-Length") && chunked.ends_with("2\r\n{}\r\n0\r\n\r\n"));
    let old = sent(Framing::Http10, "{}").await.concat();
    assert!(old.starts_with("POST /hook HTTP/1.0\r\n") && old.contains("Content-Length: 2"));
    let pieces = sent(Framing::TwoPieces, "{\"a\":\"\u{915}\"}").await;
    assert!(pieces.last().is_some_and(|last| last.len() < 10), "{pieces:?}");
    assert!(pieces.concat().contains("Content-Length: 11"), "{pieces:?}");
}

/// A server that answers once the body is there, and says what came in each read.
async fn hears_until_quiet() -> (SocketAddr, tokio::sync::oneshot::Receiver<Vec<String>>) {
    let (heard, received) = tokio::sync::oneshot::channel();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("loopback");
    let address = listener.local_addr().expect("bound");
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.expect("a client");
        let mut pieces: Vec<String> = Vec::new();
        while !pieces.concat().trim_end().ends_with(['}', '0']) {
            let mut piece = vec![0; 4_096];
            let read = stream.read(&mut piece).await.expect("a request");
            pieces.push(String::from_utf8_lossy(&piece[..read]).into_owned());
        }
        stream.write_all(http("200 OK", "text/plain", "ok").as_bytes()).await.expect("open");
        let _ = heard.send(pieces);
    });
    (address, received)
}

#[tokio::test]
async fn other_spellings_are_on_the_wire_too() {
    for (spelling, expected) in
        [(Spelling::Lower, "\r\nx-signature: "), (Spelling::Title, "\r\nX-Signature: ")]
    {
        let (address, asked) = serve_http(vec![http("200 OK", "application/json", "{}")]).await;
        deliver_as(address, Wait::Answer, spelling, Patience::of(&limits())).await;
        assert!(asked.lock().expect("no panic")[0].contains(expected));
    }
}

#[tokio::test]
async fn records_nothing_secret_of_what_was_sent() {
    let (address, _) = serve_http(vec![http("200 OK", "text/plain", "")]).await;
    let sent = deliver(address).await.sent;
    assert_eq!(sent.url, "http://…@shop.test:8080/hook?…");
    let header =
        |name: &str| sent.headers.iter().find(|(n, _)| n == name).map(|(_, value)| value.clone());
    assert_eq!(header("X-SIGNATURE"), Some(format!("{}…", &signed()[..8])));
    assert_eq!(header("X-API-KEY").as_deref(), Some("pk_live_…"));
    assert_eq!(sent.body.as_bytes(), BODY);
}

#[tokio::test]
async fn records_what_says_something_and_times() {
    let answer = "HTTP/1.1 422 No\r\nServer: x\r\nSet-Cookie: a=b\r\nTransfer-Encoding: \
                  chunked\r\n\r\n3\r\nabc\r\n4\r\ndefg\r\n0\r\n\r\n";
    let (address, _) = serve_http(vec![answer.to_owned()]).await;
    let exchange = deliver(address).await;
    let answer = exchange.answer.expect("an answer");
    assert_eq!(
        (answer.status, answer.version.as_str(), answer.body.as_str(), answer.body_bytes),
        (422, "HTTP/1.1", "abcdefg", 7)
    );
    assert_eq!(answer.headers, [("server".to_owned(), "x".to_owned())]);
    assert!(exchange.times.connect_us > 0 && exchange.times.first_byte_us > 0);
    assert!(exchange.times.answer_us >= exchange.times.first_byte_us);
}

#[tokio::test]
async fn reads_no_more_than_the_limit_and_records_the_beginning() {
    let (address, _) = serve_http(vec![http("200 OK", "text/plain", &"ß".repeat(20_000))]).await;
    let answer = deliver(address).await.answer.expect("an answer");
    assert!(answer.cut);
    assert_eq!((answer.body_bytes, answer.body.len()), (4_096, 2_048));
}

#[tokio::test]
async fn an_echoed_secret_is_noticed_and_not_recorded() {
    let echo =
        format!("<sk_live_MARKER7f3k9q2x8v1m4n6b> {} Traceback (most recent call last)", signed());
    let (address, _) = serve_http(vec![http("500 Oops", "text/plain", &echo)]).await;
    let answer = deliver(address).await.answer.expect("an answer");
    assert_eq!(answer.body, "<[secret]> [signature] Traceback (most recent call last)");
    assert_eq!(answer.leaks, [Leak::Secret(Slot::SecretKey), Leak::Signature, Leak::StackTrace]);
}

#[tokio::test]
async fn tells_one_trouble_from_another() {
    let silent = listen(|mut stream: TcpStream| async move {
        read_request(&mut stream).await;
        let _ = stream.read_u8().await;
    });
    let brief = Patience::of(&Limits { first_byte_ms: 300, ..limits() });
    assert_eq!(
        trouble_of(deliver_as(silent.await, Wait::Answer, Spelling::Platform, brief).await),
        (TroubleKind::TimedOut, Phase::FirstByte)
    );
    let stalls = listen(|mut stream: TcpStream| async move {
        read_request(&mut stream).await;
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc").await;
        let _ = stream.read_u8().await;
    });
    let brief = Patience::of(&Limits { exchange_ms: 2_000, ..limits() });
    assert_eq!(
        trouble_of(deliver_as(stalls.await, Wait::Answer, Spelling::Platform, brief).await),
        (TroubleKind::TimedOut, Phase::Body)
    );
    let resets = listen(|mut stream: TcpStream| async move {
        read_request(&mut stream).await;
        let _ = stream.set_zero_linger();
    });
    assert_eq!(trouble_of(deliver(resets.await).await), (TroubleKind::Reset, Phase::FirstByte));
    let cuts_off = listen(|mut stream: TcpStream| async move {
        read_request(&mut stream).await;
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc").await;
    });
    assert_eq!(trouble_of(deliver(cuts_off.await).await), (TroubleKind::Closed, Phase::Body));
    let speaks_otherwise = listen(|mut stream: TcpStream| async move {
        read_request(&mut stream).await;
        let _ = stream.write_all(b"220 mail.shop.test ESMTP\r\n").await;
    });
    assert_eq!(
        trouble_of(deliver(speaks_otherwise.await).await),
        (TroubleKind::NotHttp, Phase::FirstByte)
    );
    let (_bound, nobody) = refuses();
    assert_eq!(trouble_of(deliver(nobody).await), (TroubleKind::Refused, Phase::Connect));
}

#[tokio::test]
async fn what_was_closed_without_an_answer_is_not_sent_again() {
    static CONNECTIONS: AtomicUsize = AtomicUsize::new(0);
    let address = listen(|mut stream: TcpStream| async move {
        CONNECTIONS.fetch_add(1, Ordering::SeqCst);
        read_request(&mut stream).await;
    });
    assert_eq!(trouble_of(deliver(address.await).await), (TroubleKind::Closed, Phase::FirstByte));
    sleep(Duration::from_millis(100)).await;
    assert_eq!(CONNECTIONS.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_tls_server_that_says_no_goodbye_is_still_heard() {
    let root = Authority::root();
    let (address, _) = serve_https(
        root.leaf(&["shop.test"], Years::Now),
        vec!["HTTP/1.1 200 OK\r\n\r\nended by closing".to_owned()],
    )
    .await;
    let (keys, limits) = (keys(), limits());
    let (dialer, redactor) =
        (dialer(&[("shop.test:443", address)], &[&root.certificate]), Redactor::new(&keys));
    let sender = HttpSender { dialer: &dialer, limits: &limits, redactor: &redactor };
    let url = Url::parse("https://shop.test/hook").expect("a URL");
    let exchange = sender
        .carry_out(&delivery(&url, Wait::Answer, Spelling::Platform), Patience::of(&limits))
        .await
        .expect("made");
    assert_eq!(exchange.answer.expect("an answer").body, "ended by closing");
    assert!(exchange.times.tls_us > 0);
}

#[tokio::test]
async fn a_cut_delivery_arrives_whole_and_its_answer_is_not_read() {
    let (tell, mut told) = mpsc::unbounded_channel();
    let address = listen(move |mut stream: TcpStream| {
        let tell = tell.clone();
        async move {
            let request = read_request(&mut stream).await;
            let _ = stream.write_all(http("200 OK", "text/plain", "applied").as_bytes()).await;
            let ended = stream.read(&mut [0; 16]).await;
            let _ = tell.send((request.ends_with(BODY), matches!(ended, Ok(0) | Err(_))));
        }
    });
    let patience = Patience { before_cut: Duration::from_millis(50), ..Patience::of(&limits()) };
    let exchange = deliver_as(address.await, Wait::Cut, Spelling::Platform, patience).await;
    assert_eq!(told.recv().await, Some((true, true)));
    assert_eq!(exchange.times.first_byte_us, 0);
    assert_eq!(trouble_of(exchange), (TroubleKind::Closed, Phase::FirstByte));
}

#[tokio::test]
async fn a_header_that_http_cannot_carry_is_not_sent() {
    let (address, asked) = serve_http(vec![http("200 OK", "text/plain", "")]).await;
    let (keys, limits) = (keys(), limits());
    let (dialer, redactor) = (dialer(&[("shop.test:80", address)], &[]), Redactor::new(&keys));
    let sender = HttpSender { dialer: &dialer, limits: &limits, redactor: &redactor };
    let url = Url::parse("http://shop.test/").expect("a URL");
    let mut out = delivery(&url, Wait::Answer, Spelling::Platform);
    out.headers.push(("X-Odd", "a\nb".to_owned()));
    let exchange = sender.carry_out(&out, Patience::of(&limits)).await.expect("made");
    assert_eq!(trouble_of(exchange), (TroubleKind::Other, Phase::Send));
    assert!(asked.lock().expect("no panic").is_empty());
}

#[tokio::test]
async fn a_connection_opened_ahead_is_used_unless_it_was_closed() {
    static CONNECTIONS: AtomicUsize = AtomicUsize::new(0);
    static CLOSED: Notify = Notify::const_new();
    let address = listen(|mut stream: TcpStream| async move {
        // The second connection is closed at once, as an impatient server would.
        if CONNECTIONS.fetch_add(1, Ordering::SeqCst) == 1 {
            drop(stream);
            CLOSED.notify_one();
        } else {
            read_request(&mut stream).await;
            let _ = stream.write_all(http("200 OK", "text/plain", "").as_bytes()).await;
        }
    })
    .await;
    let (keys, limits) = (keys(), limits());
    let (dialer, redactor) = (dialer(&[("shop.test:80", address)], &[]), Redactor::new(&keys));
    let sender = HttpSender { dialer: &dialer, limits: &limits, redactor: &redactor };
    let url = Url::parse("http://shop.test/").expect("a URL");
    let patience = Patience::of(&limits);
    for connections in [1, 3] {
        let ahead = sender.open(&url, Route::default()).await;
        if connections == 3 {
            CLOSED.notified().await;
            // The runtime hears of it when it next looks.
            sleep(Duration::from_millis(1)).await;
        }
        let line = sender.line(&url, ahead, patience, Route::default()).await;
        let exchange = sender
            .send(&delivery(&url, Wait::Answer, Spelling::Platform), line, patience, None)
            .await
            .expect("made");
        assert!(exchange.accepted(), "{exchange:?}");
        assert_eq!(CONNECTIONS.load(Ordering::SeqCst), connections);
    }
}

/// Delivers a body of `bytes` to a receiver that answers 413 to the head; whether it reads the
/// rest.
async fn refused_at_the_head(bytes: usize, reads_on: bool) -> Exchange {
    let address = listen(move |mut stream| async move {
        let mut head = [0; 1_024];
        let _ = stream.read(&mut head).await;
        let _ = stream
            .write_all(http("413 Content Too Large", "text/plain", "too large").as_bytes())
            .await;
        while reads_on && matches!(stream.read(&mut head).await, Ok(1..)) {}
    })
    .await;
    let (keys, limits) = (keys(), limits());
    let (dialer, redactor) = (dialer(&[("shop.test:8080", address)], &[]), Redactor::new(&keys));
    let sender = HttpSender { dialer: &dialer, limits: &limits, redactor: &redactor };
    let url = Url::parse("http://shop.test:8080/hook").expect("a URL");
    let body = Bytes::from(vec![b'x'; bytes]);
    let out = Outgoing { body, ..delivery(&url, Wait::Answer, Spelling::Platform) };
    sender.carry_out(&out, Patience::of(&limits)).await.expect("it is made")
}

#[tokio::test]
async fn an_answer_before_the_end_of_a_large_body_is_heard() {
    assert_eq!(refused_at_the_head(1 << 20, true).await.status(), Some(413));
}

#[tokio::test]
async fn a_connection_closed_on_a_large_body_is_told_as_what_it_is() {
    let exchange = refused_at_the_head(1 << 20, false).await;
    let closed = matches!(
        &exchange.answer,
        Err(Trouble { kind: TroubleKind::Reset | TroubleKind::Closed, .. })
    );
    assert!(closed || exchange.status() == Some(413), "{:?}", exchange.answer);
}

#[tokio::test]
async fn long_bodies_are_recorded_by_their_beginning_and_length() {
    let sent = refused_at_the_head(1 << 20, true).await.sent;
    assert!(
        sent.body.len() < 5_000 && sent.body.ends_with("x… (1048576 bytes in all)"),
        "{}",
        sent.body.len()
    );
    assert!(sent.headers.contains(&("Content-Length".to_owned(), "1048576".to_owned())));
    assert_eq!(refused_at_the_head(4_096, true).await.sent.body.len(), 4_096);
}
