//! Deletes uploads that no share has taken in time, and files of uploads that no row names: what a crash has left.

use std::time::Duration;

use anyhow::Result;
use tokio::task::spawn_blocking;
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::db::Db;
use crate::domain::uploads;
use crate::jobs::runner::{Job, Next};
use crate::uploads::folder::UploadFolder;

const EVERY: Duration = Duration::from_secs(60);
/// The uploads that go in one transaction.
const AT_ONCE: usize = 250;

/// Deletes uploads. The row goes first, after which no share can take it, and then its file; should the file stay, the next step
/// finds that it has no row.
#[derive(Clone)]
pub struct ExpireUploads {
    db: Db,
    clock: Clock,
    folder: UploadFolder,
}

impl ExpireUploads {
    /// Those of this database and this folder.
    pub fn new(db: Db, clock: Clock, folder: UploadFolder) -> Self {
        Self { db, clock, folder }
    }

    /// Deletes all whose time is over, and all files without a row. Returns how many files that were.
    ///
    /// # Errors
    /// The database or the folder can't be used.
    pub async fn run_once(&self) -> Result<usize> {
        let now = self.clock.now();
        loop {
            let expired = self
                .db
                .write_making_room(move |conn| {
                    uploads::clamp_expiry(conn, now)?;
                    Ok(uploads::delete_expired(conn, now, AT_ONCE)?)
                })
                .await?;
            if expired.len() < AT_ONCE {
                break;
            }
        }
        // Before the rows are read: a file that is released meanwhile has its row by then.
        let folder = self.folder.clone();
        let files = spawn_blocking(move || folder.list()).await??;
        if files.is_empty() {
            return Ok(0);
        }
        let asked = files.clone();
        let known = self
            .db
            .read(move |conn| Ok(uploads::known_files(conn, asked)?))
            .await?;
        let folder = self.folder.clone();
        let orphans = files.into_iter().filter(move |file| !known.contains(file));
        let orphans: Vec<_> = orphans.collect();
        let count = orphans.len();
        spawn_blocking(move || orphans.iter().try_for_each(|file| folder.remove(file))).await??;
        Ok(count)
    }
}

impl Job for ExpireUploads {
    const FAILURE: &'static str = "could not delete uploads that no share has taken";

    async fn step(&mut self, _: &CancellationToken) -> Result<Next> {
        let deleted = self.run_once().await?;
        if deleted > 0 {
            tracing::info!(deleted, "deleted uploads that no share has taken");
        }
        Ok(Next::Wait(EVERY))
    }

    fn pause_after_error(&self) -> Duration {
        EVERY
    }
}
