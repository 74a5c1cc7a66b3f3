//! A client that sends deliveries as they are, header names included.

use std::io::{self, Read as _, Write as _};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::Duration;

use golive_checks::conversation::scenarios::TAMPERED_BODY;
use golive_checks::model::{
    AddressChange, Content, Delivery, Framing, OrderId, Request, Secret, SigningKeys, Spelling,
    Stamp, Wait,
};
use golive_checks::platform::{Event, signature};
use jiff::{Timestamp, ToSpan as _};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

use crate::demo::signer::SECRET_VARIABLE;
use crate::demo::{API, BOOKS, PATH, Shop, WALLET};

pub(super) const TAMPERED: Delivery = TAMPERED_BODY;

pub(super) struct Client {
    tls: Arc<ClientConfig>,
    port: u16,
    plain_port: u16,
    host: String,
    secret: Secret,
    sandbox: Secret,
    api_key: String,
    issued_secret: Secret,
}

pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) head: String,
    pub(super) body: String,
    pub(super) tls: String,
}

impl Client {
    pub(super) fn of(shop: &Shop) -> Self {
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_slice(shop.ca_pem().as_bytes()).unwrap()).unwrap();
        let tls = ClientConfig::builder_with_provider(Arc::new(
            rustls::crypto::aws_lc_rs::default_provider(),
        ))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
        let (plain_port, port) = shop.ports();
        let [issued_api, issued_secret, _, secret, _, sandbox] = shop.secrets() else {
            panic!("six of them")
        };
        let url = shop
            .config_toml()
            .lines()
            .find_map(|line| line.strip_prefix("url = \"https://"))
            .unwrap_or("shop.example/");
        Self {
            tls: Arc::new(tls),
            port,
            plain_port,
            host: url.split('/').next().unwrap().to_owned(),
            secret: Secret::new(secret.clone()),
            sandbox: Secret::new(sandbox.clone()),
            api_key: issued_api.clone(),
            issued_secret: Secret::new(issued_secret.clone()),
        }
    }

    /// The same at the second address of the shop's name, where it has one.
    pub(super) fn at_second_address(shop: &Shop) -> Option<Self> {
        let own = |to: &&String| to.starts_with("shop.example:443:");
        let second = shop.connect_to().iter().filter(own).nth(1)?;
        let port = second.rsplit(':').next().unwrap().parse().unwrap();
        Some(Self { port, ..Self::of(shop) })
    }

    pub(super) fn compose(&self, delivery: &Delivery, order: &str) -> Request {
        let wrong = Secret::new("sk_live_MARKER7f3k9q2x8v1m4n6b".to_owned());
        let api = Secret::new(self.api_key.clone());
        let wallet = Secret::new(WALLET.to_owned());
        let keys = SigningKeys {
            live: &self.secret,
            sandbox: Some(&self.sandbox),
            wrong: &wrong,
            api: Some(&api),
            sandbox_api: None,
            wallet: Some(&wallet),
            variable: Some(SECRET_VARIABLE),
        };
        let order = OrderId::new(order, "1.00", order.starts_with("demo-"));
        let began = Timestamp::now() - 1.hour();
        delivery.compose(&order, began, Timestamp::now(), &keys).unwrap()
    }

    pub(super) fn deliver(&self, delivery: &Delivery, order: &str) -> Answer {
        self.send(&self.compose(delivery, order))
    }

    pub(super) fn send(&self, request: &Request) -> Answer {
        self.try_send(request).unwrap()
    }

    pub(super) fn try_send(&self, request: &Request) -> io::Result<Answer> {
        self.send_over(self.connect(&self.host)?, request)
    }

    fn send_over(
        &self,
        mut stream: StreamOwned<ClientConnection, TcpStream>,
        request: &Request,
    ) -> io::Result<Answer> {
        let path = match &request.address {
            None => PATH.to_owned(),
            Some(AddressChange::Slash) => format!("{PATH}/"),
            Some(AddressChange::Case) => PATH.to_ascii_uppercase(),
            Some(AddressChange::DoubleSlash) => format!("/{PATH}"),
            Some(AddressChange::EncodedLetter) => "/api/webhooks/kwikpais%61".to_owned(),
            Some(AddressChange::Suffix(end)) => format!("{PATH}{end}"),
            Some(AddressChange::Query(query)) => format!("{PATH}?{query}"),
        };
        let version = if request.framing == Framing::Http10 { "1.0" } else { "1.1" };
        let mut text = format!(
            "{} {path} HTTP/{version}\r\nHost: {}\r\nConnection: close\r\n",
            request.method.word(),
            self.host
        );
        for (name, value) in &request.headers {
            let name = match request.spelling {
                Spelling::Platform => (*name).to_owned(),
                Spelling::Lower => name.to_lowercase(),
                Spelling::Title => name.to_lowercase().replace("x-s", "X-S").replace("x-t", "X-T"),
            };
            text.push_str(&format!("{name}: {value}\r\n"));
        }
        let length = request.body.len();
        let body = if request.framing == Framing::Chunked {
            text.push_str("Transfer-Encoding: chunked\r\n\r\n");
            let size = format!("{length:x}\r\n");
            [size.as_bytes(), &request.body, b"\r\n0\r\n\r\n"].concat()
        } else {
            text.push_str(&format!("Content-Length: {length}\r\n\r\n"));
            request.body.clone()
        };
        let inside = body.iter().position(|byte| !byte.is_ascii()).map(|start| start + 1);
        let cut = inside.filter(|_| request.framing == Framing::TwoPieces).unwrap_or(body.len());
        stream.write_all(&[text.as_bytes(), &body[..cut]].concat())?;
        if cut < body.len() {
            // A server reads what is there: the rest has to come later to be a piece of its own.
            std::thread::sleep(Duration::from_millis(20));
            stream.write_all(&body[cut..])?;
        }
        if request.wait == Wait::Cut {
            stream.conn.send_close_notify();
            stream.flush()?;
            return Ok(Answer {
                status: 0,
                head: String::new(),
                body: String::new(),
                tls: String::new(),
            });
        }
        answer(stream)
    }

    /// One settling event: cut, again, again, re-signed, and many at once.
    pub(super) fn deliver_in_every_way(&self, order: &str) {
        let event = Delivery {
            content: Content::Event(Event::PaymentSuccess),
            stamp: Stamp::Now { back_s: 2 },
            ..Delivery::genuine("once")
        };
        let cut = self.compose(&Delivery { wait: Wait::Cut, ..event }, order);
        self.send(&cut);
        let again = Request { wait: Wait::Answer, ..cut };
        self.send(&again);
        self.send(&again);
        self.deliver(&Delivery { stamp: Stamp::Now { back_s: 0 }, ..event }, order);
        self.deliver_together(&Delivery { stamp: Stamp::Now { back_s: 1 }, ..event }, order);
    }

    /// The same bytes on ten connections.
    pub(super) fn deliver_together(&self, delivery: &Delivery, order: &str) {
        let request = self.compose(delivery, order);
        std::thread::scope(|scope| {
            for _ in 0..10 {
                scope.spawn(|| self.send(&request));
            }
        });
    }

    /// So many on connections opened before; their statuses.
    pub(super) fn deliver_at_once(
        &self,
        delivery: &Delivery,
        order: &str,
        count: usize,
    ) -> Vec<u16> {
        let request = self.compose(delivery, order);
        let opened: Vec<_> = (0..count).map(|_| self.connect(&self.host).unwrap()).collect();
        std::thread::scope(|scope| {
            let sent: Vec<_> = opened
                .into_iter()
                .map(|stream| scope.spawn(|| self.send_over(stream, &request).unwrap().status))
                .collect();
            sent.into_iter().map(|sent| sent.join().unwrap()).collect()
        })
    }

    pub(super) fn credits(&self, order: &str) -> u64 {
        let body = self.get(BOOKS, &format!("/ledger/{order}")).body;
        let json: serde_json::Value = serde_json::from_str(&body).unwrap();
        json["count"].as_u64().unwrap()
    }

    pub(super) fn state(&self, order: &str) -> String {
        let json: serde_json::Value =
            serde_json::from_str(&self.get(BOOKS, &format!("/ledger/{order}")).body).unwrap();
        json["state"].as_str().unwrap().to_owned()
    }

    pub(super) fn get(&self, host: &str, path: &str) -> Answer {
        let mut stream = self.connect(host).unwrap();
        write!(stream, "GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n").unwrap();
        answer(stream).unwrap()
    }

    /// A call to the platform, signed over these very bytes, by a clock that is off.
    pub(super) fn call(&self, path: &str, body: &str, off_s: i64) -> Answer {
        let timestamp = (Timestamp::now().as_second() + off_s).to_string();
        let signature = signature::sign(&self.issued_secret, body.as_bytes(), &timestamp);
        let mut stream = self.connect(API).unwrap();
        write!(
            stream,
            "POST {path} HTTP/1.1\r\nHost: {API}\r\nConnection: close\r\nContent-Type: \
             application/json\r\nX-API-KEY: {}\r\nX-SIGNATURE: {signature}\r\nX-TIMESTAMP: \
             {timestamp}\r\nContent-Length: {}\r\n\r\n{body}",
            self.api_key,
            body.len()
        )
        .unwrap();
        answer(stream).unwrap()
    }

    /// What the plain port answers to an unsigned request.
    pub(super) fn plain(&self) -> Option<String> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.plain_port)).ok()?;
        write!(
            stream,
            "POST {PATH} HTTP/1.1\r\nHost: shop.example\r\nConnection: close\r\nContent-Length: \
             2\r\n\r\n{{}}"
        )
        .ok()?;
        let mut text = String::new();
        stream.read_to_string(&mut text).ok()?;
        Some(text)
    }

    /// Days until the webhook's certificate ends.
    pub(super) fn days_left(&self) -> i64 {
        let stream = self.connect(&self.host).unwrap();
        let leaf = &stream.conn.peer_certificates().unwrap()[0];
        let (_, leaf) = x509_parser::parse_x509_certificate(leaf).unwrap();
        let today =
            jiff::Zoned::now().date().to_zoned(jiff::tz::TimeZone::UTC).unwrap().timestamp();
        (leaf.validity().not_after.timestamp() - today.as_second()) / 86_400
    }

    /// Certificates that the webhook's server sends.
    pub(super) fn chain_length(&self) -> usize {
        self.connect(&self.host).unwrap().conn.peer_certificates().unwrap().len()
    }

    /// What the platform expects for `payload`.
    pub(super) fn signature_of(&self, payload: &str, timestamp: &str) -> String {
        signature::sign(&self.secret, payload.as_bytes(), timestamp)
    }

    /// The first bytes of the answer to a hello of TLS 1.0.
    pub(super) fn legacy_hello(&self) -> Vec<u8> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        let mut hello = vec![22, 3, 1, 0, 45, 1, 0, 0, 41, 3, 1];
        hello.extend([7; 32]);
        hello.extend([0, 0, 2, 0xc0, 0x13, 1, 0]);
        stream.write_all(&hello).unwrap();
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        answer
    }

    fn connect(&self, host: &str) -> io::Result<StreamOwned<ClientConnection, TcpStream>> {
        let stream = TcpStream::connect(("127.0.0.1", self.port))?;
        stream.set_read_timeout(Some(Duration::from_secs(2)))?;
        let name = ServerName::try_from(host.to_owned()).unwrap();
        let connection =
            ClientConnection::new(Arc::clone(&self.tls), name).map_err(io::Error::other)?;
        let mut stream = StreamOwned::new(connection, stream);
        while stream.conn.is_handshaking() {
            stream.conn.complete_io(&mut stream.sock)?;
        }
        Ok(stream)
    }
}

fn answer(mut stream: StreamOwned<ClientConnection, TcpStream>) -> io::Result<Answer> {
    let mut text = String::new();
    stream.read_to_string(&mut text)?;
    let text = text.strip_prefix("HTTP/1.1 100 Continue\r\n\r\n").unwrap_or(&text);
    let (head, body) = text.split_once("\r\n\r\n").ok_or_else(|| io::Error::other("no answer"))?;
    let status = head
        .split(' ')
        .nth(1)
        .and_then(|status| status.parse().ok())
        .ok_or_else(|| io::Error::other("no status"))?;
    let tls =
        stream.conn.protocol_version().map_or(String::new(), |version| format!("{version:?}"));
    Ok(Answer { status, head: format!("{head}\r\n"), body: body.to_owned(), tls })
}
