//! The built-in shop with switchable defects.
