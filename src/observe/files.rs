//! Who may read the env file and the secret files, and whether git tracks them. What is in them is
//! not read.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use golive_checks::model::{Observed, SecretFile};
use tokio::process::Command;
use tokio::task::JoinSet;
use tokio::time::timeout;

/// How long git may take.
const GIT_LIMIT: Duration = Duration::from_secs(5);

/// Looks at each file: configuration key, path as configured, path to open.
pub(crate) async fn observe_secret_files(
    files: &[(String, String, PathBuf)],
) -> Observed<Vec<SecretFile>> {
    let mut seen: Vec<SecretFile> = files
        .iter()
        .map(|(key, path, open)| SecretFile {
            path: path.clone(),
            key: key.clone(),
            mode: mode(open),
            tracked: None,
        })
        .collect();
    let mut asking = JoinSet::new();
    for (at, (_, _, open)) in files.iter().enumerate() {
        if let Some(path) = in_work_tree(open) {
            asking.spawn(async move { (at, tracked(&path).await) });
        }
    }
    while let Some(told) = asking.join_next().await {
        if let Ok((at, tracked)) = told {
            seen[at].tracked = tracked;
        }
    }
    Observed::Got(seen)
}

/// The permission bits.
#[cfg(unix)]
fn mode(path: &Path) -> Option<u32> {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::metadata(path).ok().map(|metadata| metadata.permissions().mode() & 0o7777)
}

#[cfg(not(unix))]
fn mode(_path: &Path) -> Option<u32> {
    None
}

/// The whole path, if a work tree may hold it: most secret files lie in none, and then git need not
/// be started.
fn in_work_tree(path: &Path) -> Option<PathBuf> {
    let path = std::path::absolute(path).ok()?;
    path.ancestors().skip(1).any(|folder| folder.join(".git").exists()).then_some(path)
}

/// Whether git tracks the file; `None` without git or outside of a work tree.
async fn tracked(path: &Path) -> Option<bool> {
    let mut git = Command::new("git");
    git.arg("--literal-pathspecs")
        // A repository may name a program to be run on every look at its files.
        .args(["-c", "core.fsmonitor=false", "ls-files", "--error-unmatch", "--"])
        .arg(path.file_name()?)
        .current_dir(path.parent()?)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true);
    // Inside of a hook these would point git to another repository.
    for (name, _) in
        std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("GIT_"))
    {
        git.env_remove(name);
    }
    match timeout(GIT_LIMIT, git.status()).await.ok()?.ok()?.code()? {
        0 => Some(true),
        1 => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn git(folder: &Path, arguments: &[&str]) -> bool {
        let mut git = std::process::Command::new("git");
        git.args(["-c", "user.name=t", "-c", "user.email=t@t.example"])
            .args(arguments)
            .current_dir(folder)
            .env_remove("GIT_DIR");
        git.output().is_ok_and(|output| output.status.success())
    }

    async fn look(folder: &Path, name: &str) -> SecretFile {
        match observe_secret_files(&[("env_file".to_owned(), name.to_owned(), folder.join(name))])
            .await
        {
            Observed::Got(mut seen) => seen.remove(0),
            other => panic!("{other:?}"),
        }
    }

    #[tokio::test]
    async fn tells_tracked_from_untracked_files() {
        let folder = tempfile::tempdir().unwrap();
        if !git(folder.path(), &["init", "-q"]) {
            eprintln!("skipped: git is not installed");
            return;
        }
        for name in ["tracked.env", "untracked.env", "[odd]*.env"] {
            std::fs::write(folder.path().join(name), "X=1\n").unwrap();
        }
        assert!(git(folder.path(), &["add", "tracked.env"]));
        assert_eq!(look(folder.path(), "tracked.env").await.tracked, Some(true));
        assert_eq!(look(folder.path(), "untracked.env").await.tracked, Some(false));
        assert_eq!(look(folder.path(), "[odd]*.env").await.tracked, Some(false));
        assert_eq!(look(folder.path(), "absent.env").await.tracked, Some(false));
    }

    #[tokio::test]
    async fn outside_of_a_work_tree_tracking_is_unknown() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(".env"), "X=1\n").unwrap();
        assert_eq!(look(folder.path(), ".env").await.tracked, None);
        std::fs::create_dir(folder.path().join(".git")).unwrap();
        assert_eq!(look(folder.path(), ".env").await.tracked, None);
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn tells_who_may_read() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join(".env");
        std::fs::write(&file, "X=1\n").unwrap();
        for mode in [0o600, 0o644] {
            std::fs::set_permissions(&file, std::fs::Permissions::from_mode(mode)).unwrap();
            assert_eq!(look(folder.path(), ".env").await.mode, Some(mode));
        }
        let absent = look(folder.path(), "absent").await;
        assert_eq!(
            (absent.mode, absent.path.as_str(), absent.key.as_str()),
            (None, "absent", "env_file")
        );
    }
}
