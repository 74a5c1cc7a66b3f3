//! Deliveries by hand: their kinds, and how their answers are judged.

use std::collections::BTreeSet;

use super::*;
use crate::conversation::fixture::exchange;
use crate::conversation::scenarios::{BODY_FORMS, FUTURE, TAMPERED_BODY, UNSIGNED};
use crate::conversation::space;
use crate::model::{Change, Deliver, Merchant, Signed, Stamp, TroubleKind};
use crate::platform::Event;

const UNKNOWN: Circumstances = Circumstances { issued: false, before: None };

fn standing(
    name: &str,
    answer: Result<u16, TroubleKind>,
    circumstances: Circumstances,
) -> (&'static str, AnswerVerdict) {
    let kind = if name == "genuine" {
        Kind::genuine()
    } else {
        Kind::named(name, &Merchant::default()).expect("a kind")
    };
    let judged = judge(&kind, &exchange(name, answer), circumstances);
    assert!(!judged.why.as_str().is_empty());
    (judged.word, judged.standing)
}

#[test]
fn kinds_have_names_of_their_own_and_what_the_checks_send_is_among_them() {
    let merchant = Merchant::default();
    let all = Kind::all(&merchant);
    let names: BTreeSet<&str> = all.iter().map(Kind::name).collect();
    assert_eq!(names.len(), all.len());
    let late = [
        "stale-hour",
        "stale-day",
        "future",
        "sandbox-secret",
        "upper-case",
        "shifted",
        "method-get",
        "malformed-signed",
    ];
    for name in space::values()
        .map(|value| value.delivery)
        .filter(|delivery| delivery.tier() <= Deliver::Probe)
        .chain(BODY_FORMS)
        .map(|delivery| delivery.name)
        .chain(late)
    {
        assert!(names.contains(name), "{name}");
    }
    assert!(!names.iter().any(|name| name.starts_with("control") || name.starts_with("events-")));
}

#[test]
fn each_is_expected_to_end_as_its_check_has_it() {
    let named = |name: &str| Kind::named(name, &Merchant::default()).map(|kind| kind.expect);
    let below_full = space::values()
        .map(|value| value.delivery)
        .filter(|delivery| delivery.tier() <= Deliver::Probe);
    for name in below_full.map(|delivery| delivery.name).chain([
        "stale-hour",
        "stale-day",
        "future",
        "sandbox-secret",
        "shifted",
    ]) {
        assert_eq!(named(name), Some(Expect::Refused), "{name}");
    }
    for name in BODY_FORMS.map(|delivery| delivery.name).into_iter().chain([
        "headers-lower",
        "headers-title",
        "unknown-event",
    ]) {
        assert_eq!(named(name), Some(Expect::Accepted), "{name}");
    }
    for (name, expect) in [
        ("method-get", Expect::Refused),
        ("upper-case", Expect::Either),
        ("spaced-signature", Expect::Either),
        ("second-signature", Expect::Either),
        ("malformed-empty", Expect::Either),
        ("trailing-bytes", Expect::Either),
    ] {
        assert_eq!(named(name), Some(expect), "{name}");
    }
    assert_eq!(named("no-such-kind"), None);
}

#[test]
fn what_must_be_refused_is_not_genuine_and_what_must_be_accepted_is() {
    for kind in Kind::all(&Merchant::default()) {
        let fresh =
            kind.delivery.is_validly_signed() && matches!(kind.delivery.stamp, Stamp::Now { .. });
        match kind.expect {
            Expect::Accepted => assert!(fresh, "{}", kind.name()),
            Expect::Refused => assert!(
                !fresh || matches!(kind.delivery.change, Change::Shifted { .. }),
                "{}",
                kind.name()
            ),
            Expect::Either => {
                assert_eq!(kind.delivery.signed, Signed::Genuine, "{}", kind.name())
            }
        }
    }
}

#[test]
fn no_kind_goes_beyond_probe_by_itself_and_each_does_about_a_settling_event() {
    for kind in Kind::all(&Merchant::default()) {
        assert!(kind.delivery.tier() <= Deliver::Probe, "{}", kind.name());
        for event in Event::ALL {
            let Some(kind) = kind.about(event) else { continue };
            let harmless = matches!(event, Event::PaymentProcessing | Event::PayoutProcessing);
            assert!(harmless || kind.delivery.tier() == Deliver::Full, "{}", kind.name());
        }
    }
    assert_eq!(
        Kind::named("malformed-empty", &Merchant::default())
            .and_then(|kind| kind.about(Event::PaymentSuccess)),
        None
    );
}

