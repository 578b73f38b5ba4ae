//! What has changed: a row for each change, written in the same transaction, so that there is no change without its event and no
//! event without its change. They name things by their ids and hold no texts.
//!
//! To report another kind of change, add it to [`Kind`], call `record`, or another of the three, where the change is made, and say in
//! `api/respond/event_data.rs` what its readers are sent.

use std::time::Duration;

use rusqlite::{Connection, Row};
use strum::{EnumString, IntoStaticStr};

use super::ids::{Id, ShareId, SpaceId, UserId};
use super::installation;
use crate::clock::Timestamp;
use crate::error::{Error, Result};

/// Events are kept for this long, and longer while there are no more than [`MIN_KEPT`].
const KEPT: Duration = Duration::from_secs(2 * 60 * 60);
/// This many are kept, however old they are.
const MIN_KEPT: i64 = 10_000;
/// At most this many are kept, however young they are.
const MAX_KEPT: i64 = 200_000;
/// The most that are deleted in one transaction.
const CHUNK: i64 = 1000;

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumString, IntoStaticStr)]
pub enum Kind {
    #[strum(serialize = "share.created")]
    ShareCreated,
    #[strum(serialize = "share.edited")]
    ShareEdited,
    #[strum(serialize = "share.deleted")]
    ShareDeleted,
    /// The previews of a photo are there, or it is known that it has none.
    #[strum(serialize = "media.ready")]
    MediaReady,
    #[strum(serialize = "member.joined")]
    MemberJoined,
    #[strum(serialize = "member.left")]
    MemberLeft,
    #[strum(serialize = "comment.created")]
    CommentCreated,
    #[strum(serialize = "comment.edited")]
    CommentEdited,
    #[strum(serialize = "comment.deleted")]
    CommentDeleted,
    /// A member was made an admin, or a plain member again.
    #[strum(serialize = "member.changed")]
    MemberChanged,
    #[strum(serialize = "space.changed")]
    SpaceChanged,
    #[strum(serialize = "space.deleted")]
    SpaceDeleted,
    /// Sessions of a user have ended. No client is sent it: streams look at it.
    #[strum(serialize = "session.ended")]
    SessionEnded,
}

/// A change.
#[derive(Clone, Copy, Debug)]
pub struct Event {
    /// Its number: a later event has a higher one.
    pub seq: i64,
    pub space: Option<SpaceId>,
    pub kind: Kind,
    /// The id of what has changed.
    pub object: i64,
    /// The share that this belongs to.
    pub share: Option<ShareId>,
    /// For whom alone it is.
    pub user: Option<UserId>,
}

impl Event {
    /// Reads the columns `seq, space_id, kind, object_id, share_id, user_id`. `None` of a kind of another version.
    fn from_row(row: &Row<'_>) -> rusqlite::Result<Option<Self>> {
        let kind: String = row.get(2)?;
        let Ok(kind) = kind.parse() else {
            return Ok(None);
        };
        Ok(Some(Self {
            seq: row.get(0)?,
            space: row.get(1)?,
            kind,
            object: row.get(3)?,
            share: row.get(4)?,
            user: row.get(5)?,
        }))
    }

    /// Whether somebody has lost a right by it.
    pub fn is_loss(&self) -> bool {
        matches!(
            self.kind,
            Kind::MemberLeft | Kind::SpaceDeleted | Kind::SessionEnded
        )
    }
}

/// Reports a change to all members of a space, in the transaction that makes it.
pub(super) fn record(
    conn: &Connection,
    space: SpaceId,
    kind: Kind,
    object: impl Id,
) -> rusqlite::Result<()> {
    insert(conn, Some(space), (kind, object.number()), None, None)
}

/// Reports a change of what belongs to a share.
pub(super) fn record_in(
    conn: &Connection,
    (space, share): (SpaceId, ShareId),
    kind: Kind,
    object: impl Id,
) -> rusqlite::Result<()> {
    insert(
        conn,
        Some(space),
        (kind, object.number()),
        Some(share),
        None,
    )
}

/// Reports a change to one user alone, whether or not they are a member of the space.
pub(super) fn record_for(
    conn: &Connection,
    user: UserId,
    space: Option<SpaceId>,
    kind: Kind,
    object: impl Id,
) -> rusqlite::Result<()> {
    insert(conn, space, (kind, object.number()), None, Some(user))
}

fn insert(
    conn: &Connection,
    space: Option<SpaceId>,
    (kind, object): (Kind, i64),
    share: Option<ShareId>,
    user: Option<UserId>,
) -> rusqlite::Result<()> {
    let kind: &str = kind.into();
    conn.prepare_cached(
        "insert into events (space_id, kind, object_id, share_id, user_id) values (?, ?, ?, ?, ?)",
    )?
    .execute((space, kind, object, share, user))?;
    Ok(())
}

/// Where a reader of events begins.
#[derive(Debug)]
pub struct Start {
    /// What its cursors begin with.
    pub epoch: String,
    /// The number of the newest event.
    pub newest: i64,
    /// After which event it goes on; `None` if that isn't known any more, or is of another epoch.
    pub after: Option<i64>,
}

