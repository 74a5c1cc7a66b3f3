//! What makes two findings of different runs the same one.

use data_encoding::HEXLOWER;
use golive_checks::model::{Judged, Outcome, Show as _, Subject};
use sha2::{Digest as _, Sha256};

/// A digest of the check and of what its evidence is about: neither lines nor words of an answer, which change from run to run.
pub(crate) fn fingerprint(check: &Judged) -> String {
    let evidence = match &check.outcome {
        Outcome::Warn(finding) | Outcome::Fail(finding) | Outcome::Waived(finding, _) => finding.evidence.as_slice(),
        Outcome::Pass(_) | Outcome::Undecided(_) | Outcome::NotApplicable(_) | Outcome::Attested(_) => &[],
    };
    let mut digest = Sha256::new();
    digest.update(check.meta.id);
    for one in evidence {
        let about = match &one.subject {
            Subject::File { path, .. } => path.show(),
            Subject::ConfigKey(_) | Subject::Endpoint(_) | Subject::Delivery(_) | Subject::Address(_) | Subject::Run(_) => {
                one.subject.show()
            }
        };
        digest.update("\n");
        digest.update(about);
    }
    HEXLOWER.encode(&digest.finalize()[..16])
}
