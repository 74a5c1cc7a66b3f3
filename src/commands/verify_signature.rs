//! `golive verify-signature`: whether a signature is right, and else which mistake gives it.

use std::path::Path;

use jiff::Timestamp;

use super::signatures::{self, captured, with_keys};
use crate::cli::VerifySignatureArgs;
use crate::exit::Exit;

pub(super) fn run(args: VerifySignatureArgs) -> anyhow::Result<Exit> {
    with_keys(args.config, |keys| {
        let payload = signatures::payload(Path::new("-"))?;
        signatures::verify(keys, captured(&payload, &args.captured), Timestamp::now())
    })
}
