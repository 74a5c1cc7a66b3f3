//! What a scan is to look at.

use std::path::PathBuf;

use golive_checks::model::{FolderKind, Limits};

use super::baseline::Baseline;
use super::own::OwnSecrets;

/// What a scan is to look at, owned, so that threads of its own can.
#[derive(Debug)]
pub(crate) struct Scan {
    /// The folders, and where they are.
    pub(crate) folders: Vec<Folder>,
    /// The configured secrets in every spelling that is looked for.
    pub(super) own: OwnSecrets,
    /// The limits.
    pub(super) limits: Limits,
    /// Files that the configuration names, as the system knows them, and what for.
    pub(super) named: Vec<(PathBuf, Named)>,
    /// The folder that paths of the baseline start from.
    pub(super) base: PathBuf,
    /// What was accepted.
    pub(super) baseline: Baseline,
    /// Whether the history of git is looked through.
    pub(super) history: bool,
    /// How many threads look.
    pub(super) threads: usize,
}

/// A folder to search.
#[derive(Clone, Debug)]
pub(crate) struct Folder {
    /// As it was given.
    pub(crate) given: String,
    /// Where it is.
    pub(crate) path: PathBuf,
    /// What it is.
    pub(crate) kind: FolderKind,
    /// The files in it that alone are to be searched; none for all of it.
    pub(crate) only: Vec<PathBuf>,
}

/// What the configuration names a file for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Named {
    /// `env_file`: what production reads. Its live keys are where they belong.
    EnvFile,
    /// A secret comes from it, or it is `golive.toml`: other checks judge it.
    Judged,
}
