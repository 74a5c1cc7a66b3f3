//! Bundles in this process: what holds, and everything that must not.

mod keys;

use crate::bundle::contents::{MERCHANT, OBSERVATIONS, RUN};
use crate::output::Format;
use crate::report::Verdict;
use std::fs;
use std::sync::OnceLock;

use aws_lc_rs::digest::{Context, SHA256};
use golive_checks::model::{Deliver, Mode, Observed, SignerResult, Trust};
use jiff::SignedDuration;
use tempfile::TempDir;

use super::keys::PublicKey;
use super::verify::{Verified, held, listed, listing, sums, verified};
use super::*;
use crate::commands::demo::demo_run;
use crate::demo::Shop;
use crate::exit::Exit;
use crate::progress::Silent;

/// A run of the built-in shop, made once.
fn of_the_shop() -> SavedRun {
    static RUN: OnceLock<SavedRun> = OnceLock::new();
    RUN.get_or_init(|| {
        let shop = Shop::start(&[], std::time::Duration::ZERO).unwrap();
        let mut seen = demo_run(&shop, Deliver::Full).unwrap().observe(&Silent).unwrap().0;
        // The shop's signer is this very program, which is a test here.
        let Observed::Got(calls) = &mut seen.observations.signer else {
            panic!("the shop has a signer")
        };
        calls.iter_mut().for_each(|call| call.result = SignerResult::Right);
        seen
    })
    .clone()
}

/// The same as a production one: not of the shop, without switches, and with what they kept from
/// being looked at.
fn ready() -> SavedRun {
    let mut seen = of_the_shop();
    seen.run.mode = Mode::Check;
    seen.run.switches.clear();
    seen.observations.webhook_names = Observed::Got(vec!["8.8.8.8".parse().unwrap()]);
    let Observed::Got(tls) = &mut seen.observations.webhook_tls else {
        panic!("the shop speaks TLS")
    };
    tls.by_ca_file = false;
    let report = Report::new(&seen.facts());
    assert!(report.verdict == Verdict::Ready, "{} {:?}", report.sentence, report.first);
    seen
}

/// The same, whose certificate was found expired.
fn not_ready() -> SavedRun {
    let mut seen = ready();
    let Observed::Got(tls) = &mut seen.observations.webhook_tls else {
        panic!("the shop speaks TLS")
    };
    tls.trust = Trust::Expired;
    seen
}

fn signer(name: &str) -> Signer {
    Signer { name: name.to_owned(), role: "Engineer".to_owned(), at: Timestamp::now() }
}

/// The files of a bundle, signed by one engineer.
fn signed(seen: &SavedRun) -> (Files, SigningKey) {
    let mut files = files(seen, &salt().unwrap(), &"7".repeat(64)).unwrap();
    let key = SigningKey::generate().unwrap();
    sign_anew(&mut files, &key, None);
    (files, key)
}

/// Puts sums, statement and signature around files that were changed, as somebody can who has a
/// key. The statement claims what the report says.
fn sign_anew(files: &mut Files, key: &SigningKey, claims: Option<&Report>) {
    if let Some(report) = claims {
        files.remove(SUMS);
        let listing = listing(&sums(files));
        files.insert(SUMS.to_owned(), listing.into_bytes());
        let statement = statement::statement(&sums(files), report).unwrap();
        files.insert(ENVELOPE.to_owned(), Envelope::around(&statement).bytes());
    }
    let mut envelope = envelope(files).unwrap();
    envelope.sign(key, signer("Asha Rao")).unwrap();
    files.insert(ENVELOPE.to_owned(), envelope.bytes());
}

fn check(files: &Files, key: &SigningKey) -> Result<Verified, Vec<String>> {
    verified(files, &[key.public()], None, false, Timestamp::now())
}

/// What is wrong with a bundle, in one line.
fn refused(files: &Files, key: &SigningKey) -> String {
    check(files, key).expect_err("it must be refused").join("; ")
}

