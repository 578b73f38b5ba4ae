//! Who listens for changes, and how they learn of one: when it is durable and before its writer knows, so that nobody is sent
//! anything after the removal was acknowledged that has taken the right to it.
//!
//! Nothing waits in here for a listener: each has a place in the log of the database and reads on from there, however slowly.
//! What is kept in memory says only what the latest events concern, so that the others need not read. Who belongs to which space is
//! not looked up here, while the write connection waits, but by each reader.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{Notify, watch};

use crate::db::{Connection, Db};
use crate::domain::events::{self, Event};
use crate::domain::ids::{SpaceId, UserId};
use crate::error::Result;

/// How many events are kept in memory.
const REMEMBERED: usize = 1024;

/// Wakes those who listen; clones share them.
#[derive(Clone)]
pub struct EventHub {
    inner: Arc<Inner>,
}

struct Inner {
    listeners: AtomicUsize,
    /// Notified when there is a first listener.
    first: Notify,
    /// The number of the newest event that listeners were woken for.
    newest: watch::Sender<i64>,
    /// How often the log couldn't be read.
    failures: AtomicU64,
    /// Whether the log couldn't be read the last time.
    is_behind: AtomicBool,
    recent: Mutex<Recent>,
}

/// The latest events.
#[derive(Default)]
struct Recent {
    /// All events after this one are in it.
    since: i64,
    /// Up to which the log was read.
    newest: i64,
    events: VecDeque<Event>,
}

impl Default for EventHub {
    fn default() -> Self {
        Self {
            inner: Arc::new(Inner {
                listeners: AtomicUsize::new(0),
                first: Notify::new(),
                newest: watch::Sender::new(0),
                failures: AtomicU64::new(0),
                is_behind: AtomicBool::new(false),
                recent: Mutex::default(),
            }),
        }
    }
}

impl EventHub {
    /// Listens from now on.
    ///
    /// # Errors
    /// The database can't be read.
    pub async fn listen(&self, db: &Db) -> Result<Listener> {
        if self.inner.listeners.fetch_add(1, Ordering::SeqCst) == 0 {
            self.inner.first.notify_one();
        }
        let listener = Listener {
            newest: self.inner.newest.subscribe(),
            hub: self.clone(),
        };
        // What was committed before nobody looked at.
        let hub = self.clone();
        db.read(move |conn| {
            hub.catch_up(conn);
            Ok(())
        })
        .await?;
        Ok(listener)
    }

    /// Whether anybody listens.
    pub fn is_heard(&self) -> bool {
        self.inner.listeners.load(Ordering::SeqCst) > 0
    }

    /// Waits until somebody listens where nobody did.
    pub async fn first_listener(&self) {
        self.inner.first.notified().await;
    }

    /// Whether the log is to be read again, because it couldn't be read.
    pub fn is_behind(&self) -> bool {
        self.inner.is_behind.load(Ordering::SeqCst)
    }

    /// Reads what was committed since the last time, and wakes the listeners. Costs nothing while nobody listens.
    pub fn catch_up(&self, conn: &Connection) {
        if !self.is_heard() {
            return;
        }
        let mut recent = self.recent();
        let read = recent.read(conn);
        self.inner.is_behind.store(read.is_err(), Ordering::SeqCst);
        if let Err(error) = read {
            self.inner.failures.fetch_add(1, Ordering::SeqCst);
            tracing::warn!(%error, "could not read what has changed; will retry");
            return;
        }
        let newest = recent.newest;
        drop(recent);
        self.inner.newest.send_if_modified(|known| {
            let is_new = *known < newest;
            *known = newest.max(*known);
            is_new
        });
    }

    fn recent(&self) -> MutexGuard<'_, Recent> {
        self.inner
            .recent
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Recent {
    fn read(&mut self, conn: &Connection) -> rusqlite::Result<()> {
        let scan = events::list_after(conn, self.newest, REMEMBERED)?;
        if scan.has_more {
            // Many, as after a long time without listeners: those who need them read them.
            self.newest = events::newest(conn)?;
            self.since = self.newest;
            self.events.clear();
            return Ok(());
        }
        self.newest = scan.seq;
        self.events.extend(scan.events);
        while self.events.len() > REMEMBERED {
            if let Some(oldest) = self.events.pop_front() {
                self.since = oldest.seq;
            }
        }
        Ok(())
    }

    /// Whether an event after `after` is one of these; also if that isn't known any more.
    fn has(&self, after: i64, is_one: impl Fn(&Event) -> bool) -> bool {
        let mut events = self.events.iter().rev();
        after < self.since
            || events
                .by_ref()
                .take_while(|event| event.seq > after)
                .any(is_one)
    }
}

/// One who listens, until it is dropped.
pub struct Listener {
    newest: watch::Receiver<i64>,
    hub: EventHub,
}

impl Listener {
    /// The number of the newest event. [`Self::woken`] waits for one after it.
    pub fn newest(&mut self) -> i64 {
        *self.newest.borrow_and_update()
    }

