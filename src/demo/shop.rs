//! A shop, up and running.

use std::fs;
use std::io::Write as _;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use anyhow::Context as _;
use golive_checks::model::Secret;
use rustls::ServerConfig;
use tempfile::TempDir;
use tokio::sync::oneshot;
use tokio_rustls::TlsAcceptor;

use super::certificates::{self, Certificates};
use super::code;
use super::configuration::{self, TEST_API_KEY_FILE, TEST_SECRET_FILE};
use super::keys::Keys;
use super::listener::{Town, serve};
use super::platform::Platform;
use super::signer::{ENV_FILE, MISTAKE_FILE, mistake};
use super::webhook::Webhook;
use super::{API, BOOKS, Behaviour, Defect, ECHOES, SHOP, SITE, ShopVariant};
use crate::demo::process::{OPEN_FILE, Process};

/// A merchant on loopback with a certificate authority of its own, the platform's stand-in and the
/// address services beside it. It ends when it is dropped, and its folder with it.
#[derive(Debug)]
pub(crate) struct Shop {
    folder: TempDir,
    config_toml: String,
    env: Vec<(String, String)>,
    secrets: Vec<String>,
    ca_pem: String,
    ports: (u16, u16),
    connect_to: Vec<String>,
    town: Arc<Town>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
    /// Bound and not listening, so that nobody else answers there either.
    _closed_ports: Vec<tokio::net::TcpSocket>,
}

impl Shop {
    /// Opens a shop that behaves like this.
    ///
    /// # Errors
    ///
    /// When loopback, random numbers or the temporary folder cannot be had.
    pub(crate) fn open(behaviour: &Behaviour) -> anyhow::Result<Self> {
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let keys = Keys::make_up(behaviour, &provider)?;
        let neighbours = [
            API,
            "sandbox.kwikpaisa.com",
            "api.kwikpaisa.com.payments.example",
            BOOKS,
            SITE,
            ECHOES[0],
            ECHOES[1],
        ];
        let Certificates { root_pem: ca_pem, presented, at_second } = certificates::issue(
            configuration::webhook_host(behaviour),
            &neighbours,
            behaviour,
            &provider,
        )?;
        let versions: &[_] = if behaviour.does(ShopVariant::Tls12Only) {
            &[&rustls::version::TLS12]
        } else {
            rustls::ALL_VERSIONS
        };
        let speaks = |certificates| -> anyhow::Result<TlsAcceptor> {
            let mut tls = ServerConfig::builder_with_provider(Arc::clone(&provider))
                .with_protocol_versions(versions)?
                .with_no_client_auth()
                .with_cert_resolver(certificates);
            tls.alpn_protocols = vec![b"http/1.1".to_vec()];
            Ok(TlsAcceptor::from(Arc::new(tls)))
        };

        let folder = tempfile::Builder::new()
            .prefix("golive-demo-")
            .tempdir()
            .context("making the demo shop's folder")?;
        let open = folder.path().join(OPEN_FILE);
        fs::write(&open, "").context("opening the demo shop")?;
        let known = ["order", "payout"].into_iter().flat_map(configuration::test_ids).collect();
        let town = Arc::new(Town {
            behaviour: behaviour.clone(),
            webhook: Webhook::new(behaviour, &keys, known, Process::new(open)),
            platform: Platform::new(
                behaviour,
                secret(&keys.issued_api),
                secret(&keys.issued_secret),
            ),
            arrivals: Arc::default(),
            site: code::site(&keys, behaviour),
        });

        let (mut first, mut second) = (listen()?, listen()?);
        // The first address is the one that the conversation goes to.
        if first.1 > second.1 {
            std::mem::swap(&mut first, &mut second);
        }
        let ((tls_listener, tls_port), (second_listener, second_port)) = (first, second);
        let (plain_listener, closed_port, plain_port) = if behaviour.does(ShopVariant::ClosedPort80)
        {
            let (socket, port) = closed()?;
            (None, Some(socket), port)
        } else {
            let (listener, port) = listen()?;
            (Some(listener), None, port)
        };
        let (stop, stopped) = oneshot::channel();
        let mut doors = vec![Door {
            listener: tls_listener,
            acceptor: Some(speaks(presented)?),
            town: Arc::clone(&town),
        }];
        doors.extend(plain_listener.map(|listener| Door {
            listener,
            acceptor: None,
            town: Arc::clone(&town),
        }));
        let mut connect_to = Vec::new();
        let mut closed_ports = Vec::from_iter(closed_port);
        if behaviour.has_second_address() {
            let mut port = second_port;
            if behaviour.has(Defect::SecondAddressDown) {
                // Its number counts for nothing: nobody answers there.
                let (socket, closed) = closed()?;
                closed_ports.push(socket);
                port = closed;
            } else {
                let there = behaviour.at_second_address();
                doors.push(Door {
                    listener: second_listener,
                    acceptor: Some(speaks(at_second)?),
                    town: Arc::new(Town {
                        webhook: town.webhook.beside(&there, &keys),
                        platform: Platform::new(
                            behaviour,
                            secret(&keys.issued_api),
                            secret(&keys.issued_secret),
                        ),
                        arrivals: Arc::clone(&town.arrivals),
                        site: town.site.clone(),
                        behaviour: there,
                    }),
                });
            }
            connect_to.extend([tls_port, port].map(|port| format!("{SHOP}:443:127.0.0.1:{port}")));
        }
        // Without a host, so that nothing the shop names, right or wrong, is looked for outside
        // of this machine.
        connect_to.push(format!(":80:127.0.0.1:{plain_port}"));
        connect_to.push(format!("::127.0.0.1:{tls_port}"));
        let thread = run(Arc::clone(&town), doors, stopped)?;

        let program = std::env::current_exe().context("looking for this program's own path")?;
        let config_toml = configuration::golive_toml(&keys, behaviour, &program.to_string_lossy());
        let env = configuration::env(&keys, behaviour);
        furnish(folder.path(), &config_toml, &env, &keys, &ca_pem, behaviour)?;
        Ok(Self {
            folder,
            config_toml,
            env,
            secrets: vec![
                keys.issued_api,
                keys.issued_secret,
                keys.api,
                keys.secret,
                keys.test_api,
                keys.test_secret,
            ],
            ca_pem,
            ports: (plain_port, tls_port),
            connect_to,
            town,
            stop: Some(stop),
            thread: Some(thread),
            _closed_ports: closed_ports,
        })
    }

