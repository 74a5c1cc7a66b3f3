//! An order is credited only for what it costs.

use crate::conversation::answers::settled;
use crate::conversation::answers::{baseline, nth, step};
use crate::conversation::effects::{
    counted, every, is_applied_once, unfinished, usual_credits, without_effect,
};
use crate::conversation::scenarios::{
    ONCE_SEQUENTIAL, OTHER_AMOUNT, OTHER_CURRENCY, between_baselines, once_sequential,
    other_amount, other_currency,
};
use crate::model::{
    Applies, Check, CheckMeta, Evidence, Facts, Level, Merchant, Needs, Outcome, Probe, Product,
    Reason, Reference, RunFacts, Stack, StackFix, Subject, Text,
};
use crate::text;

/// See [`META`].
pub(super) struct MatchesOrder;

const META: CheckMeta = CheckMeta {
    id: "webhook-matches-order",
    title: "Webhook credits an order only for its own amount and currency",
    level: Level::Recommended,
    covers: &["PC-26", "PC-78", "SC-06", "WH-28"],
    needs: Needs::Network,
    applies: Applies::Payments,
    attestable: true,
    rationale: "A payment of one rupee, genuinely made and genuinely signed, names whatever order \
                the payer's page was made to name.",
    judged: "With `--deliver full`, a test order from `[webhook.order]` and `[webhook.effects]`: \
             a signed `payment.success` for the order with another amount, on a second order with \
             another currency (USD), each followed by the event that fits. Neither may be \
             credited for the event that does not fit: that fails. Crediting the one that fits \
             afterwards, and holding the order for review, are equally right, as long as another \
             test order showed that genuine events credit; what was answered is shown and not \
             judged, but for a 5xx or no answer, which is undecided. The amount expected is the \
             one that `[webhook.order]` states (1.00 where it states none). The platform's pages \
             ask for validation on the server and do not name these fields; that they are \
             compared is golive's, and orders without a price of their own may waive it. Without \
             effects a person may answer for it.",
    remediation: "Look the order up in your own database, compare `data.amount` as a decimal and \
                  `data.currency` with it, and hold the order when they differ.",
    stacks: &[
        StackFix {
            stack: Stack::Node,
            how: "UPDATE orders SET paid_at = now() WHERE id = $1 AND amount = $2::numeric AND \
                  currency = $3 AND paid_at IS NULL; no row, no credit.",
        },
        StackFix {
            stack: Stack::Php,
            how: "if (bccomp((string) $data['amount'], $order->amount, 2) !== 0 || \
                  $data['currency'] !== $order->currency) { $order->hold(); return 200; }",
        },
        StackFix {
            stack: Stack::Python,
            how: "if Decimal(str(data['amount'])) != order.amount or data['currency'] != \
                  order.currency: order.hold(); return '', 200",
        },
        StackFix {
            stack: Stack::Java,
            how: "if (new BigDecimal(amount).compareTo(order.amount()) != 0 || \
                  !currency.equals(order.currency())) { order.hold(); return ok(); }",
        },
    ],
    reference: Reference::SECURITY_CHECKS,
    ..CheckMeta::USUAL
};

impl Check for MatchesOrder {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn plan(&self, merchant: &Merchant, _run: &RunFacts) -> Vec<Probe> {
        if merchant.uses(Product::Payments) {
            between_baselines([once_sequential(merchant), other_amount(), other_currency()])
        } else {
            Vec::new()
        }
    }

    fn judge(&self, facts: &Facts<'_>) -> anyhow::Result<Outcome> {
        let both = [
            Unfit::of(facts, OTHER_AMOUNT, "another amount"),
            Unfit::of(facts, OTHER_CURRENCY, "another currency"),
        ];
        let credited: Vec<&Unfit> =
            both.iter().flatten().filter(|unfit| unfit.is_credited()).collect();
        if !credited.is_empty() {
            // An order that is worth something else than was configured is credited for the "wrong"
            // amount alone.
            if usual_credits(facts).is_none() {
                return Err(without_effect(ONCE_SEQUENTIAL, 0).into());
            }
            let what: Vec<Text> = credited.iter().map(|unfit| unfit.what.into()).collect();
            let message = text!(
                "an order is credited by an event with {}",
                Text::join(&what, " and by one with ")
            );
            return Ok(Outcome::fail(
                message,
                credited.iter().map(|unfit| unfit.evidence()).collect(),
            ));
        }
        baseline(facts)?;
        let mut shown = Vec::new();
        for unfit in both {
            let unfit = unfit?;
            let exchange = nth(facts.scenario(unfit.name)?, 0)?;
            if exchange.status().is_some_and(|status| status >= 500) {
                return Err(Reason::Ambiguous(text!(
                    "{}: the event was answered {}",
                    unfit.name,
                    exchange.outcome()
                ))
                .into());
            }
            settled(exchange, "any answer")?;
            if !unfit.twin_is_credited() && !is_applied_once(facts) {
                return Err(without_effect(unfit.name, unfit.before).into());
            }
            shown.push(step(unfit.name, unfit.what, exchange, "any answer"));
            shown.push(unfit.evidence());
        }
        Ok(Outcome::Pass(shown))
    }
}

