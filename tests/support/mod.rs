//! What black-box tests share: the binary, a folder of its own for each test, TLS in front of plain
//! servers.
#![allow(dead_code, unreachable_pub, reason = "each test binary uses its own part")]
#![allow(clippy::unwrap_used, reason = "a test fails where it cannot go on")]

pub mod rust_source;

use std::io::{BufRead as _, BufReader};
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use serde_json::Value;

/// A live API key of the tests; every secret of the tests holds the marker that `redaction.rs`
/// looks for.
pub const API_KEY: &str = "pk_live_MARKER8hT4vQz1LwXr5nB2";
/// A live secret key of the tests.
pub const SECRET_KEY: &str = "sk_live_MARKERd93KfmW7sYc0Jp6U";

/// The repository.
pub fn repository() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The binary, in `folder`, with an environment that says nothing of the machine.
pub fn golive(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_golive"));
    command.current_dir(folder).stdin(Stdio::null());
    for name in [
        "CI",
        "GOLIVE_CONFIG",
        "GOLIVE_ROLE",
        "NO_COLOR",
        "CLICOLOR_FORCE",
        "RUST_BACKTRACE",
        "GITHUB_ACTIONS",
    ] {
        command.env_remove(name);
    }
    for name in ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"]
    {
        command.env_remove(name);
    }
    command.env("KWIKPAISA_API_KEY", API_KEY).env("KWIKPAISA_SECRET_KEY", SECRET_KEY);
    command
}

/// What came of a run.
pub struct Ran {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Ran {
    /// The report, where it is JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("{error}: {}\n{}", self.stdout, self.stderr))
    }
}

/// Runs it to its end. Whatever is tested: no secret is printed.
pub fn run(command: &mut Command) -> Ran {
    let output = command.output().unwrap();
    let ran = Ran {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8(output.stdout).expect("reports are UTF-8"),
        stderr: String::from_utf8(output.stderr).expect("messages are UTF-8"),
    };
    for printed in [&ran.stdout, &ran.stderr] {
        assert!(!printed.contains("MARKER"), "a secret was printed by {command:?}");
    }
    ran
}

/// How a check of a JSON report ended.
pub fn outcome<'a>(report: &'a Value, id: &str) -> &'a str {
    let checks = report["checks"].as_array().expect("a report has checks");
    checks
        .iter()
        .find(|check| check["id"] == id)
        .and_then(|check| check["outcome"].as_str())
        .unwrap_or("absent")
}

/// The checks of a JSON report that ended neither well nor attested nor not applicable.
pub fn not_fine(report: &Value) -> Vec<String> {
    let checks = report["checks"].as_array().expect("a report has checks");
    let fine = |check: &&Value| {
        !matches!(check["outcome"].as_str(), Some("pass" | "attested" | "not-applicable"))
            && check["reason"]["kind"] != "trial-run"
    };
    checks
        .iter()
        .filter(fine)
        .map(|check| format!("{} {}: {}", check["id"], check["outcome"], check))
        .collect()
}

/// An attestation for every item that may have one, said on `on`.
pub fn attestations(on: &str) -> String {
    let list: Value = run(golive(&repository()).args(["list", "--json"])).json();
    let sections = list["sections"].as_array().expect("the catalogue has sections");
    sections
        .iter()
        .flat_map(|section| section["checks"].as_array().expect("a section has checks"))
        .filter(|check| check["attestable"] == true)
        .map(|check| {
            let id = check["id"].as_str().expect("an id");
            format!("[attest.{id}]\nby = \"Asha Rao, Head of Payments\"\non = {on}\nevidence = \"https://wiki.shop.example/{id}\"\n\n")
        })
        .collect()
}

/// Today, as golive reckons it.
pub fn today() -> String {
    jiff::Zoned::now().date().to_string()
}

/// A CA made for one test, and a TLS port in front of a plain one.
pub struct TlsProxy {
    pub port: u16,
    pub ca_pem: String,
    /// Dropped to stop it.
    _stop: tokio::sync::oneshot::Sender<()>,
}

