//! `shared-spaces photos`: looks after photos that could not be sorted.

use anyhow::{Result, bail};

use crate::app::App;
use crate::cli::PhotosCommand;
use crate::config::QueueKind;
use crate::domain::jobs;
use crate::photos::name::PhotoName;

/// Lists failed photos, or sends them again.
///
/// # Errors
/// The database can't be used; a name that is none of a failed photo.
pub async fn run(app: App, command: PhotosCommand) -> Result<()> {
    if app.config.photos.queue == QueueKind::Sqs {
        bail!(
            "With the queue in SQS, failed photos are in its dead-letter queue: Amazon's own tools list and redrive it"
        );
    }
    match command {
        PhotosCommand::Failed => list_failed(&app).await,
        PhotosCommand::Retry { all: true, .. } => {
            let sent = retry(&app, None).await?;
            println!("Sent again: {sent}");
            Ok(())
        }
        PhotosCommand::Retry { names, .. } => {
            for name in names {
                if retry(&app, Some(name.clone())).await? == 0 {
                    bail!("The photo {name} has not failed; see `shared-spaces photos failed`");
                }
                println!("Sent again: {name}");
            }
            Ok(())
        }
    }
}

async fn list_failed(app: &App) -> Result<()> {
    let failed = app.db.read(|conn| Ok(jobs::list_failed(conn)?)).await?;
    if failed.is_empty() {
        println!("No photo has failed.");
    }
    for job in failed {
        let (name, at) = (job.name, job.failed_at.rfc3339());
        println!(
            "{name}  failed {at} after {} attempts: {}",
            job.attempts, job.last_error
        );
    }
    Ok(())
}

async fn retry(app: &App, name: Option<PhotoName>) -> Result<usize> {
    let now = app.now();
    Ok(app
        .db
        .write(move |conn| Ok(jobs::retry(conn, name.as_ref(), now)?))
        .await?)
}
