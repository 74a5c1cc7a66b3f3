//! `golive replay`: what a finding of a saved run saw, seen again.

use super::prepare::{load, one_thing, prepare};
use crate::cli::ReplayArgs;
use crate::config::Programs;
use crate::page::filled;
use golive_checks::model::Mode;
use std::collections::BTreeSet;
use std::fmt::Write as _;

use anyhow::{anyhow, bail, ensure};
use golive_checks::CATALOGUE;
use golive_checks::model::ruling::judge;
use golive_checks::model::{
    Deliver, Facts, Judged, Merchant, Needs, Observations, Outcome, Probe, RunFacts, Scenario,
    Show as _,
};

use crate::commands::explain;
use crate::exit::{Ending, Exit};
use crate::guard::Guard;
use crate::output;
use crate::progress::Spinner;
use crate::report::{Report, terminal};
use crate::run::Run;
use crate::saved_run::{SCHEMA, SavedRun};

/// What is to be repeated.
#[derive(Debug)]
pub(crate) struct Repeat {
    saved: SavedRun,
    id: String,
    /// How it ended in the saved run.
    before: Judged,
    /// What that rests on.
    rests_on: RestsOn,
}

/// What an outcome rests on, beside what its check plans.
#[derive(Debug, Default)]
struct RestsOn {
    /// Without these it would have ended otherwise.
    scenarios: BTreeSet<String>,
    /// Without these it would have ended no worse: they carry the failure.
    carrying: BTreeSet<String>,
    /// The same for what is no delivery.
    looks: Vec<Probe>,
}

impl Repeat {
    /// What `check` found in a saved run.
    ///
    /// # Errors
    ///
    /// There is no such check, or it found nothing that could be repeated.
    pub(crate) fn of(saved: SavedRun, check: &str) -> anyhow::Result<Self> {
        explain::known(check)?;
        // Whatever was selected then: what was not looked at says so itself.
        let whole = RunFacts { only: Vec::new(), skip: Vec::new(), ..saved.run.clone() };
        let judged = judge(
            CATALOGUE,
            &Facts { merchant: &saved.merchant, run: &whole, seen: &saved.observations },
        );
        let Some(before) = judged.into_iter().find(|judged| judged.meta.id == check) else {
            bail!(
                "`{check}` is a section; a replay is about one check, and `golive list` prints all"
            );
        };
        let nothing =
            |why: &str| Err(anyhow!("{check} {why} in this run: there is nothing to repeat"));
        match &before.outcome {
            Outcome::Warn(_) | Outcome::Fail(_) | Outcome::Waived(..) | Outcome::Undecided(_) => {}
            Outcome::Pass(_) => return nothing("passed"),
            Outcome::NotApplicable(_) => return nothing("was not applicable"),
            Outcome::Attested(_) => return nothing("was attested"),
        }
        let rests_on = RestsOn::find(&saved, &before);
        Ok(Self { saved, id: check.to_owned(), before, rests_on })
    }

    /// How far the repetition goes: as far as the saved run. `full` wants the word again, where
    /// deliveries are made at all.
    ///
    /// # Errors
    ///
    /// When the word is missing, or another one was said.
    pub(crate) fn reach(&self, asked: Option<Deliver>) -> anyhow::Result<Option<Deliver>> {
        let was = self.saved.run.deliver;
        let delivers = plan_of(&self.id, &self.saved.merchant, &self.saved.run)
            .iter()
            .any(|probe| matches!(probe, Probe::Deliver(_)))
            || !self.rests_on.scenarios.is_empty();
        if !delivers {
            return Ok(asked);
        }
        match asked {
            Some(asked) => ensure!(
                asked == was,
                "the saved run went as far as \"{}\", and a repetition goes as far: `--deliver {}`",
                was.word(),
                was.word()
            ),
            None => ensure!(
                was != Deliver::Full,
                "the saved run went as far as \"full\", which sends events that settle test \
                 orders: say `--deliver full` again"
            ),
        }
        Ok(Some(was))
    }

