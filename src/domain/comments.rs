//! What members say to a share, in the order in which they said it.

use std::collections::HashMap;
use std::slice;

use rusqlite::{Connection, OptionalExtension, Row};

use super::access::{
    Answerable, CommentKey, DeletableComment, EditableComment, Readable, ReadableComment,
};
use super::activity;
use super::client_key::ClientKey;
use super::events::{self, Kind as EventKind};
use super::ids::{CommentId, Id, ShareId, SpaceId, UserId};
use super::last_ids::{self, Kind};
use super::mentions::Mentions;
use super::notice_work::{self, Kind as WorkKind};
use super::page::{Listed, Order, Page};
use super::reactions::{self, ReactionCount};
use super::read_marks;
use super::text::CommentText;
use super::users::{Authors, User};
use crate::clock::Timestamp;
use crate::error::{Conflict, Error, Result};

/// What a member has said to a share.
#[derive(Clone, Debug)]
pub struct Comment {
    pub id: CommentId,
    pub user: User,
    pub text: String,
    pub created_at: Timestamp,
    /// When its text was changed last.
    pub edited_at: Option<Timestamp>,
    pub reactions: Vec<ReactionCount>,
    /// The users whom the text mentions.
    pub mentions: Vec<User>,
}

/// How many columns a comment is read from.
const COLUMNS: usize = 5;

/// Reads comments, as [`Comment::from_row`] takes them.
macro_rules! comment {
    ($rest:literal) => {
        concat!(
            "select c.id, c.text, c.created_at, c.edited_at, c.user_id",
            $rest
        )
    };
}

impl Comment {
    /// Reads the first columns of what [`comment!`] makes.
    fn from_row(row: &Row<'_>, authors: &mut Authors<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get(0)?,
            text: row.get(1)?,
            created_at: Timestamp(row.get(2)?),
            edited_at: row.get::<_, Option<i64>>(3)?.map(Timestamp),
            user: authors.get(row.get(4)?)?,
            reactions: Vec::new(),
            mentions: Vec::new(),
        })
    }
}

/// What a share shows of its comments.
#[derive(Clone, Debug, Default)]
pub struct Conversation {
    /// How many there are.
    pub count: u32,
    /// The last two, the older one first.
    pub latest: Vec<Comment>,
}

/// What came of a comment that was sent.
#[derive(Debug)]
pub enum Created {
    /// It was made.
    Now(Comment),
    /// It had been made before, under the same key. Nothing was changed.
    Before(Comment),
}

impl Created {
    /// The comment, whenever it was made.
    pub fn comment(self) -> Comment {
        match self {
            Self::Now(comment) | Self::Before(comment) => comment,
        }
    }
}

/// The last id that a comment has ever had, also if it is deleted; 0 before the first.
pub fn last_id(conn: &Connection) -> rusqlite::Result<i64> {
    last_ids::last(conn, Kind::Comment)
}

/// Says something to a share. `id` was reserved for it.
///
/// # Errors
/// [`Conflict::KeyOfAnotherShare`].
pub fn create(
    conn: &Connection,
    share: &Answerable,
    id: CommentId,
    text: &CommentText,
    key: Option<&ClientKey>,
    now: Timestamp,
) -> Result<Created> {
    let insert = || {
        conn.prepare_cached(
            "insert into comments (space_id, share_id, id, user_id, text, created_at, client_key)
             values (?, ?, ?, ?, ?, ?, ?) on conflict (user_id, client_key) do nothing",
        )?
        .execute((
            share.space(),
            share.share(),
            id,
            share.user(),
            text.as_str(),
            now.0,
            key.map(ClientKey::as_str),
        ))
    };
    if insert()? == 0 {
        if let Some(before) = find_made(conn, share, key)? {
            return Ok(Created::Before(before));
        }
        release_key(conn, share.user(), key)?;
        if insert()? == 0 {
            return Err(Error::internal(anyhow::anyhow!(
                "a comment was refused for a key that nobody has used"
            )));
        }
    }
    let key = CommentKey {
        space: share.space(),
        share: share.share(),
        comment: id,
    };
    activity::add_comment(conn, (key.space, key.share), id, share.user(), now)?;
    read_marks::skip_own(conn, key.space, share.user())?;
    notice_work::add(conn, WorkKind::Comment, key.space, id, share.user(), now)?;
    Ok(Created::Now(get_in(conn, key, share.user())?))
}

