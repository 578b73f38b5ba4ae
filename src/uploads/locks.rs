//! An upload has one writer at a time. The next one stops the previous one: if a connection breaks, the server often doesn't notice
//! yet when the client is back.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{self, OwnedMutexGuard};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use crate::domain::ids::UploadId;

/// The uploads that are in use; clones share them.
#[derive(Clone, Default)]
pub struct UploadLocks(Arc<Mutex<HashMap<UploadId, Arc<Slot>>>>);

#[derive(Default)]
struct Slot {
    lock: Arc<sync::Mutex<()>>,
    /// What stops its user of now.
    user: Mutex<CancellationToken>,
}

/// The use of an upload, until it is dropped.
pub struct UploadLock {
    _guard: OwnedMutexGuard<()>,
    stop: CancellationToken,
}

impl UploadLocks {
    /// Stops the user of an upload, if there is one, and waits until it has let go, at most so long. `None` if it hasn't.
    pub async fn acquire(&self, upload: UploadId, wait: Duration) -> Option<UploadLock> {
        let slot = {
            let mut slots = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            slots.retain(|_, slot| Arc::strong_count(slot) > 1 || slot.lock.try_lock().is_err());
            slots.entry(upload).or_default().clone()
        };
        slot.current().cancel();
        let guard = timeout(wait, slot.lock.clone().lock_owned()).await;
        let guard = guard.ok()?;
        let stop = CancellationToken::new();
        *slot.user.lock().unwrap_or_else(PoisonError::into_inner) = stop.clone();
        Some(UploadLock {
            _guard: guard,
            stop,
        })
    }
}

impl Slot {
    fn current(&self) -> CancellationToken {
        let user = self.user.lock().unwrap_or_else(PoisonError::into_inner);
        user.clone()
    }
}

impl UploadLock {
    /// Waits until another request wants the upload.
    pub async fn wanted(&self) {
        self.stop.cancelled().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::Id;

    const SHORT: Duration = Duration::from_millis(1);

    #[tokio::test(start_paused = true)]
    async fn the_next_one_stops_the_one_before_and_waits_for_it() {
        let locks = UploadLocks::default();
        let (one, other) = (UploadId::from_number(1), UploadId::from_number(2));
        let first = locks.acquire(one, SHORT).await.unwrap();
        assert!(locks.acquire(other, SHORT).await.is_some());
        assert!(timeout(SHORT, first.wanted()).await.is_err());
        assert!(locks.acquire(one, SHORT).await.is_none());
        first.wanted().await;
        drop(first);
        let second = locks.acquire(one, SHORT).await.unwrap();
        assert!(timeout(SHORT, second.wanted()).await.is_err());
        drop(second);
        locks.acquire(other, SHORT).await.unwrap();
        assert_eq!(locks.0.lock().unwrap().len(), 1);
    }
}
