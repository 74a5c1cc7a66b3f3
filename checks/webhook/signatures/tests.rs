//! The checks of forgeries, which are judged alike.

use super::{
    rejects_disguised, rejects_forged, rejects_retimed, rejects_spoofed, rejects_tampered,
    rejects_unsigned,
};
use crate::conversation::fixture::{At, Case, failure, passes, reason, warning};
use crate::conversation::forgeries::Forgeries;
use crate::conversation::scenarios::REFUSED_EFFECTS;
use crate::conversation::space;
use crate::model::{Deliver, Merchant, NotMade, Outcome, Reason, TroubleKind};

const CHECKS: [&Forgeries; 6] = [
    &rejects_unsigned::CHECK,
    &rejects_forged::CHECK,
    &rejects_tampered::CHECK,
    &rejects_retimed::CHECK,
    &rejects_disguised::CHECK,
    &rejects_spoofed::CHECK,
];

/// Every check, and each of its deliveries.
fn every() -> Vec<(&'static Forgeries, &'static str)> {
    let merchant = Merchant::default();
    let of = |check: &'static Forgeries| {
        check.deliveries(&merchant).map(move |delivery| (check, delivery.name))
    };
    CHECKS.into_iter().flat_map(of).collect()
}

/// All that the check sends was refused, between accepted controls.
fn refused(check: &Forgeries) -> Case {
    let merchant = Merchant::default();
    Case::accepted().all_answered(
        check
            .deliveries(&merchant)
            .chain(check.payouts.iter().map(|(payout, _)| *payout))
            .map(|delivery| delivery.name),
        401,
    )
}

/// The forgery of that name was answered so where it settles something, with these effects
/// before, after and of its twin.
fn settling(case: Case, name: &str, status: u16, [before, forged, genuine]: [u64; 3]) -> Case {
    let steps =
        vec![At::Effects(before), At::Status(status), At::Effects(forged), At::Effects(genuine)];
    case.went(REFUSED_EFFECTS, steps).named(REFUSED_EFFECTS, name)
}

#[test]
fn passes_when_all_are_refused_between_accepted_controls() {
    for check in CHECKS {
        passes(refused(check).judge(check));
    }
}

#[test]
fn fails_each_that_is_accepted_and_says_how_to_repeat_it() {
    for (check, name) in every() {
        for status in [200, 204] {
            let finding = failure(refused(check).answered(name, status).judge(check));
            assert_eq!(finding.evidence.len(), 1, "{name}");
            assert!(finding.repeat.is_some(), "{name}");
        }
    }
}

#[test]
fn points_to_full_where_answers_alone_cannot_tell() {
    for (check, name) in every() {
        let mut case = refused(check).answered(name, 200);
        for (deliver, points) in [(Deliver::Probe, true), (Deliver::Full, false)] {
            case.run.deliver = deliver;
            let fix = failure(case.judge(check)).fix;
            let said = fix.is_some_and(|fix| fix.as_str().contains("--deliver full"));
            assert_eq!(said, points, "{name}");
        }
    }
}

#[test]
fn fails_whatever_the_controls_say() {
    for (check, name) in every() {
        failure(refused(check).answered(name, 200).answered("control-before", 500).judge(check));
    }
}

#[test]
fn warns_when_the_forgeries_had_no_effect_and_their_twin_had_one() {
    for (check, name) in every() {
        warning(settling(refused(check).answered(name, 200), name, 200, [0, 0, 1]).judge(check));
    }
}

#[test]
fn fails_when_the_forgery_is_refused_where_it_settles_something() {
    for (check, name) in every() {
        failure(settling(refused(check).answered(name, 200), name, 401, [0, 0, 1]).judge(check));
        failure(
            settling(refused(check).answered(name, 200), "another", 200, [0, 0, 1]).judge(check),
        );
    }
}

