//! The queue in Amazon SQS: FIFO if its address ends in `.fifo`, standard otherwise.

mod dead_letter;
mod probe;

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::{
    Message as SqsMessage, MessageSystemAttributeName, QueueAttributeName,
    SendMessageBatchRequestEntry,
};
use serde_json::Value;
use tokio::sync::{Notify, OnceCell};
use tokio::time::timeout;

use super::{Disposition, Failure, Message, PhotoName, back_off};
use crate::clock::Clock;
use crate::storage::aws::Aws;
pub(super) use probe::SqsFound;

/// How long SQS holds a request when there is nothing to receive, in seconds.
const LONG_POLL: i32 = 20;
/// The outbox looks again after this time even if it wasn't notified of a photo.
const LOOK_AGAIN: Duration = Duration::from_secs(10);
/// At most this many characters of a message that isn't a photo's name are logged.
const QUOTED: usize = 200;

/// The queue in SQS; clones share it.
#[derive(Clone)]
pub struct SqsQueue {
    aws: Aws,
    client: Arc<OnceCell<Client>>,
    url: String,
    clock: Clock,
    /// Wakes the outbox for new photos.
    arrived: Arc<Notify>,
    attributes: Arc<OnceCell<Attributes>>,
}

/// The attributes of the queue.
#[derive(Debug)]
struct Attributes {
    /// How long a received message is hidden from others.
    hidden: Duration,
    /// After how many attempts SQS moves a message to the dead-letter queue; `None` without one.
    redrive_after: Option<u32>,
    /// Whether it states that it is FIFO; some services don't state it.
    is_fifo: Option<bool>,
    /// The name of the dead-letter queue within all of Amazon.
    dead_letters: Option<String>,
}

impl SqsQueue {
    /// The queue at this address. Sends nothing to SQS yet.
    pub fn new(url: String, aws: Aws, clock: Clock) -> Self {
        let (client, attributes) = (Arc::default(), Arc::default());
        Self {
            aws,
            client,
            url,
            clock,
            arrived: Arc::default(),
            attributes,
        }
    }

    async fn client(&self) -> &Client {
        self.client
            .get_or_init(async || Client::new(self.aws.config().await))
            .await
    }

    fn is_fifo(&self) -> bool {
        self.url.ends_with(".fifo")
    }

    pub(super) fn notify(&self) {
        self.arrived.notify_one();
    }

    pub(super) async fn wait_for_unsent(&self) {
        // Either way the outbox should look now: notified, or time to look.
        let _told = timeout(LOOK_AGAIN, self.arrived.notified()).await;
    }

    /// Sends at most ten names; returns those that SQS has accepted.
    pub(super) async fn send(&self, names: &[PhotoName]) -> Result<Vec<PhotoName>> {
        let mut batch = self
            .client()
            .await
            .send_message_batch()
            .queue_url(&self.url);
        for (at, name) in names.iter().enumerate() {
            let mut entry = SendMessageBatchRequestEntry::builder()
                .id(at.to_string())
                .message_body(name.as_str());
            if self.is_fifo() {
                // In order within a space, side by side across spaces, and once however often it is sent.
                entry = entry
                    .message_group_id(name.space())
                    .message_deduplication_id(name.as_str());
            }
            batch = batch.entries(entry.build()?);
        }
        let sent = batch.send().await.context("SQS refuses new photos")?;
        for refused in sent.failed() {
            tracing::warn!(
                code = refused.code(),
                error = refused.message(),
                "SQS refused a message; will retry"
            );
        }
        let accepted = sent
            .successful()
            .iter()
            .filter_map(|entry| names.get(entry.id().parse::<usize>().ok()?));
        Ok(accepted.cloned().collect())
    }

    pub(super) async fn receive(&self, max: u8, wait: bool) -> Result<Vec<Message>> {
        let receive = self.client().await.receive_message().queue_url(&self.url);
        let received = receive
            .max_number_of_messages(max.clamp(1, 10).into())
            .wait_time_seconds(if wait { LONG_POLL } else { 0 })
            .message_system_attribute_names(MessageSystemAttributeName::ApproximateReceiveCount)
            .send()
            .await
            .context("Messages can't be received from SQS")?;
        let mut messages = Vec::new();
        for message in received.messages.unwrap_or_default() {
            match message.body().unwrap_or_default().parse() {
                Ok(name) => messages.push(read(&message, name)),
                Err(_) => self.set_foreign_aside(&message).await?,
            }
        }
        Ok(messages)
    }

    /// A message that isn't a photo's name won't become one. With a dead-letter queue, SQS moves it there after its
    /// attempts; without one, it is deleted, and is kept in the log.
    async fn set_foreign_aside(&self, message: &SqsMessage) -> Result<()> {
        let body: String = message
            .body()
            .unwrap_or_default()
            .chars()
            .take(QUOTED)
            .collect();
        if self.attributes().await?.redrive_after.is_some() {
            tracing::error!(
                ?body,
                "message is not the name of a photo; leaving it to the dead-letter queue"
            );
            return Ok(());
        }
        tracing::error!(
            ?body,
            "message is not the name of a photo; deleting it, as there is no dead-letter queue"
        );
        self.delete_from(&self.url, message.receipt_handle()).await
    }

