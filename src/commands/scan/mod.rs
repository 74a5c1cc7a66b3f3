//! `golive scan`: the source scan alone, and what it found, for a person or a program.

mod history;
mod words;

use crate::cli::{ScanArgs, TreeArgs};
use crate::command_output::ending;
use crate::config::{self, Programs, Sources};
use crate::guard::Guard;
use crate::observe::Progress as _;
use crate::output;
use crate::page::{filled, wrapped};
use crate::progress::Spinner;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use anyhow::{Context as _, ensure};
use colored::Colorize as _;
use golive_checks::model::{
    BaselineState, FolderKind, FolderState, Hit, Keyring, Limits, Quoted, Show as _, SourceSeen,
    UnusedEntry, Weight,
};
use golive_checks::scan::severity::{
    GradedFinding, graded, is_complete, past, past_gap, public_archives,
};
use serde_json::json;

use crate::commands::scan::words::{plain, plural, size};
use crate::config::Loaded;
use crate::exit::Exit;
use crate::observe::source::baseline::{Baseline, USUAL};
use crate::observe::source::{Folder, Scan};

/// How many places of one rule are named, unless all are asked for.
const NAMED: usize = 12;

/// How many findings of one rule are kept at least, where a person or a program looks at nothing
/// else.
const KEPT: u64 = 10_000;

/// What the command line asks for.
#[derive(Debug, Default)]
pub(crate) struct ScanRequest {
    /// Folders and files of source; none for the configuration's.
    pub(crate) roots: Vec<PathBuf>,
    /// Folders and files that browsers or phones get.
    pub(crate) public: Vec<PathBuf>,
    /// Warnings count.
    pub(crate) strict: bool,
    /// What is merely good to know is shown.
    pub(crate) all: bool,
    /// The history of git is looked through.
    pub(crate) history: bool,
}

/// What a scan came to.
#[derive(Debug)]
pub(crate) struct Scanned {
    seen: SourceSeen,
    strict: bool,
    all: bool,
}

/// Searches.
///
/// # Errors
///
/// When there is neither a folder nor a file at a path of the command line.
fn search(asked: ScanRequest, loaded: Option<&Loaded>) -> anyhow::Result<Scanned> {
    let (strict, all) = (asked.strict, asked.all);
    let (path, called) = baseline_of(loaded);
    let baseline = Baseline::read(&path, called);
    let mut limits = loaded.map_or_else(Limits::default, |loaded| loaded.merchant.limits.clone());
    limits.source_hits = limits.source_hits.max(KEPT);
    let scan = prepare(asked, loaded, &limits)?;
    let scan = scan.accepting(&base(loaded), baseline);
    Ok(Scanned { seen: scan.run(&AtomicBool::new(false)), strict, all })
}

/// The folder of the configuration, else the working folder: where paths of the baseline start.
pub(crate) fn base(loaded: Option<&Loaded>) -> PathBuf {
    loaded.map_or_else(|| PathBuf::from("."), |loaded| loaded.targets.folder.clone())
}

/// Where the baseline is, and what the configuration calls it, if it does.
pub(crate) fn baseline_of(loaded: Option<&Loaded>) -> (PathBuf, Option<&str>) {
    loaded.map_or_else(
        || (PathBuf::from(USUAL), None),
        |loaded| Scan::baseline_of(&loaded.merchant, &loaded.targets),
    )
}

