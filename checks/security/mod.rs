//! Security: where secrets are kept, and who can get at them.

mod items;
mod no_literal_secrets;
mod secret_files;

use crate::model::Section;

/// The chapter.
pub const SECTION: Section = Section {
    id: "security",
    title: "Security",
    checks: &[
        &no_literal_secrets::NoLiteralSecrets,
        &secret_files::SecretFiles,
        &items::SECRET_STORAGE,
        &items::SECRETS_NOT_PUBLIC,
        &items::ACCESS_CONTROL,
        &items::KEY_ROTATION,
        &items::APIS_NOT_EXPOSED,
        &items::PAGE_COMPLETE,
    ],
};
