//! Ids that were never used before.

use std::sync::{Mutex, MutexGuard, PoisonError};

use rusqlite::Connection;

use crate::domain::ids::{CommentId, Id, PhotoId, ShareId};
use crate::domain::last_ids::{self, Kind};
use crate::domain::{comments, photos, shares};

/// How many ids of each kind are reserved at once: one write for so many, and the most that a crash leaves out.
const BLOCK: i64 = 1000;
/// In the order of [`Reserved`].
const KINDS: [Kind; 3] = [Kind::Share, Kind::Photo, Kind::Comment];

/// The ids that are allocated next. They are allocated from memory, so that one costs no write, and only from a block that the database
/// has as used. A crash may leave bytes under the name of a photo that came to no share, in S3 for long: a photo that got this name
/// again would be shown with the previews of the other.
#[derive(Debug)]
pub struct IdSequence([Mutex<Block>; 3]);

/// Ids of one kind.
#[derive(Debug)]
struct Block {
    /// The last one that was allocated.
    last: i64,
    /// The last one that may be.
    reserved: i64,
}

/// Up to where ids are reserved, once that is durable.
#[derive(Debug)]
pub struct Reserved([i64; 3]);

impl IdSequence {
    /// Continues after the highest ids that were ever used. None is reserved yet.
    pub fn after_all(conn: &Connection) -> rusqlite::Result<Self> {
        let after = |last| {
            Mutex::new(Block {
                last,
                reserved: last,
            })
        };
        Ok(Self([
            after(shares::last_id(conn)?),
            after(photos::last_id(conn)?),
            after(comments::last_id(conn)?),
        ]))
    }

    /// An id for a new share, which is never allocated again; `None` if more have to be reserved first.
    pub fn next_share(&self) -> Option<ShareId> {
        self.next(Kind::Share).map(ShareId::from_number)
    }

    /// An id for a new photo, which is never allocated again; `None` if more have to be reserved first.
    pub fn next_photo(&self) -> Option<PhotoId> {
        self.next(Kind::Photo).map(PhotoId::from_number)
    }

    /// An id for a new comment, which is never allocated again; `None` if more have to be reserved first.
    pub fn next_comment(&self) -> Option<CommentId> {
        self.next(Kind::Comment).map(CommentId::from_number)
    }

    /// Reserves more ids of each kind. They may be allocated once the transaction is durable: then
    /// [`Self::extend`] takes what this returns.
    pub fn reserve(&self, conn: &Connection) -> rusqlite::Result<Reserved> {
        let mut reserved = [0; 3];
        for (up_to, kind) in reserved.iter_mut().zip(KINDS) {
            *up_to = self.block(kind).last + BLOCK;
            last_ids::reserve(conn, kind, *up_to)?;
        }
        Ok(Reserved(reserved))
    }

    /// From now on, these ids are allocated.
    pub fn extend(&self, Reserved(reserved): Reserved) {
        for (up_to, kind) in reserved.into_iter().zip(KINDS) {
            let mut block = self.block(kind);
            block.reserved = block.reserved.max(up_to);
        }
    }

    /// Returns the ids that weren't allocated, so that a process that ends in order leaves none out. Others have to be reserved first.
    pub fn release(&self, conn: &Connection) -> rusqlite::Result<()> {
        for kind in KINDS {
            let mut block = self.block(kind);
            let Block { last, reserved } = *block;
            block.reserved = last;
            last_ids::release(conn, kind, last, reserved)?;
        }
        Ok(())
    }

    fn next(&self, kind: Kind) -> Option<i64> {
        let mut block = self.block(kind);
        let is_left = block.last < block.reserved;
        is_left.then(|| {
            block.last += 1;
            block.last
        })
    }

    fn block(&self, kind: Kind) -> MutexGuard<'_, Block> {
        let [share, photo, comment] = &self.0;
        let block = match kind {
            Kind::Share => share,
            Kind::Photo => photo,
            Kind::Comment => comment,
        };
        block.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
