//! Trees on disk, searched.

use std::fs;
use std::path::Path;
use std::sync::atomic::AtomicBool;

use golive_checks::model::{
    FileRole, FolderKind, FolderState, Hit, HitKind, Keyring, Limits, MatchContext, Secret, Slot,
    SourceSeen, WhyUnlooked,
};

use super::{Folder, Scan};

const SECRET: &str = "sk_live_MARKER7f3k9q2x8v1m4n6b";

fn folder(path: &Path, kind: FolderKind) -> Folder {
    Folder { given: "tree".to_owned(), path: path.to_owned(), kind, only: Vec::new() }
}

fn scan_with(path: &Path, keys: &Keyring, limits: &Limits) -> SourceSeen {
    Scan::of(vec![folder(path, FolderKind::Root)], keys, limits).run(&AtomicBool::new(false))
}

fn scan(path: &Path) -> SourceSeen {
    scan_with(path, &Keyring::default(), &Limits::default())
}

fn write(root: &Path, name: &str, bytes: impl AsRef<[u8]>) {
    let path = root.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, bytes).unwrap();
}

fn places(seen: &SourceSeen) -> Vec<(&str, &str, Option<u64>, u64)> {
    seen.hits
        .iter()
        .map(|hit| (hit.rule.as_str(), hit.path.as_str(), hit.line, hit.column))
        .collect()
}

fn only(seen: &SourceSeen) -> &Hit {
    assert_eq!(seen.hits.len(), 1, "{seen:?}");
    &seen.hits[0]
}

#[test]
fn says_where_something_stands_and_masks_it() {
    let tree = tempfile::tempdir().unwrap();
    write(tree.path(), "src/pay.js", format!("const a = 1;\n  const ü = '{SECRET}';\n"));
    let seen = scan(tree.path());
    let hit = only(&seen);
    assert_eq!(
        (hit.rule.as_str(), hit.path.as_str(), hit.line, hit.column),
        ("live-secret", "src/pay.js", Some(2), 14)
    );
    assert_eq!(
        (hit.excerpt.as_str(), hit.place, hit.kind),
        ("sk_live_…4n6b", FileRole::Code, HitKind::Real)
    );
    assert_eq!((seen.files(), seen.folders[0].state), (1, FolderState::Searched));
    assert!(!format!("{seen:?}").contains("MARKER"));
}

#[test]
fn finds_what_stands_across_windows_and_counts_lines_there() {
    let tree = tempfile::tempdir().unwrap();
    for (name, filler) in
        [("a.txt", "x\n"), ("b.txt", "xy"), ("c.txt", "hello world, kwik, verify, sk_live_ \n")]
    {
        for offset in [262_144_usize, 263_168, 265_210, 530_000] {
            let mut text: String = filler.chars().cycle().take(offset - 40).collect();
            text.push('\n');
            text.push_str(&" ".repeat(offset - text.len()));
            let line = text.matches('\n').count() as u64 + 1;
            text.push_str(SECRET);
            text.push_str(" and more\n");
            text.push_str(&filler.repeat(300_000 / filler.len()));
            write(tree.path(), name, &text);
            let seen = scan(tree.path());
            assert_eq!(places(&seen), [("live-secret", name, Some(line), 40)], "{offset}");
            assert_eq!(seen.bytes(), text.len() as u64);
            fs::remove_file(tree.path().join(name)).unwrap();
        }
    }
}

#[test]
fn finds_the_configured_secret_in_every_spelling() {
    use data_encoding::{BASE64, HEXLOWER};
    for value in [SECRET, "q8w7e6r5/t4y3+u2i1MARKER"] {
        let tree = tempfile::tempdir().unwrap();
        let keys =
            Keyring { secret_key: Some(Secret::new(value.to_owned())), ..Keyring::default() };
        write(tree.path(), "plain.txt", value);
        write(tree.path(), "hex.txt", HEXLOWER.encode(value.as_bytes()));
        write(
            tree.path(),
            "url.txt",
            url::form_urlencoded::byte_serialize(value.as_bytes()).collect::<String>(),
        );
        for (name, before) in [("b0", ""), ("b1", "a"), ("b2", "ab"), ("b3", "user:")] {
            write(
                tree.path(),
                name,
                format!("x: {}", BASE64.encode(format!("{before}{value}").as_bytes())),
            );
        }
        let seen = scan_with(tree.path(), &keys, &Limits::default());
        let found: Vec<&str> = seen.hits.iter().map(|hit| hit.path.as_str()).collect();
        assert_eq!(found, ["b0", "b1", "b2", "b3", "hex.txt", "plain.txt", "url.txt"], "{seen:?}");
        assert!(
            seen.hits
                .iter()
                .all(|hit| hit.rule == "own-secret" && hit.secret == Some(Slot::SecretKey)),
            "{seen:?}"
        );
        assert!(!format!("{seen:?}").contains("MARKER"));
        assert_eq!(seen.looked_for, [Slot::SecretKey]);
    }
}

