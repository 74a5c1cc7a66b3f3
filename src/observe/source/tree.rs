//! Walks the folders and hands every file that counts to the search.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use golive_checks::model::{Allowed, FileRole, FolderKind, Hit, MatchContext, WhyUnlooked};
use golive_checks::scan::file_role::{is_env_file, place};
use golive_checks::scan::rule::{Reach, Rule, Topic};
use golive_checks::scan::signing;
use ignore::{DirEntry, ParallelVisitor, ParallelVisitorBuilder, WalkBuilder, WalkState};

use super::allow::Allowances;
use super::baseline::{InUse, join};
use super::git;
use super::kept::Kept;
use super::request::{Folder, Named, Scan};
use super::stage::Stages;
use super::utf16::Utf16;
use super::window::{LiteralPosition, Looked, Start, Window};

/// Everything that threads share.
pub(super) struct Tree<'a> {
    pub(super) scan: &'a Scan,
    pub(super) stages: &'a Stages<'a>,
    pub(super) kept: &'a Kept,
    pub(super) stop: &'a AtomicBool,
    /// Where each folder really is.
    pub(super) paths: &'a [&'a Path],
    /// What the baseline accepts, and what it calls each folder.
    pub(super) accepted: &'a InUse<'a>,
    /// See `accepted`.
    pub(super) ways: &'a [String],
}

/// One folder while it is searched.
struct Search<'a> {
    tree: &'a Tree<'a>,
    folder: usize,
    root: &'a Path,
    /// The folder itself, so that nothing outside of it is opened whatever happens to names
    /// meanwhile.
    handle: Option<File>,
    /// Over all threads.
    files: AtomicU64,
    bytes: AtomicU64,
    /// Whether git's ignore files are followed, so that env files have to be looked for apart.
    by_git: bool,
    env_files: Mutex<BTreeSet<PathBuf>>,
}

impl Tree<'_> {
    /// Searches one folder: files and bytes looked at.
    pub(super) fn search(&self, folder: usize) -> (u64, u64) {
        let root = self.paths[folder];
        let Folder { kind, only, .. } = &self.scan.folders[folder];
        let within_git = *kind == FolderKind::Root && only.is_empty() && git::in_work_tree(root);
        // Where git cannot say what it tracks, nothing is ignored: rather too much than too little.
        let tracked = if within_git { git::tracked_though_ignored(root) } else { None };
        let by_git = tracked.is_some();
        let search = Search {
            tree: self,
            folder,
            root,
            handle: File::open(root).ok(),
            files: AtomicU64::new(0),
            bytes: AtomicU64::new(0),
            by_git,
            env_files: Mutex::default(),
        };
        if !only.is_empty() {
            let mut reader = FileReader::new(&search);
            for path in only.iter().filter(|path| !self.is_elsewhere(folder, path)) {
                if reader.admit(path) {
                    reader.look(path);
                }
            }
            return (search.files.into_inner(), search.bytes.into_inner());
        }
        let mut walk = self.walk(folder);
        walk.parents(by_git).git_ignore(by_git).git_exclude(by_git).threads(self.scan.threads);
        walk.build_parallel().visit(&mut Visitors(&search));
        if let Some(tracked) = tracked {
            let env_files = self.env_files_that_git_ignores(folder, &search);
            let mut reader = FileReader::new(&search);
            for path in tracked.into_iter().chain(env_files).collect::<BTreeSet<PathBuf>>() {
                if !self.is_elsewhere(folder, &path) && reader.admit(&path) {
                    reader.look(&path);
                }
            }
        }
        (search.files.into_inner(), search.bytes.into_inner())
    }

    /// The folders beside this one that are searched whole.
    fn others(&self, folder: usize) -> impl Iterator<Item = &Path> {
        let whole = move |(other, _): &(usize, &&Path)| {
            *other != folder && self.scan.folders[*other].only.is_empty()
        };
        self.paths.iter().enumerate().filter(whole).map(|(_, path)| *path)
    }

    /// Whether a file of a folder is searched with another.
    fn is_elsewhere(&self, folder: usize, path: &Path) -> bool {
        let whole = self.paths[folder].join(path);
        self.others(folder).any(|other| whole.starts_with(other))
    }

    /// All files of a folder but those of the other folders and of `.git`.
    fn walk(&self, folder: usize) -> WalkBuilder {
        let others: Vec<PathBuf> = self.others(folder).map(Path::to_path_buf).collect();
        let mut walk = WalkBuilder::new(self.paths[folder]);
        walk.standard_filters(false)
            .follow_links(false)
            .max_depth(usize::try_from(self.scan.limits.source_depth).ok())
            .filter_entry(move |entry| {
                entry.depth() == 0
                    || entry.file_name() != ".git"
                        && !others.iter().any(|other| other == entry.path())
            });
        walk
    }

    /// Env files that the walk did not meet: git ignores them, and production may read them all the
    /// same.
    fn env_files_that_git_ignores(&self, folder: usize, search: &Search<'_>) -> Vec<PathBuf> {
        let root = self.paths[folder];
        let met = search.env_files.lock().map(|met| met.clone()).unwrap_or_default();
        let mut walk = self.walk(folder);
        let vendored = root.to_owned();
        walk.filter_entry(move |entry| {
            let within = entry.path().strip_prefix(&vendored).unwrap_or(entry.path()).join("x");
            entry.file_name() != ".git"
                && place(&within.to_string_lossy(), FolderKind::Root) != FileRole::Vendored
        });
        walk.build()
            .filter_map(Result::ok)
            .take_while(|_| !self.stop.load(Ordering::Relaxed))
            .filter(|entry| {
                entry.file_type().is_some_and(|kind| kind.is_file())
                    && is_env_file(&entry.file_name().to_string_lossy())
            })
            .filter_map(|entry| Some(entry.path().strip_prefix(root).ok()?.to_owned()))
            .filter(|path| !met.contains(path))
            .collect()
    }
}

