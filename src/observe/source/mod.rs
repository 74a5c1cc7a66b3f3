//! Scans the source tree and what browsers or phones get.

mod allow;
pub(crate) mod baseline;
mod git;
mod history;
mod kept;
mod own;
mod request;
mod stage;
mod tree;
mod utf16;
mod window;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use golive_checks::model::{
    FolderKind, FolderSeen, FolderState, Keyring, Limits, Merchant, Observed, SourceSeen,
};

use golive_checks::scan::severity::is_complete;

use crate::targets::Targets;
use baseline::Searched;
use baseline::{Baseline, USUAL, join, way};
use history::Historian;
use kept::Kept;
use own::OwnSecrets;
pub(crate) use request::{Folder, Named, Scan};
use stage::Stages;
use tree::Tree;

impl Scan {
    /// What it searches, for the baseline.
    pub(crate) fn searched(&self) -> Searched {
        Searched { folders: self.ways(), sought: self.sought(), tops: self.tops() }
    }

    /// The scan that the configuration describes.
    pub(crate) fn configured(merchant: &Merchant, targets: &Targets) -> Self {
        let folder = |given: &String, kind| Folder {
            given: given.clone(),
            path: targets.folder.join(given),
            kind,
            only: Vec::new(),
        };
        let roots = merchant.source.roots.iter().map(|root| folder(root, FolderKind::Root));
        let public = merchant.source.public.iter().map(|public| folder(public, FolderKind::Public));
        let (path, called) = Self::baseline_of(merchant, targets);
        let scan = Self::of(roots.chain(public).collect(), &targets.keys, &merchant.limits)
            .naming(merchant, targets);
        scan.accepting(&targets.folder, Baseline::read(&path, called))
    }

