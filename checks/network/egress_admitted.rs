//! The platform's own answer to where this machine calls from.

use std::net::{IpAddr, Ipv4Addr};

use crate::model::{
    Check, CheckMeta, Endpoint, Evidence, Facts, Finding, Level, Merchant, Needs, Observed,
    Outcome, Probe, Reason, Reference, Role, RunFacts, Subject,
};
use crate::platform::reply::ReplyKind;
use crate::text;

use super::entry::{ListedEntry, listed};

/// See [`META`].
pub(super) struct EgressAdmitted;

const META: CheckMeta = CheckMeta {
    id: "network-egress-admitted",
    title: "The platform lets calls from this machine in",
    covers: &["PC-38", "IP-01", "IP-15"],
    needs: Needs::Network,
    attestable: true,
    rationale: "Whatever a list says, the platform's answer to this machine is what its calls \
                will get.",
    judged: "Reads the answer to the one signed, read-only order-status call. Accepted passes; \
             refused for its address fails, and on a production machine that is required; from a \
             pipeline or laptop a refusal says nothing of production. Accepted from an address \
             that is not on `network.whitelist` warns: the platform does not enforce the list. \
             Other answers decide nothing.",
    remediation: "Have the platform's support add this machine's address, wait for the \
                  confirmation, and run the check again.",
    reference: Reference::WHITELISTING,
    ..CheckMeta::USUAL
};

impl Check for EgressAdmitted {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn plan(&self, _merchant: &Merchant, _run: &RunFacts) -> Vec<Probe> {
        vec![Probe::OrderStatus, Probe::Egress]
    }

    /// A refusal on a production machine stops every call it will make; anything else is the
    /// platform's recommendation.
    fn level(&self, facts: &Facts<'_>) -> Level {
        let refused = reading(facts) == Some(ReplyKind::AddressRefused);
        if refused && facts.run.role == Role::Production {
            Level::Required
        } else {
            Level::Recommended
        }
    }

    fn judge(&self, facts: &Facts<'_>) -> anyhow::Result<Outcome> {
        let exchange = facts.seen.order_status.get()?;
        let answer =
            exchange.answer.as_ref().map_err(|trouble| Reason::Transport(text!("{}", trouble)))?;
        let reading = ReplyKind::read(answer.status, &answer.body);
        let subject = Endpoint::parse(&exchange.sent.url)
            .map_or(Subject::Run("the order-status call"), Subject::Endpoint);
        let evidence = vec![Evidence::of(
            subject,
            "not refused for the address it came from",
            text!("{}", reading),
        )];
        match reading {
            ReplyKind::Accepted { .. } | ReplyKind::WalletRefused => Ok(match unlisted(facts) {
                None => {
                    facts.really_the_platform()?;
                    Outcome::Pass(evidence)
                }
                Some(ip) => Outcome::Warn(
                    Finding::new(
                        "the platform answered an address that is not on the whitelist, so it \
                         does not enforce the list",
                        evidence,
                    )
                    .fix(text!(
                        "Ask the platform to enable the whitelist, and whether {} should be on it",
                        ip
                    )),
                ),
            }),
            ReplyKind::AddressRefused => match facts.run.role {
                Role::Production => Ok(Outcome::fail(
                    "the platform refuses calls from this machine's address",
                    evidence,
                )),
                Role::Ci | Role::Other => {
                    let why = text!(
                        "the platform refuses this machine's address, which says nothing of \
                         production (role {})",
                        facts.run.role.word()
                    );
                    Err(Reason::NoWayToObserve(why).into())
                }
            },
            ReplyKind::OtherForbidden => Err(Reason::Ambiguous(text!(
                "{}; a restriction by country would perhaps read like this",
                reading
            ))
            .into()),
            ReplyKind::Unauthorised | ReplyKind::BadRequest | ReplyKind::Validation => {
                Err(Reason::Blocked { by: "api-keys-accepted" }.into())
            }
            ReplyKind::Busy(_)
            | ReplyKind::Redirect(_)
            | ReplyKind::NotThePlatform(_)
            | ReplyKind::Other(_) => Err(Reason::Transport(text!("{}", reading)).into()),
        }
    }
}

/// The platform's answer, where there is one.
fn reading(facts: &Facts<'_>) -> Option<ReplyKind> {
    match &facts.seen.order_status {
        Observed::Got(exchange) => {
            exchange.answer.as_ref().ok().map(|answer| ReplyKind::read(answer.status, &answer.body))
        }
        Observed::Trouble(_) | Observed::NotMade(_) | Observed::NotPlanned => None,
    }
}

