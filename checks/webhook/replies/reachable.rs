//! A genuine event must get through to the receiver and be taken.

use std::cmp::Reverse;
use std::net::IpAddr;

use crate::conversation::answers::{evidence, names, nth, scenario, single};
use crate::conversation::doctor;
use crate::conversation::doctor::{Conclusion, READINGS, Verdict};
use crate::conversation::rejection_cause::{RejectionCause, is_resolver_trouble};
use crate::conversation::repeat_command;
use crate::conversation::scenarios::{BASELINE_AFTER, BASELINE_BEFORE, between_baselines};
use crate::conversation::series::Series;
use crate::conversation::stack_fixes;
use crate::model::{
    Check, CheckMeta, Evidence, Exchange, Facts, Finding, Level, Merchant, Needs, Observed,
    Occasion, Outcome, Phase, Prefix, Probe, Reason, Reference, RunFacts, ScenarioSeen, Slot,
    StepSeen, Subject, Trouble, TroubleKind, Trust,
};
use crate::text;

/// See [`META`].
pub(super) struct Reachable;

const META: CheckMeta = CheckMeta {
    id: "webhook-reachable",
    title: "Webhook takes a genuine event",
    level: Level::Required,
    covers: &["PC-63", "WH-01", "WH-03", "WH-11", "WH-14", "WH-15", "UAT-23"],
    needs: Needs::Network,
    rationale: "An event that does not get through leaves a payment unbooked; and unless genuine \
                ones are taken, refusing forged ones proves nothing.",
    judged: "A `payment.processing` event for an order that was never issued, signed as the \
             platform signs, is sent before and after all others and in between; the first must \
             be answered with a 2xx. Where some are accepted and some rejected by turns, the \
             receivers behind the address do not agree, and it fails; where all are rejected from \
             one on, this machine was shut out, and it warns. What stands in the way is named: \
             DNS, connection, TLS, redirect, firewall page, CSRF, login, method, the \
             application's own 401 or 403, a crash. Where the application refuses it, some two \
             hundred others, each signed under another wrong reading of the rule, find out which \
             one the receiver has. A 404, 409 or 422 is undecided (an unknown order?); so is \
             trouble of this machine's network.",
    remediation: "Make `webhook.url` take a genuine event by POST from the internet, and answer \
                  it 200.",
    stacks: stack_fixes::VERIFY,
    reference: Reference::WEBHOOKS,
    ..CheckMeta::USUAL
};

impl Check for Reachable {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn plan(&self, merchant: &Merchant, _run: &RunFacts) -> Vec<Probe> {
        between_baselines([doctor::readings(merchant, Occasion::Trouble)])
    }

    fn judge(&self, facts: &Facts<'_>) -> anyhow::Result<Outcome> {
        let seen = scenario(facts, BASELINE_BEFORE.name)?;
        let before = nth(seen, 0)?;
        if let Series::Mixed { taken, rejected, example } = Series::of(facts) {
            return Ok(Outcome::Fail(disagree(taken, rejected, example)));
        }
        if let Some(200..=299) = before.status() {
            return Ok(in_the_end(facts, before));
        }
        let obstacle = RejectionCause::of(before);
        if let Some(by) = blamed(facts, before, obstacle) {
            return Err(Reason::Blocked { by }.into());
        }
        if has_no_ipv6_route(facts, before) {
            return Err(Reason::Transport(
                "the webhook host has only IPv6 addresses, and this machine has no route to them; \
                 run golive from a machine that has IPv6"
                    .into(),
            )
            .into());
        }
        if let Some(doubt) = obstacle.doubt(seen.order.issued) {
            return Err(doubt.into());
        }
        let mut finding = Finding {
            message: obstacle.message(),
            evidence: vec![evidence(before, "200")],
            fix: Some(obstacle.fix()),
            repeat: repeat_command::genuine(facts),
            concern: None,
        };
        if let Ok(conclusion) = Conclusion::of(facts) {
            in_detail(&mut finding, &conclusion);
        }
        Ok(Outcome::Fail(finding))
    }
}

