//! `golive verify`: a bundle, checked and judged again.

use crate::bundle::{self, VerifyRequest};
use crate::cli::VerifyBundleArgs;
use crate::exit::Exit;

pub(super) fn run(args: VerifyBundleArgs) -> anyhow::Result<Exit> {
    let VerifyBundleArgs { bundle, key, challenge, draft } = args;
    bundle::verify(&bundle, &VerifyRequest { keys: key, challenge, draft })?.print()
}
