//! Where reports go: every byte past the guard, whole or not at all.

use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use golive_checks::model::{Quoted, Show as _};
use tempfile::Builder;

use crate::guard::{Found, Guard};
use crate::report::{Report, json, markdown, terminal};

/// A way to write a report down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    /// For a person at a terminal.
    Terminal,
    /// `golive.report/v1`
    Json,
    /// For a ticket.
    Markdown,
}

impl Format {
    /// All of them.
    pub(crate) const ALL: [Self; 3] = [Self::Terminal, Self::Json, Self::Markdown];

    /// The word on the command line.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Terminal => "terminal",
            Self::Json => "json",
            Self::Markdown => "markdown",
        }
    }

    /// Writes a report down. Colour and width are for the terminal alone.
    pub(crate) fn render(self, report: &Report, paint: Paint) -> String {
        match self {
            Self::Terminal => terminal::render(report, paint.colour, paint.width),
            Self::Json => json::render(report),
            Self::Markdown => markdown::render(report),
        }
    }
}

/// How a terminal report looks. A report in a file has no colour and [`terminal::WIDTH`] columns.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Paint {
    /// Whether standard output gets colour; `colored`'s override must say the same.
    pub(crate) colour: bool,
    /// How many columns standard output has.
    pub(crate) width: usize,
}

impl Paint {
    /// What files and pipes get.
    pub(crate) const PLAIN: Self = Self { colour: false, width: terminal::WIDTH };
}

/// Where a report goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    /// Standard output.
    Stdout,
    /// A file.
    File(PathBuf),
}

/// One report that was asked for: `FORMAT[=PATH]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OutputSpec {
    /// How.
    pub(crate) format: Format,
    /// Where to.
    pub(crate) target: Target,
}

impl FromStr for OutputSpec {
    type Err = String;

    fn from_str(spec: &str) -> Result<Self, String> {
        let (word, path) = spec.split_once('=').map_or((spec, None), |(word, path)| (word, Some(path)));
        let format = match word {
            "text" => Format::Terminal,
            word => Format::ALL.into_iter().find(|format| format.word() == word).ok_or_else(|| {
                let words: Vec<&str> = Format::ALL.iter().map(|format| format.word()).collect();
                format!("there is no format {}; there are {}", Quoted(word).show(), words.join(", "))
            })?,
        };
        match path {
            None | Some("-") => Ok(Self { format, target: Target::Stdout }),
            Some("") => {
                Err(format!("no path follows `{word}=`; `{word}=report.txt` writes a file, `{word}` alone writes to standard output"))
            }
            Some(path) => Ok(Self { format, target: Target::File(PathBuf::from(path)) }),
        }
    }
}

/// All reports that were asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Outputs(Vec<OutputSpec>);

impl Outputs {
    /// Takes the wishes together: a terminal report on standard output, unless another one goes there.
    ///
    /// # Errors
    ///
    /// When two reports would go to the same place.
    pub(crate) fn new(asked: Vec<OutputSpec>) -> Result<Self, String> {
        for (at, spec) in asked.iter().enumerate() {
            if asked[..at].iter().any(|earlier| earlier.target == spec.target) {
                let place = match &spec.target {
                    Target::Stdout => "standard output".to_owned(),
                    Target::File(path) => quoted(path),
                };
                return Err(format!(
                    "two reports would go to {place}; give each `--output` a place of its own, such as `json=report.json`"
                ));
            }
        }
        let mut all = asked;
        if all.iter().all(|spec| spec.target != Target::Stdout) {
            all.insert(0, OutputSpec { format: Format::Terminal, target: Target::Stdout });
        }
        Ok(Self(all))
    }

    /// Writes every report, whatever becomes of the others.
    pub(crate) fn publish(&self, report: &Report, guard: &Guard, paint: Paint, stdout: &mut dyn Write) -> Published {
        let mut published = Published::default();
        for OutputSpec { format, target } in &self.0 {
            match target {
                Target::Stdout => published.take(print(guard, stdout, &format.render(report, paint))),
                Target::File(path) => published.take(save(guard, path, format.render(report, Paint::PLAIN).as_bytes())),
            }
        }
        published
    }
}

/// What became of the reports that were asked for.
#[derive(Debug, Default)]
pub(crate) struct Published {
    /// What went wrong, for standard error.
    pub(crate) troubles: Vec<Trouble>,
}

