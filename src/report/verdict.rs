//! What a run comes to, decided here and nowhere else.

use std::time::Duration;

use golive_checks::model::{
    Attested, Deliver, Facts, Judged, Level, Limits, Mode, Needs, NotMade, Observed, Outcome,
    Reason, RunFacts, ScenarioSeen, Text,
};
use golive_checks::text;

use super::bare::Bare;
use super::{Required, ValidUntil};
use crate::exit::Exit;

/// What a run comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Everything required holds.
    Ready,
    /// Everything required holds or is waived.
    ReadyWithWaivers,
    /// Something required failed.
    NotReady,
    /// Nothing failed, and something required is undecided.
    Incomplete,
    /// Only a part was looked at.
    Partial,
    /// It ended before everything was seen.
    Interrupted,
}

impl Verdict {
    /// The word of the JSON report.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Ready => "ready",
            Self::ReadyWithWaivers => "ready-with-waivers",
            Self::NotReady => "not-ready",
            Self::Incomplete => "incomplete",
            Self::Partial => "partial",
            Self::Interrupted => "interrupted",
        }
    }

    /// Whether it says READY, with waivers or without.
    pub(crate) const fn is_ready(self) -> bool {
        matches!(self, Self::Ready | Self::ReadyWithWaivers)
    }

    /// The words at the head of a report.
    pub(crate) const fn headline(self) -> &'static str {
        match self {
            Self::Ready => "READY",
            Self::ReadyWithWaivers => "READY WITH WAIVERS",
            Self::NotReady => "NOT READY",
            Self::Incomplete => "INCOMPLETE",
            Self::Partial => "PARTIAL",
            Self::Interrupted => "INTERRUPTED",
        }
    }
}

/// What one check does to the verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum VerdictEffect {
    /// It is in order.
    Fine,
    /// A switch of a trial run kept it from being looked at; the verdict says how many there are.
    Unseen,
    /// It is required, fails, and somebody accepted that.
    Waived,
    /// It is worth a look, and does not change the verdict.
    Advice,
    /// It leaves the verdict open.
    Open,
    /// It stands in the way.
    Stops,
}

impl VerdictEffect {
    /// The table of the verdict.
    pub(crate) const fn of(outcome: &Outcome, level: Level, strict: bool) -> Self {
        match (outcome, level) {
            (Outcome::Attested(Attested { remark: Some(_), .. }), _) if strict => Self::Stops,
            (Outcome::Undecided(Reason::TrialRun { .. }), _) => Self::Unseen,
            (
                Outcome::Pass(_) | Outcome::NotApplicable(_) | Outcome::Attested(_),
                Level::Required | Level::Recommended,
            ) => Self::Fine,
            (Outcome::Warn(_), Level::Required | Level::Recommended) if strict => Self::Stops,
            (Outcome::Warn(_), Level::Required | Level::Recommended) => Self::Advice,
            (Outcome::Waived(..), Level::Required) => Self::Waived,
            (Outcome::Waived(..), Level::Recommended) => Self::Fine,
            (Outcome::Fail(_), Level::Required) => Self::Stops,
            (Outcome::Fail(_), Level::Recommended) if strict => Self::Stops,
            (Outcome::Fail(_), Level::Recommended) => Self::Advice,
            (Outcome::Undecided(_), Level::Required) => Self::Open,
            (Outcome::Undecided(_), Level::Recommended) if strict => Self::Open,
            (Outcome::Undecided(_), Level::Recommended) => Self::Advice,
        }
    }
}

/// One of the first things to see to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct First {
    /// The check.
    pub(crate) id: &'static str,
    /// What fell short, or why it is undecided.
    pub(crate) why: Text,
}

/// How many first things a report names.
const FIRST: usize = 3;

/// What the checks of a run come to.
pub(super) struct Sum {
    pub(super) verdict: Verdict,
    pub(super) exit: Exit,
    pub(super) sentence: Text,
    pub(super) first: Vec<First>,
}

/// What a run did not send that others do, and why: a verdict rests on less by it.
pub(super) fn left_out(facts: &Facts<'_>) -> Vec<Text> {
    let spared = |seen: &&Observed<ScenarioSeen>| **seen == Observed::NotMade(NotMade::Pace);
    let spared = facts.seen.scenarios.values().filter(spared).count();
    let mut all = Vec::new();
    if spared > 0 {
        all.push(text!("a slow receiver was spared {}", many(spared, "planned scenario")));
    }
    let beyond = Observed::NotMade(NotMade::EnoughForgeries);
    let beyond = facts.seen.scenarios.values().filter(|seen| **seen == beyond).count();
    if beyond > 0 {
        all.push(text!("{} left out (`limits.webhook_forgeries`)", are(beyond, "forged event")));
    }
    if facts.merchant.webhook.no_spoofing {
        all.push("no delivery claimed another address (`webhook.spoof = false`)".into());
    }
    all
}

