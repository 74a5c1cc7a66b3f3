//! The report: every outcome, added up once.

mod bare;
mod check_text;
mod counted;
pub(crate) mod coverage;
pub(crate) mod coverage_text;
pub(crate) mod csv;
mod fine_print;
mod fingerprint;
pub(crate) mod github;
pub(crate) mod gitlab;
pub(crate) mod html;
pub(crate) mod json;
pub(crate) mod junit;
mod lifetime;
mod location;
mod mark;
#[cfg(test)]
mod mark_tests;
pub(crate) mod markdown;
mod measure;
#[cfg(test)]
mod naughty;
#[cfg(test)]
pub(crate) mod sample;
pub(crate) mod sarif;
mod sent;
pub(crate) mod tap;
pub(crate) mod terminal;
#[cfg(test)]
mod tests;
pub(crate) mod timeline;
mod verdict;

use self::bare::Bare;
use std::collections::BTreeMap;
use std::net::IpAddr;

use golive_checks::model::ruling::judge;
use golive_checks::model::{
    Deliver, Facts, Finding, Judged, Limits, Mode, Observed, Outcome, Place, Role, RunFacts,
    Section, Subject, Text, chapter,
};
use golive_checks::{CATALOGUE, catalogue_version, text};
use jiff::Timestamp;
use jiff::tz::Offset;

use coverage::Covered;
use timeline::Exchanged;

pub(crate) use check_text::brief;
pub(crate) use counted::Required;
pub(crate) use fine_print::FINE_PRINT;
pub(crate) use lifetime::ValidUntil;
pub(crate) use measure::Measurement;
pub(crate) use verdict::{First, Verdict};

use crate::exit::Exit;

/// How every check ended, what that comes to, and under what circumstances. Renderers write it down
/// and decide nothing.
#[derive(Clone, Debug)]
pub(crate) struct Report {
    /// The merchant's name, where it is configured.
    pub(crate) merchant: Option<Text>,
    /// When, where from, how far.
    pub(crate) run: RunSummary,
    /// The chapters in the order of the catalogue.
    pub(crate) chapters: Vec<Chapter>,
    /// All chapters together.
    pub(crate) counts: Counts,
    /// The required checks of all chapters.
    pub(crate) required: Required,
    /// The version of the catalogue that they were judged by.
    pub(crate) catalogue: Text,
    /// What it comes to.
    pub(crate) verdict: Verdict,
    /// The verdict in one sentence, its headline included.
    pub(crate) sentence: Text,
    /// What to see to first.
    pub(crate) first: Vec<First>,
    /// Until when it can be relied on; none where it says anything but ready.
    pub(crate) valid_until: Option<ValidUntil>,
    /// Every exchange with the webhook, in order of time.
    pub(crate) conversation: Vec<Exchanged>,
    /// What was measured.
    pub(crate) measurements: Vec<Measurement>,
    /// The limits in force.
    pub(crate) limits: Limits,
    /// A check broke: the run must not be believed.
    pub(crate) broke: bool,
    exit: Exit,
    places: BTreeMap<String, Place>,
    sent: BTreeMap<String, Text>,
}

