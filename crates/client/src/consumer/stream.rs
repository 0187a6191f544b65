//! A consumer as a [`Stream`]: for adapters, and for whatever takes a stream.
//!
//! A stream that waits is no call that waits: whoever stops to poll it says so to nobody. So a stream
//! counts as alive when it is polled, and wakes its task now and then to be; if nobody answers, the
//! group takes it for hung after `max.poll.interval.ms`, as it should.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use ottla_base::MonoTime;

use super::{Consumer, ConsumerRecord, Look, Stream};
use crate::Result;

/// News, or time that has come.
pub(super) type Pending = Pin<Box<dyn Future<Output = ()> + Send + Sync>>;

/// In how many parts of `max.poll.interval.ms` a stream that waits shows that it is polled.
const SIGNS_OF_LIFE: u32 = 3;

impl Stream for Consumer {
    type Item = Result<ConsumerRecord>;

    /// As [`Consumer::next`]: what was given out before counts as processed, an error does not end the
    /// stream, `None` is said when the consumer is closed. Nothing is lost when nobody polls any more.
    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        match this.pending {
            None => this.ask(),
            Some(_) => this.is_alive(),
        }
        loop {
            if let Some(pending) = &mut this.pending {
                ready!(pending.as_mut().poll(context));
                this.pending = None;
            }
            if let Look::Told(told) = this.look(1) {
                return Poll::Ready(one(told));
            }
            // The bell that rang between the two looks would not have been heard.
            let bell = this.handle.shared.user.clone().notified_owned();
            match this.look(1) {
                Look::Told(told) => return Poll::Ready(one(told)),
                Look::Nothing(due) => this.pending = Some(this.news(bell, due)),
            }
        }
    }
}

impl Consumer {
    /// Waits for the bell, until `due` at most.
    fn news(&self, bell: tokio::sync::futures::OwnedNotified, due: MonoTime) -> Pending {
        let shared = &self.handle.shared;
        // Whoever was taken for hung may come back.
        shared.driver.notify_one();
        let io = shared.client.io().clone();
        let sign = io.now().mono + shared.settings.max_poll_interval / SIGNS_OF_LIFE;
        Box::pin(async move {
            tokio::select! {
                biased;
                () = bell => {}
                () = io.sleep_until(due.min(sign)) => {}
            }
        })
    }
}

fn one(told: Option<Result<Vec<ConsumerRecord>>>) -> Option<Result<ConsumerRecord>> {
    match told? {
        Ok(mut records) => records.pop().map(Ok),
        Err(error) => Some(Err(error)),
    }
}
