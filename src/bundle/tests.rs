use std::fs;
use std::path::PathBuf;

use golive_checks::model::{Outcome, Seen as Observed, Trust};
use tempfile::TempDir;

use super::*;
use crate::commands::demo_run;
use crate::demo::Shop;
use crate::progress::Silent;

/// A run that was ready, as a production one: without switches, and not of the demo.
fn ready() -> Seen {
    let shop = Shop::start(&[], std::time::Duration::ZERO).unwrap();
    let (mut seen, _) = demo_run(&shop, golive_checks::model::Deliver::Full).unwrap().observe(&Silent).unwrap();
    seen.run.mode = golive_checks::model::Mode::Check;
    seen.run.switches.clear();
    seen
}

struct Bundle {
    folder: TempDir,
    path: PathBuf,
    key: SigningKey,
}

impl Bundle {
    /// A bundle of this run, signed by one engineer.
    fn signed(seen: Seen, name: &str, draft: bool) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        make(seen, &path, draft, &Guard::none()).unwrap();
        let bundle = Self { folder, path, key: SigningKey::generate().unwrap() };
        bundle.sign(&bundle.key, "Asha Rao");
        bundle
    }

    fn sign(&self, key: &SigningKey, name: &str) {
        let signer = Signer { name: name.to_owned(), role: "Engineer".to_owned(), at: Timestamp::now() };
        sign_off(&self.path, key, signer, &Guard::none()).unwrap();
    }

    fn faults(&self) -> Vec<String> {
        self.faults_with(&Asked { keys: &[self.key.public()], challenge: None, draft: false, now: Timestamp::now() })
    }

    fn faults_with(&self, asked: &Asked<'_>) -> Vec<String> {
        match verify(&self.path, asked) {
            Ok(verified) => verified.faults,
            Err(why) => vec![format!("{why:#}")],
        }
    }

    /// Changes one file, as somebody would who holds all of the bundle.
    fn change(&self, name: &str, change: impl Fn(&mut Vec<u8>)) {
        let path = self.path.join(name);
        let mut bytes = fs::read(&path).unwrap();
        change(&mut bytes);
        fs::write(path, bytes).unwrap();
    }
}

#[test]
fn a_bundle_of_a_ready_run_holds_in_a_folder_and_in_a_zip_file() {
    for name in ["bundle", "bundle.zip"] {
        let bundle = Bundle::signed(ready(), name, false);
        assert_eq!(bundle.faults(), Vec::<String>::new(), "{name}");
        let verified =
            verify(&bundle.path, &Asked { keys: &[bundle.key.public()], challenge: None, draft: false, now: Timestamp::now() }).unwrap();
        assert_eq!(verified.signed[0].signer.name, "Asha Rao");
        assert!(verified.same_version && verified.sentence.unwrap().starts_with("READY until"));
        assert!(show(&bundle.path).unwrap().contains("Asha Rao"));
    }
}

#[test]
fn several_people_sign_and_every_signature_must_be_by_a_given_key() {
    let bundle = Bundle::signed(ready(), "bundle", false);
    let other = SigningKey::generate().unwrap();
    bundle.sign(&other, "Ravi Iyer");
    let now = Timestamp::now();
    let both = [bundle.key.public(), other.public()];
    assert_eq!(bundle.faults_with(&Asked { keys: &both, challenge: None, draft: false, now }), Vec::<String>::new());
    assert_eq!(bundle.faults(), ["a signature is by none of the given keys"]);
    let again = Signer { name: "Asha".to_owned(), role: "QA".to_owned(), at: now };
    assert!(sign_off(&bundle.path, &bundle.key, again, &Guard::none()).is_err());
}

#[test]
fn an_unsigned_bundle_is_no_sign_off() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bundle");
    make(ready(), &path, false, &Guard::none()).unwrap();
    let verified = verify(&path, &Asked { keys: &[], challenge: None, draft: false, now: Timestamp::now() }).unwrap();
    assert_eq!(verified.faults, ["nobody has signed the bundle"]);
}