    pub(super) async fn acknowledge(&self, message: &Message) -> Result<()> {
        self.delete_from(&self.url, message.receipt.as_deref())
            .await
    }

    async fn delete_from(&self, url: &str, receipt: Option<&str>) -> Result<()> {
        let delete = self.client().await.delete_message().queue_url(url);
        let delete = delete.set_receipt_handle(receipt.map(str::to_owned));
        delete
            .send()
            .await
            .context("A message can't be deleted from SQS")?;
        Ok(())
    }

    /// Hides a message for longer, because its photo is still being worked on.
    pub(super) async fn extend(&self, message: &Message) -> Result<()> {
        self.hide(message, self.lease().await?).await
    }

    pub(super) async fn nack(&self, message: &Message, failure: &Failure) -> Result<Disposition> {
        let redrive_after = self.attributes().await?.redrive_after;
        // Most likely its share was deleted. In a FIFO queue the next of its space wait behind it, so it is dropped soon.
        let is_hopeless = matches!(failure, Failure::Missing) && message.attempt > 1;
        if is_hopeless && redrive_after.is_none() {
            self.acknowledge(message).await?;
            return Ok(Disposition::Gone);
        }
        let is_last = redrive_after.is_some_and(|attempts| message.attempt >= attempts);
        let wait = if is_last || is_hopeless {
            Duration::ZERO
        } else {
            back_off(message.attempt)
        };
        self.hide(message, wait).await?;
        Ok(if is_last {
            Disposition::Failed
        } else {
            Disposition::RetryAt(self.clock.now().plus(wait))
        })
    }

    async fn hide(&self, message: &Message, time: Duration) -> Result<()> {
        let change = self
            .client()
            .await
            .change_message_visibility()
            .queue_url(&self.url);
        let change = change
            .set_receipt_handle(message.receipt.clone())
            .visibility_timeout(seconds(time));
        change
            .send()
            .await
            .context("A message can't be returned to SQS")?;
        Ok(())
    }

    /// How long a received message is hidden from others.
    pub(super) async fn lease(&self) -> Result<Duration> {
        Ok(self.attributes().await?.hidden)
    }

    async fn attributes(&self) -> Result<&Attributes> {
        self.attributes
            .get_or_try_init(|| self.ask_attributes())
            .await
    }

    async fn ask_attributes(&self) -> Result<Attributes> {
        use QueueAttributeName::{All, FifoQueue, RedrivePolicy, VisibilityTimeout};
        let ask = self
            .client()
            .await
            .get_queue_attributes()
            .queue_url(&self.url);
        let told = ask
            // Some services refuse a request for what a standard queue doesn't have.
            .attribute_names(All)
            .send()
            .await;
        let told = told.context("The attributes of the queue can't be read")?;
        let attribute = |name| told.attributes().and_then(|all| all.get(&name));
        let hidden = attribute(VisibilityTimeout).and_then(|seconds| seconds.parse().ok());
        let policy: Option<Value> =
            attribute(RedrivePolicy).and_then(|policy| serde_json::from_str(policy).ok());
        Ok(Attributes {
            // The default of SQS.
            hidden: Duration::from_secs(hidden.unwrap_or(30)),
            is_fifo: attribute(FifoQueue).map(|fifo| fifo == "true"),
            redrive_after: policy.as_ref().and_then(max_receive_count),
            dead_letters: policy
                .as_ref()
                .and_then(|policy| policy["deadLetterTargetArn"].as_str().map(str::to_owned)),
        })
    }
}

fn read(message: &SqsMessage, name: PhotoName) -> Message {
    let count = message
        .attributes()
        .and_then(|all| all.get(&MessageSystemAttributeName::ApproximateReceiveCount));
    let attempt = count.and_then(|count| count.parse().ok()).unwrap_or(1);
    Message {
        name,
        attempt,
        receipt: message.receipt_handle().map(str::to_owned),
    }
}

/// The number in a redrive policy, which is a number or the text of one.
fn max_receive_count(policy: &Value) -> Option<u32> {
    let count = &policy["maxReceiveCount"];
    count
        .as_u64()
        .or_else(|| count.as_str()?.parse().ok())?
        .try_into()
        .ok()
}

fn seconds(time: Duration) -> i32 {
    i32::try_from(time.as_secs()).unwrap_or(i32::MAX)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_redrive_policy_is_read_in_both_its_forms() {
        let read = |policy: Value| max_receive_count(&policy);
        let arn = "arn:aws:sqs:eu-central-1:1:photos-failed";
        assert_eq!(
            read(json!({"deadLetterTargetArn": arn, "maxReceiveCount": 5})),
            Some(5)
        );
        assert_eq!(
            read(json!({"deadLetterTargetArn": arn, "maxReceiveCount": "5"})),
            Some(5)
        );
        assert_eq!(read(json!({})), None);
    }
}
