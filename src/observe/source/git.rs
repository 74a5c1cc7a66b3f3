//! What git knows of a tree: asked of git itself, with nothing of the tree's own configuration run.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use golive_checks::model::Hit;

/// How long git may take.
const LIMIT: Duration = Duration::from_secs(20);

/// Whether a work tree may hold the folder.
pub(super) fn in_work_tree(folder: &Path) -> bool {
    folder.ancestors().any(|folder| folder.join(".git").exists())
}

/// Files below `folder` that git tracks although it would ignore them; none where git cannot say.
pub(super) fn tracked_though_ignored(folder: &Path) -> Option<Vec<PathBuf>> {
    list(folder, &["ls-files", "-z", "--cached", "--ignored", "--exclude-standard"])
}

/// Says of each hit whether git tracks its file.
pub(super) fn mark_tracked(hits: &mut [Hit], folders: &[&Path]) {
    let mut wanted: BTreeMap<usize, BTreeSet<String>> = BTreeMap::new();
    for hit in hits.iter() {
        wanted.entry(hit.folder).or_default().insert(hit.path.clone());
    }
    for (folder, paths) in wanted {
        if !in_work_tree(folders[folder]) {
            continue;
        }
        let paths: Vec<String> = paths.into_iter().collect();
        for some in paths.chunks(200) {
            let mut arguments = vec!["ls-files", "-z", "--cached", "--"];
            arguments.extend(some.iter().map(String::as_str));
            let Some(tracked) = list(folders[folder], &arguments) else { break };
            for hit in
                hits.iter_mut().filter(|hit| hit.folder == folder && some.contains(&hit.path))
            {
                hit.tracked = Some(tracked.iter().any(|path| path == Path::new(&hit.path)));
            }
        }
    }
}

/// The paths that git prints, from `folder`.
fn list(folder: &Path, arguments: &[&str]) -> Option<Vec<PathBuf>> {
    let mut git = Command::new("git");
    git.arg("--literal-pathspecs")
        .arg("--no-optional-locks")
        // A repository may name a program to be run on every look at its files.
        .args(["-c", "core.fsmonitor=false", "-c", "core.quotePath=false"])
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    // Inside of a hook these would point git to another repository.
    for (name, _) in
        std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("GIT_"))
    {
        git.env_remove(name);
    }
    let mut child = git.spawn().ok()?;
    let mut stdout = child.stdout.take()?;
    let (send, receive) = mpsc::channel();
    std::thread::spawn(move || {
        let mut printed = Vec::new();
        let whole = stdout.read_to_end(&mut printed).is_ok();
        let _ = send.send(whole.then_some(printed));
    });
    let printed = receive.recv_timeout(LIMIT).ok().flatten();
    if printed.is_none() {
        let _ = child.kill();
    }
    let status = child.wait().ok()?;
    let printed = printed.filter(|_| status.success())?;
    Some(printed.split(|byte| *byte == 0).filter(|path| !path.is_empty()).map(path).collect())
}

#[cfg(unix)]
fn path(bytes: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStrExt as _;
    PathBuf::from(std::ffi::OsStr::from_bytes(bytes))
}

#[cfg(not(unix))]
fn path(bytes: &[u8]) -> PathBuf {
    PathBuf::from(String::from_utf8_lossy(bytes).into_owned())
}
