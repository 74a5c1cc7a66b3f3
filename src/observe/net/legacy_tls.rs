//! Whether a server still agrees to TLS 1.0 or 1.1: a ClientHello by hand, since no modern library
//! speaks these.

use std::net::IpAddr;
use std::time::Instant;

use golive_checks::model::{LegacyTls, Observed, Phase, Trouble, TroubleKind};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::timeout;
use url::Url;

use crate::observe::net::dial::{Dialer, NoLine, millis, target, timed_out, trouble};
use crate::observe::net::route::Route;

const TLS_1_0: [u8; 2] = [3, 1];
const TLS_1_1: [u8; 2] = [3, 2];

/// Offers each version on a connection of its own and reads the first bytes of the answer.
pub(crate) async fn observe_legacy_tls(dialer: &Dialer, url: &Url) -> Observed<LegacyTls> {
    match tokio::join!(agrees(dialer, url, TLS_1_0), agrees(dialer, url, TLS_1_1)) {
        (Ok(tls10), Ok(tls11)) => Observed::Got(LegacyTls { tls10, tls11 }),
        (Err(no_line), _) | (_, Err(no_line)) => no_line.seen(),
    }
}

/// Whether the server answers a hello for `version` with that version.
async fn agrees(dialer: &Dialer, url: &Url, version: [u8; 2]) -> Result<bool, NoLine> {
    let (host, port) = target(url)?;
    let (mut tcp, _, _) = dialer.dial_tcp(&host, port, Route::default()).await?;
    let began = Instant::now();
    let mut random = [0; 32];
    dialer.provider().secure_random.fill(&mut random).map_err(|_| other("no random numbers", 0))?;
    let hello = hello(version, &random, &host);
    let asked = async {
        tcp.write_all(&hello).await?;
        let mut start = Vec::new();
        // A record's header is 5 bytes; an alert is over after 7, a ServerHello says its version in
        // bytes 9 and 10.
        while start.len() < 11 && !(start.len() >= 7 && start[0] == ALERT) {
            if tcp.read_buf(&mut start).await? == 0 {
                break;
            }
        }
        Ok::<_, std::io::Error>(start)
    };
    match timeout(dialer.connect_limit(), asked).await {
        Ok(Ok(start)) => read(&start, version)
            .ok_or_else(|| other("the answer is not TLS", millis(began.elapsed())).into()),
        Ok(Err(error)) => match trouble(&error, Phase::Tls, began.elapsed()) {
            Trouble { kind: TroubleKind::Reset | TroubleKind::Closed, .. } => Ok(false),
            trouble => Err(trouble.into()),
        },
        Err(_) => Err(timed_out(Phase::Tls, began.elapsed()).into()),
    }
}

fn other(detail: &str, after_ms: u64) -> Trouble {
    Trouble { kind: TroubleKind::Tls, phase: Phase::Tls, after_ms, detail: Some(detail.to_owned()) }
}

const ALERT: u8 = 0x15;
const HANDSHAKE: u8 = 0x16;
const SERVER_HELLO: u8 = 2;

/// What the start of an answer says; `None` when it is not TLS. Closing without a word is a refusal
/// too.
fn read(start: &[u8], version: [u8; 2]) -> Option<bool> {
    match start {
        [] | [ALERT, 3, ..] => Some(false),
        [HANDSHAKE, 3, _, _, _, SERVER_HELLO, _, _, _, major, minor, ..] => {
            Some([*major, *minor] == version)
        }
        _ => None,
    }
}