/// Adds which reading of the signature is accepted in place of the right one, or that none was
/// found.
fn in_detail(finding: &mut Finding, conclusion: &Conclusion<'_>) {
    if let Some(instead) = doctor::instead(conclusion) {
        finding.message = text!("{}; {}", finding.message, instead);
    }
    match conclusion.verdict {
        Verdict::Wrong | Verdict::Ambiguous => {
            finding.evidence.extend(
                conclusion.accepted.iter().map(|one| evidence(one.exchange, "a refusal (4xx)")),
            );
            if let [one] = conclusion.accepted[..] {
                finding.fix = Some(one.fix());
            }
        }
        Verdict::Anything => finding.evidence.push(evidence(conclusion.forged, "a refusal (4xx)")),
        Verdict::Unexplained => finding.evidence.push(Evidence::of(
            Subject::Delivery(READINGS.into()),
            "exactly one signing variant is accepted",
            text!("none of {} wrong ones is, nor the right one", conclusion.tried),
        )),
        Verdict::Right => {}
    }
}

/// One address, several receivers that are not alike.
fn disagree(taken: usize, rejected: usize, example: &Exchange) -> Finding {
    let message = text!(
        "of {} genuine events of one kind, sent one after the other, {} were answered 200 and {} \
         {}: the receivers behind the address do not agree",
        taken + rejected,
        taken,
        rejected,
        example.outcome()
    );
    Finding::new(message, vec![evidence(example, "200")]).fix(
        "Give all instances behind the address the same secret, clock and version; the log of each \
         shows which one rejects",
    )
}

/// It was taken at first; whether it still is after everything else.
fn in_the_end(facts: &Facts<'_>, before: &Exchange) -> Outcome {
    let mut shown = vec![evidence(before, "200")];
    let Ok(after) = single(facts, BASELINE_AFTER.name) else { return Outcome::Pass(shown) };
    shown.push(evidence(after, "200"));
    if let Some(200..=299) = after.status() {
        return match Series::of(facts) {
            Series::ForAWhile { first } => {
                shown.push(evidence(first, "200"));
                Outcome::Warn(Finding::new("genuine events were rejected for a while", shown).fix(
                    "See whether a rate limit stopped them; the platform may send as many in a \
                     busy hour",
                ))
            }
            Series::Steady | Series::Mixed { .. } | Series::ShutOut { .. } => Outcome::Pass(shown),
        };
    }
    match Series::of(facts) {
        Series::ShutOut { first, after } if after > 0 => {
            let message = text!(
                "this machine was shut out after {} rejected deliveries: genuine events are \
                 answered {}",
                after,
                first.outcome()
            );
            shown.push(evidence(first, "200"));
            return Outcome::Warn(Finding::new(message, shown).fix(
                "Exempt this machine's address for the run, or raise the receiver's limit of bad \
                 signatures for it, and run again",
            ));
        }
        Series::Steady
        | Series::Mixed { .. }
        | Series::ShutOut { .. }
        | Series::ForAWhile { .. } => {}
    }
    let mut message = text!("a genuine event was taken before the others and is not after them");
    let broken_off = if after.status().is_none() { broken_off(facts) } else { Vec::new() };
    if !broken_off.is_empty() {
        message = text!(
            "{}; read and left without an answer, the last sent first: {}",
            message,
            names(&broken_off)
        );
        shown.extend(broken_off.into_iter().map(|exchange| evidence(exchange, "an answer")));
    }
    Outcome::Warn(Finding::new(message, shown).fix(
        "See whether a rate limit or firewall shut this machine out, or whether one of the \
         deliveries broke the receiver",
    ))
}

