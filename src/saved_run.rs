//! A saved run: all that a report rests on.

use std::fs;
use std::path::Path;

use anyhow::Context as _;
use golive_checks::model::{Facts, Merchant, Observations, RunFacts};
use serde::{Deserialize, Serialize};

/// All that a report rests on, and all that a saved run holds: no secret is in it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct SavedRun {
    /// `golive.observations/v1`
    pub(crate) schema: String,
    /// The run.
    pub(crate) run: RunFacts,
    /// The merchant as configured.
    pub(crate) merchant: Merchant,
    /// What was seen.
    pub(crate) observations: Observations,
}

/// The version of the file that `--save-observations` writes.
pub(crate) const SCHEMA: &str = "golive.observations/v1";

impl SavedRun {
    /// What checks judge.
    pub(crate) fn facts(&self) -> Facts<'_> {
        Facts { merchant: &self.merchant, run: &self.run, seen: &self.observations }
    }

    /// Reads one.
    ///
    /// # Errors
    ///
    /// The file cannot be read, or is of another kind or version.
    pub(crate) fn read(path: &Path) -> anyhow::Result<Self> {
        let saved = fs::read(path).with_context(|| format!("reading {}", path.display()))?;
        let path = path.display();
        // The library's words may repeat what stands in the file.
        let seen: Self = serde_json::from_slice(&saved).map_err(|error| {
            anyhow::anyhow!(
                "{path}:{}:{}: this is no run that --save-observations wrote",
                error.line(),
                error.column()
            )
        })?;
        anyhow::ensure!(
            seen.schema == SCHEMA,
            "{path}: this run was saved by another version of golive"
        );
        Ok(seen)
    }
}
