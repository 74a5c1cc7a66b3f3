//! What each subcommand does.

use std::fs;
use std::io::{self, IsTerminal as _};
use std::path::Path;

use anyhow::Context as _;
use golive_checks::model::{Deliver, Judged, Keyring, Mode, Outcome, Reason, Role};
use jiff::Timestamp;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;

use crate::apart::Files;
use crate::cli::{
    BaselineArgs, BundleArgs, CapturedArgs, CheckArgs, Cli, Command, ConfigArgs, CoverageArgs,
    DemoArgs, DoctorArgs, InitArgs, JudgeArgs, NetworkArgs, PlanArgs, ReachArgs, ReplayArgs,
    ReportArgs, ScanArgs, SchemaOf, ScopeArgs, SendArgs, SignArgs, SignOffArgs, TreeArgs,
    VerifyBundleArgs, When, WishArgs,
};
use crate::config::{self, Loaded, Programs, Sources};
use crate::demo::selftest::{Case, Ended, Matrix, RunResult, UNSEEN};
use crate::demo::{self, Defect, Shop};
use crate::events::Events;
use crate::exit::{Ending, Exit, Signal};
use crate::guard::Guard;
use crate::observe::{Options, Progress as _};
use crate::output::{self, OutputSpec, Published};
use crate::progress::{Silent, Spinner};
use crate::report::{Report, Verdict};
use crate::run::{self, Run, Seen, until_signalled};
use crate::scan;
use crate::signatures::{self, Captured, Said, folded};
use crate::{baseline, bundle, catalogue, manual, pipeline, receiver, replay, report, send};

/// Carries a command out.
///
/// # Errors
///
/// What the caller got wrong, in words for standard error; exit 2.
pub(crate) fn execute(cli: Cli) -> anyhow::Result<Exit> {
    let colour = decide_colour(cli.color);
    match cli.command {
        Command::Check(args) => check(args, colour),
        Command::Demo(args) => demo(&args, colour),
        Command::Plan(args) => plan(args),
        Command::Judge(args) => judge(&args, colour),
        Command::Coverage(args) => coverage(args, colour),
        Command::Init(args) => init(&args),
        Command::Config(args) => {
            let loaded = load(args.config, Programs::Leave)?;
            Ok(print_past(&Guard::new(&loaded.wiring.keys), &config::explain(&loaded)))
        }
        Command::List { json } => {
            print(&if json { catalogue::list_json() } else { catalogue::list() })
        }
        Command::Explain { id } => print(&catalogue::explain(&id)?),
        Command::Scan(args) => scan(args, colour),
        Command::Baseline(args) => write_baseline(args),
        Command::Schema { which: SchemaOf::Report } => print(&report::json::schema()),
        Command::Schema { which: SchemaOf::Config } => print(&config::schema()),
        Command::Completions { shell } => print(&manual::completions(shell)),
        Command::Man { folder: None } => print(&manual::page()?),
        Command::Man { folder: Some(folder) } => print(&manual::pages(&folder)?),
        Command::Selftest { defect } => selftest(&defect),
        Command::Sign(args) => sign(args),
        Command::VerifySignature(args) => with_keys(args.config, |keys| {
            signatures::verify(
                keys,
                captured(&signatures::payload(Path::new("-"))?, &args.captured),
                Timestamp::now(),
            )
        }),
        Command::Doctor(args) => doctor(args),
        Command::Send(args) => send(args),
        Command::Replay(args) => replay(args, colour),
        Command::Bundle(args) => bundle(&args),
        Command::Keygen { path } => print(&folded(&bundle::keygen(&path)?)),
        Command::SignOff(args) => sign_off(&args),
        Command::Show { bundle } => print(&folded(&bundle::show(&bundle)?)),
        Command::Verify(args) => verify(args),
        Command::Diff { old, new } => said(&bundle::diff(&old, &new)?),
        Command::DemoSign { timestamp } => print(&demo::sign_stdin(&timestamp)?),
    }
}

