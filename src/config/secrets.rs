//! Fetches secrets from where the configuration says they are.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;
use std::time::Duration;

use golive_checks::model::{
    Carried, Credential, EnvEntry, EnvFile, Keyring, MissingSecret, Origin, Secret, SecretFacts,
    Slot,
};
use golive_checks::platform::keys;

use super::env_file::EnvLines;
use super::read::Reference;
use crate::programs;

/// More than any file with secrets holds.
const FILE_CAP: u64 = 1 << 20;

/// More than any key takes.
const PRINTED_CAP: usize = 64 << 10;

/// Where secrets may come from.
pub(super) struct Whereabouts<'a> {
    /// Where relative paths and programs start.
    pub(super) folder: &'a Path,
    /// The env file as configured, and its lines where it can be read.
    pub(super) env_file: Option<(&'a str, Option<EnvLines>)>,
    /// Looks up a variable of the process.
    pub(super) environment: &'a dyn Fn(&str) -> Option<String>,
    /// Whether programs may run.
    pub(super) programs: Programs,
    /// How long a program may run.
    pub(super) limit: Duration,
}

/// A secret, or why it is not there.
pub(super) enum Fetched {
    /// It is there.
    Found {
        /// As it was found.
        value: Secret,
        /// Where.
        origin: Origin,
    },
    /// It is not.
    Missing {
        /// Where it should have been.
        origin: Origin,
        /// What was wrong.
        why: MissingSecret,
    },
}

impl Fetched {
    /// The value, where it was found.
    pub(super) fn value(&self) -> Option<&Secret> {
        match self {
            Self::Found { value, .. } => Some(value),
            Self::Missing { .. } => None,
        }
    }
}

/// Reads a file of no unusual size.
pub(super) fn read_file(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(FILE_CAP + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > FILE_CAP {
        return Err(io::ErrorKind::FileTooLarge.into());
    }
    Ok(bytes)
}

impl Whereabouts<'_> {
    /// Fetches all of `references`; their programs run beside one another.
    pub(super) fn fetch<const N: usize>(
        &self,
        references: [Option<Reference>; N],
    ) -> [Option<Fetched>; N] {
        let commands: Vec<&[String]> = references
            .iter()
            .flatten()
            .filter_map(|reference| match reference {
                Reference::Command(argv) => Some(argv.as_slice()),
                Reference::Env(_) | Reference::File(_) | Reference::Literal(_) => None,
            })
            .collect();
        let mut printed = self.run(&commands).into_iter();
        references.map(|reference| {
            Some(match reference? {
                Reference::Literal(value) => Fetched::Found { value, origin: Origin::Literal },
                Reference::Env(name) => self.variable(name),
                Reference::File(path) => self.file(path),
                Reference::Command(argv) => {
                    let origin =
                        Origin::Command { program: argv.into_iter().next().unwrap_or_default() };
                    match printed.next().unwrap_or(Err(MissingSecret::NotRun)) {
                        Ok(value) => Fetched::Found { value, origin },
                        Err(why) => Fetched::Missing { origin, why },
                    }
                }
            })
        })
    }

    /// Looks into the env file, then into the environment.
    fn variable(&self, name: String) -> Fetched {
        if let Some((path, Some(lines))) = &self.env_file
            && let Some(line) = lines.get(&name)
        {
            let origin = Origin::EnvFile { path: (*path).to_owned(), name, line: line.line };
            if line.doubtful {
                return Fetched::Missing { origin, why: MissingSecret::Unreadable };
            }
            return Fetched::Found { value: Secret::new(line.value.expose().to_owned()), origin };
        }
        let value = (self.environment)(&name);
        let origin = Origin::Env { name };
        match value {
            Some(value) => Fetched::Found { value: Secret::new(value), origin },
            None => Fetched::Missing { origin, why: MissingSecret::NotSet },
        }
    }

    /// Reads a file that holds the secret alone.
    fn file(&self, path: String) -> Fetched {
        let bytes = read_file(&self.folder.join(&path));
        let origin = Origin::File { path };
        match bytes.ok().and_then(alone) {
            Some(value) => Fetched::Found { value, origin },
            None => Fetched::Missing { origin, why: MissingSecret::Unreadable },
        }
    }

    /// Runs programs that print a secret, all at once, on a thread of their own: the caller may be
    /// within a runtime.
    fn run(&self, commands: &[&[String]]) -> Vec<Result<Secret, MissingSecret>> {
        match self.programs {
            Programs::Leave => {
                return commands.iter().map(|_| Err(MissingSecret::NotRun)).collect();
            }
            Programs::Run if commands.is_empty() => return Vec::new(),
            Programs::Run => {}
        }
        let (folder, limit) = (self.folder, self.limit);
        let all = move || {
            let runtime =
                tokio::runtime::Builder::new_current_thread().enable_all().build().ok()?;
            let running = commands.iter().map(|argv| {
                let (argv, folder) = (argv.to_vec(), folder.to_owned());
                async move { programs::run(&argv, &folder, b"", limit, PRINTED_CAP).await }
            });
            let tasks: Vec<_> = running.map(|one| runtime.spawn(one)).collect();
            Some(runtime.block_on(async {
                let mut printed = Vec::new();
                for task in tasks {
                    let value = task
                        .await
                        .ok()
                        .and_then(Result::ok)
                        .and_then(|output| alone(output.stdout));
                    let usable = value.filter(|value| !value.expose().trim().is_empty());
                    printed.push(usable.ok_or(MissingSecret::CommandFailed));
                }
                printed
            }))
        };
        let printed = std::thread::scope(|scope| scope.spawn(all).join());
        printed
            .ok()
            .flatten()
            .unwrap_or_else(|| commands.iter().map(|_| Err(MissingSecret::CommandFailed)).collect())
    }

    /// The facts about the env file, once the secrets are known.
    pub(super) fn facts(&self, named: &[String], keyring: &Keyring) -> Option<EnvFile> {
        let (path, lines) = self.env_file.as_ref()?;
        let path = (*path).to_owned();
        let Some(lines) = lines else {
            return Some(EnvFile {
                path,
                readable: false,
                unreadable_lines: Vec::new(),
                entries: Vec::new(),
                overridden: Vec::new(),
            });
        };
        let entries: Vec<EnvEntry> = lines
            .variables
            .iter()
            .map(|variable| EnvEntry {
                name: variable.name.clone(),
                line: variable.line,
                carries: carries(variable.value.expose(), keyring),
            })
            .filter(|entry| !entry.carries.is_empty())
            .collect();
        let mut unreadable_lines = lines.unreadable.clone();
        unreadable_lines.extend(
            named
                .iter()
                .filter_map(|name| lines.get(name))
                .filter(|line| line.doubtful)
                .map(|line| line.line),
        );
        unreadable_lines.sort_unstable();
        unreadable_lines.dedup();
        let mut overridden: Vec<String> =
            entries.iter().map(|entry| &entry.name).chain(named).cloned().collect();
        overridden.sort();
        overridden.dedup();
        overridden.retain(|name| match (lines.get(name), (self.environment)(name)) {
            (Some(line), Some(value)) => !line.doubtful && line.value.expose() != value,
            (Some(_) | None, _) => false,
        });
        Some(EnvFile { path, readable: true, unreadable_lines, entries, overridden })
    }
}

