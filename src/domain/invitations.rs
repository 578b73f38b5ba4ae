//! Invitation links: to an account, to a space, or to both.

use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, Row};

use super::access::Admin;
use super::ids::{Id, InvitationId, RawId, SpaceId, UserId};
use super::page::{Listed, Page};
use super::spaces::Space;
use super::tokens::Token;
use super::users::User;
use super::{members, removals};
use crate::clock::Timestamp;
use crate::error::{Conflict, FieldName, Malformed, NotFound, Result};

/// The most invitations into a space, or to accounts alone, that are neither used up nor expired.
pub const MAX_OPEN: i64 = 100;
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// The role that it grants in the space.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Role {
    #[default]
    Member,
    Admin,
}

/// What an invitation grants, how often, and for how long.
#[derive(Clone, Copy, Debug)]
pub struct InvitationOptions {
    role: Role,
    uses: u16,
    days: u16,
}

/// An invitation, as the admins of its space see it. Only its creator has its link.
#[derive(Debug)]
pub struct Invitation {
    pub id: InvitationId,
    /// The space that is joined with it, if any.
    pub space: Option<SpaceId>,
    pub role: Role,
    pub uses_left: u16,
    /// Whether its link still works: it doesn't once its creator is no longer an admin of the space, nor while their account is disabled.
    pub is_valid: bool,
    /// Who made it; `None` if it was made on the command line.
    pub created_by: Option<User>,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
}

/// An invitation, as the holder of its link sees it.
#[derive(Debug)]
pub struct InvitationPreview {
    pub space: Option<Space>,
    pub role: Role,
    /// The login of who made it.
    pub invited_by: Option<String>,
    pub expires_at: Timestamp,
}

impl InvitationOptions {
    /// The most uses, and the most days.
    pub const MAX_USES: u16 = 1000;
    pub const MAX_DAYS: u16 = 365;

    /// Checks the terms of a new invitation.
    ///
    /// # Errors
    /// Not 1 to 1000 uses; not 1 to 365 days.
    pub fn parse(role: Role, uses: i64, days: i64) -> Result<Self> {
        Ok(Self {
            role,
            uses: bounded(FieldName::Uses, uses, Self::MAX_USES)?,
            days: bounded(FieldName::Days, days, Self::MAX_DAYS)?,
        })
    }
}

fn bounded(field: FieldName, number: i64, max: u16) -> Result<u16> {
    u16::try_from(number)
        .ok()
        .filter(|number| (1..=max).contains(number))
        .ok_or_else(|| Malformed::out_of_range(field, max.into()).into())
}

impl Invitation {
    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        let maker: Option<UserId> = row.get(7)?;
        Ok(Self {
            id: row.get(0)?,
            space: row.get(1)?,
            role: role(row.get(2)?),
            uses_left: row.get(3)?,
            created_at: Timestamp(row.get(4)?),
            expires_at: Timestamp(row.get(5)?),
            is_valid: row.get(6)?,
            created_by: maker.map(|_| User::from_row(row, 7)).transpose()?,
        })
    }
}

fn role(as_admin: bool) -> Role {
    if as_admin { Role::Admin } else { Role::Member }
}

/// Makes an invitation: into the space of `admin`, or to an account alone. Those
/// of everybody that have expired meanwhile go at the same time, and those of the same kind that are used up.
///
/// # Errors
/// [`Conflict::TooManyInvitations`] if the space has as many as it may have, [`Conflict::TooManyAccountInvitations`] if the
/// installation has.
pub fn create(
    conn: &Connection,
    admin: Option<&Admin>,
    terms: InvitationOptions,
    token: &Token,
    now: Timestamp,
) -> Result<Invitation> {
    conn.prepare_cached("delete from invitations where expires_at <= ?")?
        .execute([now.0])?;
    let space = admin.map(Admin::space);
    conn.prepare_cached("delete from invitations where space_id is ? and uses_left = 0")?
        .execute([space])?;
    let open: i64 = conn
        .prepare_cached("select count(*) from invitations where space_id is ?")?
        .query_row([space], |row| row.get(0))?;
    if open >= MAX_OPEN {
        return Err(match space {
            Some(_) => Conflict::TooManyInvitations { max: MAX_OPEN },
            None => Conflict::TooManyAccountInvitations { max: MAX_OPEN },
        }
        .into());
    }
    removals::forget_idle(conn, now)?;
    let id: InvitationId = conn
        .prepare_cached(
            "insert into invitations (token_hash, space_id, as_admin, uses_left, created_by, created_at, expires_at)
             values (?, ?, ?, ?, ?, ?, ?) returning id",
        )?
        .query_row(
            (
                token.hash(),
                space,
                terms.role == Role::Admin,
                terms.uses,
                admin.and_then(Admin::user),
                now.0,
                now.plus(DAY * u32::from(terms.days)).0,
            ),
            |row| row.get(0),
        )?;
    Ok(conn
        .prepare_cached(
            "select i.id, i.space_id, i.as_admin, i.uses_left, i.created_at, i.expires_at, true, u.id, u.login, u.name, u.avatar
             from invitations i left join users u on u.id = i.created_by where i.id = ?",
        )?
        .query_row([id], Invitation::from_row)?)
}

