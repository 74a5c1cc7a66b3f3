//! What a scan of the source tree saw: plain data, keys masked.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Quoted, Show, Slot, Text};
use crate::text;

/// Everything a scan saw of the merchant's source tree and of what browsers or phones get.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceSeen {
    /// The folders it was to search, in the order of the configuration.
    pub folders: Vec<FolderSeen>,
    /// The configured secrets whose own values were looked for.
    pub looked_for: Vec<Slot>,
    /// What it met and did not look at.
    pub unlooked: Vec<Unlooked>,
    /// What the rules found: of each rule the weightiest, as many as `limits.source_hits` of what
    /// others get, as many of files that configuration travels in and as many of all others;
    /// then by folder, path and place.
    pub hits: Vec<Hit>,
    /// How often each rule found something, kept in `hits` or not.
    pub found: BTreeMap<String, u64>,
    /// How many of those somebody allowed, kept in `hits` or not.
    #[serde(default)]
    pub allowed: u64,
    /// The baseline, where there is one.
    #[serde(default)]
    pub baseline: Option<BaselineSeen>,
    /// The history of git, where somebody asked for it.
    #[serde(default)]
    pub history: Option<HistorySeen>,
    /// How many files of code deal with signatures of the platform, in a language that the rules
    /// for known mistakes read.
    #[serde(default)]
    pub signing: u64,
}

impl SourceSeen {
    /// How many files were looked at.
    #[must_use]
    pub fn files(&self) -> u64 {
        self.folders.iter().map(|folder| folder.files).sum()
    }

    /// How many bytes were looked at.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.folders.iter().map(|folder| folder.bytes).sum()
    }
}

/// One folder of a scan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FolderSeen {
    /// As configured.
    pub path: String,
    /// Whether it is source or what others get.
    pub kind: FolderKind,
    /// What became of it.
    pub state: FolderState,
    /// Files looked at.
    pub files: u64,
    /// Bytes looked at.
    pub bytes: u64,
}

/// What a folder of a scan is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FolderKind {
    /// Of `source.roots`: what the merchant works on.
    Root,
    /// Of `source.public`: what browsers or phones get.
    Public,
}

impl FolderKind {
    /// The configuration key.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Root => "source.roots",
            Self::Public => "source.public",
        }
    }
}

/// What became of a folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FolderState {
    /// It was searched.
    Searched,
    /// There is no such folder.
    Missing,
    /// It is there and no folder.
    NoFolder,
    /// It cannot be read.
    Unreadable,
}

/// Something that was met and not looked at, or not to its end.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Unlooked {
    /// The folder it is in: an index into [`SourceSeen::folders`].
    pub folder: usize,
    /// Why.
    pub why: WhyUnlooked,
    /// The first such path, from the folder.
    pub path: String,
    /// How many there are.
    pub count: u64,
}

/// Why something was not looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WhyUnlooked {
    /// It cannot be read.
    Unreadable,
    /// It is longer than `limits.source_file_bytes`; its beginning was looked at.
    TooLong,
    /// `limits.source_files` were looked at.
    TooManyFiles,
    /// It lies deeper than `limits.source_depth`.
    TooDeep,
    /// `limits.source_total_bytes` were looked at.
    TooMuch,
    /// A compressed archive, whose contents cannot be seen from outside.
    Archive,
    /// A package for phones, whose contents cannot be seen from outside.
    AppPackage,
}

impl WhyUnlooked {
    /// Whether a limit or the system cut the search short, so that it cannot be called complete.
    #[must_use]
    pub const fn is_gap(self) -> bool {
        match self {
            Self::Unreadable
            | Self::TooLong
            | Self::TooManyFiles
            | Self::TooDeep
            | Self::TooMuch => true,
            Self::Archive | Self::AppPackage => false,
        }
    }

    /// The reason in words, to stand after a path.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Unreadable => "cannot be read",
            Self::TooLong => {
                "is longer than limits.source_file_bytes, and only its beginning was looked at"
            }
            Self::TooManyFiles => "comes after as many files as limits.source_files allows",
            Self::TooDeep => "lies deeper than limits.source_depth",
            Self::TooMuch => "comes after as many bytes as limits.source_total_bytes allows",
            Self::Archive => "is a compressed archive, whose contents were not looked at",
            Self::AppPackage => "is an app package, whose contents were not looked at",
        }
    }
}

