//! Keeps what is written away from what is read, and each of it from the other.

use std::path::{Path, PathBuf};

use anyhow::ensure;
use golive_checks::model::{Quoted, Show as _};

use crate::config::Loaded;
use crate::output::{OutputSpec, Target};

/// The files of one command, and what each is.
#[derive(Default)]
pub(crate) struct PathConflicts(Vec<(String, FileIdentity)>);

impl PathConflicts {
    /// The configuration and those with its secrets.
    pub(crate) fn of(loaded: &Loaded) -> Self {
        let files = Self::default().reading("the configuration", &loaded.path);
        loaded
            .targets
            .secret_files
            .iter()
            .fold(files, |files, (key, _, path)| files.reading(&format!("`{key}`"), path))
    }

    /// With one that is read.
    pub(crate) fn reading(mut self, what: &str, path: &Path) -> Self {
        self.0.push((what.to_owned(), FileIdentity::of(path)));
        self
    }

    /// With one that is to be written.
    ///
    /// # Errors
    ///
    /// When it is standard output, or one of the others.
    pub(crate) fn writing(mut self, what: &str, path: &Path) -> anyhow::Result<Self> {
        ensure!(
            path != Path::new("-"),
            "{what} would go to a file called \"-\"; standard output is for `--output`, so name a \
             file"
        );
        let place = FileIdentity::of(path);
        if let Some((other, _)) = self.0.iter().find(|(_, other)| other.is(&place)) {
            let path = Quoted(&path.to_string_lossy()).show();
            anyhow::bail!(
                "{what} would be written to {path}, which is the place of {other}; name another \
                 file"
            );
        }
        self.0.push((what.to_owned(), place));
        Ok(self)
    }

    /// With every report. Only one has standard output.
    ///
    /// # Errors
    ///
    /// As of [`Self::writing`].
    pub(crate) fn reporting(self, asked: &[OutputSpec]) -> anyhow::Result<Self> {
        let printed = asked.iter().filter(|spec| spec.target == Target::Stdout).count();
        ensure!(
            printed < 2,
            "two reports would go to standard output; give each a place of its own, such as \
             `--output json=report.json`"
        );
        asked.iter().try_fold(self, |files, OutputSpec { format, target }| match target {
            Target::Stdout => Ok(files),
            Target::File(path) => files.writing(&format!("the {} report", format.word()), path),
        })
    }
}

/// A file, however its path is spelt.
struct FileIdentity {
    path: PathBuf,
    node: Option<(u64, u64)>,
}

impl FileIdentity {
    fn of(path: &Path) -> Self {
        let whole = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        // A device stays what it is called: standard output and error may be one terminal, or be
        // led to one file.
        let is_device = ["/dev", "/proc"].iter().any(|devices| whole.starts_with(devices));
        if is_device {
            return Self { path: whole, node: None };
        }
        if whole.is_file() {
            let path = whole.canonicalize().unwrap_or(whole);
            return Self { node: node(&path), path };
        }
        let path =
            match (whole.parent().and_then(|folder| folder.canonicalize().ok()), whole.file_name())
            {
                (Some(folder), Some(name)) => folder.join(name),
                (Some(_) | None, _) => whole,
            };
        Self { path, node: None }
    }

    fn is(&self, other: &Self) -> bool {
        self.path == other.path || self.node.is_some() && self.node == other.node
    }
}

/// What a file is to the system, whatever its names.
#[cfg(unix)]
fn node(path: &Path) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt as _;
    let found = path.metadata().ok()?;
    Some((found.dev(), found.ino()))
}

#[cfg(not(unix))]
fn node(_: &Path) -> Option<(u64, u64)> {
    None
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn reports(specs: &[&str]) -> anyhow::Result<PathConflicts> {
        let asked: Vec<OutputSpec> = specs.iter().map(|spec| spec.parse().unwrap()).collect();
        PathConflicts::default().reporting(&asked)
    }

    #[test]
    fn two_reports_do_not_share_a_place() {
        let here = std::env::current_dir().unwrap();
        let whole = format!("markdown={}", here.join("x").display());
        for pair in [
            ["json", "markdown"],
            ["json=x", "markdown=x"],
            ["json=x", "markdown=./x"],
            ["json=gone/x", "html=./gone/x"],
            ["json=x", &whole],
        ] {
            assert!(reports(&pair).is_err(), "{pair:?}");
        }
        assert!(reports(&["json=x", "markdown=y", "terminal"]).is_ok());
        assert!(reports(&["json=/dev/stderr", "markdown=/dev/stdout"]).is_ok());
    }

    #[test]
    fn saved_observations_do_not_replace_a_report() {
        assert!(
            reports(&["json=x"])
                .unwrap()
                .writing("the saved observations", Path::new("./x"))
                .is_err()
        );
        assert!(
            reports(&["json=x"]).unwrap().writing("the saved observations", Path::new("y")).is_ok()
        );
    }

    #[test]
    fn nothing_but_a_report_goes_to_standard_output() {
        assert!(PathConflicts::default().writing("the events", Path::new("-")).is_err());
        assert!(PathConflicts::default().writing("the events", Path::new("./-")).is_ok());
    }

    #[cfg(unix)]
    #[test]
    fn a_file_is_known_by_all_of_its_names() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        fs::write(path("real"), "").unwrap();
        fs::create_dir(path("sub")).unwrap();
        std::os::unix::fs::symlink(path("real"), path("link")).unwrap();
        fs::hard_link(path("real"), path("twin")).unwrap();
        for name in ["real", "link", "twin", "sub/../real"] {
            let why = PathConflicts::default()
                .reading("the configuration", &path("real"))
                .writing("the json report", &path(name))
                .err()
                .unwrap();
            assert!(why.to_string().contains("the place of the configuration"), "{why}");
        }
        assert!(
            PathConflicts::default()
                .reading("the configuration", &path("real"))
                .writing("the json report", &path("other"))
                .is_ok()
        );
    }
}