/// A ClientHello that offers `version` at most, with the suites that servers of its time have in
/// common.
fn hello(version: [u8; 2], random: &[u8; 32], host: &str) -> Vec<u8> {
    // ECDHE and plain RSA with AES, 3DES, and the signal that stands for the renegotiation
    // extension.
    const SUITES: [u16; 12] = [
        0xc009, 0xc00a, 0xc013, 0xc014, 0x0033, 0x0039, 0x002f, 0x0035, 0xc012, 0x0016, 0x000a,
        0x00ff,
    ];
    // P-256, P-384, P-521, X25519.
    const GROUPS: [u16; 4] = [23, 24, 25, 29];
    let numbers = |numbers: &[u16]| -> Vec<u8> {
        numbers.iter().flat_map(|number| number.to_be_bytes()).collect()
    };
    let mut extensions = Vec::new();
    let mut extension = |kind: u16, content: Vec<u8>| {
        extensions.extend(kind.to_be_bytes());
        extensions.extend(long(content));
    };
    let is_name = !host.starts_with('[') && host.parse::<IpAddr>().is_err();
    if is_name {
        let name = [vec![0], long(host.trim_end_matches('.').as_bytes().to_vec())].concat();
        extension(0, long(name));
    }
    extension(10, long(numbers(&GROUPS)));
    extension(11, vec![1, 0]);
    let suites = long(numbers(&SUITES));
    let body = [&version[..], random, &[0], &suites, &[1, 0], &long(extensions)].concat();
    let length = u32::try_from(body.len()).unwrap_or(u32::MAX).to_be_bytes();
    let handshake = [&[1], &length[1..], &body].concat();
    [vec![HANDSHAKE], TLS_1_0.to_vec(), long(handshake)].concat()
}

/// Bytes with their length in two bytes before them. A host name is at most 253 bytes, so all is
/// far below 64 KiB.
fn long(content: Vec<u8>) -> Vec<u8> {
    let length = u16::try_from(content.len()).unwrap_or(u16::MAX).to_be_bytes();
    [length.to_vec(), content].concat()
}

#[cfg(test)]
mod tests {
    use golive_checks::model::NotMade;

    use super::*;
    use crate::observe::testing::{
        Authority, Years, dialer, dialer_with, listen, resets, serve_https,
    };

    async fn observe(address: std::net::SocketAddr) -> Observed<LegacyTls> {
        observe_legacy_tls(
            &dialer(&[("shop.example:443", address)], &[]),
            &Url::parse("https://shop.example/").unwrap(),
        )
        .await
    }

    /// What is seen of a server that answers every hello with these bytes.
    async fn answers(bytes: &'static [u8]) -> Observed<LegacyTls> {
        observe(
            listen(move |mut tcp| async move {
                let _ = tcp.read(&mut [0; 1024]).await;
                let _ = tcp.write_all(bytes).await;
            })
            .await,
        )
        .await
    }

    #[tokio::test]
    async fn tells_which_version_a_server_agrees_to() {
        let seen = answers(&[0x16, 3, 1, 0, 0x4a, 2, 0, 0, 0x46, 3, 1]).await;
        assert_eq!(seen, Observed::Got(LegacyTls { tls10: true, tls11: false }));
        let seen = answers(&[0x16, 3, 2, 0, 0x4a, 2, 0, 0, 0x46, 3, 2]).await;
        assert_eq!(seen, Observed::Got(LegacyTls { tls10: false, tls11: true }));
    }

    #[tokio::test]
    async fn an_alert_and_a_closed_connection_are_refusals() {
        let neither = Observed::Got(LegacyTls { tls10: false, tls11: false });
        assert_eq!(answers(&[0x15, 3, 1, 0, 2, 2, 70]).await, neither);
        assert_eq!(answers(&[]).await, neither);
        assert_eq!(observe(resets().await).await, neither);
    }

    #[tokio::test]
    async fn a_modern_server_refuses() {
        let (address, _) =
            serve_https(Authority::root().leaf(&["shop.example"], Years::Now), vec![String::new()])
                .await;
        assert_eq!(observe(address).await, Observed::Got(LegacyTls { tls10: false, tls11: false }));
    }

    #[tokio::test]
    async fn what_is_not_tls_or_not_reached_is_not_a_refusal() {
        assert!(matches!(
            answers(b"HTTP/1.1 400 Bad Request\r\n").await,
            Observed::Trouble(Trouble { kind: TroubleKind::Tls, .. })
        ));
        let guarded = dialer_with(&[], &[], false, &golive_checks::model::Limits::default());
        let seen = observe_legacy_tls(&guarded, &Url::parse("https://127.0.0.1:9/").unwrap()).await;
        assert!(matches!(seen, Observed::NotMade(NotMade::PrivateTarget { .. })), "{seen:?}");
    }
}