    /// Observes again with today's configuration, judges, and says what became of the finding.
    ///
    /// # Errors
    ///
    /// When the switches cannot be followed, or the configuration does not go as far as the saved
    /// run.
    pub(crate) fn repeat(self, mut run: Run, colour: bool) -> anyhow::Result<Exit> {
        let own = plan_of(&self.id, &run.merchant, &run.facts);
        run.also = self.rests_on.today(&run.merchant, &run.facts);
        let looks = !own.is_empty() || !run.also.is_empty();
        let delivers = own.iter().chain(&run.also).any(|probe| matches!(probe, Probe::Deliver(_)));
        if delivers {
            let configured = run.merchant.webhook.deliver;
            ensure!(
                configured >= run.facts.deliver,
                "the saved run went as far as \"{}\", and the configuration now says `deliver = \
                 \"{}\"`",
                run.facts.deliver.word(),
                configured.word()
            );
        }
        let guard = Guard::new(&run.targets.keys);
        let (seen, signal) = if looks {
            run.facts.only = vec![self.id.clone()];
            run.observe(&Spinner::new(false))?
        } else {
            // The configuration decides it, and perhaps how others ended: of those the saved run
            // tells.
            let observations = self.saved.observations.clone();
            (
                SavedRun {
                    schema: SCHEMA.to_owned(),
                    run: run.facts,
                    merchant: run.merchant,
                    observations,
                },
                None,
            )
        };
        let report = Report::new(&seen.facts());
        let after = report
            .chapters
            .iter()
            .flat_map(|chapter| &chapter.checks)
            .find(|judged| judged.meta.id == self.id);
        let Some(after) = after else { bail!("`{}` was not judged; please report it", self.id) };
        let verdict = self.verdict(after, &seen);
        let words =
            self.words(&verdict, &seen, &terminal::check(&report, after, colour, terminal::WIDTH));
        let published = output::print_past(&guard, &words);
        let ending = Ending {
            verdict: verdict.exit,
            broke: report.broke,
            leaked: published.leaked,
            unwritten: published.unwritten,
            signal,
        };
        Ok(Exit::of(ending))
    }

    /// What became of the finding.
    fn verdict(&self, after: &Judged, seen: &SavedRun) -> ReplayVerdict {
        let was_open = matches!(self.before.outcome, Outcome::Undecided(_));
        let undecided =
            |why: String| ReplayVerdict { word: "UNDECIDED", why, exit: Exit::Incomplete };
        let fixed =
            |why: &str| ReplayVerdict { word: "FIXED", why: why.to_owned(), exit: Exit::Ready };
        match &after.outcome {
            Outcome::Pass(_) => match self.rests_on.unseen(&seen.observations) {
                Some(why) => undecided(format!("what failed before was not seen again: {why}")),
                None => fixed("it holds now"),
            },
            Outcome::Attested(_) if was_open || after.meta.needs == Needs::Attestation => {
                fixed("a named person answers for it now")
            }
            Outcome::Attested(_) => {
                undecided("a named person answers for it now, and nothing was seen".to_owned())
            }
            Outcome::NotApplicable(why) => {
                undecided(format!("it does not concern this configuration: {}", why.show()))
            }
            Outcome::Undecided(reason) => undecided(reason.show()),
            Outcome::Fail(_) | Outcome::Warn(_) | Outcome::Waived(..) => ReplayVerdict {
                word: if was_open { "FAILING" } else { "STILL FAILING" },
                why: match &after.outcome {
                    Outcome::Warn(finding) => format!("a warning: {}", finding.message),
                    Outcome::Waived(finding, waived) => {
                        format!("{} (waived until {})", finding.message, waived.until)
                    }
                    Outcome::Fail(finding) => finding.message.to_string(),
                    Outcome::Pass(_)
                    | Outcome::Undecided(_)
                    | Outcome::NotApplicable(_)
                    | Outcome::Attested(_) => String::new(),
                },
                exit: Exit::NotReady,
            },
        }
    }