/// Makes a reader for each thread of a walk.
struct Visitors<'s, 'a>(&'s Search<'a>);

impl<'s> ParallelVisitorBuilder<'s> for Visitors<'s, '_> {
    fn build(&mut self) -> Box<dyn ParallelVisitor + 's> {
        Box::new(FileReader::new(self.0))
    }
}

/// One thread's hands and eyes.
struct FileReader<'s, 'a> {
    search: &'s Search<'a>,
    window: Window,
}

impl ParallelVisitor for FileReader<'_, '_> {
    fn visit(&mut self, entry: Result<DirEntry, ignore::Error>) -> WalkState {
        let search = self.search;
        if search.tree.stop.load(Ordering::Relaxed) {
            return WalkState::Quit;
        }
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                search.leave(WhyUnlooked::Unreadable, &path_of(&error).unwrap_or_default());
                return WalkState::Continue;
            }
        };
        let Ok(path) = entry.path().strip_prefix(search.root) else { return WalkState::Continue };
        let kind = entry.file_type();
        if kind.is_some_and(|kind| kind.is_dir()) {
            if entry.depth() as u64 >= search.tree.scan.limits.source_depth {
                search.leave(WhyUnlooked::TooDeep, path);
            }
            return WalkState::Continue;
        }
        // Links lead elsewhere, and pipes, sockets and devices are no files.
        if !kind.is_some_and(|kind| kind.is_file()) {
            return WalkState::Continue;
        }
        if !self.admit(path) {
            return WalkState::Quit;
        }
        self.look(path);
        WalkState::Continue
    }
}

/// The path that a walk's error is about.
fn path_of(error: &ignore::Error) -> Option<PathBuf> {
    match error {
        ignore::Error::WithPath { path, .. } => Some(path.clone()),
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => {
            path_of(err)
        }
        ignore::Error::Partial(errors) => errors.iter().find_map(path_of),
        ignore::Error::Loop { child, .. } => Some(child.clone()),
        ignore::Error::Io(_)
        | ignore::Error::Glob { .. }
        | ignore::Error::UnrecognizedFileType(_)
        | ignore::Error::InvalidDefinition => None,
    }
}

