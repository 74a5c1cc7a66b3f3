//! The platform's canonical JSON: keys sorted recursively, compact, slashes unescaped, raw UTF-8.

/// Rewrites JSON text canonically; number tokens are kept as they are written.
///
/// # Errors
///
/// When `text` is not JSON.
pub fn canonical(_text: &str) -> anyhow::Result<String> {
    todo!()
}
