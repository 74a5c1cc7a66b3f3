//! The baseline: findings that somebody accepted, known by rule, path and a fingerprint of what a
//! report shows of them.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read as _;
use std::path::{Component, Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use data_encoding::HEXLOWER;
use golive_checks::model::{
    Allowed, AllowedBy, BaselineSeen, BaselineState, SourceSeen, UnusedEntry, Weight,
};
use golive_checks::scan::rules::OWN_SECRET;
use golive_checks::scan::severity::{graded, past};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// Where it is looked for when the configuration names none.
pub(crate) const USUAL: &str = ".golive-baseline.json";
/// The version of its format.
const SCHEMA: &str = "golive.baseline/v1";
/// The longest file that is read.
const LONGEST: u64 = 16 * 1024 * 1024;
/// What an entry says that nobody gave a reason for.
const NO_REASON: &str = "accepted when the baseline was written";

/// The findings that somebody accepted.
#[derive(Debug, Default)]
pub(crate) struct Baseline {
    /// As configured.
    shown: String,
    /// None where there is no baseline and none is configured.
    state: Option<BaselineState>,
    salt: String,
    entries: BTreeMap<Key, Entry>,
}

/// What a finding is known by.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    path: String,
    rule: String,
    fingerprint: String,
}

#[derive(Clone, Debug)]
struct Entry {
    /// How many may stand in the file; none where it is in its history alone.
    count: u64,
    reason: Option<String>,
    line: u64,
}

/// As it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenBaseline {
    schema: String,
    salt: String,
    entries: Vec<WrittenEntry>,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct WrittenEntry {
    path: String,
    rule: String,
    fingerprint: String,
    #[serde(default = "one", skip_serializing_if = "is_one")]
    count: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

const fn one() -> u64 {
    1
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
const fn is_one(count: &u64) -> bool {
    *count == 1
}

impl Baseline {
    /// Reads the baseline at `path`, which the configuration calls `configured`, if it names one.
    pub(crate) fn read(path: &Path, configured: Option<&str>) -> Self {
        let shown = configured.unwrap_or(USUAL).to_owned();
        let file = match File::open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Self {
                    shown,
                    state: configured.map(|_| BaselineState::Missing),
                    ..Self::default()
                };
            }
            Err(_) => {
                return Self { shown, state: Some(BaselineState::Unreadable), ..Self::default() };
            }
        };
        match Self::parse(file) {
            Some((salt, entries)) => {
                Self { shown, state: Some(BaselineState::Read), salt, entries }
            }
            None => Self { shown, state: Some(BaselineState::Unreadable), ..Self::default() },
        }
    }

    fn parse(file: File) -> Option<(String, BTreeMap<Key, Entry>)> {
        if !file.metadata().ok()?.is_file() {
            return None;
        }
        let mut text = String::new();
        let read = file.take(LONGEST + 1).read_to_string(&mut text).ok()?;
        let written: WrittenBaseline = serde_json::from_str(&text).ok()?;
        if read as u64 > LONGEST || written.schema != SCHEMA {
            return None;
        }
        let lines: BTreeMap<&str, u64> = text
            .lines()
            .zip(1..)
            .filter_map(|(line, number)| {
                Some((
                    line.split_once("\"fingerprint\":")?
                        .1
                        .trim_start()
                        .strip_prefix('"')?
                        .split_once('"')?
                        .0,
                    number,
                ))
            })
            .collect();
        let entry = |entry: WrittenEntry| {
            let line = lines.get(entry.fingerprint.as_str()).copied().unwrap_or(1);
            let WrittenEntry { path, rule, fingerprint, count, reason } = entry;
            (Key { path, rule, fingerprint }, Entry { count, reason, line })
        };
        let entries = written.entries.into_iter().map(entry).collect();
        Some((written.salt, entries))
    }

    /// What became of it.
    pub(crate) const fn state(&self) -> Option<BaselineState> {
        self.state
    }

    fn key(&self, rule: &str, path: &str, excerpt: &str) -> Key {
        let digest = Sha256::new()
            .chain_update(format!("{}\0{rule}\0{path}\0{excerpt}", self.salt))
            .finalize();
        Key {
            path: path.to_owned(),
            rule: rule.to_owned(),
            fingerprint: HEXLOWER.encode(&digest[..12]),
        }
    }

    /// A baseline that accepts what a scan found, beside what the old one says of places that were
    /// not searched.
    pub(crate) fn accept(
        self,
        seen: &SourceSeen,
        searched: &Searched,
        reason: Option<&str>,
    ) -> Self {
        let Searched { folders, sought, tops } = searched;
        let salt = if self.salt.is_empty() { salt() } else { self.salt.clone() };
        let old = Self { salt, ..self };
        let mut entries: BTreeMap<Key, Entry> = old
            .entries
            .iter()
            .filter(|(key, _)| !sought.iter().any(|path| is_within(&key.path, path)))
            .map(|(key, entry)| (key.clone(), entry.clone()))
            .collect();
        let mut met: BTreeMap<Key, (u64, Weight)> = BTreeMap::new();
        for found in graded(seen)
            .iter()
            .filter(|found| found.rule.can_be_allowed(found.hit) && found.hit.allowed.is_none())
        {
            let path =
                join(folders.get(found.hit.folder).map_or("", String::as_str), &found.hit.path);
            let (count, weight) = met
                .entry(old.key(found.rule.id, &path, &found.hit.excerpt))
                .or_insert((0, Weight::Information));
            *count += 1;
            *weight = (*weight).max(found.weight);
        }
        if seen.history.is_none() {
            let past = old.entries.iter().filter(|(_, entry)| entry.count == 0);
            entries.extend(past.map(|(key, entry)| (key.clone(), entry.clone())));
        }
        // Nothing makes the key in use harmless: it has to be replaced.
        for (_, found) in past(seen).into_iter().filter(|(_, found)| found.hit.secret.is_none()) {
            let path = join(tops.get(found.hit.folder).map_or("", String::as_str), &found.hit.path);
            let (_, weight) = met
                .entry(old.key(found.rule.id, &path, &found.hit.excerpt))
                .or_insert((0, Weight::Information));
            *weight = (*weight).max(found.weight);
        }
        for (key, (count, weight)) in met {
            if weight > Weight::Information {
                let kept = old.entries.get(&key).and_then(|entry| entry.reason.clone());
                entries.insert(
                    key,
                    Entry { count, reason: kept.or_else(|| reason.map(str::to_owned)), line: 0 },
                );
            }
        }
        Self { entries, ..old }
    }

    /// How many findings it accepts.
    pub(crate) fn count(&self) -> u64 {
        self.entries.values().map(|entry| entry.count.max(1)).sum()
    }

    /// As it is written: sorted, one entry on a line.
    pub(crate) fn write(&self) -> String {
        let entries = self.entries.iter().map(|(key, entry)| {
            let Key { path, rule, fingerprint } = key.clone();
            let written = WrittenEntry {
                path,
                rule,
                fingerprint,
                count: entry.count,
                reason: entry.reason.clone(),
            };
            format!("    {}", serde_json::json!(written))
        });
        let entries: Vec<String> = entries.collect();
        let gap = if entries.is_empty() { "" } else { "\n" };
        format!(
            "{{\n  \"schema\": \"{SCHEMA}\",\n  \"salt\": {},\n  \"entries\": \
             [{gap}{}{gap}{}]\n}}\n",
            serde_json::json!(self.salt),
            entries.join(",\n"),
            if entries.is_empty() { "" } else { "  " },
        )
    }

    /// For one scan.
    pub(super) fn begin(&self) -> InUse<'_> {
        InUse { baseline: self, met: Mutex::default() }
    }
}