/// What is to be searched.
///
/// # Errors
///
/// When there is neither a folder nor a file at a path of the command line.
pub(crate) fn prepare(
    asked: ScanRequest,
    loaded: Option<&Loaded>,
    limits: &Limits,
) -> anyhow::Result<Scan> {
    let ScanRequest { roots, public, history, .. } = asked;
    let mut folders = Vec::new();
    let configured =
        loaded.map(|loaded| (&loaded.merchant.source, loaded.targets.folder.as_path()));
    let add = |folders: &mut Vec<Folder>, list: &[String], base: &Path, kind| {
        folders.extend(list.iter().map(|given| Folder {
            given: given.clone(),
            path: base.join(given),
            kind,
            only: Vec::new(),
        }));
    };
    let given = |folders: &mut Vec<Folder>, list: Vec<PathBuf>, kind| -> anyhow::Result<()> {
        let (files, list): (Vec<PathBuf>, Vec<PathBuf>) =
            list.into_iter().partition(|path| path.is_file());
        for path in list {
            let given = path.to_string_lossy().into_owned();
            ensure!(path.is_dir(), "{} is no folder and no file", Quoted(&given).show());
            folders.push(Folder { given, path, kind, only: Vec::new() });
        }
        folders.extend(folders_of(&files, kind)?);
        Ok(())
    };
    if roots.is_empty() {
        match configured {
            Some((source, base)) if source.is_configured() => {
                add(&mut folders, &source.roots, base, FolderKind::Root)
            }
            Some(_) | None if public.is_empty() => {
                given(&mut folders, vec![PathBuf::from(".")], FolderKind::Root)?
            }
            Some(_) | None => {}
        }
    } else {
        given(&mut folders, roots, FolderKind::Root)?;
    }
    given(&mut folders, public, FolderKind::Public)?;
    if let Some((source, base)) = configured {
        add(&mut folders, &source.public, base, FolderKind::Public);
    }
    let scan = match loaded {
        Some(loaded) => Scan::of(folders, &loaded.targets.keys, limits)
            .naming(&loaded.merchant, &loaded.targets),
        None => Scan::of(folders, &Keyring::default(), limits),
    };
    Ok(scan.with_history(history))
}

/// The folders that files of the command line are in: the working folder for those below it, so
/// that the way to a file still says what it is for.
fn folders_of(files: &[PathBuf], kind: FolderKind) -> anyhow::Result<Vec<Folder>> {
    let here = PathBuf::from(".").canonicalize()?;
    let mut folders: Vec<Folder> = Vec::new();
    for file in files {
        let whole = file.canonicalize()?;
        let (given, path) = match whole.strip_prefix(&here) {
            Ok(_) => (PathBuf::from("."), here.as_path()),
            Err(_) => (file.parent().unwrap_or(file).to_owned(), whole.parent().unwrap_or(&whole)),
        };
        let only = whole.strip_prefix(path)?.to_owned();
        match folders.iter_mut().find(|folder| folder.path == path) {
            Some(folder) if folder.only.contains(&only) => {}
            Some(folder) => folder.only.push(only),
            None => folders.push(Folder {
                given: given.to_string_lossy().into_owned(),
                path: path.to_owned(),
                kind,
                only: vec![only],
            }),
        }
    }
    Ok(folders)
}

impl Scanned {
    /// The word, and how the process ends.
    fn verdict(&self) -> (&'static str, Exit) {
        let counts = |weight| self.count(weight) > 0;
        if counts(Weight::Failure) || self.strict && (counts(Weight::Warning) || self.stale() > 0) {
            ("FOUND", Exit::NotReady)
        } else if is_complete(&self.seen) && past_gap(&self.seen).is_none() {
            ("CLEAN", Exit::Ready)
        } else {
            ("INCOMPLETE", Exit::Incomplete)
        }
    }

    /// How the process ends.
    pub(crate) fn exit(&self) -> Exit {
        self.verdict().1
    }