/// One decision for the whole process: `--color`, then the environment, then whether standard
/// output is a terminal.
fn decide_colour(when: When) -> bool {
    let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let colour = match when {
        When::Always => true,
        When::Never => false,
        When::Auto if set("NO_COLOR") => false,
        When::Auto if set("CLICOLOR_FORCE") => true,
        When::Auto => {
            io::stdout().is_terminal() && std::env::var_os("TERM").is_none_or(|term| term != "dumb")
        }
    };
    colored::control::set_override(colour);
    colour
}

/// Prints what holds no secret: the catalogue, the configuration's origins.
fn print(text: &str) -> anyhow::Result<Exit> {
    output::print(text).map(|()| Exit::Ready)
}

/// Prints what holds no secret and has a verdict of its own.
fn said(said: &Said) -> anyhow::Result<Exit> {
    output::print(&folded(&said.words)).map(|()| said.exit)
}

/// Prints what was made with secrets at hand.
fn print_past(guard: &Guard, text: &str) -> Exit {
    ending(output::print_past(guard, text), Exit::Ready, false, None)
}

/// How the process ends.
fn ending(published: Published, verdict: Exit, broke: bool, signal: Option<Signal>) -> Exit {
    Exit::of(Ending {
        verdict,
        broke,
        leaked: published.leaked,
        unwritten: published.unwritten,
        signal,
    })
}

fn load(path: Option<std::path::PathBuf>, programs: Programs) -> anyhow::Result<Loaded> {
    let sources = Sources::of_this_process(path, programs).context("finding the working folder")?;
    Ok(config::load(&sources)?)
}

/// What a command at the bench says of the configured keys, past the guard.
fn with_keys(
    config: ConfigArgs,
    say: impl FnOnce(&Keyring) -> anyhow::Result<Said>,
) -> anyhow::Result<Exit> {
    let keys = load(config.config, Programs::Run)?.wiring.keys;
    let Said { words, exit } = say(&keys)?;
    Ok(ending(output::print_past(&Guard::new(&keys), &words), exit, false, None))
}

fn captured<'a>(body: &'a [u8], args: &'a CapturedArgs) -> Captured<'a> {
    Captured { body, signature: &args.signature, timestamp: &args.timestamp }
}

/// With a captured signature what it is, else how the webhook reads signatures.
fn doctor(args: DoctorArgs) -> anyhow::Result<Exit> {
    if let (Some(body), Some(signature), Some(timestamp)) =
        (&args.body, args.signature, args.timestamp)
    {
        let captured_args = CapturedArgs { signature, timestamp };
        return with_keys(args.config, |keys| {
            signatures::explain(keys, captured(&signatures::payload(body)?, &captured_args))
        });
    }
    let network = NetworkArgs { reach: args.reach, now: None };
    let mut run = prepare(
        load(args.config.config, Programs::Run)?,
        at_the_bench(args.deliver, args.role),
        Mode::Check,
        &network,
    )?;
    run.options.deadline = args.deadline.0;
    receiver::examine(run, &Spinner::new(false))
}

fn scan(args: ScanArgs, colour: bool) -> anyhow::Result<Exit> {
    let (asked, loaded) = asked(args.tree)?;
    let asked = scan::Asked { strict: args.strict, all: args.all, ..asked };
    let spinner = Spinner::new(args.json);
    spinner.began(if asked.history { "source tree and history of git" } else { "source tree" });
    let scanned = scan::run(asked, loaded.as_ref())?;
    drop(spinner);
    let words = if args.json { scanned.json() } else { scanned.describe(colour) };
    let guard = loaded.as_ref().map_or_else(Guard::none, |loaded| Guard::new(&loaded.wiring.keys));
    Ok(ending(output::print_past(&guard, &words), scanned.exit(), false, None))
}

/// What is to be searched, and the configuration that goes with it.
fn asked(tree: TreeArgs) -> anyhow::Result<(scan::Asked, Option<Loaded>)> {
    // What lies about in the folder that is searched may name secrets, and no program to run for
    // them.
    let programs = if tree.config.config.is_some() { Programs::Run } else { Programs::Leave };
    let sources = Sources::of_this_process(tree.config.config, programs)
        .context("finding the working folder")?;
    let loaded = config::load_if_found(&sources)?;
    Ok((
        scan::Asked {
            roots: tree.paths,
            public: tree.public,
            history: tree.history,
            ..scan::Asked::default()
        },
        loaded,
    ))
}

