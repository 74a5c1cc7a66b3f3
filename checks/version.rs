//! Which catalogue a run was judged by.

use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

use crate::model::Section;

/// How many hexadecimal digits name a catalogue.
const DIGITS: usize = 12;

/// The version of a catalogue: a digest of its checks' ids, levels, titles and the lines that they
/// cover. It changes when any of these does.
#[must_use]
pub fn catalogue_version(catalogue: &[&'static Section]) -> String {
    let mut digest = Sha256::new();
    // Each field after its length, so that no two catalogues give the same bytes.
    let mut put = |field: &str| {
        digest.update(field.len().to_be_bytes());
        digest.update(field);
    };
    for section in catalogue {
        put(section.id);
        put(section.title);
        for meta in section.checks.iter().map(|check| check.meta()) {
            put(meta.id);
            put(meta.level.word());
            put(meta.title);
            put(&meta.covers.join(" "));
        }
    }
    let mut version = HEXLOWER.encode(&digest.finalize());
    version.truncate(DIGITS);
    version
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::model::{CheckMeta, Item, Level};

    #[test]
    fn the_version_moves_with_ids_levels_titles_covers_and_headings() {
        const BASE: CheckMeta =
            CheckMeta { id: "test-one", title: "One", covers: &["PC-01"], ..Item::USUAL };
        const ONE: Item = Item(&BASE);
        const OTHER_ID: Item = Item(&CheckMeta { id: "test-other", ..BASE });
        const OTHER_LEVEL: Item = Item(&CheckMeta { level: Level::Required, ..BASE });
        const OTHER_TITLE: Item = Item(&CheckMeta { title: "Other", ..BASE });
        const OTHER_COVERS: Item = Item(&CheckMeta { covers: &["PC-02"], ..BASE });
        const OTHER_WORDS: Item = Item(&CheckMeta { rationale: "Because.", ..BASE });
        static SECTIONS: [Section; 8] = [
            Section { id: "test", title: "Test", checks: &[&ONE] },
            Section { id: "test", title: "Test", checks: &[&OTHER_ID] },
            Section { id: "test", title: "Test", checks: &[&OTHER_LEVEL] },
            Section { id: "test", title: "Test", checks: &[&OTHER_TITLE] },
            Section { id: "test", title: "Test", checks: &[&OTHER_COVERS] },
            Section { id: "test", title: "Tests", checks: &[&ONE] },
            Section { id: "test", title: "Test", checks: &[&ONE, &ONE] },
            Section { id: "test", title: "Test", checks: &[&OTHER_WORDS] },
        ];
        let versions: Vec<String> =
            SECTIONS.iter().map(|section| catalogue_version(&[section])).collect();
        let different: BTreeSet<&String> = versions[..7].iter().collect();
        assert_eq!(different.len(), 7, "{versions:?}");
        assert_eq!(versions[0], versions[7], "other wording does not make a new version");
        let version = &versions[0];
        assert!(version.len() == DIGITS && version.bytes().all(|byte| byte.is_ascii_hexdigit()));
    }

    #[test]
    fn the_version_of_the_catalogue_depends_on_all_of_it() {
        let whole = catalogue_version(crate::CATALOGUE);
        assert_eq!(whole, catalogue_version(crate::CATALOGUE));
        for at in 0..crate::CATALOGUE.len() {
            let mut without = crate::CATALOGUE.to_vec();
            without.remove(at);
            assert_ne!(catalogue_version(&without), whole, "{}", crate::CATALOGUE[at].id);
        }
    }
}