    fn words(&self, verdict: &ReplayVerdict, seen: &SavedRun, finding: &str) -> String {
        let mut page = String::new();
        put(&mut page, "", "  ", &format!("{}: {}: {}", verdict.word, self.id, verdict.why));
        page.push('\n');
        let run = &self.saved.run;
        let before = match &self.before.outcome {
            Outcome::Warn(finding) => format!("a warning: {}", finding.message),
            Outcome::Fail(finding) | Outcome::Waived(finding, _) => finding.message.to_string(),
            Outcome::Undecided(reason) => format!("undecided: {}", reason.show()),
            Outcome::Pass(_) | Outcome::NotApplicable(_) | Outcome::Attested(_) => String::new(),
        };
        let id: String = run.id.chars().filter(char::is_ascii_alphanumeric).take(40).collect();
        put(
            &mut page,
            "  before  ",
            "          ",
            &format!("run {id} of {}: {before}", run.started.strftime("%Y-%m-%d %H:%M:%S UTC")),
        );
        let (was, is) = (self.saved.merchant.webhook_url(), seen.merchant.webhook_url());
        if was != is {
            let shown = |url: Option<&golive_checks::model::Endpoint>| {
                url.map_or_else(|| "none".to_owned(), |url| url.show())
            };
            put(
                &mut page,
                "  note    ",
                "          ",
                &format!(
                    "the saved run was about another webhook: {}, not {}",
                    shown(was),
                    shown(is)
                ),
            );
        }
        let contacted: Vec<String> = seen
            .run
            .contacted
            .iter()
            .map(|authority| golive_checks::model::Plain(authority).show())
            .collect();
        let contacted =
            if contacted.is_empty() { "nothing".to_owned() } else { contacted.join(", ") };
        put(
            &mut page,
            "  now     ",
            "          ",
            &format!("deliver \"{}\", contacted {contacted}", seen.run.deliver.word()),
        );
        let _ = write!(page, "\n{finding}");
        page
    }
}

/// What became of a finding.
#[derive(Debug)]
struct ReplayVerdict {
    word: &'static str,
    why: String,
    exit: Exit,
}

/// What a check asks for.
fn plan_of(id: &str, merchant: &Merchant, run: &RunFacts) -> Vec<Probe> {
    let checks =
        CATALOGUE.iter().flat_map(|section| section.checks).filter(|check| check.meta().id == id);
    checks.flat_map(|check| check.plan(merchant, run)).collect()
}

/// Everything that any check asks for.
fn plan_of_all(merchant: &Merchant, run: &RunFacts) -> Vec<Probe> {
    CATALOGUE
        .iter()
        .flat_map(|section| section.checks)
        .flat_map(|check| check.plan(merchant, run))
        .collect()
}

impl RestsOn {
    /// Judges again and again with one thing less, and sees what that changes. What is left when
    /// all that failed is gone may hide more of the same, so that is looked at too.
    fn find(saved: &SavedRun, before: &Judged) -> Self {
        let run = RunFacts {
            only: vec![before.meta.id.to_owned()],
            skip: Vec::new(),
            ..saved.run.clone()
        };
        let outcome = |seen: &Observations| {
            let judged = judge(CATALOGUE, &Facts { merchant: &saved.merchant, run: &run, seen });
            judged.into_iter().next().map_or(before.outcome.clone(), |judged| judged.outcome)
        };
        let mut found = Self::default();
        let mut left = saved.observations.clone();
        let mut now = outcome(&left);
        for probe in LOOKS {
            if outcome(&without(&left, &probe)) != now {
                found.looks.push(probe);
            }
        }
        while badness(&now) > 0 || found.scenarios.is_empty() {
            let mut carrying = BTreeSet::new();
            for name in left.scenarios.keys().cloned().collect::<Vec<_>>() {
                let Some(taken) = left.scenarios.remove(&name) else { continue };
                let then = outcome(&left);
                left.scenarios.insert(name.clone(), taken);
                if then != now {
                    if badness(&then) <= badness(&now) && badness(&now) > 0 {
                        carrying.insert(name.clone());
                    }
                    found.scenarios.insert(name);
                }
            }
            if carrying.is_empty() {
                break;
            }
            left.scenarios.retain(|name, _| !carrying.contains(name));
            found.carrying.append(&mut carrying);
            now = outcome(&left);
        }
        found
    }

