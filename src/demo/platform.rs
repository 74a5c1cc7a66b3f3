//! A stand-in for the platform's API, and the services that tell a caller its address.

use std::net::Ipv4Addr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use golive_checks::model::Secret;
use golive_checks::platform::{canonical, signature};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::Behaviour;
use super::defects::Defect;
use super::message::{Arrived, Reply};

/// The address that the shop calls from, in an Indian region of a large cloud.
pub(super) const ADDRESS: Ipv4Addr = Ipv4Addr::new(15, 206, 10, 20);
/// The address of the shop's second machine.
pub(super) const BACKUP: Ipv4Addr = Ipv4Addr::new(13, 233, 40, 12);
/// An address that belongs to neither.
pub(super) const ELSEWHERE: Ipv4Addr = Ipv4Addr::new(65, 1, 77, 5);

/// The platform as the shop sees it.
#[derive(Debug)]
pub(super) struct Platform {
    behaviour: Behaviour,
    api_key: Secret,
    secret: Secret,
    calls: Mutex<Vec<String>>,
    echoes: AtomicUsize,
}

impl Platform {
    pub(super) fn new(behaviour: &Behaviour, api_key: Secret, secret: Secret) -> Self {
        Self {
            behaviour: behaviour.clone(),
            api_key,
            secret,
            calls: Mutex::default(),
            echoes: AtomicUsize::new(0),
        }
    }

    /// Method, host and path of every call, in order.
    pub(super) fn calls(&self) -> Vec<String> {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Answers an API call.
    pub(super) fn answer(&self, host: &str, arrived: &Arrived) -> Reply {
        self.calls
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(format!("{} {host}{}", arrived.method, arrived.path));
        let reply = self.reply(host, arrived);
        if self.has(Defect::ClockSkew) {
            let ahead = SystemTime::now() + Duration::from_secs(600);
            return reply.header("date", httpdate::fmt_http_date(ahead));
        }
        reply
    }

    fn reply(&self, host: &str, arrived: &Arrived) -> Reply {
        if self.has(Defect::ApiAnswers500) {
            return error(500, "Internal server error.");
        }
        if self.has(Defect::ApiAnswersHtml) {
            return Reply::html(
                200,
                "<!doctype html><title>Network access</title><h1>Please sign in to the \
                 network</h1>",
            );
        }
        if self.has(Defect::ApiAnswers403Address) {
            return error(403, "IP address is not whitelisted.");
        }
        if arrived.method != "POST" {
            return error(405, "Method not allowed.");
        }
        if host != super::API || self.has(Defect::ApiAnswers401) || !self.admits(arrived) {
            return error(401, "Invalid signature.");
        }
        let Ok(body) = serde_json::from_slice::<Value>(&arrived.body) else {
            return error(400, "Invalid payload.");
        };
        match arrived.path.as_str() {
            "/api/v3/pg/order/status" if body["order_id"].is_null() => {
                error(422, "The order_id field is required.")
            }
            "/api/v3/pg/order/status" => error(404, "Order not found."),
            "/api/v3/banking/payment/status" => error(404, "Transaction not found."),
            "/api/v3/payout/balance" => error(403, "Invalid wallet ID for selected environment."),
            _ => error(403, "Access denied."),
        }
    }

    /// Whether key, time and signature are right. Whether the platform verifies the raw or the
    /// canonical body is not said, so both must fit.
    fn admits(&self, arrived: &Arrived) -> bool {
        let header = |name| arrived.header(name, false);
        let (Some(key), Some(given), Some(timestamp)) =
            (header("X-API-KEY"), header("X-SIGNATURE"), header("X-TIMESTAMP"))
        else {
            return false;
        };
        let Ok(at) = timestamp.parse::<i64>() else { return false };
        let age = Timestamp::now().as_second().saturating_sub(at);
        let Some(canonical) = std::str::from_utf8(&arrived.body)
            .ok()
            .and_then(|body| canonical::canonical(body).ok())
        else {
            return false;
        };
        self.api_key.expose() == key
            && (-300..=300).contains(&age)
            && signature::verify(&self.secret, &arrived.body, timestamp, given)
            && signature::verify(&self.secret, canonical.as_bytes(), timestamp, given)
    }

    /// Tells the caller its address.
    pub(super) fn echo(&self) -> Reply {
        let turn = self.echoes.fetch_add(1, Ordering::Relaxed);
        let address = if self.has(Defect::EgressNotListed)
            || self.has(Defect::EgressDisagrees) && turn % 2 == 1
        {
            ELSEWHERE
        } else {
            ADDRESS
        };
        Reply::text(200, &format!("{address}\n"))
    }

    fn has(&self, defect: Defect) -> bool {
        self.behaviour.has(defect)
    }
}

/// The platform's error envelope.
fn error(status: u16, message: &str) -> Reply {
    Reply::json(status, &json!({ "status": false, "code": status, "message": message }))
}
