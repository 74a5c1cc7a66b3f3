//! What became of a probe: seen, trouble on the way, or not made and why.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use super::{Plain, Reason, Trouble};
use crate::text;

/// One thing that was to be observed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Observed<T> {
    /// It was seen.
    Got(T),
    /// The network or the other side got in the way.
    Trouble(Trouble),
    /// It was not tried.
    NotMade(NotMade),
    /// Nobody asked for it.
    #[default]
    NotPlanned,
}

impl<T> Observed<T> {
    /// The thing, or why it is not known: an `Err` that a check passes on with `?`.
    ///
    /// # Errors
    ///
    /// [`Reason`], which becomes the check's `Undecided`.
    pub fn get(&self) -> Result<&T, Reason> {
        match self {
            Self::Got(value) => Ok(value),
            Self::Trouble(trouble) => Err(Reason::Transport(text!("{}", trouble))),
            Self::NotMade(why) => Err(why.reason()),
            Self::NotPlanned => Err(Reason::Own("was not observed in this run".into())),
        }
    }
}

/// Why something was not tried.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NotMade {
    /// `--offline`.
    Offline,
    /// `[api] probe = false`.
    ProbeOff,
    /// `[webhook] deliver` does not go that far.
    Deliver {
        /// How far it goes.
        is: super::Deliver,
        /// How far it would have to go.
        needs: super::Deliver,
    },
    /// `full` wants test orders, and there are none or not enough.
    NoTestOrders {
        /// `webhook.order` or `webhook.payout`.
        key: String,
    },
    /// No effects hook is configured.
    NoEffects,
    /// No status hook is configured.
    NoStatus,
    /// No `[webhook.control]` stops the receiver and starts it again.
    NoRestart,
    /// The receiver did not come back after it was stopped for another scenario.
    LeftStopped,
    /// The configuration lacks what it takes.
    Unconfigured {
        /// The key that is missing or not usable.
        key: String,
    },
    /// The target is private and neither `--allow-private` nor `--connect-to` was given.
    PrivateTarget {
        /// Its address.
        address: IpAddr,
    },
    /// `--connect-to` sends the connection elsewhere, so that there is nothing to see; the
    /// configured name is judged alone.
    BySwitch,
    /// The control was not answered with 200, so nothing that builds on it was sent.
    NoControl,
    /// A genuine event was rejected after others of the kind were taken, so that no more was sent
    /// that a correct receiver may reject.
    ShutOut,
    /// `webhook.spoof = false`.
    NoSpoofing,
    /// `limits.webhook_forgeries` is reached.
    EnoughForgeries,
    /// The receiver is so slow that the run would not end in time.
    Pace,
    /// The rounds of a race before it took as long as all of them may.
    RacesTookLong,
    /// Two thirds of the time given to the whole run were over before the receiver was to be
    /// stopped.
    NoTimeToRestart,
    /// The wrong reading of a signature is one with the right one, or with a likelier wrong one,
    /// under the configured keys.
    NoReading,
    /// Nothing was wrong with the receiver's reading of signatures, so that others were not tried.
    NotNeeded,
    /// The time given to the whole run was over.
    Deadline,
    /// Somebody interrupted the run.
    Interrupted,
}

impl NotMade {
    /// The reason a check gives for it.
    #[must_use]
    pub fn reason(&self) -> Reason {
        match self {
            Self::Offline => Reason::Offline,
            Self::ProbeOff => {
                Reason::NoWayToObserve("`api.probe` is off, so the platform was not asked".into())
            }
            Self::Deliver { is, needs: super::Deliver::Full } => Reason::NoWayToObserve(text!(
                "only `deliver = \"full\"` shows this, and this run went as far as \"{}\"",
                is.word()
            )),
            Self::Deliver { is, needs } => Reason::Declined(text!(
                "`webhook.deliver` is \"{}\"; this takes \"{}\"",
                is.word(),
                needs.word()
            )),
            Self::NoTestOrders { key } => {
                Reason::NoWayToObserve(text!("`{}` gives no further test id", Plain(key)))
            }
            Self::NoEffects => {
                Reason::NoWayToObserve("no `[webhook.effects]` tells what a delivery did".into())
            }
            Self::NoStatus => {
                Reason::NoWayToObserve("no `[webhook.status]` tells the state of an order".into())
            }
            Self::NoRestart => Reason::NoWayToObserve(
                "no `[webhook.control]` stops the receiver and starts it again".into(),
            ),
            Self::LeftStopped => Reason::Transport(
                "the receiver did not come back after `webhook.control.stop`".into(),
            ),
            Self::Unconfigured { key } => {
                Reason::Declined(text!("`{}` is not set to anything usable", Plain(key)))
            }
            Self::PrivateTarget { address } => Reason::Declined(text!(
                "{} is a private address; `--allow-private` or `--connect-to` would go there",
                *address
            )),
            Self::BySwitch => {
                Reason::Declined("by switch: `--connect-to` sends this connection elsewhere".into())
            }
            Self::NoControl | Self::ShutOut => Reason::Blocked { by: "webhook-reachable" },
            Self::NoTimeToRestart => Reason::Capped(
                "two thirds of the time given by `--deadline` were over before the receiver was \
                 to be stopped"
                    .into(),
            ),
            Self::NoSpoofing => Reason::Declined("`webhook.spoof = false` leaves it out".into()),
            Self::EnoughForgeries => {
                Reason::Capped("`limits.webhook_forgeries` leaves it out".into())
            }
            Self::Pace => Reason::Capped(
                "the receiver's pace leaves no time for it within `--deadline`".into(),
            ),
            Self::RacesTookLong => Reason::Capped(
                "the rounds before it took as long as `limits.webhook_race_ms` gives all of them"
                    .into(),
            ),
            Self::NoReading => Reason::Declined(
                "the configured keys do not give this reading of a signature".into(),
            ),
            Self::NotNeeded => Reason::Declined(
                "signatures are read as the platform makes them, so that no other reading was \
                 tried"
                    .into(),
            ),
            Self::Deadline => Reason::Capped("the time given by `--deadline` was over".into()),
            Self::Interrupted => Reason::Interrupted,
        }
    }
}