/// The invitations into a space that are neither used up nor expired, oldest first, including those that are no longer
/// valid.
///
/// # Errors
/// A cursor that another list made.
pub fn list(
    conn: &Connection,
    admin: &Admin,
    page: &Page,
    now: Timestamp,
) -> Result<Listed<Invitation>> {
    let after: i64 = page.after(0)?;
    let mut list = conn.prepare_cached(LIST)?;
    let rows = list.query_map(
        (admin.space(), after, now.0, page.limit_plus_one()),
        Invitation::from_row,
    )?;
    page.take(rows, |row| row.id.number())
}

/// Whether it works: it hasn't been ended, and its creator is still an admin of the space, whose account isn't disabled.
macro_rules! valid {
    () => {
        "(i.ended_at is null and (i.space_id is null or i.created_by is null or exists
        (select 1 from members m join users c on c.id = m.user_id and c.disabled_at is null
            where m.space_id = i.space_id and m.user_id = i.created_by and m.is_admin = 1)))"
    };
}

const LIST: &str = concat!(
    "select i.id, i.space_id, i.as_admin, i.uses_left, i.created_at, i.expires_at, ",
    valid!(),
    ", u.id, u.login, u.name, u.avatar from invitations i left join users u on u.id = i.created_by
    where i.space_id = ? and i.id > ? and i.expires_at > ? and i.uses_left > 0 order by i.id limit ?"
);

/// Every invitation that is neither used up nor expired, for the command line.
pub fn list_all(conn: &Connection, now: Timestamp) -> rusqlite::Result<Vec<Invitation>> {
    conn.prepare_cached(concat!(
        "select i.id, i.space_id, i.as_admin, i.uses_left, i.created_at, i.expires_at, ",
        valid!(),
        ", u.id, u.login, u.name, u.avatar from invitations i left join users u on u.id = i.created_by
         where i.expires_at > ? and i.uses_left > 0 order by i.id",
    ))?
    .query_map([now.0], Invitation::from_row)?
    .collect()
}

/// Takes an invitation into a space back.
///
/// # Errors
/// The space has no invitation with this id.
pub fn revoke(
    conn: &Connection,
    admin: &Admin,
    id: &RawId<InvitationId>,
    now: Timestamp,
) -> Result<()> {
    let revoked = conn
        .prepare_cached("delete from invitations where id = ? and space_id = ?")?
        .execute((id.parse()?, admin.space()))?;
    if revoked == 1 {
        Ok(removals::forget_idle(conn, now)?)
    } else {
        Err(id.not_found())
    }
}

/// Takes any invitation back, for the command line.
///
/// # Errors
/// No invitation has this id.
pub fn revoke_any(conn: &Connection, id: &RawId<InvitationId>, now: Timestamp) -> Result<()> {
    let revoked = conn
        .prepare_cached("delete from invitations where id = ?")?
        .execute([id.parse()?])?;
    if revoked == 1 {
        Ok(removals::forget_idle(conn, now)?)
    } else {
        Err(id.not_found())
    }
}

/// Takes all invitations back; for a restore.
pub(super) fn revoke_every_one(conn: &Connection) -> rusqlite::Result<()> {
    conn.execute("delete from invitations", [])?;
    Ok(())
}