    /// The same things, as this merchant's checks ask for them.
    fn today(&self, merchant: &Merchant, run: &RunFacts) -> Vec<Probe> {
        let wanted = |probe: &Probe| match probe {
            Probe::Deliver(Scenario { name, .. }) => self.scenarios.contains(*name),
            look => self.looks.contains(look),
        };
        plan_of_all(merchant, run).into_iter().filter(wanted).collect()
    }

    /// Why something that carried the failure was not seen again, where it was not.
    fn unseen(&self, seen: &Observations) -> Option<String> {
        self.carrying.iter().find_map(|name| match seen.scenarios.get(name) {
            None => Some(format!(
                "{}: it is not planned any more",
                golive_checks::model::Plain(name).show()
            )),
            Some(scenario) => scenario
                .get()
                .err()
                .map(|why| format!("{}: {}", golive_checks::model::Plain(name).show(), why.show())),
        })
    }
}

/// How far an outcome is from fine, for a finding.
const fn badness(outcome: &Outcome) -> u8 {
    match outcome {
        Outcome::Fail(_) | Outcome::Waived(..) => 2,
        Outcome::Warn(_) => 1,
        Outcome::Pass(_)
        | Outcome::Undecided(_)
        | Outcome::NotApplicable(_)
        | Outcome::Attested(_) => 0,
    }
}

/// Everything that is looked at beside deliveries.
const LOOKS: [Probe; 13] = [
    Probe::WebhookNames,
    Probe::WebhookTls,
    Probe::WebhookAddresses,
    Probe::WebhookLegacyTls,
    Probe::WebhookPlainHttp,
    Probe::OrderStatus,
    Probe::Egress,
    Probe::OwnSignature,
    Probe::Signer,
    Probe::SecretFiles,
    Probe::ProxyVariables,
    Probe::Source,
    Probe::Site,
];

/// The observations without one of them.
fn without(seen: &Observations, probe: &Probe) -> Observations {
    use golive_checks::model::Observed::NotPlanned;
    let mut seen = seen.clone();
    match probe {
        Probe::WebhookNames => seen.webhook_names = NotPlanned,
        Probe::WebhookTls => seen.webhook_tls = NotPlanned,
        Probe::WebhookAddresses => seen.webhook_addresses = NotPlanned,
        Probe::WebhookLegacyTls => seen.webhook_legacy_tls = NotPlanned,
        Probe::WebhookPlainHttp => seen.webhook_plain_http = NotPlanned,
        Probe::Deliver(scenario) => drop(seen.scenarios.remove(scenario.name)),
        Probe::OrderStatus => seen.order_status = NotPlanned,
        Probe::Egress => seen.egress = NotPlanned,
        Probe::OwnSignature => seen.own_signature = NotPlanned,
        Probe::Signer => seen.signer = NotPlanned,
        Probe::SecretFiles => seen.secret_files = NotPlanned,
        Probe::ProxyVariables => seen.proxy_variables = NotPlanned,
        Probe::Source => seen.source = NotPlanned,
        Probe::Site => seen.site = NotPlanned,
    }
    seen
}

fn put(page: &mut String, first: &str, others: &str, words: &str) {
    page.push_str(&filled(first, others, words));
}

pub(super) fn run(args: ReplayArgs, colour: bool) -> anyhow::Result<Exit> {
    let finding = Repeat::of(SavedRun::read(&args.observations)?, &args.check)?;
    let deliver = finding.reach(args.deliver)?;
    let run = prepare(
        load(args.config.config, Programs::Run)?,
        one_thing(deliver, args.role),
        Mode::Check,
        &args.network,
    )?;
    finding.repeat(run, colour)
}

#[cfg(test)]
mod tests;
