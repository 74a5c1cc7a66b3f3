//! Events that the platform did not make in this form, which a receiver that verifies signatures
//! must refuse.

use crate::conversation::baselines::{ByHand, Negatives};
use crate::conversation::effects;
use crate::conversation::scenarios::{REFUSED_EFFECTS, between_baselines};
use crate::conversation::space;
use crate::model::{
    Check, CheckMeta, Deliver, Delivery, Evidence, Exchange, Facts, Merchant, Outcome, Probe,
    Product, RunFacts, Scenario, Subject,
};
use crate::text;

/// Forgeries of one kind, each to be refused between two genuine events that were accepted.
pub(crate) struct Forgeries {
    pub(crate) meta: &'static CheckMeta,
    /// What it sends beside its values of the forgery space.
    pub(crate) more: &'static [Delivery],
    /// What one refuses that is told of payouts, too, each with the same forgery of a payment.
    pub(crate) payouts: &'static [(Delivery, Delivery)],
    /// The finding when one of them meets a 2xx.
    pub(crate) accepted: &'static str,
    /// Repeats one of them.
    pub(crate) by_hand: ByHand,
}

impl Forgeries {
    /// Those that suit the merchant.
    fn sent(&self, merchant: &Merchant) -> impl Iterator<Item = Delivery> {
        let payouts = if merchant.uses(Product::Payouts) { self.payouts } else { &[] };
        self.deliveries(merchant).chain(payouts.iter().map(|(payout, _)| *payout))
    }

    /// What a correct receiver refuses of payments.
    pub(crate) fn deliveries(&self, merchant: &Merchant) -> impl Iterator<Item = Delivery> {
        let values = space::of_check(self.meta.id, merchant).map(|value| value.delivery);
        values.chain(self.more.iter().copied())
    }

    /// Shows that no forgery of a settling event had an effect and its genuine twin had one, where
    /// that was seen, and not otherwise elsewhere. It says nothing of a forgery that is refused
    /// where it settles something and accepted where it does not. A forged payout is held against
    /// the same forgery of a payment.
    fn without_effect(&self, facts: &Facts<'_>, accepted: &[&Exchange]) -> Option<Evidence> {
        if effects::applied_late(facts).is_some() {
            return None;
        }
        let seen = facts.scenario(REFUSED_EFFECTS).ok()?;
        let settling = |exchange: &&Exchange| {
            let twin = self.payouts.iter().find(|(payout, _)| payout.name == exchange.name);
            let name = twin.map_or(exchange.name.as_str(), |(_, payment)| payment.name);
            seen.exchanges().find(|exchange| exchange.name == name).is_some_and(Exchange::succeeded)
        };
        if !accepted.iter().all(settling) {
            return None;
        }
        let [before, forged, genuine] = effects::every(seen).ok()?[..] else { return None };
        (forged == before && genuine > forged).then(|| {
            Evidence::of(
                Subject::Delivery(REFUSED_EFFECTS.into()),
                "no effect of any forgery, one of the genuine event",
                text!(
                    "{} before, {} after the forgeries, {} after the genuine event",
                    before,
                    forged,
                    genuine
                ),
            )
        })
    }
}

impl Check for Forgeries {
    fn meta(&self) -> &'static CheckMeta {
        self.meta
    }

    fn plan(&self, merchant: &Merchant, _run: &RunFacts) -> Vec<Probe> {
        let pages = self.sent(merchant).filter_map(|delivery| space::page_of(delivery.name));
        between_baselines(self.sent(merchant).chain(pages).map(Scenario::single))
    }

    /// An accepted forgery fails; where the same was seen to have no effect, accepted too, while
    /// the genuine event had one, it is a warning.
    fn judge(&self, facts: &Facts<'_>) -> anyhow::Result<Outcome> {
        // What only `full` may send is no gap of a run that was told to do less.
        let reach = facts.run.deliver.max(Deliver::Negative);
        let names: Vec<&'static str> = self
            .sent(facts.merchant)
            .filter(|delivery| delivery.tier() <= reach || facts.scenario(delivery.name).is_ok())
            .map(|delivery| delivery.name)
            .collect();
        let negatives = Negatives::of_forgeries(facts, &names);
        let proof = self.without_effect(facts, &negatives.accepted);
        match (negatives.judge(facts, self.accepted, self.by_hand)?, proof) {
            (Outcome::Fail(mut finding), Some(proof)) => {
                finding.message =
                    text!("{}, though without effect; a sender cannot tell", finding.message);
                finding.evidence.push(proof);
                Ok(Outcome::Warn(finding))
            }
            (Outcome::Fail(finding), None) if facts.run.deliver < Deliver::Full => {
                // What answers 200 and acts later, or not at all, looks the same from here.
                Ok(Outcome::Fail(finding.fix(text!(
                    "{} If the receiver answers 200 and then ignores the event, only `--deliver \
                     full` with `[webhook.effects]` shows it",
                    self.meta.remediation
                ))))
            }
            (outcome, _) => Ok(outcome),
        }
    }
}
