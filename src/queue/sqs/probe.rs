//! Looks at how the queue in SQS is set up.

use std::time::Duration;

use serde::Serialize;
use strum::{IntoStaticStr, VariantNames};

use super::SqsQueue;
use crate::check::{Cause, Check, Found};
use crate::output::count;

/// With less, photos that are being processed may be delivered to another worker, too.
const SHORTEST_LEASE: Duration = Duration::from_secs(10);

/// What is found of it.
#[derive(Debug, thiserror::Error, Serialize, IntoStaticStr, VariantNames)]
#[serde(untagged)]
#[strum(serialize_all = "snake_case")]
pub enum SqsFound {
    #[error("{0}")]
    SqsUnreachable(Cause),
    #[error(
        "SQS is reachable; {queue_url} is a FIFO queue: the photos of a space are moved there in order. Photos in it: about \
         {photos}"
    )]
    SqsFifo { queue_url: String, photos: usize },
    #[error(
        "SQS is reachable; {queue_url} is a standard queue: photos are moved to their spaces in any order. Photos in it: about \
         {photos}"
    )]
    SqsStandard { queue_url: String, photos: usize },
    #[error(
        "The address of the queue {queue_url} contradicts the queue itself on whether it is FIFO. The address of a FIFO \
         queue ends in .fifo: check photos.queue_url"
    )]
    SqsAddressContradicts { queue_url: String },
    #[error(
        "The queue hides a photo for only {} while a worker has it, so others may take it too. Set its \
         VisibilityTimeout to 60",
        count(.hidden_seconds, "second")
    )]
    SqsHidesBriefly { hidden_seconds: u64 },
    #[error(
        "The queue has no dead-letter queue: a photo that can't be moved to its space is retried until SQS \
         silently drops it. docs/deployment.md explains how to add one"
    )]
    NoDeadLetterQueue,
    #[error(
        "A photo that can't be moved to its space goes to the dead-letter queue after {}. There are none",
        count(.attempts, "attempt")
    )]
    NoDeadLetters { attempts: u32 },
    #[error(
        "Photos in the dead-letter queue, after {} each: about {photos}. `shared-spaces photos failed` lists \
         them, and `shared-spaces photos retry` re-queues them",
        count(.attempts, "attempt")
    )]
    DeadLetters { attempts: u32, photos: usize },
    #[error("{0}")]
    DeadLettersUnreadable(Cause),
}

impl Found for SqsFound {
    fn samples() -> Vec<Self> {
        let queue_url = || String::from("https://sqs.example.org/1/photos");
        let (photos, attempts) = (3, 10);
        vec![
            Self::SqsUnreachable(Cause::sample()),
            Self::SqsFifo {
                queue_url: queue_url(),
                photos,
            },
            Self::SqsStandard {
                queue_url: queue_url(),
                photos,
            },
            Self::SqsAddressContradicts {
                queue_url: queue_url(),
            },
            Self::SqsHidesBriefly { hidden_seconds: 1 },
            Self::NoDeadLetterQueue,
            Self::NoDeadLetters { attempts },
            Self::DeadLetters { attempts, photos },
            Self::DeadLettersUnreadable(Cause::sample()),
        ]
    }
}

impl SqsQueue {
    /// Reports whether the queue is FIFO, how long it hides messages, and what happens to failed ones.
    pub(in crate::queue) async fn run_checks(&self, report: &mut impl FnMut(Check)) {
        let (attributes, photos) = match (self.attributes().await, self.count(&self.url).await) {
            (Ok(attributes), Ok(photos)) => (attributes, photos),
            (Err(error), _) | (_, Err(error)) => {
                return report(Check::error(SqsFound::SqsUnreachable(error.into())));
            }
        };
        let queue_url = self.url.clone();
        report(Check::ok(match self.is_fifo() {
            true => SqsFound::SqsFifo { queue_url, photos },
            false => SqsFound::SqsStandard { queue_url, photos },
        }));
        if attributes
            .is_fifo
            .is_some_and(|fifo| fifo != self.is_fifo())
        {
            let queue_url = self.url.clone();
            report(Check::error(SqsFound::SqsAddressContradicts { queue_url }));
        }
        if attributes.hidden < SHORTEST_LEASE {
            report(Check::warning(SqsFound::SqsHidesBriefly {
                hidden_seconds: attributes.hidden.as_secs(),
            }));
        }
        let Some(attempts) = attributes.redrive_after else {
            report(Check::warning(SqsFound::NoDeadLetterQueue));
            return;
        };
        report(match self.count_failed().await {
            Ok(0) => Check::ok(SqsFound::NoDeadLetters { attempts }),
            Ok(photos) => Check::warning(SqsFound::DeadLetters { attempts, photos }),
            Err(error) => Check::error(SqsFound::DeadLettersUnreadable(error.into())),
        });
    }
}
