//! The pictures of users and of spaces. Their bytes are in a table of their own; who they belong to knows their names.

use rusqlite::{Connection, OptionalExtension};

use super::access::Admin;
use super::avatar_name::AvatarName;
use super::events::{self, Kind};
use super::ids::{SpaceId, UserId};
use super::members;
use super::sessions::Session;
use super::{spaces, users};
use crate::error::Result;

/// Gives the caller a picture, a JPEG, in place of the one that they have.
pub fn set_of_user(conn: &Connection, caller: &Session, jpeg: &[u8]) -> Result<()> {
    let user = caller.user().id;
    conn.prepare_cached("delete from avatars where user_id = ?")?
        .execute([user])?;
    let name = insert(conn, (Some(user), None), jpeg)?;
    users::set_avatar(conn, user, Some(&name))?;
    events::record_me(conn, user)?;
    Ok(report_user(conn, user)?)
}

/// Takes the picture of the caller away, if they have one.
pub fn remove_of_user(conn: &Connection, caller: &Session) -> Result<()> {
    let user = caller.user().id;
    if erase_of_user(conn, user)? {
        events::record_me(conn, user)?;
        report_user(conn, user)?;
    }
    Ok(())
}

/// Gives a space a picture, a JPEG, in place of the one that it has.
pub fn set_of_space(conn: &Connection, admin: &Admin, jpeg: &[u8]) -> Result<()> {
    let space = admin.space();
    conn.prepare_cached("delete from avatars where space_id = ?")?
        .execute([space])?;
    let name = insert(conn, (None, Some(space)), jpeg)?;
    spaces::set_avatar(conn, space, Some(&name))?;
    Ok(events::record(conn, space, Kind::SpaceChanged, space)?)
}

/// Takes the picture of a space away, if it has one.
pub fn remove_of_space(conn: &Connection, admin: &Admin) -> Result<()> {
    let space = admin.space();
    if erase_of_space(conn, space)? {
        spaces::set_avatar(conn, space, None)?;
        events::record(conn, space, Kind::SpaceChanged, space)?;
    }
    Ok(())
}

fn insert(
    conn: &Connection,
    (user, space): (Option<UserId>, Option<SpaceId>),
    jpeg: &[u8],
) -> rusqlite::Result<AvatarName> {
    conn.prepare_cached(
        "insert into avatars (name, user_id, space_id, bytes) values (lower(hex(randomblob(8))), ?, ?, ?) returning name",
    )?
    .query_row((user, space, jpeg), |row| row.get(0))
}

/// Erases the picture of a user; whether there was one. Nobody is told.
pub(super) fn erase_of_user(conn: &Connection, user: UserId) -> rusqlite::Result<bool> {
    users::set_avatar(conn, user, None)?;
    let erased = conn
        .prepare_cached("delete from avatars where user_id = ?")?
        .execute([user])?;
    Ok(erased > 0)
}

/// Erases the picture of a space; whether there was one. Nobody is told, and the space still names it.
pub(super) fn erase_of_space(conn: &Connection, space: SpaceId) -> rusqlite::Result<bool> {
    let erased = conn
        .prepare_cached("delete from avatars where space_id = ?")?
        .execute([space])?;
    Ok(erased > 0)
}

/// Reports in all spaces of a user that others see them differently.
pub(super) fn report_user(conn: &Connection, user: UserId) -> rusqlite::Result<()> {
    let spaces = members::list_spaces(conn, user)?;
    spaces
        .into_iter()
        .try_for_each(|space| events::record(conn, space, Kind::MemberChanged, user))
}

/// The bytes of a picture, as long as it is somebody's.
pub fn find(conn: &Connection, name: &AvatarName) -> rusqlite::Result<Option<Vec<u8>>> {
    conn.prepare_cached("select bytes from avatars where name = ?")?
        .query_row([name], |row| row.get(0))
        .optional()
}
