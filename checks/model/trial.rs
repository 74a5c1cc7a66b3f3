//! Trial runs: what `--connect-to`, `--allow-private`, `--ca-file` and `--now` keep from being
//! looked at.

use super::{Address, Endpoint, Facts, Host, Reason, RunFacts, Show};
use crate::platform::address::special;
use crate::text;

/// A switch that turns a run into a trial run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Switch {
    /// `--connect-to`
    ConnectTo,
    /// `--allow-private`
    AllowPrivate,
    /// `--ca-file`
    CaFile,
    /// `--now`
    Now,
}

impl Switch {
    /// The option on the command line.
    #[must_use]
    pub const fn option(self) -> &'static str {
        match self {
            Self::ConnectTo => "--connect-to",
            Self::AllowPrivate => "--allow-private",
            Self::CaFile => "--ca-file",
            Self::Now => "--now",
        }
    }
}

impl Show for Switch {
    fn show(&self) -> String {
        self.option().to_owned()
    }
}

impl RunFacts {
    /// Whether it is a trial run: a switch kept something from being looked at.
    #[must_use]
    pub fn is_trial(&self) -> bool {
        !self.switches.is_empty()
    }

    /// Whether this switch was given.
    #[must_use]
    pub fn used(&self, switch: Switch) -> bool {
        self.switches.iter().any(|given| given.split([' ', '=']).next() == Some(switch.option()))
    }

    /// Whether `--connect-to` sent connections for `url` elsewhere. A switch that cannot be read
    /// is taken to be about every address.
    fn redirects(&self, url: &Endpoint) -> bool {
        self.switches
            .iter()
            .filter_map(|given| given.strip_prefix(Switch::ConnectTo.option()))
            .any(|given| source(given).is_none_or(|(host, port)| is_about(url, host, port)))
    }
}

/// Host and port that a `--connect-to` is about: `HOST:PORT:HOST:PORT`, either of them empty for
/// all.
fn source(given: &str) -> Option<(&str, &str)> {
    let given = given.trim_start_matches([' ', '=']);
    let (host, rest) = match given.strip_prefix('[') {
        Some(bracketed) => {
            let (host, rest) = bracketed.split_once(']')?;
            (host, rest.strip_prefix(':')?)
        }
        None => given.split_once(':')?,
    };
    let (port, _) = rest.split_once(':')?;
    Some((host, port))
}

fn is_about(url: &Endpoint, host: &str, port: &str) -> bool {
    let own = url.host.show();
    let own = own.trim_start_matches('[').trim_end_matches(']');
    let same_host = host.is_empty() || host.eq_ignore_ascii_case(own);
    same_host && (port.is_empty() || port == url.effective_port().to_string())
}

