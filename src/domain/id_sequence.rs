//! Ids that were never used before.

use std::sync::atomic::{AtomicI64, Ordering};

use rusqlite::Connection;

use crate::domain::ids::{CommentId, Id, PhotoId, ShareId};
use crate::domain::{comments, photos, shares};

/// The last ids that were allocated. In memory, so that reserving one costs no write: an id that was reserved and then not
/// used was never visible.
#[derive(Debug)]
pub struct IdSequence {
    share: AtomicI64,
    photo: AtomicI64,
    comment: AtomicI64,
}

impl IdSequence {
    /// Continues after the highest ids that were ever used.
    pub fn after_all(conn: &Connection) -> rusqlite::Result<Self> {
        Ok(Self {
            share: AtomicI64::new(shares::last_id(conn)?),
            photo: AtomicI64::new(photos::last_id(conn)?),
            comment: AtomicI64::new(comments::last_id(conn)?),
        })
    }

    /// An id for a new share, which is never allocated again.
    pub fn next_share(&self) -> ShareId {
        ShareId::from_number(self.share.fetch_add(1, Ordering::Relaxed) + 1)
    }

    /// An id for a new photo, which is never allocated again.
    pub fn next_photo(&self) -> PhotoId {
        PhotoId::from_number(self.photo.fetch_add(1, Ordering::Relaxed) + 1)
    }

    /// An id for a new comment, which is never allocated again.
    pub fn next_comment(&self) -> CommentId {
        CommentId::from_number(self.comment.fetch_add(1, Ordering::Relaxed) + 1)
    }
}
