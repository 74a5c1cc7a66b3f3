//! golive's own signing must match the test vectors with the configured secret.

use crate::model::{
    Check, CheckMeta, Evidence, Facts, Merchant, Outcome, Probe, Reason, Reference, RunFacts,
    Subject, Text,
};
use crate::text;

/// See [`META`].
pub(super) struct OwnSignatureRight;

const META: CheckMeta = CheckMeta {
    id: "authentication-own-signature",
    title: "The configured secret signs and verifies, and the test vectors match",
    covers: &["SC-02"],
    rationale: "Everything this report says about signatures rests on golive's own signing; this \
                shows that it can be relied upon, and that the secret can be used as it is stored.",
    judged: "Signs the test cases of RFC 4231 and payloads of the platform's shape, whose \
             signatures Node, PHP and Python agree on, then signs and verifies with the \
             configured secret, and refuses a changed byte and a changed timestamp. If one does \
             not come out, the tool is at fault and the item is undecided.",
    remediation: "Report this to the makers of golive, with its version and platform.",
    reference: Reference::SIGNATURE,
    ..CheckMeta::USUAL
};

impl Check for OwnSignatureRight {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn plan(&self, _merchant: &Merchant, _run: &RunFacts) -> Vec<Probe> {
        vec![Probe::OwnSignature]
    }

    fn judge(&self, facts: &Facts<'_>) -> anyhow::Result<Outcome> {
        let seen = facts.seen.own_signature.get()?;
        let claims = [
            (seen.vectors, "test vectors", "RFC 4231 and the platform's formula match"),
            (seen.round_trip, "configured secret", "what it signs, it verifies"),
            (seen.refuses_changed_payload, "changed payload", "refused"),
            (seen.refuses_changed_timestamp, "changed timestamp", "refused"),
        ];
        let broken: Vec<Text> =
            claims.iter().filter(|(holds, ..)| !holds).map(|(_, what, _)| (*what).into()).collect();
        if !broken.is_empty() {
            return Err(Reason::Own(text!(
                "golive's own signing is broken: {}",
                Text::join(&broken, ", ")
            ))
            .into());
        }
        Ok(Outcome::Pass(
            claims
                .into_iter()
                .map(|(_, what, so)| Evidence::of(Subject::Run(what), so, "so"))
                .collect(),
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::example::{answered, judge, merchant};
    use crate::model::{NotMade, Observations, Observed, OwnSignature as Own};

    #[test]
    fn passes_when_all_comes_out() {
        assert!(matches!(
            judge(&OwnSignatureRight, &merchant(), &answered(404, "")),
            Outcome::Pass(_)
        ));
    }

    #[test]
    fn is_undecided_when_the_tool_is_broken() {
        let own = Own {
            round_trip: true,
            refuses_changed_payload: true,
            refuses_changed_timestamp: true,
            vectors: false,
        };
        let seen = Observations { own_signature: Observed::Got(own), ..Observations::default() };
        let outcome = judge(&OwnSignatureRight, &merchant(), &seen);
        assert!(
            matches!(&outcome, Outcome::Undecided(Reason::Own(why)) if why.as_str().contains("test vectors")),
            "{outcome:?}"
        );
    }

    #[test]
    fn is_undecided_without_a_secret() {
        let why = NotMade::Unconfigured { key: "api.secret_key".to_owned() };
        let seen =
            Observations { own_signature: Observed::NotMade(why), ..Observations::default() };
        assert!(matches!(
            judge(&OwnSignatureRight, &merchant(), &seen),
            Outcome::Undecided(Reason::Declined(_))
        ));
    }
}
