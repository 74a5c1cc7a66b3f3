//! Items that only a person can answer for.

use super::{Check, CheckMeta, Facts, Judged, Needs, Outcome, Reason, Section};

/// An item of the checklist that nothing in reach of this tool could show. `[attest.<id>]` decides
/// it; see [`ruling`](super::ruling).
pub struct Item(pub &'static CheckMeta);

impl Item {
    /// The usual answers of an attestation item, to be completed with `..Item::USUAL`. No waiver:
    /// whoever would sign one can as well look and answer for the item.
    pub const USUAL: CheckMeta = CheckMeta {
        needs: Needs::Attestation,
        attestable: true,
        waivable: false,
        ..CheckMeta::USUAL
    };
}

impl Check for Item {
    fn meta(&self) -> &'static CheckMeta {
        self.0
    }

    fn judge(&self, _facts: &Facts<'_>) -> anyhow::Result<Outcome> {
        Err(Reason::NoWayToObserve("needs an attestation".into()).into())
    }
}

/// An item that a person answers for, unless one of these checks saw the contrary: then nobody's
/// word counts.
pub struct ItemUnless(pub &'static CheckMeta, pub &'static [&'static str]);

impl Check for ItemUnless {
    fn meta(&self) -> &'static CheckMeta {
        self.0
    }

    fn judge(&self, facts: &Facts<'_>) -> anyhow::Result<Outcome> {
        Item(self.0).judge(facts)
    }

    fn review(
        &self,
        _facts: &Facts<'_>,
        others: &[Judged],
        _catalogue: &[&'static Section],
    ) -> Option<Outcome> {
        let contrary = others.iter().find(|judged| {
            self.1.contains(&judged.meta.id) && matches!(judged.outcome, Outcome::Fail(_))
        })?;
        Some(Outcome::Undecided(Reason::Blocked { by: contrary.meta.id }))
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::Date;

    use super::*;
    use crate::model::{
        Applies, Attestation, Merchant, Observations, Product, RunFacts, Section, Switch, Waiver,
        ruling,
    };

    const ITEM: Item =
        Item(&CheckMeta { id: "test-item", applies: Applies::Payouts, ..Item::USUAL });
    static SECTION: Section = Section { id: "test", title: "Test", checks: &[&ITEM] };

    fn day(written: &str) -> Date {
        written.parse().expect("a date")
    }

    fn said() -> Attestation {
        Attestation {
            by: "Asha Rao, Head of Payments".to_owned(),
            on: day("2026-11-02"),
            evidence: "https://wiki.example/plan".to_owned(),
            valid_days: None,
            is_file: false,
        }
    }

    fn merchant(attestation: Attestation) -> Merchant {
        Merchant {
            attestations: [("test-item".to_owned(), attestation)].into(),
            ..Merchant::default()
        }
    }

    /// How the item ends on 21 November 2026.
    fn outcome(merchant: &Merchant) -> Outcome {
        let facts = Facts { merchant, run: &RunFacts::example(), seen: &Observations::default() };
        ruling::judge(&[&SECTION], &facts).remove(0).outcome
    }

    #[test]
    fn is_undecided_until_somebody_answers_for_it() {
        assert!(matches!(
            outcome(&Merchant::default()),
            Outcome::Undecided(Reason::NoWayToObserve(_))
        ));
    }

    #[test]
    fn is_attested_by_a_named_person_until_the_word_is_too_old() {
        let Outcome::Attested(attested) = outcome(&merchant(said())) else {
            panic!("should be attested")
        };
        assert_eq!(attested.until, day("2027-01-31"));
        assert!(attested.by.as_str().contains("Asha Rao"));
    }

    #[test]
    fn counts_on_its_last_day_and_not_after() {
        let nineteen = Attestation { valid_days: Some(19), ..said() };
        let eighteen = Attestation { valid_days: Some(18), ..said() };
        assert_eq!(outcome(&merchant(nineteen)).word(), "attested");
        assert_eq!(outcome(&merchant(eighteen)).word(), "fail");
    }

    #[test]
    fn fails_what_is_nameless_without_evidence_or_of_a_day_to_come() {
        for broken in [
            Attestation { by: " ".to_owned(), ..said() },
            Attestation { evidence: String::new(), ..said() },
            Attestation { on: day("2026-11-22"), ..said() },
        ] {
            assert_eq!(outcome(&merchant(broken.clone())).word(), "fail", "{broken:?}");
        }
    }

    #[test]
    fn a_word_does_not_count_against_what_was_seen() {
        struct Observed;
        impl Check for Observed {
            fn meta(&self) -> &'static CheckMeta {
                const META: CheckMeta = CheckMeta { id: "test-seen", ..CheckMeta::USUAL };
                &META
            }
            fn judge(&self, facts: &Facts<'_>) -> anyhow::Result<Outcome> {
                let fails = facts.merchant.name.is_some();
                Ok(if fails {
                    Outcome::fail("seen", Vec::new())
                } else {
                    Outcome::Pass(Vec::new())
                })
            }
        }
        static BOTH: Section = Section {
            id: "test",
            title: "Test",
            checks: &[
                &ItemUnless(&CheckMeta { id: "test-item", ..Item::USUAL }, &["test-seen"]),
                &Observed,
            ],
        };
        let ends = |merchant: &Merchant| {
            let facts =
                Facts { merchant, run: &RunFacts::example(), seen: &Observations::default() };
            ruling::judge(&[&BOTH], &facts).remove(0).outcome
        };
        assert_eq!(ends(&merchant(said())).word(), "attested");
        let contrary = Merchant { name: Some("x".to_owned()), ..merchant(said()) };
        assert_eq!(ends(&contrary), Outcome::Undecided(Reason::Blocked { by: "test-seen" }));
    }

    #[test]
    fn only_a_switch_that_the_run_names_leaves_a_check_unseen() {
        struct Unseen;
        impl Check for Unseen {
            fn meta(&self) -> &'static CheckMeta {
                const META: CheckMeta = CheckMeta { id: "test-unseen", ..CheckMeta::USUAL };
                &META
            }
            fn judge(&self, _facts: &Facts<'_>) -> anyhow::Result<Outcome> {
                let unseen = "nothing was looked at".into();
                Err(Reason::TrialRun { switch: Switch::CaFile, unseen }.into())
            }
        }
        static ALONE: Section = Section { id: "test", title: "Test", checks: &[&Unseen] };
        let ends = |switch: &str| {
            let run = RunFacts { switches: vec![switch.to_owned()], ..RunFacts::example() };
            let (merchant, seen) = (Merchant::default(), Observations::default());
            let facts = Facts { merchant: &merchant, run: &run, seen: &seen };
            ruling::judge(&[&ALONE], &facts).remove(0).outcome
        };
        assert!(ends("--ca-file").is_unseen_on_trial());
        assert!(matches!(ends("--now"), Outcome::Undecided(Reason::Declined(_))));
    }

    #[test]
    fn a_waiver_does_not_stand_in_for_a_word() {
        let mut merchant = merchant(Attestation { on: day("2026-01-01"), ..said() });
        merchant.waivers.push(Waiver {
            check: "test-item".to_owned(),
            reason: "the drill is next week".to_owned(),
            approved_by: "Asha Rao".to_owned(),
            until: day("2026-12-01"),
        });
        assert_eq!(outcome(&merchant).word(), "fail");
    }

    #[test]
    fn does_not_apply_to_what_the_merchant_does_not_use() {
        let merchant = Merchant { uses: [Product::Payments].into(), ..merchant(said()) };
        assert_eq!(outcome(&merchant).word(), "not-applicable");
    }
}
