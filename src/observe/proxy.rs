//! The proxy variables of the environment: many HTTP clients go by them unasked.

use std::ffi::OsString;

use golive_checks::model::Observed;

/// Variables that send requests through a proxy. `NO_PROXY` only makes exceptions.
const VARIABLES: [&str; 6] =
    ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];

/// The names of those that are set; their values may hold a password.
pub(crate) fn observe_proxy_variables() -> Observed<Vec<String>> {
    Observed::Got(set(|name| std::env::var_os(name)))
}

fn set(value: impl Fn(&str) -> Option<OsString>) -> Vec<String> {
    let is_set = |name: &&str| value(name).is_some_and(|value| !value.is_empty());
    VARIABLES.iter().copied().filter(is_set).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_what_is_set_and_not_empty() {
        let value = |name: &str| match name {
            "HTTPS_PROXY" | "all_proxy" | "NO_PROXY" => {
                Some("http://user:MARKER@proxy.example".into())
            }
            "http_proxy" => Some(OsString::new()),
            _ => None,
        };
        assert_eq!(set(value), ["HTTPS_PROXY", "all_proxy"]);
    }
}
