//! `shared-spaces worker`: moves new photos to their spaces, in a process of its own.

use std::time::Duration;

use anyhow::Result;

use crate::app::{self, App, remote_worker};
use crate::config::{Config, QueueKind};
use crate::data_dir;
use crate::data_dir::hold::RestoreHold;
use crate::jobs::process_photo::ProcessPhotos;
use crate::jobs::runner::Jobs;
use crate::jobs::watchdog::Watchdog;
use crate::process::service::{self, State};
use crate::process::shutdown;
use crate::storage;

/// How long a worker waits for a server to begin the data folder.
const WAIT: Duration = Duration::from_secs(30);
const LOOK_AGAIN: Duration = Duration::from_millis(100);
/// The longest time that the photos in hand take.
const FINISH: Duration = Duration::from_secs(120);

/// Processes photos until the process is asked to stop; the photos under way are finished.
///
/// With photos in S3 and the queue in SQS it needs no database, and runs on any machine.
///
/// # Errors
/// The settings or the data folder can't be used; the system refuses to deliver signals.
pub async fn run(config: Config) -> Result<()> {
    let hold = match config.photos.queue {
        QueueKind::Local => RestoreHold::default(),
        QueueKind::Sqs => RestoreHold::of(&config.data_dir),
    };
    let (worker, db) = match remote_worker(&config)? {
        Some(worker) => (worker, None),
        None => {
            storage::check_data_dir(&config)?;
            app::check_store(&config).await?;
            wait_for_installation(&config).await;
            let app = App::start(config).await?;
            (app.photo_worker(), Some(app.db))
        }
    };
    let shutdown_signal = shutdown::listen()?;
    tracing::info!("worker started");
    if let Err(why) = hold.check() {
        tracing::warn!("{why}");
    }
    let mut jobs = Jobs::default();
    ProcessPhotos::start(worker, &mut jobs, hold);
    if let Some(watchdog) = Watchdog::new(db) {
        jobs.start(watchdog);
    }
    service::notify(State::Ready);
    shutdown_signal.await;
    service::notify(State::Stopping(FINISH));
    jobs.stop().await?;
    tracing::info!("stopped");
    Ok(())
}

/// Server and workers may be started at once on a new folder, which the server makes.
async fn wait_for_installation(config: &Config) {
    let is_initialized = || data_dir::is_initialized(&config.data_dir);
    if is_initialized() {
        return;
    }
    tracing::warn!(
        folder = %config.data_dir.display(),
        max_secs = WAIT.as_secs(),
        "no installation in the data folder yet; waiting for a server to create it"
    );
    let mut left = WAIT;
    while !is_initialized() && left > Duration::ZERO {
        tokio::time::sleep(LOOK_AGAIN).await;
        left = left.saturating_sub(LOOK_AGAIN);
    }
}
