//! The matrix of defects and the checks that turn red for them.

use crate::page::filled;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use super::{Behaviour, Defect, Shop, ShopVariant, Weight};

/// What one run on a shop came to.
#[derive(Clone, Debug)]
pub(crate) struct RunResult {
    /// The verdict's word, as in JSON: `not-ready`.
    pub(crate) verdict: String,
    /// The same under `--strict`, from the same observations.
    pub(crate) strict_verdict: String,
    /// Every check, in the order of the catalogue.
    pub(crate) checks: Vec<Ended>,
}

/// How one check ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Ended {
    /// Its id.
    pub(crate) id: &'static str,
    /// The word of its outcome: `pass`.
    pub(crate) outcome: &'static str,
    /// The check it waits for, where it is undecided for that.
    pub(crate) blocked_by: Option<&'static str>,
}

/// What a row of the matrix is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Case {
    /// The shop as it should be.
    Correct,
    /// Right in an unusual way.
    Variant(ShopVariant),
    /// Wrong.
    Defect(Defect),
}

impl Case {
    /// The correct shop, its variants, and the named defects or else all.
    pub(crate) fn list(defects: &[Defect]) -> Vec<Self> {
        if defects.is_empty() {
            let variants = ShopVariant::ALL.iter().copied().map(Self::Variant);
            std::iter::once(Self::Correct)
                .chain(variants)
                .chain(Defect::ALL.iter().copied().map(Self::Defect))
                .collect()
        } else {
            std::iter::once(Self::Correct)
                .chain(defects.iter().copied().map(Self::Defect))
                .collect()
        }
    }

    /// How the shop of this row behaves.
    pub(crate) fn behaviour(self) -> Behaviour {
        match self {
            Self::Correct => Behaviour::default(),
            Self::Variant(variant) => Behaviour::with_variants(&[variant], Duration::ZERO),
            Self::Defect(defect) => Behaviour::with_defects(&[defect], Duration::ZERO),
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Correct => "the correct shop",
            Self::Variant(variant) => variant.name(),
            Self::Defect(defect) => defect.name(),
        }
    }

    fn about(self) -> &'static str {
        match self {
            Self::Correct => "does everything right",
            Self::Variant(variant) => variant.about(),
            Self::Defect(defect) => defect.about(),
        }
    }
}

/// So many rows that do not hold may be the machine's doing, which works on several shops at a
/// time; more are not.
const LOOKED_AT_AGAIN: usize = 4;

/// Every case and what a run on it came to, compared.
#[derive(Debug)]
pub(crate) struct Matrix {
    rows: Vec<Row>,
    /// Checks that pass on the correct shop and turned red in no row.
    never_red: Vec<&'static str>,
    complete: bool,
}

/// One case, compared with the correct shop.
#[derive(Debug)]
struct Row {
    case: Case,
    result: RunResult,
    /// Red, as they should be.
    caught: Vec<&'static str>,
    /// Red for a reason that the defect states.
    also: Vec<(&'static str, &'static str)>,
    /// Red only because they wait for another.
    waiting: BTreeMap<&'static str, usize>,
    /// Should be red and are not.
    missed: Vec<&'static str>,
    /// Red for no reason that the defect states, and how they ended.
    unexplained: Vec<(&'static str, &'static str)>,
    /// The verdict is not what it must be.
    wrong_verdict: bool,
    /// What did not hold at a first look, among others.
    at_first: Vec<(&'static str, String)>,
}

impl Matrix {
    /// Opens the shop of every case, has `run` look at it, and compares. Several at a time: mostly
    /// they wait. What does not hold then is looked at again with the machine to itself, and
    /// its row says so.
    ///
    /// # Errors
    ///
    /// When a shop cannot be opened or a run cannot be made.
    pub(crate) fn observe(
        cases: &[Case],
        run: &(dyn Fn(&Shop) -> anyhow::Result<RunResult> + Sync),
    ) -> anyhow::Result<Self> {
        let next = AtomicUsize::new(0);
        let results: Mutex<BTreeMap<usize, anyhow::Result<RunResult>>> = Mutex::default();
        let workers = std::thread::available_parallelism().map_or(4, |cores| cores.get() * 2);
        std::thread::scope(|scope| {
            for _ in 0..workers {
                scope.spawn(|| {
                    loop {
                        let at = next.fetch_add(1, Ordering::Relaxed);
                        let Some(case) = cases.get(at) else { break };
                        let result = Shop::open(&case.behaviour()).and_then(|shop| run(&shop));
                        results.lock().unwrap_or_else(PoisonError::into_inner).insert(at, result);
                    }
                });
            }
        });
        let results = results.into_inner().unwrap_or_else(PoisonError::into_inner);
        let results = cases
            .iter()
            .copied()
            .zip(results.into_values())
            .map(|(case, result)| Ok((case, result?)));
        let mut results: Vec<(Case, RunResult)> = results.collect::<anyhow::Result<_>>()?;
        let first = Self::compare(results.clone());
        let doubtful: Vec<usize> =
            (0..first.rows.len()).filter(|at| !first.rows[*at].holds()).collect();
        if doubtful.is_empty() || doubtful.len() > LOOKED_AT_AGAIN {
            return Ok(first);
        }
        for at in &doubtful {
            results[*at].1 = run(&Shop::open(&cases[*at].behaviour())?)?;
        }
        let mut second = Self::compare(results);
        for at in doubtful {
            second.rows[at].at_first = first.rows[at].troubles();
        }
        Ok(second)
    }