    /// The verdict in one sentence.
    fn sentence(&self) -> String {
        let (failures, warnings) =
            (self.count(Weight::Failure), self.count(Weight::Warning) + self.stale());
        let mut parts = Vec::new();
        if failures > 0 {
            parts.push(plural(failures as u64, "failure"));
        }
        if warnings > 0 {
            parts.push(plural(warnings as u64, "warning"));
        }
        let found = if parts.is_empty() { "nothing".to_owned() } else { parts.join(" and ") };
        let (word, exit) = self.verdict();
        let gap =
            if exit == Exit::Incomplete { ", and not everything could be looked at" } else { "" };
        let allowed = if self.seen.allowed > 0 {
            format!("; {} allowed", self.seen.allowed)
        } else {
            String::new()
        };
        format!(
            "{word}: {found} in {}, {}{allowed}{gap}",
            plural(self.seen.files(), "file"),
            size(self.seen.bytes())
        )
    }

    /// How many findings weigh so much, those of the history among them.
    fn count(&self, weight: Weight) -> usize {
        let past = past(&self.seen);
        let found = graded(&self.seen)
            .iter()
            .chain(past.iter().map(|(_, found)| found))
            .filter(|found| found.weight == weight)
            .count();
        if weight == Weight::Warning { found + public_archives(&self.seen).count() } else { found }
    }

    /// How much is wrong with the baseline.
    fn stale(&self) -> usize {
        self.seen.baseline.as_ref().map_or(0, |baseline| {
            baseline.unused.len() + usize::from(baseline.state != BaselineState::Read)
        })
    }

    /// For a person.
    pub(crate) fn describe(&self, colour: bool) -> String {
        let mut text = String::new();
        let all = graded(&self.seen);
        for weight in [Weight::Failure, Weight::Warning, Weight::Information] {
            if weight == Weight::Information && !self.all {
                continue;
            }
            let of_weight =
                all.iter().filter(|found| found.weight == weight && found.hit.allowed.is_none());
            let mut of_weight: Vec<&GradedFinding<'_>> = of_weight.collect();
            while let Some(first) = of_weight.first().copied() {
                let (same, rest): (Vec<&GradedFinding<'_>>, Vec<&GradedFinding<'_>>) =
                    of_weight.into_iter().partition(|found| found.rule.id == first.rule.id);
                of_weight = rest;
                self.describe_rule(&same, colour, &mut text);
            }
        }
        self.describe_allowed(&all, colour, &mut text);
        let information = all
            .iter()
            .filter(|found| found.weight == Weight::Information && found.hit.allowed.is_none())
            .count();
        if information > 0 && !self.all {
            let _ = writeln!(
                text,
                "{} in tests, documentation, comments and the like: `--all` shows them.\n",
                plural(information as u64, "more place")
            );
        }
        history::describe(&self.seen, &mut text);
        self.describe_gaps(&mut text);
        if self.seen.looked_for.is_empty() {
            text.push_str("No configured secret was looked for: that takes a golive.toml.\n\n");
        }
        let sentence = self.sentence();
        let painted = match (colour, self.exit()) {
            (false, _) => sentence,
            (true, Exit::Ready) => sentence.green().bold().to_string(),
            (true, Exit::NotReady) => sentence.red().bold().to_string(),
            (true, _) => sentence.yellow().bold().to_string(),
        };
        let _ = writeln!(text, "{painted}");
        text
    }