impl Search<'_> {
    fn leave(&self, why: WhyUnlooked, path: &Path) {
        let path = path.strip_prefix(self.root).unwrap_or(path);
        self.tree.kept.leave(self.folder, why, &self.tree.scan.own.clean(&path.to_string_lossy()));
    }

    /// Opens a file below the folder, through no link, without waiting for whoever may be at the
    /// other end.
    #[cfg(unix)]
    fn open(&self, path: &Path) -> io::Result<File> {
        use rustix::fs::{Mode, OFlags};
        let Some(handle) = &self.handle else { return Err(io::ErrorKind::PermissionDenied.into()) };
        let flags =
            OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC | OFlags::NOCTTY;
        #[cfg(target_os = "linux")]
        {
            use rustix::fs::ResolveFlags;
            let resolve =
                ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS | ResolveFlags::NO_MAGICLINKS;
            match rustix::fs::openat2(handle, path, flags, Mode::empty(), resolve) {
                // Older systems and some sandboxes do not have it.
                Err(rustix::io::Errno::NOSYS | rustix::io::Errno::PERM) => {}
                opened => return Ok(File::from(opened?)),
            }
        }
        Ok(File::from(rustix::fs::openat(handle, path, flags, Mode::empty())?))
    }

    /// Whether every account of the machine may read a file.
    #[cfg(unix)]
    fn is_open_to_all(&self, path: &Path) -> Option<bool> {
        use std::os::unix::fs::PermissionsExt as _;
        Some(self.open(path).ok()?.metadata().ok()?.permissions().mode() & 0o004 != 0)
    }

    #[cfg(not(unix))]
    fn is_open_to_all(&self, _path: &Path) -> Option<bool> {
        None
    }

    #[cfg(not(unix))]
    fn open(&self, path: &Path) -> io::Result<File> {
        let whole = self.root.join(path);
        if !std::fs::symlink_metadata(&whole)?.is_file() {
            return Err(io::ErrorKind::InvalidInput.into());
        }
        File::open(whole)
    }
}

impl<'s, 'a> FileReader<'s, 'a> {
    fn new(search: &'s Search<'a>) -> Self {
        Self { search, window: Window::new() }
    }

    /// Whether the limits let another file in.
    fn admit(&self, path: &Path) -> bool {
        let limits = &self.search.tree.scan.limits;
        if self.search.bytes.load(Ordering::Relaxed) >= limits.source_total_bytes {
            self.search.leave(WhyUnlooked::TooMuch, path);
            return false;
        }
        if self.search.files.fetch_add(1, Ordering::Relaxed) >= limits.source_files {
            self.search.files.fetch_sub(1, Ordering::Relaxed);
            self.search.leave(WhyUnlooked::TooManyFiles, path);
            return false;
        }
        true
    }

    /// Looks at a file.
    fn look(&mut self, path: &Path) {
        let search = self.search;
        if search.by_git
            && path.file_name().is_some_and(|name| is_env_file(&name.to_string_lossy()))
            && let Ok(mut met) = search.env_files.lock()
        {
            met.insert(path.to_owned());
        }
        match self.look_through(path) {
            Ok((looked, cut)) => {
                search.bytes.fetch_add(looked.bytes, Ordering::Relaxed);
                if cut {
                    search.leave(WhyUnlooked::TooLong, path);
                }
                if let Some(why) = archive(path) {
                    self.note_archive(why, path);
                }
                if looked.signatures && self.is_code(path) {
                    search.tree.kept.note_signing();
                }
                search.tree.kept.take(self.hits(path, looked));
                self.look_at_name(path);
            }
            Err(_) => search.leave(WhyUnlooked::Unreadable, path),
        }
    }

    /// Looks for keys in a file's own name.
    fn look_at_name(&mut self, path: &Path) {
        let Some(name) = path.file_name().map(|name| name.as_encoded_bytes().to_vec()) else {
            return;
        };
        let tree = self.search.tree;
        let has_prefix = name.windows(7).any(|window| matches!(window, b"k_live_" | b"k_test_"));
        if !has_prefix && !tree.scan.own.stands_in(&name) {
            return;
        }
        let Ok(mut looked) =
            self.window.look(&mut name.as_slice(), 0, tree.stages, &tree.stages.everywhere)
        else {
            return;
        };
        looked.spots.retain(|spot| matches!(spot.rule.topic, Topic::Secrets | Topic::Sandbox));
        // A name has no lines, and nothing stands around a key in it.
        looked.binary = true;
        for spot in &mut looked.spots {
            spot.excerpt = format!("in the file's own name: {}", spot.excerpt);
            spot.around = MatchContext::Plain;
        }
        tree.kept.take(self.hits(path, looked));
    }

