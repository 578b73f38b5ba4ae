//! Ids that nobody had before.

use std::sync::atomic::{AtomicI64, Ordering};

use rusqlite::Connection;

use crate::domain::ids::{Id, PhotoId, ShareId};
use crate::domain::{photos, shares};

/// The last ids that were given away. In memory, so that reserving one costs no write: an id that was reserved and then not
/// used has been seen by nobody.
#[derive(Debug)]
pub struct IdSequence {
    share: AtomicI64,
    photo: AtomicI64,
}

impl IdSequence {
    /// Goes on behind the highest ids that were ever used.
    pub fn after_all(conn: &Connection) -> rusqlite::Result<Self> {
        Ok(Self {
            share: AtomicI64::new(shares::last_id(conn)?),
            photo: AtomicI64::new(photos::last_id(conn)?),
        })
    }

    /// An id for a new share, which nobody else gets.
    pub fn next_share(&self) -> ShareId {
        ShareId::from_number(self.share.fetch_add(1, Ordering::Relaxed) + 1)
    }

    /// An id for a new photo, which nobody else gets.
    pub fn next_photo(&self) -> PhotoId {
        PhotoId::from_number(self.photo.fetch_add(1, Ordering::Relaxed) + 1)
    }
}
