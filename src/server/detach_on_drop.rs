//! Work that runs in the task that waits for it, which saves waking another one; and moves to a task of its own once
//! nothing waits any more, because the client has left or reads what is still being written.

use std::pin::Pin;
use std::task::Context;

use tokio::runtime::Handle;

/// Such work.
pub(super) struct DetachOnDrop {
    left: Option<Pin<Box<dyn Future<Output = ()> + Send>>>,
}

impl DetachOnDrop {
    pub(super) fn new(work: impl Future<Output = ()> + Send + 'static) -> Self {
        Self {
            left: Some(Box::pin(work)),
        }
    }

    /// Polls the work once.
    pub(super) fn poll(&mut self, context: &mut Context<'_>) {
        // Work that has panicked isn't polled again.
        if let Some(mut work) = self.left.take()
            && work.as_mut().poll(context).is_pending()
        {
            self.left = Some(work);
        }
    }
}

impl Drop for DetachOnDrop {
    fn drop(&mut self) {
        // Without a runtime, the process is about to end.
        if let Some(work) = self.left.take()
            && let Ok(runtime) = Handle::try_current()
        {
            runtime.spawn(work);
        }
    }
}
