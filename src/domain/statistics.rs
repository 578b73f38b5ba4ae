//! How much there is of everything, for the operator. Nothing of it names a person, a space or a photo.

use std::time::Duration;

use rusqlite::Connection;

use crate::clock::Timestamp;

/// What waits, and what has failed. Few rows are read for it, however much is shared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Backlog {
    /// Sessions that haven't ended.
    pub sessions: i64,
    /// Photos that wait in the queue of the database for a worker.
    pub queued: i64,
    /// When the first of them was queued.
    pub oldest_queued: Option<Timestamp>,
    /// Photos that were given up.
    pub failed: i64,
    /// Photos whose names the queue hasn't accepted yet.
    pub unsent: i64,
    /// Photos whose bytes are to be deleted.
    pub deletions: i64,
    /// Those of them whose bytes the store didn't delete when it was asked.
    pub failed_deletions: i64,
    /// Uploads that no share has taken yet.
    pub uploads: i64,
    /// Spaces whose deletion isn't over.
    pub deleted_spaces: i64,
}

/// How much is shared. Each table is read to its end for it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    pub users: i64,
    pub disabled_users: i64,
    pub spaces: i64,
    pub shares: i64,
    pub comments: i64,
    pub photos: i64,
    pub films: i64,
    /// The bytes of photos and films, without previews.
    pub bytes: i64,
}

/// Counts what waits.
pub fn backlog(conn: &Connection, now: Timestamp, lifetime: Duration) -> rusqlite::Result<Backlog> {
    let count = |sql: &str| conn.prepare_cached(sql)?.query_row([], |row| row.get(0));
    let (queued, oldest_queued, failed) = conn
        .prepare_cached(
            "select count(*) filter (where failed_at is null), min(queued_at) filter (where failed_at is null),
             count(failed_at) from photo_jobs",
        )?
        .query_row([], |row| {
            let oldest: Option<i64> = row.get(1)?;
            Ok((row.get(0)?, oldest.map(Timestamp), row.get(2)?))
        })?;
    let (deletions, failed_deletions) = conn
        .prepare_cached("select count(*), count(*) filter (where attempts > 0) from tombstones")?
        .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(Backlog {
        sessions: conn
            .prepare_cached("select count(*) from sessions where last_used_at >= ?")?
            .query_row([now.minus(lifetime).0], |row| row.get(0))?,
        queued,
        oldest_queued,
        failed,
        unsent: count("select count(*) from photos where queued_at is null")?,
        deletions,
        failed_deletions,
        uploads: count("select count(*) from uploads")?,
        deleted_spaces: count("select count(*) from spaces where deleted_at is not null")?,
    })
}

/// How many accounts and spaces there are.
pub fn users_and_spaces(conn: &Connection) -> rusqlite::Result<(i64, i64)> {
    conn.prepare_cached(
        "select (select count(*) from users where deleted_at is null), (select count(*) from spaces where deleted_at is null)",
    )?
    .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))
}

/// Counts what is shared.
pub fn totals(conn: &Connection) -> rusqlite::Result<Totals> {
    let count = |sql: &str| conn.prepare_cached(sql)?.query_row([], |row| row.get(0));
    let (users, disabled_users) = conn
        .prepare_cached("select count(*), count(disabled_at) from users where deleted_at is null")?
        .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let (all, films, bytes): (i64, i64, i64) = conn
        .prepare_cached(
            "select count(*), count(*) filter (where kind = 'video'),
             coalesce(sum(bytes), 0) + coalesce(sum(poster_bytes), 0) from photos",
        )?
        .query_row([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    Ok(Totals {
        users,
        disabled_users,
        spaces: count("select count(*) from spaces where deleted_at is null")?,
        shares: count("select count(*) from shares")?,
        comments: count("select count(*) from comments")?,
        photos: all - films,
        films,
        bytes,
    })
}

#[cfg(test)]
mod tests {
    use crate::db::explain::plan;

    #[test]
    fn what_waits_is_counted_without_reading_all_photos() {
        let unsent = plan("select count(*) from photos where queued_at is null");
        assert!(unsent.contains("photos_unsent"), "{unsent}");
        let gone = plan("select count(*) from spaces where deleted_at is not null");
        assert!(gone.contains("spaces_deleted"), "{gone}");
    }
}
