//! Whether a delivery that somebody asks for by name may be made: the rules of `[webhook] deliver`,
//! without a way round them.

use std::fmt;

use golive_checks::conversation::manual::Kind;
use golive_checks::conversation::scenarios::order_need;
use golive_checks::model::{
    Change, Content, Deliver, Delivery, Form, Merchant, OrderId, OrderNeed, Quoted, Role, Setting,
    Settings, Show as _,
};
use golive_checks::platform::Event;
use jiff::civil::Date;

use crate::run;
use crate::targets::OrderSource;

/// The beginning of every id that was never issued.
const NEVER_ISSUED: &str = "golive-";
/// The amount of an order that was never issued.
const AMOUNT: &str = "1.00";
/// Signings beside one another that differ and are still of now.
const TOGETHER_AFRESH: u32 = 20;

/// What somebody asks for.
#[derive(Clone, Debug)]
pub(crate) struct DeliveryRequest {
    /// The event.
    pub(crate) event: Event,
    /// How the delivery is to differ from a genuine one.
    pub(crate) tamper: Option<&'static str>,
    /// `--order-id`
    pub(crate) order_id: Option<String>,
    /// `--set`
    pub(crate) settings: Vec<Setting>,
    /// `--repeat`
    pub(crate) count: u32,
    /// `--resign`
    pub(crate) afresh: bool,
    /// `--together`
    pub(crate) together: bool,
}

/// What the rules go by, beside the request.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rules<'a> {
    /// The merchant as configured.
    pub(super) merchant: &'a Merchant,
    /// `[webhook.order]`
    pub(super) orders: Option<&'a OrderSource>,
    /// `[webhook.payout]`
    pub(super) payouts: Option<&'a OrderSource>,
    /// `--deliver`
    pub(super) asked: Option<Deliver>,
    /// What this machine is for.
    pub(super) role: Role,
    /// The day.
    pub(super) today: Date,
}

/// What may be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Permit {
    /// What is sent, and what a correct receiver answers.
    pub(super) kind: Kind,
    /// How far this goes.
    pub(super) reach: Deliver,
    /// The order it is about; none for the next one that suits `need`.
    pub(super) order: Option<OrderId>,
    /// Which orders suit it.
    pub(super) need: OrderNeed,
    /// What is set in it.
    pub(super) settings: Settings,
}

/// Why it may not be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Refused {
    /// `deliver = "none"`, here or on the command line.
    Nothing,
    /// More is asked for than may be had: the reason in words.
    Beyond(String),
    /// The delivery goes further than the configuration or the command line allows.
    TooFar {
        /// How far it goes.
        needs: Deliver,
        /// How far it may go.
        reach: Deliver,
        /// What it is.
        event: Event,
    },
    /// The id is neither a test order of the merchant's nor one that was never issued.
    ForeignOrder {
        /// `webhook.order` or `webhook.payout`.
        table: &'static str,
        /// The ids come from a program, so that nobody knows them beforehand.
        by_program: bool,
        /// Whether an id that was never issued would do.
        settles: bool,
    },
    /// A settling event, and no test orders.
    NoTestOrders {
        /// `webhook.order` or `webhook.payout`.
        table: &'static str,
    },
    /// `--set` names what may not be set.
    NotSettable {
        /// The member.
        path: String,
        /// Why not.
        why: &'static str,
    },
    /// There is no such kind.
    NoKind(&'static str),
    /// `--set` together with a kind that has its own way with the body.
    SetAndTampered(&'static str),
    /// `--tamper` with a kind that is no event, and an event.
    NoEvent(&'static str),
    /// Too many signings beside one another.
    TooManyAfresh,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nothing => f.write_str("`deliver = \"none\"`: nothing is delivered"),
            Self::Beyond(why) => f.write_str(why),
            Self::TooFar { needs: Deliver::Full, event, .. } => write!(
                f,
                "{} goes as far as \"full\": it needs `deliver = \"full\"` under `[webhook]`, \
                 `--deliver full` here, and {}",
                event.name(),
                if event.settles() { "a test order of yours" } else { "nothing else" },
            ),
            Self::TooFar { needs, reach, .. } => write!(
                f,
                "this delivery may be taken for genuine, which needs `deliver = \"{}\"`; \
                 deliveries go as far as \"{}\"",
                needs.word(),
                reach.word(),
            ),
            Self::ForeignOrder { table, by_program, settles } => {
                write!(f, "`--order-id` is ")?;
                if *by_program {
                    write!(
                        f,
                        "not known to `[{table}]`, whose ids come from a program; leave it out to \
                         take the next"
                    )?;
                } else {
                    write!(f, "none of `[{table}] ids`")?;
                }
                if *settles {
                    write!(f, ": events that settle something are sent for those alone")
                } else {
                    write!(
                        f,
                        ", nor one that was never issued: those begin with `{NEVER_ISSUED}`, \
                         letters, digits, `-` and `_` after it"
                    )
                }
            }
            Self::NoTestOrders { table } => {
                write!(
                    f,
                    "events that settle something are sent for test orders alone, and there is no \
                     `[{table}]`"
                )
            }
            Self::NotSettable { path, why } => write!(f, "`--set {}`: {why}", Quoted(path).show()),
            Self::NoKind(name) => write!(f, "there is no kind {name}"),
            Self::SetAndTampered(name) => {
                write!(f, "`--set` and `--tamper {name}` do not go together: both change the body")
            }
            Self::NoEvent(name) => write!(
                f,
                "`--tamper {name}` sends no event of the platform's; it goes with \
                 payment.processing"
            ),
            Self::TooManyAfresh => {
                write!(
                    f,
                    "`--together --resign` signs at most {TOGETHER_AFRESH} deliveries, each with \
                     a second of its own"
                )
            }
        }
    }
}