#[test]
fn fails_a_forged_payout_that_is_accepted() {
    for check in [&rejects_unsigned::CHECK, &rejects_forged::CHECK] {
        let (payout, payment) = check.payouts[0];
        let (name, same) = (payout.name, payment.name);
        passes(refused(check).judge(check));
        failure(settling(refused(check).answered(name, 200), same, 401, [0, 0, 1]).judge(check));
        warning(settling(refused(check).answered(name, 200), same, 200, [0, 0, 1]).judge(check));
    }
}

#[test]
fn fails_when_the_forgeries_had_an_effect_later_on() {
    for (check, name) in every() {
        let case = settling(refused(check).answered(name, 200), name, 200, [0, 0, 1]);
        failure(case.went("late-effects", [0, 0, 1].map(At::Effects).into()).judge(check));
    }
}

#[test]
fn fails_when_the_twin_had_no_effect_either() {
    for (check, name) in every() {
        failure(settling(refused(check).answered(name, 200), name, 200, [0, 0, 0]).judge(check));
    }
}

#[test]
fn is_undecided_when_one_is_not_decided_or_not_answered() {
    for (check, name) in every() {
        for step in [At::Status(429), At::Trouble(TroubleKind::TimedOut)] {
            let outcome = refused(check).went(name, vec![step]).judge(check);
            assert!(matches!(reason(outcome), Reason::Ambiguous(_)), "{name}");
        }
    }
}

#[test]
fn warns_of_a_receiver_that_rejects_by_crashing_and_is_up_in_the_end() {
    for (check, name) in every() {
        for step in [At::Status(500), At::Trouble(TroubleKind::Reset)] {
            let crashed = refused(check).went(name, vec![step]);
            assert!(warning(crashed.judge(check)).message.as_str().contains("by crashing"));
            let outcome = crashed.answered("control-after", 502).judge(check);
            assert!(matches!(reason(outcome), Reason::Ambiguous(_)), "{name}");
        }
    }
}

#[test]
fn a_redirect_or_a_501_is_a_rejection_only_where_the_shape_of_the_request_may_be_its_reason() {
    for (check, name) in every() {
        let is_shape = space::named(name).is_some_and(|value| value.dimension.is_shape());
        for status in [302, 501] {
            let outcome = refused(check).went(name, vec![At::Status(status)]).judge(check);
            assert_eq!(matches!(outcome, Outcome::Pass(_)), is_shape, "{name}: {outcome:?}");
        }
    }
}

/// Whatever the method or the address, a page is told from a handler by what events do.
#[test]
fn a_page_that_is_shown_anyway_is_no_acceptance_where_no_forgery_had_an_effect() {
    for (check, name) in every() {
        let Some(page) = space::page_of(name) else { continue };
        failure(refused(check).answered(name, 200).judge(check));
        let shown = || refused(check).answered(name, 200).answered(page.name, 200);
        assert!(matches!(reason(shown().judge(check)), Reason::Ambiguous(_)), "{name}");
        passes(settling(shown(), name, 200, [0, 0, 1]).judge(check));
        let outcome = settling(shown(), name, 200, [0, 1, 1]).judge(check);
        assert!(matches!(reason(outcome), Reason::Ambiguous(_)), "{name}");
    }
}

#[test]
fn is_undecided_when_the_control_fails_in_the_end() {
    for check in CHECKS {
        let outcome = refused(check).answered("control-after", 403).judge(check);
        assert!(matches!(reason(outcome), Reason::Blocked { by: "webhook-reachable" }));
    }
}

#[test]
fn is_undecided_without_controls() {
    for check in CHECKS {
        let needs = NotMade::Deliver { is: Deliver::Negative, needs: Deliver::Probe };
        let outcome = refused(check).not_made("control-before", needs).judge(check);
        assert!(matches!(reason(outcome), Reason::Declined(_)));
    }
}

#[test]
fn waits_for_the_control() {
    for check in CHECKS {
        let outcome = refused(check).answered("control-before", 403).judge(check);
        assert_eq!(reason(outcome), Reason::Blocked { by: "webhook-reachable" });
    }
}
