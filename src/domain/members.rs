//! Who belongs to a space, and who runs it.

use rusqlite::{Connection, OptionalExtension, Row};

use super::access::{Admin, Member};
use super::events::{self, Kind};
use super::ids::{ShareId, SpaceId, UserId};
use super::notice_work::{self, Kind as WorkKind};
use super::page::{Listed, Page};
use super::removals;
use super::text::GivenLogin;
use super::users::{self, User};
use crate::clock::Timestamp;
use crate::error::{Conflict, Error, Result, is_unique_violation};

/// A user in a space.
#[derive(Debug)]
pub struct Membership {
    pub user: User,
    pub is_admin: bool,
    order: i64,
}

/// Adds a user to a space.
///
/// # Errors
/// No such login; [`Conflict::AlreadyMember`], decided by the unique index.
pub fn add(conn: &Connection, admin: &Admin, login: &GivenLogin, now: Timestamp) -> Result<()> {
    let user = users::get_by_login(conn, login)?;
    let by = admin.user().unwrap_or(user.id);
    join(conn, admin.space(), (user.id, false), by, now)
}

/// Adds a user to a space, perhaps as an admin. It is the doing of `by`: themselves, or who has added them.
///
/// # Errors
/// [`Conflict::AlreadyMember`], decided by the unique index.
pub(super) fn join(
    conn: &Connection,
    space: SpaceId,
    (user, is_admin): (UserId, bool),
    by: UserId,
    now: Timestamp,
) -> Result<()> {
    insert(conn, space, user, is_admin, now).map_err(|error| {
        if is_unique_violation(&error) {
            Error::from(Conflict::AlreadyMember)
        } else {
            error.into()
        }
    })?;
    notice_work::add(conn, WorkKind::Join, space, user, by, now)?;
    Ok(removals::forgive(conn, space, user)?)
}

/// Makes the maker of a new space its first admin.
pub(super) fn add_founder(
    conn: &Connection,
    space: SpaceId,
    maker: UserId,
    now: Timestamp,
) -> rusqlite::Result<()> {
    insert(conn, space, maker, true, now)
}

fn insert(
    conn: &Connection,
    space: SpaceId,
    user: UserId,
    is_admin: bool,
    now: Timestamp,
) -> rusqlite::Result<()> {
    conn.prepare_cached(
        "insert into members (space_id, user_id, is_admin, joined_at, read_seq, read_share_id)
         values (?1, ?2, ?3, ?4, ?5, (select coalesce(max(id), 0) from shares where space_id = ?1))",
    )?
    .execute((space, user, is_admin, now.0, events::newest(conn)?))?;
    events::record(conn, space, Kind::MemberJoined, user)
}

/// The members of a space, in the order in which they joined.
///
/// # Errors
/// A cursor that another list made.
pub fn list(conn: &Connection, member: &Member, page: &Page) -> Result<Listed<Membership>> {
    let after: i64 = page.after(0)?;
    let mut list = conn.prepare_cached(LIST)?;
    let rows = list.query_map((member.space(), after, page.limit_plus_one()), from_row)?;
    page.take(rows, |row| row.order)
}

/// Reads the user's columns `id, login, name, avatar`, whether they are an admin, and the place in the order of joining.
fn from_row(row: &Row<'_>) -> rusqlite::Result<Membership> {
    Ok(Membership {
        user: User::from_row(row, 0)?,
        is_admin: row.get(4)?,
        order: row.get(5)?,
    })
}

const LIST: &str =
    "select u.id, u.login, u.name, u.avatar, m.is_admin, m.id from members m join users u on u.id = m.user_id
    where m.space_id = ? and m.id > ? order by m.id limit ?";

/// A user as a member of a space; `None` if they aren't one.
pub fn find(
    conn: &Connection,
    member: &Member,
    user: UserId,
) -> rusqlite::Result<Option<Membership>> {
    conn.prepare_cached(
        "select u.id, u.login, u.name, u.avatar, m.is_admin, m.id from members m join users u on u.id = m.user_id
         where m.space_id = ? and m.user_id = ?",
    )?
    .query_row((member.space(), user), from_row)
    .optional()
}

