//! The highest ids that shares, photos and comments have ever had, or may have been given. An id is never used twice, even after what
//! had it was deleted, or never came to be: a deletion first records the highest that there is, and ids are given out only up to the
//! one that is recorded.

use rusqlite::Connection;

/// What has ids that are given out from memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Share,
    Photo,
    Comment,
}

/// A statement about one kind: its word, and the table that has it.
macro_rules! each {
    ($kind:expr, $before:literal, $after:literal) => {
        match $kind {
            Kind::Share => concat!(
                $before,
                "(select coalesce(max(id), 0) from shares)",
                $after,
                "kind = 'share'"
            ),
            Kind::Photo => concat!(
                $before,
                "(select coalesce(max(id), 0) from photos)",
                $after,
                "kind = 'photo'"
            ),
            Kind::Comment => concat!(
                $before,
                "(select coalesce(max(id), 0) from comments)",
                $after,
                "kind = 'comment'"
            ),
        }
    };
}

/// The last id that one of this kind has ever had, also if it is deleted; 0 before the first.
pub(super) fn last(conn: &Connection, kind: Kind) -> rusqlite::Result<i64> {
    conn.prepare_cached(each!(kind, "select max(id, ", ") from last_ids where "))?
        .query_row([], |row| row.get(0))
}

/// Records the highest existing id, before any of this kind is deleted.
pub(super) fn note(conn: &Connection, kind: Kind) -> rusqlite::Result<()> {
    conn.prepare_cached(each!(
        kind,
        "update last_ids set id = highest from (select ",
        " as highest) where id < highest and "
    ))?
    .execute([])?;
    Ok(())
}

/// Skips this many ids of this kind.
pub(super) fn skip(conn: &Connection, kind: Kind, ids: i64) -> rusqlite::Result<()> {
    note(conn, kind)?;
    conn.prepare_cached("update last_ids set id = id + ? where kind = ?")?
        .execute((ids, word(kind)))?;
    Ok(())
}

/// Records that the ids up to this one may be given out.
pub(super) fn reserve(conn: &Connection, kind: Kind, up_to: i64) -> rusqlite::Result<()> {
    conn.prepare_cached("update last_ids set id = max(id, ?) where kind = ?")?
        .execute((up_to, word(kind)))?;
    Ok(())
}

/// Records that of the ids that were reserved up to `reserved`, those after `last` weren't given out and won't be.
pub(super) fn release(
    conn: &Connection,
    kind: Kind,
    last: i64,
    reserved: i64,
) -> rusqlite::Result<()> {
    conn.prepare_cached("update last_ids set id = ? where kind = ? and id = ?")?
        .execute((last, word(kind), reserved))?;
    Ok(())
}

fn word(kind: Kind) -> &'static str {
    match kind {
        Kind::Share => "share",
        Kind::Photo => "photo",
        Kind::Comment => "comment",
    }
}
