//! What a rule of the scan is.

use std::ops::Range;

use crate::model::{FileRole, Hit, HitKind, MatchContext, Weight};
use crate::scan::config_file_kind::{ConfigFileKind, kind_of};

/// One thing that the scan looks for.
#[derive(Debug)]
pub struct Rule {
    /// Kebab-case, never changes once released; what `golive:allow` names.
    pub id: &'static str,
    /// Which checks it speaks to.
    pub topic: Topic,
    /// What it finds, as a clause that follows "is" or stands alone: "a secret key of the
    /// sandbox".
    pub what: &'static str,
    /// Why it matters, one sentence.
    pub why: &'static str,
    /// What to do, one sentence.
    pub fix: &'static str,
    /// What the search through all bytes looks for, letter by letter: four bytes or more each. A
    /// rule is asked only where one of them stands.
    pub literals: &'static [&'static str],
    /// Whether a literal is the real thing, from what stands around it.
    pub look: fn(&LiteralContext<'_>) -> Option<Match>,
    /// How much it weighs where.
    pub levels: Levels,
    /// Which files it is asked about.
    pub reach: Reach,
    /// Texts in which it finds something.
    pub finds: &'static [&'static str],
    /// Texts in which it does not.
    pub spares: &'static [&'static str],
}

/// Which files a rule is asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// All, binary ones too.
    Everything,
    /// All but binary ones.
    Text,
    /// Those that name the platform, binary ones excepted. They are few, so that such a rule costs
    /// the search through all others nothing.
    PlatformText,
    /// Those that name the platform or sign as it does, binary ones excepted, and nothing that
    /// names another provider.
    Signing,
    /// Of those, the ones that browsers or phones get.
    SigningPublic,
    /// Of those, the ones that they do not get.
    SigningPrivate,
}

impl Reach {
    /// Whether it is about files that sign.
    #[must_use]
    pub const fn is_signing(self) -> bool {
        match self {
            Self::Signing | Self::SigningPublic | Self::SigningPrivate => true,
            Self::Everything | Self::Text | Self::PlatformText => false,
        }
    }

    /// Whether every file is searched for it.
    #[must_use]
    pub const fn is_everywhere(self) -> bool {
        match self {
            Self::Everything | Self::Text => true,
            Self::PlatformText | Self::Signing | Self::SigningPublic | Self::SigningPrivate => {
                false
            }
        }
    }
}

/// What a rule is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Topic {
    /// Something of the sandbox.
    Sandbox,
    /// Keys and secrets.
    Secrets,
    /// Hosts that are not the platform's.
    Hosts,
    /// Transport without TLS.
    PlainHttp,
    /// TLS without its verification.
    TlsVerification,
    /// Previous generations of the API.
    PreviousGeneration,
    /// What the documentation says to replace.
    Placeholders,
    /// Addresses of a developer's tunnel.
    Tunnels,
    /// Allowances of findings that do not count.
    Allowances,
    /// An HMAC over another spelling of the body than the one that arrived.
    ParsedBody,
    /// Signatures compared as other texts are.
    Comparison,
    /// Verification without consequence.
    UnusedVerification,
    /// Signing in what browsers or phones run.
    ClientSigning,
    /// Secrets and signatures in logs.
    Logs,
    /// Timestamps that are not made anew.
    FrozenTimestamp,
}

impl Topic {
    /// The checks that judge it.
    #[must_use]
    pub const fn checks(self) -> &'static [&'static str] {
        match self {
            Self::Sandbox => &["source-no-sandbox", "source-public-clean", "source-site-clean"],
            Self::Secrets => {
                &["source-no-exposed-keys", "source-public-clean", "source-site-clean"]
            }
            Self::Hosts => &["source-genuine-hosts"],
            Self::PlainHttp => &["source-https"],
            Self::TlsVerification => &["source-tls-verified"],
            Self::PreviousGeneration => &["source-current-generation"],
            Self::Placeholders => &["source-no-placeholders"],
            Self::Tunnels => &["source-no-tunnels"],
            Self::Allowances => &["source-allowances-used"],
            Self::ParsedBody => &["source-signs-raw-body"],
            Self::Comparison => &["source-compares-in-constant-time"],
            Self::UnusedVerification => &["source-uses-verification-result"],
            Self::ClientSigning => &["source-signs-server-side"],
            Self::Logs => &["source-logs-no-secret"],
            Self::FrozenTimestamp => &["source-fresh-timestamps"],
        }
    }
}

