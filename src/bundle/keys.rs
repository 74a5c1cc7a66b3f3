//! Ed25519 keys of those who sign off: made here, or somebody's SSH key.

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::Path;

use anyhow::{Context as _, bail, ensure};
use aws_lc_rs::encoding::{AsDer as _, Pkcs8V1Der};
use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};
use data_encoding::{BASE64, HEXLOWER};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

/// What stands before the 32 bytes of an Ed25519 key in a SubjectPublicKeyInfo (RFC 8410).
const SPKI: [u8; 12] = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];
/// The longest key file that is read. In bytes.
const LONGEST: u64 = 16 * 1024;

/// A private key.
pub(crate) struct SigningKey(Ed25519KeyPair);

/// A public key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PublicKey([u8; 32]);

impl SigningKey {
    /// Makes a new one.
    ///
    /// # Errors
    ///
    /// When the system gives no random numbers.
    pub(crate) fn generate() -> anyhow::Result<Self> {
        Ed25519KeyPair::generate().map(Self).map_err(|_| anyhow::anyhow!("making a key: the system gives no random numbers"))
    }

    /// Reads a PKCS#8 key in PEM, or an OpenSSH key without a passphrase.
    ///
    /// # Errors
    ///
    /// When it cannot be read or is no such key.
    pub(crate) fn read(path: &Path) -> anyhow::Result<Self> {
        let text = Zeroizing::new(read(path)?);
        let pair = if let Some(der) = unarmoured(&text, "PRIVATE KEY") {
            Ed25519KeyPair::from_pkcs8(&der).ok()
        } else if let Some(blob) = unarmoured(&text, "OPENSSH PRIVATE KEY") {
            let seed = ssh_seed(&blob).with_context(|| format!("reading {}", path.display()))?;
            Ed25519KeyPair::from_seed_unchecked(&seed[..]).ok()
        } else {
            None
        };
        pair.map(Self).with_context(|| format!("{} holds no Ed25519 private key in PKCS#8 or OpenSSH form", path.display()))
    }

    /// Writes the private key, for its owner alone, and the public key beside it, ending in `.pub`.
    ///
    /// # Errors
    ///
    /// When one of the files exists or cannot be written.
    pub(crate) fn write(&self, path: &Path) -> anyhow::Result<()> {
        let der: Pkcs8V1Der<'_> = self.0.as_der().map_err(|_| anyhow::anyhow!("the key has no PKCS#8 form"))?;
        let private = Zeroizing::new(armoured(der.as_ref(), "PRIVATE KEY"));
        let public = path.with_extension("pub");
        ensure!(public != path, "name the key otherwise: its public half is to be called {}", public.display());
        create(path, &private, 0o600)?;
        create(&public, &armoured(&self.public().spki(), "PUBLIC KEY"), 0o644)
    }

    /// Its public half.
    pub(crate) fn public(&self) -> PublicKey {
        PublicKey(self.0.public_key().as_ref().try_into().expect("an Ed25519 public key has 32 bytes"))
    }

    /// Signs.
    pub(crate) fn sign(&self, message: &[u8]) -> Vec<u8> {
        self.0.sign(message).as_ref().to_vec()
    }
}

impl PublicKey {
    /// Reads a SubjectPublicKeyInfo in PEM, or a line of OpenSSH.
    ///
    /// # Errors
    ///
    /// When it cannot be read or is no such key.
    pub(crate) fn read(path: &Path) -> anyhow::Result<Self> {
        let text = read(path)?;
        let bytes = unarmoured(&text, "PUBLIC KEY").and_then(|der| der.strip_prefix(&SPKI).map(<[u8]>::to_vec));
        let bytes = bytes.or_else(|| ssh_public(&text));
        let key = bytes.and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
        key.map(Self).with_context(|| format!("{} holds no Ed25519 public key in PEM or OpenSSH form", path.display()))
    }

    /// Names it: the SHA-256 of its SubjectPublicKeyInfo, in hex.
    pub(crate) fn id(&self) -> String {
        HEXLOWER.encode(&Sha256::digest(self.spki()))
    }

    /// Whether it made the signature.
    pub(crate) fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        UnparsedPublicKey::new(&ED25519, self.0).verify(message, signature).is_ok()
    }

    fn spki(&self) -> Vec<u8> {
        [&SPKI[..], &self.0].concat()
    }
}

fn read(path: &Path) -> anyhow::Result<String> {
    let reading = || format!("reading {}", path.display());
    ensure!(fs::metadata(path).with_context(reading)?.len() <= LONGEST, "{} is too long to be a key", path.display());
    fs::read_to_string(path).with_context(reading)
}

fn create(path: &Path, text: &str, mode: u32) -> anyhow::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, mode);
    #[cfg(not(unix))]
    let _ = mode;
    let writing = || format!("writing {}", path.display());
    options.open(path).and_then(|mut file| file.write_all(text.as_bytes()).and_then(|()| file.sync_all())).with_context(writing)
}

fn armoured(der: &[u8], label: &str) -> String {
    let text = BASE64.encode(der);
    let lines: Vec<&str> = text.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).expect("Base64 is ASCII")).collect();
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
    let mut blob = Reader(&blob);
    (blob.string()? == b"ssh-ed25519").then(|| blob.string().map(<[u8]>::to_vec)).flatten()
}

/// The seed in an OpenSSH private key (PROTOCOL.key of OpenSSH).
fn ssh_seed(blob: &[u8]) -> anyhow::Result<Zeroizing<Vec<u8>>> {
    let inner = || -> Option<Result<Zeroizing<Vec<u8>>, ()>> {
        let mut blob = Reader(blob.strip_prefix(b"openssh-key-v1\0")?);
        let (cipher, kdf) = (blob.string()?, blob.string()?);
        blob.string()?;
        if (cipher, kdf) != (b"none", b"none") {
            return Some(Err(()));
        }
        if blob.number()? != 1 {
            return None;
        }
        blob.string()?;
        let mut private = Reader(blob.string()?);
        if private.number()? != private.number()? || private.string()? != b"ssh-ed25519" {
            return None;
        }
        private.string()?;
        private.string()?.get(..32).map(|seed| Ok(Zeroizing::new(seed.to_vec())))
    };
    match inner() {
        Some(Ok(seed)) => Ok(seed),
        Some(Err(())) => bail!("it has a passphrase; `ssh-keygen -p` on a copy takes it off, or `golive keygen` makes a key of its own"),
        None => bail!("it is no Ed25519 key"),
    }
}

/// Length-prefixed fields, as SSH writes them.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
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
