//! The floor of writes: a loop that inserts the same row, each with one durable commit.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Result;
use rusqlite::Connection;
use serde_json::json;

/// Inserts a share of the user 1 in the space 1: its id, its text, and when.
pub const INSERT: &str =
    "insert into shares (space_id, id, user_id, text, created_at) values (1, ?1, 1, ?2, ?3)";

/// Opens a database as the server does, so that what is committed is durable.
///
/// # Errors
/// The database can't be opened.
pub fn open(database: &Path) -> Result<Connection> {
    let connection = Connection::open(database)?;
    connection.pragma_update(None, "journal_mode", "wal")?;
    connection.pragma_update(None, "synchronous", "full")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    Ok(connection)
}

/// The last id that a share has, after which the next ones come; 0 before the first.
///
/// # Errors
/// The database can't be read.
pub fn last_id(connection: &Connection) -> Result<i64> {
    let sql = "select coalesce(max(id), 0) from shares";
    Ok(connection.query_row(sql, [], |row| row.get(0))?)
}

/// Inserts shares for the given number of seconds, and prints the rate per second.
///
/// # Errors
/// The database can't be written to.
pub fn run(database: &Path, seconds: f64) -> Result<()> {
    let connection = open(database)?;
    let mut insert = connection.prepare(INSERT)?;
    let (started, time) = (Instant::now(), Duration::from_secs_f64(seconds));
    // Behind those of the rounds before.
    let before = last_id(&connection)?;
    let mut commits = 0_i64;
    while started.elapsed() < time {
        commits += 1;
        let id = before + commits;
        insert.execute((id, "A thought that is shared", id))?;
    }
    let per_second = commits as f64 / started.elapsed().as_secs_f64();
    println!("{}", json!({ "per_second": per_second, "count": commits }));
    Ok(())
}
