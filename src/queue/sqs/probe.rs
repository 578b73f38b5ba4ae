//! Looks at how the queue in SQS is set up.

use std::time::Duration;

use super::SqsQueue;
use crate::check::Check;
use crate::output::count;

/// With less, photos that are being processed may be delivered to another worker, too.
const SHORTEST_LEASE: Duration = Duration::from_secs(10);

impl SqsQueue {
    /// Reports whether the queue is FIFO, how long it hides messages, and what happens to failed ones.
    pub(in crate::queue) async fn run_checks(&self, report: &mut impl FnMut(Check)) {
        let (attributes, waiting) = match (self.attributes().await, self.count(&self.url).await) {
            (Ok(attributes), Ok(waiting)) => (attributes, waiting),
            (Err(error), _) | (_, Err(error)) => return report(Check::error(&error)),
        };
        let kind = if self.is_fifo() {
            "a FIFO queue: the photos of a space are moved there in order"
        } else {
            "a standard queue: photos are moved to their spaces in any order"
        };
        report(Check::ok(format!(
            "SQS is reachable; {} is {kind}. Photos in it: about {waiting}",
            self.url
        )));
        if attributes
            .is_fifo
            .is_some_and(|fifo| fifo != self.is_fifo())
        {
            report(Check::failed(format!(
                "The address of the queue {} contradicts the queue itself on whether it is FIFO. The address of a FIFO \
                queue ends in .fifo: check photos.queue_url",
                self.url
            )));
        }
        if attributes.hidden < SHORTEST_LEASE {
            report(Check::warning(format!(
                "The queue hides a photo for only {} while a worker has it, so others may take it too. Set its \
                VisibilityTimeout to 60",
                count(attributes.hidden.as_secs(), "second")
            )));
        }
        let Some(attempts) = attributes.redrive_after else {
            report(Check::warning(
                "The queue has no dead-letter queue: a photo that can't be moved to its space is retried until SQS \
                silently drops it. docs/deployment.md explains how to add one",
            ));
            return;
        };
        match self.count_failed().await {
            Ok(0) => report(Check::ok(format!(
                "A photo that can't be moved to its space goes to the dead-letter queue after {}. There are none",
                count(attempts, "attempt")
            ))),
            Ok(failed) => report(Check::warning(format!(
                "Photos in the dead-letter queue, after {} each: about {failed}. `shared-spaces photos failed` lists \
                them, and `shared-spaces photos retry` re-queues them",
                count(attempts, "attempt")
            ))),
            Err(error) => report(Check::error(&error)),
        }
    }
}
