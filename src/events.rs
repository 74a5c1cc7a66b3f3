//! Progress as JSON lines, for programs that watch a run.

use std::cell::{Cell, RefCell};
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::Context as _;
use golive_checks::model::{Exchange, Quoted, RunFacts, Show as _, Text, chapter, group};
use serde_json::{Value, json};

use crate::guard::Guard;
use crate::observe::Progress;
use crate::output::Published;
use crate::progress::Spinner;
use crate::report::{Report, brief};

/// The version of the format.
const SCHEMA: &str = "golive.events/v1";

/// Writes events down, where somebody asked for them, and draws the spinner all the same.
pub(crate) struct Events<'a> {
    spinner: Spinner,
    guard: &'a Guard,
    began: Instant,
    to: Option<(PathBuf, RefCell<Box<dyn Write>>)>,
    published: Cell<Published>,
}

impl<'a> Events<'a> {
    /// Events for the file `path`, or none.
    ///
    /// # Errors
    ///
    /// When the file cannot be written to.
    pub(crate) fn open(
        path: Option<&Path>,
        guard: &'a Guard,
        spinner: Spinner,
    ) -> anyhow::Result<Self> {
        let open = |path: &Path| -> anyhow::Result<(PathBuf, RefCell<Box<dyn Write>>)> {
            let file = File::create(path).with_context(|| {
                format!("opening {} for events", Quoted(&path.to_string_lossy()).show())
            })?;
            Ok((path.to_owned(), RefCell::new(Box::new(file))))
        };
        let to = path.map(open).transpose()?;
        Ok(Self { spinner, guard, began: Instant::now(), to, published: Cell::default() })
    }

    /// The run begins.
    pub(crate) fn started(&self, run: &RunFacts) {
        let tool = json!({ "name": "golive", "version": run.version });
        self.write(
            "started",
            json!({ "schema": SCHEMA, "tool": tool, "run": run.id, "time": run.now.to_string(), "deliver": run.deliver.word() }),
        );
    }

    /// Every check was judged, and the verdict reached.
    pub(crate) fn judged(&self, report: &Report) {
        for check in report.checks() {
            let (id, level, outcome) = (check.meta.id, check.level.word(), check.outcome.word());
            self.write(
                "check",
                json!({ "id": id, "section": chapter(check.section), "group": group(check.section), "level": level, "outcome": outcome, "words": brief(&check.outcome) }),
            );
        }
        let until = report.valid_until.as_ref().map(|end| end.at.to_string());
        let (word, code, sentence) =
            (report.verdict.word(), report.exit().code(), report.sentence.as_str());
        self.write(
            "verdict",
            json!({ "word": word, "exit_code": code, "valid_until": until, "sentence": sentence }),
        );
    }

    /// What became of the lines.
    pub(crate) fn published(&self) -> Published {
        self.published.get()
    }

    /// One line, whole and at once. After the first that cannot be written there is no further:
    /// what watches would miss one and not know.
    fn write(&self, event: &str, mut about: Value) {
        let Some((path, to)) = &self.to else { return };
        if self.published.get() != Published::default() {
            return;
        }
        about["event"] = event.into();
        about["at_ms"] = u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX).into();
        let line = format!("{about}\n");
        let mut published = self.published.get();
        if let Err(found) = self.guard.check(line.as_bytes()) {
            published.leaked = true;
            eprintln!("golive: no more events were written: {found}");
        } else if let Err(error) = to.borrow_mut().write_all(line.as_bytes()) {
            published.unwritten = true;
            eprintln!(
                "golive: could not write events to {}: {error}",
                Quoted(&path.to_string_lossy()).show()
            );
        }
        self.published.set(published);
    }
}

impl Progress for Events<'_> {
    fn began(&self, probe: &str) {
        self.spinner.began(probe);
        self.write("began", json!({ "probe": probe }));
    }

    fn ended(&self, probe: &str) {
        self.spinner.ended(probe);
        self.write("ended", json!({ "probe": probe }));
    }

    fn delivered(&self, scenario: &str, exchange: &Exchange) {
        let outcome: Text = exchange.outcome();
        let (name, status, sent_at) =
            (&exchange.name, exchange.status(), exchange.sent.at.to_string());
        let about = json!({ "scenario": scenario, "name": name, "sent_at": sent_at, "status": status, "outcome": outcome.as_str() });
        self.write("delivery", about);
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use golive_checks::model::{Keyring, Secret};

    use super::*;
    use crate::report::sample;

    fn lines(path: &Path) -> Vec<Value> {
        fs::read_to_string(path)
            .unwrap()
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }

    #[test]
    fn every_check_and_the_verdict_have_a_line() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("events");
        let guard = Guard::none();
        let events = Events::open(Some(&path), &guard, Spinner::new(true)).unwrap();
        let report = sample::report(sample::every_outcome(), &sample::run());
        events.started(&sample::run());
        events.judged(&report);
        let lines = lines(&path);
        assert_eq!((&lines[0]["event"], &lines[0]["schema"]), (&json!("started"), &json!(SCHEMA)));
        let checks: Vec<&Value> = lines.iter().filter(|line| line["event"] == "check").collect();
        assert_eq!(checks.len(), report.checks().count());
        for (line, check) in checks.iter().zip(report.checks()) {
            assert_eq!(
                (line["id"].as_str(), line["outcome"].as_str()),
                (Some(check.meta.id), Some(check.outcome.word()))
            );
        }
        assert_eq!(
            (&lines[lines.len() - 1]["event"], &lines[lines.len() - 1]["word"]),
            (&json!("verdict"), &json!("not-ready"))
        );
        assert_eq!(events.published(), Published::default());
    }

    #[test]
    fn a_secret_ends_the_events_before_its_line() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("events");
        let value = "sk_live_MARKER7f3k9q2x8v1m4n6b";
        let guard = Guard::new(&Keyring {
            secret_key: Some(Secret::new(value.to_owned())),
            ..Keyring::default()
        });
        let events = Events::open(Some(&path), &guard, Spinner::new(true)).unwrap();
        for probe in ["one", value, "two"] {
            events.began(probe);
        }
        assert_eq!(events.published(), Published { leaked: true, unwritten: false });
        let lines = lines(&path);
        assert_eq!((lines.len(), &lines[0]["probe"]), (1, &json!("one")));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_full_disk_is_told() {
        let guard = Guard::none();
        let events =
            Events::open(Some(Path::new("/dev/full")), &guard, Spinner::new(true)).unwrap();
        events.began("one");
        assert_eq!(events.published(), Published { leaked: false, unwritten: true });
    }

    #[test]
    fn nobody_who_did_not_ask_gets_events() {
        let guard = Guard::none();
        let events = Events::open(None, &guard, Spinner::new(true)).unwrap();
        events.started(&sample::run());
        assert_eq!(events.published(), Published::default());
    }
}