/// Takes a key from what this user has made under it in a deleted space that still has rows.
fn release_key(conn: &Connection, user: UserId, key: Option<&ClientKey>) -> rusqlite::Result<()> {
    conn.prepare_cached(
        "update comments set client_key = null where user_id = ? and client_key = ?
         and space_id in (select id from spaces where deleted_at is not null)",
    )?
    .execute((user, key.map(ClientKey::as_str)))?;
    Ok(())
}

/// The comment that this user has made under this key, if it is still there.
fn find_made(
    conn: &Connection,
    share: &Answerable,
    key: Option<&ClientKey>,
) -> Result<Option<Comment>> {
    let made = conn
        .prepare_cached(MADE)?
        .query_row((share.user(), key.map(ClientKey::as_str)), |row| {
            Ok(CommentKey {
                space: row.get(0)?,
                share: row.get(1)?,
                comment: row.get(2)?,
            })
        })
        .optional()?;
    match made {
        None => Ok(None),
        Some(key) if key.share == share.share() => Ok(Some(get_in(conn, key, share.user())?)),
        // The sender of a comment must not be told of a share that they may not see any more.
        Some(_) => Err(Conflict::KeyOfAnotherShare.into()),
    }
}

const MADE: &str = "select c.space_id, c.share_id, c.id from comments c
    join spaces p on p.id = c.space_id and p.deleted_at is null where c.user_id = ? and c.client_key = ?";

/// The comments on a share, in either order.
///
/// # Errors
/// A cursor that another list made.
pub fn list(
    conn: &Connection,
    share: &Readable,
    order: Order,
    page: &Page,
) -> Result<Listed<Comment>> {
    let (sql, start) = match order {
        Order::Oldest => (OLDEST_FIRST, 0),
        Order::Newest => (NEWEST_FIRST, i64::MAX),
    };
    let after: i64 = page.after(start)?;
    let mut authors = Authors::new(conn)?;
    let mut list = conn.prepare_cached(sql)?;
    let rows = list.query_map(
        (share.space(), share.share(), after, page.limit_plus_one()),
        |row| Comment::from_row(row, &mut authors),
    )?;
    let mut listed = page.take(rows, |row| row.id.number())?;
    let place = (share.space(), share.share());
    complete(conn, place, &mut listed.rows, share.reader())?;
    Ok(listed)
}

/// Adds the reactions to comments on one share, which are in either order, and the users whom they mention.
fn complete(
    conn: &Connection,
    share: (SpaceId, ShareId),
    comments: &mut [Comment],
    reader: UserId,
) -> rusqlite::Result<()> {
    let ids = || comments.iter().map(|comment| comment.id);
    let (Some(first), Some(last)) = (ids().min(), ids().max()) else {
        return Ok(());
    };
    let mut all: HashMap<CommentId, Vec<ReactionCount>> = HashMap::new();
    reactions::for_each_comment(conn, share, (first, last), reader, |comment, count| {
        count.put_among(all.entry(comment).or_default());
    })?;
    let mut mentions = Mentions::new(conn, share.0);
    for comment in comments {
        comment.reactions = all.remove(&comment.id).unwrap_or_default();
        comment.mentions = mentions.of(&comment.text)?;
    }
    Ok(())
}

const OLDEST_FIRST: &str = comment!(
    " from comments c where c.space_id = ? and c.share_id = ? and c.id > ? order by c.id limit ?"
);

const NEWEST_FIRST: &str = comment!(
    " from comments c where c.space_id = ? and c.share_id = ? and c.id < ? order by c.id desc limit ?"
);

