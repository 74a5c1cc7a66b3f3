//! Known mistakes of code, and whether the webhook showed them too.

use crate::model::{
    Check, CheckMeta, Exchange, Facts, Finding, FolderKind, Merchant, Outcome, Probe, Quoted,
    Reason, RunFacts, Subject, Text,
};
use crate::scan::rule::Topic;
use crate::source::scan_check::{ScanQuery, Scope, plan};
use crate::text;

/// A mistake that the rules of one topic find.
pub(super) struct CodeMistake {
    pub(super) meta: &'static CheckMeta,
    /// What the scan is asked.
    pub(super) question: ScanQuery,
    /// What the webhook conversation shows of it, as a clause, where it can show something.
    pub(super) symptom: fn(&Facts<'_>) -> Option<Text>,
    /// It is a mistake of what browsers or phones get, so that nothing is known without it.
    pub(super) in_public: bool,
}

/// A question about code that signs and verifies, wherever it is.
pub(super) const fn question(
    topics: &'static [Topic],
    expected: &'static str,
    mistake: &'static str,
) -> ScanQuery {
    ScanQuery { topics, scope: Scope::Everywhere, expected, failure: mistake, warning: mistake }
}

/// The conversation cannot show it.
pub(super) const fn silent(_facts: &Facts<'_>) -> Option<Text> {
    None
}

impl Check for CodeMistake {
    fn meta(&self) -> &'static CheckMeta {
        self.meta
    }

    fn plan(&self, _merchant: &Merchant, _run: &RunFacts) -> Vec<Probe> {
        plan()
    }

    /// What was found warns; where the webhook behaved accordingly it fails. That nothing was found
    /// counts where there was code to look at.
    fn judge(&self, facts: &Facts<'_>) -> anyhow::Result<Outcome> {
        match self.question.judge(facts)? {
            Outcome::Warn(finding) => Ok(match (self.symptom)(facts) {
                Some(symptom) => Outcome::Fail(shown_by(finding, &symptom)),
                None => Outcome::Warn(finding),
            }),
            Outcome::Pass(_) if facts.seen.source.get()?.signing == 0 => {
                let words = text!(
                    "no code that deals with the platform's signatures was met in `{}`",
                    FolderKind::Root.key()
                );
                Err(Reason::NoWayToObserve(words).into())
            }
            // An empty list says that nothing goes there; no list says nothing.
            Outcome::Pass(_)
                if self.in_public
                    && facts.merchant.source.public.is_empty()
                    && !facts.merchant.places.contains_key("source.public") =>
            {
                Err(Reason::NoWayToObserve(text!(
                    "`{}` names no folder to search",
                    FolderKind::Public.key()
                ))
                .into())
            }
            Outcome::Pass(mut evidence) => {
                let observed = text!(
                    "{} files of code that deal with the platform's signatures",
                    facts.seen.source.get()?.signing
                );
                evidence.push(crate::model::Evidence::of(
                    Subject::Run("source scan"),
                    "code to look at",
                    observed,
                ));
                Ok(Outcome::Pass(evidence))
            }
            outcome @ (Outcome::Fail(_)
            | Outcome::Undecided(_)
            | Outcome::NotApplicable(_)
            | Outcome::Attested(_)
            | Outcome::Waived(..)) => Ok(outcome),
        }
    }
}

/// A finding of the scan that says what the webhook did, too.
fn shown_by(mut finding: Finding, symptom: &Text) -> Finding {
    let first =
        finding.evidence.iter().find(|evidence| matches!(evidence.subject, Subject::File { .. }));
    finding.message = match first {
        Some(first) => text!("{}; {}: {}", symptom, finding.message, first.subject),
        None => text!("{}; {}", symptom, finding.message),
    };
    finding
}

/// The first of these deliveries that the webhook took with a 2xx.
pub(super) fn accepted<'a>(facts: &Facts<'a>, names: &[&str]) -> Option<&'a Exchange> {
    names.iter().filter_map(|name| only(facts, name)).find(|exchange| exchange.succeeded())
}

/// The one exchange of a scenario, where it was made.
pub(super) fn only<'a>(facts: &Facts<'a>, name: &str) -> Option<&'a Exchange> {
    facts.scenario(name).ok()?.exchanges().next()
}

/// A delivery and its answer, to stand in brackets.
pub(super) fn told(exchange: &Exchange) -> Text {
    text!("{}: {}", Quoted(&exchange.name), exchange.outcome())
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::model::{
        Answer, FileRole, Observations, Observed, OrderId, ScenarioSeen, Sent, StepSeen, Times,
    };
    use crate::source::fixture::{hit, merchant, seen};

    fn exchange(name: &str, status: u16) -> Exchange {
        let sent = Sent {
            at: RunFacts::example().now,
            method: "POST".to_owned(),
            url: "https://shop.example/api/webhooks/kwikpaisa".to_owned(),
            headers: Vec::new(),
            body: String::new(),
        };
        let answer = Answer {
            status,
            version: "HTTP/1.1".to_owned(),
            headers: Vec::new(),
            body: String::new(),
            body_bytes: 0,
            cut: false,
            leaks: Vec::new(),
        };
        Exchange {
            name: name.to_owned(),
            sent,
            turned_away: 0,
            answer: Ok(answer),
            times: Times::default(),
        }
    }

    /// How a check ends when this rule found something in code and the webhook answered these
    /// deliveries so.
    pub(in crate::source) fn judge_with(
        check: &dyn Check,
        rule: &str,
        answers: &[(&str, u16)],
    ) -> Outcome {
        let scenarios = answers.iter().map(|(name, status)| {
            let steps = vec![StepSeen::Exchange(Box::new(exchange(name, *status)))];
            (
                (*name).to_owned(),
                Observed::Got(ScenarioSeen {
                    order: OrderId::new("golive-1", "1.00", false),
                    steps,
                }),
            )
        });
        let source = Observed::Got(seen(vec![hit(rule, FileRole::Code)]));
        let seen =
            Observations { source, scenarios: scenarios.collect(), ..Observations::default() };
        let facts = Facts { merchant: &merchant(), run: &RunFacts::example(), seen: &seen };
        check.judge(&facts).expect("an outcome")
    }
}
