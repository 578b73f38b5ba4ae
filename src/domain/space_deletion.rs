//! How a space is deleted. For everybody it is gone at once; its rows are deleted in batches, so that no write waits long
//! for a large one, and what a crash leaves is deleted by the next start.

use rusqlite::Connection;

use super::access::{Admin, Operated};
use super::ids::{SpaceId, UserId};
use super::{avatars, comments, invitations, members, photos, reactions, removals, shares, spaces};
use crate::clock::Timestamp;
use crate::domain::photo_name::PhotoName;
use crate::error::{Conflict, Result};

/// The rows that go in one transaction: a few thousandths of a second's work, also with the page that each photo's name is on.
pub const CHUNK: usize = 250;

/// What one transaction has deleted of a space.
#[derive(Debug, Default)]
pub struct Progress {
    /// The photos whose bytes are to be deleted.
    pub photos: Vec<PhotoName>,
    /// Whether nothing of the space is left.
    pub is_over: bool,
}

/// Deletes a space for everybody, and the first of what was shared in it. If that isn't all, [`remove_chunk`] deletes the rest.
///
/// # Errors
/// [`Conflict::SpaceHasMembers`] while it has other members.
pub fn begin(conn: &Connection, admin: &Admin, now: Timestamp) -> Result<Progress> {
    if members::count(conn, admin.space())? > 1 {
        return Err(Conflict::SpaceHasMembers.into());
    }
    hide(conn, admin.space(), now)?;
    Ok(remove_chunk(conn, admin.space(), now)?)
}

/// As [`begin`], whoever is still in it.
pub fn begin_operated(
    conn: &Connection,
    space: &Operated,
    now: Timestamp,
) -> rusqlite::Result<Progress> {
    hide(conn, space.space(), now)?;
    remove_chunk(conn, space.space(), now)
}

/// Removes all members of a space and every way into it: what is looked up by its members is gone. What is looked up by id
/// checks `spaces.deleted_at`.
fn hide(conn: &Connection, space: SpaceId, now: Timestamp) -> rusqlite::Result<()> {
    members::remove_all(conn, space)?;
    invitations::delete_all(conn, space)?;
    removals::delete_all(conn, space)?;
    avatars::erase_of_space(conn, space)?;
    spaces::mark_deleted(conn, space, now)
}

/// The space whose deletion has begun first, if one isn't over.
pub fn next(conn: &Connection) -> rusqlite::Result<Option<SpaceId>> {
    spaces::first_deleted(conn)
}

/// Deletes some more of a space whose deletion has begun. One that is gone by now is over.
pub fn remove_chunk(
    conn: &Connection,
    space: SpaceId,
    now: Timestamp,
) -> rusqlite::Result<Progress> {
    let photos = photos::remove_some(conn, space, CHUNK, now)?;
    let left = CHUNK - photos.len();
    let left = left - reactions::remove_some(conn, space, left)?;
    let left = left - comments::remove_some(conn, space, left)?;
    let is_over = left > 0 && shares::remove_some(conn, space, left)? < left;
    if is_over {
        spaces::delete_row(conn, space)?;
    }
    Ok(Progress { photos, is_over })
}

/// Deletes the spaces in which `user` is the only member for everybody; for the removal of their account. Returns those: their rows are
/// left to [`remove_chunk`].
pub(super) fn hide_solitary(
    conn: &Connection,
    user: UserId,
    now: Timestamp,
) -> rusqlite::Result<Vec<SpaceId>> {
    let solitary = members::sole_member_spaces(conn, user)?;
    for space in &solitary {
        hide(conn, *space, now)?;
    }
    Ok(solitary)
}