/// How many comments each share of a space from `oldest` to `newest` has, with each of its last two: the newest share first, and
/// of each the last comment first. Shares without comments are left out.
pub(super) fn for_each_latest(
    conn: &Connection,
    space: SpaceId,
    (oldest, newest): (ShareId, ShareId),
    authors: &mut Authors<'_>,
    mut each: impl FnMut(ShareId, u32, Comment),
) -> rusqlite::Result<()> {
    let mut walk = conn.prepare_cached(NEXT_TO_SHARES)?;
    let mut rows = walk.query((space, oldest, newest))?;
    while let Some(row) = rows.next()? {
        let comment = Comment::from_row(row, authors)?;
        each(row.get(COLUMNS)?, row.get(COLUMNS + 1)?, comment);
    }
    Ok(())
}

// Along the counts, and to each the end of its comments. The plus keeps SQLite from walking along all comments instead.
const NEXT_TO_SHARES: &str = comment!(
    ", n.share_id, n.count from comment_counts n cross join comments c
    on c.space_id = n.space_id and c.share_id = +n.share_id and c.id >= n.latest_from
    where n.space_id = ? and n.share_id between ? and ? order by n.share_id desc, c.id desc"
);

/// One comment.
pub fn get(conn: &Connection, comment: &ReadableComment) -> Result<Comment> {
    Ok(get_in(conn, comment.key(), comment.reader())?)
}

fn get_in(conn: &Connection, key: CommentKey, reader: UserId) -> rusqlite::Result<Comment> {
    let mut authors = Authors::new(conn)?;
    let mut comment = conn
        .prepare_cached(ONE)?
        .query_row((key.space, key.share, key.comment), |row| {
            Comment::from_row(row, &mut authors)
        })?;
    let share = (key.space, key.share);
    complete(conn, share, slice::from_mut(&mut comment), reader)?;
    Ok(comment)
}

const ONE: &str = comment!(
    " from comments c indexed by sqlite_autoindex_comments_1
    where c.space_id = ? and c.share_id = ? and c.id = ?"
);

/// Replaces the text of a comment. The same text again is no edit.
pub fn edit(
    conn: &Connection,
    comment: &EditableComment,
    text: &CommentText,
    now: Timestamp,
) -> Result<Comment> {
    let key = comment.key();
    let edited = conn
        .prepare_cached(
            "update comments indexed by sqlite_autoindex_comments_1 set edited_at = ?2, text = ?1
             where space_id = ?3 and share_id = ?4 and id = ?5 and text <> ?1",
        )?
        .execute((text.as_str(), now.0, key.space, key.share, key.comment))?;
    if edited > 0 {
        report(conn, key, EventKind::CommentEdited)?;
        if text.as_str().contains('@') {
            let (id, author) = (key.comment, comment.author());
            notice_work::add(conn, WorkKind::CommentEdit, key.space, id, author, now)?;
        }
    }
    Ok(get_in(conn, key, comment.author())?)
}

/// Deletes a comment.
pub fn delete(conn: &Connection, comment: &DeletableComment) -> Result<()> {
    let key = comment.key();
    last_ids::note(conn, Kind::Comment)?;
    conn.prepare_cached(
        "delete from comments indexed by sqlite_autoindex_comments_1
         where space_id = ? and share_id = ? and id = ?",
    )?
    .execute((key.space, key.share, key.comment))?;
    Ok(report(conn, key, EventKind::CommentDeleted)?)
}

fn report(conn: &Connection, key: CommentKey, kind: EventKind) -> rusqlite::Result<()> {
    events::record_in(conn, (key.space, key.share), kind, key.comment)
}

/// Deletes comments of a user whose account is removed, at most `max`; how many there were.
pub(super) fn remove_some_of_user(
    conn: &Connection,
    user: UserId,
    max: usize,
) -> rusqlite::Result<usize> {
    last_ids::note(conn, Kind::Comment)?;
    let deleted: Vec<CommentKey> = conn
        .prepare_cached(SOME_OF_USER)?
        .query_map((user, i64::try_from(max).unwrap_or(i64::MAX)), |row| {
            Ok(CommentKey {
                space: row.get(0)?,
                share: row.get(1)?,
                comment: row.get(2)?,
            })
        })?
        .collect::<rusqlite::Result<_>>()?;
    let mut keys = deleted.iter();
    keys.try_for_each(|key| report(conn, *key, EventKind::CommentDeleted))?;
    Ok(deleted.len())
}

