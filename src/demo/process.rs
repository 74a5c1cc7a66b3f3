//! Whether the shop runs: a file in its folder says so, for `[webhook.control]` to take away and
//! put back.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::sleep;

/// The file, while the shop runs.
pub(super) const OPEN_FILE: &str = "open";

/// How soon it is noticed.
const LOOK: Duration = Duration::from_millis(2);

/// How long what has arrived by then goes on: a signal takes its time, and so does the power.
const LAST: Duration = Duration::from_millis(20);

/// What keeps the shop running. Without it, all that is in flight and in memory is gone at once.
#[derive(Debug)]
pub(super) struct Process {
    file: PathBuf,
    on: watch::Sender<bool>,
    /// The file was seen to be gone: nobody is let in any more.
    going: AtomicBool,
    lives: AtomicU64,
}

impl Process {
    /// On, as long as there is `file`.
    pub(super) fn new(file: PathBuf) -> Self {
        Self {
            file,
            on: watch::Sender::new(true),
            going: AtomicBool::new(false),
            lives: AtomicU64::new(0),
        }
    }

    /// Which life of the shop this is: what was begun in another one is never ended.
    pub(super) fn life(&self) -> u64 {
        self.lives.load(Ordering::SeqCst)
    }

    /// Whether the shop lets anybody in.
    pub(super) fn is_on(&self) -> bool {
        let on = *self.on.borrow();
        if on && !self.file.exists() {
            self.going.store(true, Ordering::SeqCst);
        }
        on && !self.going.load(Ordering::SeqCst)
    }

    /// Waits until the power is cut.
    pub(super) async fn cut(&self) {
        // The sender is ours: it outlives the wait.
        let _ = self.on.subscribe().wait_for(|on| !on).await;
    }

    /// Looks after the file for ever. `boot` is called before the shop runs again.
    pub(super) async fn keep(&self, boot: impl Fn()) {
        loop {
            sleep(LOOK).await;
            if self.is_on() {
                continue;
            }
            if self.going.load(Ordering::SeqCst) {
                sleep(LAST).await;
                self.lives.fetch_add(1, Ordering::SeqCst);
                self.on.send_replace(false);
                self.going.store(false, Ordering::SeqCst);
            }
            if self.file.exists() {
                boot();
                self.on.send_replace(true);
            }
        }
    }
}