#[test]
fn reads_utf16_binaries_and_broken_utf8() {
    let tree = tempfile::tempdir().unwrap();
    let text = format!("a\r\nsecret={SECRET}\r\n");
    let utf16: Vec<u8> =
        [0xff, 0xfe].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    write(tree.path(), "wide.ini", utf16);
    write(
        tree.path(),
        "program",
        [b"\x7fELF\0\0\0\n\n".as_slice(), SECRET.as_bytes(), b"\0"].concat(),
    );
    write(tree.path(), "broken.txt", [b"\xff\xc3\n\xe9".as_slice(), SECRET.as_bytes()].concat());
    let seen = scan(tree.path());
    assert_eq!(
        places(&seen),
        [
            ("live-secret", "broken.txt", Some(2), 2),
            ("live-secret", "program", None, 10),
            ("live-secret", "wide.ini", Some(2), 8),
        ]
    );
}

#[test]
fn asks_some_rules_only_where_the_platform_is_named() {
    let tree = tempfile::tempdir().unwrap();
    let call = "requests.post(url, verify=False)\n";
    write(tree.path(), "mail.py", call);
    write(tree.path(), "pay.py", format!("# KwikPaisa\nimport requests\n{call}"));
    write(tree.path(), "kwikpaisa_client.py", format!("import requests\n{call}"));
    let seen = scan(tree.path());
    let paths: Vec<&str> = seen.hits.iter().map(|hit| hit.path.as_str()).collect();
    assert_eq!(paths, ["kwikpaisa_client.py", "pay.py"]);
    assert!(seen.hits.iter().all(|hit| hit.rule == "tls-verify-false" && hit.platform));
}

#[test]
fn opens_regular_files_alone_and_follows_no_link() {
    let tree = tempfile::tempdir().unwrap();
    let outside = tempfile::tempdir().unwrap();
    write(outside.path(), "secret.txt", SECRET);
    write(tree.path(), "a.txt", "nothing");
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(outside.path(), tree.path().join("link")).unwrap();
        std::os::unix::fs::symlink(
            outside.path().join("secret.txt"),
            tree.path().join("secret.txt"),
        )
        .unwrap();
        std::os::unix::fs::symlink(tree.path(), tree.path().join("loop")).unwrap();
        assert!(
            std::process::Command::new("mkfifo")
                .arg(tree.path().join("pipe"))
                .status()
                .unwrap()
                .success()
        );
        let _socket = std::os::unix::net::UnixListener::bind(tree.path().join("socket")).unwrap();
    }
    let seen = scan(tree.path());
    assert_eq!((seen.files(), seen.hits.len(), seen.unlooked.len()), (1, 0, 0), "{seen:?}");
}

#[test]
fn a_limit_that_bites_is_told_with_its_place() {
    let tree = tempfile::tempdir().unwrap();
    write(tree.path(), "a/b/c/deep.txt", "x");
    write(tree.path(), "long.txt", "x".repeat(5_000));
    let limits = Limits { source_file_bytes: 4_096, source_depth: 3, ..Limits::default() };
    let told: Vec<_> = scan_with(tree.path(), &Keyring::default(), &limits)
        .unlooked
        .into_iter()
        .map(|gap| (gap.why, gap.path))
        .collect();
    assert_eq!(
        told,
        [(WhyUnlooked::TooLong, "long.txt".to_owned()), (WhyUnlooked::TooDeep, "a/b/c".to_owned())]
    );
    let limits = Limits { source_files: 1, ..Limits::default() };
    let seen = scan_with(tree.path(), &Keyring::default(), &limits);
    assert_eq!((seen.files(), seen.unlooked[0].why), (1, WhyUnlooked::TooManyFiles));
    let limits = Limits { source_total_bytes: 1_024, ..Limits::default() };
    for name in ["m.txt", "n.txt"] {
        write(tree.path(), name, "x".repeat(5_000));
    }
    assert!(
        scan_with(tree.path(), &Keyring::default(), &limits)
            .unlooked
            .iter()
            .any(|gap| gap.why == WhyUnlooked::TooMuch)
    );
}

#[test]
fn keeps_the_weightiest_hits_of_a_rule_whoever_finds_them() {
    let tree = tempfile::tempdir().unwrap();
    for n in 0..40 {
        write(tree.path(), &format!("tests/t{n}.js"), "url = 'https://sandbox.kwikpaisa.com'\n");
    }
    write(tree.path(), "zz/pay.js", "url = 'https://sandbox.kwikpaisa.com'\n");
    let limits = Limits { source_hits: 3, ..Limits::default() };
    for _ in 0..3 {
        let seen = scan_with(tree.path(), &Keyring::default(), &limits);
        let paths: Vec<&str> = seen.hits.iter().map(|hit| hit.path.as_str()).collect();
        assert_eq!(paths, ["tests/t0.js", "tests/t1.js", "zz/pay.js"]);
        assert_eq!(seen.found["sandbox-host"], 41);
    }
    // What one check asks about does not crowd out what another does.
    for n in 0..9 {
        write(tree.path(), &format!("lib/l{n}.js"), "url = 'https://sandbox.kwikpaisa.com'\n");
    }
    write(tree.path(), "zz/Dockerfile", "ENV KWIKPAISA_URL=https://sandbox.kwikpaisa.com\n");
    write(tree.path(), "zz/dist/app.js", "fetch('https://sandbox.kwikpaisa.com')\n");
    let folders = vec![
        folder(tree.path(), FolderKind::Root),
        folder(&tree.path().join("zz/dist"), FolderKind::Public),
    ];
    let seen = Scan::of(folders, &Keyring::default(), &limits).run(&AtomicBool::new(false));
    let paths: Vec<&str> = seen.hits.iter().map(|hit| hit.path.as_str()).collect();
    assert_eq!(paths, ["lib/l0.js", "lib/l1.js", "lib/l2.js", "zz/Dockerfile", "app.js"]);
}

