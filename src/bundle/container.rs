//! A bundle's files, in a folder or a zip file.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{Cursor, Read, Write as _};
use std::path::Path;

use anyhow::{Context as _, bail, ensure};
use tempfile::Builder;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use crate::guard::Guard;
use crate::output::{self, Published};

/// Names and contents.
pub(super) type Files = BTreeMap<String, Vec<u8>>;

/// More than any bundle has. In files and bytes.
const MOST_FILES: usize = 64;
const MOST_BYTES: u64 = 256 << 20;

/// Whether a path is one of a zip file.
fn is_zip(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("zip"))
}

/// Refuses a place where something is: a bundle may hold signatures, and is never written over.
///
/// # Errors
///
/// When there is a file, or a folder with something in it.
pub(super) fn room(path: &Path) -> anyhow::Result<()> {
    match fs::read_dir(path) {
        Ok(mut entries) if !is_zip(path) => {
            ensure!(
                entries.next().is_none(),
                "{} is not empty; a bundle has a folder of its own",
                path.display()
            )
        }
        Ok(_) => {
            bail!("{} is a folder; a bundle whose name ends in .zip is a file", path.display())
        }
        Err(_) => ensure!(
            fs::symlink_metadata(path).is_err(),
            "{} is there already; a bundle is never written over",
            path.display()
        ),
    }
    Ok(())
}

/// Writes all files past the guard: whole, or not at all.
///
/// # Errors
///
/// When there is no room for it.
pub(super) fn write(path: &Path, files: &Files, guard: &Guard) -> anyhow::Result<Published> {
    room(path)?;
    if is_zip(path) {
        return write_zip(path, files, guard);
    }
    // What is half written has another name, so that nobody takes it for a bundle.
    let beside = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        Some(_) | None => Path::new("."),
    };
    let making = || format!("making the folder {}", path.display());
    fs::create_dir_all(beside).with_context(making)?;
    let mut builder = Builder::new();
    builder.prefix(".golive-").suffix(".tmp");
    #[cfg(unix)]
    builder.permissions(<fs::Permissions as std::os::unix::fs::PermissionsExt>::from_mode(0o755));
    let half = builder.tempdir_in(beside).with_context(making)?;
    let mut published = Published::default();
    for (name, bytes) in files {
        published = published.and(output::write_bytes(&half.path().join(name), bytes, guard));
    }
    if published.whole() {
        fs::rename(half.path(), path).with_context(making)?;
        // It is the bundle now, and nothing to be taken away.
        let _ = half.keep();
        let _ = File::open(beside).and_then(|folder| folder.sync_all());
    }
    Ok(published)
}

/// Keeps others from changing the bundle, or what stands beside a zip file, for as long as the
/// answer lives.
///
/// # Errors
///
/// Where the system cannot open or lock a folder.
pub(super) fn hold(path: &Path) -> std::io::Result<File> {
    let folder = match path.parent() {
        _ if path.is_dir() => path,
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        Some(_) | None => Path::new("."),
    };
    let folder = File::open(folder)?;
    folder.lock()?;
    Ok(folder)
}

/// Puts other bytes into one file of a bundle that holds `files`.
///
/// # Errors
///
/// When they cannot be put into a zip file.
pub(super) fn replace(
    path: &Path,
    mut files: Files,
    name: &str,
    bytes: Vec<u8>,
    guard: &Guard,
) -> anyhow::Result<Published> {
    if path.is_dir() {
        return Ok(output::write_bytes(&path.join(name), &bytes, guard));
    }
    files.insert(name.to_owned(), bytes);
    write_zip(path, &files, guard)
}

fn write_zip(path: &Path, files: &Files, guard: &Guard) -> anyhow::Result<Published> {
    // Compressed bytes hide what is in them, so that the guard looks at each file by itself: the
    // one it holds back is not written either.
    if let Some(bytes) = files.values().find(|bytes| guard.check(bytes).is_err()) {
        return Ok(output::write_bytes(path, bytes, guard));
    }
    Ok(output::write_bytes(path, &zipped(files).context("packing the bundle")?, guard))
}

fn zipped(files: &Files) -> anyhow::Result<Vec<u8>> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    // One date for all, so that the same bundle has the same bytes.
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .unix_permissions(0o644);
    for (name, bytes) in files {
        zip.start_file(name.as_str(), options)?;
        zip.write_all(bytes)?;
    }
    Ok(zip.finish()?.into_inner())
}

/// Reads all files of a bundle.
///
/// # Errors
///
/// When there is none, or it holds what no bundle holds.
pub(super) fn read(path: &Path) -> anyhow::Result<Files> {
    let reading = || format!("reading {}", path.display());
    let mut files = Files::new();
    let mut left = MOST_BYTES;
    if fs::metadata(path).with_context(reading)?.is_dir() {
        for entry in fs::read_dir(path).with_context(reading)? {
            let entry = entry.with_context(reading)?;
            let Ok(name) = entry.file_name().into_string() else {
                bail!("{} holds a file with a name that is no text", path.display())
            };
            ensure!(
                entry.file_type().with_context(reading)?.is_file(),
                "{}: {name:?} is no file, and a bundle holds files alone",
                path.display()
            );
            put(&mut files, name, File::open(entry.path()).with_context(reading)?, &mut left)
                .with_context(reading)?;
        }
    } else {
        let file = File::open(path).with_context(reading)?;
        let mut zip = ZipArchive::new(file)
            .ok()
            .with_context(|| format!("{} is no folder and no zip file", path.display()))?;
        // Another program may show the other one of two.
        ensure!(!zip.has_duplicate_names(), "{}: it holds two files of one name", path.display());
        ensure!(
            zip.offset() == 0,
            "{}: something stands before the zip file in it",
            path.display()
        );
        ensure!(zip.len() <= MOST_FILES, "{}: it holds more than any bundle does", path.display());
        for index in 0..zip.len() {
            let entry = zip.by_index(index).with_context(reading)?;
            let name = entry.name().with_context(reading)?.into_owned();
            ensure!(
                entry.is_file() && !name.contains(['/', '\\']),
                "{}: {name:?} is no file, and a bundle holds files alone",
                path.display()
            );
            put(&mut files, name, entry, &mut left).with_context(reading)?;
        }
    }
    Ok(files)
}

fn put(files: &mut Files, name: String, source: impl Read, left: &mut u64) -> anyhow::Result<()> {
    let mut bytes = Vec::new();
    source.take(*left + 1).read_to_end(&mut bytes).with_context(|| format!("reading {name:?}"))?;
    let length = bytes.len() as u64;
    ensure!(length <= *left && files.len() < MOST_FILES, "it holds more than any bundle does");
    *left -= length;
    files.insert(name, bytes);
    Ok(())
}

/// The SHA-256 of files, by name.
pub(super) type Sums = BTreeMap<String, String>;
