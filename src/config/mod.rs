//! Loads `golive.toml`.

mod check;
mod complaint;
mod env_file;
mod init;
mod position;
mod raw;
mod read;
mod schema;
mod secrets;
mod show;
mod strays;

use std::path::{Component, Path, PathBuf};
use std::time::Duration;

use data_encoding::HEXLOWER;
use golive_checks::CATALOGUE;
use golive_checks::model::{ConfigSource, Merchant, SameAsLive, Secret};
use serde_json::{Map, json};
use sha2::{Digest as _, Sha256};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

pub(crate) use complaint::Complaints;
pub(crate) use init::init;
pub(crate) use secrets::Programs;
pub(crate) use show::explain;

use crate::targets::Targets;
use complaint::Notes;
use env_file::EnvLines;
use position::LineIndex;
use raw::File;
use read::{Describe as _, Read as _, Reference};
use secrets::{Fetched, Whereabouts, read_file};

/// What the file is called.
pub(crate) const FILE_NAME: &str = "golive.toml";

/// Where the configuration and what it refers to come from.
pub(crate) struct Sources<'a> {
    /// `--config`
    pub(crate) config: Option<PathBuf>,
    /// The working folder.
    pub(crate) folder: PathBuf,
    /// Looks up a variable of the process environment.
    pub(crate) environment: &'a dyn Fn(&str) -> Option<String>,
    /// Whether programs that print a secret may run.
    pub(crate) programs: Programs,
}

impl Sources<'static> {
    /// The real ones.
    pub(crate) fn of_this_process(
        config: Option<PathBuf>,
        programs: Programs,
    ) -> std::io::Result<Self> {
        Ok(Self { config, folder: std::env::current_dir()?, environment: &variable, programs })
    }
}

/// A variable of this process.
fn variable(name: &str) -> Option<String> {
    std::env::var_os(name).map(|value| value.to_string_lossy().into_owned())
}

/// A configuration, loaded.
#[derive(Debug)]
pub(crate) struct Loaded {
    /// For planning and judging.
    pub(crate) merchant: Merchant,
    /// For observing.
    pub(crate) targets: Targets,
    /// Where the file is.
    pub(crate) path: PathBuf,
    /// How the file was found.
    pub(crate) found: Found,
}

/// How the configuration file was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// `--config` names it.
    Option,
    /// `GOLIVE_CONFIG` names it.
    Variable,
    /// It stands in the working folder.
    Here,
    /// It stands above the working folder, within the repository.
    Above,
}

impl Found {
    /// How it was found, in words.
    pub(crate) const fn words(self) -> &'static str {
        match self {
            Self::Option => "named by --config",
            Self::Variable => "named by GOLIVE_CONFIG",
            Self::Here => "found in the working folder",
            Self::Above => "found above the working folder",
        }
    }
}

/// Finds the configuration, reads it and fetches its secrets.
pub(crate) fn load(sources: &Sources<'_>) -> Result<Loaded, Complaints> {
    let ids: Vec<&str> = CATALOGUE
        .iter()
        .flat_map(|section| section.checks.iter().map(|check| check.meta().id))
        .collect();
    load_knowing(sources, &ids)
}

/// Loads the configuration, where there is one: none is no complaint unless it was named.
pub(crate) fn load_if_found(sources: &Sources<'_>) -> Result<Option<Loaded>, Complaints> {
    match discover(sources) {
        Err(_) if sources.config.is_none() => Ok(None),
        Ok(_) | Err(_) => load(sources).map(Some),
    }
}

