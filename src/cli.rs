//! The command line.

mod values;

use std::net::IpAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use golive_checks::model::{Deliver, Role, Setting};
use golive_checks::platform::Event;
use jiff::Timestamp;

use crate::commands::init_ci::Pipeline;
use crate::commands::send::kinds::{kinds_and_codes, parse_event, parse_tamper};
use crate::observe::ConnectTo;
use crate::output::OutputSpec;

pub(crate) use values::{DaysArg, Seconds, Seed};
use values::{parse_deliver, parse_role};

const EXAMPLES: &str = "\
Examples:
  golive demo                          the whole checklist on a built-in shop
  golive init --env-file .env.production
  golive plan                          every request a run would make; makes none
  golive check                         the checklist, on the merchant of ./golive.toml
  golive check --output json=report.json --output markdown=report.md
  golive explain webhook-rejects-forged
  golive doctor                        how the webhook reads signatures
  golive send payment.processing --tamper forged-wrong-secret

Exit codes:
  0 ready   1 not ready   2 usage or configuration   3 incomplete
  4 a report could not be written   5 `verify` or `diff` says no
  70 internal error   130, 143 interrupted";

/// Proves that a KwikPaisa merchant integration is ready for live money.
#[derive(Debug, Parser)]
#[command(name = "golive", version, after_help = EXAMPLES, disable_help_subcommand = true, max_term_width = 100)]
pub(crate) struct Cli {
    /// Colour of the report: auto, always or never
    #[arg(
        long,
        global = true,
        value_name = "WHEN",
        default_value = "auto",
        hide_default_value = true,
        hide_possible_values = true
    )]
    pub(crate) color: When,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// When something is done.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum When {
    /// On a terminal that can.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run the checklist and report: is this merchant ready for live money?
    Check(CheckArgs),
    /// Run the checklist on a built-in shop, correct or with defects
    Demo(DemoArgs),
    /// Print every request that a run would make, and make none
    Plan(PlanArgs),
    /// Render the report of a saved run again
    Judge(JudgeArgs),
    /// Print every line of the platform's checklist and how it was decided
    Coverage(CoverageArgs),
    /// Write a commented golive.toml
    Init(InitArgs),
    /// Show each configured value and where it comes from; secrets as kind and length
    Config(ConfigArgs),
    /// Print the catalogue of checks
    List {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Say why a check matters, how it is judged and how to put it right
    Explain {
        /// A check such as webhook-rejects-forged, a line of the platform's checklist such as
        /// PC-18, or a rule of the scan
        id: String,
    },
    /// Search a source tree for keys, sandbox leftovers and unsafe calls: CLEAN, FOUND or
    /// INCOMPLETE
    Scan(ScanArgs),
    /// Accept what the scan of a source tree finds today, in a file that golive.toml may name
    Baseline(BaselineArgs),
    /// Print the JSON Schema of the JSON report or of golive.toml
    Schema {
        /// report or config
        #[arg(value_name = "WHICH", hide_possible_values = true)]
        which: SchemaOf,
    },
    /// Print the completions of a shell: bash, elvish, fish, powershell or zsh
    Completions {
        /// The shell
        #[arg(hide_possible_values = true)]
        shell: clap_complete::Shell,
    },
    /// Print the manual page, or write one for each command to a folder
    Man {
        /// The folder
        folder: Option<PathBuf>,
    },
    /// Switch on every defect of the built-in shop and see that each is caught
    Selftest {
        /// Only these defects
        #[arg(long, value_name = "NAME")]
        defect: Vec<String>,
    },
    /// Sign the payload on standard input as the platform does
    Sign(SignArgs),
    /// Check the signature of the payload on standard input: VALID or INVALID
    VerifySignature(VerifySignatureArgs),
    /// Say how the webhook reads signatures, or why a captured one does not match
    Doctor(DoctorArgs),
    /// Send the webhook one delivery, genuine or tampered with, and show both sides
    Send(SendArgs),
    /// Put a saved run and its reports into a bundle, to be signed off
    Bundle(BundleArgs),
    /// Make an Ed25519 key pair to sign off with
    Keygen {
        /// The private key; the public one is PATH.pub
        path: PathBuf,
    },
    /// Sign a bundle off: several people may, one after another
    SignOff(SignOffArgs),
    /// Print what a bundle is about and who signed it, and verify nothing
    Show {
        /// A folder, or a file that ends in .zip
        bundle: PathBuf,
    },
    /// Check a bundle: its sums, its signatures, its age, and its verdict, judged again from what
    /// was observed
    Verify(VerifyBundleArgs),
    /// Compare two runs: what changed, and what got worse
    Diff {
        /// A bundle, or what `--save-observations` wrote
        old: PathBuf,
        /// The newer one
        new: PathBuf,
    },
    /// Repeat what a finding of a saved run saw: FIXED, STILL FAILING or UNDECIDED
    Replay(ReplayArgs),
    /// Sign the payload on standard input as the built-in shop does
    #[command(hide = true)]
    DemoSign {
        /// UNIX seconds
        timestamp: String,
    },
}

