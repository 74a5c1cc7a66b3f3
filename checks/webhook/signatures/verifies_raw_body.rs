//! The signature is over the bytes that arrive, however they spell the event.

use crate::conversation::answers::{Reception, baseline, evidence, names, single};
use crate::conversation::baselines::{Baselines, refuses};
use crate::conversation::doctor;
use crate::conversation::doctor::Conclusion;
use crate::conversation::respelling::Respelling;
use crate::conversation::scenarios::{
    AS_PRINTED, BODY_FORMS, BODY_TELLING, FORGED_WRONG_SECRET, TAMPERED_BODY, between_baselines,
};
use crate::conversation::{repeat_command, stack_fixes};
use crate::model::{
    Check, CheckMeta, Exchange, Facts, Finding, Form, Level, Merchant, Needs, Occasion, Outcome,
    Probe, Reference, RunFacts, Scenario,
};
use crate::text;

/// See [`META`].
pub(super) struct VerifiesRawBody;

const META: CheckMeta = CheckMeta {
    id: "webhook-verifies-raw-body",
    title: "Webhook verifies the raw body",
    level: Level::Recommended,
    covers: &["SV-01", "SV-02", "WH-13"],
    needs: Needs::Network,
    rationale: "A receiver that parses the body and signs its own spelling of it refuses genuine \
                events as soon as the sender spells them otherwise: payments stay unbooked.",
    judged: "The same event in six other spellings (keys in the order the platform prints them, \
             spaces, `\\/`, `\\u` escapes, Devanagari as UTF-8, `1.00` as a number), each signed \
             over the bytes sent, must be answered 200 as the plain one was, by a receiver that \
             refuses a forged and a changed one. Any other answer fails. Refusing only the \
             number, or only those with a further field, warns: that is a strict schema, not \
             verification. Where the platform's own order of keys is refused, the item is \
             required.",
    remediation: "Compute the HMAC over the body as it arrived, before anything parses it, and \
                  parse after it verified.",
    stacks: stack_fixes::VERIFY,
    reference: Reference::WEBHOOK_SIGNATURE,
    ..CheckMeta::USUAL
};

impl Check for VerifiesRawBody {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn level(&self, facts: &Facts<'_>) -> Level {
        // The platform's own events are spelled so: a receiver that refuses these takes none.
        match single(facts, AS_PRINTED.name) {
            Ok(exchange) if exchange.refused() => Level::Required,
            Ok(_) | Err(_) => META.level,
        }
    }

    fn plan(&self, merchant: &Merchant, _run: &RunFacts) -> Vec<Probe> {
        let all = BODY_FORMS
            .into_iter()
            .chain([BODY_TELLING, FORGED_WRONG_SECRET, TAMPERED_BODY])
            .map(Scenario::single);
        between_baselines(all.chain([doctor::readings(merchant, Occasion::Trouble)]))
    }

    fn judge(&self, facts: &Facts<'_>) -> anyhow::Result<Outcome> {
        let baseline = baseline(facts)?;
        let mut shown = vec![evidence(baseline, "200")];
        let mut refused: Vec<(Form, &Exchange)> = Vec::new();
        for delivery in BODY_FORMS {
            let exchange = single(facts, delivery.name)?;
            shown.push(evidence(exchange, "200"));
            if Reception::of(exchange)? != Reception::Accepted {
                refused.push((delivery.form, exchange));
            }
        }
        let named = Conclusion::of(facts)
            .ok()
            .and_then(|conclusion| Some((doctor::instead(&conclusion)?, conclusion)));
        if refused.is_empty() {
            if let Some((instead, conclusion)) = named {
                return Ok(Outcome::Fail(in_detail(
                    Finding::new(instead, Vec::new()),
                    &conclusion,
                )));
            }
            shown.push(refuses(facts, &FORGED_WRONG_SECRET, "webhook-rejects-forged")?);
            shown.push(refuses(facts, &TAMPERED_BODY, "webhook-rejects-tampered")?);
            return Ok(Outcome::Pass(shown));
        }
        Baselines::of(facts)?;
        let forms: Vec<Form> = refused.iter().map(|(form, _)| *form).collect();
        let repeat = repeat_command::again(facts, &refused[0].1.name);
        let exchanges: Vec<&Exchange> = refused.iter().map(|(_, exchange)| *exchange).collect();
        let evidence = exchanges
            .iter()
            .map(|exchange| evidence(exchange, "200, as for the plain spelling"))
            .collect();
        let outcome = match Respelling::of(&forms) {
            Respelling::StrictAmount => Outcome::Warn(
                Finding::new(
                    "an amount written as a number is refused, which may be a strict schema",
                    evidence,
                )
                .fix("Take amounts as strings and as numbers; the platform's pages print strings"),
            ),
            Respelling::StrictFields => Outcome::Warn(
                Finding::new(
                    "an event with a field that the platform's pages do not print is refused",
                    evidence,
                )
                .fix("Ignore fields you do not know: the platform may add some"),
            ),
            Respelling::Sorts => fail(
                "sorts or reorders the body before it computes the HMAC",
                &forms,
                &exchanges,
                evidence,
            ),
            Respelling::Decodes => fail(
                "decodes the text of the body before it computes the HMAC",
                &forms,
                &exchanges,
                evidence,
            ),
            Respelling::Reserialises => fail(
                "re-serialises the body before it computes the HMAC",
                &forms,
                &exchanges,
                evidence,
            ),
        };
        Ok(match (outcome.repeat(repeat), named) {
            (Outcome::Fail(mut finding), Some((instead, conclusion))) => {
                finding.message = text!("{}; {}", finding.message, instead);
                Outcome::Fail(in_detail(finding, &conclusion))
            }
            (outcome, _) => outcome,
        })
    }
}

