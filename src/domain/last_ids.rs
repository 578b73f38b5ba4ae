//! The highest ids that shares, photos and comments have ever had. An id is never used twice, even after what had it was deleted: a
//! deletion first records the highest that there is.

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
    let kind = match kind {
        Kind::Share => "share",
        Kind::Photo => "photo",
        Kind::Comment => "comment",
    };
    conn.prepare_cached("update last_ids set id = id + ? where kind = ?")?
        .execute((ids, kind))?;
    Ok(())
}
