//! The floor of the worker: the same calls to S3 and SQS, made with the SDK.

use std::time::Instant;

use anyhow::{Context, Result};
use aws_config::BehaviorVersion;
use aws_sdk_s3::config::Builder;
use serde_json::json;
use tokio::task::JoinSet;

/// As many as SQS returns at once.
const BATCH: i32 = 10;

/// Takes photos from the queue until `photos` are moved, and prints how many a second. Each costs three calls: it is
/// copied, deleted where it was, and its message is deleted.
///
/// # Errors
/// A call fails, or the queue has fewer messages.
pub async fn run(queue: &str, from: &str, to: &str, photos: usize) -> Result<()> {
    let config = aws_config::load_defaults(BehaviorVersion::latest()).await;
    let s3 = aws_sdk_s3::Client::from_conf(Builder::from(&config).force_path_style(true).build());
    let sqs = aws_sdk_sqs::Client::new(&config);
    let started = Instant::now();
    let mut moved = 0;
    while moved < photos {
        let received = sqs
            .receive_message()
            .queue_url(queue)
            .max_number_of_messages(BATCH)
            .send()
            .await?;
        let mut tasks = JoinSet::new();
        for message in received.messages.context("the queue has fewer messages")? {
            let name = message.body.context("a message has no body")?;
            let receipt = message.receipt_handle.context("a message has no receipt")?;
            let (s3, sqs) = (s3.clone(), sqs.clone());
            let (from, to, queue) = (from.to_owned(), to.to_owned(), queue.to_owned());
            tasks.spawn(async move {
                let source = format!("{from}/{name}");
                s3.copy_object()
                    .copy_source(source)
                    .bucket(to)
                    .key(&name)
                    .send()
                    .await?;
                s3.delete_object().bucket(from).key(name).send().await?;
                sqs.delete_message()
                    .queue_url(queue)
                    .receipt_handle(receipt)
                    .send()
                    .await?;
                anyhow::Ok(())
            });
        }
        while let Some(done) = tasks.join_next().await {
            done??;
            moved += 1;
        }
    }
    let per_second = moved as f64 / started.elapsed().as_secs_f64();
    println!("{}", json!({ "per_second": per_second, "count": moved }));
    Ok(())
}