/// Where to begin for a reader that has a cursor, or for one that has none, which begins with what comes next.
pub fn start(conn: &Connection, cursor: Option<&str>) -> rusqlite::Result<Start> {
    let (epoch, newest) = (installation::event_epoch(conn)?, newest(conn)?);
    let after = match cursor {
        None => Some(newest),
        Some(cursor) => match parse(cursor, &epoch) {
            Some(seq) if seq <= newest && is_known_after(conn, seq)? => Some(seq),
            _ => None,
        },
    };
    Ok(Start {
        epoch,
        newest,
        after,
    })
}

/// A cursor, as clients have it.
pub fn cursor(epoch: &str, seq: i64) -> String {
    format!("{epoch}-{seq}")
}

/// The number of a cursor of this epoch.
fn parse(cursor: &str, epoch: &str) -> Option<i64> {
    let digits = cursor.strip_prefix(epoch)?.strip_prefix('-')?;
    let is_number = digits.bytes().all(|byte| byte.is_ascii_digit());
    digits.parse().ok().filter(|_| is_number)
}

/// The number of the newest event, also if it is deleted.
pub fn newest(conn: &Connection) -> rusqlite::Result<i64> {
    conn.prepare_cached("select coalesce(max(seq), 0) from sqlite_sequence where name = 'events'")?
        .query_row([], |row| row.get(0))
}

/// Whether all events after this one are still there.
pub fn is_known_after(conn: &Connection, seq: i64) -> rusqlite::Result<bool> {
    let oldest: Option<i64> = conn
        .prepare_cached("select min(seq) from events")?
        .query_row([], |row| row.get(0))?;
    match oldest {
        Some(oldest) => Ok(seq >= oldest - 1),
        None => Ok(seq >= newest(conn)?),
    }
}

/// The events after `after` that are for a reader by what they are a member of now, and those of their own removal, oldest
/// first, at most `max`.
pub fn list_for(
    conn: &Connection,
    reader: UserId,
    after: i64,
    only: Option<SpaceId>,
    max: usize,
) -> Result<Vec<Event>> {
    let mut list = conn.prepare_cached(FOR_READER)?;
    let max = i64::try_from(max).unwrap_or(i64::MAX);
    let rows = list.query_map((after, reader, only, max), Event::from_row)?;
    rows.filter_map(rusqlite::Result::transpose)
        .collect::<rusqlite::Result<_>>()
        .map_err(Error::from)
}

const FOR_READER: &str = "select seq, space_id, kind, object_id, share_id, user_id from events
    where seq > ?1 and (?3 is null or space_id is null or space_id = ?3)
    and (user_id = ?2 or (kind = 'member.left' and object_id = ?2)
        or (user_id is null and space_id in (select space_id from members where user_id = ?2)))
    order by seq limit ?4";

/// All events after `after`, oldest first, at most `max`.
pub fn list_after(conn: &Connection, after: i64, max: usize) -> rusqlite::Result<Vec<Event>> {
    conn.prepare_cached(
        "select seq, space_id, kind, object_id, share_id, user_id from events where seq > ? order by seq limit ?",
    )?
    .query_map(
        (after, i64::try_from(max).unwrap_or(i64::MAX)),
        Event::from_row,
    )?
    .filter_map(rusqlite::Result::transpose)
    .collect()
}

/// Deletes some of the events that nobody is to resume from any more; whether there may be others.
pub fn prune(conn: &Connection, now: Timestamp) -> rusqlite::Result<bool> {
    let newest = newest(conn)?;
    let pruned = conn.prepare_cached(OLD)?.execute((
        newest - MIN_KEPT,
        now.minus(KEPT).0,
        newest - MAX_KEPT,
        CHUNK,
    ))?;
    Ok(i64::try_from(pruned).unwrap_or(CHUNK) >= CHUNK)
}

// From the oldest on, and no further than to the first that stays: what is left has no gaps.
const OLD: &str = "delete from events where seq <= (select max(seq) from
    (select seq from events where seq <= ?1 and (at < ?2 or seq <= ?3) order by seq limit ?4))";

/// Forgets all events and begins another epoch: what clients know of them is of another time.
pub(super) fn begin_epoch(conn: &Connection) -> rusqlite::Result<()> {
    conn.execute("delete from events", [])?;
    installation::renew_event_epoch(conn)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::explain::plan;

    #[test]
    fn a_cursor_is_of_its_epoch_alone() {
        assert_eq!(parse(&cursor("0a1b2c3d", 34), "0a1b2c3d"), Some(34));
        for odd in [
            "0a1b2c3d",
            "0a1b2c3d-",
            "0a1b2c3d-+1",
            "0a1b2c3d--1",
            "ffffffff-34",
            "34",
            "",
            "0a1b2c3d-99999999999999999999",
        ] {
            assert_eq!(parse(odd, "0a1b2c3d"), None, "{odd:?}");
        }
    }

    #[test]
    fn events_are_read_from_a_cursor_on() {
        let plan = plan(FOR_READER);
        assert!(
            plan.contains("SEARCH events USING INTEGER PRIMARY KEY (rowid>?)"),
            "{plan}"
        );
        assert!(plan.contains("INDEX members_by_user"), "{plan}");
        assert!(!plan.contains("TEMP B-TREE"), "{plan}");
    }

    #[test]
    fn old_events_are_a_range() {
        let plan = plan(OLD);
        assert!(!plan.contains("SCAN events"), "{plan}");
    }
}
