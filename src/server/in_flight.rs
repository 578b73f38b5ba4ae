//! The requests under way, so that a server which is asked to stop knows when the last one is answered.

use std::sync::Arc;

use tokio::sync::Notify;
use tokio_util::task::TaskTracker;
use tokio_util::task::task_tracker::TaskTrackerToken;

/// The requests under way; clones share them.
#[derive(Clone, Default)]
pub(super) struct InFlight {
    requests: TaskTracker,
    /// Notifies of those that begin when all have ended before, or are about to.
    late: Arc<Notify>,
}

impl InFlight {
    /// One more, until the returned value is dropped, which is when its response is sent.
    pub(super) fn begin(&self) -> TaskTrackerToken {
        let request = self.requests.token();
        if self.requests.is_closed() {
            self.late.notify_one();
        }
        request
    }

    /// Waits until no request is under way.
    pub(super) async fn ended(&self) {
        self.requests.close();
        self.requests.wait().await;
    }

    /// Waits until a request has begun since the first time that none was to be under way.
    pub(super) async fn one_more(&self) {
        self.late.notified().await;
    }
}
