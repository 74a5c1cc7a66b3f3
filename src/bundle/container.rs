//! A bundle's files, in a folder or a zip file.

use std::collections::BTreeMap;
use std::fs;
use std::io::{Cursor, Read as _, Write as _};
use std::path::Path;

use anyhow::{Context as _, bail, ensure};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use crate::guard::Guard;
use crate::output::{self, Published};

/// Names and contents.
pub(crate) type Files = BTreeMap<String, Vec<u8>>;

/// More than any bundle has. In files and bytes.
const MOST_FILES: usize = 64;
const MOST_BYTES: u64 = 256 << 20;

/// Whether a path is one of a zip file.
fn is_zip(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("zip"))
}

/// Writes all files past the guard: a zip file whole or not at all, a folder file by file.
///
/// # Errors
///
/// When the folder exists and is not empty, or cannot be made.
pub(crate) fn write(path: &Path, files: &Files, guard: &Guard) -> anyhow::Result<Published> {
    if is_zip(path) {
        // Compressed bytes hide what is in them, so that the guard looks at each file first.
        for bytes in files.values() {
            if guard.check(bytes).is_err() {
                return Ok(output::write_bytes(path, bytes, guard));
            }
        }
        return Ok(output::write_bytes(path, &zipped(files)?, guard));
    }
    let making = || format!("making the folder {}", path.display());
    fs::create_dir_all(path).with_context(making)?;
    let empty = fs::read_dir(path).with_context(making)?.next().is_none();
    ensure!(empty, "{} is not empty; a bundle has a folder of its own", path.display());
    let mut published = Published::default();
    for (name, bytes) in files {
        published = published.and(output::write_bytes(&path.join(name), bytes, guard));
    }
    Ok(published)
}

/// Replaces one file of a bundle.
///
/// # Errors
///
/// When the bundle cannot be read any more.
pub(crate) fn replace(path: &Path, name: &str, bytes: Vec<u8>, guard: &Guard) -> anyhow::Result<Published> {
    if !is_zip(path) {
        return Ok(output::write_bytes(&path.join(name), &bytes, guard));
    }
    let mut files = read(path)?;
    files.insert(name.to_owned(), bytes);
    Ok(output::write_bytes(path, &zipped(&files)?, guard))
}

fn zipped(files: &Files) -> anyhow::Result<Vec<u8>> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    // One date for all, so that the same bundle has the same bytes.
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated).unix_permissions(0o644);
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
pub(crate) fn read(path: &Path) -> anyhow::Result<Files> {
    let reading = || format!("reading {}", path.display());
    let metadata = fs::metadata(path).with_context(reading)?;
    let mut files = Files::new();
    let mut left = MOST_BYTES;
    if metadata.is_dir() {
        for entry in fs::read_dir(path).with_context(reading)? {
            let entry = entry.with_context(reading)?;
            let Ok(name) = entry.file_name().into_string() else { bail!("{} holds a file with a name that is no text", path.display()) };
            ensure!(entry.file_type().with_context(reading)?.is_file(), "{name:?} is no file, and a bundle holds files alone");
            put(&mut files, name, fs::File::open(entry.path()).with_context(reading)?, &mut left)?;
        }
    } else {
        let file = fs::File::open(path).with_context(reading)?;
        let mut zip = ZipArchive::new(file).with_context(|| format!("{} is no folder and no zip file", path.display()))?;
        for index in 0..zip.len() {
            let entry = zip.by_index(index).with_context(reading)?;
            let name = entry.name().to_owned();
            ensure!(entry.is_file() && !name.contains(['/', '\\']), "{name:?} is no file, and a bundle holds files alone");
            put(&mut files, name, entry, &mut left)?;
        }
    }
    Ok(files)
}

fn put(files: &mut Files, name: String, source: impl std::io::Read, left: &mut u64) -> anyhow::Result<()> {
    let mut bytes = Vec::new();
    source.take(*left + 1).read_to_end(&mut bytes).with_context(|| format!("reading {name:?}"))?;
    let length = bytes.len() as u64;
    ensure!(length <= *left && files.len() < MOST_FILES, "it holds more than any bundle does");
    *left -= length;
    ensure!(files.insert(name.clone(), bytes).is_none(), "{name:?} is there twice");
    Ok(())
}
