//! Port 80 of the webhook's host must not serve the handler over plain HTTP.

use crate::conversation::answers::single;
use crate::conversation::scenarios::{UNSIGNED, between_baselines};
use crate::conversation::tls::{about, over_tls};
use crate::model::{
    Answer, Check, CheckMeta, Exchange, Facts, Level, Merchant, Needs, NotMade, Observed, Outcome,
    Probe, Quoted, Reason, Reference, RunFacts, Scenario, Stack, StackFix, Switch, Text,
    TroubleKind,
};
use crate::text;

/// See [`META`].
pub(super) struct PlainHttp;

const META: CheckMeta = CheckMeta {
    id: "webhook-plain-http",
    title: "Webhook is not served over plain HTTP",
    level: Level::Recommended,
    covers: &["SC-01", "WH-22"],
    needs: Needs::Network,
    rationale: "A handler that also answers on port 80 takes events that anyone on the path could \
                read and change.",
    judged: "An unsigned request to port 80 of the host, the only thing ever sent there. A closed \
             port, a redirect to https, and a refusal that is not the handler's are right. A 2xx \
             warns, and so does a refusal that cannot be told from the handler's; the handler's \
             own answer, word for word what it says over https, fails. Where \
             `--connect-to` is about https only, port 80 is not contacted: undecided (trial run).",
    remediation: "Close port 80, or redirect everything on it to https.",
    stacks: &[
        StackFix {
            stack: Stack::Node,
            how: "Listen on https alone behind the load balancer, or app.use((req, res, next) => \
                  req.secure ? next() : res.redirect(308, …)).",
        },
        StackFix {
            stack: Stack::Php,
            how: "nginx: server { listen 80; return 301 https://$host$request_uri; }",
        },
        StackFix {
            stack: Stack::Python,
            how: "Django: SECURE_SSL_REDIRECT = True; else redirect in nginx.",
        },
        StackFix {
            stack: Stack::Java,
            how: "Spring Security: http.requiresChannel(c -> c.anyRequest().requiresSecure()).",
        },
    ],
    reference: Reference::SECURITY_CHECKS,
    ..CheckMeta::USUAL
};

impl Check for PlainHttp {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn plan(&self, _merchant: &Merchant, _run: &RunFacts) -> Vec<Probe> {
        let mut probes = vec![Probe::WebhookPlainHttp];
        probes.extend(between_baselines([Scenario::single(UNSIGNED)]));
        probes
    }

    fn judge(&self, facts: &Facts<'_>) -> anyhow::Result<Outcome> {
        over_tls(facts)?;
        let exchange = match &facts.seen.webhook_plain_http {
            Observed::NotMade(NotMade::BySwitch) => {
                let unseen = "port 80 of the webhook host was not contacted".into();
                return Err(Reason::TrialRun { switch: Switch::ConnectTo, unseen }.into());
            }
            Observed::Trouble(trouble) if is_closed(trouble.kind) => {
                return Ok(Outcome::Pass(vec![about(facts, EXPECTED, text!("{}", trouble))]));
            }
            seen => seen.get()?,
        };
        let answer = match &exchange.answer {
            Ok(answer) => answer,
            Err(trouble) if is_closed(trouble.kind) => {
                return Ok(Outcome::Pass(vec![about(facts, EXPECTED, text!("{}", trouble))]));
            }
            Err(trouble) => {
                return Err(Reason::Transport(text!("{}", trouble)).into());
            }
        };
        let shown = vec![about(facts, EXPECTED, said(exchange, answer))];
        let over_https =
            single(facts, UNSIGNED.name).ok().and_then(|unsigned| unsigned.answer.as_ref().ok());
        let alike =
            over_https.filter(|handler| handler.status == answer.status && answer.status != 404);
        Ok(match (answer.status, alike) {
            (300..=399, _) => Outcome::Pass(shown),
            (_, Some(handler)) if !answer.body.trim().is_empty() && handler.body == answer.body => {
                Outcome::fail("port 80 serves the webhook's handler over plain HTTP", shown)
            }
            (200..=299, _) => {
                Outcome::warn("port 80 answers the webhook's path over plain HTTP", shown)
            }
            (400 | 401 | 403 | 415 | 422, Some(_)) => Outcome::warn(
                "port 80 refuses an unsigned event just as the handler does over https: it may be \
                 the handler",
                shown,
            ),
            (_, _) => Outcome::Pass(shown),
        })
    }
}

const EXPECTED: &str = "port 80 closed, or a redirect to https";

/// Nothing answers there, or not over plain HTTP.
fn is_closed(kind: TroubleKind) -> bool {
    match kind {
        TroubleKind::Refused
        | TroubleKind::TimedOut
        | TroubleKind::Reset
        | TroubleKind::Closed
        | TroubleKind::NotHttp
        | TroubleKind::Tls
        | TroubleKind::Certificate => true,
        TroubleKind::NoSuchName | TroubleKind::Unreachable | TroubleKind::Other => false,
    }
}

fn said(exchange: &Exchange, answer: &Answer) -> Text {
    match (answer.header("location"), answer.body.trim()) {
        (Some(target), _) => text!("port 80: {}, to {}", exchange.outcome(), Quoted(target)),
        (None, "") => text!("port 80: {}", exchange.outcome()),
        (None, body) => text!("port 80: {}: {}", exchange.outcome(), Quoted(body)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conversation::fixture::{Case, exchange, failure, passes, reason, warning};

    fn case(answer: Result<u16, TroubleKind>, body: &str) -> Case {
        let mut case = Case::accepted()
            .answered("unsigned", 401)
            .answer("unsigned", |answer| answer.body = "no signature".to_owned());
        let mut exchange = exchange("plain-http", answer);
        if let Ok(answer) = &mut exchange.answer {
            answer.body = body.to_owned();
        }
        case.seen.webhook_plain_http = Observed::Got(exchange);
        case
    }

    #[test]
    fn passes_what_is_not_the_handler() {
        for answer in [
            Err(TroubleKind::Refused),
            Err(TroubleKind::TimedOut),
            Ok(301),
            Ok(404),
            Ok(403),
            Ok(426),
        ] {
            passes(case(answer, "").judge(&PlainHttp));
        }
    }

    #[test]
    fn fails_the_handlers_own_words() {
        failure(case(Ok(401), "no signature").judge(&PlainHttp));
    }

    #[test]
    fn warns_when_it_may_be_the_handler() {
        warning(case(Ok(401), "other words").judge(&PlainHttp));
    }

    #[test]
    fn warns_about_any_page() {
        warning(case(Ok(200), "Welcome").judge(&PlainHttp));
    }

    #[test]
    fn is_undecided_when_this_machine_has_no_route() {
        assert!(matches!(
            reason(case(Err(TroubleKind::Unreachable), "").judge(&PlainHttp)),
            Reason::Transport(_)
        ));
    }

    #[test]
    fn is_unseen_on_a_trial_run_that_goes_elsewhere() {
        let mut case = Case::accepted();
        case.seen.webhook_plain_http = Observed::NotMade(NotMade::BySwitch);
        assert!(matches!(
            reason(case.judge(&PlainHttp)),
            Reason::TrialRun { switch: Switch::ConnectTo, .. }
        ));
    }

    #[test]
    fn waits_for_https() {
        assert_eq!(
            reason(case(Ok(200), "").url("http://shop.example/").judge(&PlainHttp)),
            Reason::Blocked { by: "webhook-https" }
        );
    }
}