/// What a scan searched, as paths from the folder of the baseline.
#[derive(Debug, Default)]
pub(crate) struct Searched {
    /// Its folders.
    pub(crate) folders: Vec<String>,
    /// What in them was looked at.
    pub(crate) sought: Vec<String>,
    /// The tops of their repositories.
    pub(crate) tops: Vec<String>,
}

/// A baseline while a scan goes on.
pub(super) struct InUse<'a> {
    baseline: &'a Baseline,
    met: Mutex<BTreeMap<Key, u64>>,
}

impl InUse<'_> {
    /// Whether the baseline accepts a finding: the first so many that look alike in one file.
    pub(super) fn allow(&self, rule: &str, path: &str, excerpt: &str) -> Option<Allowed> {
        if self.baseline.entries.is_empty() {
            return None;
        }
        let key = self.baseline.key(rule, path, excerpt);
        let entry = self.baseline.entries.get(&key)?;
        let mut met = self.met.lock().unwrap_or_else(PoisonError::into_inner);
        let met = met.entry(key).or_default();
        *met += 1;
        let reason = entry.reason.as_deref().unwrap_or(NO_REASON);
        (*met <= entry.count)
            .then(|| Allowed { by: AllowedBy::Baseline, reason: reason.to_owned() })
    }

    /// Why the baseline accepts something in the history, if it does: there one entry is for all
    /// versions of a file.
    pub(super) fn accepts(&self, rule: &str, path: &str, excerpt: &str) -> Option<String> {
        let entry = self.baseline.entries.get(&self.baseline.key(rule, path, excerpt))?;
        Some(entry.reason.clone().unwrap_or_else(|| NO_REASON.to_owned()))
    }

    /// What it came to. Entries for places that were not searched, or for what was not looked for,
    /// are not called unused.
    pub(super) fn end(
        self,
        seen: &SourceSeen,
        is_whole: bool,
        sought: &[String],
        clean: impl Fn(&str) -> String,
    ) -> Option<BaselineSeen> {
        let met = self.met.into_inner().unwrap_or_else(PoisonError::into_inner);
        let unused = self.baseline.entries.iter().filter_map(|(key, entry)| {
            let met = met.get(key).copied().unwrap_or(0);
            let was_sought = sought.iter().any(|path| is_within(&key.path, path))
                && (key.rule != OWN_SECRET.id || !seen.looked_for.is_empty());
            let is_unused = is_whole && was_sought && met < entry.count;
            is_unused.then(|| UnusedEntry {
                line: entry.line,
                rule: clean(&key.rule),
                path: clean(&key.path),
                count: entry.count,
                met,
            })
        });
        let mut unused: Vec<UnusedEntry> = unused.collect();
        unused.sort();
        Some(BaselineSeen {
            path: self.baseline.shown.clone(),
            state: self.baseline.state?,
            entries: self.baseline.count(),
            unused,
        })
    }
}