    /// The shop's folder: `golive.toml`, the env file, the sandbox's keys and `ca.pem`.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The shop's `golive.toml`.
    pub(crate) fn config_path(&self) -> PathBuf {
        self.folder().join("golive.toml")
    }

    /// What stands in it.
    pub(crate) fn config_toml(&self) -> &str {
        &self.config_toml
    }

    /// For `--ca-file`.
    pub(crate) fn ca_file(&self) -> PathBuf {
        self.folder().join("ca.pem")
    }

    /// The env file that the configuration names.
    pub(crate) fn env_path(&self) -> PathBuf {
        self.folder().join(ENV_FILE)
    }

    /// The ports of plain HTTP and of HTTPS.
    pub(crate) fn ports(&self) -> (u16, u16) {
        self.ports
    }

    /// For `--connect-to`: everything ends at the shop.
    pub(crate) fn connect_to(&self) -> &[String] {
        &self.connect_to
    }
}

#[cfg_attr(not(test), expect(dead_code, reason = "only tests look behind the counter"))]
impl Shop {
    /// Opens a shop with these defects. `delay` is added to each answer.
    ///
    /// # Errors
    ///
    /// See [`Shop::open`].
    pub(crate) fn start(defects: &[Defect], delay: Duration) -> anyhow::Result<Self> {
        Self::open(&Behaviour::with_defects(defects, delay))
    }

    /// What stands in `ca.pem`.
    pub(crate) fn ca_pem(&self) -> &str {
        &self.ca_pem
    }

    /// The variables of the env file.
    pub(crate) fn env(&self) -> &[(String, String)] {
        &self.env
    }

    /// Every key and secret, made up as they are: none may be in any output.
    pub(crate) fn secrets(&self) -> &[String] {
        &self.secrets
    }

    /// The bodies of all deliveries that the webhook believed, in order.
    pub(crate) fn log(&self) -> Vec<String> {
        self.town.webhook.believed()
    }

