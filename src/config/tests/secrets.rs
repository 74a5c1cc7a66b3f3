//! Where secrets come from.

use super::*;

#[test]
fn a_secret_is_looked_for_in_the_env_file_then_in_the_environment() {
    let text = "env_file = \"app.env\"\n[api]\napi_key = { env = \"KEY\" }\nsecret_key = { env = \
                \"SECRET\" }\n";
    let bench = Bench::with(text)
        .file("app.env", format!("# note\nKEY={LIVE_KEY}\n"))
        .variable("SECRET", LIVE_SECRET);
    let Loaded { merchant, targets, .. } =
        bench.variable("KEY", "pk_live_other").load().expect("it loads");
    let key = found(merchant.credential(Slot::ApiKey));
    assert_eq!(
        key.origin,
        Origin::EnvFile { path: "app.env".to_owned(), name: "KEY".to_owned(), line: 2 }
    );
    assert_eq!((key.prefix, key.length), (Prefix::ApiLive, LIVE_KEY.len()));
    assert_eq!(
        found(merchant.credential(Slot::SecretKey)).origin,
        Origin::Env { name: "SECRET".to_owned() }
    );
    assert_eq!(targets.keys.get(Slot::ApiKey).map(|key| key.expose()), Some(LIVE_KEY));
    assert_eq!(
        merchant.env_file.as_ref().map(|file| file.overridden.clone()),
        Some(vec!["KEY".to_owned()])
    );
    assert_eq!(targets.secret_files.len(), 1);
}

#[test]
fn a_secret_that_is_not_there_is_missing_and_not_a_complaint() {
    let text = "env_file = \"none.env\"\n[api]\napi_key = { env = \"KEY\" }\nsecret_key = { file \
                = \"none\" }\n[sandbox]\napi_key = { command = [\"false\"] }\nsecret_key = { \
                command = [\"golive-no-such-program\"] }\n";
    let merchant = loaded(text).merchant;
    let why = |slot| match merchant.credential(slot) {
        Some(Credential::Missing { why, .. }) => *why,
        other => panic!("{other:?}"),
    };
    assert_eq!(why(Slot::ApiKey), MissingSecret::NotSet);
    assert_eq!(why(Slot::SecretKey), MissingSecret::Unreadable);
    assert_eq!(why(Slot::SandboxApiKey), MissingSecret::CommandFailed);
    assert_eq!(why(Slot::SandboxSecretKey), MissingSecret::CommandFailed);
    assert_eq!(merchant.env_file.map(|file| file.readable), Some(false));
}

#[test]
fn files_and_programs_lose_one_line_break_and_keep_all_other_damage() {
    let text = "[api]\napi_key = { file = \"key\" }\nsecret_key = { command = [\"printf\", ' \
                sk_live_%s1 \\n\\n', \"MARKER\"] }\n";
    let Loaded { merchant, targets, .. } =
        Bench::with(text).file("key", format!("{LIVE_KEY}\r\n")).load().expect("it loads");
    assert_eq!(targets.keys.get(Slot::ApiKey).map(|key| key.expose()), Some(LIVE_KEY));
    assert_eq!(
        found(merchant.credential(Slot::ApiKey)).origin,
        Origin::File { path: "key".to_owned() }
    );
    assert_eq!(
        targets.keys.get(Slot::SecretKey).map(|key| key.expose()),
        Some(" sk_live_MARKER1 \n")
    );
    let secret = found(merchant.credential(Slot::SecretKey));
    assert_eq!(secret.origin, Origin::Command { program: "printf".to_owned() });
    assert!(secret.damage.contains(&Damage::LineBreak), "{:?}", secret.damage);
    assert_eq!(targets.secret_files[0].0, "api.secret_key".replace("secret_key", "api_key"));
}

#[test]
fn programs_of_several_secrets_run_beside_one_another() {
    // Each waits for the other, and would in vain if it were not there.
    let meet = |own: &str, other: &str| {
        format!(
            "[\"sh\", \"-c\", \"touch {own}; until [ -e {other} ]; do sleep 0.01; done; echo \
             {own}\"]"
        )
    };
    let text = format!(
        "[api]\napi_key = {{ command = {} }}\nsecret_key = {{ command = {} }}\n",
        meet("a", "b"),
        meet("b", "a")
    );
    let targets = loaded(&text).targets;
    let value = |slot| targets.keys.get(slot).map(|key| key.expose().to_owned());
    assert_eq!(
        (value(Slot::ApiKey).as_deref(), value(Slot::SecretKey).as_deref()),
        (Some("a"), Some("b"))
    );
}

#[test]
fn programs_are_not_run_when_they_may_not() {
    let mut bench = Bench::with(
        "[api]\napi_key = { command = [\"touch\", \"ran\"] }\nwallet_id = { command = [\"touch\", \
         \"ran\"] }\n",
    );
    bench.programs = Programs::Leave;
    let merchant = bench.load().expect("it loads").merchant;
    assert!(matches!(
        merchant.credential(Slot::ApiKey),
        Some(Credential::Missing { why: MissingSecret::NotRun, .. })
    ));
    assert!(merchant.api.wallet_id && !bench.path().join("ran").exists());
}

