//! Source and storage: what the merchant's own tree and build output hold.

mod allowances_used;
mod code_mistake;
mod compares_in_constant_time;
mod current_generation;
#[cfg(test)]
mod fixture;
mod fresh_timestamps;
mod genuine_hosts;
mod https;
mod logs_no_secret;
mod no_exposed_keys;
mod no_placeholders;
mod no_sandbox;
mod no_tunnels;
mod public_clean;
mod scan_check;
mod secrets_stored;
mod signs_raw_body;
mod signs_server_side;
mod site_clean;
mod tls_verified;
mod uses_verification_result;

use crate::model::Section;

/// The chapter.
pub const SECTION: Section = Section {
    id: "source",
    title: "Source and storage",
    checks: &[
        &no_sandbox::CHECK,
        &no_exposed_keys::NoExposedKeys,
        &public_clean::PublicClean,
        &genuine_hosts::CHECK,
        &https::CHECK,
        &tls_verified::CHECK,
        &current_generation::CHECK,
        &no_placeholders::CHECK,
        &no_tunnels::CHECK,
        &secrets_stored::SecretsStored,
        &allowances_used::AllowancesUsed,
        &site_clean::SiteClean,
        &signs_raw_body::CHECK,
        &compares_in_constant_time::CHECK,
        &uses_verification_result::CHECK,
        &signs_server_side::CHECK,
        &fresh_timestamps::CHECK,
        &logs_no_secret::CHECK,
    ],
};

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::SECTION;
    use super::fixture::{hit, judge};
    use crate::model::{FileRole, Outcome};

    #[test]
    fn every_rule_turns_the_checks_of_its_topic_and_no_other() {
        for rule in crate::scan::rules::all() {
            let mut turned = BTreeSet::new();
            for place in [FileRole::Public, FileRole::Production, FileRole::Code, FileRole::Test] {
                for check in SECTION.checks {
                    if matches!(
                        judge(*check, vec![hit(rule.id, place)]),
                        Outcome::Warn(_) | Outcome::Fail(_)
                    ) {
                        turned.insert(check.meta().id);
                    }
                }
            }
            // The site is seen apart from the tree.
            let said: BTreeSet<&str> = rule
                .topic
                .checks()
                .iter()
                .copied()
                .filter(|id| *id != "source-site-clean")
                .collect();
            assert!(!turned.is_empty() && turned.is_subset(&said), "{}: {turned:?}", rule.id);
            assert!(
                rule.topic
                    .checks()
                    .iter()
                    .all(|id| SECTION.checks.iter().any(|check| check.meta().id == *id)),
                "{}",
                rule.id
            );
        }
    }
}