fn write_baseline(args: BaselineArgs) -> anyhow::Result<Exit> {
    let (asked, loaded) = asked(args.tree)?;
    let guard = loaded.as_ref().map_or_else(Guard::none, |loaded| Guard::new(&loaded.wiring.keys));
    let (written, words, exit) =
        baseline::write(asked, args.reason.as_deref(), loaded.as_ref(), &guard)?;
    let printed = output::print_past(&guard, &words);
    let published = Published {
        leaked: written.leaked || printed.leaked,
        unwritten: written.unwritten || printed.unwritten,
    };
    Ok(ending(published, exit, false, None))
}

fn sign(args: SignArgs) -> anyhow::Result<Exit> {
    let timestamp = args.timestamp.unwrap_or_else(|| Timestamp::now().as_second().to_string());
    with_keys(args.config, |keys| {
        let payload = signatures::payload(Path::new("-"))?;
        let said = signatures::sign(keys, &payload, &timestamp, args.canonical)?;
        let caution = signatures::caution(&payload, args.canonical).map(str::to_owned);
        for words in caution.into_iter().chain(signatures::doubt(keys)) {
            eprintln!("golive: {words}");
        }
        Ok(said)
    })
}

fn check(args: CheckArgs, colour: bool) -> anyhow::Result<Exit> {
    let bundle = args.bundle.bundle.as_deref();
    apart(Files::default(), &args.report, bundle)?;
    let loaded = load(args.config.config, Programs::Run)?;
    let files = Files::of(&loaded).reading("the baseline", &scan::baseline_of(Some(&loaded)).0);
    let files = args
        .network
        .reach
        .ca_file
        .iter()
        .fold(files, |files, path| files.reading("`--ca-file`", path));
    apart(files, &args.report, bundle)?;
    let configured = loaded.merchant.webhook.deliver;
    if configured == Deliver::Full && args.scope.deliver.is_none() && !args.report.quiet {
        eprintln!(
            "golive: deliveries go as far as \"probe\": `deliver = \"full\"` also wants \
             `--deliver full`"
        );
    }
    let mut run = prepare(loaded, args.scope, Mode::Check, &args.network)?;
    run.facts.strict = args.report.strict;
    run.facts.must_last_s = args.report.fail_if_expires_within.map(|days| days.0);
    run.options.history = args.history;
    run.options.deadline = args.deadline.0;
    let WishArgs { bundle, draft, challenge } = args.bundle;
    let wish = bundle::Wish { path: bundle, draft, challenge };
    wish.begin(&mut run.facts)?;
    conclude(run, &args.report, Some(&wish), colour)
}

/// Refuses to write over what is read, or two things to one place.
fn apart(read: Files, args: &ReportArgs, bundle: Option<&Path>) -> anyhow::Result<()> {
    let others = [
        ("the saved observations", args.save_observations.as_deref()),
        ("the events", args.events.as_deref()),
        ("the bundle", bundle),
    ];
    let others = others.into_iter().filter_map(|(what, path)| Some((what, path?)));
    others
        .into_iter()
        .try_fold(read.reporting(&args.output)?, |files, (what, path)| files.writing(what, path))
        .map(drop)
}

/// A run of a loaded merchant, as the command line wants it.
fn prepare(
    loaded: Loaded,
    scope: ScopeArgs,
    mode: Mode,
    network: &NetworkArgs,
) -> anyhow::Result<Run> {
    let Loaded { merchant, wiring, .. } = loaded;
    for name in scope.only.iter().chain(&scope.skip) {
        catalogue::known(name)?;
    }
    let mut facts = run::begin(mode, network.now);
    facts.role = scope.role.unwrap_or(if run::is_ci() { Role::Ci } else { Role::Production });
    facts.offline = scope.offline;
    facts.only = scope.only;
    facts.skip = scope.skip;
    facts.seed = scope.seed.unwrap_or(facts.seed);
    facts.switches = switches(network);
    facts.ca_file = network.reach.ca_file.as_ref().map(|path| path.to_string_lossy().into_owned());
    facts.deliver = run::deliver(&merchant, scope.deliver, facts.role, run::today(&facts))?;
    let options = Options {
        connect_to: network.reach.connect_to.clone(),
        allow_private: network.reach.allow_private,
        ca_file: network
            .reach
            .ca_file
            .as_deref()
            .map(certificates)
            .transpose()?
            .unwrap_or_default(),
        ..Options::default()
    };
    Ok(Run { merchant, wiring, facts, options, also: Vec::new() })
}

