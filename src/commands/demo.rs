//! `golive demo`: the checklist on a built-in shop.

use std::collections::BTreeSet;
use std::path::PathBuf;

use anyhow::Context as _;
use golive_checks::model::{Deliver, Mode, Role};
use serde::Serialize;

use super::conclude::{conclude, keep_apart};
use super::prepare::prepare;
use crate::cli::{DemoArgs, NetworkArgs, ReachArgs, ScopeArgs};
use crate::command_output::print;
use crate::config::{self, Programs, Sources};
use crate::demo::{Behaviour, Defect, Shop, ShopVariant};
use crate::exit::Exit;
use crate::path_conflicts::PathConflicts;
use crate::run::{self, Run, until_signalled};

pub(super) fn run(args: &DemoArgs, colour: bool) -> anyhow::Result<Exit> {
    keep_apart(PathConflicts::default(), &args.report, None)?;
    if args.list {
        let width = Defect::ALL.iter().map(|defect| defect.name().len()).max().unwrap_or_default();
        let lines: Vec<String> = Defect::ALL
            .iter()
            .map(|defect| format!("{:width$}  {}\n", defect.name(), defect.about()))
            .collect();
        return print(&lines.concat());
    }
    let behaviour = Behaviour {
        variants: variants(&args.variant)?,
        ..Behaviour::with_defects(&defects(&args.defect)?, args.delay.0)
    };
    let shop = Shop::open(&behaviour)?;
    if args.serve {
        return serve(&shop, args.json);
    }
    let mut run = demo_run(&shop, args.deliver.unwrap_or(Deliver::Full))?;
    run.facts.seed = run::seed(&run.facts, args.seed, &run.merchant);
    run.facts.strict = args.report.strict;
    run.facts.must_last_s = args.report.fail_if_expires_within.map(|days| days.0);
    conclude(run, &args.report, None, colour)
}

/// Looks up defects by their names.
///
/// # Errors
///
/// The shop has none of that name.
pub(super) fn defects(names: &[String]) -> anyhow::Result<Vec<Defect>> {
    names
        .iter()
        .map(|name| {
            Defect::by_name(name).with_context(|| {
                format!("the shop has no defect {name:?}; `golive demo --list` names them")
            })
        })
        .collect()
}

/// Looks up variants by their names.
fn variants(names: &[String]) -> anyhow::Result<BTreeSet<ShopVariant>> {
    names
        .iter()
        .map(|name| {
            ShopVariant::by_name(name).with_context(|| {
                let known: Vec<&str> = ShopVariant::ALL.iter().map(|known| known.name()).collect();
                format!("the shop has no variant {name:?}; it has {}", known.join(", "))
            })
        })
        .collect()
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
fn serve(shop: &Shop, json: bool) -> anyhow::Result<Exit> {
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
        if json {
            print(&format!("{}\n", serde_json::to_string(&Served::of(shop))?))?;
        } else {
            print(&words)?;
        }
        ended.await;
        Ok(Exit::Ready)
    })
}

/// What `--serve --json` says of the shop, for scripts.
#[derive(Serialize)]
struct Served {
    schema: &'static str,
    /// Everything that the shop wrote.
    folder: PathBuf,
    config: PathBuf,
    env_file: PathBuf,
    ca_file: PathBuf,
    ports: Ports,
    /// The values of `--connect-to` that lead to the shop.
    connect_to: Vec<String>,
}

/// Where the shop listens, on 127.0.0.1.
#[derive(Serialize)]
struct Ports {
    http: u16,
    https: u16,
}

impl Served {
    fn of(shop: &Shop) -> Self {
        let (http, https) = shop.ports();
        Self {
            schema: "golive.demo/v1",
            folder: shop.folder().to_owned(),
            config: shop.config_path(),
            env_file: shop.env_path(),
            ca_file: shop.ca_file(),
            ports: Ports { http, https },
            connect_to: shop.connect_to().to_vec(),
        }
    }
}
