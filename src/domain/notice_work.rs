//! What has happened and is still to be told: one row for each, written in the same transaction, so that nobody who writes waits
//! for those who are told. [`super::notices`] makes notices of it.

use rusqlite::{Connection, Row};
use strum::{EnumString, IntoStaticStr};

use super::ids::{Id, ShareId, SpaceId, UserId};
use crate::clock::Timestamp;

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumString, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub(super) enum Kind {
    Share,
    Comment,
    /// A user has joined, or was added.
    Join,
    /// The text of a share was changed, and may mention others than before.
    ShareEdit,
    /// The text of a comment likewise.
    CommentEdit,
}

/// Something that is still to be told.
#[derive(Clone, Copy, Debug)]
pub(super) struct Work {
    pub kind: Kind,
    pub space: SpaceId,
    /// The id of the share, of the comment, or of the user who has joined.
    pub object: i64,
    /// Whose doing it is.
    pub author: UserId,
    pub at: Timestamp,
}

impl Work {
    /// Reads the columns `kind, space_id, object_id, author_id, at`. `None` of a kind of another version.
    fn from_row(row: &Row<'_>) -> rusqlite::Result<Option<Self>> {
        let kind: String = row.get(0)?;
        let Ok(kind) = kind.parse() else {
            return Ok(None);
        };
        Ok(Some(Self {
            kind,
            space: row.get(1)?,
            object: row.get(2)?,
            author: row.get(3)?,
            at: Timestamp(row.get(4)?),
        }))
    }
}

/// Records that something is to be told, in the transaction in which it happens.
pub(super) fn add(
    conn: &Connection,
    kind: Kind,
    space: SpaceId,
    object: impl Id,
    author: UserId,
    now: Timestamp,
) -> rusqlite::Result<()> {
    let kind: &str = kind.into();
    conn.prepare_cached(
        "insert into notice_work (kind, space_id, object_id, author_id, at) values (?, ?, ?, ?, ?)",
    )?
    .execute((kind, space, object.number(), author, now.0))?;
    Ok(())
}

/// Records that the text of a share was changed.
pub(super) fn add_share_edit(
    conn: &Connection,
    (space, share): (SpaceId, ShareId),
    now: Timestamp,
) -> rusqlite::Result<()> {
    let kind: &str = Kind::ShareEdit.into();
    conn.prepare_cached(
        "insert into notice_work (kind, space_id, object_id, author_id, at)
         select ?, space_id, id, user_id, ? from shares indexed by sqlite_autoindex_shares_1 where space_id = ? and id = ?",
    )?
    .execute((kind, now.0, space, share))?;
    Ok(())
}

/// Whether anything is to be told.
pub fn is_any(conn: &Connection) -> rusqlite::Result<bool> {
    conn.prepare_cached("select 1 from notice_work limit 1")?
        .exists([])
}

/// Takes what has waited longest, at most `max`, in the order in which it happened.
pub(super) fn take(conn: &Connection, max: usize) -> rusqlite::Result<Vec<Work>> {
    let mut taken: Vec<(i64, Option<Work>)> = conn
        .prepare_cached(TAKE)?
        .query_map([i64::try_from(max).unwrap_or(i64::MAX)], |row| {
            Ok((row.get(5)?, Work::from_row(row)?))
        })?
        .collect::<rusqlite::Result<_>>()?;
    taken.sort_unstable_by_key(|(seq, _)| *seq);
    Ok(taken.into_iter().filter_map(|(_, work)| work).collect())
}

const TAKE: &str =
    "delete from notice_work where seq in (select seq from notice_work order by seq limit ?)
    returning kind, space_id, object_id, author_id, at, seq";
