//! Ways of remembering events that hold until duplicates arrive together, or later.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::demo::ledger::Ledger;
use crate::demo::{Behaviour, Defect};

/// How long the handler is at work on an event that it looked up before and notes after.
const WORK: Duration = Duration::from_millis(25);

/// How long an event is remembered by a memory that forgets: less than the effects of the first
/// delivery take to rest.
const SHORT: Duration = Duration::from_millis(40);

/// What the shop remembers beside its books.
#[derive(Debug, Default)]
pub(super) struct DedupStore {
    workers: [Mutex<BTreeSet<String>>; 2],
    turn: AtomicUsize,
    locks: Mutex<BTreeMap<String, Arc<tokio::sync::Mutex<()>>>>,
    seen: Mutex<BTreeMap<String, Instant>>,
}

impl DedupStore {
    /// Whether an event is new, to a shop that remembers events in one of these ways.
    pub(super) async fn is_new(
        &self,
        behaviour: &Behaviour,
        ledger: &Arc<Ledger>,
        key: &str,
        signature: &str,
    ) -> Option<bool> {
        if behaviour.has(Defect::RemembersPerProcess) {
            let worker = self.turn.fetch_add(1, Ordering::Relaxed) % self.workers.len();
            return Some(lock(&self.workers[worker]).insert(key.to_owned()));
        }
        if behaviour.has(Defect::LocksBySignature) {
            let own = Arc::clone(lock(&self.locks).entry(signature.to_owned()).or_default());
            let _held = own.lock().await;
            let new = !ledger.noted(key);
            tokio::time::sleep(WORK).await;
            ledger.note(key);
            return Some(new);
        }
        if behaviour.has(Defect::ForgetsSoon) {
            let now = Instant::now();
            let before = lock(&self.seen).insert(key.to_owned(), now);
            return Some(before.is_none_or(|before| now - before > SHORT));
        }
        None
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