/// Something that a rule found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hit {
    /// The rule's id.
    pub rule: String,
    /// The folder: an index into [`SourceSeen::folders`].
    pub folder: usize,
    /// The path from the folder, keys in it masked.
    pub path: String,
    /// The line, counted from 1; none in a binary file.
    pub line: Option<u64>,
    /// The column, counted from 1: in characters, in a binary file the byte.
    pub column: u64,
    /// What was found, keys masked: prefix and last four characters, never more.
    pub excerpt: String,
    /// What the file is for.
    pub place: FileRole,
    /// Whether it is the real thing.
    pub kind: HitKind,
    /// What stands around it.
    pub around: MatchContext,
    /// The file names the platform.
    pub platform: bool,
    /// Whether git tracks the file; none outside of a work tree or without git.
    #[serde(default)]
    pub tracked: Option<bool>,
    /// The configured secret it is, where it is one.
    #[serde(default)]
    pub secret: Option<Slot>,
    /// Who allowed it, where somebody did and it can be allowed.
    #[serde(default)]
    pub allowed: Option<Allowed>,
    /// Whether every account of the machine may read the file; told of env files alone, where the
    /// system tells.
    #[serde(default)]
    pub open_to_all: Option<bool>,
}

/// That somebody looked at a hit and accepted it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Allowed {
    /// Where that is written.
    pub by: AllowedBy,
    /// Why, in their words, keys masked.
    pub reason: String,
}

/// Where it is written that a hit is accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AllowedBy {
    /// On its line: `golive:allow(RULE) reason`.
    Comment,
    /// In the baseline.
    Baseline,
}

impl AllowedBy {
    /// The words in reports, to stand after "allowed".
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Comment => "on its line",
            Self::Baseline => "by the baseline",
        }
    }
}

/// What the history of git holds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HistorySeen {
    /// The repositories of the folders, each once.
    pub repositories: Vec<RepositorySeen>,
    /// Live keys, each in the first place it was found in.
    pub hits: Vec<PastHit>,
    /// How many there are, kept in `hits` or not.
    pub found: u64,
}

/// One repository.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RepositorySeen {
    /// The folder that led to it.
    pub path: String,
    /// What became of it.
    pub state: HistoryState,
    /// Commits that were looked at.
    pub commits: u64,
    /// Versions of files that were looked at.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Objects that the repository lacks.
    pub missing: u64,
}

/// What became of a history.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HistoryState {
    /// All of it was searched.
    #[default]
    Searched,
    /// The folder is in no work tree of git.
    NoRepository,
    /// The clone is shallow or lacks objects: what it has was searched.
    Partial,
    /// git could not be asked, or broke off.
    Failed,
    /// `limits.source_history_bytes` were looked at.
    TooMuch,
    /// `limits.source_history_s` were over.
    TooLong,
}

impl HistoryState {
    /// Why not all was searched, to stand after the folder.
    #[must_use]
    pub const fn gap(self) -> Option<&'static str> {
        match self {
            Self::Searched => None,
            Self::NoRepository => Some("is in no work tree of git"),
            Self::Partial => Some(
                "is of a shallow or partial clone: `git fetch --unshallow` or a whole clone has \
                 the rest",
            ),
            Self::Failed => Some("could not be read by git"),
            Self::TooMuch => {
                Some("goes on after as many bytes as limits.source_history_bytes allows")
            }
            Self::TooLong => Some("goes on after as much time as limits.source_history_s allows"),
        }
    }
}

/// Something that a rule found in the history of git.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PastHit {
    /// The first commit that holds it, by its first digits.
    pub commit: String,
    /// What was found. The path is from the repository's own folder.
    pub hit: Hit,
}

/// The file of findings that were accepted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BaselineSeen {
    /// As configured.
    pub path: String,
    /// What became of it.
    pub state: BaselineState,
    /// How many findings it accepts.
    pub entries: u64,
    /// Those of them that accept nothing; none are named after a scan that did not see everything.
    pub unused: Vec<UnusedEntry>,
}

