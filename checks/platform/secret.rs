//! Secrets, which cannot be shown, and the facts about them, which can.

use std::fmt;

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::text::{Quoted, Show, is_invisible};

/// A key or secret. It has no `Display`, `Serialize`, `Deref` or `Clone`; checks never receive one.
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes the value in.
    #[must_use]
    pub fn new(value: String) -> Self {
        Self(Zeroizing::new(value))
    }

    /// The value itself: for signing and for looking it up in bytes that leave. Clippy objects
    /// elsewhere.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether there is nothing in it, or white space and quotes alone.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        is_blank(&self.0)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secret({} bytes)", self.0.len())
    }
}

/// Whether there is nothing in a value, or white space and quotes alone.
#[must_use]
pub fn is_blank(value: &str) -> bool {
    bare(value).is_empty()
}

/// The value without what copying added around it.
pub(super) fn bare(value: &str) -> &str {
    value.trim_matches(|c: char| c.is_whitespace() || is_invisible(c) || is_quote(c))
}

pub(super) fn is_quote(c: char) -> bool {
    matches!(c, '"' | '\'' | '`' | '\u{2018}'..='\u{201f}' | '\u{ab}' | '\u{bb}')
}

/// What may be known of a secret without knowing it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecretFacts {
    /// Where the value came from.
    pub origin: Origin,
    /// The platform's prefix it carries.
    pub prefix: Prefix,
    /// Length in bytes.
    pub length: usize,
    /// What copying did to it.
    pub damage: Vec<Damage>,
    /// Set when the value is a stand-in and no key.
    pub placeholder: Option<Placeholder>,
    /// How hard it would be to guess.
    pub entropy: Entropy,
    /// The other configured secrets that have the same value.
    pub equals: Vec<Slot>,
}

/// Where a secret's value came from, or should have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "from")]
pub enum Origin {
    /// A variable of the process environment.
    Env {
        /// The variable.
        name: String,
    },
    /// A variable of the application's env file.
    EnvFile {
        /// The file, as configured.
        path: String,
        /// The variable.
        name: String,
        /// Its line, counted from 1.
        line: usize,
    },
    /// A file that holds the value alone.
    File {
        /// The file, as configured.
        path: String,
    },
    /// A program that prints the value.
    Command {
        /// The program without its arguments.
        program: String,
    },
    /// Written into `golive.toml` itself, which is a finding.
    Literal,
}

impl Origin {
    /// The variable, where one holds the value.
    #[must_use]
    pub fn variable(&self) -> Option<&str> {
        match self {
            Self::Env { name } | Self::EnvFile { name, .. } => Some(name),
            Self::File { .. } | Self::Command { .. } | Self::Literal => None,
        }
    }
}

impl Show for Origin {
    fn show(&self) -> String {
        match self {
            Self::Env { name } => format!("the variable {}", Quoted(name).show()),
            Self::EnvFile { path, name, line } => format!(
                "the variable {} of {}, line {line}",
                Quoted(name).show(),
                Quoted(path).show()
            ),
            Self::File { path } => format!("the file {}", Quoted(path).show()),
            Self::Command { program } => format!("the program {}", Quoted(program).show()),
            Self::Literal => "golive.toml itself".to_owned(),
        }
    }
}

/// The prefixes the platform gives its keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Prefix {
    /// `pk_live_`
    ApiLive,
    /// `pk_test_`
    ApiTest,
    /// `sk_live_`, which no page prints but everything suggests
    SecretLive,
    /// `sk_test_`
    SecretTest,
    /// `mid_`, `key_`, `midKey_` or `midsalt_`: credentials of the previous API generations
    Previous,
    /// None of these
    None,
}

/// What copying a key from a page or a shell often does to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Damage {
    /// Empty, or white space alone.
    Empty,
    /// White space before or after it.
    Padded,
    /// White space within it.
    InnerSpace,
    /// A line break within or after it.
    LineBreak,
    /// Quotes around it.
    Quotes,
    /// A byte-order mark before it.
    ByteOrderMark,
    /// Zero-width or other invisible characters.
    Invisible,
    /// Characters outside of ASCII.
    NotAscii,
}

