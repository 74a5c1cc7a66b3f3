//! The platform's checklist, line by line, as `requirements.toml` holds it.

use std::sync::LazyLock;

use serde::Deserialize;

/// One line of the platform's pages.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Requirement {
    /// `PC-19`: the page's letters and the line.
    pub id: String,
    /// The address of the page.
    pub page: String,
    /// The heading it stands under.
    pub section: String,
    /// What it asks for, in words of ours.
    pub words: String,
    /// How the page words its level; empty where it says nothing.
    #[serde(default)]
    pub level: String,
    /// Whether we take that for required: Required, must or Yes, and what the page lists as due
    /// before live traffic.
    #[serde(default)]
    pub required: bool,
}

/// The file.
#[derive(Deserialize)]
struct File {
    requirement: Vec<Requirement>,
}

static ALL: LazyLock<Vec<Requirement>> = LazyLock::new(|| {
    let file: File = toml::from_str(include_str!("requirements.toml"))
        .expect("requirements.toml is read by a test");
    file.requirement
});

/// Every requirement, in the order of the pages.
#[must_use]
pub fn all() -> &'static [Requirement] {
    &ALL
}

/// The requirement of this id, however it is capitalised.
#[must_use]
pub fn find(id: &str) -> Option<&'static Requirement> {
    all().iter().find(|requirement| requirement.id.eq_ignore_ascii_case(id))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_checklist_is_there_once() {
        let count = |prefix: &str| {
            all()
                .iter()
                .filter(|row| row.id.split_once('-').is_some_and(|(page, _)| page == prefix))
                .count()
        };
        let pages =
            [("PC", 94), ("IP", 37), ("WH", 28), ("SV", 5), ("SC", 19), ("UAT", 27), ("AU", 13)];
        for (page, lines) in pages {
            assert_eq!(count(page), lines, "{page}");
            for line in 1..=lines {
                assert!(
                    find(&format!("{page}-{line:02}")).is_some(),
                    "{page}-{line:02} is missing"
                );
            }
        }
        assert_eq!(all().len(), 223);
    }

    #[test]
    fn required_is_what_the_pages_call_required_must_or_yes_and_what_has_to_be_so_before_live_traffic()
     {
        for row in all() {
            let before_live =
                ["PC-72", "PC-73", "PC-88", "PC-89", "PC-90", "PC-91", "PC-92", "PC-93", "PC-94"]
                    .contains(&row.id.as_str());
            let worded = ["Required", "must", "Yes"].contains(&row.level.as_str());
            assert_eq!(row.required, worded || before_live, "{}", row.id);
        }
    }
}
