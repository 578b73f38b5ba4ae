//! Who listens for changes, and how they learn of one: when it is durable and before its writer knows, so that nobody is sent
//! anything after the removal was acknowledged that has taken the right to it.
//!
//! Nothing waits in here for a listener: each has a place in the log of the database and reads on from there, however slowly.
//! What is kept in memory says only whom the latest events concern, so that the others need not read.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{Notify, watch};

use crate::db::{Connection, Db};
use crate::domain::events::{self, Event, Kind};
use crate::domain::ids::{Id, SpaceId, UserId};
use crate::domain::members;
use crate::error::Result;

/// Of how many events it is kept in memory whom they concern.
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
    /// How often somebody may have lost a right.
    losses: AtomicU64,
    recent: Mutex<Recent>,
}

/// Whom the latest events concern.
#[derive(Default)]
struct Recent {
    /// All events after this one are in it.
    since: i64,
    newest: i64,
    events: VecDeque<Audience>,
}

/// Whom an event concerns.
struct Audience {
    seq: i64,
    space: Option<SpaceId>,
    /// In the order of their ids.
    users: Arc<[UserId]>,
}

impl Default for EventHub {
    fn default() -> Self {
        Self {
            inner: Arc::new(Inner {
                listeners: AtomicUsize::new(0),
                first: Notify::new(),
                newest: watch::Sender::new(0),
                losses: AtomicU64::new(0),
                recent: Mutex::default(),
            }),
        }
    }
}

impl EventHub {
    /// One that learns of everything that `db` writes.
    pub fn of(db: &Db) -> Self {
        let hub = Self::default();
        let called = hub.clone();
        db.after_commits(move |conn| called.catch_up(conn));
        hub
    }

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

    /// Reads what was committed since the last time, and wakes the listeners. Costs nothing while nobody listens.
    pub fn catch_up(&self, conn: &Connection) {
        if !self.is_heard() {
            return;
        }
        let mut recent = self.recent();
        match recent.read(conn) {
            Ok(read) if read.has_losses => {
                self.inner.losses.fetch_add(1, Ordering::SeqCst);
            }
            Ok(_) => {}
            Err(error) => {
                // The next commit, or the next look for those of others, reads on from here.
                self.inner.losses.fetch_add(1, Ordering::SeqCst);
                tracing::warn!(%error, "could not read what has changed; will retry");
                return;
            }
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

/// What was read.
struct Read {
    has_losses: bool,
}

impl Recent {
    fn read(&mut self, conn: &Connection) -> rusqlite::Result<Read> {
        let events = events::list_after(conn, self.newest, REMEMBERED)?;
        if events.len() == REMEMBERED {
            // Many, as after a long time without listeners: those who need them read them.
            self.newest = events::newest(conn)?;
            self.since = self.newest;
            self.events.clear();
            return Ok(Read { has_losses: true });
        }
        for event in &events {
            let users = self.audience(conn, event)?;
            self.newest = event.seq;
            self.events.push_back(Audience {
                seq: event.seq,
                space: event.space,
                users,
            });
        }
        while self.events.len() > REMEMBERED {
            if let Some(oldest) = self.events.pop_front() {
                self.since = oldest.seq;
            }
        }
        Ok(Read {
            has_losses: events.iter().any(Event::is_loss),
        })
    }

    fn audience(&self, conn: &Connection, event: &Event) -> rusqlite::Result<Arc<[UserId]>> {
        let mut users = match (event.user, event.space) {
            (Some(user), _) => vec![user],
            (None, Some(space)) => members::list_ids(conn, space)?,
            (None, None) => Vec::new(),
        };
        if event.kind == Kind::MemberLeft {
            users.push(UserId::from_number(event.object));
            users.sort_unstable();
        }
        // Mostly the same as of the event before.
        let before = self
            .events
            .iter()
            .rev()
            .find(|before| before.space == event.space);
        Ok(match before {
            Some(before) if *before.users == *users => Arc::clone(&before.users),
            _ => users.into(),
        })
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

    /// Whether an event after `after` may concern a user, in all spaces or in one of them.
    pub fn concerns(&self, after: i64, user: UserId, only: Option<SpaceId>) -> bool {
        let recent = self.hub.recent();
        if after < recent.since {
            return true;
        }
        let is_of = |event: &Audience| match (only, event.space) {
            (Some(only), Some(space)) => only == space,
            _ => true,
        };
        let events = recent.events.iter().rev();
        events
            .take_while(|event| event.seq > after)
            .any(|event| is_of(event) && event.users.binary_search(&user).is_ok())
    }

    /// How often somebody may have lost a right. What was read before is to be sent only if this hasn't changed meanwhile.
    pub fn losses(&self) -> u64 {
        self.hub.inner.losses.load(Ordering::SeqCst)
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.hub.inner.listeners.fetch_sub(1, Ordering::SeqCst);
    }
}