#[test]
fn a_bundle_of_a_ready_run_holds_in_a_folder_and_in_a_zip_file() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["bundle", "bundle.zip"] {
        let path = folder.path().join(name);
        assert!(make(&ready(), &path, &Guard::none()).unwrap().whole());
        let key = SigningKey::generate().unwrap();
        let (words, published) = sign(&path, &key, signer("Asha Rao")).unwrap();
        assert!(
            published.whole() && words.contains("Asha Rao") && words.contains("READY until"),
            "{words}"
        );
        let verified = check(&container::read(&path).unwrap(), &key).unwrap();
        assert_eq!(verified.signed[0].signer.name, "Asha Rao");
        assert!(verified.report.sentence.as_str().starts_with("READY until"));
        assert!(show(&path).unwrap().contains("Asha Rao"));
        assert!(make(&ready(), &path, &Guard::none()).is_err(), "a bundle is never written over");
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2, "something was left beside them");
}

#[test]
fn several_people_sign_and_each_signature_must_be_by_a_given_key_and_each_key_have_signed() {
    let (mut files, asha) = signed(&ready());
    let ravi = SigningKey::generate().unwrap();
    let mut envelope = envelope(&files).unwrap();
    envelope.sign(&ravi, signer("Ravi Iyer")).unwrap();
    assert!(envelope.sign(&asha, signer("Asha again")).is_err());
    let alone = files.clone();
    files.insert(ENVELOPE.to_owned(), envelope.bytes());
    let check = |files: &Files, keys: &[PublicKey]| {
        verified(files, keys, None, false, Timestamp::now()).map(|verified| verified.signed.len())
    };
    let both = [ravi.public(), asha.public()];
    assert_eq!(check(&files, &both), Ok(2));
    assert_eq!(
        check(&files, &both[1..]).unwrap_err(),
        ["the signature of \"Ravi Iyer\" is by none of the given keys"]
    );
    assert_eq!(
        check(&alone, &both).unwrap_err(),
        [format!("the key {} has not signed", ravi.public().id())]
    );
    assert!(check(&files, &[]).is_err());
}

#[test]
fn an_unsigned_bundle_is_no_sign_off() {
    let files = files(&ready(), &salt().unwrap(), "").unwrap();
    assert!(held(&files).is_ok());
    assert_eq!(refused(&files, &SigningKey::generate().unwrap()), "nobody has signed the bundle");
}

/// Whoever reads the envelope refuses it, or one of its signatures does not fit.
#[test]
fn every_bit_of_the_envelope_counts() {
    let (mut files, key) = signed(&ready());
    let ravi = SigningKey::generate().unwrap();
    let mut two = envelope(&files).unwrap();
    two.sign(&ravi, signer("Ravi Iyer")).unwrap();
    files.insert(ENVELOPE.to_owned(), two.bytes());
    let keys = [key.public(), ravi.public()];
    let holds =
        |bytes: &[u8]| Envelope::read(bytes).and_then(|envelope| envelope.verify(&keys)).is_ok();
    let mut bytes = files[ENVELOPE].clone();
    assert!(holds(&bytes));
    for bit in 0..bytes.len() * 8 {
        bytes[bit / 8] ^= 1 << (bit % 8);
        assert!(!holds(&bytes), "bit {} of byte {}", bit % 8, bit / 8);
        bytes[bit / 8] ^= 1 << (bit % 8);
    }
    assert!(holds(&bytes));
}

#[test]
fn every_bit_of_the_sums_counts() {
    let (files, _) = signed(&ready());
    let sums = sums(&files);
    let mut bytes = files[SUMS].clone();
    assert!(listed(&sums, &bytes).is_ok());
    for bit in 0..bytes.len() * 8 {
        bytes[bit / 8] ^= 1 << (bit % 8);
        assert!(listed(&sums, &bytes).is_err(), "bit {} of byte {}", bit % 8, bit / 8);
        bytes[bit / 8] ^= 1 << (bit % 8);
    }
}

