//! The history of git: every file that any commit of any branch or tag ever held, read from git
//! itself. Nothing that the repository configures is run.

use std::collections::BTreeMap;
use std::io::{self, BufRead as _, BufReader, Read, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError, mpsc};
use std::time::{Duration, Instant};

use golive_checks::model::{
    Allowed, AllowedBy, FolderKind, HistorySeen, HistoryState, Hit, HitKind, Limits, PastHit,
    RepositorySeen,
};
use golive_checks::scan::file_role::place;
use golive_checks::scan::rule::{Reach, Topic};

use super::baseline::{InUse, join, way};
use super::git::in_work_tree;
use super::own::OwnSecrets;
use super::stage::Stages;
use super::utf16::Utf16;
use super::window::{Looked, Start, Window};

/// How often somebody is asked whether to go on.
const BEAT: Duration = Duration::from_millis(100);
/// The longest line that git prints of an object.
const LINE: u64 = 64 * 1024;
/// How much of a commit's name is shown.
const SHORT: usize = 10;

/// What looks through histories.
pub(super) struct Historian<'a> {
    pub(super) stages: &'a Stages<'a>,
    pub(super) own: &'a OwnSecrets,
    pub(super) limits: &'a Limits,
    pub(super) accepted: &'a InUse<'a>,
    /// The folder that paths of the baseline start from.
    pub(super) base: &'a Path,
    pub(super) stop: &'a AtomicBool,
}

/// What one key was found as, and where first.
type KnownPast = BTreeMap<(String, String, String), PastHit>;