/// What a schema describes.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum SchemaOf {
    /// What `--output json` writes.
    Report,
    /// `golive.toml`
    Config,
}

/// Which merchant.
#[derive(Args, Debug)]
pub(crate) struct ConfigArgs {
    /// The configuration [default: $GOLIVE_CONFIG, else golive.toml here or in a folder above, up
    /// to the repository's root]
    #[arg(long, value_name = "PATH")]
    pub(crate) config: Option<PathBuf>,
}

#[derive(Args, Debug)]
pub(crate) struct SignArgs {
    #[command(flatten)]
    pub(crate) config: ConfigArgs,
    /// X-TIMESTAMP, UNIX seconds [default: now]
    #[arg(long, value_name = "SECONDS")]
    pub(crate) timestamp: Option<String>,
    /// Sign the canonical form: keys sorted at every level, compact
    #[arg(long)]
    pub(crate) canonical: bool,
}

/// Where is searched.
#[derive(Args, Debug)]
pub(crate) struct TreeArgs {
    /// Folders and files of source [default: the configuration's `source.roots`, else the working
    /// folder]
    #[arg(value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
    /// A folder or file that browsers or phones get, repeatable; beside the configuration's
    /// `source.public`
    #[arg(long, value_name = "PATH")]
    pub(crate) public: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) config: ConfigArgs,
    /// Look through the history of git, too: every version of every file on any branch
    #[arg(long)]
    pub(crate) history: bool,
}

/// A search.
#[derive(Args, Debug)]
#[command(after_help = "Exit codes:\n  0 CLEAN   1 FOUND   2 usage   3 INCOMPLETE: nothing was \
                        found, and not everything could be looked at")]
