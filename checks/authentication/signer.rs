//! The merchant's own code must sign as the platform expects.

use std::collections::BTreeSet;

use crate::model::{
    Check, CheckMeta, Evidence, Facts, Finding, Level, Merchant, Needs, Outcome, Plain, Probe,
    Quoted, Reason, Reference, RunFacts, SignerResult, SignerSeen, Stack, StackFix, Subject, Text,
};
use crate::platform::ReplyKind;
use crate::platform::hosts;
use crate::platform::signing::request;
use crate::platform::signing::request::PAYLOADS;
use crate::text;

/// See [`META`].
pub(super) struct Signer;

const META: CheckMeta = CheckMeta {
    id: "authentication-signer",
    title: "Signature generation verified",
    level: Level::Required,
    covers: &["PC-06", "PC-08", "UAT-05"],
    needs: Needs::Network,
    attestable: true,
    rationale: "A signature that is right for plain orders and wrong for a nested customer or a \
                URL refuses real customers, some of the time.",
    judged: "Runs `[signer] command` over payloads (flat, nested, slashes, unsorted, `&`, Hindi, \
             `105.00`, an id beyond 2^53) and compares with the platform's formula over canonical \
             JSON. A difference fails, and the known mistake that reproduces it is named. Where \
             the platform does not say what it expects (`&`, Hindi, `105.00`, big ids) a \
             difference alone warns. Without a signer, a call of golive's that the platform \
             accepted warns: it proves key and secret, not your code. Without either it is \
             undecided.",
    remediation: "Set `[signer] command` to a small program of yours that signs standard input \
                  with your production code, `{timestamp}` as its argument, and prints the \
                  signature.",
    stacks: &[
        StackFix {
            stack: Stack::Node,
            how: "const sort = v => Array.isArray(v) ? v.map(sort) : v && typeof v === 'object' ? \
                  Object.fromEntries(Object.keys(v).sort().map(k => [k, sort(v[k])])) : \
                  v;\ncrypto.createHmac('sha256', secret).update(JSON.stringify(sort(payload)) + \
                  timestamp).digest('hex')",
        },
        StackFix {
            stack: Stack::Php,
            how: "function sortPayload($v) { if (!is_array($v)) return $v; if \
                  (!array_is_list($v)) ksort($v, SORT_STRING); return array_map('sortPayload', \
                  $v); }\nhash_hmac('sha256', json_encode(sortPayload($payload), \
                  JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE) . $timestamp, $secret)",
        },
        StackFix {
            stack: Stack::Python,
            how: "body = json.dumps(payload, sort_keys=True, separators=(',', ':'), \
                  ensure_ascii=False)\nhmac.new(secret.encode(), (body + timestamp).encode(), \
                  hashlib.sha256).hexdigest()",
        },
        StackFix {
            stack: Stack::Java,
            how: "JsonMapper.builder().enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS) on \
                  maps, then Mac.getInstance(\"HmacSHA256\") and \
                  HexFormat.of().formatHex(mac.doFinal((body + timestamp).getBytes(UTF_8)))",
        },
    ],
    reference: Reference::SIGNATURE,
    ..CheckMeta::USUAL
};

impl Check for Signer {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn plan(&self, _merchant: &Merchant, _run: &RunFacts) -> Vec<Probe> {
        vec![Probe::Signer, Probe::OrderStatus]
    }

    fn judge(&self, facts: &Facts<'_>) -> anyhow::Result<Outcome> {
        if facts.merchant.signer.is_none() {
            return without_signer(facts);
        }
        let seen = facts.seen.signer.get()?;
        let wrong = |certain: bool| {
            seen.iter()
                .filter(move |one| is_wrong(one) && is_certain(one) == certain)
                .collect::<Vec<_>>()
        };
        let (broken, doubtful) = (wrong(true), wrong(false));
        if !broken.is_empty() {
            let message = text!(
                "the merchant's code signs differently from the platform: {}",
                what_is_wrong(&broken)
            );
            let finding = Finding::new(message, seen.iter().map(evidence).collect());
            return Ok(Outcome::Fail(match fixes(&broken) {
                Some(fix) => finding.fix(fix),
                None => finding,
            }));
        }
        let failed = seen.iter().find_map(|one| match &one.result {
            SignerResult::Failed(words) => Some(text!(
                "the signer gave nothing for payload {}: {}",
                Plain(&one.payload),
                Quoted(words)
            )),
            SignerResult::Right | SignerResult::Mistake(_) | SignerResult::Wrong { .. } => None,
        });
        if let Some(why) = failed {
            return Err(Reason::Transport(why).into());
        }
        if let Some(unsigned) =
            PAYLOADS.iter().find(|payload| !seen.iter().any(|one| one.payload == payload.name))
        {
            return Err(Reason::Own(text!(
                "the signer was not asked to sign payload {}",
                unsigned.name
            ))
            .into());
        }
        if !doubtful.is_empty() {
            let message = text!(
                "where the platform does not say what it expects, the merchant's code signs \
                 something else than the bytes it was given: {}",
                what_is_wrong(&doubtful)
            );
            let finding = Finding::new(message, seen.iter().map(evidence).collect());
            return Ok(Outcome::Warn(finding.fix(
                "Keep such values out of signed payloads (amounts without trailing zeros, ids as \
                 strings), or sign and send the same raw bytes",
            )));
        }
        Ok(Outcome::Pass(seen.iter().map(evidence).collect()))
    }
}

