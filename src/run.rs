//! One run: plan, observe, and the facts that come of it.

use crate::saved_run::{SCHEMA, SavedRun};
use std::cell::Cell;
use std::rc::Rc;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use golive_checks::model::ruling::selected;
use golive_checks::model::{
    Deliver, Facts, Merchant, Mode, Observations, Prefix, Probe, Role, RunFacts, Slot,
};
use golive_checks::{CATALOGUE, catalogue_version};
use jiff::Zoned;
use sha2::{Digest as _, Sha256};
use tokio::sync::watch;

use crate::cli::Seed;
use crate::exit::Signal;
use crate::observe::{self, Context, Options, Plan, Progress};
use crate::targets::Targets;

/// A merchant, loaded, and how far this run goes.
#[derive(Debug)]
pub(crate) struct Run {
    /// The merchant as configured.
    pub(crate) merchant: Merchant,
    /// Its real addresses, programs and secrets.
    pub(crate) targets: Targets,
    /// The facts of the run so far.
    pub(crate) facts: RunFacts,
    /// The switches.
    pub(crate) options: Options,
    /// What is observed beside what the selected checks ask for.
    pub(crate) also: Vec<Probe>,
}

impl Run {
    /// What this run would observe.
    pub(crate) fn plan(&self) -> Plan {
        let blank = Observations::default();
        let facts = Facts { merchant: &self.merchant, run: &self.facts, seen: &blank };
        let probes: Vec<Probe> = CATALOGUE
            .iter()
            .flat_map(|section| section.checks.iter().map(move |check| (section.id, check)))
            .filter(|(section, check)| selected(&facts, check.meta(), section))
            .flat_map(|(_, check)| check.plan(&self.merchant, &self.facts))
            .chain(self.also.iter().cloned())
            .collect();
        Plan::merge(probes, &self.merchant, &self.facts)
    }

    /// Carries the plan out.
    ///
    /// # Errors
    ///
    /// When no runtime can be had, or the switches cannot be followed.
    pub(crate) fn observe(
        mut self,
        progress: &dyn Progress,
    ) -> anyhow::Result<(SavedRun, Option<Signal>)> {
        let began = Instant::now();
        let plan = self.plan();
        let ((observations, contacted), signal) = until_done(async |interrupted| {
            let context = Context {
                merchant: &self.merchant,
                targets: &self.targets,
                run: &self.facts,
                options: &self.options,
                interrupted,
            };
            observe::observe(plan, &context, progress).await
        })?;
        self.facts.interrupted = signal.is_some();
        self.facts.contacted = contacted;
        self.facts.took_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
        let seen = SavedRun {
            schema: SCHEMA.to_owned(),
            run: self.facts,
            merchant: self.merchant,
            observations,
        };
        Ok((seen, signal))
    }
}

/// Does `work` on a runtime of its own. What it is given turns true when somebody interrupts it,
/// and the signal is returned beside what came of it.
///
/// # Errors
///
/// When no runtime can be had, and those of `work`.
pub(crate) fn until_done<T>(
    work: impl AsyncFnOnce(watch::Receiver<bool>) -> anyhow::Result<T>,
) -> anyhow::Result<(T, Option<Signal>)> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("starting the runtime")?;
    let (stop, interrupted) = watch::channel(false);
    let ended_by = Rc::new(Cell::new(None));
    let done = runtime.block_on(async {
        let local = tokio::task::LocalSet::new();
        let (noticed, signalled) = (Rc::clone(&ended_by), until_signalled());
        local.spawn_local(async move {
            noticed.set(Some(signalled.await));
            let _ = stop.send(true);
            std::future::pending::<()>().await;
        });
        local.run_until(work(interrupted)).await
    })?;
    runtime.shutdown_timeout(Duration::from_millis(200));
    Ok((done, ended_by.get()))
}

/// Ctrl-C or a polite kill, listened for from the call on and not only once it is awaited: where a
/// thread with a runtime of its own is about, one that comes in between is lost.
#[cfg(unix)]
pub(crate) fn until_signalled() -> impl Future<Output = Signal> {
    use tokio::signal::unix::{SignalKind, signal};
    let listeners = (signal(SignalKind::interrupt()), signal(SignalKind::terminate()));
    async move {
        let (Ok(mut interrupt), Ok(mut terminate)) = listeners else {
            return std::future::pending().await;
        };
        tokio::select! {
            _ = interrupt.recv() => Signal::Interrupt,
            _ = terminate.recv() => Signal::Terminate,
        }
    }
}

