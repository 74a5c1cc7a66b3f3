//! Futures beside one another on one thread, free to borrow what they like.

use std::cell::RefCell;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::Poll;

/// A future among others.
pub(crate) type Task<'a> = Pin<Box<dyn Future<Output = ()> + 'a>>;

/// Runs all of them to their end. They are polled in the order given; a few dozen at most, so each
/// wake may ask all.
pub(crate) async fn join_all(mut tasks: Vec<Task<'_>>) {
    poll_fn(|cx| {
        tasks.retain_mut(|task| task.as_mut().poll(cx).is_pending());
        if tasks.is_empty() { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
}

/// The same, and what each came to, in the order given.
pub(crate) async fn each<T>(futures: impl Iterator<Item = impl Future<Output = T>>) -> Vec<T> {
    let futures: Vec<_> = futures.collect();
    let ended: Vec<RefCell<Option<T>>> = futures.iter().map(|_| RefCell::default()).collect();
    join_all(futures.into_iter().zip(&ended).map(|(future, end)| task(future, end)).collect())
        .await;
    ended.into_iter().map(|end| end.into_inner().expect("all ended")).collect()
}

fn task<'a, T>(future: impl Future<Output = T> + 'a, end: &'a RefCell<Option<T>>) -> Task<'a> {
    Box::pin(async move {
        let came_to = future.await;
        end.replace(Some(came_to));
    })
}
