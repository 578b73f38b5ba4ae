//! Who may do what. A right is a value that can be made only here, from the database, inside the transaction that
//! acts on it; the functions that act can't be called without it.

use rusqlite::{Connection, OptionalExtension};

use super::ids::{RawId, ShareId, SpaceId, UserId};
use super::users;
use crate::error::{Error, Result};

/// Proof that a user belongs to a space.
#[derive(Debug)]
pub struct Member {
    space: SpaceId,
    user: UserId,
    is_admin: bool,
}

/// Proof that a user runs a space.
#[derive(Debug)]
pub struct Admin {
    space: SpaceId,
}

/// Proof that a user may take a member out of a space: themselves, or another as its admin.
#[derive(Debug)]
pub struct Removal {
    space: SpaceId,
    user: UserId,
    is_by_admin: bool,
}

/// Proof that a share may be read by the one who asks.
#[derive(Debug)]
pub struct Readable {
    share: ShareId,
}

/// Proof that a share is the asker's own, in a space that they still belong to.
#[derive(Debug)]
pub struct Editable {
    share: ShareId,
    space: SpaceId,
}

/// Proof that a share may be deleted by the one who asks.
#[derive(Debug)]
pub struct Deletable {
    share: ShareId,
}

impl Member {
    pub fn space(&self) -> SpaceId {
        self.space
    }

    pub fn user(&self) -> UserId {
        self.user
    }

    pub fn is_admin(&self) -> bool {
        self.is_admin
    }
}

impl Admin {
    pub fn space(&self) -> SpaceId {
        self.space
    }
}

impl Removal {
    pub fn space(&self) -> SpaceId {
        self.space
    }

    /// Whether it is another who takes them out.
    pub fn is_by_admin(&self) -> bool {
        self.is_by_admin
    }

    pub fn user(&self) -> UserId {
        self.user
    }
}

impl Readable {
    pub fn share(&self) -> ShareId {
        self.share
    }
}

impl Editable {
    pub fn share(&self) -> ShareId {
        self.share
    }

    pub fn space(&self) -> SpaceId {
        self.space
    }
}

impl Deletable {
    pub fn share(&self) -> ShareId {
        self.share
    }
}

/// The right of a member.
///
/// # Errors
/// The space doesn't exist; the user is no member.
pub fn member(conn: &Connection, user: UserId, space: &RawId<SpaceId>) -> Result<Member> {
    let MemberRole { is_admin } = member_role(conn, user, space)?.ok_or(Error::NotMember)?;
    Ok(Member {
        space: space.parse()?,
        user,
        is_admin,
    })
}

/// The right of an admin.
///
/// # Errors
/// The space doesn't exist; the user is no member; the user is no admin.
pub fn admin(conn: &Connection, user: UserId, space: &RawId<SpaceId>) -> Result<Admin> {
    match member_role(conn, user, space)? {
        None => Err(Error::NotMember),
        Some(MemberRole { is_admin: false }) => Err(Error::NotAdmin),
        Some(MemberRole { is_admin: true }) => Ok(Admin {
            space: space.parse()?,
        }),
    }
}

/// The right of who runs the server, on the command line: that of an admin of every space.
///
/// # Errors
/// The space doesn't exist.
pub fn operator(conn: &Connection, space: &RawId<SpaceId>) -> Result<Admin> {
    let id = space.parse()?;
    let exists = conn
        .prepare_cached("select 1 from spaces where id = ?")?
        .exists([id])?;
    if exists {
        Ok(Admin { space: id })
    } else {
        Err(space.not_found())
    }
}

/// The right of `caller` to take `user` out of a space.
///
/// # Errors
/// The space or the user doesn't exist; one of the two is no member; an admin would leave; a member who is no
/// admin would take out another.
pub fn removal(
    conn: &Connection,
    caller: UserId,
    space: &RawId<SpaceId>,
    user: &RawId<UserId>,
) -> Result<Removal> {
    let by = member_role(conn, caller, space)?;
    let id = user.parse()?;
    users::find(conn, id)?.ok_or_else(|| user.not_found())?;
    member_role(conn, id, space)?.ok_or(Error::NotMember)?;
    let by = by.ok_or(Error::NotMember)?;
    match (caller == id, by.is_admin) {
        (true, true) => Err(Error::AdminCantLeave),
        (false, false) => Err(Error::NotAdmin),
        _ => Ok(Removal {
            space: space.parse()?,
            user: id,
            is_by_admin: caller != id,
        }),
    }
}

/// The right to read a share: any member of its space.
///
/// # Errors
/// The share doesn't exist; the user is no member.
pub fn readable(conn: &Connection, user: UserId, share: &RawId<ShareId>) -> Result<Readable> {
    let found = share_access(conn, user, share)?;
    found.standing.ok_or(Error::NotMember)?;
    Ok(Readable { share: found.share })
}

/// The right to edit a share: its owner, while a member of its space.
///
/// # Errors
/// The share doesn't exist; it is another's; its owner has left the space.
pub fn editable(conn: &Connection, user: UserId, share: &RawId<ShareId>) -> Result<Editable> {
    let found = share_access(conn, user, share)?;
    if found.owner != user {
        return Err(Error::NotOwner);
    }
    found.standing.ok_or(Error::NotMember)?;
    Ok(Editable {
        share: found.share,
        space: found.space,
    })
}

/// The right to delete a share: its owner, also after leaving the space, or an admin of its space.
///
/// # Errors
/// The share doesn't exist; the user is neither.
pub fn deletable(conn: &Connection, user: UserId, share: &RawId<ShareId>) -> Result<Deletable> {
    let found = share_access(conn, user, share)?;
    let is_admin = found.standing.is_some_and(|standing| standing.is_admin);
    if found.owner != user && !is_admin {
        return Err(Error::NotOwner);
    }
    Ok(Deletable { share: found.share })
}

/// What a member is in a space.
struct MemberRole {
    is_admin: bool,
}

/// What `user` is in `space`; `None` for who is no member.
fn member_role(
    conn: &Connection,
    user: UserId,
    space: &RawId<SpaceId>,
) -> Result<Option<MemberRole>> {
    let is_admin: Option<bool> = conn
        .prepare_cached(
            "select m.is_admin from spaces s left join members m on m.space_id = s.id and m.user_id = ?
             where s.id = ?",
        )?
        .query_row((user, space.parse()?), |row| row.get(0))
        .optional()?
        .ok_or_else(|| space.not_found())?;
    Ok(is_admin.map(|is_admin| MemberRole { is_admin }))
}

/// A share and what somebody has to do with it.
struct ShareAccess {
    share: ShareId,
    space: SpaceId,
    owner: UserId,
    standing: Option<MemberRole>,
}

fn share_access(conn: &Connection, user: UserId, share: &RawId<ShareId>) -> Result<ShareAccess> {
    conn.prepare_cached(
        "select s.id, s.space_id, s.user_id, m.is_admin
         from shares s left join members m on m.space_id = s.space_id and m.user_id = ? where s.id = ?",
    )?
    .query_row((user, share.parse()?), |row| {
        let is_admin: Option<bool> = row.get(3)?;
        Ok(ShareAccess {
            share: row.get(0)?,
            space: row.get(1)?,
            owner: row.get(2)?,
            standing: is_admin.map(|is_admin| MemberRole { is_admin }),
        })
    })
    .optional()?
    .ok_or_else(|| share.not_found())
}