#[test]
fn what_git_ignores_is_left_out_but_for_env_files_and_what_git_tracks() {
    let tree = tempfile::tempdir().unwrap();
    let git = |arguments: &[&str]| {
        let mut git = std::process::Command::new("git");
        git.args(["-c", "user.name=t", "-c", "user.email=t@t.example"])
            .args(arguments)
            .current_dir(tree.path())
            .env_remove("GIT_DIR");
        git.output().is_ok_and(|output| output.status.success())
    };
    if !git(&["init", "-q"]) {
        eprintln!("skipped: git is not installed");
        return;
    }
    let line = format!("KWIKPAISA_SECRET={SECRET}\n");
    for name in [
        "src/a.js",
        "build/ignored.js",
        "build/tracked.js",
        "private/.env.production",
        ".env",
        "node_modules/x/.env",
        ".hidden/b.js",
        "c.js",
    ] {
        write(tree.path(), name, &line);
    }
    write(tree.path(), ".gitignore", "build/\nprivate/\n.env\nnode_modules\n");
    write(tree.path(), ".ignore", "c.js\n");
    write(tree.path(), ".rgignore", "c.js\n");
    assert!(git(&["add", "src", ".gitignore"]) && git(&["add", "-f", "build/tracked.js"]));
    let seen = scan(tree.path());
    let found: Vec<_> = seen.hits.iter().map(|hit| (hit.path.as_str(), hit.tracked)).collect();
    assert_eq!(
        found,
        [
            (".env", Some(false)),
            (".hidden/b.js", Some(false)),
            ("build/tracked.js", Some(true)),
            ("c.js", Some(false)),
            ("private/.env.production", Some(false)),
            ("src/a.js", Some(true)),
        ]
    );
    let public = Scan::of(
        vec![folder(&tree.path().join("build"), FolderKind::Public)],
        &Keyring::default(),
        &Limits::default(),
    );
    let seen = public.run(&AtomicBool::new(false));
    assert_eq!(places(&seen).len(), 2, "nothing of a public folder is left out");
    assert!(seen.hits.iter().all(|hit| hit.place == FileRole::Public));
}

#[test]
fn a_public_folder_within_a_root_is_searched_once_and_as_public() {
    let tree = tempfile::tempdir().unwrap();
    write(tree.path(), "dist/main.js", SECRET);
    let folders = vec![
        folder(tree.path(), FolderKind::Root),
        folder(&tree.path().join("dist"), FolderKind::Public),
    ];
    let seen =
        Scan::of(folders, &Keyring::default(), &Limits::default()).run(&AtomicBool::new(false));
    assert_eq!((only(&seen).place, seen.files()), (FileRole::Public, 1));
}

#[test]
fn archives_are_named_and_compressed_copies_are_not() {
    let tree = tempfile::tempdir().unwrap();
    for name in ["app.apk", "x.zip", "main.js", "main.js.gz", "lonely.js.gz", "node_modules/y.zip"]
    {
        write(tree.path(), name, "x");
    }
    let told: Vec<_> =
        scan(tree.path()).unlooked.into_iter().map(|gap| (gap.why, gap.path, gap.count)).collect();
    assert_eq!(
        told,
        [
            (WhyUnlooked::Archive, "lonely.js.gz".to_owned(), 2),
            (WhyUnlooked::AppPackage, "app.apk".to_owned(), 1)
        ]
    );
}

#[test]
fn surroundings_are_noticed_in_files() {
    let tree = tempfile::tempdir().unwrap();
    write(
        tree.path(),
        "a.js",
        "const url = isProd ? 'https://api.kwikpaisa.com' : 'https://sandbox.kwikpaisa.com'\n// https://sandbox.kwikpaisa.com\n",
    );
    let around: Vec<MatchContext> = scan(tree.path()).hits.iter().map(|hit| hit.around).collect();
    assert_eq!(around, [MatchContext::Selected, MatchContext::Comment]);
}

#[test]
fn folders_that_are_not_there_are_told() {
    let tree = tempfile::tempdir().unwrap();
    write(tree.path(), "file", "x");
    let state = |name: &str| scan(&tree.path().join(name)).folders[0].state;
    assert_eq!(
        (state("none"), state("file"), state(".")),
        (FolderState::Missing, FolderState::NoFolder, FolderState::Searched)
    );
}
