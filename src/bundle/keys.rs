//! Ed25519 keys of those who sign off: made here, or somebody's SSH key.

use std::fs::{self, File, OpenOptions};
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, ensure};
use aws_lc_rs::encoding::{AsDer as _, Pkcs8V1Der};
use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};
use data_encoding::{BASE64, HEXLOWER};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

/// What stands before the 32 bytes of an Ed25519 key in a SubjectPublicKeyInfo (RFC 8410).
const SPKI: [u8; 12] = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];
/// The longest key file that is read. In bytes.
const LONGEST: u64 = 16 * 1024;

/// What to do about a key that is locked.
const PASSPHRASE: &str = "the key has a passphrase, which golive does not ask for; `ssh-keygen \
                          -p` takes it off a copy, and `golive keygen` makes a key of its own";

/// A private key.
pub(super) struct SigningKey(Ed25519KeyPair);

/// A public key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct PublicKey([u8; 32]);

impl SigningKey {
    /// Makes a new one.
    ///
    /// # Errors
    ///
    /// When the system gives no random numbers.
    pub(super) fn generate() -> anyhow::Result<Self> {
        Ed25519KeyPair::generate()
            .map(Self)
            .map_err(|_| anyhow::anyhow!("making a key: the system gives no random numbers"))
    }

    /// Reads a PKCS#8 key in PEM, or an OpenSSH key without a passphrase.
    ///
    /// # Errors
    ///
    /// When it cannot be read or is no such key.
    pub(super) fn read(path: &Path) -> anyhow::Result<Self> {
        let text = read(path)?;
        let reading = || format!("reading {}", path.display());
        ensure!(
            !text.contains("-----BEGIN ENCRYPTED PRIVATE KEY-----"),
            "{}: {PASSPHRASE}",
            path.display()
        );
        let pair = if let Some(der) = unarmoured(&text, "PRIVATE KEY") {
            Ed25519KeyPair::from_pkcs8(&der).ok()
        } else if let Some(blob) = unarmoured(&text, "OPENSSH PRIVATE KEY") {
            let (seed, public) = ssh_private(&blob).with_context(reading)?;
            Ed25519KeyPair::from_seed_and_public_key(&seed, &public).ok()
        } else {
            None
        };
        pair.map(Self).with_context(|| {
            format!("{} holds no Ed25519 private key in PKCS#8 or OpenSSH form", path.display())
        })
    }

    /// Writes the private key, for its owner alone, and the public key beside it, ending in `.pub`.
    ///
    /// # Errors
    ///
    /// When one of the files exists or cannot be written.
    pub(super) fn write(&self, path: &Path) -> anyhow::Result<PathBuf> {
        let der: Pkcs8V1Der<'_> =
            self.0.as_der().map_err(|_| anyhow::anyhow!("the key has no PKCS#8 form"))?;
        let private = Zeroizing::new(armoured(der.as_ref(), "PRIVATE KEY"));
        let mut public = path.as_os_str().to_owned();
        public.push(".pub");
        let public = PathBuf::from(public);
        for taken in [path, &public] {
            ensure!(
                fs::symlink_metadata(taken).is_err(),
                "{} is there already; a key is never written over",
                taken.display()
            );
        }
        create(path, &private, 0o600)?;
        create(&public, &armoured(&self.public().spki(), "PUBLIC KEY"), 0o644)?;
        Ok(public)
    }

    /// Its public half.
    pub(super) fn public(&self) -> PublicKey {
        PublicKey(
            self.0.public_key().as_ref().try_into().expect("an Ed25519 public key has 32 bytes"),
        )
    }

    /// Signs.
    pub(super) fn sign(&self, message: &[u8]) -> Vec<u8> {
        self.0.sign(message).as_ref().to_vec()
    }
}

impl PublicKey {
    /// Reads a SubjectPublicKeyInfo in PEM, or a line of OpenSSH.
    ///
    /// # Errors
    ///
    /// When it cannot be read or is no such key.
    pub(super) fn read(path: &Path) -> anyhow::Result<Self> {
        let text = read(path)?;
        let bytes = unarmoured(&text, "PUBLIC KEY")
            .and_then(|der| der.strip_prefix(&SPKI).map(<[u8]>::to_vec));
        let bytes = bytes.or_else(|| ssh_public(&text));
        let key = bytes.and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
        key.map(Self).with_context(|| {
            format!("{} holds no Ed25519 public key in PEM or OpenSSH form", path.display())
        })
    }