/// The ids of the spaces that a user belongs to, in their order.
pub fn list_spaces(conn: &Connection, user: UserId) -> rusqlite::Result<Vec<SpaceId>> {
    conn.prepare_cached("select space_id from members where user_id = ? order by space_id")?
        .query_map([user], |row| row.get(0))?
        .collect()
}

/// How many are in a space.
pub(super) fn count(conn: &Connection, space: SpaceId) -> rusqlite::Result<i64> {
    conn.prepare_cached("select count(*) from members where space_id = ?")?
        .query_row([space], |row| row.get(0))
}

/// How many of them run it.
pub(super) fn count_admins(conn: &Connection, space: SpaceId) -> rusqlite::Result<i64> {
    conn.prepare_cached("select count(*) from members where space_id = ? and is_admin = 1")?
        .query_row([space], |row| row.get(0))
}

/// Whether a user runs a space; `None` if they don't belong to it.
pub(super) fn find_role(
    conn: &Connection,
    space: SpaceId,
    user: UserId,
) -> rusqlite::Result<Option<bool>> {
    conn.prepare_cached("select is_admin from members where space_id = ? and user_id = ?")?
        .query_row((space, user), |row| row.get(0))
        .optional()
}

/// Sets whether a member runs a space.
pub(super) fn set_role(
    conn: &Connection,
    space: SpaceId,
    user: UserId,
    is_admin: bool,
) -> rusqlite::Result<()> {
    let changed = conn
        .prepare_cached(
            "update members set is_admin = ?1 where space_id = ?2 and user_id = ?3 and is_admin <> ?1",
        )?
        .execute((is_admin, space, user))?;
    match changed {
        0 => Ok(()),
        _ => events::record(conn, space, Kind::MemberChanged, user),
    }
}

/// Sets up to where a member, by the id of their row, has read.
pub(super) fn set_read_mark(
    conn: &Connection,
    member: i64,
    seq: i64,
    share: ShareId,
) -> rusqlite::Result<()> {
    conn.prepare_cached("update members set read_seq = ?, read_share_id = ? where id = ?")?
        .execute((seq, share, member))?;
    Ok(())
}

/// Takes a user out of a space.
pub(super) fn delete_row(conn: &Connection, space: SpaceId, user: UserId) -> rusqlite::Result<()> {
    conn.prepare_cached("delete from members where space_id = ? and user_id = ?")?
        .execute((space, user))?;
    events::record(conn, space, Kind::MemberLeft, user)
}

/// The spaces in which `user` is the only member.
pub(super) fn sole_member_spaces(
    conn: &Connection,
    user: UserId,
) -> rusqlite::Result<Vec<SpaceId>> {
    conn.prepare_cached(
        "select m.space_id from members m where m.user_id = ?1 and not exists
         (select 1 from members o where o.space_id = m.space_id and o.user_id <> ?1)",
    )?
    .query_map([user], |row| row.get(0))?
    .collect()
}

/// Removes all members of a space; for its deletion.
pub(super) fn remove_all(conn: &Connection, space: SpaceId) -> rusqlite::Result<()> {
    let members: Vec<UserId> = conn
        .prepare_cached("delete from members where space_id = ? returning user_id")?
        .query_map([space], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    members.into_iter().try_for_each(|member| {
        events::record_for(conn, member, Some(space), Kind::SpaceDeleted, space)
    })
}

/// Removes a user from every space; for the removal of their account.
pub(super) fn leave_all(conn: &Connection, user: UserId) -> rusqlite::Result<()> {
    let spaces: Vec<SpaceId> = conn
        .prepare_cached("delete from members where user_id = ? returning space_id")?
        .query_map([user], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    spaces
        .into_iter()
        .try_for_each(|space| events::record(conn, space, Kind::MemberLeft, user))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::explain::plan;

    #[test]
    fn the_list_of_members_walks_one_index_in_order() {
        let plan = plan(LIST);
        assert!(
            plan.contains("SEARCH m USING INDEX members_in_order (space_id=? AND id>?)"),
            "{plan}"
        );
        assert!(!plan.contains("TEMP B-TREE"), "{plan}");
    }
}