/// What an event did that does not fit its order, and the fitting one after it.
#[derive(Clone, Copy, Debug)]
struct Unfit {
    name: &'static str,
    what: &'static str,
    before: u64,
    after: u64,
    fitting: Option<u64>,
}

impl Unfit {
    fn of(facts: &Facts<'_>, name: &'static str, what: &'static str) -> Result<Self, Reason> {
        match every(counted(facts, name, META.id)?)?[..] {
            [before, after] if after > before => {
                Ok(Self { name, what, before, after, fitting: None })
            }
            [before, after, fitting] => {
                Ok(Self { name, what, before, after, fitting: Some(fitting) })
            }
            _ => Err(unfinished()),
        }
    }

    fn is_credited(&self) -> bool {
        self.after > self.before
    }

    fn twin_is_credited(&self) -> bool {
        self.fitting.is_some_and(|fitting| fitting > self.after)
    }

    fn evidence(&self) -> Evidence {
        let counts = match self.fitting {
            Some(fitting) => text!(
                "{} before, {} after it, {} after the one that fits",
                self.before,
                self.after,
                fitting
            ),
            None => text!("{} before, {} after it", self.before, self.after),
        };
        Evidence::of(
            Subject::Delivery(self.name.into()),
            text!("no effect of an event with {}", self.what),
            counts,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conversation::fixture::{At, Case, failure, passes, reason};
    use crate::model::{NotMade, TroubleKind};

    fn went(case: Case, name: &'static str, [before, after, fitting]: [u64; 3]) -> Case {
        let steps = vec![
            At::Effects(before),
            At::Status(200),
            At::Effects(after),
            At::Status(200),
            At::Effects(fitting),
        ];
        case.went(name, steps)
    }

    fn case(amount: [u64; 3], currency: [u64; 3]) -> Case {
        let once = vec![
            At::Effects(0),
            At::Status(200),
            At::Effects(1),
            At::Status(200),
            At::Status(200),
            At::Effects(1),
        ];
        went(
            went(Case::accepted().went("once-sequential", once), "other-amount", amount),
            "other-currency",
            currency,
        )
    }

    fn uncredited(case: Case) -> Case {
        case.went(
            "once-sequential",
            vec![
                At::Effects(0),
                At::Status(200),
                At::Effects(0),
                At::Status(200),
                At::Status(200),
                At::Effects(0),
            ],
        )
    }

    #[test]
    fn passes_when_only_what_fits_is_credited() {
        passes(case([0, 0, 1], [0, 0, 1]).judge(&MatchesOrder));
    }

    #[test]
    fn passes_an_order_that_is_held_for_review() {
        passes(case([0, 0, 0], [0, 0, 0]).judge(&MatchesOrder));
    }

    #[test]
    fn fails_either_and_names_it() {
        let amount = failure(case([0, 1, 1], [0, 0, 1]).judge(&MatchesOrder));
        assert!(amount.message.as_str().ends_with("another amount"), "{}", amount.message.as_str());
        let both = failure(case([0, 1, 1], [0, 1, 1]).judge(&MatchesOrder));
        assert!(
            both.message.as_str().ends_with("another amount and by one with another currency"),
            "{}",
            both.message.as_str()
        );
    }

    #[test]
    fn fails_a_credit_even_when_the_end_is_missing() {
        let case = case([0, 0, 1], [0, 0, 1])
            .went("other-amount", vec![At::Effects(0), At::Status(200), At::Effects(1)]);
        failure(case.judge(&MatchesOrder));
    }

    #[test]
    fn is_undecided_when_genuine_events_were_never_seen_to_credit() {
        for counts in [[0, 0, 0], [0, 1, 1]] {
            let case = uncredited(case(counts, counts));
            assert!(
                matches!(reason(case.judge(&MatchesOrder)), Reason::Ambiguous(_)),
                "{counts:?}"
            );
        }
    }

    #[test]
    fn is_undecided_when_the_event_broke_the_receiver_or_never_reached_it() {
        for (status, at) in [
            (500, At::Status(500)),
            (503, At::Status(503)),
            (0, At::Trouble(TroubleKind::TimedOut)),
        ] {
            let steps = vec![At::Effects(0), at, At::Effects(0), At::Status(200), At::Effects(1)];
            let outcome =
                case([0, 0, 1], [0, 0, 1]).went("other-amount", steps).judge(&MatchesOrder);
            assert!(
                matches!(reason(outcome), Reason::Ambiguous(_) | Reason::Transport(_)),
                "{status}"
            );
        }
    }

    #[test]
    fn is_undecided_when_the_end_is_missing() {
        let case = case([0, 0, 1], [0, 0, 1])
            .went("other-currency", vec![At::Effects(0), At::Status(200), At::Effects(0)]);
        assert!(matches!(reason(case.judge(&MatchesOrder)), Reason::Transport(_)));
    }

    #[test]
    fn cannot_be_seen_without_effects() {
        let outcome = case([0, 0, 1], [0, 0, 1])
            .not_made("other-amount", NotMade::NoEffects)
            .judge(&MatchesOrder);
        assert!(matches!(reason(outcome), Reason::NoWayToObserve(_)));
    }
}
