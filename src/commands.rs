//! What each subcommand does.

use std::fs;
use std::io::{IsTerminal as _, Read as _};
use std::path::Path;

use anyhow::Context as _;
use golive_checks::CATALOGUE;
use golive_checks::model::{Deliver, Mode, Role};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;

use crate::cli::{CheckArgs, Cli, Command, DemoArgs, InitArgs, JudgeArgs, NetworkArgs, PlanArgs, ReportArgs, ScopeArgs, When};
use crate::config::{self, Loaded, Sources};
use crate::demo::{self, Defect, Shop};
use crate::exit::{Ending, Exit, Signal};
use crate::guard::Guard;
use crate::observe::Options;
use crate::output::{self, OutputSpec};
use crate::progress::Spinner;
use crate::report::Report;
use crate::run::{self, Run, Seen};
use crate::{catalogue, selftest};

/// Carries a command out.
///
/// # Errors
///
/// What the caller got wrong, in words for standard error; exit 2.
pub(crate) fn execute(cli: Cli) -> anyhow::Result<Exit> {
    let colour = decide_colour(cli.color);
    match cli.command {
        Command::Check(args) => check(&args, colour),
        Command::Demo(args) => demo(&args, colour),
        Command::Plan(args) => plan(&args),
        Command::Judge(args) => judge(&args, colour),
        Command::Init(args) => init(&args),
        Command::Config(args) => print(&config::explain(&config::load(&Sources::here(args.config, false))?)),
        Command::List { json } => print(&if json { catalogue::list_json() } else { catalogue::list() }),
        Command::Explain { id } => print(&catalogue::explain(&id)?),
        Command::Selftest { defect } => selftest(&defect),
        Command::DemoSign { timestamp } => demo_sign(&timestamp),
    }
}

/// One decision for the whole process: `--color`, then the environment, then whether standard output is a terminal.
fn decide_colour(when: When) -> bool {
    let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let colour = match when {
        When::Always => true,
        When::Never => false,
        When::Auto if set("NO_COLOR") => false,
        When::Auto if set("CLICOLOR_FORCE") => true,
        When::Auto => std::io::stdout().is_terminal() && std::env::var_os("TERM").is_none_or(|term| term != "dumb"),
    };
    colored::control::set_override(colour);
    colour
}

/// Prints what holds no secret: catalogue, plan, configuration.
fn print(text: &str) -> anyhow::Result<Exit> {
    output::print(text).map(|()| Exit::Ready)
}

fn note(quiet: bool, words: &str) {
    if !quiet {
        eprintln!("golive: {words}");
    }
}

fn check(args: &CheckArgs, colour: bool) -> anyhow::Result<Exit> {
    let loaded = config::load(&Sources::here(args.config.config.clone(), true))?;
    let mut run = prepare(loaded, &args.scope, Mode::Check, &args.network)?;
    run.facts.strict = args.report.strict;
    run.options.deadline = args.deadline.0;
    if args.scope.deliver.is_none() && run.merchant.webhook.deliver == Deliver::Full {
        note(args.report.quiet, "`webhook.deliver` is \"full\"; deliveries go as far as \"probe\" unless the command line says --deliver full too");
    }
    conclude(run, &args.report, colour)
}

/// A run of a loaded merchant, as the command line wants it.
fn prepare(loaded: Loaded, scope: &ScopeArgs, mode: Mode, network: &NetworkArgs) -> anyhow::Result<Run> {
    let Loaded { merchant, wiring } = loaded;
    for name in scope.only.iter().chain(&scope.skip) {
        catalogue::known(name)?;
    }
    let mut facts = run::begin(mode, network.now);
    facts.role = scope.role.unwrap_or(if run::is_ci() { Role::Ci } else { Role::Production });
    facts.offline = scope.offline;
    facts.only.clone_from(&scope.only);
    facts.skip.clone_from(&scope.skip);
    facts.switches = switches(network);
    let zone = jiff::tz::Offset::from_seconds(facts.offset_s).unwrap_or(jiff::tz::Offset::UTC);
    let today = zone.to_datetime(facts.now).date();
    facts.deliver = run::deliver(&merchant, scope.deliver, facts.role, today)?;
    let options = Options {
        connect_to: network.connect_to.clone(),
        allow_private: network.allow_private,
        ca_file: network.ca_file.as_deref().map(certificates).transpose()?.unwrap_or_default(),
        ..Options::default()
    };
    Ok(Run { merchant, wiring, facts, options })
}

/// The switches that make a verdict one of a rehearsal, as they were given.
fn switches(network: &NetworkArgs) -> Vec<String> {
    let mut given: Vec<String> = network.connect_to.iter().map(|to| format!("--connect-to {to}")).collect();
    if network.allow_private {
        given.push("--allow-private".to_owned());
    }
    if network.ca_file.is_some() {
        given.push("--ca-file".to_owned());
    }
    given.extend(network.now.map(|now| format!("--now {now}")));
    given
}