    /// Compares the results of all cases with the correct shop's. Pure.
    pub(crate) fn compare(results: Vec<(Case, RunResult)>) -> Self {
        let correct: BTreeMap<&str, &'static str> = results
            .iter()
            .find(|(case, _)| *case == Case::Correct)
            .map(|(_, result)| {
                result.checks.iter().map(|check| (check.id, check.outcome)).collect()
            })
            .unwrap_or_default();
        let complete = Defect::ALL
            .iter()
            .all(|defect| results.iter().any(|(case, _)| *case == Case::Defect(*defect)));
        let passing: Vec<&'static str> = results
            .iter()
            .filter(|(case, _)| *case == Case::Correct)
            .flat_map(|(_, result)| {
                result.checks.iter().filter(|check| matches!(check.outcome, "pass" | UNSEEN))
            })
            .map(|check| check.id)
            .collect();
        let rows: Vec<Row> =
            results.into_iter().map(|(case, result)| Row::of(case, result, &correct)).collect();
        let never_red = passing
            .into_iter()
            .filter(|id| !rows.iter().any(|row| row.caught.contains(id)))
            .collect();
        Self { rows, never_red, complete }
    }

    /// Whether every defect was caught by its checks and no others, and everything right is READY.
    pub(crate) fn holds(&self) -> bool {
        self.rows.iter().all(Row::holds)
    }