impl Published {
    /// Notes how one more output went.
    pub(crate) fn take(&mut self, result: Result<(), Trouble>) {
        self.troubles.extend(result.err());
    }

    /// The guard held something back.
    pub(crate) fn leaked(&self) -> bool {
        self.troubles.iter().any(|trouble| matches!(trouble, Trouble::Leak { .. }))
    }

    /// Something could not be written.
    pub(crate) fn unwritten(&self) -> bool {
        self.troubles.iter().any(|trouble| matches!(trouble, Trouble::Unwritten { .. }))
    }
}

/// Why an output was not written.
#[derive(Debug)]
pub(crate) enum Trouble {
    /// A secret was in it.
    Leak {
        /// Where it was to go, in words.
        to: String,
        /// Which secret.
        found: Found,
    },
    /// The system refused.
    Unwritten {
        /// Where it was to go, in words.
        to: String,
        /// What the system said.
        error: io::Error,
    },
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Leak { to, found } => write!(f, "nothing was written to {to}: {found}"),
            Self::Unwritten { to, error } => write!(f, "could not write to {to}: {error}"),
        }
    }
}

impl std::error::Error for Trouble {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Leak { .. } => None,
            Self::Unwritten { error, .. } => Some(error),
        }
    }
}

/// Prints to standard output past the guard. A reader who has left, as `head` does, is no trouble.
///
/// # Errors
///
/// [`Trouble`], and nothing was printed if a secret was in it.
pub(crate) fn print(guard: &Guard, stdout: &mut dyn Write, text: &str) -> Result<(), Trouble> {
    let to = || "standard output".to_owned();
    guard.check(text.as_bytes()).map_err(|found| Trouble::Leak { to: to(), found })?;
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Trouble::Unwritten { to: to(), error }),
        Ok(()) | Err(_) => Ok(()),
    }
}

/// Writes a file past the guard, so that the old one or the new one is there, whole, whatever happens.
///
/// # Errors
///
/// [`Trouble`], and the file is as it was.
pub(crate) fn save(guard: &Guard, path: &Path, bytes: &[u8]) -> Result<(), Trouble> {
    guard.check(bytes).map_err(|found| Trouble::Leak { to: quoted(path), found })?;
    replace(path, bytes).map_err(|error| Trouble::Unwritten { to: quoted(path), error })
}

/// Writes beside the target, syncs, renames.
fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let path = match fs::metadata(path) {
        // What a link leads to is replaced, not the link.
        Ok(found) if found.is_file() => fs::canonicalize(path)?,
        Ok(found) if found.is_dir() => return Err(io::Error::new(io::ErrorKind::IsADirectory, "it is a folder")),
        // A device or a pipe, such as /dev/stderr, is written to: it must not be renamed away.
        Ok(_) => return OpenOptions::new().write(true).open(path)?.write_all(bytes),
        Err(_) => path.to_owned(),
    };
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        Some(_) | None => Path::new("."),
    };
    let mut builder = Builder::new();
    builder.prefix(".golive-").suffix(".tmp");
    #[cfg(unix)]
    builder.permissions(<fs::Permissions as std::os::unix::fs::PermissionsExt>::from_mode(0o644));
    let mut file = builder.tempfile_in(folder)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist(&path).map_err(|error| error.error)?;
    // The new name itself is on disk only once its folder is; not every file system can say so.
    let _ = File::open(folder).and_then(|folder| folder.sync_all());
    Ok(())
}

fn quoted(path: &Path) -> String {
    Quoted(&path.to_string_lossy()).show()
}

#[cfg(test)]
mod tests {
    use golive_checks::model::{Keyring, Secret};

    use super::*;
    use crate::report::sample;

    const VALUE: &str = "sk_live_MARKER7f3k9q2x8v1m4n6b";

    fn guard() -> Guard {
        Guard::new(&Keyring { secret_key: Some(Secret::new(VALUE.to_owned())), ..Keyring::default() })
    }

    fn spec(text: &str) -> OutputSpec {
        text.parse().unwrap()
    }

    /// Fails every write in its own way.
    struct Broken(io::ErrorKind);