#[test]
fn loads_within_a_runtime() {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let targets = runtime
        .block_on(async { loaded("[api]\napi_key = { command = [\"echo\", \"a\"] }\n").targets });
    assert_eq!(targets.keys.get(Slot::ApiKey).map(|key| key.expose()), Some("a"));
}

#[test]
fn a_secret_has_exactly_one_whereabouts() {
    let complaints = complaints(
        "[api]\napi_key = { env = \"A\", file = \"b\" }\nsecret_key = {}\nwallet_id = { evn = \
         \"A\" }\n[sandbox]\napi_key = { env = \"\" }\nsecret_key = { env = \"sk_test_MARKER\" \
         }\nwallet_id = { command = [] }\n",
    );
    let forms = "expected text in quotes, or one of { env = \"NAME\" }, { file = \"path\" } or { \
                 command = [\"program\"] }";
    assert_eq!(
        complaints,
        [
            format!("golive.toml:2:11: `api.api_key`: {forms}"),
            format!("golive.toml:3:14: `api.secret_key`: {forms}"),
            "golive.toml:4:15: unknown key in [api.wallet_id]; the nearest is `env`".to_owned(),
            "golive.toml:6:19: `sandbox.api_key.env`: expected the name of a variable: letters, \
             digits and `_`"
                .to_owned(),
            "golive.toml:7:22: `sandbox.secret_key.env`: holds what looks like the key itself; \
             name the variable that holds it"
                .to_owned(),
            "golive.toml:8:25: `sandbox.wallet_id.command`: expected a program and its arguments \
             as a list of texts, such as [\"node\", \"sign.js\"]"
                .to_owned(),
        ]
    );
}

#[test]
fn equal_secrets_know_of_one_another() {
    let text = format!(
        "[api]\napi_key = \"{LIVE_KEY}\"\nsecret_key = \"{LIVE_KEY}\"\n[sandbox]\napi_key = \
         \"\"\nsecret_key = \"\"\n"
    );
    let merchant = loaded(&text).merchant;
    assert_eq!(found(merchant.credential(Slot::ApiKey)).equals, [Slot::SecretKey]);
    assert_eq!(found(merchant.credential(Slot::SecretKey)).equals, [Slot::ApiKey]);
    assert!(found(merchant.credential(Slot::SandboxApiKey)).equals.is_empty());
    assert_eq!(found(merchant.credential(Slot::ApiKey)).origin, Origin::Literal);
}

#[test]
fn the_env_file_says_what_its_variables_carry() {
    let text = "env_file = \"app.env\"\n[api]\nsecret_key = { env = \"SECRET\" \
                }\n[sandbox]\nsecret_key = { env = \"OLD\" }\n";
    let env = format!(
        "SECRET={LIVE_SECRET}\nOLD=plain-MARKER-secret\nURL=http://sandbox.kwikpaisa.com/x\nHOME=/root\nwhat is this\nTEST={TEST_SECRET}\n"
    );
    let bench = Bench::with(text)
        .file("app.env", env)
        .variable("HOME", "/home/x")
        .variable("URL", "https://elsewhere.example");
    let file = bench.load().expect("it loads").merchant.env_file.expect("an env file");
    let entries: Vec<(&str, usize)> =
        file.entries.iter().map(|entry| (entry.name.as_str(), entry.line)).collect();
    assert_eq!(entries, [("SECRET", 1), ("OLD", 2), ("URL", 3), ("TEST", 6)]);
    assert!(file.entries[0].carries.contains(&Carried::Configured(Slot::SecretKey)));
    assert_eq!(
        file.entries[1].carries,
        [Carried::SandboxKey, Carried::Configured(Slot::SandboxSecretKey)]
    );
    assert!(file.entries[2].carries.contains(&Carried::PlainHttp));
    assert_eq!(file.entries[3].carries, [Carried::SandboxKey]);
    assert_eq!(
        (file.readable, file.unreadable_lines, file.overridden),
        (true, vec![5], vec!["URL".to_owned()])
    );
}

#[test]
fn a_value_that_readers_of_env_files_disagree_on_is_not_used() {
    let text = "env_file = \"app.env\"\n[api]\napi_key = { env = \"KEY\" }\n";
    let bench = Bench::with(text)
        .file("app.env", "KEY=pk_live_MARKER#1\nJSON=\"{\\\"a\\\":1}\"\n")
        .variable("KEY", LIVE_KEY);
    let merchant = bench.load().expect("it loads").merchant;
    assert!(matches!(
        merchant.credential(Slot::ApiKey),
        Some(Credential::Missing { why: MissingSecret::Unreadable, .. })
    ));
    assert_eq!(merchant.env_file.map(|file| file.unreadable_lines), Some(vec![1]));
}

#[test]
fn wallets_are_compared_and_forgotten() {
    let same = loaded("[api]\nwallet_id = \"46\"\n[sandbox]\nwallet_id = \"46\"\n").merchant;
    assert_eq!(
        (same.api.wallet_id, same.sandbox.and_then(|sandbox| sandbox.wallet_id)),
        (true, Some(SameAsLive(true)))
    );
    let other = loaded("[api]\nwallet_id = \"\"\n[sandbox]\nwallet_id = \"47\"\n").merchant;
    assert_eq!(
        (other.api.wallet_id, other.sandbox.and_then(|sandbox| sandbox.wallet_id)),
        (false, Some(SameAsLive(false)))
    );
}