/// A literal in the bytes around it.
#[derive(Clone, Copy, Debug)]
pub struct LiteralContext<'a> {
    /// The bytes: at least [`BEHIND`] before the literal and [`AHEAD`] from its start, as far as
    /// the file goes.
    pub bytes: &'a [u8],
    /// Where the literal begins.
    pub at: usize,
    /// The literal, as the rule spells it.
    pub literal: &'static str,
}

/// How many bytes before a literal a rule may look at.
pub const BEHIND: usize = 1_024;
/// How many bytes from the start of a literal a rule may look at.
pub const AHEAD: usize = 2_048;

/// What a rule found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Match {
    /// Where it stands.
    pub range: Range<usize>,
    /// What may be shown of it.
    pub excerpt: String,
    /// Whether it is the real thing.
    pub kind: HitKind,
}

/// How much something weighs, by place.
#[derive(Clone, Copy, Debug)]
pub struct Levels {
    /// In what browsers or phones get.
    pub public: Weight,
    /// In configuration that production reads.
    pub production: Weight,
    /// In configuration of no environment in particular, or in a pipeline.
    pub config: Weight,
    /// In code that production may run.
    pub code: Weight,
    /// In tests, examples, documentation, lock files, vendored code and configuration of other
    /// environments.
    pub elsewhere: Weight,
    /// Where a choice between environments stands around it.
    pub selected: Weight,
    /// In a comment.
    pub comment: Weight,
    /// When it is a placeholder.
    pub stand_in: Weight,
    /// In files that do not name the platform: at most this.
    pub without_platform: Weight,
    /// In production's own configuration that git does not track: at most this.
    pub untracked_production: Weight,
    /// In other configuration that git does not track: at most this.
    pub untracked_config: Weight,
    /// The same for both in an env file that every account of the machine may read, where this is
    /// more.
    pub open_to_all: Weight,
}

impl Levels {
    /// A failure where it counts, and good to know elsewhere; to be completed with
    /// `..Levels::USUAL`.
    pub const USUAL: Self = Self {
        public: Weight::Failure,
        production: Weight::Failure,
        config: Weight::Warning,
        code: Weight::Failure,
        elsewhere: Weight::Information,
        selected: Weight::Information,
        comment: Weight::Information,
        stand_in: Weight::Information,
        without_platform: Weight::Failure,
        untracked_production: Weight::Failure,
        untracked_config: Weight::Information,
        open_to_all: Weight::Information,
    };
}

impl Rule {
    /// Whether somebody may accept such a hit. Nobody may accept a live key, or the value of a
    /// configured secret, in what others get.
    #[must_use]
    pub fn can_be_allowed(&self, hit: &Hit) -> bool {
        let is_secret =
            self.topic == Topic::Secrets && hit.kind == HitKind::Real || hit.secret.is_some();
        !(hit.place == FileRole::Public && is_secret || self.topic == Topic::Allowances)
    }

