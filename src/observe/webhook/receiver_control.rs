//! Stops the merchant's receiver and starts it again, and never leaves it stopped.

use std::cell::Cell;
use std::path::Path;
use std::time::{Duration, Instant};

use golive_checks::model::{Delivery, Limits};
use tokio::process::Child;
use tokio::sync::Mutex;
use tokio::time::timeout;

use crate::observe::net::dial::millis;
use crate::programs::{self, Failed};
use crate::targets::ControlHook;

/// What is sent to see whether the receiver is down, or back.
pub(in crate::observe) const IS_IT_UP: Delivery = Delivery::genuine("is-it-up");

/// How often the start command is run, at most, where it fails.
pub(in crate::observe) const STARTS: u32 = 3;

/// How long somebody who wants to leave waits for a start command that does not end: it may be the
/// receiver itself.
const GRACE: Duration = Duration::from_secs(5);

/// `[webhook.control]`, and what it was last used for.
pub(crate) struct Control<'a> {
    hook: &'a ControlHook,
    folder: &'a Path,
    limit: Duration,
    under_way: Mutex<UnderWay>,
    /// The stop command was run, and nobody has seen the receiver up since.
    owes_start: Cell<bool>,
}

/// The command that was run last. It is not ended with the step that ran it: half a stop is worse
/// than a whole one.
enum UnderWay {
    Nothing,
    Stop(Child),
    Start(Child),
}

impl<'a> Control<'a> {
    /// As configured. Programs run in `folder`.
    pub(in crate::observe) fn new(
        hook: &'a ControlHook,
        folder: &'a Path,
        limits: &Limits,
    ) -> Self {
        let limit = Duration::from_millis(limits.command_ms);
        Self {
            hook,
            folder,
            limit,
            under_way: Mutex::new(UnderWay::Nothing),
            owes_start: Cell::new(false),
        }
    }

    /// Whether the receiver was stopped and not seen up since.
    pub(in crate::observe) fn owes_start(&self) -> bool {
        self.owes_start.get()
    }

    /// Runs the stop command to its end; how many milliseconds that took.
    pub(in crate::observe) async fn stop(&self) -> Result<u64, Failed> {
        let began = Instant::now();
        let mut under_way = self.under_way.lock().await;
        outlive_the_terminal();
        self.owes_start.set(true);
        *under_way = UnderWay::Stop(programs::launch(&self.hook.stop, self.folder)?);
        self.stopped(&mut under_way).await?;
        Ok(millis(began.elapsed()))
    }

    /// Runs the start command, once the stop command is over, and does not wait for its end.
    pub(in crate::observe) async fn start(&self) -> Result<(), Failed> {
        let mut under_way = self.under_way.lock().await;
        // However it ends: it was waited for, and the receiver is to be up.
        let _ = self.stopped(&mut under_way).await;
        *under_way = UnderWay::Start(programs::launch(&self.hook.start, self.folder)?);
        Ok(())
    }

    /// How the start command failed, where it has.
    pub(in crate::observe) async fn start_failed(&self) -> Option<Failed> {
        match &mut *self.under_way.lock().await {
            UnderWay::Start(child) => {
                child.try_wait().ok().flatten().and_then(|status| programs::ended(status).err())
            }
            UnderWay::Nothing | UnderWay::Stop(_) => None,
        }
    }

    /// The receiver was seen up.
    pub(in crate::observe) fn is_up(&self) {
        self.owes_start.set(false);
    }

    /// On the way out: starts the receiver where it was stopped and not seen up since. Why it may
    /// still be down, where that failed.
    pub(in crate::observe) async fn settle(&self) -> Option<String> {
        if !self.owes_start() {
            return None;
        }
        let mut why = None;
        for _ in 0..STARTS {
            if !matches!(&*self.under_way.lock().await, UnderWay::Start(_))
                && let Err(failed) = self.start().await
            {
                why = Some(failed);
                continue;
            }
            let mut under_way = self.under_way.lock().await;
            let UnderWay::Start(child) = &mut *under_way else { continue };
            match timeout(GRACE.min(self.limit), child.wait()).await {
                Ok(Ok(status)) => match programs::ended(status) {
                    Ok(()) => {
                        self.owes_start.set(false);
                        return None;
                    }
                    Err(failed) => why = Some(failed),
                },
                Ok(Err(error)) => why = Some(error.into()),
                // It is at it, or is the receiver.
                Err(_) => {
                    self.owes_start.set(false);
                    return None;
                }
            }
            *under_way = UnderWay::Nothing;
        }
        // Tried as often as it will be: nothing is left to do on being dropped.
        self.owes_start.set(false);
        why.map(|failed| {
            format!("webhook.control.stop was run, then webhook.control.start {failed}")
        })
    }

    async fn stopped(&self, under_way: &mut UnderWay) -> Result<(), Failed> {
        let UnderWay::Stop(child) = under_way else { return Ok(()) };
        match timeout(self.limit, child.wait()).await {
            Ok(status) => {
                *under_way = UnderWay::Nothing;
                programs::ended(status?)
            }
            Err(_) => Err(Failed::TimedOut(self.limit)),
        }
    }
}

impl Drop for Control<'_> {
    fn drop(&mut self) {
        // Only where the tool itself broke: `settle` has seen to every other way out.
        if self.owes_start() {
            let _ = programs::launch_last(&self.hook.start, self.folder);
        }
    }
}

/// From now on a terminal that is closed does not end the process: somebody has to start the
/// receiver again.
fn outlive_the_terminal() {
    #[cfg(unix)]
    // The listener goes, the way of the signal stays.
    drop(tokio::signal::unix::signal(tokio::signal::unix::SignalKind::hangup()));
}
