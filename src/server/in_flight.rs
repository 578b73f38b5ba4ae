//! Counts the requests under way, so that a server which is asked to end knows when the last one is answered.

use std::sync::Arc;

use tokio::sync::watch;

/// The number of requests under way; clones share it.
#[derive(Clone, Default)]
pub(super) struct InFlight {
    count: Arc<watch::Sender<usize>>,
}

/// Lives as long as its request, which is until its answer is sent.
pub(super) struct InFlightGuard(InFlight);

impl InFlight {
    /// One more, until what is returned is dropped.
    pub(super) fn begin(&self) -> InFlightGuard {
        self.count.send_modify(|count| *count += 1);
        InFlightGuard(self.clone())
    }

    /// Waits until no request is under way.
    pub(super) async fn none(&self) {
        self.until(|count| count == 0).await;
    }

    /// Waits until a request is under way.
    pub(super) async fn some(&self) {
        self.until(|count| count > 0).await;
    }

    async fn until(&self, is_so: impl Fn(usize) -> bool) {
        let mut count = self.count.subscribe();
        // The sender lives in this very struct, so the wait can't fail for lack of one.
        let _count = count.wait_for(|count| is_so(*count)).await;
    }
}

impl Drop for InFlightGuard {
    fn drop(&mut self) {
        self.0.count.send_modify(|count| *count -= 1);
    }
}
