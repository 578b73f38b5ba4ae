//! `shared-spaces photos`: looks after photos: those that failed, whether all are whole, and in which store.

use anyhow::{Result, ensure};
use serde_json::{Value, json};

use super::{photos_cleanup, photos_move, photos_verify, until_stopped};
use crate::app::{self, App};
use crate::clock::Timestamp;
use crate::commands::cli::{ListOptions, PhotosCommand};
use crate::config::{Config, QueueKind};
use crate::data_dir;
use crate::data_dir::hold::RestoreHold;
use crate::domain::access::OperatorRight;
use crate::domain::photo_name::PhotoName;
use crate::domain::photos;
use crate::logging::audit::{self, By};
use crate::output::{count, say};
use crate::queue::{Failed, FailedPhoto, FailureInfo};

/// Lists failed photos, sends them again, verifies or moves photos.
///
/// # Errors
/// The queue, the database or a store can't be used; a name that isn't that of a failed photo.
pub async fn run(config: Config, command: PhotosCommand) -> Result<()> {
    let hold = RestoreHold::of(&config.data_dir);
    match command {
        PhotosCommand::Failed(list) => list_failed(config, list).await,
        PhotosCommand::Retry { .. } if config.photos.queue == QueueKind::Sqs && hold.is_on() => {
            hold.check()
        }
        PhotosCommand::Retry { all: true, .. } => {
            let sent = retry(config, None).await?;
            say!("Re-queued {}", count(sent.len(), "photo"))?;
            Ok(())
        }
        PhotosCommand::Move { to } => {
            let then = "run the command again to continue";
            until_stopped(then, photos_move::run(config, to)).await
        }
        PhotosCommand::Cleanup(options) => photos_cleanup::run(config, options).await,
        PhotosCommand::Verify(options) => photos_verify::run(config, options).await,
        PhotosCommand::Retry { names, .. } => retry_these(config, names).await,
    }
}

/// What the queue has set aside, and the photos without previews. Where there is nothing but a queue elsewhere, those of them
/// are with the server.
async fn find_failed(config: Config) -> Result<(Failed, Vec<PhotoName>)> {
    if config.photos.queue == QueueKind::Sqs && !data_dir::is_initialized(&config.data_dir) {
        let failed = app::queue(config).await?.list_failed().await?;
        return Ok((failed, Vec::new()));
    }
    let app = App::start(config).await?;
    let without = app
        .db
        .read(|conn| Ok(photos::list_without_previews(conn)?))
        .await?;
    Ok((app.queue.list_failed().await?, without))
}

async fn list_failed(config: Config, list: ListOptions) -> Result<()> {
    let (failed, without) = find_failed(config).await?;
    if list.json {
        say!(
            "{}",
            serde_json::to_string_pretty(&as_json(&failed, &without))?
        )?;
        return Ok(());
    }
    let is_none =
        failed.photos.is_empty() && failed.unrecognized.is_empty() && failed.remaining == 0;
    if is_none && without.is_empty() {
        say!("No photo has failed.")?;
    }
    for FailedPhoto { name, why } in failed.photos {
        match why {
            FailureInfo::Known {
                attempts,
                failed_at,
                error,
            } => say!(
                "{name}  failed {} after {}: {error}",
                failed_at.rfc3339(),
                count(attempts, "attempt")
            )?,
            FailureInfo::Sent(Some(at)) => {
                say!("{name}  sent {}; the worker's log says why", at.rfc3339())?;
            }
            FailureInfo::Sent(None) => say!("{name}  the worker's log says why")?,
        }
    }
    for body in failed.unrecognized {
        say!("{body:?}  is not the name of a photo")?;
    }
    if failed.remaining > 0 {
        say!(
            "And about {} more, which the queue shows once these are gone.",
            failed.remaining
        )?;
    }
    for name in without {
        say!("{name}  has no previews; the worker's log says why")?;
    }
    Ok(())
}

/// The same for programs.
fn as_json(failed: &Failed, without: &[PhotoName]) -> Value {
    let photos = failed.photos.iter().map(|FailedPhoto { name, why }| match why {
        FailureInfo::Known {
            attempts,
            failed_at,
            error,
        } => json!({"photo": name.as_str(), "attempts": attempts, "failed_at": failed_at.rfc3339(), "error": error}),
        FailureInfo::Sent(at) => json!({"photo": name.as_str(), "sent_at": at.map(Timestamp::rfc3339)}),
    });
    let photos: Vec<Value> = photos.collect();
    let without: Vec<&str> = without.iter().map(PhotoName::as_str).collect();
    json!({
        "photos": photos,
        "foreign": failed.unrecognized,
        "remaining": failed.remaining,
        "without_previews": without,
    })
}

/// Sends failed photos to the workers again, and returns those. Where there is nothing but a queue elsewhere, the log for that is with
/// the server.
async fn retry(config: Config, names: Option<Vec<PhotoName>>) -> Result<Vec<PhotoName>> {
    let is_elsewhere = config.photos.queue == QueueKind::Sqs;
    let sent = if is_elsewhere && !data_dir::is_initialized(&config.data_dir) {
        app::queue(config).await?.retry(names.as_deref()).await?
    } else {
        let app = App::start(config).await?;
        if is_elsewhere {
            // The start has recognised a copy that nobody had used before.
            app.hold.check()?;
        }
        let retry = app.retry(names);
        let begun = retry.clone();
        let sent = app
            .db
            .write(move |conn| begun.begin(conn, &OperatorRight::of_command_line()));
        retry.finish(sent.await?).await?
    };
    audit::photos_retried(By::CommandLine, sent.len());
    Ok(sent)
}

async fn retry_these(config: Config, names: Vec<PhotoName>) -> Result<()> {
    let sent = retry(config, Some(names.clone())).await?;
    for name in &sent {
        say!("Re-queued {name}")?;
    }
    let others: Vec<&str> = names
        .iter()
        .filter(|name| !sent.contains(name))
        .map(PhotoName::as_str)
        .collect();
    ensure!(
        others.is_empty(),
        "Not among the failed photos: {}; see `shared-spaces photos failed`",
        others.join(", ")
    );
    Ok(())
}
