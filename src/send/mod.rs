//! `golive send`: one delivery by hand, and both sides of it.

mod permit;
mod show;

use anyhow::{Context as _, anyhow};
use golive_checks::model::{Exchange, Quoted, Seen, Show as _};
use golive_checks::platform::Event;
use golive_checks::webhook::bench::{Circumstances, Expect, Judgement, Kind, Standing, judge};

use crate::cli::SendArgs;
use crate::exit::{Ending, Exit};
use crate::guard::Guard;
use crate::observe::{Context, Delivered, Parcel, deliver};
use crate::output;
use crate::run::{self, Run};
use crate::wiring::Wiring;
use permit::{Permit, Rules, Wish, permit};

/// What is said of a delivery.
#[derive(Debug)]
struct Said<'a> {
    /// The run.
    run: &'a Run,
    /// What was permitted.
    permit: &'a Permit,
    /// The event.
    event: Event,
    /// What came of it, or why nothing did.
    delivered: Result<&'a Delivered, String>,
    /// What each answer comes to, in the order sent.
    judged: Vec<Judgement>,
}

impl Said<'_> {
    /// The worst of all.
    fn standing(&self) -> Standing {
        self.judged.iter().map(|judged| judged.standing).max().unwrap_or(Standing::Unclear)
    }

    /// How the process ends.
    fn exit(&self) -> Exit {
        match self.standing() {
            Standing::AsExpected => Exit::Ready,
            Standing::Contrary => Exit::NotReady,
            Standing::Unclear => Exit::Incomplete,
        }
    }
}

/// Sends what the command line asks for.
///
/// # Errors
///
/// What may not be sent, and what cannot be; exit 2.
pub(crate) fn send(args: SendArgs, mut prepare: impl FnMut(&SendArgs) -> anyhow::Result<Run>) -> anyhow::Result<Exit> {
    let event = event(&args.event)?;
    let mut run = prepare(&args)?;
    let tamper = args.tamper.as_deref().map(|name| tamper(name, &run)).transpose()?;
    let wish = Wish {
        event,
        tamper,
        order_id: args.order_id,
        settings: args.set,
        count: args.repeat,
        afresh: args.resign,
        together: args.together,
    };
    let Wiring { order, payout, .. } = &run.wiring;
    let rules = Rules {
        merchant: &run.merchant,
        orders: order.as_ref(),
        payouts: payout.as_ref(),
        asked: args.deliver,
        role: run.facts.role,
        today: run::today(&run.facts),
    };
    let permit = permit(&wish, &rules)?;
    run.facts.deliver = permit.reach;
    let parcel = Parcel {
        delivery: permit.kind.delivery,
        settings: permit.settings.clone(),
        order: permit.order.clone(),
        need: permit.need,
        count: wish.count,
        afresh: wish.afresh,
        together: wish.together,
    };
    let (seen, signal) = run::until_done(async |interrupted| {
        let context = Context { merchant: &run.merchant, wiring: &run.wiring, run: &run.facts, options: &run.options, interrupted };
        deliver(&parcel, &context).await
    })?;
    let delivered = match &seen {
        Seen::Got(delivered) => Ok(delivered),
        Seen::Trouble(trouble) => Err(trouble.show()),
        // Nothing was sent, and another try would end the same way.
        Seen::NotMade(why) if signal.is_none() => return Err(anyhow!("nothing was sent: {}", why.reason().show())),
        Seen::NotMade(_) | Seen::NotPlanned => Err("interrupted".to_owned()),
    };
    let judged = delivered.as_ref().map_or_else(|_| Vec::new(), |delivered| judgements(&permit.kind, delivered, &parcel));
    let said = Said { run: &run, permit: &permit, event, delivered, judged };
    let words = if args.json { show::json(&said)? } else { show::words(&said) };
    let published = output::print_past(&Guard::new(&run.wiring.keys), &words);
    let ending =
        Ending { verdict: said.exit(), broke: false, leaked: published.leaked, unwritten: published.unwritten, signal };
    Ok(Exit::of(ending))
}

/// What each answer comes to. Where the same bytes were accepted before, a refusal may be a replay cache's.
fn judgements(kind: &Kind, delivered: &Delivered, parcel: &Parcel) -> Vec<Judgement> {
    let same = !parcel.afresh && kind.expect == Expect::Accepted;
    let any_accepted = delivered.exchanges.iter().any(Exchange::accepted);
    let mut accepted = parcel.together && any_accepted;
    let mut judged = Vec::new();
    for exchange in &delivered.exchanges {
        judged.push(judge(kind, exchange, Circumstances { issued: delivered.order.issued, repeated: same && accepted }));
        accepted |= exchange.accepted();
    }
    judged
}

/// The event of that name.
fn event(name: &str) -> anyhow::Result<Event> {
    let known = Event::ALL.map(Event::name);
    Event::ALL.into_iter().find(|event| event.name() == name).with_context(|| unknown("event", name, &known))
}

/// The kind of that name.
fn tamper(name: &str, run: &Run) -> anyhow::Result<Kind> {
    let known: Vec<&str> = Kind::all(&run.merchant).iter().map(Kind::name).collect();
    Kind::named(name, &run.merchant).with_context(|| unknown("kind of tampering", name, &known))
}

/// `there is no event "payment.sucess", perhaps payment.success; there are …`
fn unknown(what: &str, written: &str, known: &[&str]) -> String {
    let likeness = |name: &str| strsim::normalized_damerau_levenshtein(name, &written.to_lowercase());
    let nearest = known.iter().max_by(|a, b| likeness(a).total_cmp(&likeness(b))).filter(|name| likeness(name) > 0.6);
    let perhaps = nearest.map_or_else(String::new, |name| format!(", perhaps {name}"));
    format!("there is no {what} {}{perhaps}; there are {}", Quoted(written).show(), known.join(", "))
}
