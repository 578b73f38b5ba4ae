//! Who was removed from a space by another, while there are older links by which they could come back.

use rusqlite::Connection;

use super::ids::{InvitationId, SpaceId, UserId};
use crate::clock::Timestamp;

/// Records that a user was removed from a space, whose newest valid invitation is this one.
pub(super) fn note(
    conn: &Connection,
    space: SpaceId,
    user: UserId,
    newest: InvitationId,
) -> rusqlite::Result<()> {
    conn.prepare_cached(
        "insert into removals (space_id, user_id, last_invitation_id) values (?, ?, ?)
         on conflict (space_id, user_id) do update set last_invitation_id = excluded.last_invitation_id",
    )?
    .execute((space, user, newest))?;
    Ok(())
}

/// Whether a user was taken out of a space after this link into it was made.
pub(super) fn bars(
    conn: &Connection,
    space: SpaceId,
    user: UserId,
    invitation: InvitationId,
) -> rusqlite::Result<bool> {
    conn.prepare_cached(
        "select 1 from removals where space_id = ? and user_id = ? and last_invitation_id >= ?",
    )?
    .exists((space, user, invitation))
}

/// Forgets that a user was removed from a space: a member has added them again.
pub(super) fn forgive(conn: &Connection, space: SpaceId, user: UserId) -> rusqlite::Result<()> {
    conn.prepare_cached("delete from removals where space_id = ? and user_id = ?")?
        .execute((space, user))?;
    Ok(())
}

/// Forgets those for whom no older link is open any more.
pub(super) fn forget_idle(conn: &Connection, now: Timestamp) -> rusqlite::Result<()> {
    conn.prepare_cached(
        "delete from removals where not exists (select 1 from invitations i where i.space_id = removals.space_id
         and i.id <= removals.last_invitation_id and i.expires_at > ? and i.uses_left > 0 and i.ended_at is null)",
    )?
    .execute([now.0])?;
    Ok(())
}

/// Forgets all who were taken out of a space; for its deletion.
pub(super) fn delete_all(conn: &Connection, space: SpaceId) -> rusqlite::Result<()> {
    conn.prepare_cached("delete from removals where space_id = ?")?
        .execute([space])?;
    Ok(())
}
