//! `golive send`: one delivery by hand, and both sides of it.

pub(crate) mod kinds;
mod outcome;
mod permit;
mod show;

use super::prepare::{load, one_thing, prepare};
use crate::cli::{NetworkArgs, SendArgs};
use crate::config::Programs;
use anyhow::anyhow;
use golive_checks::conversation::manual::{Before, Circumstances, Judgement, Kind, judge};
use golive_checks::model::Mode;
use golive_checks::model::{Deliver, Exchange, Observed, Show as _};

pub(crate) use permit::DeliveryRequest;

use crate::exit::{Ending, Exit};
use crate::guard::Guard;
use crate::observe::{Context, Delivered, SendRequest, deliver};
use crate::output;
use crate::run::{self, Run};
use outcome::SendOutcome;
use permit::{Rules, permit};

/// Sends what somebody wishes, as far as `asked` and the configuration let it.
///
/// # Errors
///
/// What may not be sent, and what cannot be; exit 2.
pub(crate) fn send(
    request: DeliveryRequest,
    asked: Option<Deliver>,
    mut run: Run,
    as_json: bool,
) -> anyhow::Result<Exit> {
    let rules = Rules {
        merchant: &run.merchant,
        orders: run.targets.order.as_ref(),
        payouts: run.targets.payout.as_ref(),
        asked,
        role: run.facts.role,
        today: run::today(&run.facts),
    };
    let permit = permit(&request, &rules)?;
    run.facts.deliver = permit.reach;
    let parcel = SendRequest {
        delivery: permit.kind.delivery,
        settings: permit.settings.clone(),
        order: permit.order.clone(),
        need: permit.need,
        count: request.count,
        afresh: request.afresh,
        together: request.together,
    };
    let (seen, signal) = run::until_done(async |interrupted| {
        let context = Context {
            merchant: &run.merchant,
            targets: &run.targets,
            run: &run.facts,
            options: &run.options,
            interrupted,
        };
        deliver(&parcel, &context).await
    })?;
    let delivered = match &seen {
        Observed::Got(delivered) => Ok(delivered),
        Observed::Trouble(trouble) => Err(trouble.show()),
        // Nothing was sent, and another try would end the same way.
        Observed::NotMade(why) if signal.is_none() => {
            return Err(anyhow!("nothing was sent: {}", why.reason().show()));
        }
        Observed::NotMade(_) | Observed::NotPlanned => Err("interrupted".to_owned()),
    };
    let judged = delivered
        .as_ref()
        .map_or_else(|_| Vec::new(), |delivered| judgements(&permit.kind, delivered, &parcel));
    let said = SendOutcome { run: &run, permit: &permit, event: request.event, delivered, judged };
    let words = if as_json { show::json(&said)? } else { show::words(&said) };
    let published = output::print_past(&Guard::new(&run.targets.keys), &words);
    let ending = Ending {
        verdict: said.exit(),
        broke: false,
        leaked: published.leaked,
        unwritten: published.unwritten,
        signal,
    };
    Ok(Exit::of(ending))
}

/// What each answer comes to. Where the same bytes were accepted before, a refusal may be a replay
/// cache's.
fn judgements(kind: &Kind, delivered: &Delivered, parcel: &SendRequest) -> Vec<Judgement> {
    let how = if parcel.afresh { Before::SignedApart } else { Before::Same };
    let mut accepted = parcel.together && delivered.exchanges.iter().any(Exchange::accepted);
    let mut judged = Vec::new();
    for exchange in &delivered.exchanges {
        judged.push(judge(
            kind,
            exchange,
            Circumstances { issued: delivered.order.issued, before: accepted.then_some(how) },
        ));
        accepted |= exchange.accepted();
    }
    judged
}

pub(super) fn run(args: SendArgs) -> anyhow::Result<Exit> {
    let SendArgs { config, role, reach, .. } = args;
    let network = NetworkArgs { reach, now: None };
    let run =
        prepare(load(config.config, Programs::Run)?, one_thing(None, role), Mode::Check, &network)?;
    let request = DeliveryRequest {
        event: args.event,
        tamper: args.tamper,
        order_id: args.order_id,
        settings: args.set,
        count: args.repeat,
        afresh: args.resign,
        together: args.together,
    };
    send(request, args.deliver, run, args.json)
}
