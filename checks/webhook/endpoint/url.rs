//! A webhook address must be configured.

use crate::model::{Address, Check, CheckMeta, Evidence, Facts, Level, Needs, Outcome, Reference};
use crate::text;

/// See [`META`].
pub(super) struct Url;

const META: CheckMeta = CheckMeta {
    id: "webhook-url",
    title: "Webhook URL is configured",
    level: Level::Required,
    covers: &["PC-16", "WH-09"],
    needs: Needs::Config,
    waivable: false,
    rationale: "Without an address of its own, production hears of no payment; with the \
                sandbox's, nobody hears of it.",
    judged: "`webhook.url` must be set and be a URL with a host. Whether it is registered with \
             the platform is webhook-registered's.",
    remediation: "Set `webhook.url` to the production webhook URL as it is registered in the \
                  platform's console.",
    reference: Reference::WEBHOOKS,
    ..CheckMeta::USUAL
};

impl Check for Url {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn judge(&self, facts: &Facts<'_>) -> anyhow::Result<Outcome> {
        const EXPECTED: &str = "the URL that is registered with the platform";
        let about = |observed| vec![Evidence::config("webhook.url", EXPECTED, observed)];
        Ok(match &facts.merchant.webhook.url {
            Some(Address::Url(url)) => Outcome::Pass(about(text!("{}", url))),
            Some(Address::Unreadable) => Outcome::fail(
                "the webhook address cannot be read as a URL",
                about("something that is no URL with a host".into()),
            ),
            None => Outcome::fail("no webhook address is configured", about("nothing".into())),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conversation::fixture::{Case, failure, passes};

    #[test]
    fn passes_a_url() {
        passes(Case::new().judge(&Url));
    }

    #[test]
    fn fails_what_cannot_be_read() {
        failure(Case::new().url("/api/webhooks/kwikpaisa").judge(&Url));
    }

    #[test]
    fn fails_when_it_is_missing() {
        let mut case = Case::new();
        case.merchant.webhook.url = None;
        failure(case.judge(&Url));
    }
}
