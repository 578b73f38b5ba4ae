//! The inbox of a user: what concerns them of what others do in their spaces. Rows refer to things and hold no texts, and go with
//! what they refer to.

use rusqlite::{Connection, OptionalExtension, Row};
use strum::{EnumString, IntoStaticStr};

use super::events::{self, Kind as EventKind};
use super::ids::{CommentId, NoticeId, RawId, ShareId, SpaceId, UserId};
use super::page::{Listed, Page};
use super::sessions::Session;
use super::spaces::Space;
use super::users::{Authors, User};
use crate::clock::Timestamp;
use crate::domain::ids::Id;
use crate::error::Result;

/// The most notices that are kept of a user; the oldest go.
const MAX_KEPT: i64 = 1000;
/// Unread ones are counted no further.
pub const MAX_COUNTED: i64 = 100;

/// Why a user is told of something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumString, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum Kind {
    /// A share or a comment mentions them.
    Mention,
    /// A comment on a share of theirs.
    Comment,
    /// A comment on a share that they have commented on.
    Reply,
    /// Somebody has joined a space that they are an admin of.
    Join,
}

/// What a user is told of.
#[derive(Debug)]
pub struct Notice {
    pub id: NoticeId,
    pub kind: Kind,
    /// Who has done it.
    pub user: User,
    pub space: Space,
    pub share: Option<ShareId>,
    pub comment: Option<CommentId>,
    /// The beginning of the text that it is about.
    pub excerpt: Option<String>,
    pub created_at: Timestamp,
    pub is_read: bool,
}

/// What a notice is about.
#[derive(Clone, Copy, Debug)]
pub(super) enum Cause {
    Share(ShareId),
    Comment(CommentId),
    /// This user has joined.
    Join(UserId),
}

/// Puts a notice into the inbox of a member, unless they don't want any of this space or have one of the same. Whether it was.
pub(super) fn add(
    conn: &Connection,
    space: SpaceId,
    reader: UserId,
    (kind, cause): (Kind, Cause),
    at: Timestamp,
) -> rusqlite::Result<bool> {
    let (share, comment, joined) = match cause {
        Cause::Share(id) => (Some(id), None, None),
        Cause::Comment(id) => (None, Some(id), None),
        Cause::Join(user) => (None, None, Some(user)),
    };
    let kind: &str = kind.into();
    let added: Option<NoticeId> = conn
        .prepare_cached(ADD)?
        .query_row((space, reader, kind, share, comment, joined, at.0), |row| {
            row.get(0)
        })
        .optional()?;
    let Some(id) = added else {
        return Ok(false);
    };
    conn.prepare_cached(SURPLUS)?.execute((reader, MAX_KEPT))?;
    events::record_for(conn, reader, Some(space), EventKind::NoticeCreated, id)?;
    Ok(true)
}

const ADD: &str = "insert into notices (user_id, member_id, space_id, kind, share_id, comment_id, joined_id, created_at)
    select m.user_id, m.id, m.space_id, ?3, ?4, ?5, (select id from members where space_id = ?1 and user_id = ?6), ?7
    from members m left join notice_settings s on s.member_id = m.id
    where m.space_id = ?1 and m.user_id = ?2 and coalesce(s.level, 'all') <> 'none' on conflict do nothing returning id";

const SURPLUS: &str = "delete from notices where user_id = ?1 and id <=
    (select id from notices where user_id = ?1 order by id desc limit 1 offset ?2)";

/// The columns of a notice, as [`read`] takes them.
macro_rules! notice {
    ($rest:literal) => {
        concat!(
            "select n.id, n.kind, n.space_id, p.name, p.avatar, coalesce(n.share_id, c.share_id), n.comment_id,
             coalesce(c.user_id, s.user_id, j.user_id), substr(coalesce(c.text, s.text), 1, 200), n.created_at, n.is_read
             from notices n join spaces p on p.id = n.space_id
             left join comments c on c.id = n.comment_id
             left join shares s on s.space_id = n.space_id and s.id = n.share_id
             left join members j on j.id = n.joined_id where n.user_id = ? and ",
            $rest
        )
    };
}

