//! How many streams of events are open at once: of each session, of each user, and in total.

use crate::config::Connections;
use crate::domain::ids::{SessionId, UserId};
use crate::error::{Overload, Result};
use crate::limits::fair::{FairLimit, Refused, Reservation, Stage};
use crate::limits::per_key::{PerKeyLimit, Permit};

/// So many of each session: a browser needs one, or one for each of its windows.
const MAX_PER_SESSION: usize = 8;

/// The streams of all users; clones share them.
#[derive(Clone)]
pub struct StreamLimits {
    all: FairLimit<UserId>,
    of_sessions: PerKeyLimit<SessionId>,
}

/// An open stream, until it is dropped.
pub struct StreamPermit {
    of_all: Reservation<UserId>,
    _of_session: Permit<SessionId>,
}

impl StreamLimits {
    /// As many at once as the settings say.
    pub fn new(settings: &Connections) -> Self {
        let (max, max_per_user) = (settings.max_streams, settings.max_streams_per_user);
        Self {
            all: FairLimit::new(max as u64, max_per_user as u64),
            of_sessions: PerKeyLimit::new(MAX_PER_SESSION),
        }
    }

    /// How many are open.
    pub fn open(&self) -> u64 {
        self.all.taken()
    }

    /// One more of this session. If there are too many in total, one of the user who has the most is ended for it, if that are at
    /// least two more than this user's.
    ///
    /// # Errors
    /// [`Overload::TooManyStreams`] if the session or the user has too many, [`Overload::Busy`] if there are too many in total and
    /// none can be ended.
    pub fn acquire(&self, user: UserId, session: SessionId) -> Result<StreamPermit> {
        let of_session = self.of_sessions.try_acquire(session);
        let of_session = of_session.ok_or(Overload::TooManyStreams)?;
        let of_all = self.all.reserve(Some(user), 1).map_err(|why| match why {
            Refused::Own => Overload::TooManyStreams,
            Refused::All { .. } => Overload::Busy,
        })?;
        // That nothing is sent for a long time is no sign of a slow reader.
        of_all.is_at(Stage::Working);
        Ok(StreamPermit {
            of_all,
            _of_session: of_session,
        })
    }
}

impl StreamPermit {
    /// Waits until the stream is to end for another.
    pub async fn preempted(&self) {
        self.of_all.preempted().await;
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::timeout;

    use super::*;
    use crate::domain::ids::Id;
    use crate::error::Error;

    fn open(limits: &StreamLimits, user: i64, session: i64) -> Result<StreamPermit> {
        limits.acquire(UserId::from_number(user), SessionId::from_number(session))
    }

    fn limits(max_streams: usize, max_streams_per_user: usize) -> StreamLimits {
        StreamLimits::new(&Connections {
            max_streams,
            max_streams_per_user,
            ..Connections::default()
        })
    }

    #[test]
    fn a_session_has_eight_and_a_user_as_many_as_are_set() {
        let limits = limits(100, 9);
        let mut held: Vec<_> = (0..8).map(|_| open(&limits, 1, 1).unwrap()).collect();
        let refused = |user, session| {
            let refused = open(&limits, user, session).err().unwrap();
            assert!(matches!(refused, Error::Overload(Overload::TooManyStreams)));
        };
        refused(1, 1);
        held.push(open(&limits, 1, 2).unwrap());
        refused(1, 2);
        assert!(open(&limits, 2, 3).is_ok());
        held.pop();
        assert!(open(&limits, 1, 2).is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn when_all_are_open_one_of_the_user_with_the_most_ends_for_another() {
        let limits = limits(3, 3);
        let held: Vec<_> = (0..3).map(|_| open(&limits, 1, 1).unwrap()).collect();
        tokio::time::advance(Duration::from_secs(3600)).await;
        let _other = open(&limits, 2, 2).unwrap();
        let mut ended = 0;
        for permit in &held {
            ended += usize::from(timeout(Duration::ZERO, permit.preempted()).await.is_ok());
        }
        assert_eq!(ended, 1);
        let busy = open(&limits, 2, 2).err().unwrap();
        assert!(matches!(busy, Error::Overload(Overload::Busy)));
    }
}
