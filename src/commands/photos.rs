//! `shared-spaces photos`: looks after photos that could not be sorted, and takes photos from one store to another.

use anyhow::{Result, ensure};
use serde_json::{Value, json};

use super::photos_move;
use crate::app;
use crate::cli::{ListOptions, PhotosCommand};
use crate::clock::Timestamp;
use crate::config::Config;
use crate::photos::name::PhotoName;
use crate::photos::queue::{Failed, FailedPhoto, PhotoQueue, Why};

/// Lists failed photos, sends them again, or moves photos.
///
/// # Errors
/// The queue, the database or a store can't be used; a name that is none of a failed photo.
pub async fn run(config: Config, command: PhotosCommand) -> Result<()> {
    match command {
        PhotosCommand::Failed(list) => list_failed(&app::queue(config).await?, list).await,
        PhotosCommand::Retry { all: true, .. } => {
            let sent = app::queue(config).await?.retry(None).await?;
            println!("Sent again: {}", sent.len());
            Ok(())
        }
        PhotosCommand::Move { to } => photos_move::run(config, to).await,
        PhotosCommand::Retry { names, .. } => retry(&app::queue(config).await?, &names).await,
    }
}

async fn list_failed(queue: &PhotoQueue, list: ListOptions) -> Result<()> {
    let failed = queue.list_failed().await?;
    if list.json {
        println!("{}", serde_json::to_string_pretty(&as_json(&failed))?);
        return Ok(());
    }
    if failed.photos.is_empty() && failed.foreign.is_empty() && failed.unseen == 0 {
        println!("No photo has failed.");
    }
    for FailedPhoto { name, why } in failed.photos {
        match why {
            Why::Known {
                attempts,
                failed_at,
                error,
            } => println!(
                "{name}  failed {} after {attempts} attempts: {error}",
                failed_at.rfc3339()
            ),
            Why::Sent(Some(at)) => {
                println!("{name}  sent {}; the worker's log says why", at.rfc3339());
            }
            Why::Sent(None) => println!("{name}  the worker's log says why"),
        }
    }
    for body in failed.foreign {
        println!("{body:?}  is not the name of a photo");
    }
    if failed.unseen > 0 {
        println!(
            "And about {} more, which the queue shows when these are gone.",
            failed.unseen
        );
    }
    Ok(())
}

/// The same for programs.
fn as_json(failed: &Failed) -> Value {
    let photos = failed.photos.iter().map(|FailedPhoto { name, why }| match why {
        Why::Known {
            attempts,
            failed_at,
            error,
        } => json!({"photo": name.as_str(), "attempts": attempts, "failed_at": failed_at.rfc3339(), "error": error}),
        Why::Sent(at) => json!({"photo": name.as_str(), "sent_at": at.map(Timestamp::rfc3339)}),
    });
    let photos: Vec<Value> = photos.collect();
    json!({"photos": photos, "foreign": failed.foreign, "unseen": failed.unseen})
}

async fn retry(queue: &PhotoQueue, names: &[PhotoName]) -> Result<()> {
    let sent = queue.retry(Some(names)).await?;
    for name in &sent {
        println!("Sent again: {name}");
    }
    let others: Vec<&str> = names
        .iter()
        .filter(|name| !sent.contains(name))
        .map(PhotoName::as_str)
        .collect();
    ensure!(
        others.is_empty(),
        "Not among those that have failed: {}; see `shared-spaces photos failed`",
        others.join(", ")
    );
    Ok(())
}