/// The switches that make a run a trial run, as they were given.
fn switches(network: &NetworkArgs) -> Vec<String> {
    let mut given: Vec<String> =
        network.reach.connect_to.iter().map(|to| format!("--connect-to {to}")).collect();
    given.extend(network.reach.allow_private.then(|| "--allow-private".to_owned()));
    given.extend(network.reach.ca_file.is_some().then(|| "--ca-file".to_owned()));
    given.extend(network.now.map(|now| format!("--now {now}")));
    given
}

fn certificates(path: &Path) -> anyhow::Result<Vec<CertificateDer<'static>>> {
    let reading = || format!("reading the certificates of {}", path.display());
    let found: Vec<_> = CertificateDer::pem_file_iter(path)
        .with_context(reading)?
        .collect::<Result<_, _>>()
        .with_context(reading)?;
    anyhow::ensure!(!found.is_empty(), "{} holds no certificate", path.display());
    Ok(found)
}

/// Observes, saves, judges, reports.
fn conclude(
    run: Run,
    args: &ReportArgs,
    wish: Option<&bundle::Wish>,
    colour: bool,
) -> anyhow::Result<Exit> {
    let guard = Guard::new(&run.wiring.keys);
    let events = Events::open(args.events.as_deref(), &guard, Spinner::new(args.quiet))?;
    events.started(&run.facts);
    let (seen, signal) = run.observe(&events)?;
    let saved = match &args.save_observations {
        Some(path) => output::write(
            path,
            &serde_json::to_string_pretty(&seen).context("writing the observations down")?,
            &guard,
        ),
        None => Published::default(),
    };
    let saved = wish.map_or(saved, |wish| saved.and(wish.end(&seen, &guard)));
    if args.events.is_some() {
        events.judged(&Report::new(&seen.facts()));
    }
    Ok(publish(&seen, &args.output, saved.and(events.published()), &guard, colour, signal))
}

/// Judges and renders.
fn publish(
    seen: &Seen,
    asked: &[OutputSpec],
    saved: Published,
    guard: &Guard,
    colour: bool,
    signal: Option<Signal>,
) -> Exit {
    let report = Report::new(&seen.facts());
    let written = output::publish(&report, asked, guard, colour);
    ending(saved.and(written), report.exit(), report.broke, signal)
}

fn judge(args: &JudgeArgs, colour: bool) -> anyhow::Result<Exit> {
    Files::default().reading("the saved run", &args.path).reporting(&args.output)?;
    let seen = saved(&args.path)?;
    Ok(publish(&seen, &args.output, Published::default(), &Guard::none(), colour, None))
}

/// How each line of the platform's checklist was decided: in a saved run, or by what can be told
/// without contacting anybody.
fn coverage(args: CoverageArgs, colour: bool) -> anyhow::Result<Exit> {
    let (seen, guard, signal) = match args.path {
        Some(path) => (saved(&path)?, Guard::none(), None),
        None => {
            let scope = ScopeArgs { offline: true, ..at_the_bench(None, None) };
            let run = prepare(
                load(args.config.config, Programs::Run)?,
                scope,
                Mode::Check,
                &NetworkArgs::default(),
            )?;
            let guard = Guard::new(&run.wiring.keys);
            let (seen, signal) = run.observe(&Spinner::new(false))?;
            (seen, guard, signal)
        }
    };
    let report = Report::new(&seen.facts());
    let published = output::print_past(&guard, &report::lines::render(&report, colour));
    Ok(ending(published, report.exit(), report.broke, signal))
}

