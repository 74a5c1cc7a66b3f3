//! The webhook address must read like one of production.

use crate::model::{
    Check, CheckMeta, Evidence, Facts, Finding, Level, Needs, Outcome, Reason, Reference, Text,
};
use crate::platform::name_form::Oddity;
use crate::text;

/// See [`META`].
pub(super) struct PublicName;

const META: CheckMeta = CheckMeta {
    id: "webhook-public-name",
    title: "Webhook URL names a public production host",
    level: Level::Required,
    covers: &["PC-16", "WH-01"],
    needs: Needs::Config,
    rationale: "An address that only the developer's machine, a tunnel or the test environment \
                answers to is a common leftover of integration.",
    judged: "By the form of `webhook.url` alone. Localhost, private names and addresses, names \
             without a dot, tunnels and request collectors, credentials in the URL and the sample \
             of the platform's page fail. A public IP literal, a word like staging or uat as a \
             part of host or path, a fragment, and the sample's host warn.",
    remediation: "Set `webhook.url` to the address of the production receiver, on a name of your \
                  own.",
    reference: Reference::WEBHOOKS,
    ..CheckMeta::USUAL
};

impl Check for PublicName {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn judge(&self, facts: &Facts<'_>) -> anyhow::Result<Outcome> {
        let Some(url) = facts.merchant.webhook_url() else {
            return Err(Reason::Blocked { by: "webhook-url" }.into());
        };
        let evidence = vec![Evidence::config(
            "webhook.url",
            "a public name of the production host",
            text!("{}", url),
        )];
        let oddities = Oddity::all(url);
        let words: Vec<Text> = oddities.iter().map(|oddity| said(*oddity)).collect();
        let finding = Finding::new(Text::join(&words, "; "), evidence.clone());
        Ok(if oddities.iter().any(|oddity| oddity.is_fatal()) {
            Outcome::Fail(finding)
        } else if oddities.is_empty() {
            Outcome::Pass(evidence)
        } else {
            Outcome::Warn(finding)
        })
    }
}

fn said(oddity: Oddity) -> Text {
    match oddity {
        Oddity::Credentials => {
            "the webhook URL holds a user name or password, which ends up in logs".into()
        }
        Oddity::Localhost => "the webhook URL points to the machine itself".into(),
        Oddity::PrivateName(ending) => {
            text!("the webhook host ends in .{}, which the public internet does not know", ending)
        }
        Oddity::SingleLabel => {
            "the webhook host is a name without a dot, which only a private network knows".into()
        }
        Oddity::SpecialLiteral(range) => {
            text!("the webhook host is an address that the internet does not route ({})", range)
        }
        Oddity::Sample => "the webhook URL is the sample of the platform's page".into(),
        Oddity::Tunnel(service) => {
            text!("the webhook host belongs to {}, a tunnel or request collector", service)
        }
        Oddity::Literal => "the webhook host is an address instead of a name".into(),
        Oddity::SampleHost => "the webhook host is the one of the platform's sample".into(),
        Oddity::Staging(word) => {
            text!("\"{}\" in the webhook URL sounds like a test environment", word)
        }
        Oddity::Fragment => "the webhook URL ends in a fragment, which no server ever sees".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conversation::fixture::{Case, failure, passes, reason, warning};

    #[test]
    fn passes_a_public_name() {
        passes(Case::new().judge(&PublicName));
    }

    #[test]
    fn fails_a_tunnel() {
        let finding =
            failure(Case::new().url("https://1a2b.ngrok-free.app/hook").judge(&PublicName));
        assert!(finding.message.as_str().contains("ngrok-free.app"));
    }

    #[test]
    fn warns_about_staging() {
        warning(Case::new().url("https://uat.shop.in/hook").judge(&PublicName));
    }

    #[test]
    fn shows_no_credentials() {
        let finding =
            failure(Case::new().url("https://user:sk_live_MARKER@shop.in/hook").judge(&PublicName));
        assert!(!format!("{finding:?}").contains("MARKER"));
    }

    #[test]
    fn waits_for_an_address() {
        assert_eq!(
            reason(Case::new().url("hook").judge(&PublicName)),
            Reason::Blocked { by: "webhook-url" }
        );
    }
}