pub(crate) struct ScanArgs {
    #[command(flatten)]
    pub(crate) tree: TreeArgs,
    /// Warnings are FOUND
    #[arg(long)]
    pub(crate) strict: bool,
    /// Show what is merely good to know, too: tests, documentation, comments
    #[arg(long)]
    pub(crate) all: bool,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// What is accepted.
#[derive(Args, Debug)]
#[command(after_help = "Exit codes:\n  0 written   1 written, and something is left that nobody \
                        can accept, such as a live secret in a public folder   2 usage\n  3 \
                        written, and not everything could be looked at   4 not written")]
pub(crate) struct BaselineArgs {
    #[command(flatten)]
    pub(crate) tree: TreeArgs,
    /// Why what is new in it is accepted
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: Option<String>,
}

/// A signature that came with a payload.
#[derive(Args, Debug)]
pub(crate) struct CapturedArgs {
    /// The value of X-SIGNATURE
    #[arg(long, value_name = "VALUE", allow_hyphen_values = true)]
    pub(crate) signature: String,
    /// The value of X-TIMESTAMP
    #[arg(long, value_name = "VALUE", allow_hyphen_values = true)]
    pub(crate) timestamp: String,
}

#[derive(Args, Debug)]
pub(crate) struct VerifySignatureArgs {
    #[command(flatten)]
    pub(crate) config: ConfigArgs,
    #[command(flatten)]
    pub(crate) captured: CapturedArgs,
}

#[derive(Args, Debug)]
#[command(
    after_help = "Exit codes:\n  0 RIGHT   1 WRONG or AMBIGUOUS, and the reading was found   2 \
                  usage   3 no known reading, or UNDECIDED\n  130, 143 interrupted"
)]
pub(crate) struct DoctorArgs {
    #[command(flatten)]
    pub(crate) config: ConfigArgs,
    /// The value of X-SIGNATURE
    #[arg(long, value_name = "VALUE", allow_hyphen_values = true, requires_all = ["body", "timestamp"], help_heading = "A captured signature, to be explained; contacts nobody")]
    pub(crate) signature: Option<String>,
    /// The value of X-TIMESTAMP
    #[arg(
        long,
        value_name = "VALUE",
        allow_hyphen_values = true,
        requires = "signature",
        help_heading = "A captured signature, to be explained; contacts nobody"
    )]
    pub(crate) timestamp: Option<String>,
    /// The body as it travelled; `-` for standard input
    #[arg(
        long,
        value_name = "FILE",
        requires = "signature",
        help_heading = "A captured signature, to be explained; contacts nobody"
    )]
    pub(crate) body: Option<PathBuf>,
    /// How far deliveries may go: it takes probe or full [default: the configuration's word, at
    /// most probe]
    #[arg(long, value_name = "MODE", value_parser = parse_deliver, conflicts_with = "signature")]
    pub(crate) deliver: Option<Deliver>,
    /// What this machine is: production, ci or other [default: production; ci where $CI is set]
    #[arg(long, env = "GOLIVE_ROLE", hide_env = true, value_name = "ROLE", value_parser = parse_role)]
    pub(crate) role: Option<Role>,
    /// The time given to the whole visit, such as 120s [default: 120s]
    #[arg(long, value_name = "TIME", default_value = "120s", hide_default_value = true)]
    pub(crate) deadline: Seconds,
    #[command(flatten)]
    pub(crate) reach: ReachArgs,
}

/// What is looked at.
#[derive(Args, Debug)]
pub(crate) struct ScopeArgs {
    /// Only these checks or sections, separated by commas; the report is PARTIAL and never READY
    #[arg(long, value_name = "IDS", value_delimiter = ',')]
    pub(crate) only: Vec<String>,
    /// All but these checks or sections; the report is PARTIAL and never READY
    #[arg(long, value_name = "IDS", value_delimiter = ',')]
    pub(crate) skip: Vec<String>,
    /// Contact nobody; what needs the network is undecided
    #[arg(long)]
    pub(crate) offline: bool,
    /// How far deliveries go: none, negative, probe or full [default: the configuration's word, at
    /// most probe]
    #[arg(long, value_name = "MODE", value_parser = parse_deliver)]
    pub(crate) deliver: Option<Deliver>,
    /// What this machine is: production, ci or other [default: production; ci where $CI is set]
    #[arg(long, env = "GOLIVE_ROLE", value_name = "ROLE", value_parser = parse_role)]
    pub(crate) role: Option<Role>,
    /// What is random about the run, as a report prints it: random or a number [default: made from
    /// the configuration and the catalogue, so that the same run sends the same again]
    #[arg(long, value_name = "SEED")]
    pub(crate) seed: Option<Seed>,
}

/// How the network is reached, and as of when it is judged.
#[derive(Args, Debug, Default)]
pub(crate) struct NetworkArgs {
    #[command(flatten)]
    pub(crate) reach: ReachArgs,
    /// Judge as of this time, such as 2026-12-01T09:00:00Z
    #[arg(long, value_name = "TIME", help_heading = "For trial runs (named in the verdict)")]
    pub(crate) now: Option<Timestamp>,
}

