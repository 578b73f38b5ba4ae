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
/// How much of the log is looked through at once for one reader.
const STRETCH: i64 = 4096;

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
    /// Somebody has reacted to a share or a comment, or doesn't any more.
    #[strum(serialize = "reaction.changed")]
    ReactionChanged,
    /// A user has read something in a space, on whichever of their devices.
    #[strum(serialize = "read.changed")]
    ReadChanged,
    #[strum(serialize = "space.changed")]
    SpaceChanged,
    #[strum(serialize = "space.deleted")]
    SpaceDeleted,
    /// A user is told of something.
    #[strum(serialize = "notice.created")]
    NoticeCreated,
    /// A user has read what they were told of.
    #[strum(serialize = "notices.read")]
    NoticesRead,
    /// How much a user is told of a space is another.
    #[strum(serialize = "notices.changed")]
    NoticesChanged,
    /// What a user says of themselves, or what only they are shown of their account, is another.
    #[strum(serialize = "me.changed")]
    MeChanged,
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

    /// Whether a user has lost a right by it.
    pub fn is_loss_of(&self, user: UserId) -> bool {
        match self.kind {
            Kind::MemberLeft => self.object == user.number(),
            Kind::SpaceDeleted | Kind::SessionEnded => self.user == Some(user),
            _ => false,
        }
    }

    /// Whether it is about the membership of this user.
    pub fn is_membership_of(&self, user: UserId) -> bool {
        let is_one = matches!(self.kind, Kind::MemberJoined | Kind::MemberLeft);
        is_one && self.object == user.number()
    }
}

/// A part of the log, as far as it was looked through.
#[derive(Debug)]
pub struct Scan {
    /// Those that were looked for, oldest first. Those of a kind of another version are left out.
    pub events: Vec<Event>,
    /// Up to where: what comes after it wasn't looked at.
    pub seq: i64,
    /// Whether there is more after it.
    pub has_more: bool,
}

impl Scan {
    /// Of rows in the order of their numbers, of which there are no others up to `end`, unless there are `max`: what is behind the
    /// last of these wasn't looked at.
    fn new(
        rows: impl Iterator<Item = rusqlite::Result<(i64, Option<Event>)>>,
        (end, has_more): (i64, bool),
        max: usize,
    ) -> rusqlite::Result<Self> {
        let (mut events, mut count, mut last) = (Vec::new(), 0, end);
        for row in rows {
            let (seq, event) = row?;
            events.extend(event);
            (count, last) = (count + 1, seq);
        }
        let is_full = count >= max;
        Ok(Self {
            events,
            seq: if is_full { last } else { end },
            has_more: has_more || is_full,
        })
    }
}

fn numbered(row: &Row<'_>) -> rusqlite::Result<(i64, Option<Event>)> {
    Ok((row.get(0)?, Event::from_row(row)?))
}

/// Reports a change to all members of a space, in the transaction that makes it.
pub(super) fn record(
    conn: &Connection,
    space: SpaceId,
    kind: Kind,
    object: impl Id,
) -> rusqlite::Result<()> {
    insert(conn, Some(space), (kind, object.number()), None, None)?;
    Ok(())
}

/// Reports what is new in a space, of a share if it belongs to one. Returns the number of the event.
pub(super) fn record_new(
    conn: &Connection,
    (space, share): (SpaceId, Option<ShareId>),
    kind: Kind,
    object: impl Id,
) -> rusqlite::Result<i64> {
    insert(conn, Some(space), (kind, object.number()), share, None)
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
    )?;
    Ok(())
}

/// Reports a change to one user alone, whether or not they are a member of the space.
pub(super) fn record_for(
    conn: &Connection,
    user: UserId,
    space: Option<SpaceId>,
    kind: Kind,
    object: impl Id,
) -> rusqlite::Result<()> {
    insert(conn, space, (kind, object.number()), None, Some(user))?;
    Ok(())
}

/// Reports to a user that `GET /me` answers something else.
pub(super) fn record_me(conn: &Connection, user: UserId) -> rusqlite::Result<()> {
    record_for(conn, user, None, Kind::MeChanged, user)
}

fn insert(
    conn: &Connection,
    space: Option<SpaceId>,
    (kind, object): (Kind, i64),
    share: Option<ShareId>,
    user: Option<UserId>,
) -> rusqlite::Result<i64> {
    debug_assert!(
        is_synced(conn),
        "an event that a power cut may undo: its number would be another's then"
    );
    let kind: &str = kind.into();
    conn.prepare_cached(
        "insert into events (space_id, kind, object_id, share_id, user_id) values (?, ?, ?, ?, ?)",
    )?
    .execute((space, kind, object, share, user))?;
    Ok(conn.last_insert_rowid())
}