    /// What a file holds, and whether it goes on beyond the limit.
    fn look_through(&mut self, path: &Path) -> io::Result<(Looked, bool)> {
        let stages = self.search.tree.stages;
        let most = self.search.tree.scan.limits.source_file_bytes;
        let mut file = self.search.open(path)?.take(most);
        let (have, start) = self.window.begin(&mut file)?;
        if have == 0 {
            return Ok((Looked::default(), false));
        }
        let named = is_about_platform(path);
        let mut looked = match start {
            Start::Bytes => self.window.look(&mut file, have, stages, &stages.everywhere)?,
            Start::Utf16(order) => {
                let begun = self.window.begun(have).to_vec();
                let mut text = Utf16::new(begun.as_slice().chain(&mut file), order);
                self.window.look(&mut text, 0, stages, &stages.everywhere)?
            }
        };
        looked.platform |= named;
        if looked.platform && !looked.binary {
            let mut again = self.search.open(path)?.take(most);
            let more = match start {
                Start::Bytes => self.window.look(&mut again, 0, stages, &stages.platform)?,
                Start::Utf16(order) => {
                    self.window.look(&mut Utf16::new(again, order), 0, stages, &stages.platform)?
                }
            };
            looked.spots.extend(more.spots);
        }
        let signs = looked.platform || looked.header && self.signs_as_the_platform(path)?;
        if signs && !looked.binary && !signing::is_foreign_path(&path.to_string_lossy()) {
            let mut again = self.search.open(path)?.take(most);
            let more = match start {
                Start::Bytes => self.window.look(&mut again, 0, stages, &stages.signing)?,
                Start::Utf16(order) => {
                    self.window.look(&mut Utf16::new(again, order), 0, stages, &stages.signing)?
                }
            };
            looked.signatures = more.signatures;
            looked.spots.extend(more.spots);
        }
        let cut = file.limit() == 0 && file.into_inner().read(&mut [0])? > 0;
        Ok((looked, cut))
    }

    /// Whether a file that has the signature's header and does not name the platform is about it
    /// all the same.
    fn signs_as_the_platform(&self, path: &Path) -> io::Result<bool> {
        /// Code is shorter.
        const MOST: u64 = 1 << 20;
        let mut text = Vec::new();
        self.search.open(path)?.take(MOST).read_to_end(&mut text)?;
        Ok(signing::is_the_platforms(&text))
    }

    /// Whether it is code of the merchant's own, in a language that the rules for known mistakes
    /// read.
    fn is_code(&self, path: &Path) -> bool {
        const LANGUAGES: [&str; 18] = [
            "js", "mjs", "cjs", "jsx", "ts", "mts", "cts", "tsx", "vue", "svelte", "php", "py",
            "java", "kt", "go", "rb", "cs", "dart",
        ];
        let read = path
            .extension()
            .is_some_and(|name| LANGUAGES.iter().any(|known| name.eq_ignore_ascii_case(known)));
        let kind = self.search.tree.scan.folders[self.search.folder].kind;
        read && place(&path.to_string_lossy(), kind) == FileRole::Code
    }