/// How the network is reached.
#[derive(Args, Debug, Default)]
pub(crate) struct ReachArgs {
    /// Also trust the certificates in this PEM file
    #[arg(long, value_name = "PATH", help_heading = "For trial runs (named in the verdict)")]
    pub(crate) ca_file: Option<PathBuf>,
    /// Connect to HOST2:PORT2 where HOST1:PORT1 is meant, as curl does; several for the same
    /// HOST1:PORT1 are its addresses
    #[arg(
        long,
        value_name = "HOST1:PORT1:HOST2:PORT2",
        help_heading = "For trial runs (named in the verdict)"
    )]
    pub(crate) connect_to: Vec<ConnectTo>,
    /// Let connections go to private and loopback addresses
    #[arg(long, help_heading = "For trial runs (named in the verdict)")]
    pub(crate) allow_private: bool,
}

/// What comes out.
#[derive(Args, Debug)]
pub(crate) struct ReportArgs {
    /// A report, repeatable, to PATH or standard output: terminal, json, markdown, html, junit,
    /// sarif, github, gitlab, csv or tap [default: terminal]
    #[arg(long, short, value_name = "FORMAT[=PATH]")]
    pub(crate) output: Vec<OutputSpec>,
    /// Write progress as JSON lines
    #[arg(long, value_name = "PATH")]
    pub(crate) events: Option<PathBuf>,
    /// Save what was seen, without secrets, for `golive judge`
    #[arg(long, value_name = "PATH")]
    pub(crate) save_observations: Option<PathBuf>,
    /// Warnings and failed recommendations are NOT READY, undecided recommendations INCOMPLETE
    #[arg(long)]
    pub(crate) strict: bool,
    /// NOT READY where a certificate, waiver or attestation ends sooner, such as 14d; for
    /// schedulers
    #[arg(long, value_name = "TIME")]
    pub(crate) fail_if_expires_within: Option<DaysArg>,
    /// No progress, no notes on standard error
    #[arg(long, short)]
    pub(crate) quiet: bool,
}

#[derive(Args, Debug)]
pub(crate) struct CheckArgs {
    #[command(flatten)]
    pub(crate) config: ConfigArgs,
    #[command(flatten)]
    pub(crate) scope: ScopeArgs,
    #[command(flatten)]
    pub(crate) report: ReportArgs,
    /// Look through the history of git, too: every version of every file on any branch; a long one
    /// wants a longer --deadline
    #[arg(long)]
    pub(crate) history: bool,
    /// The time given to the whole run, such as 120s [default: 120s]
    #[arg(long, value_name = "TIME", default_value = "120s", hide_default_value = true)]
    pub(crate) deadline: Seconds,
    /// Send duplicates and races from these addresses of this machine, in turn [default: the
    /// system's choice]
    #[arg(long, value_name = "ADDRESS", num_args = 1..)]
    pub(crate) source: Vec<IpAddr>,
    #[command(flatten)]
    pub(crate) network: NetworkArgs,
    #[command(flatten)]
    pub(crate) bundle: BundleRequestArgs,
}

/// A bundle of the run.
#[derive(Args, Debug)]
pub(crate) struct BundleRequestArgs {
    /// Also write a bundle to be signed off; only where the verdict is READY, with or without
    /// waivers
    #[arg(long, value_name = "DIR|FILE.zip", help_heading = "For a sign-off")]
    pub(crate) bundle: Option<PathBuf>,
    /// Write the bundle whatever the verdict, and DRAFT on every page
    #[arg(long, requires = "bundle", help_heading = "For a sign-off")]
    pub(crate) draft: bool,
    /// What the reviewer gave, to know the run for a new one
    #[arg(long, value_name = "NONCE", help_heading = "For a sign-off")]
    pub(crate) challenge: Option<String>,
}

