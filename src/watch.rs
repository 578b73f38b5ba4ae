//! Looks now and then whether the data folder is still the one that was opened, so that its loss is told also where nobody
//! writes.

use std::future::Future;
use std::pin::pin;
use std::time::Duration;

use tokio::time::sleep;

use crate::db::Db;
use crate::photos::store::PhotoStore;

/// How often. Each write asks by itself.
const EVERY: Duration = Duration::from_secs(5);

/// Looks until `shutdown` is ready. What is missed and found again stands in the log.
pub async fn run(db: Db, photos: PhotoStore, shutdown: impl Future<Output = ()>) {
    let mut shutdown = pin!(shutdown);
    loop {
        let look = async {
            // Both log by themselves when what they find is new.
            drop(db.check_place());
            drop(photos.check().await);
            sleep(EVERY).await;
        };
        tokio::select! {
            biased;
            () = &mut shutdown => return,
            () = look => {}
        }
    }
}
