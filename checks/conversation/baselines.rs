//! Proof of verification is a pair: a refusal counts only between two genuine events that were
//! accepted.

use jiff::Timestamp;

use crate::conversation::answers::{baseline, breaks, evidence, is_spared, names, single};
use crate::conversation::scenarios::{
    BASELINE_AFTER, BASELINE_BETWEEN, FORGED_WRONG_SECRET, LATE_EFFECTS, REFUSED_EFFECTS,
};
use crate::conversation::series::answers_alike;
use crate::conversation::{repeat_command, space};
use crate::model::{
    Delivery, Evidence, Exchange, Facts, Finding, NotMade, Observed, Outcome, Reason, ScenarioSeen,
    Subject, Text, TroubleKind,
};
use crate::text;

/// The genuine events before and after what is judged, both accepted.
pub(crate) struct Baselines<'a> {
    before: &'a Exchange,
    after: &'a Exchange,
}

impl<'a> Baselines<'a> {
    /// Those around all deliveries that a correct receiver must take, or why nothing can be
    /// concluded from a refusal of one.
    pub(crate) fn of(facts: &Facts<'a>) -> Result<Self, Reason> {
        answers_alike(facts)?;
        let before = baseline(facts)?;
        let between = facts.scenario(BASELINE_BETWEEN.name).ok();
        match between.and_then(|seen| seen.exchanges().next()) {
            Some(after) => Self { before, after }.accepted(),
            None => Self { before, after: single(facts, BASELINE_AFTER.name)? }.accepted(),
        }
    }

    /// Those around these deliveries, which a correct receiver may reject: the first genuine event
    /// after the last of them.
    pub(crate) fn around(facts: &Facts<'a>, judged: &[&Exchange]) -> Result<Self, Reason> {
        answers_alike(facts)?;
        let before = baseline(facts)?;
        let ended = |exchange: &&Exchange| {
            let answered = exchange.sent.at.checked_add(exchange.times.answer());
            answered.unwrap_or(Timestamp::MAX)
        };
        let last = judged.iter().map(ended).max();
        let between = facts.scenario(BASELINE_BETWEEN.name).into_iter();
        let next = between
            .flat_map(ScenarioSeen::exchanges)
            .filter(|exchange| last.is_some_and(|last| exchange.sent.at > last))
            .min_by_key(|exchange| exchange.sent.at);
        match next {
            Some(after) => Self { before, after }.accepted(),
            None => Self { before, after: single(facts, BASELINE_AFTER.name)? }.accepted(),
        }
    }

    fn accepted(self) -> Result<Self, Reason> {
        if self.after.accepted() {
            return Ok(self);
        }
        if self.after.refused() {
            return Err(Reason::Blocked { by: "webhook-reachable" });
        }
        Err(Reason::Ambiguous(text!(
            "a genuine event was answered 200 before the others and {} after them, so a refusal in \
             between proves nothing",
            self.after.outcome()
        )))
    }

    /// What they were answered.
    pub(crate) fn evidence(&self) -> Vec<Evidence> {
        vec![evidence(self.before, "200"), evidence(self.after, "200")]
    }
}

/// Insists that a forgery was rejected: an accepted twin proves nothing about a receiver that accepts
/// everything. The check `by` is about it.
pub(crate) fn refuses(
    facts: &Facts<'_>,
    forgery: &Delivery,
    by: &'static str,
) -> Result<Evidence, Reason> {
    let exchange = single(facts, forgery.name)?;
    if exchange.refused() { Ok(evidence(exchange, REFUSAL)) } else { Err(Reason::Blocked { by }) }
}

/// Insists that a 2xx means something here: whoever answers made-up signatures so, and acts on them
/// or not, says nothing by it of other events.
pub(crate) fn tells_by_answers(facts: &Facts<'_>) -> Result<(), Reason> {
    let silent = single(facts, FORGED_WRONG_SECRET.name).is_ok_and(Exchange::succeeded);
    if silent { Err(Reason::Blocked { by: "webhook-rejects-forged" }) } else { Ok(()) }
}