/// Ends the invitations into a space that a user has made, for good: they are no longer an admin of it.
pub(super) fn end_of_maker(
    conn: &Connection,
    space: SpaceId,
    maker: UserId,
    now: Timestamp,
) -> rusqlite::Result<()> {
    conn.prepare_cached(
        "update invitations set ended_at = ? where space_id = ? and created_by = ? and ended_at is null",
    )?
    .execute((now.0, space, maker))?;
    Ok(())
}

/// Takes all invitations into a space back, which only its admins may.
pub(super) fn revoke_all(
    conn: &Connection,
    space: SpaceId,
    now: Timestamp,
) -> rusqlite::Result<()> {
    delete_all(conn, space)?;
    removals::forget_idle(conn, now)
}

/// Leaves no invitation into a space; for its deletion.
pub(super) fn delete_all(conn: &Connection, space: SpaceId) -> rusqlite::Result<()> {
    conn.prepare_cached("delete from invitations where space_id = ?")?
        .execute([space])?;
    Ok(())
}

/// The newest invitation into a space that is valid now, if there is one.
pub(super) fn newest_open(
    conn: &Connection,
    space: SpaceId,
    now: Timestamp,
) -> rusqlite::Result<Option<InvitationId>> {
    conn.prepare_cached(
        "select max(id) from invitations
         where space_id = ? and expires_at > ? and uses_left > 0 and ended_at is null",
    )?
    .query_row((space, now.0), |row| row.get(0))
}

/// What a link offers.
///
/// # Errors
/// [`NotFound::InvitationToken`] if it was never made, or can't be used any more.
pub fn offer(conn: &Connection, token: &Token, now: Timestamp) -> Result<InvitationPreview> {
    conn.prepare_cached(OPEN)?
        .query_row((token.hash(), now.0), |row| {
            let space: Option<SpaceId> = row.get(1)?;
            Ok(InvitationPreview {
                role: role(row.get(4)?),
                expires_at: Timestamp(row.get(5)?),
                invited_by: row.get(6)?,
                space: space.map(|_| Space::from_row(row, 1)).transpose()?,
            })
        })
        .optional()?
        .ok_or_else(|| NotFound::InvitationToken.into())
}

// In the same words whatever the reason, so that nothing can be found out by trying.
const OPEN: &str = concat!(
    "select i.id, s.id, s.name, s.avatar, i.as_admin, i.expires_at, u.login
    from invitations i left join spaces s on s.id = i.space_id left join users u on u.id = i.created_by
    where i.token_hash = ? and i.expires_at > ? and i.uses_left > 0 and ",
    valid!()
);

/// Uses an invitation once: the user joins its space. Returns the space, if there is one.
///
/// # Errors
/// [`NotFound::InvitationToken`] if it can't be used any more, or not by who was taken out of the space after it was made;
/// [`Conflict::AlreadyMember`], which uses nothing up.
pub fn accept(
    conn: &Connection,
    token: &Token,
    user: UserId,
    now: Timestamp,
) -> Result<Option<Space>> {
    let InvitationPreview { space, role, .. } = offer(conn, token, now)?;
    if let Some(space) = &space {
        let id = conn
            .prepare_cached("select id from invitations where token_hash = ?")?
            .query_row([token.hash()], |row| row.get(0))?;
        if removals::bars(conn, space.id, user, id)? {
            return Err(NotFound::InvitationToken.into());
        }
        members::join(conn, space.id, (user, role == Role::Admin), user, now)?;
    }
    conn.prepare_cached("update invitations set uses_left = uses_left - 1 where token_hash = ?")?
        .execute([token.hash()])?;
    Ok(space)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::explain::plan;

    #[test]
    fn a_link_and_the_invitations_of_a_space_are_found_by_their_indexes() {
        let open = plan(OPEN);
        assert!(
            open.contains("(token_hash=?)") && !open.contains("SCAN"),
            "{open}"
        );
        let list = plan(LIST);
        assert!(
            list.contains("invitations_by_space (space_id=? AND id>?)")
                && !list.contains("TEMP B-TREE"),
            "{list}"
        );
    }

    #[test]
    fn terms_have_bounds() {
        for (uses, days) in [(0, 7), (1001, 7), (-1, 7), (i64::MAX, 7), (1, 0), (1, 366)] {
            assert!(InvitationOptions::parse(Role::Member, uses, days).is_err());
        }
        assert!(InvitationOptions::parse(Role::Admin, 1000, 365).is_ok());
    }
}