/// Verifying compares the SHA-256 of each file with `SHA256SUMS` before anything else. So a flipped
/// bit goes unnoticed only where it is in no file that is summed, in a part of a file that is not,
/// or where it leaves the SHA-256 as it was. The first two are seen here, with every file; so is
/// the third, up to the end of the block that holds the bit, with every bit: two texts of one
/// length whose hashes differ after a block and agree at the end are a collision of SHA-256.
#[test]
fn every_bit_of_every_file_counts() {
    let (files, key) = signed(&ready());
    assert!(check(&files, &key).is_ok());
    let right = sums(&files);
    for (name, bytes) in files.iter().filter(|(name, _)| *name != ENVELOPE) {
        // The sum is one of all bytes of the file, and of no others.
        assert_eq!(
            right[name],
            HEXLOWER.encode(&<sha2::Sha256 as sha2::Digest>::digest(bytes)),
            "{name}"
        );
        let mut flipped = files.clone();
        let ends =
            (0..bytes.len() * 8).step_by(bytes.len() / 4 * 8 + 5).chain([0, bytes.len() * 8 - 1]);
        for bit in ends {
            let flip = |files: &mut Files| files.get_mut(name).unwrap()[bit / 8] ^= 1 << (bit % 8);
            flip(&mut flipped);
            let why = refused(&flipped, &key);
            assert!(
                why.contains("is not the file that SHA256SUMS lists"),
                "bit {} of byte {} of {name}: {why}",
                bit % 8,
                bit / 8
            );
            flip(&mut flipped);
        }
        every_bit_changes_its_block(bytes);
    }
}

fn every_bit_changes_its_block(bytes: &[u8]) {
    let mut before = Context::new(&SHA256);
    for block in bytes.chunks(SHA256.block_len()) {
        let mut after = before.clone();
        after.update(block);
        let right = after.clone().finish();
        let mut flipped = block.to_vec();
        for bit in 0..block.len() * 8 {
            flipped[bit / 8] ^= 1 << (bit % 8);
            let mut other = before.clone();
            other.update(&flipped);
            assert_ne!(other.finish().as_ref(), right.as_ref());
            flipped[bit / 8] ^= 1 << (bit % 8);
        }
        before = after;
    }
}

/// Sums, statement and signature are made anew, so that only judging again is left to notice it.
#[test]
fn what_was_edited_by_hand_is_refused_though_it_was_signed_again() {
    let good = Report::new(&ready().facts());
    let (bundle, key) = signed(&ready());
    let edited = |name: &str, edit: &dyn Fn(&str) -> String| {
        let mut files = bundle.clone();
        let text = String::from_utf8(files[name].clone()).unwrap();
        let text_after = edit(&text);
        assert_ne!(text, text_after, "{name} was not edited");
        files.insert(name.to_owned(), text_after.into_bytes());
        sign_anew(&mut files, &key, Some(&good));
        refused(&files, &key)
    };
    for (name, _) in REPORTS {
        assert_eq!(
            edited(name, &|text| text.replacen(' ', "  ", 1)),
            format!("{name} is not what the observations give, judged again")
        );
    }
    let canonical = |name: &str| format!("{name} is not in its canonical form");
    for name in [RUN, MERCHANT, OBSERVATIONS] {
        assert_eq!(edited(name, &|text| text.replacen("{", "{ ", 1)), canonical(name));
        assert_eq!(
            edited(name, &|text| text.replacen("{", "{\n  \"note\": 1,", 1)),
            if name == RUN { "run.json:2:8: cannot be read".to_owned() } else { canonical(name) }
        );
    }
    assert!(
        edited(CATALOGUE, &|text| text.replacen("required", "recommended", 1))
            .contains("catalogue.json")
    );
    assert!(
        edited(CONFIGURATION, &|text| text.replacen("\": \"0", "\": \"1", 1))
            .contains("configuration.json")
    );
    let judged_again = "the verdict is not what the observations give, judged again";
    assert_eq!(
        edited(VERDICT, &|text| text.replacen("\"switches\": []", "\"switches\": [\"--now\"]", 1)),
        judged_again
    );
    // A check that was taken out.
    let without = |text: &str| {
        let mut verdict: serde_json::Value = serde_json::from_str(text).unwrap();
        verdict["outcomes"]
            .as_object_mut()
            .unwrap()
            .shift_remove("webhook-rejects-forged")
            .unwrap();
        String::from_utf8(spelled(&verdict)).unwrap()
    };
    assert_eq!(edited(VERDICT, &without), judged_again);
    // The statement alone claims what is not so.
    let (mut lying, key) = signed(&not_ready_draft());
    sign_anew(&mut lying, &key, Some(&good));
    assert_eq!(
        refused(&lying, &key),
        "the statement is not what the observations give, judged again"
    );
}

