//! Feeds: secret addresses of a space, each for one member and what they may read.

use rusqlite::{Connection, Row};

use super::access::{self, Member};
use super::ids::{FeedId, Id, RawId};
use super::page::{Listed, Page};
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

/// Ends a feed.
///
/// # Errors
/// The member has no feed with this id in this space.
pub fn revoke(conn: &Connection, member: &Member, id: &RawId<FeedId>) -> Result<()> {
    let revoked = conn
        .prepare_cached(
            "delete from feeds where id = ? and member_id =
             (select id from members where space_id = ? and user_id = ?)",
        )?
        .execute((id.parse()?, member.space(), member.user()))?;
    match revoked {
        1 => Ok(()),
        _ => Err(id.not_found()),
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::explain::plan;

    #[test]
    fn the_feeds_of_a_member_are_a_range_of_their_index() {
        let list = plan(LIST);
        assert!(
            list.contains("feeds_by_member (member_id=? AND id>?)") && !list.contains("SCAN"),
            "{list}"
        );
    }
}
