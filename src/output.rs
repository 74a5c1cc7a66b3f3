//! Where reports go: every byte past the guard, whole or not at all.

use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use golive_checks::model::{Quoted, Show as _};
use tempfile::Builder;

use crate::guard::{Guard, SecretFound};
use crate::report::{
    Report, csv, github, gitlab, html, json, junit, markdown, sarif, tap, terminal,
};

/// A way to write a report down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    /// For a person at a terminal.
    Terminal,
    /// `golive.report/v1`
    Json,
    /// For a ticket.
    Markdown,
    /// For people and for paper: one file.
    Html,
    /// For pipelines.
    Junit,
    /// For code scanning.
    Sarif,
    /// Annotations of a GitHub workflow.
    Github,
    /// GitLab Code Quality.
    Gitlab,
    /// The requirements, for a spreadsheet.
    Csv,
    /// The Test Anything Protocol.
    Tap,
}

impl Format {
    /// All of them.
    pub(crate) const ALL: [Self; 10] = [
        Self::Terminal,
        Self::Json,
        Self::Markdown,
        Self::Html,
        Self::Junit,
        Self::Sarif,
        Self::Github,
        Self::Gitlab,
        Self::Csv,
        Self::Tap,
    ];

    /// The word on the command line.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Terminal => "terminal",
            Self::Json => "json",
            Self::Markdown => "markdown",
            Self::Html => "html",
            Self::Junit => "junit",
            Self::Sarif => "sarif",
            Self::Github => "github",
            Self::Gitlab => "gitlab",
            Self::Csv => "csv",
            Self::Tap => "tap",
        }
    }

    /// Writes a report down. Colour is for the terminal alone; everything has 80 columns, so that
    /// the same run reads the same everywhere.
    pub(crate) fn render(self, report: &Report, colour: bool) -> String {
        match self {
            Self::Terminal => terminal::render(report, colour, terminal::WIDTH),
            Self::Json => json::render(report),
            Self::Markdown => markdown::render(report),
            Self::Html => html::render(report),
            Self::Junit => junit::render(report),
            Self::Sarif => sarif::render(report),
            Self::Github => github::render(report),
            Self::Gitlab => gitlab::render(report),
            Self::Csv => csv::render(report),
            Self::Tap => tap::render(report),
        }
    }
}

/// Where a report goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    /// Standard output.
    Stdout,
    /// A file.
    File(PathBuf),
}

impl Target {
    /// What to call it.
    fn name(&self) -> String {
        match self {
            Self::Stdout => "standard output".to_owned(),
            Self::File(path) => quoted(path),
        }
    }
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
        let (word, path) =
            spec.split_once('=').map_or((spec, None), |(word, path)| (word, Some(path)));
        let format = match word {
            "text" => Format::Terminal,
            word => {
                Format::ALL.into_iter().find(|format| format.word() == word).ok_or_else(|| {
                    let words: Vec<&str> = Format::ALL.iter().map(|format| format.word()).collect();
                    format!(
                        "there is no format {}; there are {}",
                        Quoted(word).show(),
                        words.join(", ")
                    )
                })?
            }
        };
        match path {
            None | Some("-") => Ok(Self { format, target: Target::Stdout }),
            Some("") => Err(format!(
                "no path follows `{word}=`; `{word}=report.txt` writes a file, `{word}` alone \
                 writes to standard output"
            )),
            Some(path) => Ok(Self { format, target: Target::File(PathBuf::from(path)) }),
        }
    }
}

/// Writes every report, whatever becomes of the others, and says on standard error what went wrong.
/// A terminal report goes to standard output unless another one does.
pub(crate) fn publish(
    report: &Report,
    asked: &[OutputSpec],
    guard: &Guard,
    colour: bool,
) -> Published {
    let mut troubles = Vec::new();
    publish_to(report, asked, guard, colour, &mut io::stdout().lock(), &mut troubles);
    Published::tell(&troubles)
}