#[test]
fn a_trial_run_whose_switches_were_taken_out_is_not_ready() {
    let mut seen = of_the_shop();
    seen.run.mode = Mode::Check;
    assert_eq!(Report::new(&seen.facts()).verdict, Verdict::Ready);
    seen.run.switches.clear();
    let report = Report::new(&seen.facts());
    assert_eq!(report.verdict, Verdict::Incomplete, "{}", report.sentence);
    let ids: Vec<&str> = report.first.iter().map(|first| first.id).collect();
    assert_eq!(ids, ["webhook-public-address", "webhook-addresses-agree", "webhook-certificate"]);
}

#[test]
fn a_bundle_names_the_catalogue_in_its_run_its_list_and_its_verdict() {
    let version = golive_checks::catalogue_version(golive_checks::CATALOGUE);
    let (files, _) = signed(&ready());
    for (name, pointer) in [
        (RUN, "/run/catalogue"),
        (CATALOGUE, "/version"),
        (VERDICT, "/catalogue"),
        ("report.json", "/tool/catalogue"),
        ("report.json", "/run/catalogue"),
    ] {
        let json: serde_json::Value = serde_json::from_slice(&files[name]).unwrap();
        assert_eq!(json.pointer(pointer).unwrap(), &version, "{name}{pointer}");
    }
}

fn not_ready_draft() -> SavedRun {
    let mut seen = not_ready();
    seen.run.draft = true;
    seen
}

/// All of a bundle that is ready, around the observations of a run that was not.
#[test]
fn the_observations_of_another_run_are_refused_though_they_were_signed_again() {
    let report = Report::new(&ready().facts());
    let (mut files, key) = signed(&ready());
    files.insert(
        OBSERVATIONS.to_owned(),
        parts(&not_ready()).unwrap().remove(OBSERVATIONS).unwrap(),
    );
    assert_eq!(refused(&files, &key), "observations.json is not the file that SHA256SUMS lists");
    sign_anew(&mut files, &key, Some(&report));
    assert_eq!(
        refused(&files, &key),
        "the verdict is not what the observations give, judged again"
    );
    // And with a verdict that is honest.
    let (files, key) = signed(&not_ready());
    assert_eq!(
        refused(&files, &key),
        "the verdict is NOT READY, and it does not say that it is a draft; the verdict is NOT \
         READY"
    );
}

#[test]
fn files_of_another_run_are_refused() {
    let (files, key) = signed(&ready());
    let mut seen = ready();
    seen.run.id = "0badcafe".to_owned();
    let (others, other_key) = signed(&seen);
    for name in files.keys() {
        let mut mixed = files.clone();
        mixed.insert(name.clone(), others[name].clone());
        if files[name] != others[name] {
            assert!(
                !refused(&mixed, &key).is_empty() && !refused(&mixed, &other_key).is_empty(),
                "{name}"
            );
        }
    }
}

#[test]
fn another_challenge_and_another_day_are_refused() {
    let mut seen = ready();
    seen.run.challenge = Some("reviewer-4711".to_owned());
    let (files, key) = signed(&seen);
    let now = Timestamp::now();
    let check = |challenge: Option<&str>, now| {
        verified(&files, &[key.public()], challenge, false, now).map(|_| ())
    };
    assert_eq!(check(Some("reviewer-4711"), now), Ok(()));
    assert_eq!(check(None, now), Ok(()));
    assert_eq!(
        check(Some("reviewer-4712"), now).unwrap_err(),
        ["the run is not bound to this challenge"]
    );
    let later = check(None, now + SignedDuration::from_hours(24 * 9)).unwrap_err();
    assert!(later.len() == 1 && later[0].starts_with("it ended on "), "{later:?}");
    let earlier = check(None, now - SignedDuration::from_hours(1)).unwrap_err();
    assert_eq!(
        earlier,
        [
            "the run is dated in the future",
            "\"Asha Rao\" signed with a future \
                                                            date"
        ]
    );
    let (unbound, key) = signed(&ready());
    let asked = verified(&unbound, &[key.public()], Some("reviewer-4711"), false, now).unwrap_err();
    assert_eq!(asked, ["the run is not bound to this challenge"]);
}

#[test]
fn a_file_more_and_a_file_less_are_refused() {
    let (files, key) = signed(&ready());
    let mut more = files.clone();
    more.insert("more.txt".to_owned(), Vec::new());
    assert_eq!(refused(&more, &key), "\"more.txt\" is no part of a bundle");
    for name in files.keys() {
        let mut less = files.clone();
        less.remove(name);
        assert_eq!(refused(&less, &key), format!("{name} is missing"));
    }
}

