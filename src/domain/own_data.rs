//! All that a user has made, for them to take along: read row by row, because it may be much.

use rusqlite::{Connection, OptionalExtension};

use super::ids::{CommentId, ShareId, SpaceId};
use super::notice_settings::{Level, NoticeSettings};
use super::photos::{self, PhotoWithFile};
use super::sessions::Session;
use super::spaces::Space;
use crate::clock::Timestamp;
use crate::error::Result;

/// A space that a user belongs to, and what they have chosen there.
#[derive(Debug)]
pub struct OwnSpace {
    pub space: Space,
    pub is_admin: bool,
    pub joined_at: Timestamp,
    pub notices: NoticeSettings,
}

/// What a user has shared.
#[derive(Debug)]
pub struct OwnShare {
    pub id: ShareId,
    pub space: SpaceId,
    /// `None` if the user has left the space: its name may be another one since.
    pub space_name: Option<String>,
    pub text: String,
    pub created_at: Timestamp,
    pub edited_at: Option<Timestamp>,
    /// In their order.
    pub photos: Vec<PhotoWithFile>,
}

/// What a user has said to a share.
#[derive(Debug)]
pub struct OwnComment {
    pub id: CommentId,
    pub share: ShareId,
    pub space: SpaceId,
    pub text: String,
    pub created_at: Timestamp,
    pub edited_at: Option<Timestamp>,
}

/// With what a user has reacted.
#[derive(Debug)]
pub struct OwnReaction {
    pub share: ShareId,
    pub space: SpaceId,
    /// The comment, if it is not a reaction to the share itself.
    pub comment: Option<CommentId>,
    pub emoji: String,
    pub created_at: Timestamp,
}

/// How much a user has made.
#[derive(Clone, Copy, Debug)]
pub struct Amount {
    pub photos: u64,
    /// Shares and comments.
    pub texts: u64,
}

/// How much the caller has made.
pub fn amount(conn: &Connection, caller: &Session) -> rusqlite::Result<Amount> {
    conn.prepare_cached(
        "select (select count(*) from shares s join photos p on p.space_id = s.space_id and p.share_id = s.id where s.user_id = ?1),
         (select count(*) from shares where user_id = ?1) + (select count(*) from comments where user_id = ?1)",
    )?
    .query_row([caller.user().id], |row| {
        let (photos, texts): (i64, i64) = (row.get(0)?, row.get(1)?);
        Ok(Amount {
            photos: photos.try_into().unwrap_or(0),
            texts: texts.try_into().unwrap_or(0),
        })
    })
}

/// When the account of the caller was made.
pub fn created_at(conn: &Connection, caller: &Session) -> rusqlite::Result<Timestamp> {
    conn.prepare_cached("select created_at from users where id = ?")?
        .query_row([caller.user().id], |row| row.get(0).map(Timestamp))
}

/// The bytes of the picture of the caller, if they have one.
pub fn avatar(conn: &Connection, caller: &Session) -> rusqlite::Result<Option<Vec<u8>>> {
    conn.prepare_cached("select bytes from avatars where user_id = ?")?
        .query_row([caller.user().id], |row| row.get(0))
        .optional()
}

/// The spaces of the caller, in the order in which they joined.
pub fn spaces(conn: &Connection, caller: &Session) -> rusqlite::Result<Vec<OwnSpace>> {
    let standard = NoticeSettings::default();
    conn.prepare_cached(
        "select s.id, s.name, s.avatar, m.is_admin, m.joined_at, n.level, n.push, n.email
         from members m join spaces s on s.id = m.space_id left join notice_settings n on n.member_id = m.id
         where m.user_id = ? order by m.id",
    )?
    .query_map([caller.user().id], |row| {
        let level: Option<String> = row.get(5)?;
        let level = level.and_then(|level| level.parse::<Level>().ok());
        Ok(OwnSpace {
            space: Space::from_row(row, 0)?,
            is_admin: row.get(3)?,
            joined_at: Timestamp(row.get(4)?),
            notices: NoticeSettings {
                level: level.unwrap_or(standard.level),
                push: row.get::<_, Option<bool>>(6)?.unwrap_or(standard.push),
                email: row.get::<_, Option<bool>>(7)?.unwrap_or(standard.email),
            },
        })
    })?
    .collect()
}

