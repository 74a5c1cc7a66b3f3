//! The signature has no mark between body and timestamp: digits moved from one to the other must
//! not go unnoticed.

use crate::conversation::answers::single;
use crate::conversation::baselines::{Negatives, tells_by_answers};
use crate::conversation::scenarios::{
    FORGED_WRONG_SECRET, MALFORMED_SIGNED, SHIFTED_DIGIT, SHIFTED_TIMESTAMP, STALE_DAY,
    between_baselines, stale,
};
use crate::model::{
    Check, CheckMeta, Exchange, Facts, Level, Merchant, Needs, Outcome, Probe, Reason, Reference,
    RunFacts, Scenario, Stack, StackFix,
};

/// See [`META`].
pub(super) struct RejectsShifted;

const META: CheckMeta = CheckMeta {
    id: "webhook-rejects-shifted",
    title: "Webhook refuses events whose timestamp was moved into the body",
    level: Level::Recommended,
    covers: &["PC-37", "SV-03", "WH-05"],
    needs: Needs::Network,
    rationale: "The HMAC is over body and timestamp without anything between them, so whoever \
                recorded an event can cut it elsewhere and still has the right signature for it.",
    judged: "The attack: of a genuine event the first digit of `X-TIMESTAMP`, and then all ten, \
             are taken away and put behind the body; the signed bytes stay the same and the \
             signature stays right. Both must meet a 4xx, while a genuine event was answered 200 \
             before and after: a strict JSON parser refuses the digits behind the document, a \
             fresh ten-digit timestamp is gone. A 2xx fails; a 3xx, 429, 5xx or no answer is \
             undecided. Where half a JSON document is answered with a 2xx too, and day-old events \
             are accepted, the answer shows no more than webhook-rejects-stale does, which \
             carries the blame. The platform's pages are silent on this; the demand is golive's. \
             Sent in `probe` and in `full`: what it says is a `payment.processing`, for an id \
             that was never issued or, in `full`, the first test order.",
    remediation: "Take `X-TIMESTAMP` only when it is ten digits and within a few minutes of your \
                  clock, and parse the whole body as one JSON document.",
    stacks: &[
        StackFix {
            stack: Stack::Node,
            how: "if (!/^\\d{10}$/.test(req.get('X-TIMESTAMP') || '')) return \
                  res.sendStatus(401);  // JSON.parse is strict already",
        },
        StackFix {
            stack: Stack::Php,
            how: "if (!preg_match('/^\\d{10}$/D', $time)) { http_response_code(401); exit; }        \
                 // json_decode is strict already",
        },
        StackFix {
            stack: Stack::Python,
            how: "if not re.fullmatch(r'\\d{10}', stamp): abort(401), and json.loads(body), never \
                  JSONDecoder().raw_decode(body).",
        },
        StackFix {
            stack: Stack::Java,
            how: "if (!timestamp.matches(\"\\\\d{10}\")) return 401, and \
                  mapper.enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS): Jackson stops \
                  after the document otherwise. In Go use json.Unmarshal, or look for io.EOF \
                  after Decoder.Decode.",
        },
    ],
    reference: Reference::WEBHOOK_SIGNATURE,
    ..CheckMeta::USUAL
};

impl Check for RejectsShifted {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn plan(&self, merchant: &Merchant, _run: &RunFacts) -> Vec<Probe> {
        let [_, day] = stale(merchant);
        between_baselines(
            [SHIFTED_DIGIT, SHIFTED_TIMESTAMP, MALFORMED_SIGNED, FORGED_WRONG_SECRET]
                .map(Scenario::single)
                .into_iter()
                .chain([day]),
        )
    }

    fn judge(&self, facts: &Facts<'_>) -> anyhow::Result<Outcome> {
        tells_by_answers(facts)?;
        let shifted = Negatives::of(facts, &[SHIFTED_DIGIT.name, SHIFTED_TIMESTAMP.name]);
        if !shifted.accepted.is_empty()
            && thanks_for(facts, MALFORMED_SIGNED.name)
            && thanks_for(facts, STALE_DAY)
        {
            return Err(Reason::Blocked { by: "webhook-rejects-stale" }.into());
        }
        Ok(shifted.judge(
            facts,
            "an event whose timestamp was moved into its body is accepted",
            |_| None,
        )?)
    }
}

/// Whether a delivery was answered as if all were well.
fn thanks_for(facts: &Facts<'_>, name: &'static str) -> bool {
    single(facts, name)
        .ok()
        .and_then(Exchange::status)
        .is_some_and(|status| (200..300).contains(&status))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conversation::fixture::{Case, failure, passes, reason};

    fn refused() -> Case {
        Case::accepted()
            .all_answered(["shifted", "shifted-timestamp"], 401)
            .answered("malformed-signed", 400)
            .answered(STALE_DAY, 401)
    }

    #[test]
    fn passes_when_both_are_refused() {
        passes(refused().judge(&RejectsShifted));
    }

    #[test]
    fn fails_each_that_is_accepted_and_says_how_to_repeat_it() {
        for name in ["shifted", "shifted-timestamp"] {
            let finding = failure(refused().answered(name, 200).judge(&RejectsShifted));
            assert_eq!(finding.evidence.len(), 1);
            assert!(finding.repeat.is_some());
        }
    }

    #[test]
    fn fails_who_parses_a_prefix_and_takes_any_timestamp() {
        failure(refused().answered("shifted", 200).answered(STALE_DAY, 200).judge(&RejectsShifted));
    }

    #[test]
    fn leaves_the_blame_for_timestamps_where_it_belongs_when_a_200_says_nothing() {
        let outcome = refused()
            .answered("shifted", 200)
            .answered("malformed-signed", 200)
            .answered(STALE_DAY, 200)
            .judge(&RejectsShifted);
        assert_eq!(reason(outcome), Reason::Blocked { by: "webhook-rejects-stale" });
    }

    #[test]
    fn fails_who_skips_an_empty_timestamp_though_stale_ones_are_refused() {
        failure(
            refused()
                .answered("shifted-timestamp", 200)
                .answered("malformed-signed", 200)
                .judge(&RejectsShifted),
        );
    }

    #[test]
    fn is_undecided_when_the_answer_is_no_refusal() {
        assert!(matches!(
            reason(refused().answered("shifted", 500).judge(&RejectsShifted)),
            Reason::Ambiguous(_)
        ));
    }

    #[test]
    fn waits_for_the_control() {
        let outcome = refused().answered("control-before", 500).judge(&RejectsShifted);
        assert_eq!(reason(outcome), Reason::Blocked { by: "webhook-reachable" });
    }
}