    /// How much a hit of this rule weighs.
    #[must_use]
    pub fn weigh(&self, hit: &Hit) -> Weight {
        if hit.allowed.is_some() && self.can_be_allowed(hit) {
            return Weight::Information;
        }
        let levels = &self.levels;
        let by_place = match hit.place {
            FileRole::Public => levels.public,
            FileRole::Production => levels.production,
            FileRole::Config | FileRole::Pipeline => levels.config,
            FileRole::Code => levels.code,
            FileRole::OtherEnvironment
            | FileRole::Test
            | FileRole::Example
            | FileRole::Documentation
            | FileRole::Lock
            | FileRole::Vendored => levels.elsewhere,
        };
        let by_kind = match hit.kind {
            HitKind::Real => Weight::Failure,
            HitKind::Placeholder => levels.stand_in,
            HitKind::Documentation | HitKind::Foreign => Weight::Information,
        };
        // What production's own configuration names is what it uses, whatever it is called there.
        let by_around = match hit.around {
            MatchContext::Plain => Weight::Failure,
            MatchContext::Selected if hit.place == FileRole::Production => Weight::Failure,
            MatchContext::Selected => levels.selected,
            MatchContext::Comment => levels.comment,
        };
        let by_platform = if hit.platform { Weight::Failure } else { levels.without_platform };
        // Without git, an env file is where a deployment puts its values; anything else may be on
        // its way into an image.
        let vessel = kind_of(&hit.path);
        let is_env_file = vessel == Some(ConfigFileKind::EnvFile);
        // An image takes what is in its file along, whatever git knows.
        let stays_here = hit.tracked.map_or(is_env_file, |tracked| !tracked)
            && vessel != Some(ConfigFileKind::Image);
        let at_least = if is_env_file && hit.open_to_all == Some(true) {
            levels.open_to_all
        } else {
            Weight::Information
        };
        let by_git = match hit.place {
            FileRole::Production if stays_here => levels.untracked_production.max(at_least),
            FileRole::Config | FileRole::OtherEnvironment if stays_here => {
                levels.untracked_config.max(at_least)
            }
            FileRole::Public
            | FileRole::Production
            | FileRole::Config
            | FileRole::Code
            | FileRole::Pipeline
            | FileRole::OtherEnvironment
            | FileRole::Test
            | FileRole::Example
            | FileRole::Documentation
            | FileRole::Lock
            | FileRole::Vendored => Weight::Failure,
        };
        by_place.min(by_kind).min(by_around).min(by_platform).min(by_git)
    }
}

impl<'a> LiteralContext<'a> {
    /// The literal's end.
    #[must_use]
    pub fn end(&self) -> usize {
        self.at + self.literal.len()
    }

    /// The longest run of bytes that `within` accepts around the literal.
    #[must_use]
    pub fn run(&self, within: impl Fn(u8) -> bool) -> Range<usize> {
        let least = self.at.saturating_sub(BEHIND);
        let most = self.bytes.len().min(self.at + AHEAD);
        let start = self.bytes[least..self.at]
            .iter()
            .rposition(|byte| !within(*byte))
            .map_or(least, |at| least + at + 1);
        let end = self.bytes[self.at..most]
            .iter()
            .position(|byte| !within(*byte))
            .map_or(most, |at| self.at + at);
        start..end
    }

    /// The text of a range, as far as it is UTF-8.
    #[must_use]
    pub fn text(&self, range: Range<usize>) -> std::borrow::Cow<'a, str> {
        String::from_utf8_lossy(&self.bytes[range])
    }

    /// What follows the literal, `most` bytes of it.
    #[must_use]
    pub fn after(&self, most: usize) -> &'a [u8] {
        let end = self.end().min(self.bytes.len());
        &self.bytes[end..self.bytes.len().min(end + most)]
    }

    /// What stands before the literal, `most` bytes of it.
    #[must_use]
    pub fn before(&self, most: usize) -> &'a [u8] {
        &self.bytes[self.at.saturating_sub(most)..self.at]
    }

    /// Whether one of `words` (in lower case) stands within `radius` bytes of the literal, without
    /// regard to case.
    #[must_use]
    pub fn is_near(&self, radius: usize, words: &[&str]) -> bool {
        let near =
            &self.bytes[self.at.saturating_sub(radius)..self.bytes.len().min(self.end() + radius)];
        words.iter().any(|word| {
            near.windows(word.len()).any(|window| window.eq_ignore_ascii_case(word.as_bytes()))
        })
    }
}