/// How deliveries that a correct receiver refuses were answered.
#[derive(Default)]
pub(crate) struct Negatives<'a> {
    /// With a 2xx: taken for genuine.
    pub(crate) accepted: Vec<&'a Exchange>,
    /// With a 4xx.
    refused: Vec<&'a Exchange>,
    /// With what the same request without an event is answered.
    pages: Vec<&'a Exchange>,
    /// By breaking: a 5xx, or a connection that was given up.
    broken: Vec<&'a Exchange>,
    /// With anything that says neither.
    unclear: Vec<&'a Exchange>,
    /// How many a slow receiver was spared.
    spared: usize,
    /// How many were left out for claiming another address.
    unspoofed: usize,
    /// How many `limits.webhook_forgeries` left out.
    beyond_limit: usize,
    /// Why others were not seen.
    unseen: Option<Reason>,
}

impl<'a> Negatives<'a> {
    /// The same of forgeries: whoever breaks on one has not believed it.
    pub(crate) fn of_forgeries(facts: &Facts<'a>, names: &[&'static str]) -> Self {
        let mut found = Self::of(facts, names);
        (found.broken, found.unclear) = found
            .unclear
            .into_iter()
            .partition(|exchange| breaks(exchange) && !timed_out(exchange));
        found
    }

    /// Looks up the deliveries of these names.
    pub(crate) fn of(facts: &Facts<'a>, names: &[&'static str]) -> Self {
        let mut found = Self::default();
        for name in names {
            match single(facts, name) {
                Ok(exchange) if is_rejected(name, exchange) => found.refused.push(exchange),
                Ok(exchange) if is_the_page(facts, name, exchange) => found.pages.push(exchange),
                Ok(exchange) if exchange.succeeded() => found.accepted.push(exchange),
                Ok(exchange) => found.unclear.push(exchange),
                Err(_) if is_spared(facts, name) => found.spared += 1,
                Err(_) if is_left_out(facts, name, &NotMade::NoSpoofing) => found.unspoofed += 1,
                Err(_) if is_left_out(facts, name, &NotMade::EnoughForgeries) => {
                    found.beyond_limit += 1;
                }
                Err(reason) => found.unseen = found.unseen.or(Some(reason)),
            }
        }
        found
    }

    /// All were refused, between accepted controls; a 2xx to any of them is a failure whatever the
    /// controls say.
    pub(crate) fn judge(
        self,
        facts: &Facts<'a>,
        accepted: &'static str,
        by_hand: ByHand,
    ) -> Result<Outcome, Reason> {
        if !self.accepted.is_empty() {
            let repeat =
                repeat_command::again(facts, &self.accepted[0].name).or_else(|| by_hand(facts));
            return Ok(Outcome::Fail(Finding { repeat, ..self.taken(accepted) }));
        }
        if let Some(reason) = self.unseen {
            return Err(reason);
        }
        let judged = [&self.refused[..], &self.pages, &self.broken, &self.unclear].concat();
        let controls = Baselines::around(facts, &judged)?;
        if let Some(first) = self.unclear.first() {
            return Err(Reason::Ambiguous(text!(
                "{} got {}, which is not a rejection; return 401",
                names(&self.unclear),
                first.outcome()
            )));
        }
        let mut shown = controls.evidence();
        if self.unspoofed > 0 {
            shown.push(Evidence::of(
                Subject::ConfigKey("webhook.spoof".into()),
                "no forgery left out",
                text!("{} that claim another address of the sender", self.unspoofed),
            ));
        }
        if self.beyond_limit > 0 {
            shown.push(Evidence::of(
                Subject::ConfigKey("limits.webhook_forgeries".into()),
                "no forgery left out",
                text!("{} left out", self.beyond_limit),
            ));
        }
        if self.spared > 0 {
            shown.push(Evidence::of(
                Subject::Run("forgeries left out"),
                "none",
                text!(
                    "{} of {}: the receiver's pace left no time for them",
                    self.spared,
                    self.spared + judged.len()
                ),
            ));
        }
        if !self.broken.is_empty() {
            shown.extend(self.broken.iter().map(|exchange| evidence(exchange, REFUSAL)));
            let message =
                text!("the receiver rejects by crashing: {} got no 4xx", names(&self.broken));
            return Ok(Outcome::Warn(Finding::new(message, shown).fix(
                "Answer 401 before anything parses the request; the receiver's log for the time of \
                 the delivery shows where it broke",
            )));
        }
        if !self.pages.is_empty() && !forgeries_had_no_effect(facts) {
            return Err(Reason::Ambiguous(text!(
                "{} got the same answer as the request without an event; only `--deliver full` with \
                 `[webhook.effects]` tells a page from a handler that answers 200 to everything",
                names(&self.pages)
            )));
        }
        let page = "a rejection (4xx), or the answer to the same request without an event";
        shown.extend(self.pages.iter().map(|exchange| evidence(exchange, page)));
        if judged.is_empty() {
            return Err(Reason::Capped("no forgery was sent".into()));
        }
        shown.extend(self.refused.iter().map(|exchange| evidence(exchange, REFUSAL)));
        Ok(Outcome::Pass(shown))
    }

    /// The finding about those that were accepted.
    pub(crate) fn taken(&self, message: impl Into<Text>) -> Finding {
        Finding::new(
            message,
            self.accepted.iter().map(|exchange| evidence(exchange, REFUSAL)).collect(),
        )
    }
}

