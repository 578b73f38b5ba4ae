//! Ids for what is about to be written.

use std::sync::Arc;

use super::App;
use crate::domain::id_sequence::IdSequence;
use crate::domain::ids::{CommentId, PhotoId, ShareId};
use crate::error::Result;

impl App {
    /// An id for a new share, which is never allocated again, not even after a crash.
    ///
    /// # Errors
    /// The database can't be written to.
    pub async fn reserve_share(&self) -> Result<ShareId> {
        self.reserve(IdSequence::next_share).await
    }

    /// An id for a new photo, which is never allocated again, not even after a crash.
    ///
    /// # Errors
    /// The database can't be written to.
    pub async fn reserve_photo(&self) -> Result<PhotoId> {
        self.reserve(IdSequence::next_photo).await
    }

    /// An id for a new comment, which is never allocated again, not even after a crash.
    ///
    /// # Errors
    /// The database can't be written to.
    pub async fn reserve_comment(&self) -> Result<CommentId> {
        self.reserve(IdSequence::next_comment).await
    }

    async fn reserve<T>(&self, next: impl Fn(&IdSequence) -> Option<T>) -> Result<T> {
        loop {
            if let Some(id) = next(&self.ids) {
                return Ok(id);
            }
            // Of several at once, each may reserve: that is one commit, and the same ids.
            let ids = Arc::clone(&self.ids);
            let reserved = self.db.write(move |conn| Ok(ids.reserve(conn)?)).await?;
            self.ids.extend(reserved);
        }
    }

    /// Returns the ids that were reserved and not allocated, before the process ends.
    ///
    /// # Errors
    /// The database can't be written to; then they are left out.
    pub async fn release_ids(&self) -> Result<()> {
        let ids = Arc::clone(&self.ids);
        self.db.write(move |conn| Ok(ids.release(conn)?)).await
    }
}