#[derive(Args, Debug)]
pub(crate) struct BundleArgs {
    /// What `--save-observations` wrote
    pub(crate) observations: PathBuf,
    /// The folder or zip file to write
    #[arg(long, value_name = "DIR|FILE.zip")]
    pub(crate) to: PathBuf,
    /// Write it whatever the verdict, and DRAFT on every page
    #[arg(long)]
    pub(crate) draft: bool,
}

#[derive(Args, Debug)]
pub(crate) struct SignOffArgs {
    /// A folder, or a file that ends in .zip
    pub(crate) bundle: PathBuf,
    /// The signer's private key: of `golive keygen`, or an SSH Ed25519 key without a passphrase
    #[arg(long, value_name = "PATH")]
    pub(crate) key: PathBuf,
    /// The signer's name
    #[arg(long)]
    pub(crate) name: String,
    /// What the signer is, such as engineer, QA or platform reviewer
    #[arg(long)]
    pub(crate) role: String,
}

#[derive(Args, Debug)]
#[command(
    after_help = "Exit codes:\n  0 VERIFIED   5 REFUSED   2 usage, or no bundle that can be read"
)]
pub(crate) struct VerifyBundleArgs {
    /// A folder, or a file that ends in .zip
    pub(crate) bundle: PathBuf,
    /// The public key of a signer, repeatable: each of them must have signed, and nobody else
    #[arg(long, value_name = "PUB", required = true, num_args = 1..)]
    pub(crate) key: Vec<PathBuf>,
    /// What the run must be bound to
    #[arg(long, value_name = "NONCE")]
    pub(crate) challenge: Option<String>,
    /// A draft will do
    #[arg(long)]
    pub(crate) draft: bool,
}

#[derive(Args, Debug)]
pub(crate) struct PlanArgs {
    #[command(flatten)]
    pub(crate) config: ConfigArgs,
    #[command(flatten)]
    pub(crate) scope: ScopeArgs,
    /// Print every forgery by itself
    #[arg(long)]
    pub(crate) all: bool,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args, Debug)]
pub(crate) struct JudgeArgs {
    /// What `--save-observations` wrote
    pub(crate) path: PathBuf,
    /// A report, repeatable, to PATH or standard output: terminal, json, markdown, html, junit,
    /// sarif, github, gitlab, csv or tap [default: terminal]
    #[arg(long, short, value_name = "FORMAT[=PATH]")]
    pub(crate) output: Vec<OutputSpec>,
}

/// Which run.
#[derive(Args, Debug)]
pub(crate) struct CoverageArgs {
    /// What `--save-observations` wrote [default: a run that contacts nobody, as `check
    /// --offline`]
    #[arg(value_name = "OBSERVATIONS", conflicts_with = "config")]
    pub(crate) path: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) config: ConfigArgs,
}

#[derive(Args, Debug)]
#[command(after_help = kinds_and_codes())]
pub(crate) struct SendArgs {
    /// The event, such as payment.processing
    #[arg(value_parser = parse_event)]
    pub(crate) event: Event,
    #[command(flatten)]
    pub(crate) config: ConfigArgs,
    /// The order or payout: one of `[webhook.order] ids`, or golive-… [default: the next that the
    /// event may be about]
    #[arg(long, value_name = "ID", help_heading = "What is sent")]
    pub(crate) order_id: Option<String>,
    /// Set a member before signing, repeatable: data.amount=2.00 to text, data.amount:=2.00 to
    /// JSON
    #[arg(long, value_name = "PATH=VALUE", help_heading = "What is sent")]
    pub(crate) set: Vec<Setting>,
    /// Make it differ from a genuine one, in one of the ways below
    #[arg(long, value_name = "KIND", value_parser = parse_tamper, help_heading = "What is sent")]
    pub(crate) tamper: Option<&'static str>,
    /// Send the same bytes this many times, at most 100 [default: once]
    #[arg(long, value_name = "N", default_value = "1", hide_default_value = true, value_parser = clap::value_parser!(u32).range(1..=100), help_heading = "What is sent")]
    pub(crate) repeat: u32,
    /// Re-sign each
    #[arg(long, help_heading = "What is sent")]
    pub(crate) resign: bool,
    /// Release all at the same moment, each on a connection of its own
    #[arg(long, help_heading = "What is sent")]
    pub(crate) together: bool,
    /// How far it may go: negative, probe or full [default: the configuration's word, at most
    /// probe]
    #[arg(long, value_name = "MODE", value_parser = parse_deliver)]
    pub(crate) deliver: Option<Deliver>,
    /// What this machine is: production, ci or other [default: production; ci where $CI is set]
    #[arg(long, env = "GOLIVE_ROLE", hide_env = true, value_name = "ROLE", value_parser = parse_role)]
    pub(crate) role: Option<Role>,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) reach: ReachArgs,
}

