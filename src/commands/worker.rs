//! `shared-spaces worker`: sorts new photos into their spaces, in a process of its own.

use anyhow::Result;

use crate::app::{App, remote_sorter};
use crate::config::Config;
use crate::shutdown;

/// Sorts photos until the process is asked to end; the photo in hand is finished.
///
/// With photos in S3 and the queue in SQS it needs no database, and runs on any machine.
///
/// # Errors
/// The settings or the data folder can't be used; the system lets nobody wait for its signals.
pub async fn run(config: Config) -> Result<()> {
    let sorter = match remote_sorter(&config)? {
        Some(sorter) => sorter,
        None => App::start(config).await?.sorter(),
    };
    let asked_to_end = shutdown::listen()?;
    tracing::info!("sorting photos");
    let (ending, shutdown) = shutdown::pair();
    let sorting = tokio::spawn(async move { sorter.run(shutdown.wait()).await });
    asked_to_end.await;
    ending.announce();
    sorting.await?;
    tracing::info!("stopped");
    Ok(())
}