fn publish_to(
    report: &Report,
    asked: &[OutputSpec],
    guard: &Guard,
    colour: bool,
    stdout: &mut dyn Write,
    troubles: &mut Vec<Trouble>,
) {
    let usual = OutputSpec { format: Format::Terminal, target: Target::Stdout };
    let usual =
        if asked.iter().any(|spec| spec.target == Target::Stdout) { None } else { Some(&usual) };
    for OutputSpec { format, target } in usual.into_iter().chain(asked) {
        let result = match target {
            Target::Stdout => print_to(guard, stdout, &format.render(report, colour)),
            Target::File(path) => save(guard, path, format.render(report, false).as_bytes()),
        };
        troubles.extend(result.err());
    }
}

/// Writes another file past the guard, and says on standard error what went wrong.
pub(crate) fn write(path: &Path, text: &str, guard: &Guard) -> Published {
    write_bytes(path, text.as_bytes(), guard)
}

/// Writes a file that need not be text past the guard, and says on standard error what went wrong.
pub(crate) fn write_bytes(path: &Path, bytes: &[u8], guard: &Guard) -> Published {
    Published::tell(save(guard, path, bytes).err().as_slice())
}

/// Prints past the guard, and says on standard error what went wrong.
pub(crate) fn print_past(guard: &Guard, text: &str) -> Published {
    Published::tell(print_to(guard, &mut io::stdout().lock(), text).err().as_slice())
}

/// Prints what was made without any secret at hand, such as the catalogue.
///
/// # Errors
///
/// [`Trouble::Unwritten`]. A reader who has left is no trouble.
pub(crate) fn print(text: &str) -> anyhow::Result<()> {
    Ok(print_to(&Guard::none(), &mut io::stdout().lock(), text)?)
}

/// What became of what was to be written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Published {
    /// The guard held something back.
    pub(crate) leaked: bool,
    /// Something could not be written.
    pub(crate) unwritten: bool,
}

impl Published {
    /// Both together.
    pub(crate) const fn and(self, other: Self) -> Self {
        Self { leaked: self.leaked || other.leaked, unwritten: self.unwritten || other.unwritten }
    }

    /// Whether everything was written.
    pub(crate) const fn whole(self) -> bool {
        !self.leaked && !self.unwritten
    }

    fn of(troubles: &[Trouble]) -> Self {
        Self {
            leaked: troubles.iter().any(|trouble| matches!(trouble, Trouble::Leak { .. })),
            unwritten: troubles.iter().any(|trouble| matches!(trouble, Trouble::Unwritten { .. })),
        }
    }

    fn tell(troubles: &[Trouble]) -> Self {
        for trouble in troubles {
            // Nothing is left to say it to when standard error is gone.
            let _ = writeln!(io::stderr(), "golive: {trouble}");
        }
        Self::of(troubles)
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
        found: SecretFound,
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

/// A reader who has left, as `head` does, is no trouble.
fn print_to(guard: &Guard, stdout: &mut dyn Write, text: &str) -> Result<(), Trouble> {
    let to = || Target::Stdout.name();
    guard.check(text.as_bytes()).map_err(|found| Trouble::Leak { to: to(), found })?;
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Trouble::Unwritten { to: to(), error })
        }
        Ok(()) | Err(_) => Ok(()),
    }
}

/// Leaves the old file or the new one, whole, whatever happens.
fn save(guard: &Guard, path: &Path, bytes: &[u8]) -> Result<(), Trouble> {
    guard.check(bytes).map_err(|found| Trouble::Leak { to: quoted(path), found })?;
    replace(path, bytes).map_err(|error| Trouble::Unwritten { to: quoted(path), error })
}

/// Writes beside the target, syncs, renames.
fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let path = match fs::metadata(path) {
        // What a link leads to is replaced, not the link.
        Ok(found) if found.is_file() => fs::canonicalize(path)?,
        Ok(found) if found.is_dir() => {
            return Err(io::Error::new(io::ErrorKind::IsADirectory, "it is a folder"));
        }
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
    let mut file = builder.tempfile_in(folder).map_err(|error| unmade(folder, &error))?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist(&path).map_err(|error| error.error)?;
    // The new name itself is on disk only once its folder is; not every file system can say so.
    let _ = File::open(folder).and_then(|folder| folder.sync_all());
    Ok(())
}

