//! What the merchant's own site gave out to somebody who only asked: plain data, keys masked.

use serde::{Deserialize, Serialize};

use super::{Show, SourceSeen, Trouble};

/// The page at `source.site`, the scripts and source maps that it names on its own host, and files
/// that no site should give out.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SiteSeen {
    /// What was asked for, in order.
    pub asked: Vec<AskedFor>,
    /// What the rules found in what came: one public folder, the paths as in the URLs.
    pub found: SourceSeen,
    /// Scripts on other hosts: not the merchant's, and not asked for.
    pub elsewhere: u64,
    /// Scripts and source maps of its own that came after `limits.source_site_requests`.
    pub left_out: u64,
}

/// One thing that was asked for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AskedFor {
    /// What it is.
    pub what: SitePart,
    /// The path, from the host.
    pub path: String,
    /// The status, or what got in the way.
    pub status: Result<u16, Trouble>,
    /// How much came.
    pub bytes: u64,
    /// It went on after `limits.source_site_bytes`.
    pub cut: bool,
    /// It came, and is what its name says: a page of an application that answers everything is no
    /// `.env`.
    pub given_out: bool,
}

/// What is asked of a site.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SitePart {
    /// The page that `source.site` names.
    Page,
    /// A script that the page names.
    Script,
    /// The source map that a script names.
    SourceMap,
    /// `/.env`
    EnvFile,
    /// `/.git/config`
    GitConfig,
}

impl SitePart {
    /// The word in reports.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Page => "page",
            Self::Script => "script",
            Self::SourceMap => "source map",
            Self::EnvFile => "env file",
            Self::GitConfig => "git repository",
        }
    }

    /// Whether a site must keep it to itself.
    #[must_use]
    pub const fn is_private(self) -> bool {
        match self {
            Self::Page | Self::Script | Self::SourceMap => false,
            Self::EnvFile | Self::GitConfig => true,
        }
    }
}

impl Show for SitePart {
    fn show(&self) -> String {
        self.words().to_owned()
    }
}