#[test]
fn flips_of_single_bits_are_noticed_everywhere() {
    let bundle = Bundle::signed(ready(), "bundle", false);
    for name in container::read(&bundle.path).unwrap().keys() {
        let length = fs::metadata(bundle.path.join(name)).unwrap().len() as usize;
        // Every bit of the envelope and the sums, and a spread of the others, which are judged and rendered anew each time.
        let every = name == ENVELOPE || name == SUMS;
        let step = if every { 97 } else { length / 3 + 1 };
        for at in (0..length).step_by(step) {
            let flip = |bytes: &mut Vec<u8>| bytes[at] ^= 1 << (at % 8);
            bundle.change(name, flip);
            assert!(!bundle.faults().is_empty(), "bit {} of byte {at} of {name}", at % 8);
            bundle.change(name, flip);
        }
    }
    assert!(bundle.faults().is_empty());
}

/// Cheap enough for each bit: whoever reads the envelope refuses it, or its signature does not fit.
#[test]
fn every_bit_of_the_envelope_counts() {
    let bundle = Bundle::signed(ready(), "bundle", false);
    let mut bytes = fs::read(bundle.path.join(ENVELOPE)).unwrap();
    let keys = [bundle.key.public()];
    assert!(Envelope::read(&bytes).unwrap().verify(&keys).is_ok());
    for bit in 0..bytes.len() * 8 {
        bytes[bit / 8] ^= 1 << (bit % 8);
        assert!(Envelope::read(&bytes).and_then(|envelope| envelope.verify(&keys)).is_err(), "bit {bit}");
        bytes[bit / 8] ^= 1 << (bit % 8);
    }
}

#[test]
fn a_verdict_edited_by_hand_is_refused_though_it_was_signed_again() {
    let mut seen = ready();
    let Observed::Got(tls) = &mut seen.observations.webhook_tls else { panic!("the demo shop speaks TLS") };
    tls.trust = Trust::Expired;
    assert!(
        make(
            Seen {
                schema: seen.schema.clone(),
                run: seen.run.clone(),
                merchant: seen.merchant.clone(),
                observations: seen.observations.clone()
            },
            &tempfile::tempdir().unwrap().path().join("b"),
            false,
            &Guard::none()
        )
        .is_err()
    );
    // The reports, the verdict and the sums of a run that was ready, put around the observations of one that was not.
    let good = files(&ready(), "salt", "tool").unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bundle");
    let mut forged = good.clone();
    forged.insert(OBSERVATIONS.to_owned(), format!("{:#}\n", serde_json::to_value(&seen.observations).unwrap()).into_bytes());
    forged.remove(ENVELOPE);
    forged.remove(SUMS);
    let sums: String = forged.iter().map(|(name, bytes)| format!("{}  {name}\n", digest(bytes))).collect();
    forged.insert(SUMS.to_owned(), sums.into_bytes());
    let statement = statement::statement(&forged, &Report::new(&ready().facts())).unwrap();
    let key = SigningKey::generate().unwrap();
    let mut envelope = Envelope::around(&statement);
    envelope.sign(&key, Signer { name: "Mallory".to_owned(), role: "Engineer".to_owned(), at: Timestamp::now() }).unwrap();
    forged.insert(ENVELOPE.to_owned(), envelope.bytes());
    container::write(&path, &forged, &Guard::none()).unwrap();
    let asked = Asked { keys: &[key.public()], challenge: None, draft: false, now: Timestamp::now() };
    let faults = verify(&path, &asked).unwrap().faults;
    assert!(faults.iter().any(|fault| fault.contains("judged again")), "{faults:?}");
    assert!(faults.iter().any(|fault| fault.contains("NOT READY")), "{faults:?}");
}

#[test]
fn another_challenge_a_later_day_a_file_more_and_a_file_less_are_refused() {
    let mut seen = ready();
    seen.run.challenge = Some("reviewer-4711".to_owned());
    let bundle = Bundle::signed(seen, "bundle", false);
    let keys = [bundle.key.public()];
    let now = Timestamp::now();
    let asked = |challenge, now| Asked { keys: &keys, challenge, draft: false, now };
    assert_eq!(bundle.faults_with(&asked(Some("reviewer-4711"), now)), Vec::<String>::new());
    assert_eq!(bundle.faults_with(&asked(Some("another"), now)), ["the run is not bound to this challenge"]);
    let later = now + jiff::SignedDuration::from_hours(24 * 9);
    assert!(bundle.faults_with(&asked(None, later))[0].starts_with("it ended on"));
    let earlier = now - jiff::SignedDuration::from_hours(1);
    assert_eq!(bundle.faults_with(&asked(None, earlier)), ["the run is of a time to come"]);
    fs::write(bundle.path.join("more.txt"), "x").unwrap();
    assert_eq!(bundle.faults(), ["\"more.txt\" is no part of a bundle"]);
    fs::remove_file(bundle.path.join("more.txt")).unwrap();
    fs::remove_file(bundle.path.join("report.html")).unwrap();
    assert_eq!(bundle.faults(), ["report.html is missing"]);
}