/// A few deliveries that the receiver had read when it left them without an answer, the latest
/// first: where one of them ended its process, it is likely the last that came. What had not been
/// read is reset instead.
fn broken_off<'a>(facts: &Facts<'a>) -> Vec<&'a Exchange> {
    let closed = |exchange: &&Exchange| {
        // What golive closed itself says so in detail.
        matches!(
            exchange.answer,
            Err(Trouble {
                kind: TroubleKind::Closed,
                phase: Phase::FirstByte | Phase::Body,
                detail: None,
                ..
            })
        )
    };
    let seen = facts
        .seen
        .scenarios
        .values()
        .filter_map(|seen| if let Observed::Got(seen) = seen { Some(seen) } else { None });
    let undisturbed =
        seen.filter(|seen| !seen.steps.iter().any(|step| matches!(step, StepSeen::Restart(_))));
    let mut closed: Vec<&Exchange> =
        undisturbed.flat_map(ScenarioSeen::exchanges).filter(closed).collect();
    closed.sort_by_key(|exchange| Reverse(exchange.sent.at));
    closed.truncate(4);
    closed
}

/// Whether the name leads to IPv6 only, where this machine has no way to go.
fn has_no_ipv6_route(facts: &Facts<'_>, before: &Exchange) -> bool {
    let unreachable =
        matches!(&before.answer, Err(trouble) if trouble.kind == TroubleKind::Unreachable);
    let only_v6 = |ips: &Vec<IpAddr>| ips.iter().all(|ip| ip.to_canonical().is_ipv6());
    unreachable && facts.seen.webhook_names.get().is_ok_and(only_v6)
}

/// The check that says what is wrong better than this one can, where it was in a position to.
fn blamed(
    facts: &Facts<'_>,
    control: &Exchange,
    obstacle: RejectionCause<'_>,
) -> Option<&'static str> {
    let trouble = control.answer.as_ref().err().map(|trouble| trouble.kind);
    match (trouble, &facts.seen.webhook_names, &facts.seen.webhook_tls) {
        (Some(TroubleKind::NoSuchName), Observed::Trouble(names), _)
            if !is_resolver_trouble(names) =>
        {
            Some("webhook-public-address")
        }
        (Some(TroubleKind::Certificate | TroubleKind::Tls), _, Observed::Got(tls)) => {
            match tls.trust {
                Trust::Expired | Trust::NotYetValid => Some("webhook-certificate-expiry"),
                Trust::WrongName
                | Trust::SelfSigned
                | Trust::MissingIntermediate
                | Trust::UnknownIssuer
                | Trust::Revoked
                | Trust::Other(_) => Some("webhook-certificate"),
                Trust::NoHandshake(_) if crate::conversation::tls::speaks_only_old(facts) => {
                    Some("webhook-tls-version")
                }
                Trust::NoHandshake(_) | Trust::Trusted => None,
            }
        }
        (None, _, _)
            if matches!(obstacle, RejectionCause::Signature(_)) && secret_is_faulty(facts) =>
        {
            Some("api-live-secret")
        }
        (Some(_) | None, _, _) => None,
    }
}

