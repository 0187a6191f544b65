//! Disk calls that have not ended. A call takes no time in itself: what stalls is work in `blocking`
//! or `flushing`, before its result is seen. For that long the call that the work would most likely
//! have waited in, its last sync or else its last call, is the one that has not ended.

use std::path::Path;
use std::sync::Arc;

use super::file::SimFile;
use super::node::SimIo;
use crate::{CallId, OutstandingCall};

/// The name of the operation that waits for the device more than any other.
const SYNC: &str = "sync";

/// What a node's threads are in.
#[derive(Default)]
pub(super) struct Calls {
    /// While work is done that may block: the call it would be waiting in.
    noted: Option<Option<Noted>>,
    outstanding: Vec<OutstandingCall>,
    next: u64,
}

type Noted = (&'static str, Arc<Path>);

impl SimIo {
    pub(crate) fn note_call(&self, operation: &'static str, path: &Path) {
        let mut state = self.shared.lock();
        let Some(noted) = &mut state.nodes[self.node].calls.noted else { return };
        if operation == SYNC || noted.as_ref().is_none_or(|(noted, _)| *noted != SYNC) {
            *noted = Some((operation, Arc::from(path)));
        }
    }

    pub(crate) fn outstanding_calls(&self) -> Vec<OutstandingCall> {
        let state = self.shared.lock();
        if !state.is_alive(self.node, self.life) {
            return Vec::new();
        }
        state.nodes[self.node].calls.outstanding.clone()
    }

    /// Does `work`; the call it would wait in has not ended before the returned value is dropped.
    pub(super) fn work<T>(&self, work: impl FnOnce() -> T) -> (T, Option<Waiting>) {
        self.shared.lock().nodes[self.node].calls.noted = Some(None);
        let done = work();
        let mut state = self.shared.lock();
        let calls = &mut state.nodes[self.node].calls;
        let noted = calls.noted.take().flatten();
        let waiting = noted.map(|(operation, path)| {
            let id = CallId::new(0, calls.next);
            calls.next += 1;
            calls.outstanding.push(OutstandingCall { id, operation, path });
            Waiting { io: self.clone(), id }
        });
        (done, waiting)
    }
}

impl SimFile {
    pub(crate) fn note_call(&self, operation: &'static str) {
        self.io().note_call(operation, self.path());
    }
}

/// A call that has not ended.
pub(super) struct Waiting {
    io: SimIo,
    id: CallId,
}

impl Drop for Waiting {
    fn drop(&mut self) {
        let mut state = self.io.shared.lock();
        state.nodes[self.io.node].calls.outstanding.retain(|call| call.id != self.id);
    }
}
