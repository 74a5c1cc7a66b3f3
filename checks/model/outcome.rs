//! How a check ended, and on what evidence.

use std::net::IpAddr;

use jiff::civil::Date;

use super::{Endpoint, Quoted, Show, Switch, Text};

/// How one check ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It holds, and this shows it.
    Pass(Vec<Evidence>),
    /// It holds, narrowly.
    Warn(Finding),
    /// It does not hold.
    Fail(Finding),
    /// It is undecided.
    Undecided(Reason),
    /// The merchant has declared that it does not use the thing.
    NotApplicable(Text),
    /// A named person answers for it.
    Attested(Attested),
    /// It fails, and somebody accepted that until a date.
    Waived(Finding, Waived),
}

impl Outcome {
    /// A failure without more to say than its evidence.
    #[must_use]
    pub fn fail(message: impl Into<Text>, evidence: Vec<Evidence>) -> Self {
        Self::Fail(Finding::new(message, evidence))
    }

    /// A warning without more to say than its evidence.
    #[must_use]
    pub fn warn(message: impl Into<Text>, evidence: Vec<Evidence>) -> Self {
        Self::Warn(Finding::new(message, evidence))
    }

    /// With a way to see a finding again, where it has none yet.
    #[must_use]
    pub fn repeat(mut self, repeat: Option<Text>) -> Self {
        if let Self::Warn(finding) | Self::Fail(finding) | Self::Waived(finding, _) = &mut self {
            finding.repeat = finding.repeat.take().or(repeat);
        }
        self
    }

    /// The word that names the kind of outcome in every machine-readable format.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Pass(_) => "pass",
            Self::Warn(_) => "warn",
            Self::Fail(_) => "fail",
            Self::Undecided(_) => "undecided",
            Self::NotApplicable(_) => "not-applicable",
            Self::Attested(_) => "attested",
            Self::Waived(..) => "waived",
        }
    }

    /// Whether a switch of a trial run kept it from being looked at.
    #[must_use]
    pub const fn is_unseen_on_trial(&self) -> bool {
        matches!(self, Self::Undecided(Reason::TrialRun { .. }))
    }

    /// The kind of outcome in words for people.
    #[must_use]
    pub const fn label(&self) -> &'static str {
        match self {
            Self::Undecided(Reason::TrialRun { .. }) => "undecided (trial run)",
            Self::NotApplicable(_) => "not applicable",
            other => other.word(),
        }
    }
}

/// What fell short.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// A lower-case clause: "the webhook would receive events over plain HTTP".
    pub message: Text,
    /// What was expected and what was seen instead.
    pub evidence: Vec<Evidence>,
    /// What to do about this very finding, where the check's own remediation is too general.
    pub fix: Option<Text>,
    /// How to see it again, such as a command line that takes its secrets from the environment.
    pub repeat: Option<Text>,
    /// The trouble that it shares with findings of other checks, if any.
    pub concern: Option<Concern>,
}

/// Trouble that several checks may meet: a finding yields to that of a check named in `yields_to`
/// which has the same concern, so that one cause is one failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Concern {
    /// A genuine delivery was rejected.
    Rejection,
    /// An event was applied more than once, or never.
    Effect,
}

impl Finding {
    /// A finding with the check's own remediation.
    #[must_use]
    pub fn new(message: impl Into<Text>, evidence: Vec<Evidence>) -> Self {
        Self { message: message.into(), evidence, fix: None, repeat: None, concern: None }
    }

    /// With a remediation for this very finding.
    #[must_use]
    pub fn fix(mut self, fix: impl Into<Text>) -> Self {
        self.fix = Some(fix.into());
        self
    }

    /// With the trouble that it shares with findings of other checks.
    #[must_use]
    pub fn about(mut self, concern: Concern) -> Self {
        self.concern = Some(concern);
        self
    }

    /// With a way to see it again.
    #[must_use]
    pub fn repeat(mut self, repeat: impl Into<Text>) -> Self {
        self.repeat = Some(repeat.into());
        self
    }
}

/// One thing that was looked at: what it should have been and what it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// What was looked at.
    pub subject: Subject,
    /// What it should be.
    pub expected: Text,
    /// What it is.
    pub observed: Text,
}

impl Evidence {
    /// Evidence about a key of the configuration.
    #[must_use]
    pub fn config(key: &'static str, expected: impl Into<Text>, observed: impl Into<Text>) -> Self {
        Self::of(Subject::ConfigKey(key.into()), expected, observed)
    }

    /// Evidence about anything.
    #[must_use]
    pub fn of(subject: Subject, expected: impl Into<Text>, observed: impl Into<Text>) -> Self {
        Self { subject, expected: expected.into(), observed: observed.into() }
    }
}

