//! What is said of a check: its title, its level, its reasons and fixes.

use super::Concern;

/// What a check is called, why it matters and how to put it right: the one source of everything
/// that is said about it.
#[derive(Debug)]
pub struct CheckMeta {
    /// Section, hyphen, file name in kebab-case: `webhook-rejects-forged`. Never changes once
    /// released.
    pub id: &'static str,
    /// A claim that reads true on a pass line: "Webhook URL uses HTTPS".
    pub title: &'static str,
    /// How much going live depends on it.
    pub level: Level,
    /// Lines of `requirements.toml`: `PC-17`.
    pub covers: &'static [&'static str],
    /// What it takes to decide.
    pub needs: Needs,
    /// Which merchants it concerns.
    pub applies: Applies,
    /// Whether a person may answer for it where nothing could be observed.
    pub attestable: bool,
    /// Whether somebody may accept its failure for a while. Never for production safety and
    /// secrets.
    pub waivable: bool,
    /// Why it matters, one sentence.
    pub rationale: &'static str,
    /// How it is judged: what passes, warns, fails, and what cannot be told.
    pub judged: &'static str,
    /// What to do, one imperative sentence that names the key.
    pub remediation: &'static str,
    /// The checks that take the blame for a failure of this one, each for findings of one concern
    /// that both share; the first that does is named.
    pub yields_to: &'static [(Concern, &'static str)],
    /// The fix in common stacks, where that helps.
    pub stacks: &'static [StackFix],
    /// The page it comes from.
    pub reference: Reference,
}

impl CheckMeta {
    /// The usual answers, to be completed with `..CheckMeta::USUAL`.
    pub const USUAL: Self = Self {
        id: "",
        title: "",
        level: Level::Recommended,
        covers: &[],
        needs: Needs::Config,
        applies: Applies::Everyone,
        attestable: false,
        waivable: true,
        rationale: "",
        judged: "",
        remediation: "",
        yields_to: &[],
        stacks: &[],
        reference: Reference::CHECKLIST,
    };
}

/// How much going live depends on a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// The platform requires it.
    Required,
    /// The platform recommends it, or says nothing.
    Recommended,
}

impl Level {
    /// The word in reports.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Required => "required",
            Self::Recommended => "recommended",
        }
    }
}

/// What it takes to decide a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    /// The configuration alone.
    Config,
    /// The network, or a program of the merchant's.
    Network,
    /// Files beside the configuration.
    Source,
    /// A person's word.
    Attestation,
}

impl Needs {
    /// The word in the catalogue.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Config => "configuration",
            Self::Network => "network",
            Self::Source => "source",
            Self::Attestation => "attestation",
        }
    }
}

/// Which merchants a check concerns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Applies {
    /// All.
    Everyone,
    /// Those with `payments` among `merchant.uses`.
    Payments,
    /// Those with `payouts` among `merchant.uses`.
    Payouts,
}

/// The fix in one stack.
#[derive(Debug)]
pub struct StackFix {
    /// The language or framework.
    pub stack: Stack,
    /// What to do there; may be a few lines of code.
    pub how: &'static str,
}

/// The stacks most merchants run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stack {
    /// Node.js with Express.
    Node,
    /// PHP, plain or with Laravel.
    Php,
    /// Python with Django or Flask.
    Python,
    /// Java with Spring.
    Java,
}

impl Stack {
    /// The name in `golive explain`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Node => "Node / Express",
            Self::Php => "PHP / Laravel",
            Self::Python => "Python / Django, Flask",
            Self::Java => "Java / Spring",
        }
    }
}

/// A page of the platform's documentation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reference {
    /// The page and section in words.
    pub label: &'static str,
    /// Its address.
    pub url: &'static str,
}

/// Pages of the platform that checks refer to.
impl Reference {
    /// The production checklist.
    pub const CHECKLIST: Self = Self {
        label: "Production checklist",
        url: "https://developers.kwikpaisa.com/v3-guide/going-live/production-checklist",
    };
    /// IP whitelisting and geo restriction.
    pub const WHITELISTING: Self = Self {
        label: "IP whitelisting",
        url: "https://developers.kwikpaisa.com/v3-guide/going-live/ip-whitelisting",
    };
    /// Security checks.
    pub const SECURITY_CHECKS: Self = Self {
        label: "Security checks",
        url: "https://developers.kwikpaisa.com/v3-guide/going-live/security-checks",
    };
    /// Webhook set-up.
    pub const WEBHOOKS: Self = Self {
        label: "Webhook setup",
        url: "https://developers.kwikpaisa.com/v3-guide/webhooks/webhook-setup",
    };
    /// Verifying webhook signatures.
    pub const WEBHOOK_SIGNATURE: Self = Self {
        label: "Webhook signature verification",
        url: "https://developers.kwikpaisa.com/v3-guide/webhooks/signature-verification",
    };
    /// Headers of every request.
    pub const HEADERS: Self = Self {
        label: "Authentication: headers",
        url: "https://developers.kwikpaisa.com/v3-guide/authentication/headers",
    };
    /// Making signatures.
    pub const SIGNATURE: Self = Self {
        label: "Authentication: signature",
        url: "https://developers.kwikpaisa.com/v3-guide/authentication/signature",
    };
    /// Timestamps.
    pub const TIMESTAMP: Self = Self {
        label: "Authentication: timestamp",
        url: "https://developers.kwikpaisa.com/v3-guide/authentication/timestamp",
    };
    /// Security of keys and transport.
    pub const SECURITY: Self = Self {
        label: "Authentication: security",
        url: "https://developers.kwikpaisa.com/v3-guide/authentication/security",
    };
    /// Making keys.
    pub const API_KEYS: Self = Self {
        label: "Generate API keys",
        url: "https://developers.kwikpaisa.com/v3-guide/quick-start/generate-api-keys",
    };
    /// Order status.
    pub const ORDER_STATUS: Self = Self {
        label: "Check order status",
        url: "https://developers.kwikpaisa.com/v3-guide/payment-gateway-integration/check-status",
    };
    /// Error codes.
    pub const ERRORS: Self = Self {
        label: "Error codes",
        url: "https://developers.kwikpaisa.com/v3-guide/error-handling/error-codes",
    };
    /// Retry logic.
    pub const RETRIES: Self = Self {
        label: "Retry logic",
        url: "https://developers.kwikpaisa.com/v3-guide/error-handling/retry-logic",
    };
    /// UAT testing.
    pub const UAT: Self = Self {
        label: "UAT testing",
        url: "https://developers.kwikpaisa.com/v3-guide/testing-and-sandbox/uat-testing",
    };
}