    /// Waits for an event that [`Self::newest`] hasn't returned.
    pub async fn woken(&mut self) {
        // The sender is in the hub.
        drop(self.newest.changed().await);
    }

    /// Whether an event after `after` may concern a user who belongs to these spaces, which are in the order of their ids. What they
    /// have joined since is among the events.
    pub fn concerns(
        &self,
        after: i64,
        user: UserId,
        spaces: &[SpaceId],
        only: Option<SpaceId>,
    ) -> bool {
        self.hub.recent().has(after, |event| {
            let is_here = match (only, event.space) {
                (Some(only), Some(space)) => only == space,
                _ => true,
            };
            let is_theirs = match (event.user, event.space) {
                (Some(of), _) => of == user,
                (None, Some(space)) => spaces.binary_search(&space).is_ok(),
                (None, None) => false,
            };
            is_here && (is_theirs || event.is_membership_of(user))
        })
    }

    /// Whether a user may have lost a right after what was read up to `seq`. Then it isn't sent: the loss may be acknowledged by now.
    pub fn has_lost(&self, seq: i64, user: UserId) -> bool {
        self.hub.recent().has(seq, |event| event.is_loss_of(user))
    }

    /// How often the log couldn't be read. Where that changes while a listener reads, it isn't known who has lost a right.
    pub fn failures(&self) -> u64 {
        self.hub.inner.failures.load(Ordering::SeqCst)
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.hub.inner.listeners.fetch_sub(1, Ordering::SeqCst);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::Id;

    fn database() -> (tempfile::TempDir, Db, Connection) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("test.db");
        let db = Db::open(&path).unwrap();
        let conn = Connection::open(&path).unwrap();
        (folder, db, conn)
    }

    fn add(conn: &Connection, space: i64, kind: &str, object: i64, user: Option<i64>) {
        conn.execute(
            "insert into events (space_id, kind, object_id, user_id) values (?, ?, ?, ?)",
            (space, kind, object, user),
        )
        .unwrap();
    }

    #[tokio::test]
    async fn what_could_not_be_read_is_read_again() {
        let (_folder, db, conn) = database();
        let hub = EventHub::default();
        let mut listener = hub.listen(&db).await.unwrap();
        add(&conn, 1, "share.created", 7, None);
        let failures = listener.failures();
        hub.catch_up(&Connection::open_in_memory().unwrap());
        assert!(hub.is_behind());
        assert_eq!((listener.failures(), listener.newest()), (failures + 1, 0));
        hub.catch_up(&conn);
        assert!(!hub.is_behind());
        assert_eq!(listener.newest(), 1);
    }

    #[tokio::test]
    async fn only_who_is_concerned_reads_and_only_who_loses_a_right_reads_again() {
        let (_folder, db, conn) = database();
        let hub = EventHub::default();
        let listener = hub.listen(&db).await.unwrap();
        let user = UserId::from_number;
        let mine = [SpaceId::from_number(1), SpaceId::from_number(3)];
        let concerns = |after, only: Option<i64>| {
            listener.concerns(after, user(7), &mine, only.map(SpaceId::from_number))
        };
        add(&conn, 2, "share.created", 5, None);
        add(&conn, 2, "member.left", 8, None);
        add(&conn, 0, "session.ended", 9, Some(8));
        hub.catch_up(&conn);
        assert!(!concerns(0, None));
        assert!(!listener.has_lost(0, user(7)));
        assert!(listener.has_lost(1, user(8)) && listener.has_lost(2, user(8)));
        assert!(!listener.has_lost(3, user(8)));
        add(&conn, 3, "share.edited", 5, None);
        hub.catch_up(&conn);
        assert!(concerns(3, None) && concerns(3, Some(3)) && !concerns(3, Some(1)));
        assert!(!concerns(4, None));
        // What they join, they weren't told to be in.
        add(&conn, 4, "member.joined", 7, None);
        hub.catch_up(&conn);
        assert!(concerns(4, None) && !listener.has_lost(4, user(7)));
        add(&conn, 4, "space.deleted", 4, Some(7));
        hub.catch_up(&conn);
        assert!(concerns(5, None) && listener.has_lost(5, user(7)));
    }
}
