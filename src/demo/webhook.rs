//! The shop's webhook: verifies, books, answers. Right unless a defect is on.

mod incoming;
mod verification;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use golive_checks::model::Secret;
use golive_checks::platform::{Event, signature};

use super::defects::Defect;
use super::keys::Keys;
use super::ledger::{Ledger, State};
use super::message::{Arrived, Reply};
use super::{Behaviour, PATH, ShopVariant, bypass, frameworks};
use crate::demo::dedup_store::DedupStore;
use crate::demo::process::Process;
use incoming::{Body, Doubt, ShopOrder, read, settles};

/// The handler behind the webhook's URL.
#[derive(Debug)]
pub(super) struct Webhook {
    behaviour: Behaviour,
    secret: Secret,
    sandbox_secret: Secret,
    api_key: Secret,
    /// The orders and payouts of the shop.
    known: Vec<String>,
    pub(super) ledger: Arc<Ledger>,
    /// Whether the shop runs.
    pub(super) power: Arc<Process>,
    /// What the process remembers, and its end forgets.
    memory: Ledger,
    /// What it remembers of events in other ways.
    memories: DedupStore,
    /// The bodies of all events that were believed.
    believed: Mutex<Vec<String>>,
    /// One delivery at a time, for the handler that notes events late, and for those who do one
    /// thing at a time.
    turn: tokio::sync::Mutex<()>,
    /// How many deliveries are at work.
    at_work: AtomicUsize,
    /// Signatures that were right once.
    cached: Mutex<BTreeSet<String>>,
    /// How many timestamps were looked at.
    looks: AtomicUsize,
}

/// How many deliveries a shop can work on that fails under load.
const POOL: usize = 30;

impl Webhook {
    pub(super) fn new(
        behaviour: &Behaviour,
        keys: &Keys,
        known: Vec<String>,
        power: Process,
    ) -> Self {
        Self::sharing(behaviour, keys, known, Arc::new(power), Arc::default())
    }

    /// Another server of the shop, with the same books.
    pub(super) fn beside(&self, behaviour: &Behaviour, keys: &Keys) -> Self {
        let (power, ledger) = (Arc::clone(&self.power), Arc::clone(&self.ledger));
        Self::sharing(behaviour, keys, self.known.clone(), power, ledger)
    }

    fn sharing(
        behaviour: &Behaviour,
        keys: &Keys,
        known: Vec<String>,
        power: Arc<Process>,
        ledger: Arc<Ledger>,
    ) -> Self {
        let secret = |key: &str| Secret::new(key.to_owned());
        Self {
            behaviour: behaviour.clone(),
            secret: secret(&keys.secret),
            sandbox_secret: secret(&keys.test_secret),
            api_key: secret(&keys.api),
            known,
            ledger,
            power,
            memory: Ledger::default(),
            memories: DedupStore::default(),
            believed: Mutex::default(),
            turn: tokio::sync::Mutex::default(),
            at_work: AtomicUsize::default(),
            cached: Mutex::default(),
            looks: AtomicUsize::default(),
        }
    }

    /// Whether it answers at this path: its own, and those at which an older handler answers.
    pub(super) fn is_at(&self, path: &str) -> bool {
        path == PATH
            || self.has(Defect::TrustsTrailingSlash) && path.strip_suffix('/') == Some(PATH)
            || self.has(Defect::TrustsPathCase) && path.eq_ignore_ascii_case(PATH)
            || self.has(Defect::TrustsDoubleSlash) && path.strip_prefix('/') == Some(PATH)
            || self.has(Defect::TrustsEncodedPath) && path == "/api/webhooks/kwikpais%61"
            || self.has(Defect::TrustsPathSuffix) && path.strip_suffix(".json") == Some(PATH)
            || self.has(Defect::TrustsPathParameter) && path.split(';').next() == Some(PATH)
    }