    impl Write for Broken {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(self.0.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn reads_format_and_path() {
        assert_eq!(spec("json"), OutputSpec { format: Format::Json, target: Target::Stdout });
        assert_eq!(spec("markdown=-").target, Target::Stdout);
        assert_eq!(spec("text=a=b.txt"), OutputSpec { format: Format::Terminal, target: Target::File("a=b.txt".into()) });
    }

    #[test]
    fn names_the_formats_when_there_is_no_such_one() {
        let error = "yaml=x".parse::<OutputSpec>().unwrap_err();
        assert_eq!(error, "there is no format \"yaml\"; there are terminal, json, markdown");
        assert!("json=".parse::<OutputSpec>().is_err());
    }

    #[test]
    fn a_terminal_report_is_printed_unless_another_goes_there() {
        let outputs = Outputs::new(vec![spec("json=report.json")]).unwrap();
        assert_eq!(outputs.0, [spec("terminal"), spec("json=report.json")]);
        assert_eq!(Outputs::new(vec![spec("json")]).unwrap().0, [spec("json")]);
        assert_eq!(Outputs::new(Vec::new()).unwrap().0, [spec("terminal")]);
    }

    #[test]
    fn two_reports_do_not_share_a_place() {
        assert!(Outputs::new(vec![spec("json"), spec("markdown")]).is_err());
        assert!(Outputs::new(vec![spec("json=x"), spec("markdown=x")]).is_err());
    }

    #[test]
    fn replaces_a_file_and_leaves_nothing_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("report.json");
        save(&guard(), &path, b"old").unwrap();
        save(&guard(), &path, b"new").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn others_may_read_a_report_and_not_change_it() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("report.json");
        save(&guard(), &path, b"x").unwrap();
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o133, 0, "{mode:o}");
    }

    #[cfg(unix)]
    #[test]
    fn writes_through_a_link_and_into_a_device() {
        let folder = tempfile::tempdir().unwrap();
        let (real, link) = (folder.path().join("real"), folder.path().join("link"));
        fs::write(&real, "old").unwrap();
        std::os::unix::fs::symlink(&real, &link).unwrap();
        save(&guard(), &link, b"new").unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read(&real).unwrap(), b"new");
        save(&guard(), Path::new("/dev/null"), b"x").unwrap();
        assert!(!fs::metadata("/dev/null").unwrap().is_file());
    }

    #[test]
    fn a_report_that_cannot_be_written_does_not_cost_the_others() {
        let folder = tempfile::tempdir().unwrap();
        let gone = folder.path().join("gone").join("report.json");
        let kept = folder.path().join("report.md");
        let outputs = Outputs(vec![
            OutputSpec { format: Format::Json, target: Target::File(gone) },
            OutputSpec { format: Format::Markdown, target: Target::File(kept.clone()) },
            spec("terminal"),
        ]);
        let mut stdout = Vec::new();
        let report = sample::report(sample::every_outcome(), &sample::run());
        let published = outputs.publish(&report, &guard(), Paint::PLAIN, &mut stdout);
        assert!(published.unwritten() && !published.leaked());
        assert_eq!(published.troubles.len(), 1);
        assert!(published.troubles[0].to_string().contains("could not write to"), "{}", published.troubles[0]);
        assert!(kept.is_file() && !stdout.is_empty());
    }

    #[test]
    fn a_secret_stays_in_and_the_file_as_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("report.txt");
        save(&guard(), &path, b"old").unwrap();
        let trouble = save(&guard(), &path, VALUE.as_bytes()).unwrap_err();
        assert_eq!(fs::read(&path).unwrap(), b"old");
        let mut stdout = Vec::new();
        let mut published = Published::default();
        published.take(Err(trouble));
        published.take(print(&guard(), &mut stdout, VALUE));
        assert!(published.leaked() && !published.unwritten() && stdout.is_empty());
        for trouble in &published.troubles {
            assert!(trouble.to_string().contains("api.secret_key") && !trouble.to_string().contains("MARKER"), "{trouble}");
        }
    }

    #[test]
    fn a_reader_who_left_is_no_trouble_and_a_full_disk_is() {
        assert!(print(&guard(), &mut Broken(io::ErrorKind::BrokenPipe), "x").is_ok());
        assert!(matches!(print(&guard(), &mut Broken(io::ErrorKind::StorageFull), "x"), Err(Trouble::Unwritten { .. })));
    }
}
