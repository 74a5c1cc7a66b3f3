//! A KwikPaisa webhook receiver that is right: raw body, constant-time comparison, fresh timestamps, each event applied once,
//! and only to an order that costs what was paid.

mod store;

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use data_encoding::HEXLOWER;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::Value;
use sha2::Sha256;

const WINDOW_S: u64 = 300;

fn is_genuine(secret: &str, body: &[u8], timestamp: &str, signature: &str) -> bool {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let fresh = timestamp.parse::<u64>().is_ok_and(|at| now.abs_diff(at) <= WINDOW_S);
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("HMAC takes keys of any length");
    mac.update(body);
    mac.update(timestamp.as_bytes());
    fresh && HEXLOWER.decode(signature.as_bytes()).is_ok_and(|given| mac.verify_slice(&given).is_ok())
}

/// `Bytes` are the bytes as they came: the signature covers those.
async fn receive(State(secret): State<Arc<str>>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let header = |name| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if !is_genuine(&secret, &body, header("x-timestamp"), header("x-signature")) {
        return StatusCode::UNAUTHORIZED;
    }
    let Ok(message) = serde_json::from_slice::<Value>(&body) else { return StatusCode::BAD_REQUEST };
    let (Some(event), Some(data)) = (message["event"].as_str(), message["data"].as_object()) else { return StatusCode::BAD_REQUEST };
    let text = |key: &str| data.get(key).map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned));
    let reference = text("transaction_id").or_else(|| text("payout_id")).or_else(|| text("order_id")).unwrap_or_default();
    let received = store::Received {
        event: event.to_owned(),
        id: text("order_id").or_else(|| text("payout_order_id")).unwrap_or_default(),
        reference,
        amount: text("amount").unwrap_or_default(),
        currency: text("currency").unwrap_or_default(),
        body: String::from_utf8_lossy(&body).into_owned(),
    };
    match tokio::task::spawn_blocking(move || store::record(&received)).await {
        Ok(Ok(())) => StatusCode::OK,
        _ => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// Makes test orders and prints them.
fn orders(how_many: u32) {
    for _ in 0..how_many {
        let order_id = store::order(100, "INR").expect("the database opens");
        println!("{}", serde_json::json!({ "order_id": order_id, "amount": "1.00" }));
    }
}

#[tokio::main]
async fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [_, "effects", id] => return println!("{}", store::credits(id).expect("the database opens")),
        [_, "status", id] => return println!("{}", store::state(id).expect("the database opens")),
        [_, "order"] => return orders(1),
        [_, "order", how_many] => return orders(how_many.parse().expect("a number")),
        _ => {}
    }
    let secret: Arc<str> = std::env::var("KWIKPAISA_SECRET_KEY").expect("KWIKPAISA_SECRET_KEY is set").into();
    store::connect().expect("the database opens");
    let port = std::env::var("PORT").unwrap_or_else(|_| "8080".to_owned());
    let listener = tokio::net::TcpListener::bind(format!("127.0.0.1:{port}")).await.expect("the port is free");
    println!("listening on http://{}", listener.local_addr().expect("it is bound"));
    let app = Router::new().route("/api/webhooks/kwikpaisa", post(receive)).with_state(secret);
    axum::serve(listener, app).await.expect("it serves until it is stopped");
}