/// The one address that this machine was seen to call from, where the whitelist does not name it.
fn unlisted(facts: &Facts<'_>) -> Option<Ipv4Addr> {
    let whitelist = &facts.merchant.network.whitelist;
    let named: Vec<IpAddr> =
        facts.seen.egress.get().ok()?.iter().flat_map(|service| service.named()).collect();
    let IpAddr::V4(ip) = *named.first()? else {
        return None;
    };
    let agreed = named.iter().all(|other| *other == IpAddr::V4(ip));
    (agreed && !whitelist.is_empty() && listed(whitelist, ip) == ListedEntry::No).then_some(ip)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Address, Answer, EgressSeen, Exchange, NotMade, Observations, Sent, Times};

    const NOT_FOUND: (u16, &str) =
        (404, r#"{"status":false,"code":404,"message":"Order not found."}"#);
    const REFUSED: (u16, &str) =
        (403, r#"{"status":false,"code":403,"message":"IP address is not whitelisted."}"#);

    struct Case {
        merchant: Merchant,
        run: RunFacts,
        seen: Observations,
    }

    impl Case {
        fn new(role: Role, (status, body): (u16, &str)) -> Self {
            let run = RunFacts { role, ..RunFacts::example() };
            let exchange = Exchange {
                turned_away: 0,
                name: "order-status".to_owned(),
                sent: Sent {
                    at: run.now,
                    method: "POST".to_owned(),
                    url: "https://api.kwikpaisa.com/api/v3/pg/order/status".to_owned(),
                    headers: Vec::new(),
                    body: String::new(),
                },
                answer: Ok(Answer {
                    status,
                    version: "HTTP/1.1".to_owned(),
                    headers: Vec::new(),
                    body: body.to_owned(),
                    body_bytes: 0,
                    cut: false,
                    leaks: Vec::new(),
                }),
                times: Times::default(),
            };
            let seen =
                Observations { order_status: Observed::Got(exchange), ..Observations::default() };
            Self { merchant: Merchant::default(), run, seen }
        }

        fn facts(&self) -> Facts<'_> {
            Facts { merchant: &self.merchant, run: &self.run, seen: &self.seen }
        }

        fn word(&self) -> &'static str {
            EgressAdmitted.judge(&self.facts()).expect("a decision").word()
        }

        fn reason(&self) -> Reason {
            EgressAdmitted
                .judge(&self.facts())
                .expect_err("no decision")
                .downcast()
                .expect("a reason")
        }
    }

    #[test]
    fn passes_when_the_platform_accepts_the_call() {
        let case = Case::new(Role::Production, NOT_FOUND);
        assert_eq!(case.word(), "pass");
        assert_eq!(EgressAdmitted.level(&case.facts()), Level::Recommended);
    }

    #[test]
    fn is_unseen_on_a_trial_run_where_another_server_may_have_answered() {
        let mut case = Case::new(Role::Production, NOT_FOUND);
        let api = Endpoint::parse("https://api.kwikpaisa.com").map(Address::Url);
        case.merchant.api.base_url = api;
        assert_eq!(case.word(), "pass");
        case.run.switches = vec!["--connect-to ::127.0.0.1:8443".to_owned()];
        assert!(matches!(case.reason(), Reason::TrialRun { .. }));
    }

    #[test]
    fn fails_as_required_when_a_production_machine_is_refused() {
        let case = Case::new(Role::Production, REFUSED);
        assert_eq!(case.word(), "fail");
        assert_eq!(EgressAdmitted.level(&case.facts()), Level::Required);
    }

    #[test]
    fn a_pipeline_that_is_refused_says_nothing_of_production() {
        let case = Case::new(Role::Ci, REFUSED);
        assert!(matches!(case.reason(), Reason::NoWayToObserve(_)));
        assert_eq!(EgressAdmitted.level(&case.facts()), Level::Recommended);
    }

    #[test]
    fn warns_when_an_unlisted_address_is_accepted() {
        let mut case = Case::new(Role::Other, NOT_FOUND);
        let said = EgressSeen {
            service: "checkip.example:443".to_owned(),
            addresses: vec![Ok("49.36.10.9".parse().expect("an address"))],
        };
        case.seen.egress = Observed::Got(vec![said]);
        assert_eq!(case.word(), "pass");
        case.merchant.network.whitelist = vec!["49.36.10.7".to_owned()];
        assert_eq!(case.word(), "warn");
    }

    #[test]
    fn is_undecided_on_answers_that_say_nothing_of_the_address() {
        let unauthorised = Case::new(
            Role::Production,
            (401, r#"{"status":false,"code":401,"message":"Invalid signature."}"#),
        );
        assert_eq!(unauthorised.reason(), Reason::Blocked { by: "api-keys-accepted" });
        assert!(matches!(Case::new(Role::Production, (503, "")).reason(), Reason::Transport(_)));
        let forbidden = Case::new(
            Role::Production,
            (403, r#"{"status":false,"code":403,"message":"Forbidden"}"#),
        );
        assert!(matches!(forbidden.reason(), Reason::Ambiguous(_)));
    }

    #[test]
    fn is_undecided_when_the_platform_was_not_asked() {
        let mut case = Case::new(Role::Production, NOT_FOUND);
        case.seen.order_status = Observed::NotMade(NotMade::ProbeOff);
        assert!(matches!(case.reason(), Reason::NoWayToObserve(_)));
    }
}