    /// The hits of a file, now that it is known what the file is.
    fn hits(&self, path: &Path, mut looked: Looked) -> Vec<Hit> {
        if looked.spots.is_empty() {
            return Vec::new();
        }
        let search = self.search;
        let is_env_file = path.file_name().is_some_and(|name| is_env_file(&name.to_string_lossy()));
        let open_to_all = if is_env_file { search.is_open_to_all(path) } else { None };
        let scan = search.tree.scan;
        let named = scan
            .named
            .iter()
            .find(|(named, _)| search.root.join(path) == *named)
            .map(|(_, named)| *named);
        if named == Some(Named::Judged) {
            return Vec::new();
        }
        let shown = path.to_string_lossy().replace('\\', "/");
        let place = match (named, place(&shown, scan.folders[search.folder].kind)) {
            // Nothing makes a public file private.
            (_, FileRole::Public) => FileRole::Public,
            (Some(_), _) => FileRole::Production,
            // A report of ours repeats what was found elsewhere.
            (None, FileRole::Code | FileRole::Config)
                if looked.own_report && shown.ends_with(".json") =>
            {
                FileRole::Documentation
            }
            (None, place) => place,
        };
        let cleaned = scan.own.clean(&shown);
        let from_baseline = join(&search.tree.ways[search.folder], &cleaned);
        let mut allowances = Allowances::take(&mut looked.spots, |text| scan.own.clean(text));
        let own: Vec<std::ops::Range<u64>> = looked
            .spots
            .iter()
            .filter(|spot| spot.secret.is_some())
            .map(|spot| spot.range.clone())
            .collect();
        looked.spots.retain(|spot| {
            let told = spot.secret.is_none()
                && own.iter().any(|own| spot.range.start < own.end && own.start < spot.range.end);
            let at_home = named == Some(Named::EnvFile)
                && place != FileRole::Public
                && spot.rule.topic == Topic::Secrets;
            let is_text = spot.rule.reach == Reach::Everything || !looked.binary;
            let is_here = match spot.rule.reach {
                Reach::SigningPublic => place == FileRole::Public,
                Reach::SigningPrivate => place != FileRole::Public,
                Reach::Everything | Reach::Text | Reach::PlatformText | Reach::Signing => true,
            };
            if told {
                // It is told by another name, and whoever allowed it by this one did not do so for
                // nothing.
                allowances.allow(spot, true);
                search.tree.accepted.allow(
                    spot.rule.id,
                    &from_baseline,
                    &scan.own.clean(&spot.excerpt),
                );
            }
            !told && !at_home && is_text && is_here
        });
        let hit = |rule: &Rule, spot: &LiteralPosition| Hit {
            rule: rule.id.to_owned(),
            folder: search.folder,
            path: cleaned.clone(),
            line: (!looked.binary).then_some(spot.line),
            column: if looked.binary { spot.range.start + 1 } else { spot.column },
            excerpt: scan.own.clean(&spot.excerpt),
            place,
            kind: spot.kind,
            around: spot.around,
            platform: looked.platform,
            tracked: None,
            secret: spot.secret,
            allowed: None,
            open_to_all,
        };
        let mut hits: Vec<Hit> = Vec::with_capacity(looked.spots.len());
        for spot in &looked.spots {
            let mut hit = hit(spot.rule, spot);
            let can = spot.rule.can_be_allowed(&hit);
            hit.allowed = allowances.allow(spot, can);
            if can && hit.allowed.is_none() {
                let accepted =
                    search.tree.accepted.allow(spot.rule.id, &from_baseline, &hit.excerpt);
                hit.allowed = accepted.map(|accepted| Allowed {
                    reason: scan.own.clean(&accepted.reason),
                    ..accepted
                });
            }
            hits.push(hit);
        }
        let is_ours = !looked.binary
            && !matches!(place, FileRole::Vendored | FileRole::Lock | FileRole::Documentation);
        if is_ours {
            hits.extend(allowances.wrong().map(|(rule, spot)| hit(rule, &spot)));
        }
        hits
    }

    /// Notes an archive, unless it is other people's or a compressed copy of a file beside it.
    fn note_archive(&self, why: WhyUnlooked, path: &Path) {
        let search = self.search;
        let kind = search.tree.scan.folders[search.folder].kind;
        let apart = place(&path.to_string_lossy(), kind);
        let copied =
            matches!(path.extension().and_then(|name| name.to_str()), Some("gz" | "br" | "zst"));
        let is_copy = copied && search.open(&path.with_extension("")).is_ok();
        if !is_copy
            && matches!(
                apart,
                FileRole::Public | FileRole::Production | FileRole::Config | FileRole::Code
            )
        {
            search.leave(why, path);
        }
    }
}

/// What kind of archive a file is by its name.
fn archive(path: &Path) -> Option<WhyUnlooked> {
    let extension = path.extension()?.to_str()?;
    let is = |known: &[&str]| known.iter().any(|known| extension.eq_ignore_ascii_case(known));
    if is(&["apk", "aab", "ipa", "xapk", "appx", "msix"]) {
        Some(WhyUnlooked::AppPackage)
    } else if is(&[
        "zip", "jar", "war", "ear", "gz", "tgz", "bz2", "xz", "zst", "br", "7z", "rar", "whl",
        "gem", "nupkg",
    ]) {
        Some(WhyUnlooked::Archive)
    } else {
        None
    }
}

/// Whether the path names the platform.
fn is_about_platform(path: &Path) -> bool {
    path.as_os_str()
        .as_encoded_bytes()
        .windows(9)
        .any(|window| window.eq_ignore_ascii_case(b"kwikpaisa"))
}