/// A saved run.
fn saved(path: &Path) -> anyhow::Result<Seen> {
    let saved = fs::read(path).with_context(|| format!("reading {}", path.display()))?;
    let path = path.display();
    // The library's words may repeat what stands in the file.
    let seen: Seen = serde_json::from_slice(&saved).map_err(|error| {
        anyhow::anyhow!(
            "{path}:{}:{}: this is no run that --save-observations wrote",
            error.line(),
            error.column()
        )
    })?;
    anyhow::ensure!(
        seen.schema == run::SCHEMA,
        "{path}: this run was saved by another version of golive"
    );
    Ok(seen)
}

fn bundle(args: &BundleArgs) -> anyhow::Result<Exit> {
    let mut seen = saved(&args.observations)?;
    seen.run.draft |= args.draft;
    Ok(ending(bundle::make(&seen, &args.to, &Guard::none())?, Exit::Ready, false, None))
}

fn sign_off(args: &SignOffArgs) -> anyhow::Result<Exit> {
    let (words, published) = bundle::sign_off(&args.bundle, &args.key, &args.name, &args.role)?;
    if published.whole() {
        output::print(&folded(&words))?;
    }
    Ok(ending(published, Exit::Ready, false, None))
}

fn verify(args: VerifyBundleArgs) -> anyhow::Result<Exit> {
    let VerifyBundleArgs { bundle, key, challenge, draft } = args;
    said(&bundle::verify(&bundle, &bundle::Asked { keys: key, challenge, draft })?)
}

fn send(args: SendArgs) -> anyhow::Result<Exit> {
    let SendArgs { config, role, reach, .. } = args;
    let network = NetworkArgs { reach, now: None };
    let run = prepare(
        load(config.config, Programs::Run)?,
        at_the_bench(None, role),
        Mode::Check,
        &network,
    )?;
    let wish = send::Wish {
        event: args.event,
        tamper: args.tamper,
        order_id: args.order_id,
        settings: args.set,
        count: args.repeat,
        afresh: args.resign,
        together: args.together,
    };
    send::send(wish, args.deliver, run, args.json)
}

fn replay(args: ReplayArgs, colour: bool) -> anyhow::Result<Exit> {
    let finding = replay::Repeat::of(saved(&args.observations)?, &args.check)?;
    let deliver = finding.reach(args.deliver)?;
    let run = prepare(
        load(args.config.config, Programs::Run)?,
        at_the_bench(deliver, args.role),
        Mode::Check,
        &args.network,
    )?;
    finding.repeat(run, colour)
}

/// The scope of a command that is about one thing.
fn at_the_bench(deliver: Option<Deliver>, role: Option<Role>) -> ScopeArgs {
    ScopeArgs { only: Vec::new(), skip: Vec::new(), offline: false, deliver, role, seed: None }
}

fn plan(args: PlanArgs) -> anyhow::Result<Exit> {
    let loaded = load(args.config.config, Programs::Leave)?;
    let run = prepare(loaded, args.scope, Mode::Check, &NetworkArgs::default())?;
    let plan = run.plan();
    Ok(print_past(
        &Guard::new(&run.wiring.keys),
        &if args.json { plan.json() } else { plan.describe() },
    ))
}

fn init(args: &InitArgs) -> anyhow::Result<Exit> {
    if let Some(pipeline) = args.ci {
        let folder =
            if args.path.is_dir() { Some(args.path.as_path()) } else { args.path.parent() };
        return print(&pipeline::write(pipeline, folder.unwrap_or(Path::new("")))?);
    }
    let written = config::init(&args.path, args.env_file.as_deref(), args.force)?;
    let mut words = format!("Wrote {}.\n", written.path.display());
    for (key, variable) in &written.filled {
        words.push_str(&format!("  {key} comes from {variable}\n"));
    }
    words.push_str("Fill in what is left, then: golive config, golive plan, golive check.\n");
    print(&words)
}

fn defects(names: &[String]) -> anyhow::Result<Vec<Defect>> {
    names
        .iter()
        .map(|name| {
            Defect::by_name(name).with_context(|| {
                format!("the shop has no defect {name:?}; `golive demo --list` names them")
            })
        })
        .collect()
}