/// Loads with the ids of the catalogue given.
fn load_knowing(sources: &Sources<'_>, ids: &[&str]) -> Result<Loaded, Complaints> {
    let (path, found) = discover(sources)?;
    let name = shortest(&path, &sources.folder);
    let bytes = read_file(&path).map_err(|error| Complaints::about(&name, unreadable(&error)))?;
    let text = decode(&bytes, &name)?;
    let mut notes = Notes::new(text, ids);
    let table = DeTable::parse(text).map_err(|error| {
        let place = LineIndex::of(text).place(error.span().map_or(0, |span| span.start));
        Complaints::at(&name, place, format!("this is not TOML: {}", syntax(error.message())))
    })?;
    let span = table.span();
    let file =
        raw::File::read(&Spanned::new(span, DeValue::Table(table.into_inner())), "", &mut notes);
    let draft = check::draft(file.unwrap_or_default(), &mut notes);
    strays::complain_of_keys(text, &mut notes);
    let literals = std::mem::take(&mut notes.literals);
    let places = notes.end(&name)?;
    let folder = path.parent().unwrap_or(Path::new("")).to_owned();
    let check::Draft { mut merchant, mut targets, env_file, references, wallets } = draft;
    merchant.config = ConfigSource { path: name, sha256: HEXLOWER.encode(&Sha256::digest(&bytes)) };
    merchant.places = places;
    for attestation in merchant.attestations.values_mut() {
        attestation.is_file = names_file(&attestation.evidence, &folder);
    }
    targets.secret_files = secret_files(env_file.as_deref(), &references, &folder);
    let named: Vec<String> = references
        .iter()
        .chain(&wallets)
        .flatten()
        .filter_map(|reference| match reference {
            Reference::Env(name) => Some(name.clone()),
            Reference::File(_) | Reference::Command(_) | Reference::Literal(_) => None,
        })
        .collect();
    let whereabouts = Whereabouts {
        folder: &folder,
        env_file: env_file.as_deref().map(|path| (path, env_lines(&folder.join(path)))),
        environment: sources.environment,
        programs: sources.programs,
        limit: Duration::from_millis(merchant.limits.command_ms),
    };
    let [api_key, secret_key, sandbox_api_key, sandbox_secret_key] = references;
    let [wallet, sandbox_wallet] = wallets;
    let [api_key, secret_key, sandbox_api_key, sandbox_secret_key, wallet, sandbox_wallet] =
        whereabouts.fetch([
            api_key,
            secret_key,
            sandbox_api_key,
            sandbox_secret_key,
            wallet,
            sandbox_wallet,
        ]);
    let (credentials, mut keyring) =
        secrets::settle([api_key, secret_key, sandbox_api_key, sandbox_secret_key]);
    strays::refuse_copies(text, &literals, &keyring, &merchant.config.path)?;
    [merchant.api.api_key, merchant.api.secret_key] =
        [credentials[0].clone(), credentials[1].clone()];
    merchant.api.wallet_id = wallet.as_ref().is_some_and(is_set);
    if let Some(sandbox) = &mut merchant.sandbox {
        [sandbox.api_key, sandbox.secret_key] = [credentials[2].clone(), credentials[3].clone()];
        let value = |fetched: &Option<Fetched>| {
            fetched.as_ref().and_then(Fetched::value).map(|value| value.expose().to_owned())
        };
        sandbox.wallet_id = sandbox_wallet.as_ref().filter(|wallet| is_set(wallet)).map(|_| {
            let same = value(&sandbox_wallet);
            SameAsLive(same.is_some() && same == value(&wallet))
        });
    }
    merchant.env_file = whereabouts.facts(&named, &keyring);
    keyring.wallet_id = wallet
        .as_ref()
        .filter(|wallet| is_set(wallet))
        .and_then(|wallet| wallet.value().map(|value| Secret::new(value.expose().to_owned())));
    targets.keys = keyring;
    targets.folder = folder;
    Ok(Loaded { merchant, targets, path, found })
}

/// Whether the evidence of an attestation is the path of a file, as seen from `folder`.
fn names_file(evidence: &str, folder: &Path) -> bool {
    let evidence = evidence.trim();
    !evidence.is_empty() && folder.join(evidence).is_file()
}

/// Whether a wallet is there, or would be if its program ran.
fn is_set(wallet: &Fetched) -> bool {
    match wallet {
        Fetched::Found { value, .. } => !value.expose().trim().is_empty(),
        Fetched::Missing { why, .. } => *why == golive_checks::model::MissingSecret::NotRun,
    }
}

/// The lines of an env file, where it can be read.
fn env_lines(path: &Path) -> Option<EnvLines> {
    read_file(path).ok().map(|bytes| EnvLines::parse(&String::from_utf8_lossy(&bytes)))
}

/// The env file and the files that hold a secret.
fn secret_files(
    env_file: Option<&str>,
    references: &[Option<Reference>; 4],
    folder: &Path,
) -> Vec<(String, String, PathBuf)> {
    let slots =
        golive_checks::model::Slot::ALL.iter().zip(references).filter_map(|(slot, reference)| {
            match reference {
                Some(Reference::File(path)) => Some((slot.key(), path.as_str())),
                Some(Reference::Env(_) | Reference::Command(_) | Reference::Literal(_)) | None => {
                    None
                }
            }
        });
    let files = env_file.map(|path| ("env_file", path)).into_iter().chain(slots);
    files.map(|(key, path)| (key.to_owned(), path.to_owned(), folder.join(path))).collect()
}

/// The file that is named, or the nearest one up to the repository root.
fn discover(sources: &Sources<'_>) -> Result<(PathBuf, Found), Complaints> {
    let within = |path: &Path| sources.folder.join(path);
    if let Some(path) = &sources.config {
        return Ok((within(path), Found::Option));
    }
    if let Some(path) = (sources.environment)("GOLIVE_CONFIG").filter(|path| !path.is_empty()) {
        return Ok((within(Path::new(&path)), Found::Variable));
    }
    let here = within(Path::new(FILE_NAME));
    if here.is_file() {
        return Ok((here, Found::Here));
    }
    // Never above the repository: a file in a folder that others can write to could name programs
    // to run.
    if let Some(root) = sources.folder.ancestors().find(|folder| folder.join(".git").exists()) {
        let above =
            sources.folder.ancestors().skip(1).take_while(|folder| folder.starts_with(root));
        if let Some(path) = above.map(|folder| folder.join(FILE_NAME)).find(|path| path.is_file()) {
            return Ok((path, Found::Above));
        }
    }
    let words = format!(
        "no {FILE_NAME} here, nor above in this repository; name one with --config, or write one \
         with `golive init`"
    );
    Err(Complaints::about("", words))
}

