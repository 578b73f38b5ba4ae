//! How a share is deleted. What belongs to it is deleted in batches, the share itself at last, so that no write waits long for
//! one with a long conversation; what a crash leaves is deleted by the next start. Most go in one transaction.

use rusqlite::{Connection, OptionalExtension};

use super::access::Deletable;
use super::ids::{ShareId, SpaceId};
use super::space_deletion::CHUNK;
pub use super::space_deletion::Progress;
use super::{comments, reactions, shares};
use crate::clock::Timestamp;
use crate::error::Result;

/// What finds the row of a share.
pub type ShareKey = (SpaceId, ShareId);

/// Deletes a share. If that isn't all, [`remove_chunk`] deletes the rest.
///
/// # Errors
/// The database can't be written.
pub fn begin(conn: &Connection, deletable: &Deletable, now: Timestamp) -> Result<Progress> {
    let key = (deletable.space(), deletable.share());
    let progress = remove_chunk(conn, key, now)?;
    if !progress.is_over {
        conn.prepare_cached(
            "insert into share_deletions (space_id, share_id, begun_at) values (?, ?, ?)
             on conflict (space_id, share_id) do nothing",
        )?
        .execute((key.0, key.1, now.0))?;
    }
    Ok(progress)
}

/// A share whose deletion has begun, if one isn't over.
pub fn next(conn: &Connection) -> rusqlite::Result<Option<ShareKey>> {
    conn.prepare_cached("select space_id, share_id from share_deletions limit 1")?
        .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()
}

/// Deletes some more of a share whose deletion has begun. One that is gone by now is over.
pub fn remove_chunk(
    conn: &Connection,
    (space, share): ShareKey,
    now: Timestamp,
) -> rusqlite::Result<Progress> {
    let (progress, _) = remove_some(conn, (space, share), CHUNK, now)?;
    Ok(progress)
}

/// The same for at most `max` rows, and how many there were: some more with the photos of the share.
pub(super) fn remove_some(
    conn: &Connection,
    (space, share): ShareKey,
    max: usize,
    now: Timestamp,
) -> rusqlite::Result<(Progress, usize)> {
    let left = max - reactions::remove_some_of_share(conn, (space, share), max)?;
    let left = left - comments::remove_some_of_share(conn, (space, share), left)?;
    let is_over = left > 0;
    let photos = match is_over {
        true => shares::remove(conn, space, share, now)?,
        false => Vec::new(),
    };
    let rows = max - left + usize::from(is_over) + photos.len();
    Ok((Progress { photos, is_over }, rows))
}