fn demo(args: &DemoArgs, colour: bool) -> anyhow::Result<Exit> {
    apart(Files::default(), &args.report, None)?;
    if args.list {
        let width = Defect::ALL.iter().map(|defect| defect.name().len()).max().unwrap_or_default();
        let lines: Vec<String> = Defect::ALL
            .iter()
            .map(|defect| format!("{:width$}  {}\n", defect.name(), defect.about()))
            .collect();
        return print(&lines.concat());
    }
    let shop = Shop::start(&defects(&args.defect)?, args.delay.0)?;
    if args.serve {
        return serve(&shop);
    }
    let mut run = demo_run(&shop, args.deliver.unwrap_or(Deliver::Full))?;
    run.facts.seed = args.seed.unwrap_or(run.facts.seed);
    run.facts.strict = args.report.strict;
    run.facts.must_last_s = args.report.fail_if_expires_within.map(|days| days.0);
    conclude(run, &args.report, None, colour)
}

/// A run on the built-in shop: everything it names is on loopback.
pub(crate) fn demo_run(shop: &Shop, deliver: Deliver) -> anyhow::Result<Run> {
    let sources = Sources {
        config: Some(shop.config_path()),
        folder: shop.folder().to_owned(),
        environment: &|_| None,
        programs: Programs::Run,
    };
    let connect_to = shop
        .connect_to()
        .iter()
        .map(|to| to.parse().map_err(anyhow::Error::msg))
        .collect::<anyhow::Result<_>>()?;
    let reach = ReachArgs { ca_file: Some(shop.ca_file()), connect_to, ..ReachArgs::default() };
    let network = NetworkArgs { reach, ..NetworkArgs::default() };
    let scope = ScopeArgs {
        only: Vec::new(),
        skip: Vec::new(),
        offline: false,
        deliver: None,
        role: Some(Role::Production),
        seed: None,
    };
    let mut run = prepare(config::load(&sources)?, scope, Mode::Demo, &network)?;
    run.facts.deliver = deliver;
    Ok(run)
}

/// Keeps the shop up until it is interrupted, or politely killed.
fn serve(shop: &Shop) -> anyhow::Result<Exit> {
    let folder = shop.folder().display();
    let connect_to: Vec<String> =
        shop.connect_to().iter().map(|to| format!(" --connect-to {to}")).collect();
    let words = format!(
        "{}\n# The shop is up; its files are in {folder}. In another terminal:\n#   cd \
         {folder}\n#   golive check --deliver full --ca-file ca.pem{}\n# Ctrl-C ends it.\n",
        shop.config_toml(),
        connect_to.concat(),
    );
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("starting the runtime")?;
    runtime.block_on(async {
        let ended = until_signalled();
        print(&words)?;
        ended.await;
        Ok(Exit::Ready)
    })
}

fn selftest(names: &[String]) -> anyhow::Result<Exit> {
    let matrix = Matrix::observe(&Case::list(&defects(names)?), &|shop| {
        let (mut seen, _) = demo_run(shop, Deliver::Full)?.observe(&Silent)?;
        let report = Report::new(&seen.facts());
        seen.run.strict = true;
        let strict = Report::new(&seen.facts());
        Ok(result(&report, strict.verdict))
    })?;
    print(&matrix.render())?;
    Ok(if matrix.holds() { Exit::Ready } else { Exit::NotReady })
}

/// What the matrix compares of a report.
fn result(report: &Report, strict: Verdict) -> RunResult {
    let ended = |judged: &Judged| Ended {
        id: judged.meta.id,
        outcome: if judged.outcome.is_unseen_on_trial() { UNSEEN } else { judged.outcome.word() },
        blocked_by: if let Outcome::Undecided(Reason::Blocked { by }) = &judged.outcome {
            Some(*by)
        } else {
            None
        },
    };
    RunResult {
        verdict: report.verdict.word().to_owned(),
        strict_verdict: strict.word().to_owned(),
        checks: report
            .chapters
            .iter()
            .flat_map(|chapter| chapter.checks.iter().map(ended))
            .collect(),
    }
}
