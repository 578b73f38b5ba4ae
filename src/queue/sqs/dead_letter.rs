//! The dead-letter queue, where SQS moves what was received too often.

use std::collections::HashSet;

use anyhow::{Context, Result};
use aws_sdk_sqs::types::{
    ChangeMessageVisibilityBatchRequestEntry, Message as SqsMessage, MessageSystemAttributeName,
    QueueAttributeName,
};

use super::SqsQueue;
use crate::clock::Timestamp;
use crate::domain::photo_name::PhotoName;
use crate::queue::failed::{Failed, FailedPhoto, FailureInfo};

/// How many seconds messages are hidden from others while we look at them. SQS can't show them without that.
const HELD: i32 = 120;
/// SQS accepts no more at once.
const BATCH: usize = 10;

impl SqsQueue {
    /// The contents of the dead-letter queue, which stays as it is.
    pub(in crate::queue) async fn list_failed(&self) -> Result<Failed> {
        let url = self.dead_letters().await?;
        let expected = self.count(&url).await?;
        let mut messages = Vec::new();
        let mut seen = HashSet::new();
        loop {
            let batch = self.hold(&url, &mut seen).await?;
            if batch.is_empty() {
                break;
            }
            messages.extend(batch);
        }
        self.let_go(&url, &messages).await?;
        let mut failed = Failed {
            remaining: expected.saturating_sub(messages.len()),
            ..Failed::default()
        };
        for message in messages {
            let body = message.body().unwrap_or_default();
            match body.parse() {
                Ok(name) => failed.photos.push(FailedPhoto {
                    name,
                    why: FailureInfo::Sent(sent_at(&message)),
                }),
                Err(_) => failed.unrecognized.push(body.to_owned()),
            }
        }
        Ok(failed)
    }

    /// Sends what is in the dead-letter queue to the workers again, these photos or all; returns those that were sent.
    pub(in crate::queue) async fn retry(
        &self,
        names: Option<&[PhotoName]>,
    ) -> Result<Vec<PhotoName>> {
        let url = self.dead_letters().await?;
        let wanted = |name: &PhotoName| names.is_none_or(|names| names.contains(name));
        let (mut sent, mut others, mut seen) = (Vec::new(), Vec::new(), HashSet::new());
        loop {
            let batch = self.hold(&url, &mut seen).await?;
            if batch.is_empty() {
                break;
            }
            for message in batch {
                match message.body().unwrap_or_default().parse() {
                    Ok(name) if wanted(&name) => {
                        self.resend(&url, &message, &name).await?;
                        sent.push(name);
                    }
                    _ => others.push(message),
                }
            }
        }
        self.let_go(&url, &others).await?;
        Ok(sent)
    }

    async fn resend(&self, url: &str, message: &SqsMessage, name: &PhotoName) -> Result<()> {
        let mut send = self
            .client()
            .await
            .send_message()
            .queue_url(&self.url)
            .message_body(name.as_str());
        if self.is_fifo() {
            // Another id than the first time, when SQS may still remember that one; and the same one if this is
            // cut short and done again.
            send = send
                .message_group_id(name.space())
                .set_message_deduplication_id(message.message_id().map(str::to_owned));
        }
        send.send()
            .await
            .with_context(|| format!("SQS refuses the photo {name}"))?;
        self.delete_from(url, message.receipt_handle()).await
    }

    /// The address of the dead-letter queue.
    async fn dead_letters(&self) -> Result<String> {
        let attributes = self.attributes().await?;
        let arn = attributes.dead_letters.as_deref().context(
            "The queue has no dead-letter queue, so failed photos aren't listed anywhere: see docs/deployment.md for \
            how to add one",
        )?;
        // arn:aws:sqs:<region>:<account>:<name>
        let mut parts = arn.rsplit(':');
        let (name, account) = (parts.next(), parts.next());
        let found = self
            .client()
            .await
            .get_queue_url()
            .set_queue_name(name.map(str::to_owned))
            .set_queue_owner_aws_account_id(account.map(str::to_owned))
            .send()
            .await
            .with_context(|| format!("The dead-letter queue {arn} can't be found"))?;
        found
            .queue_url
            .with_context(|| format!("The dead-letter queue {arn} has no address"))
    }

    /// About how many messages are in the dead-letter queue.
    pub(super) async fn count_failed(&self) -> Result<usize> {
        self.count(&self.dead_letters().await?).await
    }

    /// About how many messages a queue has, including those in flight.
    pub(super) async fn count(&self, url: &str) -> Result<usize> {
        use QueueAttributeName::{
            ApproximateNumberOfMessages as Waiting, ApproximateNumberOfMessagesNotVisible as Held,
        };
        let told = self
            .client()
            .await
            .get_queue_attributes()
            .queue_url(url)
            .attribute_names(Waiting)
            .attribute_names(Held)
            .send()
            .await
            .with_context(|| format!("The messages of the queue {url} can't be counted"))?;
        let number = |name| told.attributes()?.get(&name)?.parse::<usize>().ok();
        Ok(number(Waiting).unwrap_or(0) + number(Held).unwrap_or(0))
    }

    /// Receives messages that weren't `seen` before, at most ten; empty if no more arrive. In a FIFO
    /// queue, ten of a space come at once, and the next only when these are gone.
    async fn hold(&self, url: &str, seen: &mut HashSet<String>) -> Result<Vec<SqsMessage>> {
        let received = self
            .client()
            .await
            .receive_message()
            .queue_url(url)
            .max_number_of_messages(10)
            // Long polling reads every part of the queue; short polling may miss some.
            .wait_time_seconds(1)
            .visibility_timeout(HELD)
            .message_system_attribute_names(MessageSystemAttributeName::SentTimestamp)
            .send()
            .await
            .context("Messages can't be received from the dead-letter queue")?;
        let mut messages = received.messages.unwrap_or_default();
        // In a very long queue, the first can be had again before the last was received.
        messages.retain(|message| seen.insert(message.message_id().unwrap_or_default().to_owned()));
        Ok(messages)
    }

    /// Makes messages visible to others again.
    async fn let_go(&self, url: &str, messages: &[SqsMessage]) -> Result<()> {
        for batch in messages.chunks(BATCH) {
            let mut change = self
                .client()
                .await
                .change_message_visibility_batch()
                .queue_url(url);
            for (at, message) in batch.iter().enumerate() {
                let entry = ChangeMessageVisibilityBatchRequestEntry::builder()
                    .id(at.to_string())
                    .set_receipt_handle(message.receipt_handle().map(str::to_owned))
                    .visibility_timeout(0);
                change = change.entries(entry.build()?);
            }
            change
                .send()
                .await
                .context("The messages of the dead-letter queue can't be made visible again")?;
        }
        Ok(())
    }
}

fn sent_at(message: &SqsMessage) -> Option<Timestamp> {
    let attributes = message.attributes()?;
    let text = attributes.get(&MessageSystemAttributeName::SentTimestamp)?;
    text.parse().ok().map(Timestamp)
}
