//! The local queue: a row for each photo that waits to be moved to the store of its space.

use std::time::Duration;

use rusqlite::{Connection, OptionalExtension};

use crate::clock::Timestamp;
use crate::domain::photo_name::PhotoName;

/// A photo that a worker has taken. It is hidden from others until its lease has run out.
#[derive(Debug)]
pub struct PhotoJob {
    pub name: PhotoName,
    /// How often it was taken, this time included.
    pub attempts: u32,
}

/// A photo whose attempts are used up.
#[derive(Debug)]
pub struct FailedJob {
    pub name: PhotoName,
    pub attempts: u32,
    pub failed_at: Timestamp,
    pub last_error: String,
}

/// Puts a photo into the queue.
pub fn add(conn: &Connection, name: &PhotoName, now: Timestamp) -> rusqlite::Result<()> {
    conn.prepare_cached(
        "insert or ignore into photo_jobs (name, queued_at, due_at) values (?1, ?2, ?2)",
    )?
    .execute((name, now.0))?;
    Ok(())
}

/// Whether there is something to take. Cheaper than [`claim`] in that it doesn't write.
pub fn is_any_due(conn: &Connection, now: Timestamp) -> rusqlite::Result<bool> {
    let found = conn
        .prepare_cached(ANY_DUE)?
        .query_row([now.0], |_| Ok(()))
        .optional()?;
    Ok(found.is_some())
}

const ANY_DUE: &str = "select 1 from photo_jobs where failed_at is null and due_at <= ? limit 1";

/// Takes the photos that have waited longest, at most `max`, and hides them from others for the time of `lease`.
pub fn claim(
    conn: &Connection,
    max: u8,
    now: Timestamp,
    lease: Duration,
) -> rusqlite::Result<Vec<PhotoJob>> {
    conn.prepare_cached(TAKE)?
        .query_map((now.plus(lease).0, now.0, max), |row| {
            Ok(PhotoJob {
                name: row.get(0)?,
                attempts: row.get(1)?,
            })
        })?
        .collect()
}

const TAKE: &str = "update photo_jobs set attempts = attempts + 1, due_at = ? where name in
    (select name from photo_jobs where failed_at is null and due_at <= ? order by due_at limit ?)
    returning name, attempts";

/// Hides a photo that was taken until `due`.
pub fn extend(conn: &Connection, name: &PhotoName, due: Timestamp) -> rusqlite::Result<()> {
    conn.prepare_cached("update photo_jobs set due_at = ? where name = ?")?
        .execute((due.0, name))?;
    Ok(())
}

/// Makes due what would be due only in more than the time of `longest`, which nothing here waits for: the clock was set
/// back.
pub fn clamp_due(conn: &Connection, now: Timestamp, longest: Duration) -> rusqlite::Result<()> {
    conn.prepare_cached(TOO_FAR)?
        .execute((now.0, now.plus(longest).0))?;
    Ok(())
}

const TOO_FAR: &str = "update photo_jobs set due_at = ? where failed_at is null and due_at > ?";

/// Takes a photo out of the queue: it is in its space, or deleted.
pub fn remove(conn: &Connection, name: &PhotoName) -> rusqlite::Result<()> {
    conn.prepare_cached("delete from photo_jobs where name = ?")?
        .execute([name])?;
    Ok(())
}

/// Takes all photos out of the queue.
pub(super) fn remove_all(conn: &Connection) -> rusqlite::Result<()> {
    conn.execute("delete from photo_jobs", [])?;
    Ok(())
}

/// Sends a photo back into the queue, to be taken again at `due`; whether it was still there.
pub fn retry_at(
    conn: &Connection,
    name: &PhotoName,
    error: &str,
    due: Timestamp,
) -> rusqlite::Result<bool> {
    let changed = conn
        .prepare_cached("update photo_jobs set due_at = ?, last_error = ? where name = ?")?
        .execute((due.0, error, name))?;
    Ok(changed == 1)
}

/// Sets a photo aside as failed, until it is sent again or its share is deleted; whether it was still there.
pub fn mark_failed(
    conn: &Connection,
    name: &PhotoName,
    error: &str,
    now: Timestamp,
) -> rusqlite::Result<bool> {
    let changed = conn
        .prepare_cached("update photo_jobs set failed_at = ?, last_error = ? where name = ?")?
        .execute((now.0, error, name))?;
    Ok(changed == 1)
}

/// Marks photos as failed that were claimed as often as allowed and never returned, because their worker has ended.
pub fn mark_abandoned_failed(
    conn: &Connection,
    max_attempts: u32,
    now: Timestamp,
) -> rusqlite::Result<()> {
    let reason = "its worker ended without saying why";
    conn.prepare_cached(
        "update photo_jobs set failed_at = ?1, last_error = ?2
         where failed_at is null and due_at <= ?1 and attempts >= ?3",
    )?
    .execute((now.0, reason, max_attempts))?;
    Ok(())
}

/// The photos that were set aside, the first that failed first.
pub fn list_failed(conn: &Connection) -> rusqlite::Result<Vec<FailedJob>> {
    conn.prepare_cached(
        "select name, attempts, failed_at, coalesce(last_error, '') from photo_jobs
         where failed_at is not null order by failed_at, name",
    )?
    .query_map([], |row| {
        Ok(FailedJob {
            name: row.get(0)?,
            attempts: row.get(1)?,
            failed_at: Timestamp(row.get(2)?),
            last_error: row.get(3)?,
        })
    })?
    .collect()
}

/// Sends failed photos again, these or all; returns those that were.
pub fn retry(
    conn: &Connection,
    names: Option<&[PhotoName]>,
    now: Timestamp,
) -> rusqlite::Result<Vec<PhotoName>> {
    let all: Vec<PhotoName>;
    let names = match names {
        Some(names) => names,
        None => {
            all = list_failed(conn)?.into_iter().map(|job| job.name).collect();
            &all
        }
    };
    let mut send = conn.prepare_cached(
        "update photo_jobs set failed_at = null, attempts = 0, due_at = ?
         where name = ? and failed_at is not null",
    )?;
    let mut sent = Vec::new();
    for name in names {
        if send.execute((now.0, name))? == 1 {
            sent.push(name.clone());
        }
    }
    Ok(sent)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::explain::plan;

    #[test]
    fn the_next_job_is_found_by_its_index() {
        for sql in [ANY_DUE, TAKE] {
            let plan = plan(sql);
            assert!(plan.contains("photo_jobs_due (due_at<?)"), "{plan}");
            assert!(!plan.contains("TEMP B-TREE"), "{plan}");
        }
        let plan = plan(TOO_FAR);
        assert!(plan.contains("photo_jobs_due (due_at>?)"), "{plan}");
    }
}