#[derive(Args, Debug)]
#[command(
    after_help = "Exit codes:\n  0 FIXED   1 STILL FAILING   2 usage, or nothing to repeat   3 \
                  UNDECIDED   130, 143 interrupted"
)]
pub(crate) struct ReplayArgs {
    /// What `--save-observations` wrote
    pub(crate) observations: PathBuf,
    /// The check, such as webhook-rejects-forged
    pub(crate) check: String,
    #[command(flatten)]
    pub(crate) config: ConfigArgs,
    /// As far as the saved run went; a run that went as far as full wants the word again
    #[arg(long, value_name = "MODE", value_parser = parse_deliver)]
    pub(crate) deliver: Option<Deliver>,
    /// What this machine is: production, ci or other [default: production; ci where $CI is set]
    #[arg(long, env = "GOLIVE_ROLE", hide_env = true, value_name = "ROLE", value_parser = parse_role)]
    pub(crate) role: Option<Role>,
    #[command(flatten)]
    pub(crate) network: NetworkArgs,
}

#[derive(Args, Debug)]
pub(crate) struct InitArgs {
    /// The file to write
    #[arg(default_value = "golive.toml")]
    pub(crate) path: PathBuf,
    /// The application's env file: fill in the names of variables recognised there
    #[arg(long, value_name = "PATH")]
    pub(crate) env_file: Option<PathBuf>,
    /// Overwrite
    #[arg(long)]
    pub(crate) force: bool,
    /// Instead write a pipeline for github, gitlab or jenkins beside it; replaces none
    #[arg(long, value_name = "WHERE", hide_possible_values = true, conflicts_with_all = ["env_file", "force"])]
    pub(crate) ci: Option<Pipeline>,
}

#[derive(Args, Debug)]
pub(crate) struct DemoArgs {
    /// Switch a defect on, repeatable; `--list` names them
    #[arg(long, value_name = "NAME")]
    pub(crate) defect: Vec<String>,
    /// Have the shop do something right in an unusual way, repeatable, such as as-express-raw
    #[arg(long, value_name = "NAME")]
    pub(crate) variant: Vec<String>,
    /// List the defects
    #[arg(long)]
    pub(crate) list: bool,
    /// Keep the shop up and print the golive.toml and command to check it by hand
    #[arg(long)]
    pub(crate) serve: bool,
    /// With `--serve`, print one line of JSON: folder, ports, configuration, environment file
    #[arg(long, requires = "serve")]
    pub(crate) json: bool,
    /// Add this to each of the shop's answers, such as 50ms
    #[arg(long, value_name = "TIME", default_value = "0ms", hide_default_value = true)]
    pub(crate) delay: Seconds,
    /// How far deliveries go: none, negative, probe or full [default: full, as the shop's orders
    /// are made up]
    #[arg(long, value_name = "MODE", value_parser = parse_deliver)]
    pub(crate) deliver: Option<Deliver>,
    /// What is random about the run, as a report prints it: random or a number [default: made from
    /// the configuration and the catalogue]
    #[arg(long, value_name = "SEED")]
    pub(crate) seed: Option<Seed>,
    #[command(flatten)]
    pub(crate) report: ReportArgs,
}