    /// All that came to the webhook's host, believed or not, in order.
    #[cfg(test)]
    pub(crate) fn arrivals(&self) -> Vec<super::arrivals::Arrival> {
        self.town.arrivals.all()
    }

    /// Method, host and path of every call to the platform's stand-in, in order.
    pub(crate) fn calls(&self) -> Vec<String> {
        self.town.platform.calls()
    }
}

impl Drop for Shop {
    fn drop(&mut self) {
        // Whatever became of the thread, the shop is closed.
        let _ = self.stop.take().map(|stop| stop.send(()));
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

fn secret(value: &str) -> Secret {
    Secret::new(value.to_owned())
}

/// One of the shop's listeners.
struct Door {
    listener: TcpListener,
    /// What speaks TLS there; none on the plain port.
    acceptor: Option<TlsAcceptor>,
    town: Arc<Town>,
}

/// A port where nobody listens.
fn closed() -> anyhow::Result<(tokio::net::TcpSocket, u16)> {
    let socket = tokio::net::TcpSocket::new_v4()?;
    socket.bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))?;
    let port = socket.local_addr()?.port();
    Ok((socket, port))
}

fn listen() -> anyhow::Result<(TcpListener, u16)> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("listening on loopback")?;
    listener.set_nonblocking(true)?;
    let port = listener.local_addr()?.port();
    Ok((listener, port))
}

/// Runs the listeners on a thread and a runtime of their own, so that the client's time is its own.
fn run(
    town: Arc<Town>,
    doors: Vec<Door>,
    stopped: oneshot::Receiver<()>,
) -> anyhow::Result<JoinHandle<()>> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("starting the demo shop")?;
    let doors = {
        let _inside = runtime.enter();
        let listening = |door: Door| {
            let listener = tokio::net::TcpListener::from_std(door.listener)?;
            Ok((listener, door.acceptor, door.town))
        };
        doors.into_iter().map(listening).collect::<std::io::Result<Vec<_>>>()?
    };
    let thread = std::thread::Builder::new().name("demo-shop".to_owned()).spawn(move || {
        runtime.block_on(async move {
            tokio::spawn(async move { town.webhook.power.keep(|| town.webhook.boot()).await });
            for (listener, acceptor, town) in doors {
                tokio::spawn(serve(listener, acceptor, town));
            }
            // Stopped, or the shop is gone: both end it.
            let _ = stopped.await;
        });
    });
    thread.context("starting the demo shop")
}

/// Writes the shop's files down.
fn furnish(
    folder: &Path,
    config_toml: &str,
    env: &[(String, String)],
    keys: &Keys,
    ca_pem: &str,
    behaviour: &Behaviour,
) -> anyhow::Result<()> {
    let env: String =
        env.iter().map(|(name, value)| format!("{name}={}\n", in_env_file(value))).collect();
    let readable = behaviour.has(Defect::ReadableEnvFile);
    let mut files = vec![
        ("golive.toml", config_toml, false),
        (ENV_FILE, env.as_str(), readable),
        (TEST_API_KEY_FILE, keys.test_api.as_str(), false),
        (TEST_SECRET_FILE, keys.test_secret.as_str(), false),
        ("ca.pem", ca_pem, true),
    ];
    files.extend(mistake(behaviour).map(|defect| (MISTAKE_FILE, defect.name(), true)));
    for (name, text, readable) in files {
        write(&folder.join(name), text, readable)
            .with_context(|| format!("writing the demo shop's {name}"))?;
    }
    for (name, text) in code::files(keys, behaviour) {
        let path = folder.join(&name);
        let writing = || format!("writing the demo shop's {name}");
        fs::create_dir_all(path.parent().unwrap_or(folder)).with_context(writing)?;
        write(&path, &text, true).with_context(writing)?;
    }
    Ok(())
}

/// A value as an env file has it.
fn in_env_file(value: &str) -> String {
    if value.contains(' ') { format!("\"{value}\"") } else { value.to_owned() }
}

fn write(path: &Path, text: &str, readable: bool) -> std::io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(text.as_bytes())?;
    #[cfg(unix)]
    if readable {
        // Set afterwards: the mode at creation is subject to the umask.
        file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o644))?;
    }
    Ok(())
}