impl Facts<'_> {
    /// Refuses a pass that rests on who answered at `url`, where a switch let another server
    /// answer in its place.
    ///
    /// # Errors
    ///
    /// [`Reason::TrialRun`], which names the switch.
    pub fn really_asked(&self, url: &Endpoint, who: &'static str) -> Result<(), Reason> {
        let literal = match url.host {
            Host::Name(_) => None,
            Host::V4(ip) => special(ip.into()),
            Host::V6(ip) => special(ip.into()),
        };
        let switch = if self.run.redirects(url) {
            Switch::ConnectTo
        } else if self.run.used(Switch::CaFile) && url.is_https() {
            Switch::CaFile
        } else if self.run.used(Switch::AllowPrivate) && (literal.is_some() || !url.is_https()) {
            Switch::AllowPrivate
        } else {
            return Ok(());
        };
        Err(Reason::TrialRun {
            switch,
            unseen: text!("another server may have answered in place of {}", who),
        })
    }

    /// Refuses a pass that rests on the platform's answer, where a switch let another server give
    /// it.
    ///
    /// # Errors
    ///
    /// [`Reason::TrialRun`], which names the switch.
    pub fn really_the_platform(&self) -> Result<(), Reason> {
        match self.merchant.api.base_url.as_ref().and_then(Address::url) {
            Some(url) => self.really_asked(url, "the platform"),
            None => Ok(()),
        }
    }

    /// Refuses a pass that rests on today's date, where `--now` named another.
    ///
    /// # Errors
    ///
    /// [`Reason::TrialRun`].
    pub fn as_of_today(&self, what: &'static str) -> Result<(), Reason> {
        if !self.run.used(Switch::Now) {
            return Ok(());
        }
        Err(Reason::TrialRun {
            switch: Switch::Now,
            unseen: text!("{} as of that date, not of today", what),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Merchant, Observations};

    fn with(switches: &[&str]) -> RunFacts {
        let switches = switches.iter().map(|&switch| switch.to_owned()).collect();
        RunFacts { switches, ..RunFacts::example() }
    }

    /// The switch that keeps `url` from being really asked.
    fn asked(switches: &[&str], url: &str) -> Option<Switch> {
        let (merchant, run, seen) = (Merchant::default(), with(switches), Observations::default());
        let facts = Facts { merchant: &merchant, run: &run, seen: &seen };
        match facts.really_asked(&Endpoint::parse(url).expect("a URL"), "the platform") {
            Ok(()) => None,
            Err(Reason::TrialRun { switch, unseen }) => {
                assert!(unseen.as_str().ends_with("in place of the platform"), "{unseen}");
                Some(switch)
            }
            Err(other) => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_redirect_is_about_its_own_host_and_port() {
        const API: &str = "https://api.kwikpaisa.com/";
        for switch in [
            "--connect-to api.kwikpaisa.com:443:127.0.0.1:8443",
            "--connect-to=API.kwikpaisa.com::127.0.0.1:8443",
            "--connect-to ::127.0.0.1:8443",
            "--connect-to :443:[::1]:8443",
            "--connect-to",
        ] {
            assert_eq!(asked(&[switch], API), Some(Switch::ConnectTo), "{switch}");
        }
        for switch in [
            "--connect-to shop.example:443:127.0.0.1:8443",
            "--connect-to api.kwikpaisa.com:80:127.0.0.1:8080",
            "--connect-to [2001:db8::1]:443:127.0.0.1:8443",
        ] {
            assert_eq!(asked(&[switch], API), None, "{switch}");
        }
        assert_eq!(
            asked(&["--connect-to [2001:db8::1]:443:127.0.0.1:1"], "https://[2001:db8::1]/"),
            Some(Switch::ConnectTo)
        );
    }

    #[test]
    fn a_private_authority_or_address_may_stand_in_for_anyone() {
        assert_eq!(asked(&["--ca-file"], "https://api.kwikpaisa.com/"), Some(Switch::CaFile));
        assert_eq!(asked(&["--ca-file"], "http://checkip.example/"), None);
        assert_eq!(asked(&["--allow-private"], "https://api.kwikpaisa.com/"), None);
        for url in ["http://checkip.example/", "https://10.0.0.7/", "https://[::1]/"] {
            assert_eq!(asked(&["--allow-private"], url), Some(Switch::AllowPrivate), "{url}");
        }
        assert_eq!(asked(&[], "https://10.0.0.7/"), None);
    }

    #[test]
    fn another_date_is_not_today() {
        let (merchant, seen) = (Merchant::default(), Observations::default());
        let of = |run: &RunFacts| {
            Facts { merchant: &merchant, run, seen: &seen }.as_of_today("reviews were judged")
        };
        assert_eq!(of(&with(&["--ca-file"])), Ok(()));
        let reason = of(&with(&["--now 2026-12-24T00:00:00Z"])).expect_err("a trial run");
        assert_eq!(
            reason.show(),
            "trial run with --now: reviews were judged as of that date, not of today"
        );
        assert!(with(&["--now"]).is_trial() && !with(&[]).is_trial());
    }
}
