//! Looks now and then whether the data folder is still the one that was opened, so that its loss is told also where nobody
//! writes; and that there is room to delete on a full disk.

use std::future::Future;
use std::pin::pin;
use std::time::Duration;

use tokio::time::sleep;

use crate::db::Db;
use crate::storage::PhotoStore;

/// How often. Each write asks by itself.
const EVERY: Duration = Duration::from_secs(5);

/// Sees to the room for deleting on a full disk. Where there never was enough, nothing is kept for it.
async fn reserve(db: Db) {
    let made = tokio::task::spawn_blocking(move || db.make_reserve()).await;
    if let Ok(Err(error)) = made {
        tracing::debug!("the reserve for deleting on a full disk can't be made: {error}");
    }
}

/// Looks until `shutdown` is ready. What is missed and found again stands in the log.
pub async fn run(db: Db, photos: PhotoStore, shutdown: impl Future<Output = ()>) {
    let mut shutdown = pin!(shutdown);
    loop {
        let look = async {
            // Both log by themselves when what they find is new.
            drop(db.check_place());
            drop(photos.check().await);
            reserve(db.clone()).await;
            sleep(EVERY).await;
        };
        tokio::select! {
            biased;
            () = &mut shutdown => return,
            () = look => {}
        }
    }
}