    /// Where the baseline is, and what the configuration calls it, if it does.
    pub(crate) fn baseline_of<'a>(
        merchant: &'a Merchant,
        targets: &Targets,
    ) -> (PathBuf, Option<&'a str>) {
        let called = merchant.source.baseline.as_deref();
        (targets.folder.join(called.unwrap_or(USUAL)), called)
    }

    /// A scan of these folders.
    pub(crate) fn of(folders: Vec<Folder>, keys: &Keyring, limits: &Limits) -> Self {
        let threads = std::thread::available_parallelism().map_or(1, usize::from).min(MOST_THREADS);
        let (named, base, baseline) = (Vec::new(), PathBuf::new(), Baseline::default());
        Self {
            folders,
            own: OwnSecrets::new(keys),
            limits: limits.clone(),
            named,
            base,
            baseline,
            history: false,
            threads,
        }
    }

    /// Knows what was accepted. Its paths start from `base`.
    pub(crate) fn accepting(mut self, base: &Path, baseline: Baseline) -> Self {
        self.base = base.canonicalize().unwrap_or_else(|_| base.to_owned());
        self.baseline = baseline;
        self
    }

    /// With the history of git, or without.
    pub(crate) fn with_history(mut self, history: bool) -> Self {
        self.history = history;
        self
    }

    /// The folders as the baseline calls them.
    pub(crate) fn ways(&self) -> Vec<String> {
        self.folders.iter().map(|folder| way(&self.base, &locate(&folder.path).1)).collect()
    }

    /// What is searched, as the baseline calls it: folders, and files that were named.
    pub(crate) fn sought(&self) -> Vec<String> {
        let of_folder = |(folder, way): (&Folder, String)| {
            let files: Vec<String> =
                folder.only.iter().map(|file| join(&way, &file.to_string_lossy())).collect();
            if files.is_empty() { vec![way] } else { files }
        };
        self.folders.iter().zip(self.ways()).flat_map(of_folder).collect()
    }

    /// Knows the files that the configuration names.
    pub(crate) fn naming(mut self, merchant: &Merchant, targets: &Targets) -> Self {
        let secret_files = targets.secret_files.iter().map(|(key, _, path)| {
            let named = if key == "env_file" { Named::EnvFile } else { Named::Judged };
            (path.clone(), named)
        });
        let config = Path::new(&merchant.config.path)
            .file_name()
            .map(|name| (targets.folder.join(name), Named::Judged));
        self.named = secret_files
            .chain(config)
            .filter_map(|(path, named)| Some((path.canonicalize().ok()?, named)))
            .collect();
        self
    }

    /// With a core left to others.
    fn beside_others(mut self) -> Self {
        self.threads = (self.threads - 1).max(1);
        self
    }

    /// The repositories that the folders are in, as the baseline calls them, where the history is
    /// looked through.
    pub(crate) fn tops(&self) -> Vec<String> {
        let top = |folder: &Folder| {
            history::top(&folder.path).map_or_else(String::new, |top| way(&self.base, &top))
        };
        if self.history { self.folders.iter().map(top).collect() } else { Vec::new() }
    }

    /// Looks at everything, until `stop` says otherwise.
    pub(crate) fn run(&self, stop: &AtomicBool) -> SourceSeen {
        let stages = Stages::new(&self.own);
        let kept = Kept::new(self.limits.source_hits);
        let found: Vec<(FolderState, PathBuf)> =
            self.folders.iter().map(|folder| locate(&folder.path)).collect();
        let whole: Vec<&Path> = found.iter().map(|(_, path)| path.as_path()).collect();
        let (accepted, ways) = (self.baseline.begin(), self.ways());
        let tree = Tree {
            scan: self,
            stages: &stages,
            kept: &kept,
            stop,
            paths: &whole,
            accepted: &accepted,
            ways: &ways,
        };
        let counts: Vec<(u64, u64)> = found
            .iter()
            .enumerate()
            .map(|(index, (state, _))| {
                let before = (0..index).any(|other| {
                    whole[other] == whole[index] && self.folders[other].only.is_empty()
                });
                if *state == FolderState::Searched && !before { tree.search(index) } else { (0, 0) }
            })
            .collect();
        let folders = self.folders.iter().zip(&found).zip(counts).map(
            |((folder, (state, _)), (files, bytes))| FolderSeen {
                path: folder.given.clone(),
                kind: folder.kind,
                state: *state,
                files,
                bytes,
            },
        );
        let folders: Vec<FolderSeen> = folders.collect();
        let mut seen = SourceSeen { folders, looked_for: self.own.slots(), ..kept.end() };
        git::mark_tracked(&mut seen.hits, &whole);
        if self.history {
            let is_root = |index: usize| {
                self.folders[index].kind == FolderKind::Root
                    && found[index].0 == FolderState::Searched
            };
            let roots = (0..self.folders.len()).filter(|index| is_root(*index));
            let roots: Vec<(usize, &str, &Path)> = roots
                .map(|index| (index, self.folders[index].given.as_str(), whole[index]))
                .collect();
            let (own, limits, base) = (&self.own, &self.limits, self.base.as_path());
            seen.history = Some(
                Historian { stages: &stages, own, limits, accepted: &accepted, base, stop }
                    .search(&roots),
            );
        }
        let is_whole = is_complete(&seen) && !stop.load(Ordering::Relaxed);
        seen.baseline = accepted.end(&seen, is_whole, &self.sought(), |text| self.own.clean(text));
        seen
    }
}

/// More threads than this gain nothing: the system's own locks are in the way.
const MOST_THREADS: usize = 12;

/// Whether a folder can be searched, and where it really is.
fn locate(path: &Path) -> (FolderState, PathBuf) {
    match path.canonicalize() {
        Ok(whole) if whole.is_dir() => match std::fs::read_dir(&whole) {
            Ok(_) => (FolderState::Searched, whole),
            Err(_) => (FolderState::Unreadable, whole),
        },
        Ok(whole) => (FolderState::NoFolder, whole),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            (FolderState::Missing, path.to_owned())
        }
        Err(_) => (FolderState::Unreadable, path.to_owned()),
    }
}

/// Scans what the configuration names, beside the probes in flight. Dropping it ends the scan.
pub(crate) async fn observe_source(
    merchant: &Merchant,
    targets: &Targets,
    history: bool,
) -> Observed<SourceSeen> {
    struct Stop(Arc<AtomicBool>);
    impl Drop for Stop {
        fn drop(&mut self) {
            self.0.store(true, Ordering::Relaxed);
        }
    }
    let scan = Scan::configured(merchant, targets).with_history(history).beside_others();
    let stop = Stop(Arc::default());
    let told = Arc::clone(&stop.0);
    match tokio::task::spawn_blocking(move || scan.run(&told)).await {
        Ok(seen) => Observed::Got(seen),
        Err(_) => Observed::NotPlanned,
    }
}

#[cfg(test)]
mod tests;
