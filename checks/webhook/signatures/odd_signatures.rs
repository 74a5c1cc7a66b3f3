//! Duplicate or malformed signature headers must not break the receiver, nor be tried one after
//! the other.

use crate::conversation::answers::{breaks, settled};
use crate::conversation::answers::{evidence, names, single};
use crate::conversation::baselines::{Baselines, refuses, tells_by_answers};
use crate::conversation::scenarios::{
    FORGED_TWICE, FORGED_WRONG_SECRET, ODD_SIGNATURES, TWO_SIGNATURES_RIGHT_FIRST,
    TWO_SIGNATURES_RIGHT_LAST, between_baselines,
};
use crate::model::{
    Check, CheckMeta, Exchange, Facts, Finding, Level, Merchant, Needs, Outcome, Probe, Reference,
    RunFacts, Scenario, Stack, StackFix,
};
use crate::text;

/// See [`META`].
pub(super) struct OddSignatures;

const META: CheckMeta = CheckMeta {
    id: "webhook-odd-signatures",
    title: "Webhook copes with duplicate or malformed signature headers",
    level: Level::Recommended,
    covers: &["SV-04", "WH-12"],
    needs: Needs::Network,
    rationale: "Anybody can send a signature that is no hex, and a comparison that throws on it \
                answers 500 to the whole world.",
    judged: "Five genuine events: with a made-up signature behind the right one, with one before \
             it, with the signature in upper case, with a space in it, and with `zz` behind it. \
             Go reads the first of two headers, PHP behind nginx the last, Node joins them; many \
             hex decoders take upper case, some take spaces or stop at the first letter that is \
             no digit. Nothing is forged by any of that, so a 200 and a 4xx are equally right. A \
             5xx, silence or a broken connection fails; a 429 or 503 is undecided. Two signatures \
             accepted in both orders warns: the receiver tries each that it is sent, where the \
             platform sends one. One more event has two made-up signatures: a 2xx to that fails, \
             and the item is then required. The platform's pages are silent on this; the demand \
             is golive's. Sent in `probe` and in `full`, always as a `payment.processing`.",
    remediation: "Take exactly one `X-SIGNATURE` of 64 hex digits, answer 401 to anything else \
                  before decoding it, and compare it in constant time.",
    stacks: &[
        StackFix {
            stack: Stack::Node,
            how: "if (!/^[0-9a-f]{64}$/.test(signature)) return res.sendStatus(401);  // \
                  timingSafeEqual throws when lengths differ",
        },
        StackFix {
            stack: Stack::Php,
            how: "if (!preg_match('/^[0-9a-f]{64}$/D', $signature)) { http_response_code(401); \
                  exit; }  // hex2bin warns, hash_equals wants strings",
        },
        StackFix {
            stack: Stack::Python,
            how: "if not re.fullmatch('[0-9a-f]{64}', signature): abort(401)  # bytes.fromhex \
                  raises, compare_digest raises on non-ASCII text",
        },
        StackFix {
            stack: Stack::Java,
            how: "if (!signature.matches(\"[0-9a-f]{64}\")) return \
                  ResponseEntity.status(401).build();  // HexFormat.parseHex throws",
        },
    ],
    reference: Reference::WEBHOOK_SIGNATURE,
    ..CheckMeta::USUAL
};

impl Check for OddSignatures {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn level(&self, facts: &Facts<'_>) -> Level {
        if forged_twice(facts).is_some() && tells_by_answers(facts).is_ok() {
            Level::Required
        } else {
            META.level
        }
    }

    fn plan(&self, _merchant: &Merchant, _run: &RunFacts) -> Vec<Probe> {
        between_baselines(
            ODD_SIGNATURES
                .into_iter()
                .chain([FORGED_TWICE, FORGED_WRONG_SECRET])
                .map(Scenario::single),
        )
    }

    fn judge(&self, facts: &Facts<'_>) -> anyhow::Result<Outcome> {
        let plainly_refused = refuses(facts, &FORGED_WRONG_SECRET, "webhook-rejects-forged");
        if let Some(forged) = forged_twice(facts) {
            // What takes any signature takes two as well, and that is another check's.
            plainly_refused?;
            return Ok(Outcome::fail(
                "two made-up signatures are taken for a right one",
                vec![evidence(forged, "a 4xx")],
            ));
        }
        let seen: Vec<&Exchange> =
            ODD_SIGNATURES.iter().flat_map(|odd| single(facts, odd.name)).collect();
        let controls = Baselines::around(facts, &seen)?;
        // Who hangs up on every forgery is not broken by an odd one.
        let plainly_refused = plainly_refused?;
        let exchanges = ODD_SIGNATURES.map(|delivery| single(facts, delivery.name));
        let broken: Vec<&Exchange> =
            exchanges.iter().flatten().copied().filter(|exchange| breaks(exchange)).collect();
        if !broken.is_empty() {
            let shown = broken.iter().map(|exchange| evidence(exchange, EITHER)).collect();
            return Ok(Outcome::fail(
                text!("an odd signature breaks the receiver: {}", names(&broken)),
                shown,
            ));
        }
        let mut shown = controls.evidence();
        for exchange in exchanges {
            shown.push(settled(exchange?, EITHER)?);
        }
        shown.push(plainly_refused);
        let both = [TWO_SIGNATURES_RIGHT_FIRST, TWO_SIGNATURES_RIGHT_LAST]
            .map(|delivery| single(facts, delivery.name));
        if let [Ok(first), Ok(last)] = both
            && first.accepted()
            && last.accepted()
        {
            let shown = [first, last]
                .map(|exchange| evidence(exchange, "a 4xx, at least in one order of the two"));
            return Ok(Outcome::Warn(Finding::new(
                "of two signatures the right one is found in either place: each is tried",
                shown.into(),
            )));
        }
        Ok(Outcome::Pass(shown))
    }
}

