//! Who may answer what was shared, and who may change what was answered.

use rusqlite::{Connection, OptionalExtension};

use super::{MemberRole, ShareAccess};
use crate::domain::ids::{CommentId, RawId, ShareId, SpaceId, UserId};
use crate::domain::sessions::Session;
use crate::error::{Denied, Result};

/// Proof that the current user may answer a share.
#[derive(Debug)]
pub struct Answerable {
    share: ShareId,
    space: SpaceId,
    user: UserId,
}

/// Proof that a comment may be read by the current user.
#[derive(Debug)]
pub struct ReadableComment {
    key: CommentKey,
    reader: UserId,
}

/// Proof that a comment is the asker's own, in a space that they still belong to.
#[derive(Debug)]
pub struct EditableComment {
    key: CommentKey,
    author: UserId,
}

/// Proof that a comment may be deleted by the current user.
#[derive(Debug)]
pub struct DeletableComment(CommentKey);

/// Proof that the current user may react to a share or a comment, and see who does.
#[derive(Debug)]
pub struct Reactable {
    target: Target,
    user: UserId,
}

/// Proof that the current user may take back what they have reacted with; also after leaving the space.
#[derive(Debug)]
pub struct Retractable {
    target: Target,
    user: UserId,
    is_member: bool,
}

/// What is reacted to: a share, or a comment on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Target {
    pub space: SpaceId,
    pub share: ShareId,
    pub comment: Option<CommentId>,
}

/// Proof that a share may be pinned by the current user.
#[derive(Debug)]
pub struct Pinnable {
    share: ShareId,
    space: SpaceId,
}

/// Where the row of a comment is.
#[derive(Clone, Copy, Debug)]
pub struct CommentKey {
    pub space: SpaceId,
    pub share: ShareId,
    pub comment: CommentId,
}

impl Answerable {
    pub fn share(&self) -> ShareId {
        self.share
    }

    pub fn space(&self) -> SpaceId {
        self.space
    }

    /// Who answers.
    pub fn user(&self) -> UserId {
        self.user
    }
}

impl ReadableComment {
    pub fn key(&self) -> CommentKey {
        self.key
    }

    pub fn reader(&self) -> UserId {
        self.reader
    }
}

impl EditableComment {
    pub fn key(&self) -> CommentKey {
        self.key
    }

    pub fn author(&self) -> UserId {
        self.author
    }
}

impl Reactable {
    pub fn target(&self) -> Target {
        self.target
    }

    pub fn user(&self) -> UserId {
        self.user
    }
}

impl Retractable {
    pub fn target(&self) -> Target {
        self.target
    }

    pub fn user(&self) -> UserId {
        self.user
    }

    /// Whether they belong to the space.
    pub fn is_member(&self) -> bool {
        self.is_member
    }
}

impl DeletableComment {
    pub fn key(&self) -> CommentKey {
        self.0
    }
}

impl Pinnable {
    pub fn share(&self) -> ShareId {
        self.share
    }

    pub fn space(&self) -> SpaceId {
        self.space
    }
}

impl ShareAccess {
    /// The right to answer it: any member of its space.
    ///
    /// # Errors
    /// They aren't a member.
    pub fn answer(&self) -> Result<Answerable> {
        self.role.ok_or(Denied::NotMember)?;
        Ok(Answerable {
            share: self.share,
            space: self.space,
            user: self.user,
        })
    }

    /// The right to react to it: any member of its space.
    ///
    /// # Errors
    /// They aren't a member.
    pub fn react(&self) -> Result<Reactable> {
        self.role.ok_or(Denied::NotMember)?;
        Ok(Reactable {
            target: self.target(),
            user: self.user,
        })
    }

    /// The right to take back one's own reactions to it.
    pub fn retract(&self) -> Retractable {
        Retractable {
            target: self.target(),
            user: self.user,
            is_member: self.role.is_some(),
        }
    }

    /// The right to pin it, and to take it from the top again: an admin of its space.
    ///
    /// # Errors
    /// They aren't a member, or are one without being an admin.
    pub fn pin(&self) -> Result<Pinnable> {
        let MemberRole { is_admin } = self.role.ok_or(Denied::NotMember)?;
        if !is_admin {
            return Err(Denied::NotAdmin.into());
        }
        Ok(Pinnable {
            share: self.share,
            space: self.space,
        })
    }

    fn target(&self) -> Target {
        Target {
            space: self.space,
            share: self.share,
            comment: None,
        }
    }
}

/// The relation of a user to a comment that exists.
#[derive(Debug)]
pub struct CommentAccess {
    key: CommentKey,
    user: UserId,
    is_own: bool,
    /// Their role in its space.
    role: Option<MemberRole>,
}

/// What a comment is to the caller.
///
/// # Errors
/// The comment doesn't exist.
pub fn comment(
    conn: &Connection,
    caller: &Session,
    comment: &RawId<CommentId>,
) -> Result<CommentAccess> {
    let (user, id) = (caller.user().id, comment.parse()?);
    conn.prepare_cached(
        "select c.space_id, c.share_id, c.user_id, m.is_admin
         from comments c join spaces p on p.id = c.space_id and p.deleted_at is null
         left join members m on m.space_id = c.space_id and m.user_id = ? where c.id = ?",
    )?
    .query_row((user, id), |row| {
        let (author, is_admin): (UserId, Option<bool>) = (row.get(2)?, row.get(3)?);
        Ok(CommentAccess {
            key: CommentKey {
                space: row.get(0)?,
                share: row.get(1)?,
                comment: id,
            },
            user,
            is_own: author == user,
            role: is_admin.map(|is_admin| MemberRole { is_admin }),
        })
    })
    .optional()?
    .ok_or_else(|| comment.not_found())
}

impl CommentAccess {
    /// The right to read it: any member of its space.
    ///
    /// # Errors
    /// They aren't a member.
    pub fn read(&self) -> Result<ReadableComment> {
        self.role.ok_or(Denied::NotMember)?;
        Ok(ReadableComment {
            key: self.key,
            reader: self.user,
        })
    }

    /// The right to edit it: its author, while a member of its space.
    ///
    /// # Errors
    /// It is another's; its author has left the space.
    pub fn edit(&self) -> Result<EditableComment> {
        if !self.is_own {
            return Err(Denied::NotAuthor.into());
        }
        self.role.ok_or(Denied::NotMember)?;
        Ok(EditableComment {
            key: self.key,
            author: self.user,
        })
    }

    /// The right to delete it: its author, also after leaving the space, or an admin of its space.
    ///
    /// # Errors
    /// They are neither its author nor an admin.
    pub fn delete(&self) -> Result<DeletableComment> {
        if !self.is_own && !self.role.is_some_and(|role| role.is_admin) {
            return Err(Denied::NotAuthor.into());
        }
        Ok(DeletableComment(self.key))
    }

    /// The right to react to it: any member of the space.
    ///
    /// # Errors
    /// They aren't a member.
    pub fn react(&self) -> Result<Reactable> {
        self.role.ok_or(Denied::NotMember)?;
        Ok(Reactable {
            target: self.target(),
            user: self.user,
        })
    }

    /// The right to take back one's own reactions to it.
    pub fn retract(&self) -> Retractable {
        Retractable {
            target: self.target(),
            user: self.user,
            is_member: self.role.is_some(),
        }
    }

    fn target(&self) -> Target {
        Target {
            space: self.key.space,
            share: self.key.share,
            comment: Some(self.key.comment),
        }
    }
}
