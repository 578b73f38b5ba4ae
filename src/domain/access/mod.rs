//! Who may do what. A right is a value that can be made only here, from the database, inside the transaction that
//! acts on it; the functions that act can't be called without it. A few lookups lead to all rights: the role of a user in a
//! [`space`], and their relation to a [`share`] or a [`comment`].

// Comments on shares.
mod conversation;
// Operators.
mod operator;
// Uploads that wait for their share.
mod uploads;

use rusqlite::{Connection, OptionalExtension};

pub use self::conversation::{
    Answerable, CommentAccess, CommentKey, DeletableComment, EditableComment, Pinnable, Reactable,
    ReadableComment, Retractable, Target, comment,
};
pub use self::operator::{Operated, OperatorRight, installation, operated, operator};
pub use self::uploads::{OwnUpload, upload};
use super::ids::{PhotoId, RawId, ShareId, SpaceId, UserId};
use super::sessions::Session;
use super::tokens::Token;
use super::users;
use crate::error::{Conflict, Denied, Result};

/// Proof that a user belongs to a space.
#[derive(Debug)]
pub struct Member {
    space: SpaceId,
    user: UserId,
    is_admin: bool,
}

/// Proof that somebody runs a space: one of its admins, or the operator.
#[derive(Debug)]
pub struct Admin {
    space: SpaceId,
    user: Option<UserId>,
}

/// Proof that a user may take a member out of a space: themselves, or another as its admin.
#[derive(Debug)]
pub struct Removal {
    space: SpaceId,
    user: UserId,
    is_by_admin: bool,
}

/// Proof that a share may be read by the current user.
#[derive(Debug)]
pub struct Readable {
    share: ShareId,
    space: SpaceId,
    reader: UserId,
}

/// Proof that a share is the asker's own, in a space that they still belong to.
#[derive(Debug)]
pub struct Editable {
    share: ShareId,
    space: SpaceId,
}

/// Proof that a photo belongs to a share that the current user may edit.
#[derive(Debug)]
pub struct DescribableMedium {
    photo: PhotoId,
    share: Editable,
}

/// Proof that a share may be deleted by the current user.
#[derive(Debug)]
pub struct Deletable {
    share: ShareId,
    space: SpaceId,
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

