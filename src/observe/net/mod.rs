//! Every socket that golive opens.

pub(super) mod client;
pub(super) mod connect_to;
pub(super) mod dial;
pub(super) mod exchange;
pub(super) mod header_case;
pub(super) mod last_byte_sync;
pub(super) mod legacy_tls;
pub(super) mod route;
pub(super) mod tls;
pub(super) mod wire;