    /// The matrix in words, 80 columns wide; what does not hold stands last, where a terminal ends.
    pub(crate) fn render(&self) -> String {
        let mut text = String::new();
        let (holding, failing): (Vec<&Row>, Vec<&Row>) =
            self.rows.iter().partition(|row| row.holds());
        for row in holding.into_iter().chain(failing) {
            row.render(&mut text);
        }
        let defects = || self.rows.iter().filter(|row| matches!(row.case, Case::Defect(_)));
        let right = || self.rows.iter().filter(|row| !matches!(row.case, Case::Defect(_)));
        let caught = defects().filter(|row| row.missed.is_empty() && !row.wrong_verdict).count();
        let unexplained: usize = self.rows.iter().map(|row| row.unexplained.len()).sum();
        let ready = right().filter(|row| !row.wrong_verdict).count();
        let again = self.rows.iter().filter(|row| !row.at_first.is_empty()).count();
        let again = if again > 0 { format!("; {again} looked at twice") } else { String::new() };
        text.push('\n');
        if self.complete && !self.never_red.is_empty() {
            paragraph(&mut text, "No defect for", &self.never_red.join(", "));
        }
        let summary = format!(
            "{} of {} defects caught; {} of {} correct shops READY; {unexplained} checks red \
             without a reason{again}.",
            caught,
            defects().count(),
            ready,
            right().count(),
        );
        paragraph(&mut text, if self.holds() { "PASSED" } else { "FAILED" }, &summary);
        text
    }
}

impl Row {
    fn of(case: Case, result: RunResult, correct: &BTreeMap<&str, &'static str>) -> Self {
        let red: Vec<&Ended> = result
            .checks
            .iter()
            .filter(|check| {
                rank(check.outcome) > correct.get(check.id).map_or(0, |outcome| rank(outcome))
            })
            .collect();
        let is_red = |id: &str| red.iter().any(|check| check.id == id);
        let (expected, stated): (&[&'static str], &[(&'static str, &'static str)]) = match case {
            Case::Correct => (&[], &[]),
            Case::Variant(variant) => (&[], variant.also()),
            Case::Defect(defect) => (defect.caught_by(), defect.also()),
        };
        let (caught, missed) = expected.iter().partition(|id| is_red(id));
        let mut also = Vec::new();
        let mut waiting: BTreeMap<&'static str, usize> = BTreeMap::new();
        let mut unexplained = Vec::new();
        for check in red.iter().filter(|check| !expected.contains(&check.id)) {
            if let Some(reason) = stated.iter().find(|(id, _)| *id == check.id) {
                also.push(*reason);
            } else if let Some(by) = check.blocked_by.filter(|by| is_red(by)) {
                *waiting.entry(by).or_default() += 1;
            } else if !matches!(case, Case::Variant(_)) || rank(check.outcome) > 1 {
                // What is right and unusual may earn a warning, no more.
                unexplained.push((check.id, check.outcome));
            }
        }
        let wrong_verdict = match case {
            Case::Correct | Case::Variant(_) => result.verdict != READY,
            Case::Defect(defect) => match defect.weight() {
                Weight::Stops => is_ready(&result.verdict) || is_ready(&result.strict_verdict),
                Weight::Warns => is_ready(&result.strict_verdict),
            },
        };
        Self {
            case,
            caught,
            also,
            waiting,
            missed,
            unexplained,
            wrong_verdict,
            result,
            at_first: Vec::new(),
        }
    }

    fn holds(&self) -> bool {
        self.missed.is_empty() && self.unexplained.is_empty() && !self.wrong_verdict
    }

    fn render(&self, text: &mut String) {
        let mark = if self.holds() { "✓" } else { "✗" };
        let strict = match self.case {
            Case::Defect(defect) if defect.weight() == Weight::Warns => {
                format!(", {} under --strict", words(&self.result.strict_verdict))
            }
            Case::Correct | Case::Variant(_) | Case::Defect(_) => String::new(),
        };
        writeln!(text, "{mark} {}: {}{strict}", self.case.name(), words(&self.result.verdict))
            .expect("a String takes all");
        paragraph(text, "", self.case.about());
        if !self.caught.is_empty() {
            paragraph(text, "caught by", &self.caught.join(", "));
        }
        for reasons in self.also.chunk_by(|(_, one), (_, next)| one == next) {
            let ids: Vec<&str> = reasons.iter().map(|(id, _)| *id).collect();
            paragraph(text, "also", &format!("{}: {}", ids.join(", "), reasons[0].1));
        }
        for (by, count) in &self.waiting {
            let them = if *count == 1 {
                "1 check waits".to_owned()
            } else {
                format!("{count} checks wait")
            };
            paragraph(text, "also", &format!("{them} for {by}"));
        }
        for (label, words) in self.troubles() {
            paragraph(text, label, &words);
        }
        for (label, words) in &self.at_first {
            paragraph(
                text,
                "AT FIRST",
                &format!("{label} {words}; looked at again with the machine to itself"),
            );
        }
    }

    /// What does not hold, with a label.
    fn troubles(&self) -> Vec<(&'static str, String)> {
        let mut troubles = Vec::new();
        if !self.missed.is_empty() {
            troubles.push(("MISSED BY", self.missed.join(", ")));
        }
        troubles.extend(
            self.unexplained
                .iter()
                .map(|(id, outcome)| ("NO REASON", format!("{id} ended with {outcome}"))),
        );
        if self.wrong_verdict {
            let wanted = match self.case {
                Case::Correct | Case::Variant(_) => "it should be READY",
                Case::Defect(_) => "it should not be READY",
            };
            troubles.push(("VERDICT", wanted.to_owned()));
        }
        troubles
    }
}

const READY: &str = "ready";

/// The word for what a switch kept from being looked at, as on every run of a shop: fine, where it
/// is so on the correct shop, too.
pub(crate) const UNSEEN: &str = "trial-run";

fn is_ready(verdict: &str) -> bool {
    matches!(verdict, READY | "ready-with-waivers")
}

/// A verdict as reports print it.
fn words(verdict: &str) -> String {
    verdict.replace('-', " ").to_uppercase()
}

/// How far an outcome is from fine.
fn rank(outcome: &str) -> u8 {
    match outcome {
        "pass" | "attested" | "not-applicable" | UNSEEN => 0,
        "warn" => 1,
        "undecided" => 2,
        _ => 3,
    }
}

/// One labelled paragraph, wrapped.
fn paragraph(text: &mut String, label: &str, words: &str) {
    let first = if label.is_empty() { "    ".to_owned() } else { format!("    {label}  ") };
    let rest = " ".repeat(if label.is_empty() { 4 } else { 6 });
    text.push_str(&filled(&first, &rest, words));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn result(
        verdict: &str,
        checks: &[(&'static str, &'static str, Option<&'static str>)],
    ) -> RunResult {
        let checks =
            checks.iter().map(|(id, outcome, by)| Ended { id, outcome, blocked_by: *by }).collect();
        RunResult { verdict: verdict.to_owned(), strict_verdict: verdict.to_owned(), checks }
    }

    const FINE: &[(&str, &str, Option<&str>)] = &[
        ("webhook-prompt", "pass", None),
        ("webhook-reachable", "pass", None),
        ("api-clock", "warn", None),
    ];

    fn matrix(
        case: Case,
        verdict: &str,
        checks: &[(&'static str, &'static str, Option<&'static str>)],
    ) -> Matrix {
        Matrix::compare(vec![
            (Case::Correct, result("ready", FINE)),
            (case, result(verdict, checks)),
        ])
    }

    #[test]
    fn holds_when_the_right_check_alone_turned_red() {
        let slow = [
            ("webhook-prompt", "fail", None),
            ("webhook-reachable", "pass", None),
            ("api-clock", "warn", None),
        ];
        let matrix = matrix(Case::Defect(Defect::SlowAnswer), "not-ready", &slow);
        assert!(matrix.holds(), "{}", matrix.render());
        assert!(matrix.render().contains("✓ slow-answer: NOT READY"));
        assert!(matrix.render().contains("PASSED"));
    }

    #[test]
    fn fails_when_a_defect_is_missed() {
        let matrix = matrix(Case::Defect(Defect::SlowAnswer), "ready", FINE);
        assert!(!matrix.holds());
        let text = matrix.render();
        assert!(
            text.contains("MISSED BY  webhook-prompt")
                && text.contains("it should not be READY")
                && text.contains("FAILED"),
            "{text}"
        );
    }

    #[test]
    fn fails_when_another_check_turned_red_without_a_reason() {
        let also = [
            ("webhook-prompt", "fail", None),
            ("webhook-reachable", "pass", None),
            ("api-clock", "undecided", None),
        ];
        let matrix = matrix(Case::Defect(Defect::SlowAnswer), "not-ready", &also);
        assert!(!matrix.holds());
        assert!(matrix.render().contains("NO REASON  api-clock ended with undecided"));
    }

    #[test]
    fn what_does_not_hold_is_looked_at_again_and_said_to_be() {
        let cases = Case::list(&[Defect::SlowAnswer]);
        let looked_at = Mutex::new(Vec::new());
        let observe = |good_from: usize| {
            looked_at.lock().unwrap().clear();
            Matrix::observe(&cases, &|shop| {
                let is_slow = shop.config_toml().contains("webhook_too_slow_ms");
                let mut looked_at = looked_at.lock().unwrap();
                looked_at.push(is_slow);
                let is_caught = looked_at.iter().filter(|slow| **slow).count() >= good_from;
                let checks =
                    [("webhook-prompt", if is_slow && is_caught { "fail" } else { "pass" }, None)];
                Ok(result(if is_slow && is_caught { "not-ready" } else { "ready" }, &checks))
            })
            .unwrap()
        };
        let at_once = observe(1);
        assert!(at_once.holds() && looked_at.lock().unwrap().len() == 2, "{}", at_once.render());
        let later = observe(2);
        let text = later.render();
        assert!(later.holds() && looked_at.lock().unwrap().len() == 3, "{text}");
        assert!(
            text.contains("AT FIRST  MISSED BY webhook-prompt; looked at again")
                && text.contains("1 looked at twice"),
            "{text}"
        );
        let never = observe(3);
        assert!(!never.holds() && looked_at.lock().unwrap().len() == 3, "{}", never.render());
    }

    #[test]
    fn what_waits_for_a_red_check_needs_no_reason_of_its_own() {
        let blocked = [
            ("webhook-prompt", "undecided", Some("webhook-reachable")),
            ("webhook-reachable", "fail", None),
        ];
        let matrix = matrix(Case::Defect(Defect::CsrfPage), "not-ready", &blocked);
        assert!(matrix.holds(), "{}", matrix.render());
        assert!(matrix.render().contains("1 check waits for webhook-reachable"));
    }

    #[test]
    fn what_is_right_and_unusual_may_warn_and_must_be_ready() {
        let warned = [("webhook-prompt", "warn", None), ("webhook-reachable", "pass", None)];
        assert!(matrix(Case::Variant(ShopVariant::ReplayCache), "ready", &warned).holds());
        assert!(!matrix(Case::Variant(ShopVariant::ReplayCache), "incomplete", &warned).holds());
        let failed = [("webhook-prompt", "fail", None)];
        assert!(!matrix(Case::Variant(ShopVariant::ReplayCache), "ready", &failed).holds());
    }

    #[test]
    fn no_line_is_wider_than_a_terminal() {
        let results =
            Case::list(&[]).into_iter().map(|case| (case, result("not-ready", FINE))).collect();
        let text = Matrix::compare(results).render();
        let wide: Vec<&str> =
            text.lines().filter(|line| unicode_width::UnicodeWidthStr::width(*line) > 80).collect();
        assert!(wide.is_empty(), "{wide:#?}");
    }
}