/// The platform accepted a call that golive signed: the secret is right, and the merchant's code
/// was not seen.
fn without_signer(facts: &Facts<'_>) -> anyhow::Result<Outcome> {
    let production = hosts::is_production(facts.merchant.api.base_url.as_ref());
    let answer = facts
        .seen
        .order_status
        .get()
        .ok()
        .and_then(|exchange| exchange.answer.as_ref().ok())
        .filter(|_| production);
    let reading = answer
        .map(|answer| ReplyKind::read(answer.status, &answer.body))
        .filter(|reading| reading.proves_credentials());
    let Some(reading) = reading else {
        return Err(Reason::NoWayToObserve(
            "nothing shows how your code signs: set `[signer] command`, let the platform be asked \
             (`[api] probe = true`), or attest to it"
                .into(),
        )
        .into());
    };
    Ok(Outcome::warn(
        "the platform accepted golive's signature with this secret; your own code was not \
         exercised",
        vec![
            Evidence::of(Subject::Run("order-status call"), "accepted", text!("{}", reading)),
            Evidence::config("signer.command", "a program that signs with your code", "nothing"),
        ],
    ))
}

fn is_wrong(seen: &SignerSeen) -> bool {
    match &seen.result {
        SignerResult::Mistake(_) | SignerResult::Wrong { .. } => true,
        SignerResult::Right | SignerResult::Failed(_) => false,
    }
}

/// Whether the platform's rule leaves no doubt about this payload; one that is not known to us
/// counts as certain.
fn is_certain(seen: &SignerSeen) -> bool {
    request::payload(&seen.payload).is_none_or(|payload| payload.certain)
}

/// The mistakes, each once, in the order of the payloads.
fn what_is_wrong(seen: &[&SignerSeen]) -> Text {
    let mut named = BTreeSet::new();
    let words = seen
        .iter()
        .map(|one| outcome(one))
        .filter(|words| named.insert(words.clone()))
        .collect::<Vec<_>>();
    Text::join(&words, "; ")
}

fn fixes(seen: &[&SignerSeen]) -> Option<Text> {
    let mut named = BTreeSet::new();
    let fixes = seen.iter().filter_map(|one| match &one.result {
        SignerResult::Mistake(name) => request::by_name(name)
            .filter(|mistake| named.insert(mistake.name))
            .map(|mistake| Text::from(mistake.fix)),
        SignerResult::Right | SignerResult::Wrong { .. } | SignerResult::Failed(_) => None,
    });
    let fixes: Vec<Text> = fixes.collect();
    (!fixes.is_empty()).then(|| Text::join(&fixes, ". "))
}

fn evidence(seen: &SignerSeen) -> Evidence {
    let observed = if is_certain(seen) || !is_wrong(seen) {
        outcome(seen)
    } else {
        text!("{} (what the platform expects here is not documented)", outcome(seen))
    };
    Evidence::of(
        Subject::ConfigKey("signer.command".into()),
        text!("the platform's signature of payload {}", Plain(&seen.payload)),
        observed,
    )
}