#[test]
fn a_check_that_was_taken_out_is_missed() {
    let bundle = Bundle::signed(ready(), "bundle", false);
    bundle.change(VERDICT, |bytes| {
        let mut verdict: serde_json::Value = serde_json::from_slice(bytes).unwrap();
        verdict["outcomes"].as_object_mut().unwrap().shift_remove("webhook-rejects-forged").unwrap();
        *bytes = format!("{verdict:#}\n").into_bytes();
    });
    assert!(bundle.faults().iter().any(|fault| fault.contains("judged again")));
}

#[test]
fn only_a_draft_is_made_of_what_is_not_ready_and_it_says_so_on_every_page() {
    let shop = Shop::start(&[], std::time::Duration::ZERO).unwrap();
    let (seen, _) = demo_run(&shop, golive_checks::model::Deliver::Full).unwrap().observe(&Silent).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let copy = Seen {
        schema: seen.schema.clone(),
        run: seen.run.clone(),
        merchant: seen.merchant.clone(),
        observations: seen.observations.clone(),
    };
    let refused = make(copy, &folder.path().join("no"), false, &Guard::none()).unwrap_err().to_string();
    assert!(refused.contains("the demo shop") && refused.contains("--draft"), "{refused}");
    let bundle = Bundle::signed(seen, "bundle", true);
    assert_eq!(bundle.faults(), ["it is a draft"]);
    for (name, _) in REPORTS.iter().filter(|(name, _)| *name != "report.sarif" && *name != "requirements.csv") {
        let text = fs::read_to_string(bundle.path.join(name)).unwrap();
        assert!(text.contains("DRAFT") || text.contains("\"draft\": true"), "{name}");
    }
    drop(bundle.folder);
}

#[test]
fn keys_are_read_back_and_ssh_keys_serve() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("asha.key");
    let key = SigningKey::generate().unwrap();
    key.write(&path).unwrap();
    assert!(key.write(&path).is_err(), "a key is never written over");
    let public = PublicKey::read(&path.with_extension("pub")).unwrap();
    assert_eq!(SigningKey::read(&path).unwrap().public(), public);
    assert!(public.verifies(b"x", &key.sign(b"x")) && !public.verifies(b"y", &key.sign(b"x")));
    // `ssh-keygen -t ed25519 -N '' -C MARKER`, made for this test.
    let ssh = folder.path().join("id_ed25519");
    let made = std::process::Command::new("ssh-keygen").args(["-q", "-t", "ed25519", "-N", "", "-C", "MARKER", "-f"]).arg(&ssh).status();
    if made.is_ok_and(|status| status.success()) {
        let private = SigningKey::read(&ssh).unwrap();
        assert_eq!(private.public(), PublicKey::read(&folder.path().join("id_ed25519.pub")).unwrap());
    }
}

#[test]
fn what_got_worse_is_a_regression() {
    let folder = tempfile::tempdir().unwrap();
    let save = |name: &str, seen: &Seen| {
        let path = folder.path().join(name);
        fs::write(&path, serde_json::to_string(seen).unwrap()).unwrap();
        path
    };
    let mut seen = ready();
    let old = save("old.json", &seen);
    let same = diff(&old, &old).unwrap();
    assert!(!same.worse && same.words.contains("as before"));
    let Observed::Got(tls) = &mut seen.observations.webhook_tls else { panic!("the demo shop speaks TLS") };
    tls.trust = Trust::Expired;
    let new = save("new.json", &seen);
    let worse = diff(&old, &new).unwrap();
    assert!(worse.worse && worse.words.contains("webhook-certificate"), "{}", worse.words);
    assert!(!diff(&new, &old).unwrap().worse);
    let report = Report::new(&seen.facts());
    assert!(report.checks().any(|check| matches!(check.outcome, Outcome::Fail(_))));
}
