//! Runs the merchant's own programs: no shell, a time limit, an output cap, and no word of what
//! they print on standard error.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::{Child, Command};

/// What a program printed before it ended with exit code 0.
pub(crate) struct Output {
    /// Standard output; may hold a secret.
    pub(crate) stdout: Vec<u8>,
}

/// Why a program gave nothing to go by. Says nothing of what it printed, which may hold secrets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Failed {
    /// The command is empty.
    NoProgram,
    /// There is no such program.
    NotFound,
    /// It may not be run.
    NotExecutable,
    /// The system did not start it, or broke the pipe to it.
    System(ErrorKind),
    /// It ended with this exit code.
    Exit(i32),
    /// A signal ended it.
    Signal,
    /// It was still running after this time.
    TimedOut(Duration),
    /// It printed more bytes than this.
    TooMuch(usize),
}

impl std::fmt::Display for Failed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NoProgram => f.write_str("names no program"),
            Self::NotFound => f.write_str("was not found"),
            Self::NotExecutable => f.write_str("may not be run (is it executable?)"),
            Self::System(kind) => write!(f, "could not be run: {kind}"),
            Self::Exit(code) => write!(f, "ended with exit code {code}"),
            Self::Signal => f.write_str("was ended by a signal"),
            Self::TimedOut(limit) => write!(f, "was still running after {} ms", limit.as_millis()),
            Self::TooMuch(cap) => write!(f, "printed more than {cap} bytes"),
        }
    }
}

impl std::error::Error for Failed {}

impl From<std::io::Error> for Failed {
    fn from(error: std::io::Error) -> Self {
        match error.kind() {
            ErrorKind::NotFound => Self::NotFound,
            ErrorKind::PermissionDenied => Self::NotExecutable,
            kind => Self::System(kind),
        }
    }
}

/// Starts `argv` in `folder` and leaves it be: it outlives us, and a Ctrl-C that ends us does not
/// reach it. What it prints is thrown away.
pub(crate) fn launch(argv: &[String], folder: &Path) -> Result<Child, Failed> {
    Ok(Command::from(detached(argv, folder)?).spawn()?)
}

/// The same where no runtime may be left.
pub(crate) fn launch_last(argv: &[String], folder: &Path) -> Result<(), Failed> {
    detached(argv, folder)?.spawn()?;
    Ok(())
}

fn detached(argv: &[String], folder: &Path) -> Result<std::process::Command, Failed> {
    let mut command = command(argv, folder)?;
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    Ok(command)
}

/// How a program ended that was launched.
pub(crate) fn ended(status: ExitStatus) -> Result<(), Failed> {
    match status.code() {
        Some(0) => Ok(()),
        Some(code) => Err(Failed::Exit(code)),
        None => Err(Failed::Signal),
    }
}

/// Runs `argv` in `folder` with `stdin`, and ends it after `limit` or once it printed more than
/// `cap` bytes. A program with a slash in its name is looked for from `folder`, any other on the
/// path. Standard error is thrown away.
pub(crate) async fn run(
    argv: &[String],
    folder: &Path,
    stdin: &[u8],
    limit: Duration,
    cap: usize,
) -> Result<Output, Failed> {
    let mut command = Command::from(command(argv, folder)?);
    command.stdout(Stdio::piped()).stderr(Stdio::null()).kill_on_drop(true);
    command.stdin(if stdin.is_empty() { Stdio::null() } else { Stdio::piped() });
    match tokio::time::timeout(limit, converse(command, stdin, cap)).await {
        Ok(ended) => ended,
        Err(_) => Err(Failed::TimedOut(limit)),
    }
}

/// `argv` in `folder`, yet to be started.
fn command(argv: &[String], folder: &Path) -> Result<std::process::Command, Failed> {
    let [program, arguments @ ..] = argv else { return Err(Failed::NoProgram) };
    if program.is_empty() {
        return Err(Failed::NoProgram);
    }
    let folder = std::path::absolute(folder).or_else(|_| std::env::current_dir())?;
    if !folder.is_dir() {
        return Err(Failed::System(ErrorKind::NotADirectory));
    }
    let mut command = std::process::Command::new(locate(program, &folder));
    command.args(arguments).current_dir(&folder);
    Ok(command)
}

/// The program itself, or where it stands beside the configuration.
fn locate(program: &str, folder: &Path) -> PathBuf {
    if program.contains(std::path::is_separator) {
        folder.join(program)
    } else {
        PathBuf::from(program)
    }
}

