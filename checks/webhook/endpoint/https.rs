//! The webhook address must be HTTPS.

use crate::model::{Check, CheckMeta, Evidence, Facts, Level, Needs, Outcome, Reason, Reference};
use crate::text;

/// See [`META`].
pub(super) struct WebhookHttps;

const META: CheckMeta = CheckMeta {
    id: "webhook-https",
    title: "Webhook URL uses HTTPS",
    level: Level::Required,
    covers: &["PC-17", "PC-35", "WH-02", "WH-22", "SC-01", "SC-18"],
    needs: Needs::Config,
    waivable: false,
    rationale: "Events carry payment data, and plain HTTP shows them, and lets them be changed, \
                to anyone on the path.",
    judged: "The scheme of `webhook.url` must be https.",
    remediation: "Serve the webhook over TLS and set `webhook.url` to its https:// address.",
    reference: Reference::WEBHOOKS,
    ..CheckMeta::USUAL
};

impl Check for WebhookHttps {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn judge(&self, facts: &Facts<'_>) -> anyhow::Result<Outcome> {
        let Some(url) = facts.merchant.webhook_url() else {
            return Err(Reason::Blocked { by: "webhook-url" }.into());
        };
        let evidence =
            vec![Evidence::config("webhook.url", "an https:// address", text!("{}", url))];
        Ok(match url.scheme.as_str() {
            "https" => Outcome::Pass(evidence),
            "http" => Outcome::fail("the webhook would receive events over plain HTTP", evidence),
            _ => Outcome::fail("the webhook address is not one of the web", evidence),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conversation::fixture::{Case, failure, passes, reason};

    #[test]
    fn passes_https() {
        passes(Case::new().judge(&WebhookHttps));
    }

    #[test]
    fn fails_plain_http() {
        failure(Case::new().url("http://shop.example/hook").judge(&WebhookHttps));
    }

    #[test]
    fn fails_other_schemes() {
        failure(Case::new().url("ftp://shop.example/hook").judge(&WebhookHttps));
    }

    #[test]
    fn waits_for_an_address() {
        assert_eq!(
            reason(Case::new().url("hook").judge(&WebhookHttps)),
            Reason::Blocked { by: "webhook-url" }
        );
    }
}