fn outcome(seen: &SignerSeen) -> Text {
    match &seen.result {
        SignerResult::Right => "that signature".into(),
        SignerResult::Mistake(name) => request::by_name(name)
            .map_or_else(|| text!("{}", Plain(name)), |mistake| mistake.words.into()),
        SignerResult::Wrong { length: 64, hex: true } => {
            "64 hex digits that no known mistake explains; the secret may be another".into()
        }
        SignerResult::Wrong { length, hex: true } => text!("{} hex digits instead of 64", *length),
        SignerResult::Wrong { length, hex: false } => {
            text!("{} characters that are not lower-case hex", *length)
        }
        SignerResult::Failed(words) => text!("nothing: {}", Quoted(words)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::example::{INVALID_SIGNATURE, NOT_FOUND, answered, judge, merchant, words};
    use crate::model::{NotMade, Observations, Observed, Program};

    fn signing() -> Merchant {
        Merchant { signer: Some(Program { name: "node".to_owned() }), ..merchant() }
    }

    /// Every payload signed rightly but for those named.
    fn signed(but: &[(&str, SignerResult)]) -> Observations {
        let result = |name: &str| {
            but.iter()
                .find(|(payload, _)| *payload == name)
                .map_or(SignerResult::Right, |(_, result)| result.clone())
        };
        let seen = PAYLOADS.iter().map(|payload| SignerSeen {
            payload: payload.name.to_owned(),
            result: result(payload.name),
        });
        Observations { signer: Observed::Got(seen.collect()), ..Observations::default() }
    }

    fn mistake(name: &str) -> SignerResult {
        SignerResult::Mistake(name.to_owned())
    }

    #[test]
    fn passes_a_signer_that_is_right_throughout() {
        assert!(matches!(judge(&Signer, &signing(), &signed(&[])), Outcome::Pass(_)));
    }

    #[test]
    fn fails_a_known_mistake_with_its_name_and_fix() {
        let outcome = judge(
            &Signer,
            &signing(),
            &signed(&[
                ("nested", mistake("top-level-sort")),
                ("unsorted", mistake("top-level-sort")),
            ]),
        );
        let said = words(&outcome);
        assert!(
            matches!(outcome, Outcome::Fail(_))
                && said.contains("at the top level only")
                && said.contains("Sort the keys of nested"),
            "{said}"
        );
        let Outcome::Fail(finding) = outcome else { unreachable!() };
        assert_eq!(finding.message.as_str().matches("top level").count(), 1);
        assert_eq!(finding.evidence.len(), PAYLOADS.len());
    }

    #[test]
    fn fails_what_nothing_explains() {
        let wrong = SignerResult::Wrong { length: 64, hex: true };
        assert!(
            words(&judge(&Signer, &signing(), &signed(&[("flat", wrong)])))
                .contains("no known mistake")
        );
    }

    #[test]
    fn warns_where_the_platform_does_not_say_what_it_expects() {
        for (payload, name) in [
            ("hindi", "unicode-escapes"),
            ("decimal", "shortened-decimals"),
            ("big-id", "rounded-integers"),
            ("ampersand", "html-escapes"),
        ] {
            let outcome = judge(&Signer, &signing(), &signed(&[(payload, mistake(name))]));
            assert!(
                matches!(outcome, Outcome::Warn(_)) && words(&outcome).contains("not documented"),
                "{payload}: {outcome:?}"
            );
        }
    }

    #[test]
    fn is_undecided_when_the_signer_broke_or_was_not_asked() {
        let broke = SignerResult::Failed("exit status 1".to_owned());
        assert!(matches!(
            judge(&Signer, &signing(), &signed(&[("flat", broke)])),
            Outcome::Undecided(Reason::Transport(_))
        ));
        let none = Observations { signer: Observed::Got(Vec::new()), ..Observations::default() };
        assert!(matches!(judge(&Signer, &signing(), &none), Outcome::Undecided(Reason::Own(_))));
        let offline =
            Observations { signer: Observed::NotMade(NotMade::Offline), ..Observations::default() };
        assert_eq!(judge(&Signer, &signing(), &offline), Outcome::Undecided(Reason::Offline));
    }

    #[test]
    fn warns_when_only_golives_own_signature_was_accepted() {
        assert!(matches!(judge(&Signer, &merchant(), &answered(404, NOT_FOUND)), Outcome::Warn(_)));
    }

    #[test]
    fn is_undecided_without_signer_and_accepted_call() {
        for seen in
            [Observations::default(), answered(401, INVALID_SIGNATURE), answered(404, "<html>")]
        {
            let outcome = judge(&Signer, &merchant(), &seen);
            assert!(
                matches!(&outcome, Outcome::Undecided(Reason::NoWayToObserve(why)) if why.as_str().contains("[signer] command")),
                "{outcome:?}"
            );
        }
    }
}