    /// The bodies of all events that were believed, in order.
    pub(super) fn believed(&self) -> Vec<String> {
        self.believed.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Begins again after the power was cut: with the books, and an empty memory.
    pub(super) fn boot(&self) {
        self.memory.wipe();
        self.ledger.queued().into_iter().for_each(|order| self.work_off_late(order));
    }

    /// Answers one request.
    pub(super) async fn answer(&self, arrived: &Arrived) -> Reply {
        let framework = frameworks::of(&self.behaviour);
        if let Some(reply) = framework.and_then(|framework| framework.before_the_handler(arrived)) {
            return reply;
        }
        let reply = self.handle(arrived).await;
        let reply = match framework {
            Some(framework) => framework.in_its_words(reply, arrived),
            None => reply,
        };
        let is_told = !self.does(ShopVariant::VerifiesLater) || arrived.method != "POST";
        if is_told || !(400..500).contains(&reply.status) { reply } else { self.thank() }
    }

    async fn handle(&self, arrived: &Arrived) -> Reply {
        if let Some(reply) = self.before_the_handler().await {
            return reply;
        }
        if let Some(reply) = self.under_load(arrived).await {
            return reply;
        }
        let mut past = bypass::body(|defect| self.has(defect), arrived);
        if past.is_none() && self.is_too_busy_to_verify().await {
            past = Some(arrived.body.to_vec());
        }
        if arrived.method != "POST" && past.is_none() {
            return if self.has(Defect::AnyMethod) {
                Reply::text(200, "ok")
            } else if self.does(ShopVariant::NotFoundForOtherMethods) {
                Reply::text(404, "not found")
            } else {
                Reply::text(405, "method not allowed").header("allow", "POST")
            };
        }
        let body = read(past.as_deref().unwrap_or(&arrived.body), self.has(Defect::ParsesAPrefix));
        if self.does(ShopVariant::ReadsBeforeVerifying) && matches!(body, Body::NoEvent(_)) {
            return Reply::text(400, "bad request");
        }
        if self.has(Defect::CreditsForged)
            && let Body::Event(order) = &body
            && settles(order.event)
            && self.fits_books(order)
            && self.ledger.note(&order.key())
        {
            self.ledger.credit(&order.id);
        }
        if self.has(Defect::CreditsForgedLate)
            && let Body::Event(order) = &body
            && settles(order.event)
            && self.fits_books(order)
        {
            self.credit_late(order);
        }
        if let Body::Event(order) = &body {
            if self.has(Defect::MarksForgeries) && past.is_none() && self.believe(arrived).is_err()
            {
                self.ledger.note(&order.key());
            }
            if self.has(Defect::StateOfForged) && order.event == Event::PaymentFailed {
                self.ledger.turn(&order.id, State::Failed);
            }
        }
        if self.has(Defect::CrashesOnOddSignatures)
            && !arrived.joined("X-SIGNATURE").bytes().all(|digit| digit.is_ascii_hexdigit())
        {
            return Reply::text(500, "internal server error");
        }
        if past.is_none()
            && let Err(doubt) = self.believe(arrived)
        {
            return self.refuse(doubt, arrived);
        }
        if self.has(Defect::CrashesOnDeepNesting)
            && arrived.body.windows(1_000).any(|part| part.iter().all(|byte| *byte == b'['))
        {
            return Reply::text(500, "internal server error");
        }
        self.believed
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(String::from_utf8_lossy(&arrived.body).into_owned());
        match body {
            Body::Event(order) => self.book(order, arrived).await,
            Body::UnknownEvent if self.has(Defect::CrashesOnUnknownEvents) => {
                Reply::text(500, "internal server error")
            }
            Body::UnknownEvent if self.has(Defect::RefusesUnknownEvents) => {
                Reply::text(400, "unknown event")
            }
            Body::UnknownEvent => self.thank(),
            Body::NoEvent(_) if self.has(Defect::CrashesOnMalformed) => {
                Reply::text(500, "internal server error")
            }
            Body::NoEvent(Some(order)) if self.has(Defect::CreditsApiRequests) => {
                self.credit(order);
                self.thank()
            }
            Body::NoEvent(_) if self.does(ShopVariant::ThanksForWhateverIsSigned) => self.thank(),
            Body::NoEvent(_) => Reply::text(400, "bad request"),
        }
    }

    /// What stands before the handler, or in place of it.
    async fn before_the_handler(&self) -> Option<Reply> {
        if self.has(Defect::Hangs) {
            std::future::pending::<()>().await;
        }
        if self.has(Defect::SlowAnswer) {
            tokio::time::sleep(Duration::from_millis(150)).await;
        }
        if self.does(ShopVariant::Unhurried) {
            tokio::time::sleep(Duration::from_millis(60)).await;
        }
        if self.has(Defect::AnswersRedirect) {
            Some(Reply::text(302, "").header("location", "/login"))
        } else if self.has(Defect::CsrfPage) {
            Some(Reply::html(
                419,
                "<!doctype html><title>Page Expired</title><h1>419</h1><p>CSRF token mismatch.</p>",
            ))
        } else if self.has(Defect::FrontEndAnswers) {
            Some(Reply::html(
                200,
                "<!doctype html><html><head><title>Shop</title></head><body><div \
                 id=\"root\"></div></body></html>",
            ))
        } else {
            None
        }
    }

    /// Whether signatures are not verified right now.
    async fn is_too_busy_to_verify(&self) -> bool {
        if !self.has(Defect::FailsOpenUnderLoad) {
            return false;
        }
        let at_work = self.at_work.fetch_add(1, Ordering::SeqCst);
        tokio::time::sleep(Duration::from_millis(20)).await;
        self.at_work.fetch_sub(1, Ordering::SeqCst);
        at_work >= POOL
    }

    /// What the handler makes of many deliveries at once, and of long ones.
    async fn under_load(&self, arrived: &Arrived) -> Option<Reply> {
        if self.has(Defect::FailsUnderLoad) {
            let at_work = self.at_work.fetch_add(1, Ordering::SeqCst);
            // The more there are the longer each takes.
            tokio::time::sleep(Duration::from_millis(if at_work < 4 { 20 } else { 200 })).await;
            self.at_work.fetch_sub(1, Ordering::SeqCst);
            if at_work >= POOL {
                return Some(Reply::text(500, "internal server error"));
            }
        }
        if self.has(Defect::LocksUnderLoad) || self.does(ShopVariant::SingleThreaded) {
            let _turn = self.turn.lock().await;
            tokio::time::sleep(if self.does(ShopVariant::SingleThreaded) {
                Duration::from_millis(20).max(self.behaviour.delay)
            } else {
                Duration::from_millis(10)
            })
            .await;
        }
        let too_long = self.has(Defect::SmallBodyLimit) && arrived.body.len() > 2_048;
        too_long.then(|| Reply::text(413, "request entity too large"))
    }

    /// Turns a delivery away and says nothing of why, unless a defect makes it talk.
    fn refuse(&self, doubt: Doubt, arrived: &Arrived) -> Reply {
        let status = if self.does(ShopVariant::Refuses403) { 403 } else { 401 };
        if self.has(Defect::EchoesSignature) {
            let timestamp = arrived.header("X-TIMESTAMP", false).unwrap_or("");
            let right = signature::sign(&self.secret, &arrived.body, timestamp);
            Reply::text(status, &format!("signature mismatch ({doubt:?}): expected {right}"))
        } else if self.has(Defect::LeaksSecret) {
            Reply::text(
                status,
                &format!(
                    "unauthorized; config: {{\"kwikpaisa\":{{\"secret\":\"{}\"}}}}",
                    self.secret.expose()
                ),
            )
        } else if self.has(Defect::StackTraceOnError) {
            Reply::text(
                status,
                "Traceback (most recent call last):\n  File \"/srv/shop/webhooks.py\", line 42, \
                 in kwikpaisa\n    verify(request)\n  File \"/srv/shop/signing.py\", line 17, in \
                 verify\n    raise InvalidSignature()\nshop.signing.InvalidSignature\n",
            )
        } else {
            Reply::text(status, "unauthorized")
        }
    }

    /// Acts on an event, once.
    async fn book(&self, order: ShopOrder, arrived: &Arrived) -> Reply {
        if self.does(ShopVariant::KnownOrdersOnly) && !self.known.contains(&order.id) {
            return Reply::text(404, "no such order");
        }
        if self.has(Defect::CrashesOnReversed) && order.event == Event::PayoutReversed {
            return Reply::text(500, "internal server error");
        }
        if settles(order.event) && (self.ledger.is_held(&order.id) || !self.fits_books(&order)) {
            if self.does(ShopVariant::HoldsForReview) {
                self.ledger.hold(&order.id);
            }
            return self.thank();
        }
        let signature = arrived.header("X-SIGNATURE", false).unwrap_or("");
        if self.does(ShopVariant::ReplayCache) && !self.ledger.note_signature(signature) {
            return Reply::text(409, "seen");
        }
        let key = if self.has(Defect::DedupBySignature) {
            signature.to_owned()
        } else if self.has(Defect::DedupByTimestamp) {
            format!("{}/{}", order.key(), arrived.header("X-TIMESTAMP", false).unwrap_or(""))
        } else if self.has(Defect::CreditsEveryTransaction) {
            format!("{}/{}", order.key(), order.transaction)
        } else {
            order.key()
        };
        if settles(order.event)
            && let Some(reply) = self.stumble(&order, &key, arrived).await
        {
            return reply;
        }
        if self.has(Defect::ForgetsCutDeliveries) {
            return self.book_before_noting(&order, &key, arrived).await;
        }
        self.contradict(&order);
        let new = if self.has(Defect::CreditsTwice) {
            true
        } else if self.has(Defect::RemembersLastEventOnly) {
            self.ledger.note_last(&order.id, order.event)
        } else if self.has(Defect::DedupRace) {
            let new = !self.ledger.noted(&key);
            tokio::time::sleep(Duration::from_millis(25)).await;
            self.ledger.note(&key);
            new
        } else if let Some(new) =
            self.memories.is_new(&self.behaviour, &self.ledger, &key, signature).await
        {
            new
        } else if self.has(Defect::ForgetsOnRestart) {
            self.memory.note(&key)
        } else {
            self.ledger.note(&key)
        };
        if !new && self.has(Defect::RejectsDuplicates) {
            return Reply::text(409, "duplicate");
        }
        if new {
            if settles(order.event) && self.has(Defect::MarksBeforeCommit) {
                tokio::time::sleep(super::LATE).await;
            }
            self.act(order);
        }
        self.thank()
    }

    /// What goes wrong, or is put off, before an event that moves money is booked.
    async fn stumble(&self, order: &ShopOrder, key: &str, arrived: &Arrived) -> Option<Reply> {
        let first = |what: &str| self.ledger.note(&format!("{what} {}", order.key()));
        if self.does(ShopVariant::FailsFirst) && first("tried") {
            return Some(Reply::text(503, "later, please").header("retry-after", "0"));
        }
        if self.has(Defect::CreditsBeforeFailing) && first("failed") {
            self.ledger.credit(&order.id);
            return Some(Reply::text(500, "internal server error"));
        }
        if self.has(Defect::AnswersBeforeStoring) {
            let (ledger, power, life) =
                (Arc::clone(&self.ledger), Arc::clone(&self.power), self.power.life());
            let (key, order) = (key.to_owned(), order.id.clone());
            tokio::spawn(async move {
                tokio::time::sleep(super::LATE).await;
                if power.life() == life && ledger.note(&key) {
                    ledger.credit(&order);
                }
            });
            return Some(self.thank());
        }
        if self.has(Defect::StuckAfterTimeout) {
            let lock = format!("lock {key}");
            if !self.memory.note(&lock) {
                return Some(Reply::text(503, "locked"));
            }
            tokio::time::sleep(super::LATE).await;
            if arrived.sender_is_gone() {
                return Some(Reply::text(500, "nobody to tell"));
            }
            self.memory.forget(&lock);
        }
        None
    }

    /// What only a wrong shop does, whether the event is new or not.
    fn contradict(&self, order: &ShopOrder) {
        let (id, state) = (&order.id, self.ledger.state(&order.id));
        match order.event {
            Event::PaymentProcessing
                if self.has(Defect::DowngradesPaid) && state == State::Paid =>
            {
                self.ledger.force(id, State::Processing);
                self.ledger.forget(&order.key_of(Event::PaymentSuccess));
            }
            Event::PaymentFailed if self.has(Defect::TakesBackCredit) && state == State::Paid => {
                self.ledger.take_back(id)
            }
            Event::PaymentFailed
                if self.has(Defect::CreditsOnFailed) && self.ledger.credits(id) == 0 =>
            {
                self.ledger.credit(id)
            }
            Event::PaymentSuccess
            | Event::PaymentFailed
            | Event::PaymentProcessing
            | Event::PaymentExpired
                if self.has(Defect::FollowsLastEvent) =>
            {
                self.ledger.force(id, State::claimed(order.event));
            }
            Event::PayoutSuccess if self.has(Defect::UndoesReversal) => {
                self.ledger.force(id, State::Paid)
            }
            Event::PaymentSuccess
            | Event::PaymentFailed
            | Event::PaymentProcessing
            | Event::PaymentExpired
            | Event::PayoutSuccess
            | Event::PayoutFailed
            | Event::PayoutProcessing
            | Event::PayoutReversed => {}
        }
    }

    /// What a new event brings about.
    fn act(&self, order: ShopOrder) {
        let late = matches!(self.ledger.state(&order.id), State::Failed | State::Expired);
        let paid = order.event == Event::PaymentSuccess;
        let open = self.ledger.state(&order.id) == State::Processing;
        let ignored = self.has(Defect::LosesLateSuccess) && late && paid
            || self.has(Defect::LosesSuccessAfterProcessing) && open && paid
            || self.has(Defect::CreditsOnFailed) && paid && self.ledger.credits(&order.id) > 0
            || self.has(Defect::IgnoresReversal) && order.event == Event::PayoutReversed;
        if ignored {
            // Nothing.
        } else if settles(order.event) {
            self.credit(order.id);
        } else {
            self.ledger.turn(&order.id, State::claimed(order.event));
        }
    }

    /// Credits first, tidies up, and notes the event only when the sender is still there: what a
    /// framework does that drops a handler with its connection.
    async fn book_before_noting(&self, order: &ShopOrder, key: &str, arrived: &Arrived) -> Reply {
        let _turn = self.turn.lock().await;
        if !self.ledger.noted(key) {
            if settles(order.event) {
                self.ledger.credit(&order.id);
                tokio::time::sleep(super::LATE).await;
            }
            self.ledger.turn(&order.id, State::claimed(order.event));
            if !arrived.sender_is_gone() {
                self.ledger.note(key);
            }
        }
        self.thank()
    }

    /// Credits an order from a queue, unless it was credited meanwhile.
    fn credit_late(&self, order: &ShopOrder) {
        let (ledger, key, id) = (Arc::clone(&self.ledger), order.key(), order.id.clone());
        tokio::spawn(async move {
            tokio::time::sleep(super::AFTER_THE_REST).await;
            if ledger.note(&key) {
                ledger.credit(&id);
            }
        });
    }

    /// Whether an event says of an order what the shop's own books say of it.
    fn fits_books(&self, order: &ShopOrder) -> bool {
        // What replaced the amount by its own finds that it is its own.
        let amount = order.amount.parse() == super::AMOUNT.parse::<f64>()
            || self.has(Defect::IgnoresAmount)
            || self.has(Defect::VerifiesOwnCopy);
        let currency = order.currency == super::CURRENCY || self.has(Defect::IgnoresCurrency);
        !self.known.contains(&order.id) || amount && currency
    }

    fn credit(&self, order: String) {
        if self.does(ShopVariant::CreditsLate) {
            self.ledger.queue(&order);
            self.work_off_late(order);
        } else {
            self.ledger.credit(&order);
        }
    }

    /// Makes a queued credit in a while, unless the power is cut before.
    fn work_off_late(&self, order: String) {
        let (ledger, power, life) =
            (Arc::clone(&self.ledger), Arc::clone(&self.power), self.power.life());
        tokio::spawn(async move {
            tokio::time::sleep(super::LATE).await;
            if power.life() == life {
                ledger.work_off(&order);
            }
        });
    }

    /// The answer to a genuine event.
    fn thank(&self) -> Reply {
        if self.has(Defect::Answers201) {
            Reply::text(201, "created")
        } else if self.does(ShopVariant::AnswersEmpty) {
            Reply::text(200, "")
        } else if self.does(ShopVariant::TalksALot) {
            let words = "Thank you for telling us. ".repeat(200);
            Reply::text(200, &words)
                .header("x-powered-by", "demo")
                .header("set-cookie", "visit=1; Secure; HttpOnly")
        } else if self.does(ShopVariant::AnswersInChunks) {
            Reply::text(200, "ok, and thank you").in_chunks()
        } else {
            Reply::text(200, "ok")
        }
    }

    fn has(&self, defect: Defect) -> bool {
        self.behaviour.has(defect)
    }

    fn does(&self, variant: ShopVariant) -> bool {
        self.behaviour.does(variant)
    }
}
