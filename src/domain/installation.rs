//! What an installation records about itself.

use rusqlite::Connection;

use super::text::UNICODE;
use super::users;

/// The eight hexadecimal digits that distinguish this installation from others at the same host. They aren't secret,
/// stay for ever, and come back with a backup.
pub fn id(conn: &Connection) -> rusqlite::Result<String> {
    conn.query_row("select id from installation", [], |row| row.get(0))
}

/// Whether the looks of logins are to be made again, after an upgrade of the schema or of Unicode.
pub fn are_looks_outdated(conn: &Connection) -> rusqlite::Result<bool> {
    conn.query_row(
        "select looks_of is not ? from installation",
        [version()],
        |row| row.get(0),
    )
}

/// Makes the looks of all logins again.
pub fn update_looks(conn: &Connection) -> rusqlite::Result<()> {
    users::make_looks(conn)?;
    conn.execute("update installation set looks_of = ?", [version()])?;
    Ok(())
}

/// What distinguishes the time since the last restore: the cursors of clients that read events begin with it, and the versions of
/// shares. Both count on from an earlier number after a restore.
pub fn event_epoch(conn: &Connection) -> rusqlite::Result<String> {
    conn.prepare_cached("select event_epoch from installation")?
        .query_row([], |row| row.get(0))
}

/// Begins another epoch of events, at random: of two restored from one archive, each has its own.
pub(super) fn renew_event_epoch(conn: &Connection) -> rusqlite::Result<()> {
    conn.execute(
        "update installation set event_epoch = lower(hex(randomblob(4)))",
        [],
    )?;
    Ok(())
}

/// The key of push messages, if it was made.
pub(super) fn push_key(conn: &Connection) -> rusqlite::Result<Option<Vec<u8>>> {
    conn.prepare_cached("select push_key from installation")?
        .query_row([], |row| row.get(0))
}

/// Keeps a key of push messages, unless there is one.
pub(super) fn keep_push_key(conn: &Connection, key: &[u8]) -> rusqlite::Result<()> {
    conn.prepare_cached("update installation set push_key = coalesce(push_key, ?)")?
        .execute([key])?;
    Ok(())
}

fn version() -> String {
    let (major, minor, update) = UNICODE;
    format!("{major}.{minor}.{update}")
}
