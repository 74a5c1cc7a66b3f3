//! Futures beside one another on one thread, free to borrow what they like.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::Poll;

/// A future among others.
pub(crate) type Task<'a> = Pin<Box<dyn Future<Output = ()> + 'a>>;

/// Runs all of them to their end. They are polled in the order given; a few dozen at most, so each wake may ask all.
pub(crate) async fn beside(mut tasks: Vec<Task<'_>>) {
    poll_fn(|cx| {
        tasks.retain_mut(|task| task.as_mut().poll(cx).is_pending());
        if tasks.is_empty() { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
}
