//! The platform must accept the keys.

use std::time::Duration;

use super::clock;
use crate::model::{
    Address, Check, CheckMeta, Evidence, Exchange, Facts, Finding, Level, Merchant, Needs, Outcome,
    Prefix, Probe, Quoted, Reason, Reference, Role, RunFacts, Slot, Subject, Text,
};
use crate::platform::ReplyKind;
use crate::platform::hosts;
use crate::platform::reply::How;
use crate::text;

/// See [`META`].
pub(super) struct KeysAccepted;

const META: CheckMeta = CheckMeta {
    id: "api-keys-accepted",
    title: "The platform accepts a signed call with these keys",
    level: Level::Required,
    covers: &["PC-01", "PC-02", "PC-07", "PC-84", "PC-93"],
    needs: Needs::Network,
    attestable: true,
    waivable: false,
    rationale: "A key can look live and be revoked, mistyped or paired with another secret; only \
                the platform can tell.",
    judged: "One signed, read-only order-status call for an id that was never issued: the only \
             call this tool makes to the platform, and one that moves no money. 404 or 200 in the \
             platform's form says that key, secret, signature and clock were accepted; its \
             refusal of a wallet says so too and is a warning. 401 fails, and the finding says \
             which of the four look right. An address that is not whitelisted, 400, 422, 429, \
             5xx, a time-out, a redirect and HTML prove nothing: undecided. Switched off by \
             `[api] probe = false` and `--offline`.",
    remediation: "Copy API key and secret of the live environment again from Dashboard, \
                  Developer, Console, and run the check again.",
    reference: Reference::ERRORS,
    ..CheckMeta::USUAL
};

const EXPECTED: &str = "404 or 200 in the platform's form";

impl Check for KeysAccepted {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn plan(&self, _merchant: &Merchant, _run: &RunFacts) -> Vec<Probe> {
        vec![Probe::OrderStatus, Probe::OwnSignature]
    }

    fn judge(&self, facts: &Facts<'_>) -> anyhow::Result<Outcome> {
        let exchange = facts.seen.order_status.get()?;
        let answer =
            exchange.answer.as_ref().map_err(|trouble| Reason::Transport(text!("{}", trouble)))?;
        if !hosts::is_production(facts.merchant.api.base_url.as_ref()) {
            return Err(Reason::Blocked { by: "api-base-url" }.into());
        }
        let reading = ReplyKind::read(answer.status, &answer.body);
        let said = text!("{}", reading);
        let ambiguous = |why: &'static str| {
            Reason::Ambiguous(text!("{}: {}; it said {}", said, why, Quoted(&answer.body)))
        };
        Err(match reading {
            ReplyKind::Accepted { how: How::NotFound | How::Processed | How::Found } => {
                facts.really_the_platform()?;
                return Ok(Outcome::Pass(vec![seen(facts, said)]));
            }
            ReplyKind::WalletRefused => {
                let finding = Finding::new(
                    "the keys are accepted, and the wallet is refused as another environment's",
                    vec![seen(facts, said)],
                );
                return Ok(Outcome::Warn(finding.fix(
                    "Set `api.wallet_id`, and the value that the application uses, to the wallet \
                     of the live account",
                )));
            }
            ReplyKind::Unauthorised => {
                return Ok(Outcome::Fail(refused(facts, exchange, &answer.body)));
            }
            ReplyKind::AddressRefused => match facts.run.role {
                Role::Production => Reason::Blocked { by: "network-egress-admitted" },
                Role::Ci | Role::Other => Reason::NoWayToObserve(
                    "the platform lets only whitelisted addresses in, and this machine is not a \
                     production one; run the check on a production server"
                        .into(),
                ),
            },
            ReplyKind::OtherForbidden => {
                ambiguous("perhaps a service that is not active or a rule about countries")
            }
            ReplyKind::BadRequest => ambiguous("it does not say whether the keys were looked at"),
            ReplyKind::Validation => ambiguous(
                "the keys were probably accepted, but the order of the platform's checks is not \
                 known",
            ),
            ReplyKind::Other(_) => ambiguous("no documented answer to this call"),
            ReplyKind::Busy(_) => Reason::Transport(text!("{}; run the check again later", said)),
            ReplyKind::Redirect(_) => {
                Reason::Transport(text!("{}; a proxy or another host answered", said))
            }
            ReplyKind::NotThePlatform(_) => Reason::Transport(text!(
                "{}; a proxy, a firewall or another host answered {}",
                said,
                Quoted(&answer.body)
            )),
        }
        .into())
    }
}

