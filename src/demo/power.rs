//! Whether the shop runs: a file in its folder says so, for `[webhook.control]` to take away and put back.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::sync::watch;

/// The file, while the shop runs.
pub(super) const OPEN_FILE: &str = "open";

/// How soon it is noticed.
const LOOK: Duration = Duration::from_millis(2);

/// What keeps the shop running. Without it, all that is in flight and in memory is gone at once.
#[derive(Debug)]
pub(super) struct Power {
    file: PathBuf,
    on: watch::Sender<bool>,
    lives: AtomicU64,
}

impl Power {
    /// On, as long as there is `file`.
    pub(super) fn new(file: PathBuf) -> Self {
        Self { file, on: watch::Sender::new(true), lives: AtomicU64::new(0) }
    }

    /// Which life of the shop this is: what was begun in another one is never ended.
    pub(super) fn life(&self) -> u64 {
        self.is_on();
        self.lives.load(Ordering::SeqCst)
    }

    /// Whether the shop runs; the first to find the file gone cuts the power.
    pub(super) fn is_on(&self) -> bool {
        if !self.file.exists() && self.on.send_if_modified(std::mem::take) {
            self.lives.fetch_add(1, Ordering::SeqCst);
        }
        *self.on.borrow()
    }

    /// Waits until the power is cut.
    pub(super) async fn cut(&self) {
        // The sender is ours: it outlives the wait.
        let _ = self.on.subscribe().wait_for(|on| !on).await;
    }

    /// Looks after the file for ever. `boot` is called before the shop runs again.
    pub(super) async fn keep(&self, boot: impl Fn()) {
        loop {
            tokio::time::sleep(LOOK).await;
            if !self.is_on() && self.file.exists() {
                boot();
                self.on.send_replace(true);
            }
        }
    }
}
