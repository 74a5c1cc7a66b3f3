//! Loads `golive.toml`.
