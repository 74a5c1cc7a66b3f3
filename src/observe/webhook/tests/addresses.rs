//! Names with several addresses, over TLS.

use std::net::IpAddr;

use golive_checks::conversation::addresses::{EVERY_ADDRESS, every_address};
use golive_checks::model::{AddressDelivered, AddressesSeen, Tls, Trust};
use golive_checks::platform::signature;
use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs;
use tokio_rustls::TlsAcceptor;

use super::*;
use crate::observe::testing::{Authority, Years, listen, refuses};

/// A server of the shop, and from where each of its deliveries came.
struct Node {
    address: SocketAddr,
    came_from: Arc<Mutex<Vec<(IpAddr, String)>>>,
}

impl Node {
    fn came_from(&self) -> Vec<(IpAddr, String)> {
        self.came_from.lock().expect("no panic").clone()
    }
}

/// One that verifies signatures, or believes everything.
async fn node(root: &Authority, years: Years, verifies: bool) -> Node {
    let identity = root.leaf(&["shop.test"], years);
    let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(identity.chain, identity.key)
        .expect("an identity");
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let came_from: Arc<Mutex<Vec<(IpAddr, String)>>> = Arc::default();
    let noted = Arc::clone(&came_from);
    let address = listen(move |tcp| {
        let (acceptor, noted) = (acceptor.clone(), Arc::clone(&noted));
        async move {
            let peer = tcp.peer_addr().expect("connected").ip();
            let Ok(mut stream) = acceptor.accept(tcp).await else { return };
            let Some((head, body)) = read(&mut stream).await else { return };
            let header = |name: &str| {
                let line = head.lines().find(|line| line.starts_with(name)).unwrap_or_default();
                line.split_once(": ").map_or("", |(_, value)| value).to_owned()
            };
            let is_genuine = signature::verify(
                &Secret::new(LIVE.to_owned()),
                body.as_bytes(),
                &header("X-TIMESTAMP"),
                &header("X-SIGNATURE"),
            );
            noted.lock().expect("no panic").push((peer, body));
            let status = if is_genuine || !verifies { 200 } else { 401 };
            let answer = format!("HTTP/1.1 {status} X\r\nContent-Length: 2\r\n\r\nok");
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    })
    .await;
    Node { address, came_from }
}

/// A shop whose name leads to these addresses.
fn shop(root: &Authority, addresses: &[SocketAddr]) -> Shop {
    let mut shop = Shop::new(addresses[0]);
    let url = "https://shop.test:8443/hook";
    shop.merchant.webhook.url = Endpoint::parse(url).map(Address::Url);
    shop.merchant.limits.webhook_address_retry_ms = 60;
    shop.targets.webhook_url = Url::parse(url).ok();
    let redirect =
        |address: &SocketAddr| format!("shop.test:8443:{address}").parse().expect("a redirect");
    shop.options.connect_to = addresses.iter().map(redirect).collect();
    shop.options.ca_file = vec![root.certificate.clone()];
    shop
}

/// What is seen of all addresses.
async fn seen(shop: &Shop, more: Vec<Scenario>) -> (AddressesSeen, Observations) {
    let scenarios = [scenarios::baseline_before()]
        .into_iter()
        .chain(more)
        .chain([scenarios::baseline_after(), every_address(&shop.merchant)]);
    let probes = scenarios.map(Probe::Deliver).chain([Probe::WebhookAddresses]).collect();
    let plan = Plan::merge(probes, &shop.merchant, &shop.run);
    let (_stay, interrupted) = watch::channel(false);
    let context = Context {
        merchant: &shop.merchant,
        targets: &shop.targets,
        run: &shop.run,
        options: &shop.options,
        interrupted,
    };
    let (observations, _) = observe(plan, &context, &Quiet).await.expect("observes");
    (observations.webhook_addresses.get().expect("seen").clone(), observations)
}

fn delivered(seen: &Observations) -> Vec<AddressDelivered> {
    let scenario = seen.scenarios[EVERY_ADDRESS].get().expect("carried out");
    scenario.addresses().cloned().collect()
}

fn at(seen: &Observations, address: SocketAddr) -> AddressDelivered {
    delivered(seen).into_iter().find(|there| there.address == address).expect("looked at")
}

fn statuses(there: &AddressDelivered) -> Vec<Option<u16>> {
    there.exchanges.iter().map(Exchange::status).collect()
}

fn tls(seen: &AddressesSeen, address: SocketAddr) -> &Tls {
    let there = seen.looked_at.iter().find(|there| there.address == address).expect("looked at");
    there.tls.get().expect("a handshake")
}

#[tokio::test]
async fn every_address_gets_a_handshake_and_four_deliveries_and_the_first_the_conversation() {
    let root = Authority::root();
    let (one, other) = (node(&root, Years::Now, true).await, node(&root, Years::Now, false).await);
    let (first, second) = if one.address < other.address { (&one, &other) } else { (&other, &one) };
    for order in [[one.address, other.address], [other.address, one.address]] {
        let before = (first.came_from().len(), second.came_from().len());
        let (seen, observations) = seen(&shop(&root, &order), Vec::new()).await;
        assert_eq!((seen.all[0], seen.conversation), (first.address, Some(first.address)));
        assert!([one.address, other.address].iter().all(|address| tls(&seen, *address).by_ca_file));
        let right = [Some(200), Some(401), Some(401), Some(200)];
        assert_eq!(statuses(&at(&observations, one.address)), right);
        assert_eq!(statuses(&at(&observations, other.address)), [Some(200); 4]);
        // Both baselines went to the first, whatever the resolver names first.
        assert_eq!(first.came_from().len() - before.0, 6);
        assert_eq!(second.came_from().len() - before.1, 4);
        let there = at(&observations, one.address);
        assert_eq!(there.exchanges[3].sent.body, there.exchanges[0].sent.body);
        assert_ne!(there.exchanges[1].sent.body, there.exchanges[0].sent.body);
        assert_eq!(there.exchanges[0].name, format!("address-genuine at {}", one.address));
    }
}

#[tokio::test]
async fn nothing_more_is_sent_where_there_is_one_address() {
    let root = Authority::root();
    let only = node(&root, Years::Now, true).await;
    let (seen, observations) = seen(&shop(&root, &[only.address]), Vec::new()).await;
    assert_eq!((seen.all.len(), seen.conversation), (1, Some(only.address)));
    assert!(seen.looked_at.is_empty() && delivered(&observations).is_empty());
    assert_eq!(only.came_from().len(), 2);
}

#[tokio::test]
async fn a_dead_address_is_tried_twice_and_that_far_apart() {
    let root = Authority::root();
    let alive = node(&root, Years::Now, true).await;
    let (_bound, dead) = refuses();
    let (seen, observations) = seen(&shop(&root, &[dead, alive.address]), Vec::new()).await;
    assert_eq!(seen.conversation, Some(alive.address));
    let there = at(&observations, dead);
    assert!(there.failed.len() >= 2 && !there.no_route, "{there:?}");
    let (first, last) = (&there.failed[0], &there.failed[there.failed.len() - 1]);
    assert!(last.at.duration_since(first.at).unsigned_abs() >= 60 * MS);
    assert_eq!(last.trouble.kind, TroubleKind::Refused);
    assert_eq!(statuses(&at(&observations, alive.address)).len(), 4);
}

#[tokio::test]
async fn nothing_is_sent_to_an_address_whose_certificate_expired() {
    let root = Authority::root();
    let nodes = [node(&root, Years::Now, true).await, node(&root, Years::Past, true).await];
    let (alive, expired) = (&nodes[0], &nodes[1]);
    // The conversation would stop at the expired one where that is the first.
    let addresses = [alive.address, expired.address];
    let (seen, observations) = seen(&shop(&root, &addresses), Vec::new()).await;
    assert_eq!(tls(&seen, expired.address).trust, Trust::Expired);
    assert!(expired.came_from().is_empty());
    if seen.conversation == Some(alive.address) {
        let there = at(&observations, expired.address);
        let trouble = there.exchanges[0].answer.as_ref().expect_err("refused");
        assert_eq!((trouble.kind, there.failed.len()), (TroubleKind::Certificate, 0));
    }
}

#[tokio::test]
async fn of_many_addresses_a_sample_is_looked_at() {
    let root = Authority::root();
    let mut nodes = Vec::new();
    for _ in 0..4 {
        nodes.push(node(&root, Years::Now, true).await);
    }
    let addresses: Vec<SocketAddr> = nodes.iter().map(|node| node.address).collect();
    let mut shop = shop(&root, &addresses);
    shop.merchant.limits.webhook_addresses = 2;
    let (seen, observations) = seen(&shop, Vec::new()).await;
    assert_eq!((seen.all.len(), seen.looked_at.len()), (4, 2));
    assert_eq!(delivered(&observations).len(), 2);
    assert!(seen.looked_at.iter().any(|there| Some(there.address) == seen.conversation));
}

/// Other systems have one loopback address.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn duplicates_and_races_come_from_the_given_sources_in_turn() {
    let root = Authority::root();
    let only = node(&root, Years::Now, true).await;
    let mut shop = shop(&root, &[only.address]);
    shop.options.sources =
        ["127.0.0.7", "127.0.0.8", "::1"].map(|ip| ip.parse().expect("an address")).into();
    let race = Step::Together {
        delivery: Delivery::genuine("together"),
        count: 4,
        copies: Copies::Same,
        release: Release::AtOnce,
    };
    let more = vec![scenarios::duplicate(), stateful("race", OrderNeed::Any, vec![race])];
    seen(&shop, more).await;
    let mut by_event: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (from, body) in only.came_from() {
        by_event.entry(body).or_default().push(from.to_string());
    }
    let mut repeated: Vec<Vec<String>> =
        by_event.into_values().filter(|froms| froms.len() > 1).collect();
    repeated.iter_mut().for_each(|froms| froms.sort());
    repeated.sort_by_key(Vec::len);
    let (one, other) = ("127.0.0.7", "127.0.0.8");
    assert_eq!(repeated, [vec![one, other], vec![one, one, other, other]]);
}