/// What became of the baseline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BaselineState {
    /// It was read.
    Read,
    /// It is configured and not there.
    Missing,
    /// It cannot be read, or is nothing that `golive baseline` wrote.
    Unreadable,
}

/// An entry of the baseline that accepts nothing.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct UnusedEntry {
    /// Its line in the baseline, counted from 1.
    pub line: u64,
    /// The rule it names.
    pub rule: String,
    /// The path it names, keys in it masked.
    pub path: String,
    /// How many findings it accepts.
    pub count: u64,
    /// How many of them there were.
    pub met: u64,
}

/// What a file is for, as far as its path tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FileRole {
    /// Browsers or phones get it.
    Public,
    /// Configuration that production reads.
    Production,
    /// Configuration of no environment in particular.
    Config,
    /// Code that production may run.
    Code,
    /// What a pipeline runs.
    Pipeline,
    /// Configuration of another environment: development, test, staging, sandbox.
    OtherEnvironment,
    /// Tests and what they need.
    Test,
    /// Examples and templates.
    Example,
    /// Documentation.
    Documentation,
    /// Written by a package manager.
    Lock,
    /// Other people's code.
    Vendored,
}

impl FileRole {
    /// The word in reports.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Production => "production configuration",
            Self::Config => "configuration",
            Self::Code => "code",
            Self::Pipeline => "pipeline",
            Self::OtherEnvironment => "configuration of another environment",
            Self::Test => "test",
            Self::Example => "example",
            Self::Documentation => "documentation",
            Self::Lock => "lock file",
            Self::Vendored => "vendored code",
        }
    }
}

/// Whether a hit is the real thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HitKind {
    /// It is.
    Real,
    /// Somebody put a stand-in there: `YOUR_SECRET_KEY`.
    Placeholder,
    /// The platform's documentation prints it: `sk_test_xxxxxxxxx`.
    Documentation,
    /// By its make-up or its neighbours it is another provider's.
    Foreign,
}

impl HitKind {
    /// The word in reports.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Real => "real",
            Self::Placeholder => "a placeholder",
            Self::Documentation => "as the documentation prints it",
            Self::Foreign => "another provider's, by its make-up or neighbours",
        }
    }
}

/// What stands around a hit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MatchContext {
    /// Nothing of note: it is in force.
    Plain,
    /// A choice between environments, or a name that says it is for tests.
    Selected,
    /// A comment.
    Comment,
}

impl MatchContext {
    /// The words in reports, where there is something to say.
    #[must_use]
    pub const fn words(self) -> Option<&'static str> {
        match self {
            Self::Plain => None,
            Self::Selected => Some("chosen by environment"),
            Self::Comment => Some("in a comment"),
        }
    }
}

/// How much a hit weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Weight {
    /// Good to know, nothing to do.
    Information,
    /// It may do harm: somebody should look.
    Warning,
    /// It does harm.
    Failure,
}

impl Weight {
    /// The word in reports.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Information => "information",
            Self::Warning => "warning",
            Self::Failure => "failure",
        }
    }
}

impl Hit {
    /// What the file is for, and what is known of the hit beyond that.
    #[must_use]
    pub fn circumstances(&self) -> Text {
        let mut parts: Vec<Text> = vec![self.place.words().into()];
        if self.kind != HitKind::Real {
            parts.push(self.kind.words().into());
        }
        parts.extend(self.around.words().map(Text::from));
        if self.tracked == Some(true) {
            parts.push("tracked by git".into());
        }
        if self.open_to_all == Some(true) {
            parts.push("open to every account of the machine".into());
        }
        if let Some(slot) = self.secret {
            parts.push(text!("the value of `{}`", slot.key()));
        }
        if let Some(allowed) = &self.allowed {
            parts.push(text!("allowed {}: {}", allowed.by.words(), Quoted(&allowed.reason)));
        }
        Text::join(&parts, ", ")
    }
}

impl Show for FileRole {
    fn show(&self) -> String {
        self.words().to_owned()
    }
}
