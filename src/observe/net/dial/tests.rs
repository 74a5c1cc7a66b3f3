//! Connections to servers on loopback.

use crate::observe::net::dial::*;
use crate::observe::testing::{
    Authority, Years, closes, dialer, dialer_with, hangs, no_such_name, refuses, resets,
    serve_http, serve_https, speaks,
};

fn url(text: &str) -> Url {
    Url::parse(text).unwrap()
}

async fn no_line(dialer: &Dialer, text: &str) -> NoLine {
    dialer.dial(&url(text), Route::default()).await.err().expect("no line")
}

fn kind(no_line: NoLine) -> (TroubleKind, Phase) {
    match no_line {
        NoLine::Trouble(trouble) => (trouble.kind, trouble.phase),
        NoLine::NotMade(why) => panic!("{why:?}"),
    }
}

#[tokio::test]
async fn dials_tls_by_the_configured_name() {
    let root = Authority::root();
    let (address, _) =
        serve_https(root.leaf(&["shop.example"], Years::Now), vec![String::new()]).await;
    let dialer = dialer_with(
        &[("shop.example:443", address)],
        &[&root.certificate],
        false,
        &Limits::default(),
    );
    let Ok(line) = dialer.dial(&url("https://shop.example/hook"), Route::default()).await else {
        panic!("no line")
    };
    assert!(line.times.tls_us > 0);
    assert_eq!(dialer.contacted(), ["shop.example:443"]);
}

#[tokio::test]
async fn refuses_certificates_that_do_not_hold() {
    let root = Authority::root();
    let (address, _) =
        serve_https(root.leaf(&["other.example"], Years::Now), vec![String::new()]).await;
    let dialer = dialer(&[("shop.example:443", address)], &[&root.certificate]);
    assert_eq!(
        kind(no_line(&dialer, "https://shop.example/").await),
        (TroubleKind::Certificate, Phase::Tls)
    );
}

#[tokio::test]
async fn tells_kinds_of_trouble_apart() {
    let (closes, resets, hangs, (_bound, refuses)) =
        (closes().await, resets().await, hangs().await, refuses());
    let speaks = speaks(b"220 mail.example\r\n").await;
    let (plain, _) = serve_http(vec![String::from("HTTP/1.1 400 Bad Request\r\n\r\n")]).await;
    let dialer = dialer(&[], &[]);
    let at = |address: SocketAddr| format!("https://{address}/");
    assert_eq!(kind(no_line(&dialer, &at(closes)).await), (TroubleKind::Closed, Phase::Tls));
    assert_eq!(kind(no_line(&dialer, &at(resets)).await), (TroubleKind::Reset, Phase::Tls));
    assert_eq!(kind(no_line(&dialer, &at(speaks)).await), (TroubleKind::Tls, Phase::Tls));
    assert_eq!(kind(no_line(&dialer, &at(refuses)).await), (TroubleKind::Refused, Phase::Connect));
    assert_eq!(
        kind(no_line(&dialer, &format!("https://{}/", no_such_name())).await),
        (TroubleKind::NoSuchName, Phase::Name)
    );
    assert_eq!(kind(no_line(&dialer, "mailto:a@b.example").await).0, TroubleKind::Other);
    let impatient = dialer_with(&[], &[], true, &Limits { connect_ms: 300, ..Limits::default() });
    assert_eq!(kind(no_line(&impatient, &at(hangs)).await).0, TroubleKind::TimedOut);
    assert!(dialer.dial(&url(&format!("http://{plain}/")), Route::default()).await.is_ok());
}

#[tokio::test]
async fn goes_to_no_private_target_unasked() {
    let (address, asked) = serve_http(vec![String::new()]).await;
    let guarded = dialer_with(&[], &[], false, &Limits::default());
    for host in ["127.0.0.1", "localhost", "[::1]", "0x7f.1", "[::ffff:127.0.0.1]"] {
        let refused = no_line(&guarded, &format!("http://{host}:{}/", address.port())).await;
        assert!(matches!(refused, NoLine::NotMade(NotMade::PrivateTarget { .. })), "{host}");
    }
    assert!(guarded.contacted().is_empty());
    assert!(asked.lock().unwrap().is_empty());
    let asked_for = dialer_with(&[("localhost:9", address)], &[], false, &Limits::default());
    assert!(asked_for.dial(&url("http://localhost:9/"), Route::default()).await.is_ok());
    assert!(asked_for.redirected("localhost", 9) && !asked_for.redirected("localhost", 10));
}

#[tokio::test]
async fn a_name_is_looked_up_once() {
    let dialer = dialer(&[], &[]);
    let (first, took) = dialer.names("localhost").await.unwrap();
    assert!(took > Duration::ZERO);
    assert_eq!(dialer.names("LOCALHOST").await.unwrap(), (first, Duration::ZERO));
}

#[test]
fn a_resolver_that_wants_to_be_asked_again_is_told_from_a_missing_name() {
    for words in ["Temporary failure in name resolution", "Try again"] {
        let words = resolver_words(&format!("failed to lookup address information: {words}"));
        assert_eq!(words, "temporary failure in name resolution");
    }
    assert_eq!(resolver_words("Name or service not known"), "Name or service not known");
}

#[tokio::test]
async fn an_address_that_refuses_does_not_hide_the_next() {
    let (address, _) = serve_http(vec![String::new()]).await;
    let (_bound, unused) = refuses();
    let (_, peer) = connect(vec![unused, address], None, HEAD_START, Instant::now()).await.unwrap();
    assert_eq!(peer, address);
}

#[tokio::test]
async fn a_conversation_goes_to_the_first_address_that_takes_connections() {
    let ((alive, _), (other, _)) =
        (serve_http(vec![String::new()]).await, serve_http(vec![String::new()]).await);
    let (_bound, dead) = refuses();
    let name = "shop.example:8080";
    let webhook = url("http://shop.example:8080/hook");
    for order in [[dead, alive, other], [other, dead, alive]] {
        let dialer = dialer(&order.map(|address| (name, address)), &[]);
        let dialer = dialer.telling_apart(Some(&webhook));
        let (all, _) = dialer.sorted_addresses("shop.example", 8080).await.unwrap();
        assert!(all.is_sorted() && all.len() == 3);
        let (chosen, _) = dialer.chosen("shop.example", 8080).await.unwrap();
        assert_eq!(chosen, alive.min(other));
        for _ in 0..3 {
            let (_, peer, _) =
                dialer.dial_tcp("SHOP.example", 8080, Route::default()).await.unwrap();
            assert_eq!(peer, chosen);
        }
        let there = Route::to(Some(alive.max(other)));
        assert_eq!(dialer.dial_tcp("shop.example", 8080, there).await.unwrap().1, alive.max(other));
    }
}

#[tokio::test]
async fn only_switches_about_the_same_host_and_port_name_its_addresses() {
    let (one, other): (SocketAddr, SocketAddr) =
        ("127.0.0.1:1".parse().unwrap(), "127.0.0.1:2".parse().unwrap());
    let redirects = [("shop.example:443", other), ("shop.example:443", one), (":443", other)];
    let dialer = dialer(&redirects, &[]);
    let all = async |host| dialer.sorted_addresses(host, 443).await.unwrap().0;
    assert_eq!(all("shop.example").await, [one, other]);
    assert_eq!(all("api.example").await, [other]);
}
