//! What a finding rests on, and what becomes of it.

use std::time::Duration;

use golive_checks::model::Reason;

use crate::commands::demo::demo_run;
use crate::commands::replay::*;
use crate::demo::{Defect, Shop};
use crate::progress::Silent;

fn seen(defects: &[Defect], deliver: Deliver) -> SavedRun {
    let shop = Shop::start(defects, Duration::ZERO).unwrap();
    demo_run(&shop, deliver).unwrap().observe(&Silent).unwrap().0
}

fn repeat(defect: Defect, check: &str, deliver: Deliver) -> Repeat {
    Repeat::of(seen(&[defect], deliver), check).unwrap()
}

#[test]
fn a_finding_rests_on_the_deliveries_that_failed() {
    let repeat = repeat(Defect::ComparesPrefixOnly, "webhook-rejects-forged", Deliver::Probe);
    assert_eq!(
        repeat.rests_on.carrying.iter().map(String::as_str).collect::<Vec<_>>(),
        ["forged-16-digits", "forged-63-digits", "forged-8-digits", "forged-truncated"]
    );
}

#[test]
fn a_leak_rests_on_every_answer_that_leaks_and_not_only_on_those_that_are_shown() {
    let repeat = repeat(Defect::LeaksSecret, "webhook-leaks-nothing", Deliver::Full);
    let carrying = &repeat.rests_on.carrying;
    assert!(
        carrying.len() > 10
            && carrying.contains("unsigned")
            && carrying.contains("refused-effects"),
        "{carrying:?}"
    );
}

#[test]
fn what_only_softens_a_finding_is_seen_again_and_carries_nothing() {
    // Forged events are answered 200, and only genuine ones have an effect.
    let mut seen = seen(&[Defect::FrontEndAnswers], Deliver::Full);
    let effects = seen.observations.scenarios.get_mut("refused-effects").unwrap();
    let golive_checks::model::Observed::Got(scenario) = effects else { panic!("it was seen") };
    let mut counts = [0, 0, 1].into_iter();
    for step in &mut scenario.steps {
        if let golive_checks::model::StepSeen::Effects(count) = step {
            *count = golive_checks::model::Observed::Got(counts.next().unwrap());
        }
    }
    let repeat = Repeat::of(seen, "webhook-rejects-forged").unwrap();
    assert!(matches!(repeat.before.outcome, Outcome::Warn(_)), "{:?}", repeat.before.outcome);
    assert!(
        repeat.rests_on.scenarios.contains("refused-effects")
            && !repeat.rests_on.carrying.contains("refused-effects")
    );
}

#[test]
fn what_a_judgement_leaves_to_another_check_is_looked_at_too() {
    let repeat = repeat(Defect::ExpiredCertificate, "webhook-reachable", Deliver::Probe);
    assert!(matches!(
        repeat.before.outcome,
        Outcome::Undecided(Reason::Blocked { by: "webhook-certificate-expiry" })
    ));
    assert!(repeat.rests_on.looks.contains(&Probe::WebhookTls), "{:?}", repeat.rests_on);
}

#[test]
fn what_carried_the_failure_must_be_seen_again_for_it_to_count_as_fixed() {
    let repeat = repeat(Defect::LeaksSecret, "webhook-leaks-nothing", Deliver::Full);
    let now = seen(&[], Deliver::Full);
    assert_eq!(repeat.rests_on.unseen(&now.observations), None);
    let mut less = now.observations.clone();
    less.scenarios.remove("refused-effects");
    assert!(repeat.rests_on.unseen(&less).is_some_and(|why| why.starts_with("refused-effects")));
    less = now.observations.clone();
    let not_made =
        golive_checks::model::Observed::NotMade(golive_checks::model::NotMade::NoEffects);
    less.scenarios.insert("refused-effects".to_owned(), not_made);
    assert!(repeat.rests_on.unseen(&less).is_some_and(|why| why.contains("webhook.effects")));
}

#[test]
fn a_run_that_went_as_far_as_full_wants_the_word_again() {
    let repeat = repeat(Defect::TrustsAnyTimestamp, "webhook-rejects-stale", Deliver::Full);
    for (asked, may) in [(None, false), (Some(Deliver::Probe), false), (Some(Deliver::Full), true)]
    {
        assert_eq!(
            repeat.reach(asked).is_ok_and(|reach| reach == Some(Deliver::Full)),
            may,
            "{asked:?}"
        );
    }
}

#[test]
fn what_delivers_nothing_needs_no_word() {
    assert_eq!(
        repeat(Defect::LiteralSecret, "security-no-literal-secrets", Deliver::None)
            .reach(None)
            .unwrap(),
        None
    );
}

#[test]
fn there_is_nothing_to_repeat_where_nothing_was_found() {
    let saved = serde_json::to_string(&seen(&[], Deliver::None)).unwrap();
    for (check, words) in [
        ("webhook-https", "passed"),
        ("operations-incident-response", "was attested"),
        ("webhook-htps", "perhaps `webhook-https`"),
        ("webhook", "is a section"),
    ] {
        let error =
            Repeat::of(serde_json::from_str(&saved).unwrap(), check).unwrap_err().to_string();
        assert!(error.contains(words), "{error}");
    }
}
