//! The shop's own signing code, which `[signer]` runs as a program of its own.

use std::io::Read as _;
use std::path::Path;

use anyhow::Context as _;
use golive_checks::model::Secret;
use golive_checks::platform::signature;

use super::{Behaviour, Defect, spelling};

/// The env file that the shop and its signing code load.
pub(super) const ENV_FILE: &str = ".env.production";
/// The variable with the secret. Not a name that a developer of a real shop has set.
pub(super) const SECRET_VARIABLE: &str = "DEMO_SHOP_SECRET_KEY";
/// Says which mistake the signing code makes, where it makes one.
pub(super) const MISTAKE_FILE: &str = "signing-mistake";

/// The mistake of a shop with these defects, as the mistake file has it.
pub(super) fn mistake(behaviour: &Behaviour) -> Option<Defect> {
    [Defect::SignerTopLevelSort, Defect::SignerEscapesSlashes, Defect::SignerMilliseconds]
        .into_iter()
        .find(|defect| behaviour.has(*defect))
}

/// Signs the payload on standard input as the shop whose folder this is does.
///
/// # Errors
///
/// When this is no folder of a demo shop, or the payload is no JSON.
pub(crate) fn sign_stdin(timestamp: &str) -> anyhow::Result<String> {
    let mut payload = Vec::new();
    std::io::stdin().read_to_end(&mut payload).context("reading the payload")?;
    sign_in(Path::new("."), &payload, timestamp)
}

/// Signs `payload` with the secret and the mistake of the shop in `folder`.
pub(super) fn sign_in(folder: &Path, payload: &[u8], timestamp: &str) -> anyhow::Result<String> {
    let env = std::fs::read_to_string(folder.join(ENV_FILE))
        .context("reading the demo shop's env file")?;
    let secret = env
        .lines()
        .find_map(|line| line.strip_prefix(SECRET_VARIABLE)?.strip_prefix('='))
        .context("looking for the demo shop's secret")?
        .trim_matches('"');
    let mistake = std::fs::read_to_string(folder.join(MISTAKE_FILE))
        .ok()
        .and_then(|name| Defect::by_name(name.trim()));
    sign(&Secret::new(secret.to_owned()), payload, timestamp, mistake)
}

fn sign(
    secret: &Secret,
    payload: &[u8],
    timestamp: &str,
    mistake: Option<Defect>,
) -> anyhow::Result<String> {
    const NO_JSON: &str = "reading the payload as JSON";
    let text = match mistake {
        Some(Defect::SignerTopLevelSort) => spelling::sorted_at_the_top(payload),
        Some(Defect::SignerEscapesSlashes) => {
            spelling::sorted(payload).map(|text| text.replace('/', "\\/"))
        }
        _ => spelling::sorted(payload),
    };
    let text = text.context(NO_JSON)?;
    let milliseconds = format!("{timestamp}000");
    let time = if mistake == Some(Defect::SignerMilliseconds) { &milliseconds } else { timestamp };
    Ok(signature::sign(secret, text.as_bytes(), time))
}
