//! A request body whose last byte may wait for others, so that many requests are completed at the
//! same moment.

use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use golive_checks::model::Framing;
use hyper::body::{Body, Bytes, Frame, SizeHint};
use tokio::sync::Notify;

use crate::observe::net::wire::Marks;

/// Where requests wait for one another before their last byte goes out.
#[derive(Debug)]
pub(crate) struct LastByteSync {
    waiting: Mutex<Waiting>,
    arrived: Notify,
}

#[derive(Debug)]
struct Waiting {
    /// How many have neither arrived nor given up.
    expected: usize,
    open: bool,
    /// Those who may go before all may.
    released: Vec<usize>,
    wakers: Vec<(usize, Waker)>,
}

impl LastByteSync {
    /// For so many requests.
    pub(crate) fn new(expected: usize) -> Arc<Self> {
        Arc::new(Self {
            waiting: Mutex::new(Waiting {
                expected,
                open: false,
                released: Vec::new(),
                wakers: Vec::new(),
            }),
            arrived: Notify::new(),
        })
    }

    /// Waits until all but `missing` of them have arrived or given up.
    pub(crate) async fn gathered(&self, missing: usize) {
        loop {
            let arrived = self.arrived.notified();
            if self.missing() <= missing {
                return;
            }
            arrived.await;
        }
    }

    /// How many have neither arrived nor given up.
    pub(crate) fn missing(&self) -> usize {
        self.lock().expected
    }

    /// The place of number `number` among those who are expected.
    pub(crate) fn place(self: &Arc<Self>, number: usize) -> SyncPlace {
        SyncPlace { line: Arc::clone(self), number, counted: false }
    }

    /// Lets number `number` go, now or when it comes.
    pub(crate) fn release(&self, number: usize) {
        let mut waiting = self.lock();
        waiting.released.push(number);
        waiting
            .wakers
            .extract_if(.., |(waits, _)| *waits == number)
            .for_each(|(_, waker)| waker.wake());
    }

    /// Lets everyone go who is here, and who comes later.
    pub(crate) fn open(&self) {
        let mut waiting = self.lock();
        waiting.open = true;
        waiting.wakers.drain(..).for_each(|(_, waker)| waker.wake());
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn one_less(&self) {
        let mut waiting = self.lock();
        waiting.expected = waiting.expected.saturating_sub(1);
        self.arrived.notify_waiters();
    }
}

/// One request's place on the starting line; given up when dropped.
#[derive(Debug)]
pub(crate) struct SyncPlace {
    line: Arc<LastByteSync>,
    number: usize,
    counted: bool,
}

impl SyncPlace {
    fn poll_open(&mut self, cx: &Context<'_>) -> Poll<()> {
        self.count();
        let mut waiting = self.line.lock();
        if waiting.open || waiting.released.contains(&self.number) {
            return Poll::Ready(());
        }
        waiting.wakers.push((self.number, cx.waker().clone()));
        Poll::Pending
    }

    fn count(&mut self) {
        if !self.counted {
            self.counted = true;
            self.line.one_less();
        }
    }
}

impl Drop for SyncPlace {
    fn drop(&mut self) {
        self.count();
    }
}

/// The bytes of a request, the last of them held back until the starting line opens.
pub(crate) struct Held {
    bytes: Bytes,
    place: Option<SyncPlace>,
    marks: Arc<Marks>,
    /// How long the first of two pieces is, until it is out.
    first_piece: Option<usize>,
    /// What keeps the second back.
    pause: Option<Pin<Box<tokio::time::Sleep>>>,
    has_length: bool,
}

/// How long the second of two pieces is kept back, so that they are read apart.
const PIECES_APART: std::time::Duration = std::time::Duration::from_millis(20);

impl Held {
    /// `bytes`, held back only where there is a place to wait at.
    pub(crate) fn new(bytes: Bytes, place: Option<SyncPlace>, marks: Arc<Marks>) -> Self {
        let place = place.filter(|_| !bytes.is_empty());
        Self { bytes, place, marks, first_piece: None, pause: None, has_length: true }
    }

    /// The same, put on the wire in that way.
    pub(crate) fn framed(self, framing: Framing) -> Self {
        match framing {
            Framing::Chunked => Self { has_length: false, ..self },
            Framing::TwoPieces => {
                let inside = self.bytes.iter().position(|byte| !byte.is_ascii());
                let first = inside.map_or(self.bytes.len() / 2, |start| start + 1);
                Self { first_piece: Some(first), ..self }
            }
            Framing::Length | Framing::Expect | Framing::Http10 => self,
        }
    }
}

impl Body for Held {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let this = &mut *self;
        let rest = this.bytes.len();
        if let Some(first) = this.first_piece.take().filter(|first| (1..rest).contains(first)) {
            this.pause = Some(Box::pin(tokio::time::sleep(PIECES_APART)));
            return Poll::Ready(Some(Ok(Frame::data(this.bytes.split_to(first)))));
        }
        if let Some(pause) = &mut this.pause {
            std::task::ready!(pause.as_mut().poll(cx));
            this.pause = None;
        }
        let next = match &mut this.place {
            _ if rest == 0 => return Poll::Ready(None),
            None => rest,
            Some(place) if rest == 1 => {
                std::task::ready!(place.poll_open(cx));
                this.marks.begin_again();
                rest
            }
            Some(_) => rest - 1,
        };
        Poll::Ready(Some(Ok(Frame::data(this.bytes.split_to(next)))))
    }

    fn is_end_stream(&self) -> bool {
        self.bytes.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        if self.has_length {
            SizeHint::with_exact(self.bytes.len() as u64)
        } else {
            SizeHint::new()
        }
    }
}
