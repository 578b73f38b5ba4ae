//! Photos whose rows are gone and whose bytes are still to be deleted. The bytes are deleted at once where possible; the
//! tombstone is for what a crash, a failing disk or a worker that was just moving the photo has left behind.

use std::time::Duration;

use rusqlite::Connection;

use crate::clock::Timestamp;
use crate::domain::photo_name::PhotoName;

/// When a photo is deleted for the last time: a worker that had taken it before has given up or finished by then.
pub const GRACE: Duration = Duration::from_secs(5 * 60);

/// Remembers that the bytes of a photo must go.
pub fn add(conn: &Connection, name: &PhotoName, now: Timestamp) -> rusqlite::Result<()> {
    conn.prepare_cached("insert or ignore into tombstones (name, due_at, since) values (?, ?, ?)")?
        .execute((name, now.plus(GRACE).0, now.0))?;
    Ok(())
}

/// Photos whose bytes don't go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failing {
    /// How many.
    pub photos: i64,
    /// When the first of them was to be deleted.
    pub since: Timestamp,
    /// How often the one was tried that was tried most.
    pub attempts: u32,
    /// Why that one couldn't be deleted the last time.
    pub why: String,
}

/// Notes that photos couldn't be deleted although they were due, and why.
pub fn note_failure(conn: &Connection, names: &[PhotoName], why: &str) -> rusqlite::Result<()> {
    let mut note = conn.prepare_cached(
        "update tombstones set attempts = attempts + 1, failure = ? where name = ?",
    )?;
    names
        .iter()
        .try_for_each(|name| note.execute((why, name)).map(drop))
}

/// The photos that couldn't be deleted although they were due; `None` if there are none.
pub fn failing(conn: &Connection) -> rusqlite::Result<Option<Failing>> {
    // Of columns next to the highest, SQLite returns those of its row.
    conn.prepare_cached(
        "select count(*), min(since), max(attempts), failure from tombstones where attempts > 0",
    )?
    .query_row([], |row| {
        let photos = row.get(0)?;
        if photos == 0 {
            return Ok(None);
        }
        Ok(Some(Failing {
            photos,
            since: Timestamp(row.get(1)?),
            attempts: row.get(2)?,
            why: row.get::<_, Option<String>>(3)?.unwrap_or_default(),
        }))
    })
}

/// Photos to delete, now or, with `all`, whatever the time.
pub fn list_due(conn: &Connection, now: Timestamp, all: bool) -> rusqlite::Result<Vec<PhotoName>> {
    let until = if all { i64::MAX } else { now.0 };
    conn.prepare_cached(DUE)?
        .query_map([until], |row| row.get(0))?
        .collect()
}

const DUE: &str = "select name from tombstones where due_at <= ? order by due_at";

/// Limits the time of tombstones to that of new ones: the clock was set back.
pub fn bring_forward(conn: &Connection, now: Timestamp) -> rusqlite::Result<()> {
    conn.prepare_cached(TOO_FAR)?.execute([now.plus(GRACE).0])?;
    Ok(())
}

const TOO_FAR: &str = "update tombstones set due_at = ?1 where due_at > ?1";

/// Forgets photos whose bytes are gone, if their time has come: until then a worker may bring them back.
pub fn remove(conn: &Connection, names: &[PhotoName], now: Timestamp) -> rusqlite::Result<()> {
    let mut remove =
        conn.prepare_cached("delete from tombstones where name = ? and due_at <= ?")?;
    names
        .iter()
        .try_for_each(|name| remove.execute((name, now.0)).map(drop))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::explain::plan;

    #[test]
    fn due_tombstones_are_found_by_their_index() {
        let plan = plan(DUE);
        assert!(plan.contains("INDEX tombstones_due (due_at<?)"), "{plan}");
        assert!(!plan.contains("TEMP B-TREE"), "{plan}");
        let plan = crate::db::explain::plan(TOO_FAR);
        assert!(plan.contains("INDEX tombstones_due (due_at>?)"), "{plan}");
    }
}