/// The text of a file or program that holds a secret and one line break at most.
fn alone(bytes: Vec<u8>) -> Option<Secret> {
    let mut text = String::from_utf8(bytes).ok()?;
    if text.ends_with('\n') {
        text.pop();
        if text.ends_with('\r') {
            text.pop();
        }
    }
    Some(Secret::new(text))
}

/// What a value of the env file carries of the platform's.
fn carries(value: &str, keyring: &Keyring) -> Vec<Carried> {
    let mut carried = keys::carried(value);
    for slot in Slot::ALL {
        if keyring.get(slot).is_some_and(|secret| !value.is_empty() && secret.expose() == value) {
            carried.push(Carried::Configured(slot));
            if matches!(slot, Slot::SandboxApiKey | Slot::SandboxSecretKey) {
                carried.push(Carried::SandboxKey);
            }
        }
    }
    carried.sort();
    carried.dedup();
    carried
}

/// Credentials for the merchant, a keyring for observing.
pub(super) fn settle(fetched: [Option<Fetched>; 4]) -> ([Option<Credential>; 4], Keyring) {
    let equals: [Vec<Slot>; 4] = std::array::from_fn(|one| {
        let value = |at: usize| {
            fetched[at]
                .as_ref()
                .and_then(Fetched::value)
                .map(Secret::expose)
                .filter(|value| !value.is_empty())
        };
        let same =
            |other: &usize| *other != one && value(one).is_some() && value(one) == value(*other);
        (0..4).filter(same).map(|other| Slot::ALL[other]).collect()
    });
    let mut values = [None, None, None, None];
    let mut credentials = [None, None, None, None];
    for (at, (fetched, equals)) in fetched.into_iter().zip(equals).enumerate() {
        credentials[at] = match fetched {
            Some(Fetched::Found { value, origin }) => {
                let facts = SecretFacts { equals, ..keys::facts(value.expose(), origin) };
                // Who signs with nothing lets anybody sign: it is as good as not there.
                values[at] = Some(value).filter(|value| !value.is_blank());
                Some(Credential::Found(facts))
            }
            Some(Fetched::Missing { origin, why }) => Some(Credential::Missing { origin, why }),
            None => None,
        };
    }
    let [api_key, secret_key, sandbox_api_key, sandbox_secret_key] = values;
    let secret_variable = match &credentials[1] {
        Some(Credential::Found(facts)) => facts.origin.variable().map(str::to_owned),
        _ => None,
    };
    let keyring = Keyring {
        api_key,
        secret_key,
        sandbox_api_key,
        sandbox_secret_key,
        secret_variable,
        wallet_id: None,
    };
    (credentials, keyring)
}

/// Whether programs of the merchant's may run while loading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Programs {
    /// As `golive check` does.
    Run,
    /// As `golive plan` and `golive config` do.
    Leave,
}
