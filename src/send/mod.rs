//! `golive send`: one delivery by hand, and both sides of it.

mod permit;
mod show;

use anyhow::anyhow;
use golive_checks::conversation::manual::{
    Before, Circumstances, Expect, Judgement, Kind, Standing, judge,
};
use golive_checks::model::{Deliver, Exchange, Merchant, Quoted, Seen, Show as _};
use golive_checks::platform::Event;

pub(crate) use permit::Wish;

use crate::exit::{Ending, Exit};
use crate::guard::Guard;
use crate::observe::{Context, Delivered, Parcel, deliver};
use crate::output;
use crate::run::{self, Run};
use permit::{Permit, Rules, permit};

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

/// Sends what somebody wishes, as far as `asked` and the configuration let it.
///
/// # Errors
///
/// What may not be sent, and what cannot be; exit 2.
pub(crate) fn send(
    wish: Wish,
    asked: Option<Deliver>,
    mut run: Run,
    as_json: bool,
) -> anyhow::Result<Exit> {
    let rules = Rules {
        merchant: &run.merchant,
        orders: run.wiring.order.as_ref(),
        payouts: run.wiring.payout.as_ref(),
        asked,
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
        let context = Context {
            merchant: &run.merchant,
            wiring: &run.wiring,
            run: &run.facts,
            options: &run.options,
            interrupted,
        };
        deliver(&parcel, &context).await
    })?;
    let delivered = match &seen {
        Seen::Got(delivered) => Ok(delivered),
        Seen::Trouble(trouble) => Err(trouble.show()),
        // Nothing was sent, and another try would end the same way.
        Seen::NotMade(why) if signal.is_none() => {
            return Err(anyhow!("nothing was sent: {}", why.reason().show()));
        }
        Seen::NotMade(_) | Seen::NotPlanned => Err("interrupted".to_owned()),
    };
    let judged = delivered
        .as_ref()
        .map_or_else(|_| Vec::new(), |delivered| judgements(&permit.kind, delivered, &parcel));
    let said = Said { run: &run, permit: &permit, event: wish.event, delivered, judged };
    let words = if as_json { show::json(&said)? } else { show::words(&said) };
    let published = output::print_past(&Guard::new(&run.wiring.keys), &words);
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
fn judgements(kind: &Kind, delivered: &Delivered, parcel: &Parcel) -> Vec<Judgement> {
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

/// The event of that name.
///
/// # Errors
///
/// There is none; the nearest is named.
pub(crate) fn parse_event(name: &str) -> Result<Event, String> {
    let known = Event::ALL.map(Event::name);
    Event::ALL
        .into_iter()
        .find(|event| event.name() == name)
        .ok_or_else(|| unknown("event", name, &known))
}

/// The kind of that name.
///
/// # Errors
///
/// There is none; the nearest is named.
pub(crate) fn parse_tamper(name: &str) -> Result<&'static str, String> {
    let known = kinds();
    known.iter().copied().find(|known| *known == name).ok_or_else(|| unknown("kind", name, &known))
}

/// What can stand after `--tamper`.
fn kinds() -> Vec<&'static str> {
    Kind::all(&Merchant::default()).iter().map(Kind::name).collect()
}

/// The end of the help: every kind, and how the process ends.
pub(crate) fn kinds_and_codes() -> String {
    let wrap = |words: &str| {
        let options = textwrap::Options::new(98)
            .initial_indent("  ")
            .subsequent_indent("  ")
            .break_words(false);
        textwrap::fill(words, options.word_splitter(textwrap::WordSplitter::NoHyphenation))
    };
    let mut text = String::new();
    for (expect, words) in [
        (Expect::Refused, "a correct receiver refuses"),
        (Expect::Either, "may be taken or refused, and must not break the receiver"),
        (Expect::Accepted, "genuine, to be answered 200"),
    ] {
        let names: Vec<&str> = Kind::all(&Merchant::default())
            .iter()
            .filter(|kind| kind.expect == expect)
            .map(Kind::name)
            .collect();
        text.push_str(&format!("Kinds, {words}:\n{}\n", wrap(&names.join(", "))));
    }
    text.push_str(
        "\nExit codes:\n  0 as expected   1 not as expected   2 usage, or not permitted   3 no \
         telling   130, 143 interrupted",
    );
    text
}

/// `there is no event "payment.sucess", perhaps payment.success; there are …`
fn unknown(what: &str, written: &str, known: &[&str]) -> String {
    let likeness =
        |name: &str| strsim::normalized_damerau_levenshtein(name, &written.to_lowercase());
    let nearest = known
        .iter()
        .copied()
        .max_by(|a, b| likeness(a).total_cmp(&likeness(b)))
        .filter(|name| likeness(name) > 0.6);
    let perhaps = nearest.map_or_else(String::new, |name| format!(", perhaps {name}"));
    format!(
        "there is no {what} {}{perhaps}; there are {}",
        Quoted(written).show(),
        known.join(", ")
    )
}