impl TlsProxy {
    /// Terminates TLS for `shop.example` and hands the bytes on to `upstream`.
    pub fn start(upstream: SocketAddr) -> Self {
        let day = time::Duration::days(1);
        let now = time::OffsetDateTime::now_utc();
        let ca_key = rcgen::KeyPair::generate().unwrap();
        let mut ca = rcgen::CertificateParams::default();
        ca.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        ca.distinguished_name.push(rcgen::DnType::CommonName, "golive tests");
        (ca.not_before, ca.not_after) = (now - day, now + 200 * day);
        let ca_pem = ca.self_signed(&ca_key).unwrap().pem();
        let issuer = rcgen::Issuer::new(ca, ca_key);
        let key = rcgen::KeyPair::generate().unwrap();
        let mut leaf = rcgen::CertificateParams::new(vec!["shop.example".to_owned()]).unwrap();
        leaf.distinguished_name.push(rcgen::DnType::CommonName, "shop.example");
        (leaf.not_before, leaf.not_after) = (now - day, now + 100 * day);
        let leaf = leaf.signed_by(&key, &issuer).unwrap();

        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let key = rustls::pki_types::PrivateKeyDer::try_from(key.serialize_der()).unwrap();
        let config = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![leaf.der().clone()], key)
            .unwrap();
        let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let port = listener.local_addr().unwrap().port();
        let serve = async move {
            let listener = tokio::net::TcpListener::from_std(listener).unwrap();
            while let Ok((stream, _)) = listener.accept().await {
                let acceptor = acceptor.clone();
                tokio::spawn(async move {
                    let Ok(mut outside) = acceptor.accept(stream).await else { return };
                    let Ok(mut inside) = tokio::net::TcpStream::connect(upstream).await else {
                        return;
                    };
                    let _ = tokio::io::copy_bidirectional(&mut outside, &mut inside).await;
                });
            }
        };
        std::thread::spawn(move || {
            runtime.block_on(async {
                tokio::select! { () = serve => {}, _ = stopped => {} }
            });
        });
        Self { port, ca_pem, _stop: stop }
    }
}

/// `golive demo --serve`, closed when dropped.
pub struct DemoShop {
    child: Child,
    folder: PathBuf,
    /// What `golive check` needs to get there.
    pub switches: Vec<String>,
}

impl DemoShop {
    /// Opens it and waits for what it says.
    pub fn open(defects: &[&str]) -> Self {
        let mut command = golive(&repository());
        command.args(["demo", "--serve"]).args(defects.iter().flat_map(|name| ["--defect", name]));
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let (mut folder, mut switches) = (PathBuf::new(), Vec::new());
        for line in BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok) {
            if let Some((_, said)) = line.split_once("#   cd ") {
                folder = PathBuf::from(said);
            } else if let Some((_, said)) = line.split_once("--ca-file ca.pem ") {
                switches = vec![
                    "--ca-file".to_owned(),
                    folder.join("ca.pem").to_string_lossy().into_owned(),
                ];
                switches.extend(said.split(' ').map(str::to_owned));
                break;
            }
        }
        assert!(
            folder.is_absolute() && switches.len() > 2,
            "the shop did not say how to get there"
        );
        Self { child, folder, switches }
    }

    /// Where its `golive.toml` stands.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Its keys, under the names of the examples.
    pub fn keys(&self) -> Vec<(&'static str, String)> {
        let read = |file: &str| std::fs::read_to_string(self.folder.join(file)).unwrap();
        let env = read(".env.production");
        let variable = |name: &str| {
            env.lines()
                .find_map(|line| line.strip_prefix(name)?.strip_prefix('='))
                .unwrap()
                .to_owned()
        };
        vec![
            ("KWIKPAISA_API_KEY", variable("DEMO_SHOP_API_KEY")),
            ("KWIKPAISA_SECRET_KEY", variable("DEMO_SHOP_SECRET_KEY")),
            ("KWIKPAISA_TEST_API_KEY", read("sandbox-api-key")),
            ("KWIKPAISA_TEST_SECRET_KEY", read("sandbox-secret-key")),
        ]
    }
}

impl Drop for DemoShop {
    fn drop(&mut self) {
        // Asked and not killed, so that it takes its folder away.
        let _ = Command::new("kill").args(["-INT", &self.child.id().to_string()]).status();
        let _ = self.child.wait();
    }
}

/// A server of another language, stopped when dropped.
pub struct Server {
    child: Child,
    pub address: SocketAddr,
}

impl Server {
    /// Starts it and waits for the line that says where it listens.
    pub fn start(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::inherit()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line
            .trim()
            .strip_prefix("listening on http://")
            .unwrap_or_else(|| panic!("it said {line:?}"))
            .parse()
            .unwrap();
        Self { child, address }
    }

    /// The number of its process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Starts PHP's own server, which cannot choose a free port: one is looked for, and another if
    /// somebody was quicker.
    pub fn start_php(command: &mut Command) -> Self {
        for _ in 0..10 {
            let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
            let mut child = command
                .args(["-S", &address.to_string(), "index.php"])
                .stderr(Stdio::piped())
                .spawn()
                .unwrap();
            let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
            let started = lines.by_ref().map_while(Result::ok).any(|line| line.contains("started"));
            std::thread::spawn(move || lines.for_each(drop));
            if started {
                return Self { child, address };
            }
            let _ = child.wait();
        }
        panic!("no free port for PHP")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Whether a runtime is here. `GOLIVE_TEST_RUNTIMES=required` makes its absence a failure.
pub fn runtime_is_here(program: &str, arguments: &[&str]) -> bool {
    let here = Command::new(program)
        .args(arguments)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success());
    let required = std::env::var("GOLIVE_TEST_RUNTIMES").is_ok_and(|value| value == "required");
    assert!(
        here || !required,
        "{program} {arguments:?} does not run, and GOLIVE_TEST_RUNTIMES=required"
    );
    if !here {
        eprintln!("skipped: {program} {arguments:?} does not run here");
    }
    here
}