/// What a piece of evidence is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// A key of `golive.toml`; the report looks up its line. Elements of arrays read
    /// `network.whitelist[0]`.
    ConfigKey(Text),
    /// A place on the network.
    Endpoint(Endpoint),
    /// One delivery or a sequence of them, by its name in the plan.
    Delivery(Text),
    /// A file and, where there is one, the line.
    File {
        /// The path.
        path: FilePath,
        /// The line, counted from 1.
        line: Option<usize>,
    },
    /// An address.
    Address(IpAddr),
    /// Something of the tool or the run itself.
    Run(&'static str),
}

/// The path of a file, from the folder of the configuration. It is shown in quotes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FilePath {
    path: String,
    is_past: bool,
}

impl FilePath {
    /// Of a file that is there.
    #[must_use]
    pub fn new(path: &str) -> Self {
        Self { path: path.to_owned(), is_past: false }
    }

    /// Of a file as it once was.
    #[must_use]
    pub fn past(path: &str) -> Self {
        Self { path: path.to_owned(), is_past: true }
    }

    /// The path as it is, where one may go and look.
    #[must_use]
    pub fn here(&self) -> Option<&str> {
        (!self.is_past).then_some(&self.path)
    }
}

impl Show for FilePath {
    fn show(&self) -> String {
        Quoted(&self.path).show()
    }
}

impl Show for Subject {
    fn show(&self) -> String {
        match self {
            Self::ConfigKey(key) => key.show(),
            Self::Endpoint(endpoint) => endpoint.show(),
            Self::Delivery(name) => format!("delivery {name}"),
            Self::File { path, line: Some(line) } => format!("{}:{line}", path.show()),
            Self::File { path, line: None } => path.show(),
            Self::Address(ip) => ip.to_string(),
            Self::Run(what) => (*what).to_owned(),
        }
    }
}

/// Why something is undecided. An `Err` from a check; the runner makes it
/// [`Outcome::Undecided`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// `--offline`.
    Offline,
    /// Another check has to hold first; that one carries the blame.
    Blocked {
        /// Its id.
        by: &'static str,
    },
    /// A setting or option says not to look; it names the setting.
    Declined(Text),
    /// The network or the other side got in the way.
    Transport(Text),
    /// Nothing in the configuration lets this be seen. The only reason an attestation can replace.
    NoWayToObserve(Text),
    /// Something was seen that reads both ways.
    Ambiguous(Text),
    /// A limit ended the look.
    Capped(Text),
    /// A switch of a trial run kept it from being looked at. It does not count against the verdict.
    TrialRun {
        /// Which.
        switch: Switch,
        /// A lower-case clause that says what was not looked at.
        unseen: Text,
    },
    /// The run was interrupted first.
    Interrupted,
    /// Our own trouble.
    Own(Text),
}

impl Show for Reason {
    fn show(&self) -> String {
        match self {
            Self::Offline => "offline".to_owned(),
            Self::Blocked { by } => format!("blocked by {by}"),
            Self::Interrupted => "interrupted before it was seen".to_owned(),
            Self::TrialRun { switch, unseen } => {
                format!("trial run with {}: {unseen}", switch.show())
            }
            Self::Declined(why)
            | Self::Transport(why)
            | Self::NoWayToObserve(why)
            | Self::Ambiguous(why)
            | Self::Capped(why)
            | Self::Own(why) => why.show(),
        }
    }
}

impl Reason {
    /// The word that names the kind of reason in machine-readable formats.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Offline => "offline",
            Self::Blocked { .. } => "blocked",
            Self::Declined(_) => "declined",
            Self::Transport(_) => "transport",
            Self::NoWayToObserve(_) => "no-way-to-observe",
            Self::Ambiguous(_) => "ambiguous",
            Self::Capped(_) => "capped",
            Self::TrialRun { .. } => "trial-run",
            Self::Interrupted => "interrupted",
            Self::Own(_) => "own",
        }
    }
}

impl std::fmt::Display for Reason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.show())
    }
}

impl std::error::Error for Reason {}

/// Who answers for an item that no machine could see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attested {
    /// Name and function.
    pub by: Text,
    /// The day it was said.
    pub on: Date,
    /// Where it can be read.
    pub evidence: Text,
    /// The last day it counts.
    pub until: Date,
    /// What is thin about it: to be mended only under `--strict`.
    pub remark: Option<Text>,
}

/// Who accepted a failure, and until when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waived {
    /// Why.
    pub reason: Text,
    /// Who.
    pub approved_by: Text,
    /// The last day it counts.
    pub until: Date,
}
