//! Security: how people keep secrets and who may use them.

use crate::model::{CheckMeta, Item, ItemUnless, Level, Reference};

/// Secrets are kept in a store made for them.
pub(super) const SECRET_STORAGE: ItemUnless = ItemUnless(
    &CheckMeta {
        id: "security-secret-storage",
        title: "Production secrets are kept in a secret store",
        level: Level::Required,
        covers: &["PC-34", "PC-88", "SC-03", "SC-17", "AU-06"],
        rationale: "One secret signs calls and verifies webhooks: whoever reads it can pay out \
                    and can report payments that never happened.",
        judged: "Attach where production takes the secret from (secret manager, encrypted \
                 storage, or variables set by the deployment) and that no image, backup or log \
                 holds it.",
        remediation: "Keep the secret in a secret manager or in variables that only the \
                      deployment sets, and record it under `[attest.security-secret-storage]`.",
        reference: Reference::SECURITY_CHECKS,
        ..Item::USUAL
    },
    &[
        "source-no-exposed-keys",
        "source-secrets-stored",
        "security-no-literal-secrets",
        "security-secret-files",
    ],
);

/// No secret is where others can read it.
pub(super) const SECRETS_NOT_PUBLIC: ItemUnless = ItemUnless(
    &CheckMeta {
        id: "security-secrets-not-public",
        title: "No secret is in public code, packages or git history",
        level: Level::Required,
        covers: &["PC-73", "PC-88", "SC-13", "SC-14", "SC-15", "AU-05"],
        rationale: "A secret that was once in a page, an app or a repository has to be taken for \
                    known.",
        judged: "Attach the report of a secret scanner over the repository with its history, the \
                 bundles that browsers get and the packages that phones get.",
        remediation: "Scan them, replace every secret that was found, and record it under \
                      `[attest.security-secrets-not-public]`.",
        reference: Reference::SECURITY_CHECKS,
        ..Item::USUAL
    },
    &[
        "source-no-exposed-keys",
        "source-secrets-stored",
        "source-public-clean",
        "security-secret-files",
    ],
);

/// Few may use the keys.
pub(super) const ACCESS_CONTROL: Item = Item(&CheckMeta {
    id: "security-access-control",
    title: "Few people can use production credentials, and it is known who",
    covers: &["PC-39", "SC-16", "AU-08"],
    rationale: "Every person who can read a key is a way for it to get out.",
    judged: "Attach the list of who can read the keys, who can approve payouts and who can log in \
             to the dashboard, with the date of its last review, and how a key is handed over.",
    remediation: "Restrict and review access, hand keys over through the secret store alone, and \
                  record it under `[attest.security-access-control]`.",
    reference: Reference::SECURITY,
    ..Item::USUAL
});

/// Keys do not grow old.
pub(super) const KEY_ROTATION: Item = Item(&CheckMeta {
    id: "security-key-rotation",
    title: "Credentials are rotated periodically",
    covers: &["IP-17", "AU-07"],
    rationale: "A key that leaked unnoticed works until it is replaced.",
    judged: "Attach the date of the last rotation, the date of the next, and the steps by which \
             webhooks keep being verified meanwhile.",
    remediation: "Set a period, rehearse a rotation in the sandbox, and record it under \
                  `[attest.security-key-rotation]`.",
    reference: Reference::SECURITY,
    ..Item::USUAL
});

/// Nobody else can make our server pay.
pub(super) const APIS_NOT_EXPOSED: Item = Item(&CheckMeta {
    id: "security-apis-not-exposed",
    title: "Endpoints of yours that cause API calls are not open to the public",
    covers: &["IP-16", "IP-24"],
    rationale: "An open endpoint that creates payouts makes the whitelist and the signature \
                worthless: your own server signs for everybody.",
    judged: "Attach the list of your endpoints that end in a call to the platform, and what each \
             asks of its caller.",
    remediation: "Put authentication before every endpoint that causes a payout or an order, and \
                  record it under `[attest.security-apis-not-exposed]`.",
    reference: Reference::WHITELISTING,
    ..Item::USUAL
});

/// All of the platform's page was read.
pub(super) const PAGE_COMPLETE: Item = Item(&CheckMeta {
    id: "security-page-complete",
    title: "The platform's security page was worked through to its end",
    covers: &["SC-19"],
    rationale: "This catalogue holds the part of that page that was public when it was made; the \
                platform may ask for more.",
    judged: "Attach the page as it reads today with a mark at every line.",
    remediation: "Open the page, go through what this report does not name, and record it under \
                  `[attest.security-page-complete]`.",
    reference: Reference::SECURITY_CHECKS,
    ..Item::USUAL
});
