//! The platform's hosts, and what is made to look like them.

/// What a host name is to the platform.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HostKind {
    /// `api.kwikpaisa.com`
    Production,
    /// `sandbox.kwikpaisa.com`
    Sandbox,
    /// `uat.api.kwikpaisa.com`, the previous generation's test host.
    PreviousUat,
    /// `pispp.kwikpaisa.com`, the first generation's checkout.
    FirstGeneration,
    /// Dashboard, documentation, marketing.
    Site,
    /// Another name under `kwikpaisa.com`.
    OtherPlatform,
    /// Made to look like the platform; the words say how.
    LookAlike(&'static str),
    /// Nothing to do with it.
    Other,
}

/// What `host` (as a URL parser gives it, or as it was written) is to the platform.
#[must_use]
pub fn classify(_host: &str) -> HostKind {
    todo!()
}