/// Adds up a run that `ends` ends, and `other_end` beside the age of what was seen.
pub(super) fn add_up(
    judged: &[Judged],
    run: &RunFacts,
    limits: &Limits,
    left_out: Vec<Text>,
    ends: &ValidUntil,
    other_end: Option<&ValidUntil>,
) -> Sum {
    let mut tally = Tally { left_out, ..Tally::of(judged, run, limits) };
    tally.too_soon = run.must_last_s.and_then(|seconds| too_soon(other_end?, run, seconds));
    let verdict = tally.verdict();
    let exit = match verdict {
        Verdict::Ready | Verdict::ReadyWithWaivers => Exit::Ready,
        Verdict::NotReady => Exit::NotReady,
        Verdict::Incomplete => Exit::Incomplete,
        Verdict::Partial if tally.stops.is_empty() => Exit::Incomplete,
        Verdict::Partial => Exit::NotReady,
        Verdict::Interrupted => Exit::Interrupted,
    };
    let first = tally.first();
    Sum { verdict, exit, sentence: tally.sentence(verdict, &first, ends), first }
}

/// The checks of a run by what they do to the verdict.
struct Tally<'a> {
    judged: &'a [Judged],
    run: &'a RunFacts,
    limits: &'a Limits,
    /// What was not sent that usually is.
    left_out: Vec<Text>,
    required: Required,
    waived: Vec<&'a Judged>,
    advice: Vec<&'a Judged>,
    open: Vec<&'a Judged>,
    stops: Vec<&'a Judged>,
    broke: Vec<&'a Judged>,
    /// What ends sooner than the run was asked to allow.
    too_soon: Option<Text>,
}

impl<'a> Tally<'a> {
    fn of(judged: &'a [Judged], run: &'a RunFacts, limits: &'a Limits) -> Self {
        let mut tally = Self {
            judged,
            run,
            limits,
            left_out: Vec::new(),
            required: Required::of(judged),
            waived: Vec::new(),
            advice: Vec::new(),
            open: Vec::new(),
            stops: Vec::new(),
            broke: Vec::new(),
            too_soon: None,
        };
        for check in judged {
            if check.broke {
                tally.broke.push(check);
            }
            match VerdictEffect::of(&check.outcome, check.level, run.strict) {
                VerdictEffect::Fine | VerdictEffect::Unseen => {}
                VerdictEffect::Waived => tally.waived.push(check),
                VerdictEffect::Advice => tally.advice.push(check),
                VerdictEffect::Open => tally.open.push(check),
                VerdictEffect::Stops => tally.stops.push(check),
            }
        }
        tally
    }

    fn verdict(&self) -> Verdict {
        if self.run.interrupted {
            Verdict::Interrupted
        } else if self.run.partial() {
            Verdict::Partial
        } else if !self.stops.is_empty() {
            Verdict::NotReady
        } else if !self.open.is_empty() || self.unproven().is_some() {
            Verdict::Incomplete
        } else if self.too_soon.is_some() {
            Verdict::NotReady
        } else if !self.waived.is_empty() {
            Verdict::ReadyWithWaivers
        } else {
            Verdict::Ready
        }
    }