impl Show for Damage {
    fn show(&self) -> String {
        let words = match self {
            Self::Empty => "it is empty",
            Self::Padded => "white space around it",
            Self::InnerSpace => "white space within it",
            Self::LineBreak => "a line break",
            Self::Quotes => "quotes around it",
            Self::ByteOrderMark => "a byte-order mark before it",
            Self::Invisible => "invisible characters",
            Self::NotAscii => "characters beyond ASCII",
        };
        words.to_owned()
    }
}

/// A stand-in that somebody forgot to replace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Placeholder {
    /// The platform's documentation prints it, such as `pk_live_xxxxxxxxx`.
    Documentation,
    /// `YOUR_SECRET_KEY`, `changeme`, `<api key>` and the like.
    Template,
    /// A variable that nobody expanded: `${SECRET}`.
    Unexpanded,
}

/// How hard a value would be to guess, from its length and the variety of its characters after the
/// prefix.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Entropy {
    /// Below 40 bits.
    Low,
    /// Below 80 bits.
    Fair,
    /// 80 bits or more.
    High,
}

/// The places of the configuration that hold a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Slot {
    /// `api.api_key`
    ApiKey,
    /// `api.secret_key`
    SecretKey,
    /// `sandbox.api_key`
    SandboxApiKey,
    /// `sandbox.secret_key`
    SandboxSecretKey,
}

impl Slot {
    /// All of them, in the order of the configuration.
    pub const ALL: [Self; 4] =
        [Self::ApiKey, Self::SecretKey, Self::SandboxApiKey, Self::SandboxSecretKey];

    /// The configuration key.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::ApiKey => "api.api_key",
            Self::SecretKey => "api.secret_key",
            Self::SandboxApiKey => "sandbox.api_key",
            Self::SandboxSecretKey => "sandbox.secret_key",
        }
    }
}

/// The secrets of a run, for observing alone. Checks never see it.
#[derive(Debug, Default)]
pub struct Keyring {
    /// `api.api_key`
    pub api_key: Option<Secret>,
    /// `api.secret_key`
    pub secret_key: Option<Secret>,
    /// `sandbox.api_key`
    pub sandbox_api_key: Option<Secret>,
    /// `sandbox.secret_key`
    pub sandbox_secret_key: Option<Secret>,
    /// `api.wallet_id`, which some take for a key.
    pub wallet_id: Option<Secret>,
    /// The name of the variable that holds `api.secret_key`, which some take for its value.
    pub secret_variable: Option<String>,
}

impl Keyring {
    /// The secret of a slot.
    #[must_use]
    pub fn get(&self, slot: Slot) -> Option<&Secret> {
        match slot {
            Slot::ApiKey => self.api_key.as_ref(),
            Slot::SecretKey => self.secret_key.as_ref(),
            Slot::SandboxApiKey => self.sandbox_api_key.as_ref(),
            Slot::SandboxSecretKey => self.sandbox_secret_key.as_ref(),
        }
    }
}

/// The secrets that deliveries are signed with.
#[derive(Debug)]
pub struct SigningKeys<'a> {
    /// `api.secret_key`
    pub live: &'a Secret,
    /// `sandbox.secret_key`
    pub sandbox: Option<&'a Secret>,
    /// Made up for the run.
    pub wrong: &'a Secret,
    /// `api.api_key`
    pub api: Option<&'a Secret>,
    /// `sandbox.api_key`
    pub sandbox_api: Option<&'a Secret>,
    /// `api.wallet_id`
    pub wallet: Option<&'a Secret>,
    /// The name of the variable that holds `api.secret_key`.
    pub variable: Option<&'a str>,
}

impl<'a> SigningKeys<'a> {
    /// This secret, the others that are configured, and one made up for the run.
    #[must_use]
    pub fn of(live: &'a Secret, keys: &'a Keyring, wrong: &'a Secret) -> Self {
        Self {
            live,
            sandbox: keys.sandbox_secret_key.as_ref(),
            wrong,
            api: keys.api_key.as_ref(),
            sandbox_api: keys.sandbox_api_key.as_ref(),
            wallet: keys.wallet_id.as_ref(),
            variable: keys.secret_variable.as_deref(),
        }
    }
}