    /// One rule and the places where it found something.
    fn describe_rule(&self, found: &[&GradedFinding<'_>], colour: bool, text: &mut String) {
        let Some(GradedFinding { rule, weight, .. }) = found.first().copied() else { return };
        let mark = match weight {
            Weight::Failure => "✗",
            Weight::Warning => "!",
            Weight::Information => "-",
        };
        let head = wrapped("", "  ", &format!("{mark} {}: {}", rule.id, rule.what));
        let _ = writeln!(text, "{}", if colour { head.bold().to_string() } else { head });
        let named = if self.all { found.len() } else { NAMED };
        for GradedFinding { hit, .. } in found.iter().take(named) {
            let line =
                format!("{}  {}  ({})", self.place(hit), plain(&hit.excerpt), hit.circumstances());
            text.push_str(&filled("    ", "      ", &line));
        }
        let kept = self.seen.hits.iter().filter(|hit| hit.rule == rule.id).count() as u64;
        let beyond = self.seen.found.get(rule.id).map_or(0, |found| found.saturating_sub(kept));
        let more = found.len().saturating_sub(named) as u64 + beyond;
        if more > 0 {
            let how = if self.all { "" } else { "; `--all` and `--json` name them" };
            let _ = writeln!(text, "    and {more} more{how}");
        }
        for (label, words) in [("why: ", rule.why), ("fix: ", rule.fix)] {
            text.push_str(&filled("    ", "      ", &format!("{label}{words}")));
        }
        text.push('\n');
    }

    /// What somebody accepted, and what is wrong with the baseline.
    fn describe_allowed(&self, all: &[GradedFinding<'_>], colour: bool, text: &mut String) {
        let allowed: Vec<&GradedFinding<'_>> =
            all.iter().filter(|found| found.hit.allowed.is_some()).collect();
        if self.seen.allowed > 0 {
            let head = format!("~ {} allowed", self.seen.allowed);
            let _ = writeln!(text, "{}", if colour { head.bold().to_string() } else { head });
            let named = if self.all { allowed.len() } else { NAMED };
            for GradedFinding { rule, hit, .. } in allowed.iter().take(named) {
                let _ = writeln!(
                    text,
                    "    {}  {}: {}  ({})",
                    self.place(hit),
                    rule.id,
                    plain(&hit.excerpt),
                    hit.circumstances()
                );
            }
            let more = self.seen.allowed.saturating_sub(allowed.len().min(named) as u64);
            if more > 0 {
                let _ = writeln!(text, "    and {more} more");
            }
            text.push('\n');
        }
        let Some(baseline) = self.seen.baseline.as_ref().filter(|_| self.stale() > 0) else {
            return;
        };
        let path = plain(&baseline.path);
        match baseline.state {
            BaselineState::Read => {}
            BaselineState::Missing => {
                _ = writeln!(text, "! {path} is configured as the baseline and is not there")
            }
            BaselineState::Unreadable => {
                _ = writeln!(
                    text,
                    "! {path} cannot be read, or is nothing that `golive baseline` wrote"
                )
            }
        }
        for UnusedEntry { line, rule, path: of, count, met } in &baseline.unused {
            let (rule, of) = (plain(rule), plain(of));
            let _ = writeln!(
                text,
                "! {path}:{line}: accepts {count} of {rule} in {of}, and {met} are there: `golive \
                 baseline` writes it again"
            );
        }
        text.push('\n');
    }

    /// What was not looked at.
    fn describe_gaps(&self, text: &mut String) {
        let before = text.len();
        for folder in &self.seen.folders {
            let why = match folder.state {
                FolderState::Searched => continue,
                FolderState::Missing => "is not there",
                FolderState::NoFolder => "is no folder",
                FolderState::Unreadable => "cannot be read",
            };
            let _ = writeln!(text, "? {} ({}) {why}", plain(&folder.path), folder.kind.key());
        }
        for gap in &self.seen.unlooked {
            let folder =
                self.seen.folders.get(gap.folder).map_or("", |folder| folder.path.as_str());
            let is_public = public_archives(&self.seen).any(|archive| archive == gap);
            let mark = if gap.why.is_gap() {
                "?"
            } else if is_public {
                "!"
            } else {
                "-"
            };
            let others = if gap.count > 1 {
                format!(" (and {} like it)", gap.count - 1)
            } else {
                String::new()
            };
            let _ = writeln!(
                text,
                "{mark} {} {}{others}",
                plain(&within(folder, &gap.path)),
                gap.why.words()
            );
        }
        if self.seen.files() == 0 {
            text.push_str("? no file was met\n");
        }
        if text.len() > before {
            text.push('\n');
        }
    }

    /// `path:line:column`
    fn place(&self, hit: &Hit) -> String {
        let path = plain(&self.path(hit));
        match hit.line {
            Some(line) => format!("{path}:{line}:{}", hit.column),
            None => format!("{path}, byte {}", hit.column),
        }
    }

    /// The path as one would type it.
    fn path(&self, hit: &Hit) -> String {
        within(
            self.seen.folders.get(hit.folder).map_or("", |folder| folder.path.as_str()),
            &hit.path,
        )
    }

    /// For a program: `golive.scan/v1`.
    pub(crate) fn json(&self) -> String {
        let findings: Vec<_> = graded(&self.seen)
            .iter()
            .map(|GradedFinding { rule, hit, weight }| {
                json!({
                    "rule": rule.id,
                    "weight": weight.word(),
                    "path": self.path(hit),
                    "line": hit.line,
                    "column": hit.column,
                    "excerpt": hit.excerpt,
                    "place": hit.place,
                    "kind": hit.kind,
                    "around": hit.around,
                    "tracked": hit.tracked,
                    "allowed": hit.allowed,
                    "what": rule.what,
                    "why": rule.why,
                    "fix": rule.fix,
                })
            })
            .collect();
        let unlooked: Vec<_> = self
            .seen
            .unlooked
            .iter()
            .map(|gap| {
                let folder = self.seen.folders.get(gap.folder).map_or("", |folder| folder.path.as_str());
                json!({ "path": within(folder, &gap.path), "why": gap.why, "count": gap.count, "gap": gap.why.is_gap() })
            })
            .collect();
        let (word, exit) = self.verdict();
        let looked_for: Vec<&str> = self.seen.looked_for.iter().map(|slot| slot.key()).collect();
        let scan = json!({
            "schema": "golive.scan/v1",
            "verdict": { "word": word.to_lowercase(), "exit_code": exit.code(), "sentence": self.sentence() },
            "files": self.seen.files(),
            "bytes": self.seen.bytes(),
            "folders": self.seen.folders,
            "looked_for": looked_for,
            "findings": findings,
            "found": self.seen.found,
            "allowed": self.seen.allowed,
            "baseline": self.seen.baseline,
            "history": history::json(&self.seen),
            "unlooked": unlooked,
        });
        format!("{scan:#}\n")
    }
}

/// A path below a folder.
fn within(folder: &str, path: &str) -> String {
    match (folder.trim_end_matches('/'), path) {
        ("." | "", path) => path.to_owned(),
        (folder, "") => folder.to_owned(),
        (folder, path) => format!("{folder}/{path}"),
    }
}

pub(super) fn run(args: ScanArgs, colour: bool) -> anyhow::Result<Exit> {
    let (asked, loaded) = ScanRequest::of(args.tree)?;
    let asked = ScanRequest { strict: args.strict, all: args.all, ..asked };
    let spinner = Spinner::new(args.json);
    spinner.began(if asked.history { "source tree and history of git" } else { "source tree" });
    let scanned = search(asked, loaded.as_ref())?;
    drop(spinner);
    let words = if args.json { scanned.json() } else { scanned.describe(colour) };
    let guard = loaded.as_ref().map_or_else(Guard::none, |loaded| Guard::new(&loaded.targets.keys));
    Ok(ending(output::print_past(&guard, &words), scanned.exit(), false, None))
}

impl ScanRequest {
    /// What is to be searched, and the configuration that goes with it.
    pub(crate) fn of(tree: TreeArgs) -> anyhow::Result<(Self, Option<Loaded>)> {
        // What lies about in the folder that is searched may name secrets, and no program to run for
        // them.
        let programs = if tree.config.config.is_some() { Programs::Run } else { Programs::Leave };
        let sources = Sources::of_this_process(tree.config.config, programs)
            .context("finding the working folder")?;
        let loaded = config::load_if_found(&sources)?;
        Ok((
            Self {
                roots: tree.paths,
                public: tree.public,
                history: tree.history,
                ..Self::default()
            },
            loaded,
        ))
    }
}
