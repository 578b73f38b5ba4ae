//! How many forms that may have photos are under way at once, in all and of each user, and which of them gives way to
//! others when all places are taken.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;

use crate::config::Connections;
use crate::domain::ids::UserId;
use crate::error::{Error, Result};

/// After this time an upload may be called slow.
const JUDGED_AFTER: Duration = Duration::from_secs(10);
/// Whoever sends fewer bytes than this in a second gives way to everybody.
const SLOW: u64 = 16 * 1024;

/// Everybody's uploads; clones share them.
#[derive(Clone)]
pub struct Uploads {
    under_way: Arc<Mutex<Vec<Arc<Upload>>>>,
    most: usize,
    most_per_user: usize,
}

/// An upload under way, until it is dropped.
pub struct UnderWay {
    uploads: Uploads,
    upload: Arc<Upload>,
}

struct Upload {
    user: UserId,
    since: Instant,
    received: AtomicU64,
    /// It no longer waits for its sender.
    has_arrived: AtomicBool,
    gives_way: Notify,
}

impl Uploads {
    /// As many at once as the settings say.
    pub fn new(settings: &Connections) -> Self {
        Self {
            under_way: Arc::default(),
            most: settings.uploads,
            most_per_user: settings.uploads_per_user,
        }
    }

    /// One more of this user. Where all places are taken, the slowest upload gives way of the user who has the most, if
    /// that are at least two more than this user's; or one that is slow, whosever it is.
    ///
    /// # Errors
    /// [`Error::TooManyUploads`] if these are too many of one user, [`Error::Busy`] if they are too many of all and none
    /// gives way.
    pub fn begin(&self, user: UserId) -> Result<UnderWay> {
        let mut under_way = self.lock();
        let of = |user| under_way.iter().filter(|other| other.user == user).count();
        let own = of(user);
        if own >= self.most_per_user {
            return Err(Error::TooManyUploads);
        }
        if under_way.len() >= self.most {
            let candidates = under_way.iter().enumerate().filter(|(_, upload)| {
                let arrives = !upload.has_arrived.load(Ordering::Relaxed);
                arrives && (of(upload.user) >= own + 2 || upload.is_slow())
            });
            let slowest = candidates.max_by(|(_, a), (_, b)| {
                let by_count = of(a.user).cmp(&of(b.user));
                by_count.then(b.pace().cmp(&a.pace()))
            });
            let place = slowest.map(|(place, _)| place).ok_or(Error::Busy)?;
            under_way.swap_remove(place).gives_way.notify_one();
        }
        let upload = Arc::new(Upload {
            user,
            since: Instant::now(),
            received: AtomicU64::new(0),
            has_arrived: AtomicBool::new(false),
            gives_way: Notify::new(),
        });
        under_way.push(upload.clone());
        Ok(UnderWay {
            uploads: self.clone(),
            upload,
        })
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Arc<Upload>>> {
        self.under_way
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Upload {
    /// Bytes in a second.
    fn pace(&self) -> u64 {
        let millis = u64::try_from(self.since.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.received.load(Ordering::Relaxed).saturating_mul(1000) / millis.max(1)
    }

    fn is_slow(&self) -> bool {
        self.since.elapsed() >= JUDGED_AFTER && self.pace() < SLOW
    }
}

impl UnderWay {
    /// Counts bytes that have arrived.
    pub fn received(&self, bytes: usize) {
        self.upload
            .received
            .fetch_add(bytes as u64, Ordering::Relaxed);
    }

    /// All of it is there, so it gives way to nobody.
    pub fn has_arrived(&self) {
        self.upload.has_arrived.store(true, Ordering::Relaxed);
    }

    /// Waits until somebody else has got its place.
    pub async fn gives_way(&self) {
        self.upload.gives_way.notified().await;
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        let mut under_way = self.uploads.lock();
        under_way.retain(|upload| !Arc::ptr_eq(upload, &self.upload));
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::{advance, timeout};

    use super::*;
    use crate::domain::ids::Id;

    fn uploads(most: usize) -> Uploads {
        Uploads::new(&Connections {
            uploads: most,
            uploads_per_user: 8,
            ..Connections::default()
        })
    }

    fn begin(uploads: &Uploads, user: i64) -> Result<UnderWay> {
        uploads.begin(UserId::from_number(user))
    }

    async fn has_given_way(upload: &UnderWay) -> bool {
        timeout(Duration::ZERO, upload.gives_way()).await.is_ok()
    }

    #[tokio::test(start_paused = true)]
    async fn four_accounts_that_hold_all_places_dont_keep_others_out() {
        let uploads = uploads(32);
        let held: Vec<_> = (0..32).map(|n| begin(&uploads, n / 8).unwrap()).collect();
        held.iter().for_each(|upload| upload.received(1000));
        advance(Duration::from_secs(1)).await;
        assert!(matches!(begin(&uploads, 3), Err(Error::TooManyUploads)));
        let mut others = Vec::new();
        for other in 10..14 {
            others.push(begin(&uploads, other).unwrap());
        }
        let mut gone = 0;
        for upload in &held {
            gone += usize::from(has_given_way(upload).await);
        }
        assert_eq!(gone, 4);
        for other in &others {
            assert!(!has_given_way(other).await);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn the_slowest_gives_way_to_whom_has_none_and_what_has_arrived_does_not() {
        let uploads = uploads(3);
        let held: Vec<_> = (0..3).map(|_| begin(&uploads, 1).unwrap()).collect();
        held[0].received(10);
        held[0].has_arrived();
        held[1].received(1000);
        held[2].received(100);
        advance(Duration::from_secs(1)).await;
        let _new = begin(&uploads, 2).unwrap();
        assert!(!has_given_way(&held[0]).await);
        assert!(!has_given_way(&held[1]).await);
        assert!(has_given_way(&held[2]).await);
    }

    #[tokio::test(start_paused = true)]
    async fn among_equals_only_a_slow_one_gives_way() {
        let uploads = uploads(2);
        let (quick, slow) = (begin(&uploads, 1).unwrap(), begin(&uploads, 2).unwrap());
        assert!(matches!(begin(&uploads, 3), Err(Error::Busy)));
        advance(JUDGED_AFTER).await;
        quick.received(SLOW as usize * 10);
        slow.received(SLOW as usize * 10 - 10);
        let _third = begin(&uploads, 3).unwrap();
        assert!(has_given_way(&slow).await && !has_given_way(&quick).await);
        drop(quick);
        let _fourth = begin(&uploads, 4).unwrap();
    }
}