    /// Why this run can prove nothing, whatever its checks say. They should have said so
    /// themselves; money hangs on it, so it is asked twice.
    fn unproven(&self) -> Option<&'static str> {
        if !self.broke.is_empty() {
            Some("a check broke")
        } else if self.required.total == 0 {
            Some("no required check was looked at")
        } else if self.run.offline {
            Some("`--offline` shows nothing of the webhook and the platform")
        } else {
            match self.run.deliver {
                Deliver::None => Some("`deliver = \"none\"` sends no webhook delivery"),
                Deliver::Negative => {
                    Some("`deliver = \"negative\"` sends no genuine webhook delivery")
                }
                Deliver::Probe | Deliver::Full => None,
            }
        }
    }

    /// What to see to first: what others wait for, then the order of the catalogue; people's words
    /// last.
    fn first(&self) -> Vec<First> {
        let waiting = |id| {
            self.judged.iter().filter(|check| matches!(&check.outcome, Outcome::Undecided(Reason::Blocked { by }) if *by == id)).count()
        };
        let mut first: Vec<&Judged> = if self.stops.is_empty() {
            self.open.iter().copied().filter(|check| is_a_cause(&check.outcome)).collect()
        } else {
            self.stops.clone()
        };
        let narrow =
            |check: &Judged| matches!(check.outcome, Outcome::Warn(_) | Outcome::Attested(_));
        first.sort_by_key(|check| {
            (narrow(check), wants_a_person(check), std::cmp::Reverse(waiting(check.meta.id)))
        });
        first.truncate(FIRST);
        first
            .into_iter()
            .map(|check| First { id: check.meta.id, why: why(&check.outcome) })
            .collect()
    }

    fn sentence(&self, verdict: Verdict, first: &[First], ends: &ValidUntil) -> Text {
        let kind = match self.run.mode {
            Mode::Demo => " (DEMO)",
            Mode::Check if self.run.is_trial() && verdict.is_ready() => " (TRIAL RUN)",
            Mode::Check => "",
        };
        let short = match verdict {
            Verdict::Ready | Verdict::ReadyWithWaivers => None,
            Verdict::NotReady => Some(match &self.too_soon {
                Some(too_soon) if self.stops.is_empty() => too_soon.clone(),
                Some(_) | None => self.shortfall(),
            }),
            Verdict::Incomplete if self.open.is_empty() => {
                Some("nothing failed, but required evidence is missing".into())
            }
            Verdict::Incomplete => Some(self.shortfall()),
            Verdict::Partial => Some(text!(
                "only {} looked at, which says nothing of the rest; {}",
                are(self.judged.len(), "check"),
                self.shortfall()
            )),
            Verdict::Interrupted => {
                Some(text!("the run ended before everything was seen; {}", self.shortfall()))
            }
        };
        let mut clauses: Vec<Text> = short.into_iter().chain(self.required.clause()).collect();
        if verdict == Verdict::ReadyWithWaivers {
            let waivers: Vec<Text> = self.waived.iter().map(|check| waiver(check)).collect();
            clauses.push(text!("waived: {}", Text::join(&waivers, ", ")));
        }
        let proven = verdict.is_ready();
        if proven {
            clauses.extend(self.advice());
        }
        let why_not = if verdict == Verdict::Incomplete { self.unproven() } else { None };
        clauses.extend(why_not.map(Text::from));
        if !first.is_empty() {
            let ids: Vec<Text> = first.iter().map(|first| first.id.into()).collect();
            clauses.push(text!("fix first: {}", Text::join(&ids, ", ")));
        }
        if !self.broke.is_empty() {
            let ids: Vec<Text> = self.broke.iter().map(|check| check.meta.id.into()).collect();
            clauses.push(text!(
                "do not rely on this report, for a check broke: {}",
                Text::join(&ids, ", ")
            ));
        }
        clauses.extend(self.weakened());
        clauses.extend(self.left_out.iter().cloned());
        if self.run.is_trial() {
            clauses.push(match self.switches().as_slice() {
                [one] => text!("trial run: {} was used", one),
                [most @ .., last] => {
                    text!("trial run: {} and {} were used", Text::join(most, ", "), last)
                }
                [] => "trial run".into(),
            });
        }
        let until = if proven { text!(" until {} ({})", ends.on, ends.because) } else { "".into() };
        let draft = if self.run.draft { "DRAFT, " } else { "" };
        text!("{}{}{}{}: {}.", draft, verdict.headline(), kind, until, Text::join(&clauses, "; "))
    }

    /// What failed and what is undecided, in numbers.
    fn shortfall(&self) -> Text {
        let kind = if self.run.strict { "check" } else { "required check" };
        let under = if self.run.strict { " (with --strict)" } else { "" };
        let people = self.open.iter().filter(|check| wants_a_person(check)).count();
        let people = match people {
            0 => Text::from(""),
            n if n == self.open.len() => ", for lack of an attestation".into(),
            n => text!(", {} of them for lack of an attestation", n),
        };
        match (self.stops.len(), self.open.len()) {
            (0, 0) if self.advice.iter().any(|check| check.outcome.word() == "fail") => {
                "nothing that is required failed".into()
            }
            (0, 0) => "nothing failed".into(),
            (0, open) => text!("{} undecided{}{}", many(open, kind), under, people),
            (stops, 0) => text!("{} failed{}", many(stops, kind), under),
            (stops, open) => {
                text!("{} failed{} and {} undecided", many(stops, kind), under, open)
            }
        }
    }

    /// What does not stand in the way, in numbers.
    fn advice(&self) -> Option<Text> {
        let count = |word| self.advice.iter().filter(|check| check.outcome.word() == word).count();
        let named = [
            (count("fail"), "recommendation", "failed"),
            (count("warn"), "warning", "given"),
            (count("undecided"), "recommendation", "open"),
            (count("waived"), "recommendation", "waived"),
        ];
        let said: Vec<Text> = named
            .into_iter()
            .filter(|(n, ..)| *n > 0)
            .map(|(n, what, how)| text!("{} {}", many(n, what), how))
            .collect();
        (!said.is_empty()).then(|| Text::join(&said, ", "))
    }

    /// The limits that were changed so that a check is weaker.
    fn weakened(&self) -> Option<Text> {
        let named: Vec<Text> = self
            .limits
            .weakened()
            .map(|(row, value)| text!("{} = {} (default {})", row.key, value, row.default))
            .collect();
        (!named.is_empty())
            .then(|| text!("checks weakened by `[limits]`: {}", Text::join(&named, ", ")))
    }

    /// The names of the switches in use, each once.
    fn switches(&self) -> Vec<Text> {
        let mut names: Vec<Text> = Vec::new();
        for switch in &self.run.switches {
            let name = text!("{}", Bare(switch.split([' ', '=']).next().unwrap_or(switch)));
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names
    }
}