/// Whether a forgery was turned away: with a 4xx, or with a redirect or a 501 where the shape of the
/// request is enough to turn it away.
fn is_rejected(name: &'static str, exchange: &Exchange) -> bool {
    let is_shape = space::named(name).is_some_and(|value| value.dimension.is_shape());
    let turns_away = exchange.status().is_some_and(|status| matches!(status, 300..=399 | 501));
    exchange.refused() || is_shape && turns_away
}

/// Whether all forgeries of a settling event together had no effect.
fn forgeries_had_no_effect(facts: &Facts<'_>) -> bool {
    let counts = |name| -> Option<Vec<u64>> {
        let seen = facts.scenario(name).ok()?;
        seen.effects().map(|count| count.get().ok().copied()).collect()
    };
    let late = counts(LATE_EFFECTS).is_some_and(|counts| counts.iter().any(|n| *n > counts[0]));
    let refused = counts(REFUSED_EFFECTS);
    !late
        && refused
            .is_some_and(|counts| matches!(counts[..], [before, after, ..] if before == after))
}

fn is_left_out(facts: &Facts<'_>, name: &str, by: &NotMade) -> bool {
    matches!(facts.seen.scenarios.get(name), Some(Observed::NotMade(why)) if why == by)
}

fn timed_out(exchange: &Exchange) -> bool {
    exchange.answer.as_ref().is_err_and(|trouble| trouble.kind == TroubleKind::TimedOut)
}

/// Whether a forgery was answered what the same request is answered without an event.
fn is_the_page(facts: &Facts<'_>, name: &str, exchange: &Exchange) -> bool {
    let page = space::page_of(name).and_then(|page| single(facts, page.name).ok());
    let same = |page: &Exchange| match (&page.answer, &exchange.answer) {
        (Ok(page), Ok(answer)) => page.status == answer.status && page.body == answer.body,
        _ => false,
    };
    page.is_some_and(same)
}

/// Makes the command line that repeats a delivery.
pub(crate) type ByHand = fn(&Facts<'_>) -> Option<Text>;

/// What a negative should meet.
const REFUSAL: &str = "a refusal (4xx)";