    /// The admin; none on the command line.
    pub fn user(&self) -> Option<UserId> {
        self.user
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

    pub fn reader(&self) -> UserId {
        self.reader
    }

    pub fn space(&self) -> SpaceId {
        self.space
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

impl DescribableMedium {
    pub fn photo(&self) -> PhotoId {
        self.photo
    }

    pub fn share(&self) -> &Editable {
        &self.share
    }
}

impl Deletable {
    pub fn share(&self) -> ShareId {
        self.share
    }

    pub fn space(&self) -> SpaceId {
        self.space
    }
}

/// The role of a user in a space that exists.
#[derive(Debug)]
pub struct SpaceAccess {
    space: SpaceId,
    user: UserId,
    role: Option<MemberRole>,
}

/// What a member is in a space.
#[derive(Clone, Copy, Debug)]
struct MemberRole {
    is_admin: bool,
}

/// What the caller is in a space.
///
/// # Errors
/// The space doesn't exist.
pub fn space(conn: &Connection, caller: &Session, space: &RawId<SpaceId>) -> Result<SpaceAccess> {
    let (id, user) = (space.parse()?, caller.user().id);
    let role = member_role(conn, user, id)?.ok_or_else(|| space.not_found())?;
    Ok(SpaceAccess {
        space: id,
        user,
        role,
    })
}

impl SpaceAccess {
    /// The right of a member.
    ///
    /// # Errors
    /// They aren't a member.
    pub fn member(&self) -> Result<Member> {
        let MemberRole { is_admin } = self.role.ok_or(Denied::NotMember)?;
        Ok(Member {
            space: self.space,
            user: self.user,
            is_admin,
        })
    }

    /// The right of an admin.
    ///
    /// # Errors
    /// They aren't a member, or are one without being an admin.
    pub fn admin(&self) -> Result<Admin> {
        let MemberRole { is_admin } = self.role.ok_or(Denied::NotMember)?;
        if !is_admin {
            return Err(Denied::NotAdmin.into());
        }
        Ok(Admin {
            space: self.space,
            user: Some(self.user),
        })
    }

    /// The right to take `user` out of the space.
    ///
    /// # Errors
    /// The user doesn't exist; either isn't a member; an admin would leave; a member who isn't an admin would remove
    /// another.
    pub fn remove(&self, conn: &Connection, user: &RawId<UserId>) -> Result<Removal> {
        let id = user.parse()?;
        users::find(conn, id)?.ok_or_else(|| user.not_found())?;
        member_role(conn, id, self.space)?
            .flatten()
            .ok_or(Denied::NotMember)?;
        let MemberRole { is_admin } = self.role.ok_or(Denied::NotMember)?;
        match (self.user == id, is_admin) {
            (true, true) => Err(Conflict::AdminCantLeave.into()),
            (false, false) => Err(Denied::NotAdmin.into()),
            _ => Ok(Removal {
                space: self.space,
                user: id,
                is_by_admin: self.user != id,
            }),
        }
    }
}

/// The right of the member whose feed has this address; `None` if no feed has it.
pub fn feed(conn: &Connection, token: &Token) -> rusqlite::Result<Option<Member>> {
    conn.prepare_cached(
        "select m.space_id, m.user_id, m.is_admin from feeds f join members m on m.id = f.member_id
         join users u on u.id = m.user_id and u.disabled_at is null join spaces s on s.id = m.space_id and s.deleted_at is null where f.token_hash = ?",
    )?
    .query_row([token.hash()], |row| {
        Ok(Member {
            space: row.get(0)?,
            user: row.get(1)?,
            is_admin: row.get(2)?,
        })
    })
    .optional()
}

/// The role of `user` in `space`: `Some(None)` if they aren't a member, `None` if the space doesn't exist.
fn member_role(
    conn: &Connection,
    user: UserId,
    space: SpaceId,
) -> rusqlite::Result<Option<Option<MemberRole>>> {
    conn.prepare_cached(
        "select m.is_admin from spaces s left join members m on m.space_id = s.id and m.user_id = ?
         where s.id = ? and s.deleted_at is null",
    )?
    .query_row((user, space), |row| {
        let is_admin: Option<bool> = row.get(0)?;
        Ok(is_admin.map(|is_admin| MemberRole { is_admin }))
    })
    .optional()
}

/// The relation of a user to a share that exists.
#[derive(Debug)]
pub struct ShareAccess {
    share: ShareId,
    space: SpaceId,
    user: UserId,
    is_own: bool,
    /// Their role in its space.
    role: Option<MemberRole>,
}

/// What a share is to the caller.
///
/// # Errors
/// The share doesn't exist.
pub fn share(conn: &Connection, caller: &Session, share: &RawId<ShareId>) -> Result<ShareAccess> {
    let (user, id) = (caller.user().id, share.parse()?);
    share_access(conn, user, id)?.ok_or_else(|| share.not_found())
}

/// The right to describe a photo, which is that to edit its share.
///
/// # Errors
/// The photo doesn't exist; its share is another user's; its owner has left the space.
pub fn medium(
    conn: &Connection,
    caller: &Session,
    photo: &RawId<PhotoId>,
) -> Result<DescribableMedium> {
    let id = photo.parse()?;
    let share: Option<ShareId> = conn
        .prepare_cached("select share_id from photos where id = ?")?
        .query_row([id], |row| row.get(0))
        .optional()?;
    let share = share.ok_or_else(|| photo.not_found())?;
    // That of a space which was deleted isn't there any more either.
    let access = share_access(conn, caller.user().id, share)?.ok_or_else(|| photo.not_found())?;
    let share = access.edit()?;
    Ok(DescribableMedium { photo: id, share })
}

fn share_access(
    conn: &Connection,
    user: UserId,
    share: ShareId,
) -> rusqlite::Result<Option<ShareAccess>> {
    conn.prepare_cached(
        "select s.id, s.space_id, s.user_id, m.is_admin
         from shares s join spaces p on p.id = s.space_id and p.deleted_at is null
         left join members m on m.space_id = s.space_id and m.user_id = ? where s.id = ?",
    )?
    .query_row((user, share), |row| {
        let (owner, is_admin): (UserId, Option<bool>) = (row.get(2)?, row.get(3)?);
        Ok(ShareAccess {
            share: row.get(0)?,
            space: row.get(1)?,
            user,
            is_own: owner == user,
            role: is_admin.map(|is_admin| MemberRole { is_admin }),
        })
    })
    .optional()
}

impl ShareAccess {
    /// The right to read it: any member of its space.
    ///
    /// # Errors
    /// They aren't a member.
    pub fn read(&self) -> Result<Readable> {
        self.role.ok_or(Denied::NotMember)?;
        Ok(Readable {
            share: self.share,
            space: self.space,
            reader: self.user,
        })
    }

    /// The right to edit it: its owner, while a member of its space.
    ///
    /// # Errors
    /// It is another's; its owner has left the space.
    pub fn edit(&self) -> Result<Editable> {
        if !self.is_own {
            return Err(Denied::NotOwner.into());
        }
        self.role.ok_or(Denied::NotMember)?;
        Ok(Editable {
            share: self.share,
            space: self.space,
        })
    }

    /// The right to delete it: its owner, also after leaving the space, or an admin of its space.
    ///
    /// # Errors
    /// They are neither its owner nor an admin.
    pub fn delete(&self) -> Result<Deletable> {
        if !self.is_own && !self.role.is_some_and(|role| role.is_admin) {
            return Err(Denied::NotOwner.into());
        }
        Ok(Deletable {
            share: self.share,
            space: self.space,
        })
    }
}