/// Two files of one name in a zip file: one program shows the one, and another program the other.
#[test]
fn a_zip_file_hides_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bundle.zip");
    make(&ready(), &path, &Guard::none()).unwrap();
    let right = fs::read(&path).unwrap();
    let refused = |bytes: &[u8], why: &str| {
        fs::write(&path, bytes).unwrap();
        let error = container::read(&path).unwrap_err().to_string();
        assert!(error.contains(why), "{error}");
    };
    // A file more, whose name is then made that of another.
    let mut files = container::read(&path).unwrap();
    files.insert("report.mx".to_owned(), b"another".to_vec());
    fs::remove_file(&path).unwrap();
    container::write(&path, &files, &Guard::none()).unwrap();
    let mut twice = fs::read(&path).unwrap();
    for at in 0..twice.len() - 9 {
        if twice[at..].starts_with(b"report.mx") {
            twice[at..at + 9].copy_from_slice(b"report.md");
        }
    }
    refused(&twice, "two files of one name");
    refused(&[b"more".as_slice(), &right].concat(), "before the zip file");
    refused(&right[..right.len() / 2], "no zip file");
}

#[test]
fn an_envelope_has_one_spelling() {
    let (files, key) = signed(&ready());
    let envelope = String::from_utf8(files[ENVELOPE].clone()).unwrap();
    let json: serde_json::Value = serde_json::from_str(&envelope).unwrap();
    let payload = json["payload"].as_str().unwrap();
    let sig = json["signatures"][0]["sig"].as_str().unwrap();
    let keyid = json["signatures"][0]["keyid"].as_str().unwrap();
    let unpadded = sig.trim_end_matches('=');
    // The last character of Base64 with padding has bits that mean nothing.
    let loose = format!(
        "{}{}==",
        &unpadded[..unpadded.len() - 1],
        char::from(unpadded.as_bytes()[unpadded.len() - 1] + 1)
    );
    let changes: [(&str, String, &str); 9] = [
        ("\"payload\"", "\"extra\": 1, \"payload\"".to_owned(), "cannot be read"),
        ("\"sig\"", "\"cert\": \"\", \"sig\"".to_owned(), "cannot be read"),
        ("\"payload\"", " \"payload\"".to_owned(), "canonical form"),
        (payload, format!("{payload}\\n"), "payload"),
        (unpadded, unpadded.to_owned() + "=", "Base64"),
        (sig, loose, "Base64"),
        (keyid, "0".repeat(64), "none of the given keys"),
        ("Asha Rao", "Asha Raj".to_owned(), "not what was signed"),
        ("Engineer", "Platform".to_owned(), "not what was signed"),
    ];
    for (what, with, why) in changes {
        let mut files = files.clone();
        files.insert(ENVELOPE.to_owned(), envelope.replacen(what, &with, 1).into_bytes());
        let faults = refused(&files, &key);
        assert!(faults.contains(why), "{why}: {faults}");
    }
}

#[test]
fn a_bundle_of_another_version_is_refused_whatever_else_it_says() {
    let mut seen = ready();
    seen.run.version = "0.0.9".to_owned();
    let (files, key) = signed(&seen);
    assert!(refused(&files, &key).starts_with("the bundle is one of golive \"0.0.9\""));
    let folder = tempfile::tempdir().unwrap();
    let why = make(&seen, &folder.path().join("bundle"), &Guard::none()).unwrap_err().to_string();
    assert!(why.starts_with("this run was made by golive \"0.0.9\""), "{why}");
}