impl Historian<'_> {
    /// Looks through the history of the repository that each folder is in: index, as it was given,
    /// where it is.
    pub(super) fn search(&self, folders: &[(usize, &str, &Path)]) -> HistorySeen {
        let mut seen = HistorySeen::default();
        let mut searched: Vec<PathBuf> = Vec::new();
        let until = Instant::now() + Duration::from_secs(self.limits.source_history_s);
        let mut left = self.limits.source_history_bytes;
        for (index, given, path) in folders {
            let mut repository =
                RepositorySeen { path: (*given).to_owned(), ..RepositorySeen::default() };
            let Some(top) = top(path) else {
                repository.state = HistoryState::NoRepository;
                seen.repositories.push(repository);
                continue;
            };
            if searched.contains(&top) {
                continue;
            }
            let mut known = KnownPast::new();
            repository.state = self
                .look(*index, &top, until, &mut left, &mut repository, &mut known)
                .unwrap_or(HistoryState::Failed);
            searched.push(top);
            seen.found += known.len() as u64;
            let most = usize::try_from(self.limits.source_hits).unwrap_or(usize::MAX);
            seen.hits.extend(known.into_values().take(most));
            seen.repositories.push(repository);
        }
        seen
    }

    /// Looks through one history.
    fn look(
        &self,
        folder: usize,
        top: &Path,
        until: Instant,
        left: &mut u64,
        repository: &mut RepositorySeen,
        known: &mut KnownPast,
    ) -> io::Result<HistoryState> {
        let shallow = git(top).args(["rev-parse", "--is-shallow-repository"]).output()?;
        if !shallow.status.success() {
            return Ok(HistoryState::Failed);
        }
        let mut list = git(top)
            .args([
                "rev-list",
                "--objects",
                "--all",
                "--in-commit-order",
                "--reverse",
                "--missing=print",
            ])
            .spawn()?;
        let listed = list.stdout.take().ok_or(io::ErrorKind::BrokenPipe)?;
        let format = "--batch-check=%(objectname) %(objecttype) %(objectsize) %(rest)";
        let mut kinds = git(top).args(["cat-file", "--buffer", format]).stdin(listed).spawn()?;
        let mut told = BufReader::new(kinds.stdout.take().ok_or(io::ErrorKind::BrokenPipe)?);
        let mut contents =
            git(top).args(["cat-file", "--batch=%(objectsize)"]).stdin(Stdio::piped()).spawn()?;
        let mut ask = contents.stdin.take().ok_or(io::ErrorKind::BrokenPipe)?;
        let mut answers = BufReader::new(contents.stdout.take().ok_or(io::ErrorKind::BrokenPipe)?);
        let mut window = Window::new();
        let mut commit = String::new();
        let mut line = Vec::new();
        let mut is_too_much = false;
        let (walked, ended) = watched(vec![list, kinds, contents], until, self.stop, || {
            loop {
                line.clear();
                if (&mut told).take(LINE).read_until(b'\n', &mut line)? == 0 {
                    return Ok(());
                }
                let text = String::from_utf8_lossy(&line);
                let mut parts = text.trim_end_matches('\n').splitn(4, ' ');
                let (Some(name), Some(kind)) = (parts.next(), parts.next()) else { continue };
                let size = parts.next().and_then(|size| size.parse::<u64>().ok());
                match (kind, size) {
                    ("commit", _) => {
                        repository.commits += 1;
                        commit = name.chars().take(SHORT).collect();
                    }
                    ("blob", Some(size)) => {
                        let path = parts.next().unwrap_or_default().to_owned();
                        if size > *left {
                            // What still lists objects is ended with an error, and the cap is told.
                            is_too_much = true;
                            return Err(io::ErrorKind::QuotaExceeded.into());
                        }
                        *left -= size;
                        writeln!(ask, "{name}")?;
                        ask.flush()?;
                        let mut header = Vec::new();
                        (&mut answers).take(LINE).read_until(b'\n', &mut header)?;
                        if String::from_utf8_lossy(&header).trim_end().parse::<u64>() != Ok(size) {
                            return Err(io::ErrorKind::InvalidData.into());
                        }
                        let mut body = (&mut answers).take(size);
                        let looked = self.read(&mut window, &mut body);
                        io::copy(&mut body, &mut io::sink())?;
                        answers.read_exact(&mut [0])?;
                        repository.files += 1;
                        repository.bytes += size;
                        self.keep(folder, top, &commit, &path, looked?, known);
                    }
                    ("missing", _) => repository.missing += 1,
                    _ => {}
                }
            }
        });
        let is_shallow = String::from_utf8_lossy(&shallow.stdout).trim() == "true";
        Ok(match (ended, walked) {
            (GitEnded::TimeOver, _) => HistoryState::TooLong,
            (GitEnded::Themselves(_), _) if is_too_much => HistoryState::TooMuch,
            (GitEnded::Themselves(true), Ok(())) if repository.missing == 0 && !is_shallow => {
                HistoryState::Searched
            }
            (GitEnded::Themselves(true), Ok(())) => HistoryState::Partial,
            (GitEnded::Stopped | GitEnded::Themselves(_), _) => HistoryState::Failed,
        })
    }

    /// What one version of a file holds.
    fn read(&self, window: &mut Window, body: &mut impl Read) -> io::Result<Looked> {
        let (have, start) = window.begin(body)?;
        match start {
            _ if have == 0 => Ok(Looked::default()),
            Start::Bytes => window.look(body, have, self.stages, &self.stages.everywhere),
            Start::Utf16(order) => {
                let begun = window.begun(have).to_vec();
                window.look(
                    &mut Utf16::new(begun.as_slice().chain(body), order),
                    0,
                    self.stages,
                    &self.stages.everywhere,
                )
            }
        }
    }

    /// Keeps of every live key the first place it was found in.
    fn keep(
        &self,
        folder: usize,
        top: &Path,
        commit: &str,
        path: &str,
        looked: Looked,
        known: &mut KnownPast,
    ) {
        if looked.spots.is_empty() {
            return;
        }
        let own: Vec<_> = looked
            .spots
            .iter()
            .filter(|spot| spot.secret.is_some())
            .map(|spot| spot.range.clone())
            .collect();
        let shown = self.own.clean(path);
        for spot in &looked.spots {
            let told = spot.secret.is_none()
                && own.iter().any(|own| spot.range.start < own.end && own.start < spot.range.end);
            let is_text = spot.rule.reach == Reach::Everything || !looked.binary;
            if told || !is_text || spot.rule.topic != Topic::Secrets || spot.kind != HitKind::Real {
                continue;
            }
            let excerpt = self.own.clean(&spot.excerpt);
            let accepted = || {
                self.accepted.accepts(spot.rule.id, &join(&way(self.base, top), &shown), &excerpt)
            };
            let allowed = if spot.secret.is_some() { None } else { accepted() };
            let hit = Hit {
                rule: spot.rule.id.to_owned(),
                folder,
                path: shown.clone(),
                line: (!looked.binary).then_some(spot.line),
                column: if looked.binary { spot.range.start + 1 } else { spot.column },
                excerpt: excerpt.clone(),
                place: place(path, FolderKind::Root),
                kind: spot.kind,
                around: spot.around,
                platform: looked.platform,
                tracked: Some(true),
                secret: spot.secret,
                allowed: allowed.map(|reason| Allowed {
                    by: AllowedBy::Baseline,
                    reason: self.own.clean(&reason),
                }),
                open_to_all: None,
            };
            known
                .entry((hit.rule.clone(), shown.clone(), excerpt))
                .or_insert_with(|| PastHit { commit: commit.to_owned(), hit });
        }
    }
}

