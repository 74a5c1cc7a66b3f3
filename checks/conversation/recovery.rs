//! The scenarios in which something goes wrong on the way and the event comes again: failures,
//! time-outs, restarts.

use crate::conversation::scenarios::{settling, stateful, until_accepted};
use crate::model::{Delivery, Merchant, Scenario, Stage, Stamp, Step, StopPoint, Wait};

/// A settling event until it is accepted, effects counted.
pub const ONCE_RETRIED: &str = "once-retried";
/// A settling event whose sender hangs up while the receiver is at work, then until it is accepted,
/// effects counted.
pub const ONCE_TIMED_OUT: &str = "once-timed-out";

/// Every point at which the receiver is stopped.
pub const STOP_POINTS: [StopPoint; 3] = [StopPoint::Answered, StopPoint::Sent, StopPoint::Halfway];

/// How many controls may be sent to see whether a receiver is down: some finish first what they are
/// at.
pub const DOWN_CONTROLS: u64 = 10;

/// The first and the longest pause between controls that wait for a receiver to be back, in
/// milliseconds; each is twice as long as the one before.
pub const BACK_PAUSES_MS: (u64, u64) = (25, 1_000);

/// The name of the scenario of a stop.
#[must_use]
pub const fn restart_name(point: StopPoint) -> &'static str {
    match point {
        StopPoint::Answered => "restart-answered",
        StopPoint::Sent => "restart-sent",
        StopPoint::Halfway => "restart-halfway",
    }
}

/// A genuine event that is signed so long before that none of the attempts after it has its
/// signature.
fn before_attempts(merchant: &Merchant, name: &'static str) -> Delivery {
    Delivery {
        stamp: Stamp::Now { back_s: merchant.limits.webhook_retries + 2 },
        ..Delivery::genuine(name)
    }
}

/// [`ONCE_RETRIED`]
#[must_use]
pub fn once_retried(merchant: &Merchant) -> Scenario {
    let (settle, order) = settling(merchant);
    let delivery = settle(Delivery::genuine("attempted"));
    stateful(
        ONCE_RETRIED,
        order,
        vec![Step::CountEffects, until_accepted(merchant, delivery), Step::CountEffects],
    )
}

/// [`ONCE_TIMED_OUT`]
#[must_use]
pub fn once_timed_out(merchant: &Merchant) -> Scenario {
    let (settle, order) = settling(merchant);
    let first =
        settle(Delivery { wait: Wait::TimeOut, ..before_attempts(merchant, "first-timed-out") });
    let again = until_accepted(merchant, settle(Delivery::genuine("redelivered")));
    stateful(
        ONCE_TIMED_OUT,
        order,
        vec![Step::CountEffects, Step::Deliver(first), again, Step::CountEffects],
    )
}

/// The receiver is stopped at each point, started again, and told once more until it accepts,
/// effects counted.
#[must_use]
pub fn restarts(merchant: &Merchant) -> [Scenario; 3] {
    STOP_POINTS.map(|point| {
        let (settle, order) = settling(merchant);
        let controls =
            DOWN_CONTROLS + back_pauses(merchant.limits.webhook_restart_ms).count() as u64;
        let restart = Step::Restart {
            delivery: settle(before_attempts(merchant, "interrupted")),
            point,
            controls,
        };
        let again = until_accepted(merchant, settle(Delivery::genuine("redelivered")));
        let steps = vec![Step::CountEffects, restart, again, Step::CountEffects];
        Scenario { stage: Stage::Restart, ..stateful(restart_name(point), order, steps) }
    })
}

/// The pauses, in milliseconds, between the controls that wait `wait_ms` for a receiver to be back,
/// one for each control.
pub fn back_pauses(wait_ms: u64) -> impl Iterator<Item = u64> {
    let (first, longest) = BACK_PAUSES_MS;
    let pauses = std::iter::successors(Some(first), move |pause| Some((pause * 2).min(longest)));
    pauses.scan(0, move |waited, pause| {
        let before = *waited;
        *waited += pause;
        (before < wait_ms).then_some(pause)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_for_a_receiver_as_long_as_it_is_told_and_not_much_longer() {
        for wait_ms in [1, 100, 30_000] {
            let total: u64 = back_pauses(wait_ms).sum();
            assert!((wait_ms..wait_ms + 1_025).contains(&total), "{wait_ms}: {total}");
        }
        assert!(back_pauses(30_000).count() < 40);
    }

    #[test]
    fn nobody_is_told_more_often_than_the_limits_say() {
        let mut merchant = Merchant::default();
        merchant.limits.webhook_retries = 10;
        assert_eq!(once_retried(&merchant).requests(), 11);
        assert_eq!(once_timed_out(&merchant).requests(), 12);
    }

    #[test]
    fn receivers_are_stopped_alone_and_after_everything_but_the_last_control() {
        for scenario in restarts(&Merchant::default()) {
            assert!(
                scenario.restarts()
                    && scenario.stage > Stage::Load
                    && scenario.stage < Stage::ControlAfter
            );
        }
    }
}