/// Whether a byte may be part of a name or key.
#[must_use]
pub const fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Allowed, AllowedBy, Slot};

    fn hit(place: FileRole) -> Hit {
        Hit {
            rule: "x".to_owned(),
            folder: 0,
            path: "x".to_owned(),
            line: Some(1),
            column: 1,
            excerpt: "x".to_owned(),
            place,
            kind: HitKind::Real,
            around: MatchContext::Plain,
            platform: true,
            tracked: None,
            secret: None,
            allowed: None,
            open_to_all: None,
        }
    }

    const RULE: Rule = Rule {
        id: "x",
        topic: Topic::Sandbox,
        what: "x",
        why: "x",
        fix: "x",
        literals: &["xxxx"],
        look: |_| None,
        levels: Levels {
            without_platform: Weight::Warning,
            untracked_production: Weight::Warning,
            ..Levels::USUAL
        },
        reach: Reach::Text,
        finds: &[],
        spares: &[],
    };

    #[test]
    fn place_kind_and_surroundings_each_lower_the_weight() {
        let weigh = |change: &dyn Fn(&mut Hit)| {
            let mut hit = hit(FileRole::Code);
            change(&mut hit);
            RULE.weigh(&hit)
        };
        assert_eq!(weigh(&|_| {}), Weight::Failure);
        assert_eq!(weigh(&|hit| hit.place = FileRole::Test), Weight::Information);
        assert_eq!(weigh(&|hit| hit.place = FileRole::Config), Weight::Warning);
        assert_eq!(weigh(&|hit| hit.kind = HitKind::Placeholder), Weight::Information);
        assert_eq!(weigh(&|hit| hit.around = MatchContext::Selected), Weight::Information);
        assert_eq!(weigh(&|hit| hit.around = MatchContext::Comment), Weight::Information);
        assert_eq!(weigh(&|hit| hit.platform = false), Weight::Warning);
        assert_eq!(weigh(&|hit| hit.tracked = Some(false)), Weight::Failure);
    }

    #[test]
    fn production_configuration_means_what_it_names() {
        let selected = Hit { around: MatchContext::Selected, ..hit(FileRole::Production) };
        assert_eq!(RULE.weigh(&selected), Weight::Failure);
        assert_eq!(RULE.weigh(&Hit { tracked: Some(false), ..selected }), Weight::Warning);
    }

    #[test]
    fn what_somebody_allowed_weighs_nothing_but_for_live_secrets_that_others_get() {
        let allowed = Some(Allowed { by: AllowedBy::Comment, reason: "x".to_owned() });
        let hit = |place| Hit { allowed: allowed.clone(), ..hit(place) };
        for place in [FileRole::Code, FileRole::Production, FileRole::Public] {
            assert_eq!(RULE.weigh(&hit(place)), Weight::Information);
        }
        let secrets = Rule { topic: Topic::Secrets, ..RULE };
        assert_eq!(secrets.weigh(&hit(FileRole::Code)), Weight::Information);
        assert_eq!(secrets.weigh(&hit(FileRole::Public)), Weight::Failure);
        assert_eq!(
            RULE.weigh(&Hit { secret: Some(Slot::SandboxSecretKey), ..hit(FileRole::Public) }),
            Weight::Failure
        );
    }

    #[test]
    fn an_env_file_counts_as_the_machines_own_unless_git_tracks_it() {
        let env = Hit { path: "deploy/.env".to_owned(), ..hit(FileRole::Config) };
        assert_eq!(RULE.weigh(&env), Weight::Information);
        assert_eq!(RULE.weigh(&Hit { tracked: Some(true), ..env.clone() }), Weight::Warning);
        assert_eq!(RULE.weigh(&Hit { path: "Dockerfile".to_owned(), ..env }), Weight::Warning);
    }
}
