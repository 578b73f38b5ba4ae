//! What the operator does with a space, and is shown of it: who is in it and how much, and nothing of what is shared there.

use std::time::Duration;

use rusqlite::Connection;

use super::access::{Operated, OperatorRight};
use super::ids::{Id, SpaceId, UserId};
use super::invitations;
use super::members;
use super::page::{Listed, Page};
use super::sessions::{self, SessionInfo};
use super::spaces::{Overview, Space};
use super::text::GivenLogin;
use super::usage::Usage;
use super::users::{self, User};
use crate::clock::Timestamp;
use crate::config::Quotas;
use crate::error::Result;

/// A space, as the operator sees it.
#[derive(Debug)]
pub struct SpaceReport {
    pub space: Space,
    pub created_at: Timestamp,
    /// In the order in which they joined.
    pub members: Vec<MemberReport>,
    pub shares: i64,
    pub comments: i64,
    pub photos: i64,
    pub films: i64,
    /// The bytes of photos and films, without previews.
    pub bytes: i64,
}

/// A space in the list of all, as the operator sees it.
#[derive(Debug)]
pub struct SpaceOverview {
    pub overview: Overview,
    pub usage: Usage,
}

/// All spaces in pages, by id.
///
/// # Errors
/// A cursor that another list made.
pub fn list_spaces(
    conn: &Connection,
    _by: &OperatorRight,
    page: &Page,
    quotas: &Quotas,
) -> Result<Listed<SpaceOverview>> {
    let after = page.after(0_i64)?;
    let mut list = conn.prepare_cached(
        "select s.id, s.name, (select count(*) from members m where m.space_id = s.id),
         (select count(*) from shares h where h.space_id = s.id), u.bytes, u.quota
         from spaces s left join space_usage u on u.space_id = s.id
         where s.deleted_at is null and s.id > ? order by s.id limit ?",
    )?;
    let rows = list.query_map((after, page.limit_plus_one()), |row| {
        Ok(SpaceOverview {
            overview: Overview {
                id: row.get(0)?,
                name: row.get(1)?,
                members: row.get(2)?,
                shares: row.get(3)?,
            },
            usage: Usage::new(row.get(4)?, row.get(5)?, quotas.space),
        })
    })?;
    page.take(rows, |space| space.overview.id.number())
}

/// A member of a space.
#[derive(Debug)]
pub struct MemberReport {
    pub user: User,
    pub is_admin: bool,
    pub joined_at: Timestamp,
}

/// What has changed so that one user alone runs a space.
#[derive(Debug)]
pub struct Transfer {
    pub space: SpaceId,
    /// Who runs it now.
    pub user: User,
    /// Whether they weren't a member before.
    pub has_joined: bool,
    /// Whether they were a plain member before.
    pub is_promoted: bool,
    /// Who ran it before, and is a plain member now.
    pub demoted: Vec<User>,
}

/// The sessions of a user that haven't ended, the last used first.
///
/// # Errors
/// A cursor that another list made.
pub fn list_sessions(
    conn: &Connection,
    _by: &OperatorRight,
    user: UserId,
    page: &Page,
    (now, lifetime): (Timestamp, Duration),
) -> Result<Listed<SessionInfo>> {
    sessions::list_page(conn, user, None, page, now.minus(lifetime))
}

/// Describes a space.
pub fn report(conn: &Connection, space: &Operated) -> rusqlite::Result<SpaceReport> {
    let id = space.space();
    let members = conn
        .prepare_cached(
            "select u.id, u.login, u.name, u.avatar, m.is_admin, m.joined_at from members m join users u on u.id = m.user_id
             where m.space_id = ? order by m.id",
        )?
        .query_map([id], |row| {
            Ok(MemberReport {
                user: User::from_row(row, 0)?,
                is_admin: row.get(4)?,
                joined_at: Timestamp(row.get(5)?),
            })
        })?
        .collect::<rusqlite::Result<_>>()?;
    let (photos, films, bytes) = conn
        .prepare_cached(
            "select count(*) filter (where kind = 'photo'), count(*) filter (where kind = 'video'),
             coalesce(sum(bytes), 0) + coalesce(sum(poster_bytes), 0) from photos where space_id = ?",
        )?
        .query_row([id], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    let count = |table| {
        conn.prepare_cached(&format!("select count(*) from {table} where space_id = ?"))?
            .query_row([id], |row| row.get(0))
    };
    let (shares, comments) = (count("shares")?, count("comments")?);
    conn.prepare_cached("select id, name, avatar, created_at from spaces where id = ?")?
        .query_row([id], |row| {
            Ok(SpaceReport {
                space: Space::from_row(row, 0)?,
                created_at: Timestamp(row.get(3)?),
                members,
                shares,
                comments,
                photos,
                films,
                bytes,
            })
        })
}

/// Makes a user the only admin of a space, and a member if they aren't one. Those who ran it before stay in it.
///
/// # Errors
/// No such login.
pub fn transfer(
    conn: &Connection,
    space: &Operated,
    login: &GivenLogin,
    now: Timestamp,
) -> Result<Transfer> {
    let (space, user) = (space.space(), users::get_by_login(conn, login)?);
    let role = members::find_role(conn, space, user.id)?;
    match role {
        None => members::join(conn, space, (user.id, true), user.id, now)?,
        Some(false) => members::set_role(conn, space, user.id, true)?,
        Some(true) => {}
    }
    let demoted = other_admins(conn, space, user.id)?;
    for admin in &demoted {
        members::set_role(conn, space, admin.id, false)?;
        invitations::end_of_maker(conn, space, admin.id, now)?;
    }
    Ok(Transfer {
        space,
        user,
        has_joined: role.is_none(),
        is_promoted: role == Some(false),
        demoted,
    })
}

fn other_admins(conn: &Connection, space: SpaceId, user: UserId) -> rusqlite::Result<Vec<User>> {
    conn.prepare_cached(
        "select u.id, u.login, u.name, u.avatar from members m join users u on u.id = m.user_id
         where m.space_id = ? and m.is_admin = 1 and m.user_id <> ? order by m.id",
    )?
    .query_map((space, user), |row| User::from_row(row, 0))?
    .collect()
}
