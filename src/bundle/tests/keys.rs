//! Key files: read, written, refused.

use super::*;

fn key_files(folder: &TempDir) -> (PathBuf, PathBuf) {
    let path = folder.path().join("asha.key");
    (path.clone(), folder.path().join("asha.key.pub"))
}

#[test]
fn keys_are_read_back_and_never_written_over() {
    let folder = tempfile::tempdir().unwrap();
    let (private, public) = key_files(&folder);
    let key = SigningKey::generate().unwrap();
    assert_eq!(key.write(&private).unwrap(), public);
    let read = PublicKey::read(&public).unwrap();
    assert_eq!(SigningKey::read(&private).unwrap().public(), read);
    assert!(read.verifies(b"x", &key.sign(b"x")) && !read.verifies(b"y", &key.sign(b"x")));
    #[cfg(unix)]
    assert_eq!(
        std::os::unix::fs::PermissionsExt::mode(&fs::metadata(&private).unwrap().permissions())
            & 0o777,
        0o600
    );
    let before = fs::read(&private).unwrap();
    assert!(key.write(&private).is_err());
    fs::remove_file(&private).unwrap();
    assert!(key.write(&private).is_err() && !private.exists(), "its public half is there still");
    fs::write(&private, before).unwrap();
    assert!(PublicKey::read(&private).is_err() && SigningKey::read(&public).is_err());
}

/// What `ssh-keygen -t ed25519` writes, field by field (PROTOCOL.key of OpenSSH).
fn ssh_key(seed: &[u8; 32], cipher: &[u8]) -> (String, String) {
    let pair = aws_lc_rs::signature::Ed25519KeyPair::from_seed_unchecked(seed).unwrap();
    let public = aws_lc_rs::signature::KeyPair::public_key(&pair).as_ref().to_vec();
    let string =
        |bytes: &[u8]| [&u32::try_from(bytes.len()).unwrap().to_be_bytes()[..], bytes].concat();
    let blob = [string(b"ssh-ed25519"), string(&public)].concat();
    let both = [&seed[..], &public].concat();
    let check = 0x5eed_u32.to_be_bytes();
    let mut private = [&check[..], &check, &blob, &string(&both), &string(b"asha@acme")].concat();
    private.extend((1..=8).take((8 - private.len() % 8) % 8));
    let kdf: &[u8] = if cipher == b"none" { b"none" } else { b"bcrypt" };
    let whole = [
        &b"openssh-key-v1\0"[..],
        &string(cipher),
        &string(kdf),
        &string(b""),
        &1_u32.to_be_bytes(),
        &string(&blob),
        &string(&private),
    ]
    .concat();
    let lines: Vec<String> = data_encoding::BASE64
        .encode(&whole)
        .as_bytes()
        .chunks(70)
        .map(|line| String::from_utf8(line.to_vec()).unwrap())
        .collect();
    let private = format!(
        "-----BEGIN OPENSSH PRIVATE KEY-----\n{}\n-----END OPENSSH PRIVATE KEY-----\n",
        lines.join("\n")
    );
    (private, format!("ssh-ed25519 {} asha@acme\n", data_encoding::BASE64.encode(&blob)))
}

#[test]
fn an_ssh_key_signs_and_verifies() {
    let folder = tempfile::tempdir().unwrap();
    let (private, public) = key_files(&folder);
    let (private_text, public_text) = ssh_key(&[7; 32], b"none");
    fs::write(&private, private_text).unwrap();
    fs::write(&public, public_text).unwrap();
    let bundle = folder.path().join("bundle.zip");
    make(&ready(), &bundle, &Guard::none()).unwrap();
    sign_off(&bundle, &private, "Asha Rao", "QA").unwrap();
    let asked = VerifyRequest { keys: vec![public], challenge: None, draft: false };
    let said = super::verify(&bundle, &asked).unwrap();
    assert!(
        said.exit == Exit::Ready && said.words.contains("\"Asha Rao\", \"QA\""),
        "{}",
        said.words
    );
}

#[test]
fn keys_that_cannot_be_used_are_named_for_what_they_are() {
    let folder = tempfile::tempdir().unwrap();
    let (path, _) = key_files(&folder);
    let damaged =
        ssh_key(&[7; 32], b"none").0.replacen("b3BlbnNzaC1rZXktdjE", "b3BlbnNzaC1rZXktdjI", 1);
    for (text, why) in [
        (ssh_key(&[7; 32], b"aes256-ctr").0, "passphrase"),
        (
            "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMARKER\n-----END ENCRYPTED PRIVATE KEY-----\n"
                .to_owned(),
            "passphrase",
        ),
        (
            "-----BEGIN RSA PRIVATE KEY-----\nMARKER\n-----END RSA PRIVATE KEY-----\n".to_owned(),
            "holds no Ed25519 private key",
        ),
        (damaged, "no OpenSSH key"),
        ("MARKER".repeat(9_000), "too long"),
        (String::new(), "holds no Ed25519 private key"),
    ] {
        fs::write(&path, text).unwrap();
        let error = format!("{:#}", SigningKey::read(&path).err().expect("it cannot be used"));
        assert!(
            error.contains(why) && error.contains("asha.key") && !error.contains("MARKER"),
            "{error}"
        );
    }
}
