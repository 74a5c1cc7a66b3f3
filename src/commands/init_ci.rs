//! What `golive init --ci` writes: a recipe of `examples/ci`, as it stands there.

use std::fs;
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use clap::ValueEnum;
use golive_checks::model::{Quoted, Show as _};

use crate::output::unmade;

/// Where pipelines run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Pipeline {
    /// GitHub Actions.
    Github,
    /// GitLab CI.
    Gitlab,
    /// Jenkins.
    Jenkins,
}

impl Pipeline {
    /// Where its recipe goes, below the repository's root.
    const fn file(self) -> &'static str {
        match self {
            Self::Github => ".github/workflows/golive.yml",
            Self::Gitlab => ".gitlab/golive.yml",
            Self::Jenkins => "Jenkinsfile.golive",
        }
    }

    const fn recipe(self) -> &'static str {
        match self {
            Self::Github => include_str!("../../examples/ci/github.yml"),
            Self::Gitlab => include_str!("../../examples/ci/gitlab.yml"),
            Self::Jenkins => include_str!("../../examples/ci/Jenkinsfile"),
        }
    }

    /// What is left to do by hand.
    const fn rest(self) -> &'static str {
        match self {
            Self::Github => {
                "Put in the OWNER of the golive you trust, and the keys as secrets of the \
                 environment \"production\"."
            }
            Self::Gitlab => {
                "Include it from .gitlab-ci.yml, and set the variables that its head names."
            }
            Self::Jenkins => "Make a pipeline of it, and the credentials that it names.",
        }
    }
}

/// Writes the recipe below `folder`, and says what is left to do. Replaces no file.
///
/// # Errors
///
/// When there is such a file, or it cannot be written.
pub(crate) fn write(pipeline: Pipeline, folder: &Path) -> anyhow::Result<String> {
    let path: PathBuf = folder.join(pipeline.file());
    let name = Quoted(&path.to_string_lossy()).show();
    let writing = || format!("writing {name}");
    let parent = path.parent().with_context(writing)?;
    fs::create_dir_all(parent).with_context(writing)?;
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut file = builder
        .prefix(".golive")
        .tempfile_in(parent)
        .map_err(|error| unmade(parent, &error))
        .with_context(writing)?;
    file.write_all(pipeline.recipe().as_bytes())
        .and_then(|()| file.as_file().sync_all())
        .with_context(writing)?;
    match file.persist_noclobber(&path) {
        Ok(_) => Ok(format!("Wrote {name}.\n{}\n", pipeline.rest())),
        Err(error) if error.error.kind() == ErrorKind::AlreadyExists => {
            bail!("{name} is there already; move it away, or take what you need from examples/ci")
        }
        Err(error) => Err(error.error).with_context(writing),
    }
}
