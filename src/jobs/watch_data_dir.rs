//! Checks now and then whether the data folder is still the one that was opened, so that its loss is reported even if nothing
//! is written; and that there is space to delete on a full disk.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use tokio::task::spawn_blocking;
use tokio_util::sync::CancellationToken;

use crate::config::Config;
use crate::data_dir::disk_space::has_room;
use crate::db::Db;
use crate::jobs::runner::{Job, Next};
use crate::storage::PhotoStore;

/// How often. Each write checks as well.
const EVERY: Duration = Duration::from_secs(5);

/// Checks whether the data folder and the folder of the photos are there. Logs what is missing and what is back again.
pub struct DataDirWatch {
    pub db: Db,
    pub photos: PhotoStore,
    pub config: Arc<Config>,
    /// Whether there was room for photos at the last look.
    pub had_room: bool,
}

impl DataDirWatch {
    /// Says once that photos are refused, and once that they aren't any more.
    fn look_for_room(&mut self) {
        let has_room = has_room(&self.config, 0);
        match (self.had_room, has_room) {
            (true, false) => {
                tracing::error!(
                    "disk is nearly full; refusing photos and videos until there is free space"
                );
            }
            (false, true) => {
                tracing::warn!("disk has free space again; accepting photos and videos");
            }
            _ => {}
        }
        self.had_room = has_room;
    }
}

impl Job for DataDirWatch {
    const FAILURE: &'static str = "could not check the data folder";

    async fn step(&mut self, _: &CancellationToken) -> Result<Next> {
        // Both log by themselves when what they find is new.
        drop(self.db.check_files());
        drop(self.photos.check().await);
        self.look_for_room();
        let db = self.db.clone();
        // If there never was enough space to delete on a full disk, none is reserved.
        if let Err(error) = spawn_blocking(move || db.make_reserve()).await? {
            tracing::debug!(%error, "could not create the disk reserve");
        }
        Ok(Next::Wait(EVERY))
    }
}