/// The repository's own folder.
pub(super) fn top(folder: &Path) -> Option<PathBuf> {
    if !in_work_tree(folder) {
        return None;
    }
    let told = git(folder)
        .args(["rev-parse", "--show-toplevel"])
        .output()
        .ok()
        .filter(|told| told.status.success())?;
    Path::new(String::from_utf8(told.stdout).ok()?.trim_end_matches(['\r', '\n']))
        .canonicalize()
        .ok()
}

/// git, which asks nobody: no configuration but the repository's own, no network, no pager, nothing
/// replaced.
fn git(folder: &Path) -> Command {
    let mut git = Command::new("git");
    git.args(["--no-pager", "--no-replace-objects", "--no-optional-locks"])
        .args([
            "-c",
            "core.fsmonitor=false",
            "-c",
            "core.hooksPath=/dev/null",
            "-c",
            "protocol.allow=never",
        ])
        // The folder may be somebody else's, as in a container: nothing of it is run.
        .args(["-c", "safe.directory=*"])
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
    // What a partial clone lacks would be fetched, by whatever program its configuration names.
    git.env("GIT_NO_LAZY_FETCH", "1")
        .env("GIT_ALLOW_PROTOCOL", "none")
        .env("GIT_TERMINAL_PROMPT", "0");
    git.env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_GRAFT_FILE", "/dev/null");
    git
}

/// How the programs ended.
enum GitEnded {
    /// By themselves, in order or not.
    Themselves(bool),
    /// Their time was over.
    TimeOver,
    /// Somebody stopped the run.
    Stopped,
}

/// Does `work` with programs at hand, and ends them when their time is over or somebody says so.
/// The last of them waits to be asked.
fn watched<T>(
    children: Vec<Child>,
    until: Instant,
    stop: &AtomicBool,
    work: impl FnOnce() -> io::Result<T>,
) -> (io::Result<T>, GitEnded) {
    let children = Mutex::new(children);
    let end_all = || {
        children
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .iter_mut()
            .for_each(|child| _ = child.kill())
    };
    let (over, told) = mpsc::channel::<()>();
    let (worked, cut) = std::thread::scope(|scope| {
        let watcher = scope.spawn(|| {
            let told = told;
            loop {
                match told.recv_timeout(BEAT) {
                    Err(mpsc::RecvTimeoutError::Timeout) => {}
                    Ok(()) | Err(mpsc::RecvTimeoutError::Disconnected) => return None,
                }
                let cut = match (stop.load(Ordering::Relaxed), Instant::now() >= until) {
                    (true, _) => GitEnded::Stopped,
                    (false, true) => GitEnded::TimeOver,
                    (false, false) => continue,
                };
                end_all();
                return Some(cut);
            }
        });
        let worked = work();
        drop(over);
        (worked, watcher.join().unwrap_or(Some(GitEnded::Stopped)))
    });
    let mut children = children.into_inner().unwrap_or_else(PoisonError::into_inner);
    if let Some(mut last) = children.pop() {
        let _ = last.kill();
        let _ = last.wait();
    }
    let mut in_order = true;
    for mut child in children {
        if worked.is_err() || cut.is_some() {
            let _ = child.kill();
        }
        in_order &= child.wait().is_ok_and(|status| status.success());
    }
    (worked, cut.unwrap_or(GitEnded::Themselves(in_order)))
}