#[test]
fn only_a_draft_is_made_of_what_is_not_ready_and_every_report_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let mut with_switches = ready();
    with_switches.run.switches.push("--allow-private".to_owned());
    let mut strict = ready();
    strict.run.only.push("webhook".to_owned());
    for (seen, why) in [
        (of_the_shop(), "the built-in shop"),
        (not_ready(), "NOT READY"),
        (with_switches, "--allow-private"),
        (strict, "PARTIAL"),
    ] {
        let refused =
            make(&seen, &folder.path().join("bundle"), &Guard::none()).unwrap_err().to_string();
        assert!(refused.contains(why) && refused.contains("--draft"), "{refused}");
        // Nor does it help to write one by hand.
        let (files, key) = signed(&seen);
        assert!(check(&files, &key).unwrap_err()[0].contains("does not say that it is a draft"));
        let draft = SavedRun { run: RunFacts { draft: true, ..seen.run.clone() }, ..seen };
        let (files, key) = signed(&draft);
        assert!(check(&files, &key).unwrap_err().contains(&"it is a draft".to_owned()));
        let verified = verified(&files, &[key.public()], None, true, Timestamp::now()).unwrap();
        assert!(verified.words().starts_with("VERIFIED AS A DRAFT: DRAFT, "));
        for format in Format::ALL {
            assert!(format.render(&verified.report, false).contains("DRAFT"), "{format:?}");
        }
        assert!(
            format!("{}", String::from_utf8_lossy(&files["report.html"]))
                .contains("<body data-draft=\"DRAFT\">")
        );
    }
    assert!(!folder.path().join("bundle").exists());
    let ready = Report::new(&ready().facts());
    assert!(Format::ALL.iter().all(|format| !format.render(&ready, false).contains("DRAFT")));
}

#[test]
fn a_secret_holds_back_the_whole_bundle() {
    let folder = tempfile::tempdir().unwrap();
    let value = ready().merchant.config.sha256;
    let guard = Guard::new(&golive_checks::model::Keyring {
        api_key: Some(golive_checks::model::Secret::new(value)),
        ..Default::default()
    });
    for name in ["bundle", "bundle.zip"] {
        let published = make(&ready(), &folder.path().join(name), &guard).unwrap();
        assert!(published.leaked, "{name}");
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn names_and_roles_can_be_read() {
    for (name, role) in [
        ("", "QA"),
        ("Asha", " "),
        ("Asha\u{202e}", "QA"),
        ("a\nb", "QA"),
        (&"a".repeat(201), "QA"),
    ] {
        assert!(sayable(name, "a name").and(sayable(role, "a role")).is_err(), "{name:?} {role:?}");
    }
    assert_eq!(sayable(" Asha Rao ", "a name").unwrap(), "Asha Rao");
}

#[test]
fn of_many_who_sign_at_once_none_is_lost() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["bundle", "bundle.zip"] {
        let path = folder.path().join(name);
        make(&ready(), &path, &Guard::none()).unwrap();
        std::thread::scope(|scope| {
            for number in 0..6 {
                let path = &path;
                scope.spawn(move || {
                    super::sign(
                        path,
                        &SigningKey::generate().unwrap(),
                        signer(&format!("Signer {number}")),
                    )
                    .unwrap()
                });
            }
        });
        let shown = super::show(&path).unwrap();
        assert_eq!(shown.matches("\n  signed     by \"Signer ").count(), 6, "{shown}");
    }
}

#[test]
fn what_got_worse_is_a_regression() {
    let folder = tempfile::tempdir().unwrap();
    let save = |name: &str, seen: &SavedRun| {
        let path = folder.path().join(name);
        fs::write(&path, serde_json::to_string(seen).unwrap()).unwrap();
        path
    };
    let (old, new) = (save("old.json", &ready()), save("new.json", &not_ready()));
    let bundle = folder.path().join("old");
    make(&ready(), &bundle, &Guard::none()).unwrap();
    let same = diff(&old, &bundle).unwrap();
    assert!(same.exit == Exit::Ready && same.words.contains("as before"), "{}", same.words);
    let worse = diff(&bundle, &new).unwrap();
    assert!(
        worse.exit == Exit::Refused && worse.words.contains("\nWorse\n  webhook-certificate"),
        "{}",
        worse.words
    );
    let better = diff(&new, &old).unwrap();
    assert!(
        better.exit == Exit::Ready && better.words.starts_with("NOT READY → READY\n\nBetter\n"),
        "{}",
        better.words
    );
    let mut partial = ready();
    partial.run.skip.push("webhook-https".to_owned());
    let less = diff(&old, &save("less.json", &partial)).unwrap();
    assert!(
        less.exit == Exit::Refused && less.words.contains("webhook-https: no longer looked at"),
        "{}",
        less.words
    );
    fs::write(&old, "{\"MARKER\"").unwrap();
    let garbled = format!("{:#}", diff(&old, &new).unwrap_err());
    assert!(garbled.contains("old.json:1:") && !garbled.contains("MARKER"), "{garbled}");
}