/// Feeds the program, reads what it prints and waits for its end. Dropping this kills it.
async fn converse(mut command: Command, stdin: &[u8], cap: usize) -> Result<Output, Failed> {
    let mut child = command.spawn()?;
    let input = child.stdin.take();
    let output = child.stdout.take();
    let feed = async {
        if let Some(mut input) = input {
            // A program that does not want its input may close it: what counts is what it prints.
            let _ = input.write_all(stdin).await;
        }
    };
    let read = async {
        let mut stdout = Vec::new();
        if let Some(output) = output {
            let most = u64::try_from(cap).unwrap_or(u64::MAX).saturating_add(1);
            output.take(most).read_to_end(&mut stdout).await?;
        }
        if stdout.len() > cap { Err(Failed::TooMuch(cap)) } else { Ok(stdout) }
    };
    // A program may print its whole output and end without having read all of its input: then
    // feeding ends with the pipe.
    let ((), stdout) = tokio::join!(feed, read);
    let stdout = stdout?;
    ended(child.wait().await?)?;
    Ok(Output { stdout })
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_secs(20);

    fn run_here(
        argv: &[&str],
        stdin: &[u8],
        limit: Duration,
        cap: usize,
    ) -> Result<String, Failed> {
        let argv: Vec<String> = argv.iter().map(|&part| part.to_owned()).collect();
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let output = runtime.block_on(run(&argv, Path::new("."), stdin, limit, cap))?;
        Ok(String::from_utf8(output.stdout).expect("UTF-8"))
    }

    #[test]
    fn gives_input_and_takes_output() {
        assert_eq!(run_here(&["cat"], b"hello", LONG, 100).as_deref(), Ok("hello"));
        let large = vec![b'x'; 1_000_000];
        assert_eq!(run_here(&["cat"], &large, LONG, 2_000_000).map(|out| out.len()), Ok(1_000_000));
    }

    #[test]
    fn passes_arguments_as_they_are() {
        assert_eq!(
            run_here(&["printf", "%s", "$HOME; echo *"], b"", LONG, 100).as_deref(),
            Ok("$HOME; echo *")
        );
    }

    #[test]
    fn forgives_a_program_that_does_not_read_its_input() {
        let large = vec![b'x'; 1_000_000];
        assert_eq!(run_here(&["echo", "4"], &large, LONG, 100).as_deref(), Ok("4\n"));
    }

    #[test]
    fn says_how_a_program_failed_and_nothing_of_what_it_printed() {
        let failed =
            run_here(&["sh", "-c", "echo MARKER; echo MARKER >&2; exit 3"], b"", LONG, 100)
                .expect_err("it failed");
        assert_eq!(failed, Failed::Exit(3));
        assert_eq!(failed.to_string(), "ended with exit code 3");
        assert_eq!(run_here(&["sh", "-c", "kill -9 $$"], b"", LONG, 100), Err(Failed::Signal));
        assert_eq!(run_here(&["golive-no-such-program"], b"", LONG, 100), Err(Failed::NotFound));
        assert_eq!(run_here(&["./Cargo.toml"], b"", LONG, 100), Err(Failed::NotExecutable));
        assert_eq!(run_here(&[], b"", LONG, 100), Err(Failed::NoProgram));
    }

    #[test]
    fn ends_a_program_that_takes_too_long_or_prints_too_much() {
        let started = std::time::Instant::now();
        let limit = Duration::from_millis(100);
        assert_eq!(run_here(&["sleep", "30"], b"", limit, 100), Err(Failed::TimedOut(limit)));
        assert_eq!(run_here(&["yes"], b"", LONG, 100), Err(Failed::TooMuch(100)));
        assert!(started.elapsed() < Duration::from_secs(15));
    }

    #[test]
    fn what_is_launched_is_not_waited_for_and_outlives_whoever_launched_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let script = |text: &str| ["sh", "-c", text].map(str::to_owned);
        runtime.block_on(async {
            let mut failing =
                launch(&script("echo MARKER; exit 4"), folder.path()).expect("launched");
            assert_eq!(
                failing.wait().await.map_err(Failed::from).and_then(ended),
                Err(Failed::Exit(4))
            );
            drop(launch(&script("sleep 0.3; touch one"), folder.path()).expect("launched"));
            assert_eq!(launch(&["./none".to_owned()], folder.path()).err(), Some(Failed::NotFound));
        });
        drop(runtime);
        launch_last(&script("touch other"), folder.path()).expect("launched");
        let began = std::time::Instant::now();
        while !["one", "other"].iter().all(|name| folder.path().join(name).exists()) {
            assert!(began.elapsed() < LONG, "both are made");
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    #[test]
    fn finds_programs_beside_the_configuration() {
        let folder = tempfile::tempdir().expect("a folder");
        // A link, since a script that was just written may still be busy.
        std::os::unix::fs::symlink("/bin/sh", folder.path().join("sh")).expect("linked");
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let output = runtime
            .block_on(run(
                &["./sh", "-c", "pwd"].map(str::to_owned),
                folder.path(),
                b"",
                LONG,
                1000,
            ))
            .map(|out| out.stdout);
        let printed = String::from_utf8(output.expect("it ran")).expect("UTF-8");
        assert_eq!(
            Path::new(printed.trim()).canonicalize().expect("a path"),
            folder.path().canonicalize().expect("a path")
        );
    }
}
