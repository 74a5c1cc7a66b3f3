//! What arrives at a shop, and what it answers.

use hyper::HeaderMap;
use hyper::body::Bytes;

/// A request, read whole.
#[derive(Debug)]
pub(super) struct Arrived {
    pub(super) method: String,
    pub(super) path: String,
    pub(super) headers: HeaderMap,
    /// The bytes of the request as they came, where somebody looks at the spelling of header
    /// names.
    pub(super) raw: Option<Vec<u8>>,
    pub(super) body: Bytes,
    /// Whether a piece of the body, as it came, ended inside a character.
    pub(super) cuts_character: bool,
    /// Whether it came by HTTP/1.0.
    pub(super) is_old_http: bool,
    /// The connection once more, to see whether the sender is still there.
    pub(super) line: Option<std::sync::Arc<std::net::TcpStream>>,
}

impl Arrived {
    /// The header `name`, whatever its case; with `exact`, only as `name` is spelled.
    pub(super) fn header(&self, name: &str, exact: bool) -> Option<&str> {
        if exact && let Some(raw) = &self.raw {
            let wanted = format!("\r\n{name}:");
            raw.windows(wanted.len()).position(|at| at == wanted.as_bytes())?;
        }
        self.headers.get(name)?.to_str().ok()
    }

    /// All values of the header `name`, as libraries join them.
    pub(super) fn joined(&self, name: &str) -> String {
        self.values(name).collect::<Vec<_>>().join(", ")
    }

    /// The last value of the header `name`.
    pub(super) fn last(&self, name: &str) -> &str {
        self.values(name).last().unwrap_or_default()
    }

    fn values(&self, name: &str) -> impl Iterator<Item = &str> {
        self.headers.get_all(name).into_iter().filter_map(|value| value.to_str().ok())
    }

    /// Whether the sender has closed the connection, or said that it will.
    pub(super) fn sender_is_gone(&self) -> bool {
        let mut byte = [0];
        // Nothing to read means that the sender waits: what else could come is a close-notify, the
        // end or a reset.
        self.line.as_ref().is_some_and(|line| !matches!(line.peek(&mut byte), Err(error) if error.kind() == std::io::ErrorKind::WouldBlock))
    }
}

/// An answer.
#[derive(Clone, Debug)]
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) body: String,
    pub(super) chunks: bool,
}

impl Reply {
    /// Plain text.
    pub(super) fn text(status: u16, body: &str) -> Self {
        Self::of(status, "text/plain; charset=utf-8", body)
    }

    /// A page.
    pub(super) fn html(status: u16, body: &str) -> Self {
        Self::of(status, "text/html; charset=utf-8", body)
    }

    /// JSON.
    pub(super) fn json(status: u16, body: &serde_json::Value) -> Self {
        Self::of(status, "application/json", &body.to_string())
    }

    /// Of any content type.
    pub(super) fn of(status: u16, kind: &str, body: &str) -> Self {
        Self {
            status,
            headers: vec![("content-type", kind.to_owned())],
            body: body.to_owned(),
            chunks: false,
        }
    }

    /// With one more header.
    pub(super) fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// In chunks, of which the last comes later.
    pub(super) fn in_chunks(mut self) -> Self {
        self.chunks = true;
        self
    }
}