/// Whether what is written now is synced when it is committed.
fn is_synced(conn: &Connection) -> bool {
    const NORMAL: i64 = 1;
    let level = conn.pragma_query_value(None, "synchronous", |row| row.get::<_, i64>(0));
    level.is_ok_and(|level| level > NORMAL)
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

/// The events after `after` that are for a reader by what they are a member of now, and those of their own removal: at most `max`, of
/// a stretch of the log that is read in a moment, however few of its events are theirs.
pub fn list_for(
    conn: &Connection,
    reader: UserId,
    after: i64,
    only: Option<SpaceId>,
    max: usize,
) -> Result<Scan> {
    let newest = newest(conn)?;
    let end = newest.min(after.saturating_add(STRETCH)).max(after);
    let mut list = conn.prepare_cached(FOR_READER)?;
    let limit = i64::try_from(max).unwrap_or(i64::MAX);
    let rows = list.query_map((after, reader, only, end, limit), numbered)?;
    Scan::new(rows, (end, end < newest), max).map_err(Error::from)
}

// Along the numbers, and not along an index by space: that would cost each write a page more, and reading this takes a millisecond.
const FOR_READER: &str = "select seq, space_id, kind, object_id, share_id, user_id from events
    where seq > ?1 and seq <= ?4 and (?3 is null or space_id is null or space_id = ?3)
    and (user_id = ?2 or (kind = 'member.left' and object_id = ?2)
        or (user_id is null and space_id in (select space_id from members where user_id = ?2)))
    order by seq limit ?5";

/// All events after `after`, at most `max`.
pub fn list_after(conn: &Connection, after: i64, max: usize) -> rusqlite::Result<Scan> {
    let newest = newest(conn)?.max(after);
    let limit = i64::try_from(max).unwrap_or(i64::MAX);
    let mut list = conn.prepare_cached(
        "select seq, space_id, kind, object_id, share_id, user_id from events where seq > ? order by seq limit ?",
    )?;
    let rows = list.query_map((after, limit), numbered)?;
    Scan::new(rows, (newest, false), max)
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
            plan.contains("SEARCH events USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)"),
            "{plan}"
        );
        assert!(plan.contains("INDEX members_by_user"), "{plan}");
        assert!(!plan.contains("TEMP B-TREE"), "{plan}");
    }

    /// A log with an event of a member's space at each of these numbers, and of a kind that this version doesn't know at all others up
    /// to `newest`.
    fn log(newest: i64, known: &[i64]) -> (tempfile::TempDir, Connection) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("test.db");
        drop(crate::db::Db::open(&path).unwrap());
        let conn = Connection::open(&path).unwrap();
        conn.execute_batch(
            "insert into users (id, login, login_key, password_hash, created_at) values (1, 'ann', 'ann', '', 0);
             insert into spaces (id, name, name_key, created_at) values (1, 'Family', 'family', 0);
             insert into members (space_id, user_id, is_admin, joined_at) values (1, 1, 1, 0);
             delete from events",
        )
        .unwrap();
        let change = conn.unchecked_transaction().unwrap();
        for seq in 1..=newest {
            let kind = if known.contains(&seq) {
                "share.created"
            } else {
                "of.another.version"
            };
            conn.execute(
                "insert into events (seq, space_id, kind, object_id) values (?, 1, ?, 1)",
                (seq, kind),
            )
            .unwrap();
        }
        change.commit().unwrap();
        (folder, conn)
    }

    #[test]
    fn nothing_is_skipped_behind_events_of_another_version() {
        let known = [2, 70, 71, 300];
        let (_folder, conn) = log(300, &known);
        let (mut after, mut found) = (0, Vec::new());
        loop {
            let scan = list_for(&conn, UserId::from_number(1), after, None, 64).unwrap();
            found.extend(scan.events.iter().map(|event| event.seq));
            after = scan.seq;
            if !scan.has_more {
                break;
            }
        }
        assert_eq!((found.as_slice(), after), (&known[..], 300));
        let all = list_after(&conn, 0, 100).unwrap();
        assert_eq!((all.events.len(), all.seq, all.has_more), (3, 100, true));
        let rest = list_after(&conn, 100, 1000).unwrap();
        assert_eq!(
            (rest.events.len(), rest.seq, rest.has_more),
            (1, 300, false)
        );
    }

    #[test]
    fn a_reader_to_whom_nothing_happened_reads_the_log_in_stretches() {
        let (_folder, conn) = log(STRETCH + 10, &[]);
        let stranger = UserId::from_number(7);
        let first = list_for(&conn, stranger, 0, None, 64).unwrap();
        assert_eq!(
            (first.events.len(), first.seq, first.has_more),
            (0, STRETCH, true)
        );
        let second = list_for(&conn, stranger, first.seq, None, 64).unwrap();
        assert_eq!((second.seq, second.has_more), (STRETCH + 10, false));
    }

    #[test]
    fn old_events_are_a_range() {
        let plan = plan(OLD);
        assert!(!plan.contains("SCAN events"), "{plan}");
    }
}