fn read(row: &Row<'_>, authors: &mut Authors<'_>) -> rusqlite::Result<Notice> {
    let kind: String = row.get(1)?;
    Ok(Notice {
        id: row.get(0)?,
        // One of another version is at least something that somebody has done.
        kind: kind.parse().unwrap_or(Kind::Reply),
        space: Space::from_row(row, 2)?,
        share: row.get(5)?,
        comment: row.get(6)?,
        user: authors.get(row.get(7)?)?,
        excerpt: row.get(8)?,
        created_at: Timestamp(row.get(9)?),
        is_read: row.get(10)?,
    })
}

/// The notices of the caller, newest first.
///
/// # Errors
/// A cursor that another list made.
pub fn list(conn: &Connection, caller: &Session, page: &Page) -> Result<Listed<Notice>> {
    let before: i64 = page.after(i64::MAX)?;
    let mut authors = Authors::new(conn)?;
    let mut list = conn.prepare_cached(LIST)?;
    let rows = list.query_map((caller.user().id, before, page.limit_plus_one()), |row| {
        read(row, &mut authors)
    })?;
    page.take(rows, |row| row.id.number())
}

const LIST: &str = notice!("n.id < ? order by n.id desc limit ?");

/// One notice of the caller.
///
/// # Errors
/// They have none with this id.
pub fn get(conn: &Connection, caller: &Session, id: &RawId<NoticeId>) -> Result<Notice> {
    let mut authors = Authors::new(conn)?;
    conn.prepare_cached(ONE)?
        .query_row((caller.user().id, id.parse()?), |row| {
            read(row, &mut authors)
        })
        .optional()?
        .ok_or_else(|| id.not_found())
}

const ONE: &str = notice!("n.id = ?");

/// How many notices a user hasn't read, counted up to [`MAX_COUNTED`].
pub fn count_unread(conn: &Connection, user: UserId) -> rusqlite::Result<i64> {
    conn.prepare_cached(UNREAD)?
        .query_row((user, MAX_COUNTED), |row| row.get(0))
}

const UNREAD: &str =
    "select count(*) from (select 1 from notices where user_id = ? and is_read = 0 limit ?)";

/// Marks the notices of the caller as read, all that they have or those up to one of them.
pub fn mark_read(
    conn: &Connection,
    caller: &Session,
    up_to: Option<NoticeId>,
) -> rusqlite::Result<()> {
    let user = caller.user().id;
    let marked: Vec<NoticeId> = conn
        .prepare_cached(MARK_READ)?
        .query_map((user, up_to), |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    match marked.into_iter().max() {
        Some(last) => events::record_for(conn, user, None, EventKind::NoticesRead, last),
        None => Ok(()),
    }
}

const MARK_READ: &str = "update notices set is_read = 1
    where user_id = ?1 and is_read = 0 and (?2 is null or id <= ?2) returning id";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::explain::plan;

    #[test]
    fn an_inbox_is_one_walk_along_its_index() {
        let plan = plan(LIST);
        assert!(
            plan.contains("SEARCH n USING INDEX notices_by_reader (user_id=? AND id<?)"),
            "{plan}"
        );
        assert!(
            !plan.contains("TEMP B-TREE") && !plan.contains("SCAN"),
            "{plan}"
        );
    }

    #[test]
    fn only_unread_notices_are_counted_and_marked() {
        for sql in [UNREAD, MARK_READ] {
            let plan = plan(sql);
            assert!(plan.contains("notices_unread (user_id=?"), "{plan}");
        }
    }

    #[test]
    fn what_goes_takes_its_notices_with_it_by_an_index() {
        for (condition, index) in [
            ("space_id = ? and share_id = ?", "notices_of_share"),
            ("comment_id = ?", "notices_of_comment"),
            ("joined_id = ?", "notices_of_join"),
            ("member_id = ?", "notices_by_member"),
        ] {
            let plan = plan(&format!("delete from notices where {condition}"));
            assert!(plan.contains(index), "{plan}");
        }
    }
}