fn certificates(path: &Path) -> anyhow::Result<Vec<CertificateDer<'static>>> {
    let read = || format!("reading the certificates of {}", path.display());
    let found: Vec<_> = CertificateDer::pem_file_iter(path).with_context(read)?.collect::<Result<_, _>>().with_context(read)?;
    anyhow::ensure!(!found.is_empty(), "{} holds no certificate", path.display());
    Ok(found)
}

/// Observes, judges, reports.
fn conclude(run: Run, args: &ReportArgs, colour: bool) -> anyhow::Result<Exit> {
    let guard = Guard::new(&run.wiring.keys);
    let (seen, keys_dropped_later) = {
        let spinner = Spinner::new(args.quiet);
        run.observe(&spinner)?
    };
    let signal = keys_dropped_later;
    let mut unwritten = false;
    let mut leaked = false;
    if let Some(path) = &args.save_observations {
        let saved = serde_json::to_string_pretty(&seen).context("saving the observations")?;
        let published = output::write(path, &saved, &guard);
        (leaked, unwritten) = (leaked | published.leaked, unwritten | published.unwritten);
    }
    let exit = publish(&seen, &args.output, &guard, colour, signal, leaked, unwritten);
    Ok(exit)
}

/// Judges and renders.
fn publish(seen: &Seen, outputs: &[OutputSpec], guard: &Guard, colour: bool, signal: Option<Signal>, leaked: bool, unwritten: bool) -> Exit {
    let report = Report::new(&seen.facts());
    let published = output::publish(&report, outputs, guard, colour);
    Exit::of(Ending {
        verdict: report.exit(),
        broke: report.broke,
        leaked: leaked | published.leaked,
        unwritten: unwritten | published.unwritten,
        signal,
    })
}

fn judge(args: &JudgeArgs, colour: bool) -> anyhow::Result<Exit> {
    let saved = fs::read(&args.path).with_context(|| format!("reading {}", args.path.display()))?;
    let seen: Seen = serde_json::from_slice(&saved).map_err(|error| {
        anyhow::anyhow!("{}:{}:{}: not a run that --save-observations wrote", args.path.display(), error.line(), error.column())
    })?;
    anyhow::ensure!(seen.schema == run::SCHEMA, "{}: a run of another version of golive", args.path.display());
    Ok(publish(&seen, &args.output, &Guard::none(), colour, None, false, false))
}

fn plan(args: &PlanArgs) -> anyhow::Result<Exit> {
    let loaded = config::load(&Sources::here(args.config.config.clone(), false))?;
    let run = prepare(loaded, &args.scope, Mode::Check, &NetworkArgs::default())?;
    let plan = run.plan();
    print(&if args.json { plan.json() } else { plan.describe() })
}

fn init(args: &InitArgs) -> anyhow::Result<Exit> {
    let written = config::init(&args.path, args.env_file.as_deref(), args.force)?;
    print(&written)
}

fn defects(names: &[String]) -> anyhow::Result<Vec<Defect>> {
    names.iter().map(|name| demo::defect(name)).collect()
}

fn demo(args: &DemoArgs, colour: bool) -> anyhow::Result<Exit> {
    if args.list {
        return print(&demo::list());
    }
    let shop = Shop::start(&defects(&args.defect)?, args.delay.0)?;
    if args.serve {
        return demo::serve(&shop);
    }
    let mut run = demo_run(&shop, args.deliver.unwrap_or(Deliver::Full))?;
    run.facts.strict = args.report.strict;
    conclude(run, &args.report, colour)
}

/// A run on the built-in shop.
pub(crate) fn demo_run(shop: &Shop, deliver: Deliver) -> anyhow::Result<Run> {
    let loaded = config::load(&shop.sources()?)?;
    let network = NetworkArgs { connect_to: shop.connect_to()?, ..NetworkArgs::default() };
    let scope = ScopeArgs { only: Vec::new(), skip: Vec::new(), offline: false, deliver: Some(deliver), role: Some(Role::Production) };
    let mut run = prepare(loaded, &scope, Mode::Demo, &network)?;
    run.options.ca_file = shop.ca()?;
    run.facts.switches.push("--ca-file".to_owned());
    Ok(run)
}

fn selftest(names: &[String]) -> anyhow::Result<Exit> {
    let matrix = selftest::run(&defects(names)?)?;
    output::print(&matrix.render())?;
    Ok(if matrix.holds() { Exit::Ready } else { Exit::NotReady })
}

fn demo_sign(timestamp: &str) -> anyhow::Result<Exit> {
    let mut payload = Vec::new();
    std::io::stdin().read_to_end(&mut payload).context("reading the payload")?;
    print(&demo::sign(&payload, timestamp)?)
}

/// The number of checks, for tests of the catalogue.
#[cfg(test)]
pub(crate) fn checks() -> usize {
    CATALOGUE.iter().map(|section| section.checks.len()).sum()
}