const EITHER: &str = "200 or a 4xx";

/// An event with two made-up signatures, where it was accepted.
fn forged_twice<'a>(facts: &Facts<'a>) -> Option<&'a Exchange> {
    single(facts, FORGED_TWICE.name).ok().filter(|exchange| exchange.succeeded())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conversation::fixture::{At, Case, failure, passes, reason, warning};
    use crate::model::{Reason, TroubleKind};

    fn answered(status: u16) -> Case {
        let case =
            Case::accepted().all_answered(ODD_SIGNATURES.map(|delivery| delivery.name), status);
        case.answered("forged-wrong-secret", 401).answered("forged-twice", 401)
    }

    #[test]
    fn passes_who_refuses_them_all() {
        passes(answered(401).judge(&OddSignatures));
    }

    #[test]
    fn passes_whatever_common_libraries_make_of_them() {
        let go = ["second-signature", "upper-case"];
        let php = ["second-signature-before"];
        let node = ["second-signature", "upper-case", "longer-signature"];
        let python = ["second-signature", "upper-case", "spaced-signature"];
        for taken in [&go[..], &php, &node, &python] {
            passes(answered(401).all_answered(taken.iter().copied(), 200).judge(&OddSignatures));
        }
    }

    #[test]
    fn warns_who_tries_every_signature() {
        let taken = ["second-signature", "second-signature-before"];
        assert_eq!(
            warning(answered(401).all_answered(taken, 200).judge(&OddSignatures)).evidence.len(),
            2
        );
    }

    #[test]
    fn fails_when_one_breaks_or_silences_the_receiver() {
        assert_eq!(
            failure(answered(401).answered("longer-signature", 500).judge(&OddSignatures))
                .evidence
                .len(),
            1
        );
        failure(
            answered(401)
                .went("spaced-signature", vec![At::Trouble(TroubleKind::TimedOut)])
                .judge(&OddSignatures),
        );
    }

    #[test]
    fn who_hangs_up_on_every_forgery_is_not_broken_by_an_odd_one() {
        let hangs_up = |case: Case, name: &'static str| {
            case.went(name, vec![At::Trouble(TroubleKind::Closed)])
        };
        let case = ODD_SIGNATURES
            .into_iter()
            .fold(hangs_up(answered(401), FORGED_WRONG_SECRET.name), |case, odd| {
                hangs_up(case, odd.name)
            });
        assert_eq!(
            reason(case.judge(&OddSignatures)),
            Reason::Blocked { by: "webhook-rejects-forged" }
        );
    }

    #[test]
    fn leaves_the_blame_to_what_takes_any_signature() {
        let twice = answered(200).answered("forged-twice", 200);
        assert!(failure(twice.judge(&OddSignatures)).message.as_str().contains("made-up"));
        assert_eq!(OddSignatures.level(&twice.facts()), Level::Required);
        let silent = twice.answered("forged-wrong-secret", 200);
        assert_eq!(OddSignatures.level(&silent.facts()), Level::Recommended);
        let outcome = silent.judge(&OddSignatures);
        assert_eq!(reason(outcome), Reason::Blocked { by: "webhook-rejects-forged" });
        let outcome = answered(200).answered("forged-wrong-secret", 200).judge(&OddSignatures);
        assert_eq!(reason(outcome), Reason::Blocked { by: "webhook-rejects-forged" });
    }

    #[test]
    fn is_undecided_when_the_receiver_is_busy_or_gone_in_the_end() {
        assert!(matches!(
            reason(answered(401).answered("spaced-signature", 503).judge(&OddSignatures)),
            Reason::Ambiguous(_)
        ));
        assert!(matches!(
            reason(answered(401).answered("control-after", 500).judge(&OddSignatures)),
            Reason::Ambiguous(_)
        ));
    }

    #[test]
    fn waits_for_the_control() {
        let outcome = answered(401).answered("control-before", 500).judge(&OddSignatures);
        assert_eq!(reason(outcome), Reason::Blocked { by: "webhook-reachable" });
    }
}