const SOME_OF_USER: &str = "delete from comments where (space_id, share_id, id) in
    (select space_id, share_id, id from comments where user_id = ? limit ?) returning space_id, share_id, id";

/// Deletes all comments on a share that goes.
pub(super) fn remove_of_share(
    conn: &Connection,
    space: SpaceId,
    share: ShareId,
) -> rusqlite::Result<()> {
    last_ids::note(conn, Kind::Comment)?;
    conn.prepare_cached("delete from comments where space_id = ? and share_id = ?")?
        .execute((space, share))?;
    Ok(())
}

/// Deletes comments on a share that goes, the oldest first, at most `max`; how many there were.
pub(super) fn remove_some_of_share(
    conn: &Connection,
    (space, share): (SpaceId, ShareId),
    max: usize,
) -> rusqlite::Result<usize> {
    last_ids::note(conn, Kind::Comment)?;
    conn.prepare_cached(SOME_OF_SHARE)?.execute((
        space,
        share,
        i64::try_from(max).unwrap_or(i64::MAX),
    ))
}

const SOME_OF_SHARE: &str = "delete from comments indexed by sqlite_autoindex_comments_1
    where space_id = ?1 and share_id = ?2 and id in
    (select id from comments where space_id = ?1 and share_id = ?2 order by id limit ?3)";

/// Deletes comments of a space that goes, those on the oldest shares first, at most `max`; how many there were.
pub(super) fn remove_some(
    conn: &Connection,
    space: SpaceId,
    max: usize,
) -> rusqlite::Result<usize> {
    last_ids::note(conn, Kind::Comment)?;
    conn.prepare_cached(SOME_OF_SPACE)?
        .execute((space, i64::try_from(max).unwrap_or(i64::MAX)))
}

const SOME_OF_SPACE: &str = "delete from comments indexed by sqlite_autoindex_comments_1
    where space_id = ?1 and (share_id, id) in
    (select share_id, id from comments where space_id = ?1 order by share_id, id limit ?2)";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::explain::plan;

    #[test]
    fn the_comments_on_a_share_are_one_walk_in_either_order() {
        for (sql, sign) in [(OLDEST_FIRST, '>'), (NEWEST_FIRST, '<')] {
            let walk =
                format!("SEARCH c USING PRIMARY KEY (space_id=? AND share_id=? AND id{sign}?)");
            assert_eq!(plan(sql), walk);
        }
    }

    #[test]
    fn what_a_page_of_shares_shows_of_comments_is_one_walk_to_their_last_ones() {
        assert_eq!(
            plan(NEXT_TO_SHARES),
            "SEARCH n USING PRIMARY KEY (space_id=? AND share_id>? AND share_id<?)\n\
             SEARCH c USING PRIMARY KEY (space_id=? AND share_id=? AND id>?)"
        );
    }

    #[test]
    fn one_comment_is_read_where_its_share_lies() {
        assert_eq!(
            plan(ONE),
            "SEARCH c USING PRIMARY KEY (space_id=? AND share_id=? AND id=?)"
        );
    }

    #[test]
    fn the_comments_of_a_space_or_a_share_that_goes_are_a_range() {
        for (sql, range) in [
            (SOME_OF_SPACE, "(space_id=?)"),
            (SOME_OF_SHARE, "(space_id=? AND share_id=?)"),
        ] {
            let plan = plan(sql);
            for step in [
                "SEARCH comments USING PRIMARY KEY (space_id=? AND share_id=? AND id=?)",
                &format!("SEARCH comments USING PRIMARY KEY {range}"),
            ] {
                assert!(plan.contains(step), "{step} is not in\n{plan}");
            }
            assert!(
                !plan.contains("TEMP B-TREE") && !plan.contains("SCAN"),
                "{plan}"
            );
        }
    }

    #[test]
    fn what_was_said_under_a_key_is_found_by_the_index_that_keeps_it_single() {
        let plan = plan(MADE);
        assert!(
            plan.contains("comments_by_user (user_id=? AND client_key=?)"),
            "{plan}"
        );
    }
}