/// Ctrl-C.
#[cfg(not(unix))]
pub(crate) async fn until_signalled() -> Signal {
    match tokio::signal::ctrl_c().await {
        Ok(()) => Signal::Interrupt,
        Err(_) => std::future::pending().await,
    }
}

/// The facts of a run that begins now.
pub(crate) fn begin(mode: Mode, now: Option<jiff::Timestamp>) -> RunFacts {
    let clock = Zoned::now();
    let started = now.unwrap_or_else(|| clock.timestamp());
    let id = run_id();
    RunFacts {
        seed: u32::from_str_radix(&id, 16).unwrap_or_default(),
        id,
        offset_s: clock.offset().seconds(),
        mode,
        host: host_name(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        catalogue: catalogue_version(CATALOGUE),
        ..RunFacts::at(started)
    }
}

/// What is random about a run: as it is wished, else made from the configuration and the catalogue, so
/// that the same run sends the same again.
pub(crate) fn seed(facts: &RunFacts, wish: Option<Seed>, merchant: &Merchant) -> u32 {
    match wish {
        Some(Seed::Number(number)) => number,
        Some(Seed::Random) => facts.seed,
        None => {
            let configured = serde_json::to_vec(merchant).unwrap_or_default();
            let digest = Sha256::new().chain_update(configured).chain_update(&facts.catalogue);
            let [a, b, c, d, ..] = *digest.finalize() else { return facts.seed };
            u32::from_be_bytes([a, b, c, d])
        }
    }
}

/// Eight hex digits, random enough to tell runs apart.
fn run_id() -> String {
    use std::hash::{BuildHasher, Hasher};
    let random = std::hash::RandomState::new().build_hasher().finish();
    format!("{:08x}", random >> 32)
}

/// The name of this machine.
fn host_name() -> String {
    std::fs::read_to_string("/proc/sys/kernel/hostname")
        .ok()
        .or_else(|| std::env::var("HOSTNAME").ok())
        .map_or_else(|| "unknown".to_owned(), |name| name.trim().to_owned())
}

/// Whether this is a pipeline.
pub(crate) fn is_ci() -> bool {
    std::env::var("CI").is_ok_and(|value| !matches!(value.as_str(), "" | "0" | "false"))
}

/// The day on which a run began, on this machine's wall.
pub(crate) fn today(facts: &RunFacts) -> jiff::civil::Date {
    jiff::tz::Offset::from_seconds(facts.offset_s)
        .unwrap_or(jiff::tz::Offset::UTC)
        .to_datetime(facts.now)
        .date()
}

/// How far deliveries go, from the configuration's word and the command line's.
///
/// # Errors
///
/// When more is asked for than the configuration allows, or `full` and may not be: in a pipeline
/// with a live key it takes `full_until` as well.
pub(crate) fn deliver(
    merchant: &Merchant,
    asked: Option<Deliver>,
    role: Role,
    today: jiff::civil::Date,
) -> anyhow::Result<Deliver> {
    let configured = merchant.webhook.deliver;
    let mode = match asked {
        None => configured.min(Deliver::Probe),
        Some(Deliver::Full) if configured != Deliver::Full => {
            anyhow::bail!(
                "`--deliver full` also needs `deliver = \"full\"` under `[webhook]`, as it sends \
                 events that settle test orders"
            )
        }
        Some(asked) if asked > configured => anyhow::bail!(
            "`--deliver {}` goes further than `deliver = \"{}\"` under `[webhook]`; the \
             configuration says how far deliveries may go",
            asked.word(),
            configured.word()
        ),
        Some(asked) => asked,
    };
    let live = [Slot::ApiKey, Slot::SecretKey]
        .into_iter()
        .filter_map(|slot| merchant.secret(slot))
        .any(|facts| matches!(facts.prefix, Prefix::ApiLive | Prefix::SecretLive));
    let in_force = merchant.webhook.full_until.is_some_and(|until| until >= today);
    if mode == Deliver::Full && (role == Role::Ci || is_ci()) && live && !in_force {
        anyhow::bail!(
            "`--deliver full` in a pipeline with a live key needs `full_until = DATE` under \
             `[webhook]`, today or later"
        );
    }
    Ok(mode)
}
