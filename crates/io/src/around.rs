//! Futures around a future, written by hand: an `async fn` keeps a future it is given twice, as its
//! argument and as the local that is polled, and what is around a connection is there as often as
//! there are connections.

use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::Pin;
use std::task::{Context, Poll};

/// Passes a task's future through, and names the task when it panics: the runtime would only drop it.
pub(crate) struct Named<F> {
    pub(crate) name: &'static str,
    pub(crate) task: F,
}

impl<F: Future<Output = ()>> Future for Named<F> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let name = self.name;
        // SAFETY: `task` is pinned as long as `self` is: nothing moves it out, there is no `Drop`,
        // and `Self` is `Unpin` only if `F` is.
        #[allow(unsafe_code, reason = "a pinned field")]
        let mut task = unsafe { self.map_unchecked_mut(|this| &mut this.task) };
        match catch_unwind(AssertUnwindSafe(|| task.as_mut().poll(context))) {
            Ok(poll) => poll,
            Err(panic) => {
                tracing::error!(task = name, "task panicked");
                resume_unwind(panic)
            }
        }
    }
}

/// The result of `work`, or `None` when `limit` is ready first. `work` is asked first.
pub(crate) struct Within<W, L> {
    pub(crate) work: W,
    pub(crate) limit: L,
}

impl<W: Future, L: Future<Output = ()>> Future for Within<W, L> {
    type Output = Option<W::Output>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        // SAFETY: both fields are pinned as long as `self` is: nothing moves them out, there is no
        // `Drop`, and `Self` is `Unpin` only if both are.
        #[allow(unsafe_code, reason = "two pinned fields")]
        let (work, limit) = unsafe {
            let this = self.get_unchecked_mut();
            (Pin::new_unchecked(&mut this.work), Pin::new_unchecked(&mut this.limit))
        };
        match work.poll(context) {
            Poll::Ready(result) => Poll::Ready(Some(result)),
            Poll::Pending => limit.poll(context).map(|()| None),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::{pending, ready};
    use std::pin::pin;
    use std::task::Waker;

    fn poll<F: Future>(future: F) -> Poll<F::Output> {
        pin!(future).poll(&mut Context::from_waker(Waker::noop()))
    }

    #[test]
    fn work_that_is_done_counts_although_the_limit_has_passed() {
        assert_eq!(poll(Within { work: ready(1), limit: ready(()) }), Poll::Ready(Some(1)));
        assert_eq!(poll(Within { work: pending::<i32>(), limit: ready(()) }), Poll::Ready(None));
        assert_eq!(poll(Within { work: pending::<i32>(), limit: pending() }), Poll::Pending);
    }

    #[test]
    fn nothing_is_kept_twice() {
        let large = async {
            let kept = [0u8; 1000];
            pending::<()>().await;
            std::hint::black_box(&kept);
        };
        let size = size_of_val(&large);
        assert!(size_of_val(&Named { name: "large", task: large }) <= size + 2 * size_of::<&str>());
    }
}