/// The circumstances of a run, fit to be shown.
#[derive(Clone, Debug)]
pub(crate) struct RunSummary {
    /// Tells runs apart.
    pub(crate) id: Text,
    /// The tool's version.
    pub(crate) version: Text,
    /// The version of the catalogue that it was planned by, where it was recorded.
    pub(crate) catalogue: Option<Text>,
    /// When it began.
    pub(crate) started: Timestamp,
    /// The same on this machine's wall, with the zone.
    pub(crate) started_local: Text,
    /// How long it took, in milliseconds.
    pub(crate) took_ms: u64,
    /// Which command ran.
    pub(crate) mode: Mode,
    /// `--only` or `--skip` left something out.
    pub(crate) partial: bool,
    /// Somebody interrupted it.
    pub(crate) interrupted: bool,
    /// `--offline`
    pub(crate) offline: bool,
    /// `--strict`
    pub(crate) strict: bool,
    /// How far deliveries went.
    pub(crate) deliver: Deliver,
    /// `--only`
    pub(crate) only: Vec<Text>,
    /// `--skip`
    pub(crate) skip: Vec<Text>,
    /// What makes it a trial run.
    pub(crate) switches: Vec<Text>,
    /// `host:port` of everything that was contacted.
    pub(crate) contacted: Vec<Text>,
    /// The configuration file.
    pub(crate) config_path: Text,
    /// Its SHA-256 in hex.
    pub(crate) config_sha256: Text,
    /// The name of this machine.
    pub(crate) host: Text,
    /// What this machine is for.
    pub(crate) role: Role,
    /// The addresses it was seen to call from.
    pub(crate) addresses: Vec<IpAddr>,
    /// What races were released by.
    pub(crate) seed: u32,
    /// Addresses of this machine that duplicates and races came from, in turn.
    pub(crate) sources: Vec<IpAddr>,
    /// It is a draft: no sign-off is meant to come of it.
    pub(crate) draft: bool,
    /// What whoever reviews the run gave, to know it for a new one.
    pub(crate) challenge: Option<Text>,
}

/// A section of the catalogue and how its checks ended.
#[derive(Clone, Debug)]
pub(crate) struct Chapter {
    /// The section's id.
    pub(crate) id: &'static str,
    /// Its heading.
    pub(crate) title: &'static str,
    /// How many ended how.
    pub(crate) counts: Counts,
    /// Its checks, in reading order.
    pub(crate) checks: Vec<Judged>,
}

/// How many checks ended how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    /// Hold.
    pub(crate) pass: usize,
    /// Hold, narrowly.
    pub(crate) warn: usize,
    /// Do not hold.
    pub(crate) fail: usize,
    /// Undecided for any other reason than a trial run.
    pub(crate) undecided: usize,
    /// Kept from being looked at by a switch of a trial run.
    pub(crate) trial: usize,
    /// Do not concern this merchant.
    pub(crate) not_applicable: usize,
    /// Somebody answers for them.
    pub(crate) attested: usize,
    /// Fail, and somebody accepted that.
    pub(crate) waived: usize,
}

impl Counts {
    /// Counts outcomes.
    fn of<'a>(judged: impl IntoIterator<Item = &'a Judged>) -> Self {
        let mut counts = Self::default();
        for check in judged {
            *match check.outcome {
                Outcome::Pass(_) => &mut counts.pass,
                Outcome::Warn(_) => &mut counts.warn,
                Outcome::Fail(_) => &mut counts.fail,
                Outcome::Undecided(_) if check.outcome.is_unseen_on_trial() => &mut counts.trial,
                Outcome::Undecided(_) => &mut counts.undecided,
                Outcome::NotApplicable(_) => &mut counts.not_applicable,
                Outcome::Attested(_) => &mut counts.attested,
                Outcome::Waived(..) => &mut counts.waived,
            } += 1;
        }
        counts
    }

    /// Every count with its word, in the order of the JSON report.
    pub(crate) const fn rows(&self) -> [(&'static str, usize); 8] {
        [
            ("passed", self.pass),
            ("warned", self.warn),
            ("failed", self.fail),
            ("undecided", self.undecided),
            ("undecided (trial run)", self.trial),
            ("not applicable", self.not_applicable),
            ("attested", self.attested),
            ("waived", self.waived),
        ]
    }

    /// All of them.
    pub(crate) fn total(&self) -> usize {
        self.rows().iter().map(|(_, count)| count).sum()
    }
}

/// A line of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FileLocation {
    /// The file.
    pub(crate) file: Text,
    /// Where in it.
    pub(crate) at: Place,
}

impl Report {
    /// Judges the whole catalogue and adds it up.
    pub(crate) fn new(facts: &Facts<'_>) -> Self {
        Self::of(CATALOGUE, judge(CATALOGUE, facts), facts)
    }