fn seen(facts: &Facts<'_>, observed: impl Into<Text>) -> Evidence {
    let url = facts.merchant.api.base_url.as_ref().and_then(Address::url);
    let subject =
        url.map_or(Subject::Run("order-status call"), |url| Subject::Endpoint(url.clone()));
    Evidence::of(subject, EXPECTED, observed)
}

/// The finding of a 401: what each of the four possible causes looks like from here.
fn refused(facts: &Facts<'_>, exchange: &Exchange, body: &str) -> Finding {
    let merchant = facts.merchant;
    let looks_right = |slot: Slot, wanted: Prefix| {
        merchant.secret(slot).is_some_and(|found| {
            found.prefix == wanted && found.damage.is_empty() && found.placeholder.is_none()
        })
    };
    let looks = |right: bool| {
        if right {
            "looks live and undamaged; whether it is the issued one only the platform knows"
        } else {
            "does not look right"
        }
    };
    let (key, secret) = (
        looks_right(Slot::ApiKey, Prefix::ApiLive),
        looks_right(Slot::SecretKey, Prefix::SecretLive),
    );
    let own = facts.seen.own_signature.get().ok();
    let signature = own.is_some_and(|own| {
        own.vectors
            && own.round_trip
            && own.refuses_changed_payload
            && own.refuses_changed_timestamp
    });
    let limit = Duration::from_secs(merchant.limits.clock_fail_s);
    let (in_time, time) = match clock::offset(exchange) {
        Ok(offset) => (offset.apart() <= limit, text!("this machine is {} the platform", offset)),
        Err(_) => (false, "the answer does not tell".into()),
    };
    let evidence = vec![
        seen(facts, text!("401, {}", Quoted(body))),
        Evidence::config("api.api_key", "the live key", looks(key)),
        Evidence::config(
            "api.secret_key",
            "the live secret of the same environment",
            looks(secret),
        ),
        Evidence::of(
            Subject::Run("signature"),
            "the platform's formula",
            if signature {
                "ruled out: golive's own signing matches the test vectors"
            } else {
                "not known"
            },
        ),
        Evidence::of(
            Subject::Run("clock"),
            "the platform's time",
            if in_time { text!("ruled out: {}", time) } else { time },
        ),
    ];
    let left: Vec<Text> = [
        (!key, "the API key, which does not look right"),
        (!secret, "the secret, which does not look right"),
        (key && secret, "the API key or the secret, mistyped, revoked or of different pairs"),
        (!in_time, "the clock"),
        (!signature, "the signature"),
    ]
    .into_iter()
    .filter(|(is_left, _)| *is_left)
    .map(|(_, words)| words.into())
    .collect();
    let finding = Finding::new(
        text!("the platform refused the signed call; what is left: {}", Text::join(&left, "; ")),
        evidence,
    );
    if in_time {
        finding
    } else {
        finding.fix(
            "Set the clock of this machine by NTP and run the check again; then copy key and \
             secret again",
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::example::{
        INVALID_SIGNATURE, NOT_FOUND, NOT_WHITELISTED, address, answered, judge, judge_as,
        judge_on_trial, key, merchant, timed_out, words,
    };
    use crate::model::{NotMade, Observations, Observed};

    fn on(status: u16, body: &str) -> Outcome {
        judge(&KeysAccepted, &merchant(), &answered(status, body))
    }

    #[test]
    fn passes_what_the_platform_accepted() {
        for (status, body) in [
            (404, NOT_FOUND),
            (200, r#"{"status":"failed","code":"200","message":"No such order"}"#),
        ] {
            assert!(matches!(on(status, body), Outcome::Pass(_)), "{status} {body}");
        }
    }

    #[test]
    fn warns_of_a_wallet_of_another_environment() {
        let outcome = on(
            403,
            r#"{"status":false,"code":403,"message":"Invalid wallet ID for selected environment."}"#,
        );
        assert!(matches!(outcome, Outcome::Warn(_)), "{outcome:?}");
    }

    #[test]
    fn fails_a_401_and_says_what_was_ruled_out() {
        let outcome = on(401, INVALID_SIGNATURE);
        let said = words(&outcome);
        assert!(
            matches!(outcome, Outcome::Fail(_))
                && said.contains("test vectors")
                && said.contains("ruled out: this machine is"),
            "{said}"
        );
        let mut damaged = merchant();
        damaged.api.secret_key = key("sk_live_MARKER7f3k9q2x8v1m4n6b\n");
        let said = words(&judge(&KeysAccepted, &damaged, &answered(401, INVALID_SIGNATURE)));
        assert!(
            said.contains("the secret, which does not look right")
                && !said.contains("the API key, which"),
            "{said}"
        );
    }

    #[test]
    fn a_401_of_a_wrong_clock_says_so() {
        let mut seen = answered(401, INVALID_SIGNATURE);
        if let Observed::Got(exchange) = &mut seen.order_status {
            exchange.sent.at = exchange
                .sent
                .at
                .saturating_add(jiff::SignedDuration::from_secs(3_600))
                .expect("in range");
        }
        let said = words(&judge(&KeysAccepted, &merchant(), &seen));
        assert!(said.contains("the clock") && said.contains("NTP"), "{said}");
    }

    #[test]
    fn an_address_that_is_not_whitelisted_leaves_it_undecided() {
        assert_eq!(
            on(403, NOT_WHITELISTED),
            Outcome::Undecided(Reason::Blocked { by: "network-egress-admitted" })
        );
        for role in [Role::Ci, Role::Other] {
            let outcome =
                judge_as(role, &KeysAccepted, &merchant(), &answered(403, NOT_WHITELISTED));
            assert!(
                matches!(outcome, Outcome::Undecided(Reason::NoWayToObserve(_))),
                "{outcome:?}"
            );
        }
    }

    #[test]
    fn answers_that_prove_nothing_leave_it_undecided() {
        for (status, body) in [
            (400, r#"{"status":false,"code":400}"#),
            (403, r#"{"status":false,"code":403,"message":"Forbidden"}"#),
            (404, "<html>nginx</html>"),
            (409, r#"{"status":false,"code":409}"#),
            (422, r#"{"status":false,"code":422}"#),
            (429, ""),
            (500, "<html>"),
            (503, NOT_FOUND),
            (302, ""),
            (200, "<html>captive portal</html>"),
            (401, "<html>proxy</html>"),
        ] {
            let outcome = on(status, body);
            assert!(
                matches!(outcome, Outcome::Undecided(Reason::Ambiguous(_) | Reason::Transport(_))),
                "{status} {body}: {outcome:?}"
            );
        }
    }

    #[test]
    fn is_unseen_on_a_trial_run_where_another_server_may_have_answered() {
        for switch in ["--connect-to api.kwikpaisa.com:443:127.0.0.1:8443", "--ca-file"] {
            let pass =
                judge_on_trial(&[switch], &KeysAccepted, &merchant(), &answered(404, NOT_FOUND));
            assert!(
                matches!(pass, Outcome::Undecided(Reason::TrialRun { .. })),
                "{switch}: {pass:?}"
            );
        }
        let elsewhere = ["--connect-to shop.example:443:127.0.0.1:8443"];
        let pass =
            judge_on_trial(&elsewhere, &KeysAccepted, &merchant(), &answered(404, NOT_FOUND));
        assert_eq!(pass.word(), "pass");
        let seen = answered(401, INVALID_SIGNATURE);
        let refused = judge_on_trial(&["--ca-file"], &KeysAccepted, &merchant(), &seen);
        assert_eq!(refused.word(), "fail");
    }

    #[test]
    fn silence_leaves_it_undecided() {
        assert!(matches!(
            judge(&KeysAccepted, &merchant(), &timed_out()),
            Outcome::Undecided(Reason::Transport(_))
        ));
    }

    #[test]
    fn says_why_the_call_was_not_made() {
        for (why, reason) in
            [(NotMade::Offline, "offline"), (NotMade::ProbeOff, "no-way-to-observe")]
        {
            let seen =
                Observations { order_status: Observed::NotMade(why), ..Observations::default() };
            let Outcome::Undecided(found) = judge(&KeysAccepted, &merchant(), &seen) else {
                panic!("is undecided")
            };
            assert_eq!(found.word(), reason);
        }
    }

    #[test]
    fn another_hosts_answer_says_nothing_about_live_keys() {
        let mut elsewhere = merchant();
        elsewhere.api.base_url = address("https://sandbox.kwikpaisa.com");
        assert_eq!(
            judge(&KeysAccepted, &elsewhere, &answered(404, NOT_FOUND)),
            Outcome::Undecided(Reason::Blocked { by: "api-base-url" })
        );
    }
}
