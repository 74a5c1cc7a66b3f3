//! `golive sign`: a signature for a payload.

use std::path::Path;

use jiff::Timestamp;

use super::signatures::{self, with_keys};
use crate::cli::SignArgs;
use crate::exit::Exit;

pub(super) fn run(args: SignArgs) -> anyhow::Result<Exit> {
    let timestamp = args.timestamp.unwrap_or_else(|| Timestamp::now().as_second().to_string());
    with_keys(args.config, |keys| {
        let payload = signatures::payload(Path::new("-"))?;
        let said = signatures::sign(keys, &payload, &timestamp, args.canonical)?;
        let caution = signatures::caution(&payload, args.canonical).map(str::to_owned);
        for words in caution.into_iter().chain(signatures::doubt(keys)) {
            eprintln!("golive: {words}");
        }
        Ok(said)
    })
}
