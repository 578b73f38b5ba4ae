//! `shared-spaces worker`: sorts new photos into their spaces, in a process of its own.

use anyhow::Result;

use super::shutdown;
use crate::app::App;

/// Sorts photos until the process is asked to end; the photo in hand is finished.
///
/// # Errors
/// The system lets nobody wait for its signals.
pub async fn run(app: App) -> Result<()> {
    let asked_to_end = shutdown::listen()?;
    tracing::info!("sorting photos");
    let (ending, shutdown) = shutdown::pair();
    let sorter = app.sorter();
    let sorting = tokio::spawn(async move { sorter.run(shutdown.wait()).await });
    asked_to_end.await;
    ending.announce();
    sorting.await?;
    tracing::info!("stopped");
    Ok(())
}
