//! Connections, before their first statement.

use std::fs::File;
use std::path::Path;
use std::time::Duration;

use rusqlite::Connection;
use rusqlite::config::DbConfig;

/// The memory that a connection may keep pages of the file in, in KiB: a list from a large database has each of its rows
/// on other pages.
const CACHE: i64 = 8 * 1024;

/// Keeps other processes from opening the database, until the returned value is dropped.
pub fn wait_for_turn(path: &Path) -> std::io::Result<File> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".lock");
    let lock = File::create(path.with_file_name(name))?;
    lock.lock()?;
    Ok(lock)
}

/// The pragmas of every connection before its first statement. The waiting time comes first, so that the others wait.
pub fn prepare(connection: &Connection, deadline: Duration) -> rusqlite::Result<()> {
    connection.busy_timeout(deadline)?;
    connection.pragma_update(None, "journal_mode", "wal")?;
    connection.pragma_update(None, "synchronous", "full")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "trusted_schema", false)?;
    // Deleted rows are overwritten, and not only unlinked.
    connection.pragma_update(None, "secure_delete", true)?;
    connection.pragma_update(None, "cache_size", -CACHE)?;
    connection.set_prepared_statement_cache_capacity(128);
    // Otherwise a statement with a limit, as in all lists, is parsed and planned again whenever another value is bound.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    Ok(())
}

/// Has a connection keep in memory what it needs to undo one of several writes in a transaction: a temporary file would hold what
/// people wrote outside of the data folder, and where no more files can be opened, it would fail.
pub fn undo_in_memory(connection: &Connection) -> rusqlite::Result<()> {
    connection.pragma_update(None, "temp_store", "memory")
}

/// Rewrites the whole file, by way of one on the disk: it may not fit into memory.
pub fn vacuum(connection: &Connection) -> rusqlite::Result<()> {
    connection.pragma_update(None, "temp_store", "file")?;
    let vacuumed = connection.execute_batch("vacuum");
    undo_in_memory(connection)?;
    vacuumed
}