/// What the caller has shared, the oldest first, also in spaces that they have left.
///
/// # Errors
/// The first that `each` returns.
pub fn for_each_share(
    conn: &Connection,
    caller: &Session,
    mut each: impl FnMut(OwnShare) -> Result<()>,
) -> Result<()> {
    let user = caller.user().id;
    // The ids first: to sort the texts would take memory or disk for all of them.
    let mut shares: Vec<(ShareId, SpaceId)> = conn
        .prepare_cached("select id, space_id from shares where user_id = ?")?
        .query_map([user], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<rusqlite::Result<_>>()?;
    shares.sort_unstable();
    let mut find = conn.prepare_cached(SHARE)?;
    for (id, space) in shares {
        let found = find.query_row((space, id, user), |row| {
            Ok(OwnShare {
                id,
                space,
                space_name: row.get(3)?,
                text: row.get(0)?,
                created_at: Timestamp(row.get(1)?),
                edited_at: row.get::<_, Option<i64>>(2)?.map(Timestamp),
                photos: Vec::new(),
            })
        });
        // Those of a space that is being deleted are gone.
        if let Some(mut share) = found.optional()? {
            share.photos = photos::with_files_of_share(conn, space, id)?;
            each(share)?;
        }
    }
    Ok(())
}

const SHARE: &str = "select s.text, s.created_at, s.edited_at,
        case when exists (select 1 from members m where m.space_id = p.id and m.user_id = s.user_id) then p.name end
    from shares s indexed by sqlite_autoindex_shares_1 join spaces p on p.id = s.space_id and p.deleted_at is null
    where s.space_id = ? and s.id = ? and s.user_id = ?";

/// What the caller has said, the oldest first, also in spaces that they have left.
///
/// # Errors
/// The first that `each` returns.
pub fn for_each_comment(
    conn: &Connection,
    caller: &Session,
    mut each: impl FnMut(OwnComment) -> Result<()>,
) -> Result<()> {
    let mut comments: Vec<(CommentId, ShareId, SpaceId)> = conn
        .prepare_cached("select id, share_id, space_id from comments where user_id = ?")?
        .query_map([caller.user().id], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })?
        .collect::<rusqlite::Result<_>>()?;
    comments.sort_unstable();
    let mut find = conn.prepare_cached(COMMENT)?;
    for (id, share, space) in comments {
        let found = find.query_row((space, share, id), |row| {
            Ok(OwnComment {
                id,
                share,
                space,
                text: row.get(0)?,
                created_at: Timestamp(row.get(1)?),
                edited_at: row.get::<_, Option<i64>>(2)?.map(Timestamp),
            })
        });
        if let Some(comment) = found.optional()? {
            each(comment)?;
        }
    }
    Ok(())
}

const COMMENT: &str = "select c.text, c.created_at, c.edited_at
    from comments c indexed by sqlite_autoindex_comments_1 join spaces p on p.id = c.space_id and p.deleted_at is null
    where c.space_id = ? and c.share_id = ? and c.id = ?";

/// With what the caller has reacted, in any order.
///
/// # Errors
/// The first that `each` returns.
pub fn for_each_reaction(
    conn: &Connection,
    caller: &Session,
    mut each: impl FnMut(OwnReaction) -> Result<()>,
) -> Result<()> {
    let mut list = conn.prepare_cached(
        "select r.share_id, r.space_id, nullif(r.comment_id, 9223372036854775807), r.emoji, r.created_at
         from reactions r join spaces p on p.id = r.space_id and p.deleted_at is null where r.user_id = ?",
    )?;
    let mut rows = list.query([caller.user().id])?;
    while let Some(row) = rows.next()? {
        each(OwnReaction {
            share: row.get(0)?,
            space: row.get(1)?,
            comment: row.get(2)?,
            emoji: row.get(3)?,
            created_at: Timestamp(row.get(4)?),
        })?;
    }
    Ok(())
}
