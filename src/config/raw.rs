//! The keys of `golive.toml`: one declaration for reading, suggestions and documentation.

use golive_checks::model::{Deliver, ServerKind};
use jiff::civil::Date;
use serde_json::{Map, Value};
use toml::Spanned;
use toml::de::DeValue;

use super::complaint::Notes;
use super::read::Describe;
use super::read::{
    Amount, Argv, ById, CheckId, Country, Days, FilePath, LimitValues, Read, Reference, Settle,
    Uses, below, expected, unknown,
};
use super::schema;

/// Tables, each with its keys; every key may be left out.
macro_rules! tables {
    ($( $(#[doc = $doc:literal])+ $table:ident { $( $(#[doc = $about:literal])+ $key:ident: $kind:ty, )+ } )+) => { $(
        $(#[doc = $doc])+
        #[derive(Default)]
        pub(super) struct $table {
            $( $(#[doc = $about])+ pub(super) $key: Option<$kind>, )+
        }

        impl Read for $table {
            fn read(value: &Spanned<DeValue<'_>>, path: &str, notes: &mut Notes<'_>) -> Option<Self> {
                let Some(table) = value.get_ref().as_table() else {
                    expected("a table", value, path, notes);
                    return None;
                };
                let mut read = Self::default();
                for (key, value) in table {
                    let written = key.get_ref().as_ref();
                    match written {
                        $( stringify!($key) => {
                            let path = below(path, written);
                            notes.found(&path, key.span());
                            read.$key = Read::read(value, &path, notes);
                        } )+
                        _ => unknown(written, key.span(), path, &[$(stringify!($key)),+], notes),
                    }
                }
                Some(read)
            }

            fn keys(path: &str, all: &mut Vec<String>) {
                $( <$kind>::keys(&below(path, stringify!($key)), all); )+
            }
        }

        impl Describe for $table {
            fn describe(tables: &mut Map<String, Value>) -> Value {
                let mut keys = Map::new();
                $( keys.insert(stringify!($key).to_owned(), schema::key(<$kind>::describe(tables), concat!($($about),+))); )+
                schema::table(stringify!($table), concat!($($doc),+), keys, tables)
            }
        }
    )+ };
}

tables! {
    /// The whole file.
    File {
        /// The file the application itself loads its environment from.
        env_file: FilePath,
        /// `[merchant]`
        merchant: Merchant,
        /// `[api]`
        api: Api,
        /// `[webhook]`
        webhook: Webhook,
        /// `[signer]`
        signer: Signer,
        /// `[network]`
        network: Network,
        /// `[sandbox]`
        sandbox: Sandbox,
        /// `[source]`
        source: Source,
        /// `[attest.*]`
        attest: ById<Attest>,
        /// `[[waive]]`
        waive: Vec<Waive>,
        /// `[limits]`
        limits: LimitValues,
    }

    /// Who the merchant is.
    Merchant {
        /// The name for the report.
        name: String,
        /// ISO 3166-1 alpha-2.
        country: Country,
        /// What the platform is used for.
        uses: Uses,
    }

    /// The live API.
    Api {
        /// Where the API is called.
        base_url: String,
        /// The live API key.
        api_key: Reference,
        /// The live secret key.
        secret_key: Reference,
        /// The wallet.
        wallet_id: Reference,
        /// Whether the one read-only call may be made.
        probe: bool,
    }

    /// The webhook endpoint.
    Webhook {
        /// Its address, as registered with the platform.
        url: String,
        /// How far deliveries may go.
        deliver: Deliver,
        /// The last day on which `full` may run in a pipeline with a live key.
        full_until: Date,
        /// Whether forged deliveries may claim to come from another address.
        spoof: bool,
        /// Test orders.
        order: Orders,
        /// Test payouts.
        payout: Orders,
        /// How often an order was credited.
        effects: Hook,
        /// The state of an order in the merchant's own word.
        status: Hook,
        /// How the receiver is stopped and started.
        control: Control,
    }

    /// Where test orders or payouts come from.
    Orders {
        /// Prints one.
        command: Argv,
        /// These.
        ids: Vec<String>,
        /// What each of `ids` is worth.
        amount: Amount,
    }

    /// How the merchant is asked about an order.
    Hook {
        /// Prints the answer for `{id}`.
        command: Argv,
        /// Gives the answer for `{id}`.
        url: String,
        /// Where it stands in what the address gives.
        pointer: String,
        /// How long it must rest.
        settle: Settle,
    }

    /// How the receiver is stopped and started.
    Control {
        /// Starts it.
        start: Argv,
        /// Stops it at once.
        stop: Argv,
    }

    /// The merchant's own signing code.
    Signer {
        /// Prints the signature of its standard input for `{timestamp}`.
        command: Argv,
    }

    /// Addresses of the merchant's machines.
    Network {
        /// What is registered with the platform.
        whitelist: Vec<String>,
        /// Services that answer with the caller's address.
        egress: Vec<String>,
        /// What API calls go through.
        proxy: String,
        /// The inventory.
        server: Vec<Server>,
    }

    /// One machine of the inventory.
    Server {
        /// Its public address.
        ip: String,
        /// Where it stands.
        country: Country,
        /// What it is for.
        kind: ServerKind,
        /// Who looks after it.
        owner: String,
        /// When the entry was last looked at.
        reviewed: Date,
    }

    /// What the test environment uses.
    Sandbox {
        /// Where the sandbox API is called.
        base_url: String,
        /// The sandbox API key.
        api_key: Reference,
        /// The sandbox secret key.
        secret_key: Reference,
        /// The sandbox wallet.
        wallet_id: Reference,
        /// The webhook of the test environment.
        webhook_url: String,
        /// What is registered with the sandbox.
        whitelist: Vec<String>,
    }

    /// The merchant's source tree.
    Source {
        /// The folders of the source tree.
        roots: Vec<String>,
        /// What browsers or phones get.
        public: Vec<String>,
        /// The merchant's own site.
        site: String,
        /// The file with findings that were accepted.
        baseline: FilePath,
    }

    /// A person's word for a check.
    Attest {
        /// Name and function.
        by: String,
        /// The day it was said.
        on: Date,
        /// Where it can be read.
        evidence: String,
        /// How many days it counts.
        valid_for: Days,
    }

    /// A failure that is accepted for a while.
    Waive {
        /// The check.
        check: CheckId,
        /// Why.
        reason: String,
        /// By whom.
        approved_by: String,
        /// The last day it counts.
        until: Date,
    }
}
