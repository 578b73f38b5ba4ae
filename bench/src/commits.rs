//! The floor of writes: a loop that inserts the same row, each with one durable commit.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Result;
use rusqlite::Connection;
use serde_json::json;

/// Inserts shares for so many seconds, and prints how many a second.
///
/// # Errors
/// The database can't be written to.
pub fn run(database: &Path, seconds: f64) -> Result<()> {
    let connection = Connection::open(database)?;
    connection.pragma_update(None, "journal_mode", "wal")?;
    connection.pragma_update(None, "synchronous", "full")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    let mut insert = connection.prepare(
        "insert into shares (space_id, id, user_id, text, created_at) values (1, ?1, 1, 'A thought that is shared', ?1)",
    )?;
    let (started, time) = (Instant::now(), Duration::from_secs_f64(seconds));
    // Behind those of the rounds before.
    let before: i64 =
        connection.query_row("select coalesce(max(id), 0) from shares", [], |row| {
            row.get(0)
        })?;
    let mut commits = 0_i64;
    while started.elapsed() < time {
        commits += 1;
        insert.execute([before + commits])?;
    }
    let per_second = commits as f64 / started.elapsed().as_secs_f64();
    println!("{}", json!({ "per_second": per_second, "count": commits }));
    Ok(())
}