/// What `end` says to a verdict that is to last for so many seconds.
fn too_soon(end: &ValidUntil, run: &RunFacts, seconds: u64) -> Option<Text> {
    let lasts = end.at.duration_since(run.now).as_secs();
    let asked = Duration::from_secs(seconds);
    (lasts < i64::try_from(seconds).unwrap_or(i64::MAX)).then(|| {
        text!(
            "it ends on {} ({}), sooner than the {} that `--fail-if-expires-within` asks for",
            end.on,
            end.because,
            asked
        )
    })
}

/// Whether something can be done about this very check: it does not wait for another one or for
/// another run.
fn is_a_cause(outcome: &Outcome) -> bool {
    match outcome {
        Outcome::Undecided(reason) => match reason {
            Reason::Offline
            | Reason::Blocked { .. }
            | Reason::Interrupted
            | Reason::TrialRun { .. } => false,
            Reason::Declined(_)
            | Reason::Transport(_)
            | Reason::NoWayToObserve(_)
            | Reason::Ambiguous(_)
            | Reason::Capped(_)
            | Reason::Own(_) => true,
        },
        Outcome::Pass(_) | Outcome::NotApplicable(_) => false,
        Outcome::Attested(attested) => attested.remark.is_some(),
        Outcome::Warn(_) | Outcome::Fail(_) | Outcome::Waived(..) => true,
    }
}

/// Whether only an attestation is missing.
fn wants_a_person(check: &Judged) -> bool {
    check.meta.needs == Needs::Attestation
        && matches!(check.outcome, Outcome::Undecided(Reason::NoWayToObserve(_)))
}

/// Why a check did not end well, in a clause.
fn why(outcome: &Outcome) -> Text {
    match outcome {
        Outcome::Warn(finding) | Outcome::Fail(finding) | Outcome::Waived(finding, _) => {
            finding.message.clone()
        }
        Outcome::Undecided(reason) => text!("{}", reason),
        Outcome::NotApplicable(why) => why.clone(),
        Outcome::Attested(Attested { remark: Some(remark), .. }) => remark.clone(),
        Outcome::Pass(_) | Outcome::Attested(_) => "".into(),
    }
}

/// `webhook-rejects-stale until 2026-12-31`
fn waiver(check: &Judged) -> Text {
    match &check.outcome {
        Outcome::Waived(_, waived) => text!("{} until {}", check.meta.id, waived.until),
        Outcome::Pass(_)
        | Outcome::Warn(_)
        | Outcome::Fail(_)
        | Outcome::Undecided(_)
        | Outcome::NotApplicable(_)
        | Outcome::Attested(_) => check.meta.id.into(),
    }
}

/// `1 required check`, `3 required checks`
fn many(count: usize, what: &'static str) -> Text {
    text!("{} {}{}", count, what, if count == 1 { "" } else { "s" })
}

/// `1 check was`, `3 checks were`
fn are(count: usize, what: &'static str) -> Text {
    text!("{} {}", many(count, what), if count == 1 { "was" } else { "were" })
}