    /// Adds up checks that have been judged.
    pub(crate) fn of(
        catalogue: &[&'static Section],
        judged: Vec<Judged>,
        facts: &Facts<'_>,
    ) -> Self {
        let run = RunSummary::of(facts);
        let (ends, other_end) = lifetime::ends(judged.iter(), facts);
        let limits = &facts.merchant.limits;
        let added = verdict::add_up(
            &judged,
            facts.run,
            limits,
            verdict::left_out(facts),
            &ends,
            other_end.as_ref(),
        );
        let valid_until = added.verdict.is_ready().then_some(ends);
        let mut chapters: Vec<Chapter> = Vec::new();
        let (counts, required) = (Counts::of(&judged), Required::of(&judged));
        let broke = judged.iter().any(|check| check.broke);
        for check in judged {
            match chapters.last_mut() {
                Some(chapter) if chapter.id == check.section => chapter.checks.push(check),
                _ => {
                    let title = catalogue
                        .iter()
                        .find(|section| section.id == check.section)
                        .map_or(check.section, |section| section.title);
                    chapters.push(Chapter {
                        id: check.section,
                        title,
                        counts: Counts::default(),
                        checks: vec![check],
                    });
                }
            }
        }
        for chapter in &mut chapters {
            chapter.counts = Counts::of(&chapter.checks);
        }
        Self {
            merchant: facts.merchant.name.as_deref().map(|name| text!("{}", Bare(name))),
            run,
            chapters,
            counts,
            required,
            catalogue: text!("{}", Bare(&catalogue_version(catalogue))),
            verdict: added.verdict,
            sentence: added.sentence,
            first: added.first,
            valid_until,
            conversation: timeline::conversation(facts),
            measurements: measure::measurements(facts),
            limits: facts.merchant.limits.clone(),
            broke,
            exit: added.exit,
            places: facts.merchant.places.clone(),
            sent: sent::sent(facts.seen),
        }
    }

    /// The verdict's headline, with what keeps READY from being one of a merchant in production.
    pub(crate) fn headline(&self) -> String {
        let draft = self.run.draft_word();
        let kind = if self.verdict.is_ready() { self.kind() } else { "" };
        format!("{draft}{}{kind}", self.verdict.headline())
    }

    /// What kind of run it was, where it was not a real one on a real merchant.
    pub(crate) const fn kind(&self) -> &'static str {
        match (self.run.is_demo(), self.run.is_trial()) {
            (true, _) => " (DEMO)",
            (false, true) => " (TRIAL RUN)",
            (false, false) => "",
        }
    }

    /// The catalogue's version, and the one that the run was planned by where that is another.
    pub(crate) fn catalogues(&self) -> String {
        match &self.run.catalogue {
            Some(planned) if *planned != self.catalogue => {
                format!("{}; the run was planned by {planned}", self.catalogue)
            }
            Some(_) | None => self.catalogue.as_str().to_owned(),
        }
    }

    /// Every requirement of the platform's checklist and how it was decided.
    pub(crate) fn coverage(&self) -> Vec<Covered> {
        coverage::coverage(self.checks())
    }

    /// Every check, in reading order.
    pub(crate) fn checks(&self) -> impl Iterator<Item = &Judged> {
        self.chapters.iter().flat_map(|chapter| &chapter.checks)
    }

    /// The verdict's own exit code; the process may still end with 4 or 70.
    pub(crate) const fn exit(&self) -> Exit {
        self.exit
    }

    /// Where in the configuration a piece of evidence is about: the key itself, else the nearest
    /// table around it.
    pub(crate) fn place(&self, subject: &Subject) -> Option<FileLocation> {
        let Subject::ConfigKey(key) = subject else {
            return None;
        };
        let mut key = key.as_str();
        loop {
            if let Some(at) = self.places.get(key) {
                return Some(FileLocation { file: self.run.config_path.clone(), at: *at });
            }
            key = &key[..key.rfind(['.', '['])?];
        }
    }