#[test]
fn a_genuine_delivery_is_to_be_answered_200() {
    assert_eq!(standing("genuine", Ok(200), UNKNOWN), ("ACCEPTED", AnswerVerdict::AsExpected));
    for (status, word) in [
        (201, "NOT ACCEPTED"),
        (302, "NOT ACCEPTED"),
        (500, "NOT ACCEPTED"),
        (401, "REFUSED"),
        (405, "REFUSED"),
    ] {
        assert_eq!(
            standing("genuine", Ok(status), UNKNOWN),
            (word, AnswerVerdict::Contrary),
            "{status}"
        );
    }
}

#[test]
fn an_order_that_was_never_issued_may_be_the_reason() {
    for status in [404, 409, 422] {
        assert_eq!(
            standing("genuine", Ok(status), UNKNOWN),
            ("UNCLEAR", AnswerVerdict::Unclear),
            "{status}"
        );
        let issued = Circumstances { issued: true, ..UNKNOWN };
        assert_eq!(
            standing("genuine", Ok(status), issued),
            ("REFUSED", AnswerVerdict::Contrary),
            "{status}"
        );
    }
}

#[test]
fn a_replay_cache_is_no_failure() {
    for issued in [false, true] {
        let same = Circumstances { issued, before: Some(Before::Same) };
        assert_eq!(standing("genuine", Ok(409), same), ("UNCLEAR", AnswerVerdict::Unclear));
        assert_eq!(standing("genuine", Ok(500), same), ("NOT ACCEPTED", AnswerVerdict::Contrary));
        let apart = Circumstances { issued, before: Some(Before::SignedApart) };
        assert_eq!(standing("genuine", Ok(409), apart), ("REFUSED", AnswerVerdict::Contrary));
        assert_eq!(standing("genuine", Ok(429), apart), ("UNCLEAR", AnswerVerdict::Unclear));
    }
}

#[test]
fn what_is_forged_is_to_be_refused() {
    for kind in [UNSIGNED, TAMPERED_BODY, FUTURE] {
        assert_eq!(standing(kind.name, Ok(401), UNKNOWN), ("REFUSED", AnswerVerdict::AsExpected));
        assert_eq!(standing(kind.name, Ok(405), UNKNOWN), ("REFUSED", AnswerVerdict::AsExpected));
        assert_eq!(standing(kind.name, Ok(200), UNKNOWN), ("ACCEPTED", AnswerVerdict::Contrary));
        assert_eq!(standing(kind.name, Ok(204), UNKNOWN), ("ACCEPTED", AnswerVerdict::Contrary));
        for status in [302, 500, 503] {
            assert_eq!(
                standing(kind.name, Ok(status), UNKNOWN),
                ("UNCLEAR", AnswerVerdict::Unclear),
                "{status}"
            );
        }
    }
}

#[test]
fn another_method_than_post_may_be_refused_in_any_way() {
    for status in [301, 404, 405, 501] {
        assert_eq!(
            standing("method-get", Ok(status), UNKNOWN),
            ("REFUSED", AnswerVerdict::AsExpected),
            "{status}"
        );
    }
}

#[test]
fn what_some_read_and_others_do_not_may_go_either_way() {
    for status in [200, 401] {
        assert_eq!(standing("upper-case", Ok(status), UNKNOWN).1, AnswerVerdict::AsExpected);
        assert_eq!(standing("malformed-signed", Ok(status), UNKNOWN).1, AnswerVerdict::AsExpected);
    }
    for name in ["upper-case", "malformed-signed"] {
        assert_eq!(standing(name, Ok(302), UNKNOWN), ("UNCLEAR", AnswerVerdict::Unclear));
        assert_eq!(standing(name, Ok(503), UNKNOWN), ("UNCLEAR", AnswerVerdict::Unclear));
    }
    assert_eq!(standing("upper-case", Ok(500), UNKNOWN), ("BROKEN", AnswerVerdict::Contrary));
    assert_eq!(standing("malformed-signed", Ok(500), UNKNOWN), ("BROKEN", AnswerVerdict::Contrary));
}

#[test]
fn a_receiver_that_is_busy_or_does_not_answer_says_nothing() {
    for name in ["genuine", "unsigned", "upper-case", "malformed-signed", "body-spaced"] {
        for status in [408, 425, 429] {
            assert_eq!(
                standing(name, Ok(status), UNKNOWN),
                ("UNCLEAR", AnswerVerdict::Unclear),
                "{name} {status}"
            );
        }
        for kind in [TroubleKind::TimedOut, TroubleKind::Refused, TroubleKind::Reset] {
            assert_eq!(
                standing(name, Err(kind), UNKNOWN),
                ("UNCLEAR", AnswerVerdict::Unclear),
                "{name}"
            );
        }
    }
}
