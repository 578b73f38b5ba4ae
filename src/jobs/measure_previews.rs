//! Measures in the store what previews take, where that wasn't recorded with them: those that other processes have made, those of
//! films, with their posters, those of uploads, and those from before it was recorded at all.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use picture::PreviewSize;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::db::Db;
use crate::domain::photos::{self, UnmeasuredPhoto};
use crate::jobs::runner::{Job, Next};
use crate::storage::PhotoStore;

/// How often it looks where nothing tells it of previews.
const EVERY: Duration = Duration::from_secs(30);
/// The photos that are measured in one step.
const BATCH: usize = 50;

/// Measures previews; clones share the database and the store.
#[derive(Clone)]
pub struct MeasurePreviews {
    pub db: Db,
    pub store: PhotoStore,
    /// Is notified of previews that were recorded without what they take.
    pub unmeasured: Arc<Notify>,
}

impl MeasurePreviews {
    /// Measures some that weren't measured yet; how many.
    ///
    /// # Errors
    /// The database or the store can't be used.
    pub async fn measure_some(&self) -> Result<usize> {
        let read = self
            .db
            .read(|conn| Ok(photos::list_unmeasured(conn, BATCH)?));
        let mut measured = Vec::new();
        for photo in read.await? {
            let bytes = self.measure(&photo).await?;
            measured.push((photo.name, bytes));
        }
        let count = measured.len();
        if count > 0 {
            // Lost in a power cut, it is measured again.
            let written = self.db.write_unsynced(move |conn| {
                for (name, bytes) in &measured {
                    photos::record_preview_bytes(conn, name, *bytes)?;
                }
                Ok(())
            });
            written.await?;
        }
        Ok(count)
    }

    async fn measure(&self, photo: &UnmeasuredPhoto) -> Result<u64> {
        let mut bytes = 0;
        for size in [PreviewSize::Small, PreviewSize::Large] {
            let preview = self.store.open_preview(&photo.name, size).await?;
            bytes += preview.map_or(0, |preview| preview.bytes);
        }
        if photo.may_have_made_poster {
            let poster = self.store.open_poster(&photo.name).await?;
            bytes += poster.map_or(0, |poster| poster.bytes);
        }
        Ok(bytes)
    }
}

impl Job for MeasurePreviews {
    const FAILURE: &'static str = "could not measure previews";

    async fn step(&mut self, _: &CancellationToken) -> Result<Next> {
        Ok(match self.measure_some().await? {
            BATCH => Next::Again,
            _ => Next::Wait(EVERY),
        })
    }

    async fn woken(&self) {
        self.unmeasured.notified().await;
    }
}
