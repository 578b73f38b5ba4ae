//! How many forms that may have photos are under way at once, in total and of each user, and which of them is ended
//! for another when all permits are taken.

use crate::config::Connections;
use crate::domain::ids::UserId;
use crate::error::{Overload, Result};
use crate::limits::fair::{FairLimit, Refused, Reservation, Stage};

/// The uploads of all users; clones share them.
#[derive(Clone)]
pub struct UploadLimits(FairLimit<UserId>);

/// An upload under way, until it is dropped.
pub type UploadPermit = Reservation<UserId>;

impl UploadLimits {
    /// As many at once as the settings say.
    pub fn new(settings: &Connections) -> Self {
        let (max, max_per_key) = (settings.max_uploads, settings.max_uploads_per_user);
        Self(FairLimit::new(max as u64, max_per_key as u64))
    }

    /// One more of this user. If all permits are taken, the slowest upload of the user who has the most is ended, if
    /// that are at least two more than this user's; or a slow one of any user.
    ///
    /// # Errors
    /// [`Overload::TooManyUploads`] if the user has too many, [`Overload::Busy`] if there are too many in all and none
    /// can be ended.
    pub fn acquire(&self, user: UserId) -> Result<UploadPermit> {
        let upload = self.0.reserve(Some(user), 1).map_err(|why| match why {
            Refused::Own => Overload::TooManyUploads,
            Refused::All { .. } => Overload::Busy,
        })?;
        upload.is_at(Stage::Moving);
        Ok(upload)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::{advance, timeout};

    use super::*;
    use crate::domain::ids::Id;
    use crate::error::Error;

    const JUDGED_AFTER: Duration = Duration::from_secs(10);
    const SLOW: usize = 16 * 1024;

    fn uploads(max: usize) -> UploadLimits {
        UploadLimits::new(&Connections {
            max_uploads: max,
            max_uploads_per_user: 8,
            ..Connections::default()
        })
    }

    fn begin(uploads: &UploadLimits, user: i64) -> Result<UploadPermit> {
        uploads.acquire(UserId::from_number(user))
    }

    async fn has_given_way(upload: &UploadPermit) -> bool {
        timeout(Duration::ZERO, upload.preempted()).await.is_ok()
    }

    #[tokio::test(start_paused = true)]
    async fn four_accounts_that_hold_all_permits_dont_keep_others_out() {
        let uploads = uploads(32);
        let held: Vec<_> = (0..32).map(|n| begin(&uploads, n / 8).unwrap()).collect();
        held.iter().for_each(|upload| upload.add_progress(1000));
        advance(Duration::from_secs(1)).await;
        assert!(matches!(
            begin(&uploads, 3),
            Err(Error::Overload(Overload::TooManyUploads))
        ));
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
        held[0].add_progress(10);
        held[0].is_at(Stage::Settled);
        held[1].add_progress(1000);
        held[2].add_progress(100);
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
        assert!(matches!(
            begin(&uploads, 3),
            Err(Error::Overload(Overload::Busy))
        ));
        advance(JUDGED_AFTER).await;
        quick.add_progress(SLOW * 10);
        slow.add_progress(SLOW * 10 - 10);
        let _third = begin(&uploads, 3).unwrap();
        assert!(has_given_way(&slow).await && !has_given_way(&quick).await);
        drop(quick);
        let _fourth = begin(&uploads, 4).unwrap();
    }
}
