//! The stream under one exchange: when its first bytes went and came, and when the request was out
//! whole.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Instant;

use golive_checks::model::Spelling;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::Notify;

use crate::observe::net::dial::Stream;
use crate::observe::net::header_case::Spelled;

/// When things happened on a wire; shared by the wire and the one who waits.
#[derive(Debug, Default)]
pub(crate) struct Marks {
    times: Mutex<Instants>,
    out: Notify,
}

/// The instants of one exchange.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Instants {
    /// The request's first byte was written; for a request whose last byte was held back, that
    /// byte's release.
    pub(crate) began: Option<Instant>,
    /// The whole request was handed to the network.
    pub(crate) out: Option<Instant>,
    /// The answer's first byte was read.
    pub(crate) first_byte: Option<Instant>,
}

impl Marks {
    fn lock(&self) -> MutexGuard<'_, Instants> {
        self.times.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What happened so far.
    pub(crate) fn instants(&self) -> Instants {
        *self.lock()
    }

    /// The clock starts now: the last byte is released.
    pub(crate) fn begin_again(&self) {
        self.lock().began = Some(Instant::now());
    }

    /// Waits until the whole request was handed to the network.
    pub(crate) async fn out(&self) {
        while self.instants().out.is_none() {
            self.out.notified().await;
        }
    }
}

/// A stream that one request goes out on.
pub(crate) struct Wire {
    stream: Spelled<Box<dyn Stream>>,
    body_bytes: u64,
    deaf: bool,
    marks: Arc<Marks>,
}

impl Wire {
    /// A request with `body_bytes` of body will go out on `stream`. A deaf wire never reads.
    pub(crate) fn new(
        stream: Box<dyn Stream>,
        spelling: Spelling,
        body_bytes: u64,
        deaf: bool,
        marks: Arc<Marks>,
    ) -> Self {
        Self { stream: Spelled::new(stream, spelling), body_bytes, deaf, marks }
    }
}

impl AsyncWrite for Wire {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let began = Instant::now();
        let taken = ready!(Pin::new(&mut self.stream).poll_write(cx, bytes))?;
        self.marks.lock().began.get_or_insert(began);
        Poll::Ready(Ok(taken))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(Pin::new(&mut self.stream).poll_flush(cx))?;
        if self.stream.head_written() && self.stream.body_bytes() >= self.body_bytes {
            self.marks.lock().out.get_or_insert_with(Instant::now);
            self.marks.out.notify_one();
        }
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

impl AsyncRead for Wire {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.deaf {
            return Poll::Pending;
        }
        let before = buffer.filled().len();
        match ready!(Pin::new(&mut self.stream).poll_read(cx, buffer)) {
            // Many servers close TLS without saying goodbye. Where the answer's length is known,
            // hyper still notices a cut one.
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {}
            ended => ended?,
        }
        if buffer.filled().len() > before {
            self.marks.lock().first_byte.get_or_insert_with(Instant::now);
        }
        Poll::Ready(Ok(()))
    }
}
