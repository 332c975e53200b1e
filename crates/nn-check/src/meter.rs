//! How far a check has come, over all of its passes.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::Progress;
use crate::check::Callback;

/// Counts what has been done, and tells who wants to know.
pub(crate) struct Meter {
    callback: Option<Callback>,
    done: AtomicUsize,
    total: AtomicUsize,
}

impl Meter {
    /// The conclusions at the end are one piece of the work, so that `done` is `total` there and nowhere before.
    pub(crate) fn new(callback: &Option<Callback>) -> Arc<Meter> {
        let (done, total) = (AtomicUsize::new(0), AtomicUsize::new(1));
        Arc::new(Meter { callback: callback.clone(), done, total })
    }

    /// A pass over `n` elements, directions or columns begins: on one thread, between passes.
    pub(crate) fn begin(&self, n: usize) {
        self.total.fetch_add(n, Ordering::Relaxed);
    }

    /// `n` of them are done: on any thread.
    pub(crate) fn done(&self, n: usize) {
        let done = self.done.fetch_add(n, Ordering::Relaxed) + n;
        if let Some(callback) = &self.callback {
            callback(Progress { done, total: self.total.load(Ordering::Relaxed) });
        }
    }

    /// The report is there.
    pub(crate) fn end(&self) {
        self.done(1);
    }
}