impl std::error::Error for Refused {}

/// Whether the request may be granted. Outside of `full` all that can come of it reads as
/// `payment.processing` for an order that was never issued, is not validly signed, or is no event;
/// a settling event is about an order that the merchant named for it.
pub(super) fn permit(request: &DeliveryRequest, rules: &Rules<'_>) -> Result<Permit, Refused> {
    let configured = rules.merchant.webhook.deliver;
    if configured == Deliver::None || rules.asked == Some(Deliver::None) {
        return Err(Refused::Nothing);
    }
    let allowed = run::deliver(rules.merchant, rules.asked, rules.role, rules.today)
        .map_err(|error| Refused::Beyond(error.to_string()))?;
    let reach = allowed.min(configured);
    let kind = kind(request, rules.merchant)?;
    let need = order_need(request.event);
    let (table, source) = match need {
        OrderNeed::Any | OrderNeed::Unmarked | OrderNeed::TestOrder => {
            ("webhook.order", rules.orders)
        }
        OrderNeed::AnyPayout | OrderNeed::TestPayout => ("webhook.payout", rules.payouts),
    };
    let order = request
        .order_id
        .as_deref()
        .map(|id| named(id, request.event, table, source, rules))
        .transpose()?;
    let of_order = if order.as_ref().is_some_and(|order| order.issued) {
        Deliver::Full
    } else {
        Deliver::Negative
    };
    let of_event =
        if request.event == Event::PaymentProcessing { Deliver::Negative } else { Deliver::Full };
    let needs = kind.delivery.tier().max(of_order).max(of_event);
    if needs > reach {
        return Err(Refused::TooFar { needs, reach, event: request.event });
    }
    if request.event.settles() && order.is_none() && source.is_none() {
        return Err(Refused::NoTestOrders { table });
    }
    // Without an id, one that does not settle may end up with an order that was never issued.
    let issued = order.as_ref().map_or(request.event.settles(), |order| order.issued);
    if !request.settings.is_empty() && !leaves_the_body(&kind.delivery) {
        return Err(Refused::SetAndTampered(kind.name()));
    }
    let settings =
        Settings::permitted(request.settings.clone(), issued).map_err(|(setting, why)| {
            Refused::NotSettable { path: setting.path(), why: why.words() }
        })?;
    if request.together && request.afresh && request.count > TOGETHER_AFRESH {
        return Err(Refused::TooManyAfresh);
    }
    Ok(Permit { kind, reach, order, need, settings })
}

/// The kind of delivery, about the event.
fn kind(request: &DeliveryRequest, merchant: &Merchant) -> Result<Kind, Refused> {
    let kind = match request.tamper {
        Some(name) => Kind::named(name, merchant).ok_or(Refused::NoKind(name))?,
        None => Kind::genuine(),
    };
    match kind.about(request.event) {
        Some(kind) => Ok(kind),
        None if request.event == Event::PaymentProcessing => Ok(kind),
        None => Err(Refused::NoEvent(kind.name())),
    }
}

/// The order of that id: a test order of the merchant's, or one that was never issued.
fn named(
    id: &str,
    event: Event,
    table: &'static str,
    source: Option<&OrderSource>,
    rules: &Rules<'_>,
) -> Result<OrderId, Refused> {
    let listed = |source: Option<&OrderSource>| match source {
        Some(OrderSource::Ids(orders)) => orders.iter().find(|order| order.id == id).cloned(),
        Some(OrderSource::Command(_)) | None => None,
    };
    if let Some(order) = listed(source) {
        return Ok(order);
    }
    let elsewhere = listed(rules.orders).or_else(|| listed(rules.payouts)).is_some();
    let rest = id.strip_prefix(NEVER_ISSUED).unwrap_or_default();
    let plain = (1..=64).contains(&rest.len())
        && rest.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
    if plain && !elsewhere && !event.settles() {
        return Ok(OrderId::new(id, AMOUNT, false));
    }
    let by_program = matches!(source, Some(OrderSource::Command(_)));
    Err(Refused::ForeignOrder { table, by_program, settles: event.settles() })
}

/// Whether what is signed is the plain event, and what arrives as well.
fn leaves_the_body(delivery: &Delivery) -> bool {
    let changed = match delivery.change {
        Change::BodyByte | Change::LastByte | Change::Shifted { .. } => true,
        Change::Nothing
        | Change::Timestamp
        | Change::UpperCase
        | Change::SpacedSignature
        | Change::LongerSignature
        | Change::SecondSignature { .. }
        | Change::SecondTimestamp { .. }
        | Change::Labelled(_) => false,
    };
    delivery.form == Form::Sorted && !changed && matches!(delivery.content, Content::Event(_))
}

#[cfg(test)]
mod tests;
