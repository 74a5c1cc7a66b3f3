//! How it ends.