/// The path as it is, or from the working folder where that is shorter.
fn shortest(path: &Path, folder: &Path) -> String {
    let (whole, relative) =
        (path.display().to_string(), relative(path, folder).display().to_string());
    if relative.is_empty() {
        return folder.display().to_string();
    }
    if relative.len() < whole.len() { relative } else { whole }
}

/// `path` as seen from `folder`.
fn relative(path: &Path, folder: &Path) -> PathBuf {
    let shared =
        path.components().zip(folder.components()).take_while(|(one, other)| one == other).count();
    let up = folder.components().skip(shared).map(|_| Component::ParentDir);
    up.chain(path.components().skip(shared)).collect()
}

/// Why the file cannot be read.
fn unreadable(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::NotFound => "there is no such file".to_owned(),
        kind => format!("cannot be read: {kind}"),
    }
}

/// The text of the file, without a byte-order mark.
fn decode<'a>(bytes: &'a [u8], name: &str) -> Result<&'a str, Complaints> {
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return Err(Complaints::about(name, "is UTF-16; save it as UTF-8"));
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(text.strip_prefix('\u{feff}').unwrap_or(text)),
        Err(error) => {
            let before = String::from_utf8_lossy(&bytes[..error.valid_up_to()]);
            let before = before.strip_prefix('\u{feff}').unwrap_or(&before);
            Err(Complaints::at(name, LineIndex::of(before).place(before.len()), "is not UTF-8"))
        }
    }
}

/// What the parser means, in words of ours: its own may quote the file.
fn syntax(message: &str) -> &'static str {
    const NO_DATE: &str = "there is no such date or time";
    const NO_NUMBER: &str = "this is no number; a text stands in quotes";
    const KNOWN: &[(&str, &str)] = &[
        ("duplicate key", "this was set before"),
        ("cannot extend value of type", "this was set before, and not as a table"),
        ("string values must be quoted", "a text stands in quotes"),
        (
            "invalid basic string",
            "this text is not closed, or holds a character that wants a backslash",
        ),
        ("invalid literal string", "this text is not closed"),
        (
            "invalid multi-line",
            "this text is not closed, or holds a character that wants a backslash",
        ),
        ("missing escaped value", "a backslash stands alone; write two"),
        ("unclosed table", "the `]` of this heading is missing"),
        ("unclosed array table", "the `]]` of this heading is missing"),
        ("unclosed inline table", "the `}` of this table is missing"),
        ("unclosed array", "the `]` of this list is missing"),
        ("missing comma between array elements", "a comma is missing in this list"),
        ("missing comma between key-value pairs", "a comma is missing in this table"),
        ("extra comma", "there is a comma too many"),
        ("missing value", "the value is missing"),
        ("key with no value", "`=` and a value are missing"),
        ("missing assignment", "`=` is missing"),
        ("extra `=`", "there is a `=` too many"),
        ("extra assignment", "there is a `=` too many"),
        ("unexpected key or value", "a line break is missing"),
        ("invalid unquoted key", "a key is made of letters, digits, `_` and `-`"),
        ("unquoted keys cannot be empty", "the key is missing"),
        ("missing opening quote", "a text stands in quotes"),
        ("too few unicode value digits", "this is no character"),
        ("invalid value", "this is no character"),
        ("invalid date", NO_DATE),
        ("invalid time", NO_DATE),
        ("invalid offset", NO_DATE),
        ("invalid integer number", NO_NUMBER),
        ("invalid binary number", NO_NUMBER),
        ("invalid octal number", NO_NUMBER),
        ("invalid hexadecimal number", NO_NUMBER),
        ("invalid float", NO_NUMBER),
        ("invalid mantissa", NO_NUMBER),
        ("invalid fraction", NO_NUMBER),
        ("invalid exponent", NO_NUMBER),
        ("unexpected leading zero", NO_NUMBER),
        ("unexpected sign", NO_NUMBER),
        ("redundant ", NO_NUMBER),
        ("radix must be lowercase", NO_NUMBER),
        ("integers with a radix", NO_NUMBER),
        ("`_` may only go between digits", NO_NUMBER),
        ("invalid boolean", "expected true or false"),
        ("carriage return", "a lone carriage return"),
        ("invalid comment character", "a control character in a comment"),
        ("cannot recurse further", "this is nested too deeply"),
    ];
    KNOWN
        .iter()
        .find(|(start, _)| message.starts_with(start))
        .map_or("something is out of place here", |(_, words)| words)
}

/// The schema, as text.
pub(crate) fn schema() -> String {
    let mut tables = Map::new();
    let root = File::describe(&mut tables);
    // Draft 7 is the newest that every editor's TOML plug-in reads.
    let schema = json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "golive.toml",
        "description": "What `golive check` reads. No secret belongs in it: a secret is named by where it is found.",
        "allOf": [root],
        "definitions": tables,
    });
    let mut text =
        serde_json::to_string_pretty(&schema).expect("strings, numbers and lists always serialise");
    text.push('\n');
    text
}

#[cfg(test)]
mod tests;
