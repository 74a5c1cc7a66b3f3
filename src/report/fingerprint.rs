//! What makes two findings of different runs the same one.

use data_encoding::HEXLOWER;
use golive_checks::model::{Judged, Show as _, Subject};
use sha2::{Digest as _, Sha256};

/// A digest of the check, of what it is about, and of how many like it come before: neither lines
/// nor words of an answer, which change from run to run.
pub(crate) fn fingerprint(check: &Judged, about: &[&Subject], before: usize) -> String {
    let mut digest = Sha256::new();
    digest.update(check.meta.id);
    for subject in about {
        let about = match subject {
            Subject::File { path, .. } => path.show(),
            Subject::ConfigKey(_)
            | Subject::Endpoint(_)
            | Subject::Delivery(_)
            | Subject::Address(_)
            | Subject::Run(_) => subject.show(),
        };
        digest.update("\n");
        digest.update(about);
    }
    if before > 0 {
        digest.update(format!("\n{before}"));
    }
    HEXLOWER.encode(&digest.finalize()[..16])
}