    /// Names it: the SHA-256 of its SubjectPublicKeyInfo, in hex.
    pub(super) fn id(&self) -> String {
        HEXLOWER.encode(&Sha256::digest(self.spki()))
    }

    /// Whether it made the signature.
    pub(super) fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        UnparsedPublicKey::new(&ED25519, self.0).verify(message, signature).is_ok()
    }

    fn spki(&self) -> Vec<u8> {
        [&SPKI[..], &self.0].concat()
    }
}

fn read(path: &Path) -> anyhow::Result<Zeroizing<String>> {
    let reading = || format!("reading {}", path.display());
    let mut bytes = Zeroizing::new(Vec::new());
    File::open(path)
        .and_then(|file| file.take(LONGEST + 1).read_to_end(&mut bytes))
        .with_context(reading)?;
    ensure!(bytes.len() as u64 <= LONGEST, "{} is too long to be a key", path.display());
    let text = std::str::from_utf8(&bytes).ok().with_context(|| {
        format!("{} is no text, and no key in PEM or OpenSSH form", path.display())
    })?;
    Ok(Zeroizing::new(text.to_owned()))
}

fn create(path: &Path, text: &str, mode: u32) -> anyhow::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, mode);
    #[cfg(not(unix))]
    let _ = mode;
    let writing = || format!("writing {}", path.display());
    options
        .open(path)
        .and_then(|mut file| file.write_all(text.as_bytes()).and_then(|()| file.sync_all()))
        .with_context(writing)
}

fn armoured(der: &[u8], label: &str) -> String {
    let text = BASE64.encode(der);
    let lines: Vec<&str> = text
        .as_bytes()
        .chunks(64)
        .map(|line| std::str::from_utf8(line).expect("Base64 is ASCII"))
        .collect();
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", lines.join("\n"))
}

fn unarmoured(text: &str, label: &str) -> Option<Zeroizing<Vec<u8>>> {
    let (_, rest) = text.split_once(&format!("-----BEGIN {label}-----"))?;
    let (body, _) = rest.split_once(&format!("-----END {label}-----"))?;
    let body: Zeroizing<String> = Zeroizing::new(body.split_ascii_whitespace().collect());
    BASE64.decode(body.as_bytes()).ok().map(Zeroizing::new)
}

/// The key of a line such as `ssh-ed25519 AAAA… asha@acme`.
fn ssh_public(text: &str) -> Option<Vec<u8>> {
    let mut words = text.split_ascii_whitespace();
    if words.next()? != "ssh-ed25519" {
        return None;
    }
    let blob = BASE64.decode(words.next()?.as_bytes()).ok()?;
    let mut blob = SshReader(&blob);
    (blob.string()? == b"ssh-ed25519").then(|| blob.string().map(<[u8]>::to_vec)).flatten()
}

/// The seed and the public key in an OpenSSH private key (PROTOCOL.key of OpenSSH).
fn ssh_private(blob: &[u8]) -> anyhow::Result<(Zeroizing<Vec<u8>>, Vec<u8>)> {
    let mut blob =
        SshReader(blob.strip_prefix(b"openssh-key-v1\0").context("it is no OpenSSH key")?);
    let cut = "the OpenSSH key is cut short";
    let (cipher, kdf) = (blob.string().context(cut)?, blob.string().context(cut)?);
    blob.string().context(cut)?;
    ensure!(cipher == b"none" && kdf == b"none", PASSPHRASE);
    ensure!(blob.number().context(cut)? == 1, "it holds several keys");
    blob.string().context(cut)?;
    let mut private = SshReader(blob.string().context(cut)?);
    ensure!(
        private.number().context(cut)? == private.number().context(cut)?,
        "the OpenSSH key is damaged"
    );
    ensure!(
        private.string().context(cut)? == b"ssh-ed25519",
        "it is an SSH key of another kind; `ssh-keygen -t ed25519` makes one that can sign off"
    );
    let public = private.string().context(cut)?;
    let seed = private.string().and_then(|both| both.get(..32)).context(cut)?;
    Ok((Zeroizing::new(seed.to_vec()), public.to_vec()))
}

/// Length-prefixed fields, as SSH writes them.
struct SshReader<'a>(&'a [u8]);

impl<'a> SshReader<'a> {
    fn number(&mut self) -> Option<u32> {
        let (number, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(u32::from_be_bytes(*number))
    }

    fn string(&mut self) -> Option<&'a [u8]> {
        let length = usize::try_from(self.number()?).ok()?;
        let (string, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(string)
    }
}