    /// Where in the configuration a check without evidence belongs: what was attested, its
    /// section's table, else the file's beginning.
    pub(crate) fn table_of(&self, check: &Judged) -> FileLocation {
        let keys = [format!("attest.{}", check.meta.id), chapter(check.section).to_owned()];
        let at = keys
            .iter()
            .find_map(|key| self.places.get(key))
            .copied()
            .unwrap_or(Place { line: 1, column: 1 });
        FileLocation { file: self.run.config_path.clone(), at }
    }

    /// What was sent, where the evidence is about a delivery.
    pub(crate) fn sent(&self, subject: &Subject) -> Option<&Text> {
        match subject {
            Subject::Delivery(name) => self.sent.get(name.as_str()),
            Subject::ConfigKey(_)
            | Subject::Endpoint(_)
            | Subject::File { .. }
            | Subject::Address(_)
            | Subject::Run(_) => None,
        }
    }

    /// What to do about a finding.
    pub(crate) fn fix<'a>(check: &'a Judged, finding: &'a Finding) -> &'a str {
        finding.fix.as_ref().map_or(check.meta.remediation, Text::as_str)
    }
}

impl RunSummary {
    fn of(facts: &Facts<'_>) -> Self {
        let run: &RunFacts = facts.run;
        let all = |list: &[String]| list.iter().map(|item| text!("{}", Bare(item))).collect();
        let mut addresses: Vec<IpAddr> = Vec::new();
        if let Observed::Got(services) = &facts.seen.egress {
            for address in services.iter().flat_map(|service| service.named()) {
                if !addresses.contains(&address) {
                    addresses.push(address);
                }
            }
        }
        Self {
            id: text!("{}", Bare(&run.id)),
            version: text!("{}", Bare(&run.version)),
            catalogue: (!run.catalogue.is_empty()).then(|| text!("{}", Bare(&run.catalogue))),
            started: run.started,
            started_local: local(run),
            took_ms: run.took_ms,
            mode: run.mode,
            partial: run.partial(),
            interrupted: run.interrupted,
            offline: run.offline,
            strict: run.strict,
            deliver: run.deliver,
            only: all(&run.only),
            skip: all(&run.skip),
            switches: all(&run.switches),
            contacted: all(&run.contacted),
            config_path: text!("{}", Bare(&facts.merchant.config.path)),
            config_sha256: text!("{}", Bare(&facts.merchant.config.sha256)),
            host: text!("{}", Bare(&run.host)),
            role: run.role,
            addresses,
            seed: run.seed,
            sources: run.sources.clone(),
            draft: run.draft,
            challenge: run.challenge.as_deref().map(|challenge| text!("{}", Bare(challenge))),
        }
    }

    /// Whether it is one of the built-in shop.
    pub(crate) const fn is_demo(&self) -> bool {
        matches!(self.mode, Mode::Demo)
    }

    /// Whether a switch kept something from being looked at.
    pub(crate) const fn is_trial(&self) -> bool {
        !self.switches.is_empty()
    }

    /// What stands before a headline.
    pub(crate) const fn draft_word(&self) -> &'static str {
        if self.draft { "DRAFT, " } else { "" }
    }
}

/// The start of the run on this machine's wall: `2026-11-22 02:12:00 +05:30`.
fn local(run: &RunFacts) -> Text {
    let zone = Offset::from_seconds(run.offset_s).unwrap_or(Offset::UTC);
    let wall = zone.to_datetime(run.started).strftime("%Y-%m-%d %H:%M:%S").to_string();
    let (sign, minutes) =
        if zone.seconds() < 0 { ('-', -zone.seconds() / 60) } else { ('+', zone.seconds() / 60) };
    text!("{}", Bare(&format!("{wall} {sign}{:02}:{:02}", minutes / 60, minutes % 60)))
}