/// The secret that signed cannot be the live one, so a refusal is what a correct receiver says.
fn secret_is_faulty(facts: &Facts<'_>) -> bool {
    facts.merchant.secret(Slot::SecretKey).is_some_and(|secret| {
        let of_another_kind = match secret.prefix {
            Prefix::ApiLive | Prefix::ApiTest | Prefix::SecretTest | Prefix::Previous => true,
            Prefix::SecretLive | Prefix::None => false,
        };
        of_another_kind || secret.placeholder.is_some() || !secret.damage.is_empty()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conversation::fixture::{At, Case, failure, passes, reason, tls, warning};
    use crate::model::{Credential, Deliver, NotMade};

    fn trouble(kind: TroubleKind) -> Case {
        Case::new().went("control-before", vec![At::Trouble(kind)])
    }

    #[test]
    fn passes_when_genuine_events_are_taken() {
        passes(Case::accepted().judge(&Reachable));
    }

    #[test]
    fn passes_another_2xx_which_is_a_matter_of_its_own() {
        passes(Case::accepted().answered("control-before", 202).judge(&Reachable));
    }

    #[test]
    fn fails_receivers_that_do_not_agree_and_no_limit_that_ends() {
        let went = |statuses: &[u16]| {
            let steps = statuses.iter().copied().map(At::Status).collect();
            Case::accepted().went("control-repeated", steps)
        };
        for statuses in [&[401, 200, 401, 200][..], &[200, 401, 401, 200, 200, 401]] {
            let finding = failure(went(statuses).judge(&Reachable));
            assert!(finding.message.as_str().contains("do not agree"), "{}", finding.message);
            let case = went(statuses).answered("unknown-event", 401);
            let by = Reason::Blocked { by: "webhook-reachable" };
            assert_eq!(
                reason(
                    case.judge(
                        &crate::webhook::replies::ignores_unknown_events::IgnoresUnknownEvents
                    )
                ),
                by
            );
        }
        let refused_first = went(&[401, 200, 401, 200]).answered("control-before", 401);
        failure(refused_first.judge(&Reachable));
        for statuses in [&[403, 403, 403][..], &[401, 403, 200, 401, 200]] {
            let finding = warning(went(statuses).judge(&Reachable));
            assert!(finding.message.as_str().contains("for a while"), "{}", finding.message);
        }
        passes(went(&[200, 503, 200, 429]).judge(&Reachable));
    }

    #[test]
    fn warns_of_a_machine_that_was_shut_out() {
        let mut case = Case::accepted()
            .answered("unsigned", 401)
            .went("control-between", vec![At::Status(200), At::Status(403)])
            .answered("control-after", 403);
        let Some(Observed::Got(unsigned)) = case.seen.scenarios.get_mut("unsigned") else {
            panic!("was answered")
        };
        let StepSeen::Exchange(exchange) = &mut unsigned.steps[0] else { panic!("one") };
        exchange.sent.at -= std::time::Duration::from_secs(1);
        let finding = warning(case.judge(&Reachable));
        assert!(
            finding.message.as_str().starts_with("this machine was shut out after 1 rejected"),
            "{}",
            finding.message
        );
    }

    #[test]
    fn warns_when_they_are_not_in_the_end() {
        warning(Case::accepted().answered("control-after", 403).judge(&Reachable));
    }

    #[test]
    fn names_what_may_have_broken_a_receiver_that_is_gone() {
        let gone = |kind| At::Trouble(kind);
        let case = Case::accepted()
            .went("deep-nesting", vec![gone(TroubleKind::Closed)])
            .went("control-after", vec![gone(TroubleKind::Refused)]);
        let finding = warning(case.judge(&Reachable));
        assert!(finding.message.as_str().ends_with("first: deep-nesting"), "{}", finding.message);
        assert_eq!(finding.evidence.len(), 3);
        let finding = warning(case.answered("control-after", 503).judge(&Reachable));
        assert!(!finding.message.as_str().contains("deep-nesting"), "{}", finding.message);
    }

    #[test]
    fn fails_a_refusal_by_the_application() {
        let finding = failure(Case::new().answered("control-before", 401).judge(&Reachable));
        assert!(
            finding.repeat.is_some_and(|line| line.as_str() == "golive send payment.processing")
        );
    }

    #[test]
    fn names_the_reading_that_is_accepted_instead_and_how_to_put_it_right() {
        let mut case = Case::new().answered("control-before", 401);
        let examined = |accepted: &[&str]| {
            Observed::Got(crate::conversation::doctor::tests::examined(accepted))
        };
        case.seen.scenarios.insert(READINGS.to_owned(), examined(&["reading-sandbox-secret"]));
        let finding = failure(case.judge(&Reachable));
        assert!(
            finding
                .message
                .as_str()
                .ends_with("accepts a signature for which the sandbox secret signs"),
            "{}",
            finding.message
        );
        assert!(finding.fix.is_some_and(|fix| fix.as_str().contains("production secret")));
        assert_eq!(finding.evidence.len(), 2);
        case.seen.scenarios.insert(READINGS.to_owned(), examined(&["examined-forged"]));
        assert!(failure(case.judge(&Reachable)).message.as_str().contains("made-up secret"));
        case.seen.scenarios.insert(READINGS.to_owned(), examined(&[]));
        let finding = failure(case.judge(&Reachable));
        assert!(
            finding.evidence[1].observed.as_str().starts_with("none of 1"),
            "{:?}",
            finding.evidence
        );
    }

    #[test]
    fn fails_a_redirect_and_names_its_target() {
        let case = Case::new().answered("control-before", 301);
        let case = case.answer("control-before", |answer| {
            answer.headers.push(("location".to_owned(), "https://www.shop.example/".to_owned()))
        });
        assert!(failure(case.judge(&Reachable)).message.as_str().contains("www.shop.example"));
    }

    #[test]
    fn fails_when_nobody_listens() {
        failure(trouble(TroubleKind::Refused).judge(&Reachable));
    }

    #[test]
    fn is_undecided_when_the_order_may_be_the_reason() {
        assert!(matches!(
            reason(Case::new().answered("control-before", 404).judge(&Reachable)),
            Reason::Ambiguous(_)
        ));
    }

    #[test]
    fn fails_when_a_test_order_is_unknown_too() {
        failure(
            Case::new().answered("control-before", 404).issued("control-before").judge(&Reachable),
        );
    }

    #[test]
    fn is_undecided_when_this_machine_has_no_route() {
        assert!(matches!(
            reason(trouble(TroubleKind::Unreachable).judge(&Reachable)),
            Reason::Transport(_)
        ));
    }

    #[test]
    fn leaves_the_blame_to_the_certificate() {
        let mut case = trouble(TroubleKind::Certificate);
        case.seen.webhook_tls = Observed::Got(tls(Trust::WrongName));
        assert_eq!(reason(case.judge(&Reachable)), Reason::Blocked { by: "webhook-certificate" });
        case.seen.webhook_tls = Observed::Got(tls(Trust::Expired));
        assert_eq!(
            reason(case.judge(&Reachable)),
            Reason::Blocked { by: "webhook-certificate-expiry" }
        );
    }

    #[test]
    fn fails_a_refused_certificate_that_nothing_else_saw() {
        failure(trouble(TroubleKind::Certificate).judge(&Reachable));
    }

    #[test]
    fn leaves_the_blame_to_the_name() {
        let mut case = trouble(TroubleKind::NoSuchName);
        case.seen.webhook_names = Observed::Trouble(Trouble {
            kind: TroubleKind::NoSuchName,
            phase: Phase::Name,
            after_ms: 1,
            detail: None,
        });
        assert_eq!(
            reason(case.judge(&Reachable)),
            Reason::Blocked { by: "webhook-public-address" }
        );
    }

    #[test]
    fn leaves_the_blame_to_a_secret_that_cannot_be_live() {
        let mut case = Case::new().answered("control-before", 401);
        let Some(Credential::Found(secret)) = &mut case.merchant.api.secret_key else {
            panic!("a secret")
        };
        secret.prefix = Prefix::SecretTest;
        assert_eq!(reason(case.judge(&Reachable)), Reason::Blocked { by: "api-live-secret" });
    }

    #[test]
    fn is_undecided_when_nothing_genuine_may_be_sent() {
        let needs = NotMade::Deliver { is: Deliver::Negative, needs: Deliver::Probe };
        assert!(matches!(
            reason(Case::new().not_made("control-before", needs).judge(&Reachable)),
            Reason::Declined(_)
        ));
    }

    #[test]
    fn waits_for_an_address() {
        let mut case = Case::accepted();
        case.merchant.webhook.url = None;
        assert_eq!(reason(case.judge(&Reachable)), Reason::Blocked { by: "webhook-url" });
    }
}