/// Why no file could be made in a folder, without the name that it was to have until it is whole.
pub(crate) fn unmade(folder: &Path, error: &io::Error) -> io::Error {
    let kind = error.kind();
    match kind {
        io::ErrorKind::NotFound => {
            io::Error::new(kind, format!("there is no folder {}", quoted(folder)))
        }
        io::ErrorKind::NotADirectory => {
            io::Error::new(kind, format!("{} is no folder", quoted(folder)))
        }
        _ => kind.into(),
    }
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
        Guard::new(&Keyring {
            secret_key: Some(Secret::new(VALUE.to_owned())),
            ..Keyring::default()
        })
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
        assert_eq!(
            spec("text=a=b.txt"),
            OutputSpec { format: Format::Terminal, target: Target::File("a=b.txt".into()) }
        );
    }

    #[test]
    fn names_the_formats_when_there_is_no_such_one() {
        let error = "yaml=x".parse::<OutputSpec>().unwrap_err();
        assert_eq!(
            error,
            "there is no format \"yaml\"; there are terminal, json, markdown, html, junit, sarif, \
             github, gitlab, csv, tap"
        );
        assert!("json=".parse::<OutputSpec>().is_err());
    }

    fn published(asked: &[OutputSpec], guard: &Guard) -> (String, Vec<Trouble>) {
        let report = sample::report(sample::every_outcome(), &sample::run());
        let (mut stdout, mut troubles) = (Vec::new(), Vec::new());
        publish_to(&report, asked, guard, false, &mut stdout, &mut troubles);
        (String::from_utf8(stdout).unwrap(), troubles)
    }

    #[test]
    fn a_terminal_report_is_printed_unless_another_goes_there() {
        let folder = tempfile::tempdir().unwrap();
        let file = OutputSpec {
            format: Format::Json,
            target: Target::File(folder.path().join("report.json")),
        };
        for asked in [vec![], vec![file], vec![spec("terminal")]] {
            assert!(published(&asked, &guard()).0.starts_with("NOT READY:"), "{asked:?}");
        }
        assert!(published(&[spec("json")], &guard()).0.starts_with('{'));
        assert!(published(&[spec("markdown=-")], &guard()).0.starts_with("# NOT READY"));
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
        let asked = [
            OutputSpec { format: Format::Json, target: Target::File(gone) },
            OutputSpec { format: Format::Markdown, target: Target::File(kept.clone()) },
        ];
        let (stdout, troubles) = published(&asked, &guard());
        assert_eq!(Published::of(&troubles), Published { leaked: false, unwritten: true });
        assert_eq!(troubles.len(), 1);
        assert!(troubles[0].to_string().starts_with("could not write to \""), "{}", troubles[0]);
        assert!(kept.is_file() && !stdout.is_empty());
    }

    #[test]
    fn a_secret_stays_in_and_the_file_as_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("report.txt");
        save(&guard(), &path, b"old").unwrap();
        let mut stdout = Vec::new();
        let troubles = [
            save(&guard(), &path, VALUE.as_bytes()).unwrap_err(),
            print_to(&guard(), &mut stdout, VALUE).unwrap_err(),
        ];
        assert_eq!(fs::read(&path).unwrap(), b"old");
        assert!(stdout.is_empty());
        assert_eq!(Published::of(&troubles), Published { leaked: true, unwritten: false });
        for trouble in &troubles {
            assert!(
                trouble.to_string().contains("api.secret_key")
                    && !trouble.to_string().contains("MARKER"),
                "{trouble}"
            );
        }
    }

    #[test]
    fn a_secret_in_a_report_holds_back_every_format() {
        // A configuration digest that happens to be the secret.
        let digest = sample::merchant().config.sha256;
        let guard =
            Guard::new(&Keyring { api_key: Some(Secret::new(digest)), ..Keyring::default() });
        for format in ["json", "markdown"] {
            let (stdout, troubles) = published(&[spec(format)], &guard);
            assert!(stdout.is_empty() && Published::of(&troubles).leaked, "{format}");
        }
    }

    #[test]
    fn a_reader_who_left_is_no_trouble_and_a_full_disk_is() {
        assert!(print_to(&guard(), &mut Broken(io::ErrorKind::BrokenPipe), "x").is_ok());
        assert!(matches!(
            print_to(&guard(), &mut Broken(io::ErrorKind::StorageFull), "x"),
            Err(Trouble::Unwritten { .. })
        ));
    }
}
