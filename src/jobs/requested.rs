//! Photos and films that were sent to the workers again, because what those make of them wasn't found.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::clock::Timestamp;
use crate::db::Connection;
use crate::domain::photo_name::PhotoName;
use crate::domain::photos;
use crate::error::Result;
use crate::queue::PhotoQueue;

/// When each was sent again; clones share them.
#[derive(Clone, Default)]
pub struct Requested(Arc<Mutex<HashMap<PhotoName, Timestamp>>>);

impl Requested {
    /// Those that were sent again at most this long ago; the others are forgotten.
    pub fn since(&self, now: Timestamp, longest: Duration) -> Vec<PhotoName> {
        let mut requested = self.lock();
        requested.retain(|_, at| now.since(*at) < longest);
        requested.keys().cloned().collect()
    }

    /// When one was sent again.
    pub fn at(&self, name: &PhotoName) -> Option<Timestamp> {
        self.lock().get(name).copied()
    }

    /// Keeps these alone.
    pub fn retain(&self, names: &[PhotoName]) {
        self.lock().retain(|name, _| names.contains(name));
    }

    /// Notes that these were sent again.
    pub fn add(&self, names: Vec<PhotoName>, now: Timestamp) {
        self.lock()
            .extend(names.into_iter().map(|name| (name, now)));
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<PhotoName, Timestamp>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Sends photos to the workers again, in the transaction that records why.
///
/// # Errors
/// The database can't be written to.
pub fn send_again(conn: &Connection, queue: &PhotoQueue, names: &[PhotoName]) -> Result<()> {
    for name in names {
        if photos::unqueue(conn, name)? {
            queue.enqueue(conn, name)?;
        }
    }
    Ok(())
}