/// Enough to tell the fingerprints of two repositories apart.
fn salt() -> String {
    use std::hash::{BuildHasher, Hasher};
    let random = || std::hash::RandomState::new().build_hasher().finish();
    format!("{:016x}{:016x}", random(), random())
}

/// Whether a path lies in a folder or is that file, both from the same place.
fn is_within(path: &str, folder: &str) -> bool {
    if folder.is_empty() {
        return path != ".." && !path.starts_with("../");
    }
    path.strip_prefix(folder)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/') || folder.ends_with('/'))
}

/// A path in a folder.
pub(super) fn join(folder: &str, path: &str) -> String {
    if folder.is_empty() {
        path.to_owned()
    } else {
        format!("{}/{path}", folder.trim_end_matches('/'))
    }
}

/// The way from one folder to another, both as the system knows them, with `/` between its parts.
pub(super) fn way(from: &Path, to: &Path) -> String {
    let (from, to): (Vec<Component<'_>>, Vec<Component<'_>>) =
        (from.components().collect(), to.components().collect());
    let common = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
    let up = std::iter::repeat_n("..", from.len() - common).map(PathBuf::from);
    let down = to[common..].iter().map(|part| PathBuf::from(part.as_os_str()));
    let way: PathBuf = up.chain(down).collect();
    way.to_string_lossy().replace('\\', "/")
}

#[cfg(test)]
mod tests {

    use super::*;

    #[test]
    fn knows_the_way_from_folder_to_folder() {
        for (from, to, expected) in [
            ("/a/b", "/a/b", ""),
            ("/a/b", "/a/b/c/d", "c/d"),
            ("/a/b", "/a/c", "../c"),
            ("/a/b", "/", "../.."),
        ] {
            assert_eq!(way(Path::new(from), Path::new(to)), expected);
        }
        assert!(
            is_within("src/a.js", "")
                && is_within("src/a.js", "src")
                && !is_within("srcs/a.js", "src")
                && !is_within("../a.js", "")
        );
    }

    #[test]
    fn what_is_written_is_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(USUAL);
        assert_eq!(Baseline::read(&path, None).state(), None);
        assert_eq!(Baseline::read(&path, Some("b.json")).state(), Some(BaselineState::Missing));
        let empty = Baseline::default().accept(&SourceSeen::default(), &Searched::default(), None);
        std::fs::write(&path, empty.write()).unwrap();
        assert_eq!(Baseline::read(&path, None).state(), Some(BaselineState::Read));
        let mut full = empty;
        let key = full.key("live-secret", "a \"b\".js", "sk_live_…4n6b");
        full.entries
            .insert(key.clone(), Entry { count: 2, reason: Some("old".to_owned()), line: 0 });
        std::fs::write(&path, full.write()).unwrap();
        let again = Baseline::read(&path, None);
        assert_eq!((again.count(), again.entries[&key].line, again.write()), (2, 5, full.write()));
        let begun = again.begin();
        let allow = || {
            begun.allow("live-secret", "a \"b\".js", "sk_live_…4n6b").map(|allowed| allowed.reason)
        };
        assert_eq!(
            (allow(), allow(), allow()),
            (Some("old".to_owned()), Some("old".to_owned()), None),
            "no more than it accepts"
        );
        for odd in
            ["", "{}", "[1]", "{\"schema\":\"golive.report/v1\",\"salt\":\"\",\"entries\":[]}"]
        {
            std::fs::write(&path, odd).unwrap();
            assert_eq!(
                Baseline::read(&path, None).state(),
                Some(BaselineState::Unreadable),
                "{odd}"
            );
        }
        assert_eq!(Baseline::read(folder.path(), None).state(), Some(BaselineState::Unreadable));
    }
}