/// With what the doctor found.
fn in_detail(mut finding: Finding, conclusion: &Conclusion<'_>) -> Finding {
    finding
        .evidence
        .extend(conclusion.accepted.iter().map(|one| evidence(one.exchange, "a refusal (4xx)")));
    if let [one] = conclusion.accepted[..] {
        finding.fix = Some(one.fix());
    }
    finding
}

fn fail(
    does: &'static str,
    forms: &[Form],
    refused: &[&Exchange],
    evidence: Vec<crate::model::Evidence>,
) -> Outcome {
    let printed = if forms.contains(&Form::AsPrinted) {
        "; the platform's own sample is spelled as in body-as-printed"
    } else {
        ""
    };
    let message = text!("the receiver {}: it does not accept {}{}", does, names(refused), printed);
    Outcome::fail(message, evidence)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conversation::fixture::{Case, failure, passes, reason, warning};
    use crate::model::Reason;

    fn accepted() -> Case {
        let case = Case::accepted().all_answered(BODY_FORMS.map(|delivery| delivery.name), 200);
        case.all_answered(["forged-wrong-secret", "tampered-body"], 401)
    }

    #[test]
    fn passes_when_every_spelling_is_accepted() {
        passes(accepted().judge(&VerifiesRawBody));
    }

    #[test]
    fn waits_for_a_receiver_that_verifies_at_all() {
        let outcome = accepted().answered("tampered-body", 200).judge(&VerifiesRawBody);
        assert_eq!(reason(outcome), Reason::Blocked { by: "webhook-rejects-tampered" });
        let outcome = accepted().answered("forged-wrong-secret", 200).judge(&VerifiesRawBody);
        assert_eq!(reason(outcome), Reason::Blocked { by: "webhook-rejects-forged" });
    }

    #[test]
    fn fails_what_the_platforms_own_sample_does() {
        // JSON.stringify(req.body) keeps the order of keys and nothing else.
        let node =
            ["body-spaced", "body-escaped-slashes", "body-escaped-unicode", "body-decimal-number"];
        let finding = failure(accepted().all_answered(node, 401).judge(&VerifiesRawBody));
        assert!(finding.message.as_str().contains("re-serialises"));
        assert!(!finding.message.as_str().contains("own sample"));
        assert_eq!(finding.evidence.len(), node.len());
    }

    #[test]
    fn says_that_the_platforms_sample_is_among_the_refused_and_is_required_then() {
        let case = accepted().answered("body-as-printed", 401);
        assert_eq!(VerifiesRawBody.level(&case.facts()), Level::Required);
        assert_eq!(VerifiesRawBody.level(&accepted().facts()), Level::Recommended);
        let finding = failure(case.judge(&VerifiesRawBody));
        assert!(finding.message.as_str().contains("sorts"));
        assert!(finding.message.as_str().contains("own sample"));
    }

    fn examined(mut case: Case, accepted: &[&str]) -> Case {
        let seen = crate::conversation::doctor::tests::examined(accepted);
        case.seen.scenarios.insert(doctor::READINGS.to_owned(), crate::model::Observed::Got(seen));
        case
    }

    #[test]
    fn names_what_writes_the_body_again() {
        let case = accepted()
            .all_answered(["body-spaced", "body-raw-unicode", "body-decimal-number"], 401);
        let finding = failure(
            examined(case, &["examined-genuine", "spelling-php-body"]).judge(&VerifiesRawBody),
        );
        assert!(
            finding.message.as_str().contains("PHP's `json_encode` does unless told"),
            "{}",
            finding.message
        );
        assert!(finding.fix.is_some_and(|fix| fix.as_str().contains("php://input")));
    }

    #[test]
    fn fails_what_only_the_doctor_saw() {
        let case = examined(accepted(), &["examined-genuine", "spelling-trimmed-body"]);
        assert!(failure(case.judge(&VerifiesRawBody)).message.as_str().contains("white space"));
    }

    #[test]
    fn fails_when_text_is_decoded_first() {
        let finding = failure(accepted().answered("body-raw-unicode", 401).judge(&VerifiesRawBody));
        assert!(finding.message.as_str().contains("decodes"));
    }

    #[test]
    fn warns_when_only_the_number_is_refused() {
        warning(accepted().answered("body-decimal-number", 422).judge(&VerifiesRawBody));
    }

    #[test]
    fn warns_about_a_schema_without_room_for_fields() {
        let strict = [
            "body-escaped-slashes",
            "body-escaped-unicode",
            "body-raw-unicode",
            "body-decimal-number",
        ];
        warning(accepted().all_answered(strict, 400).judge(&VerifiesRawBody));
    }

    #[test]
    fn is_undecided_when_the_receiver_is_busy() {
        assert!(matches!(
            reason(accepted().answered("body-spaced", 429).judge(&VerifiesRawBody)),
            Reason::Ambiguous(_)
        ));
    }

    #[test]
    fn is_undecided_when_the_control_fails_in_the_end() {
        let outcome = accepted()
            .answered("body-spaced", 403)
            .answered("control-after", 403)
            .judge(&VerifiesRawBody);
        assert!(matches!(reason(outcome), Reason::Blocked { by: "webhook-reachable" }));
    }

    #[test]
    fn waits_for_the_control() {
        let outcome = accepted().answered("control-before", 401).judge(&VerifiesRawBody);
        assert_eq!(reason(outcome), Reason::Blocked { by: "webhook-reachable" });
    }
}
