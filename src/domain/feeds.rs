//! Feeds: secret addresses of a space, each for one member and what they may read.

use rusqlite::{Connection, OptionalExtension, Row};

use super::access::{self, Member};
use super::ids::{FeedId, Id, RawId, UserId};
use super::page::{Listed, Page};
use super::photo_name::PhotoName;
use super::photos::{self, FoundPhoto};
use super::shares::{self, Share};
use super::spaces::{self, Space};
use super::tokens::Token;
use crate::clock::Timestamp;
use crate::error::{Conflict, NotFound, Result};

/// The most feeds of one member of a space: one for each of their devices, and some to spare.
pub const MAX_FEEDS: i64 = 10;
/// How many shares a feed has. Readers keep what they have fetched.
const MAX_ENTRIES: usize = 50;

/// A feed, as its member sees it. Only once do they get its address.
#[derive(Debug)]
pub struct Feed {
    pub id: FeedId,
    pub created_at: Timestamp,
}

/// What a feed reader gets.
#[derive(Debug)]
pub struct FeedContent {
    pub space: Space,
    /// When the space was made: a feed without shares has changed last then.
    pub space_created_at: Timestamp,
    /// Newest first.
    pub shares: Vec<Share>,
}

impl Feed {
    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get(0)?,
            created_at: Timestamp(row.get(1)?),
        })
    }
}

/// Makes a feed for a member.
///
/// # Errors
/// [`Conflict::TooManyFeeds`] if the member has as many as they may have.
pub fn create(conn: &Connection, member: &Member, token: &Token, now: Timestamp) -> Result<Feed> {
    let key = (member.space(), member.user());
    let count: i64 = conn
        .prepare_cached(
            "select count(*) from feeds where member_id =
             (select id from members where space_id = ? and user_id = ?)",
        )?
        .query_row(key, |row| row.get(0))?;
    if count >= MAX_FEEDS {
        return Err(Conflict::TooManyFeeds { max: MAX_FEEDS }.into());
    }
    Ok(conn
        .prepare_cached(
            "insert into feeds (token_hash, member_id, created_at)
             select ?, id, ? from members where space_id = ? and user_id = ? returning id, created_at",
        )?
        .query_row((token.hash(), now.0, key.0, key.1), Feed::from_row)?)
}

/// The feeds of a member, oldest first.
///
/// # Errors
/// A cursor that another list made.
pub fn list(conn: &Connection, member: &Member, page: &Page) -> Result<Listed<Feed>> {
    let after: i64 = page.after(0)?;
    let mut list = conn.prepare_cached(LIST)?;
    let rows = list.query_map(
        (member.space(), member.user(), after, page.limit_plus_one()),
        Feed::from_row,
    )?;
    page.take(rows, |row| row.id.number())
}

const LIST: &str = "select f.id, f.created_at from feeds f where f.member_id =
    (select id from members where space_id = ? and user_id = ?) and f.id > ? order by f.id limit ?";

/// Ends a feed; returns which it was.
///
/// # Errors
/// The member has no feed with this id in this space.
pub fn revoke(conn: &Connection, member: &Member, id: &RawId<FeedId>) -> Result<FeedId> {
    conn.prepare_cached(
        "delete from feeds where id = ? and member_id =
         (select id from members where space_id = ? and user_id = ?) returning id",
    )?
    .query_row((id.parse()?, member.space(), member.user()), |row| {
        row.get(0)
    })
    .optional()?
    .ok_or_else(|| id.not_found())
}

/// One feed of a member.
///
/// # Errors
/// The member has no feed with this id in this space.
pub fn get(conn: &Connection, member: &Member, id: &RawId<FeedId>) -> Result<Feed> {
    conn.prepare_cached(
        "select id, created_at from feeds where id = ? and member_id =
         (select id from members where space_id = ? and user_id = ?)",
    )?
    .query_row((id.parse()?, member.space(), member.user()), Feed::from_row)
    .optional()?
    .ok_or_else(|| id.not_found())
}

/// Ends all feeds of a user, whose password is another from now on: who knew the old one, or has a device on which it was kept, may
/// have made one, or have one of theirs. Returns which they were.
pub(super) fn revoke_all(conn: &Connection, user: UserId) -> rusqlite::Result<Vec<FeedId>> {
    conn.prepare_cached(OF_USER)?
        .query_map([user], |row| row.get(0))?
        .collect()
}

const OF_USER: &str =
    "delete from feeds where member_id in (select id from members where user_id = ?)
    returning id";

/// Ends all feeds.
pub(super) fn delete_all(conn: &Connection) -> rusqlite::Result<()> {
    conn.execute("delete from feeds", [])?;
    Ok(())
}

/// What the address of a feed leads to.
///
/// # Errors
/// [`NotFound::FeedToken`] if no feed has this address, in the same words whatever the reason.
pub fn read(conn: &Connection, token: &Token) -> Result<FeedContent> {
    let member = access::feed(conn, token)?.ok_or(NotFound::FeedToken)?;
    let (space, space_created_at) = spaces::with_age(conn, &member)?;
    Ok(FeedContent {
        space,
        space_created_at,
        shares: shares::list(conn, &member, &Page::first(MAX_ENTRIES))?.rows,
    })
}

/// What is known of a photo of the space that the address of a feed leads to.
///
/// # Errors
/// As [`read`]; the space has no photo with this name.
pub fn picture(
    conn: &Connection,
    token: &Token,
    name: PhotoName,
) -> Result<(PhotoName, FoundPhoto)> {
    let member = access::feed(conn, token)?.ok_or(NotFound::FeedToken)?;
    let is_of_space = name.space() == member.space().to_string();
    let found = photos::find(conn, &name)?.filter(|_| is_of_space);
    Ok((name, found.ok_or(NotFound::Photo)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::explain::plan;

    #[test]
    fn the_feeds_of_a_user_are_found_by_their_memberships() {
        let plan = plan(OF_USER);
        assert!(
            plan.contains("feeds_by_member (member_id=?)") && !plan.contains("SCAN"),
            "{plan}"
        );
    }

    #[test]
    fn the_feeds_of_a_member_are_a_range_of_their_index() {
        let list = plan(LIST);
        assert!(
            list.contains("feeds_by_member (member_id=? AND id>?)") && !list.contains("SCAN"),
            "{list}"
        );
    }
}
