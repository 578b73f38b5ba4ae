//! Whether a database is intact.

use anyhow::{Context, Result};
use rusqlite::Connection;

/// What is wrong with the rows and the pages of a database, if anything. Reads all of it.
///
/// # Errors
/// It can't be read at all.
pub(crate) fn unsound(connection: &Connection) -> Result<Option<String>> {
    let verdict: rusqlite::Result<String> =
        connection.query_row("pragma integrity_check(1)", [], |row| row.get(0));
    match verdict {
        Ok(verdict) if verdict == "ok" => {}
        Ok(verdict) => return Ok(Some(verdict)),
        // Damage can be such that even the check breaks off.
        Err(error) => return Ok(Some(error.to_string())),
    }
    let mut broken = connection.prepare("pragma foreign_key_check")?;
    let mut broken = broken.query([])?;
    let broken = broken.next().context("Its rows can't be compared")?;
    let table: Option<String> = broken.map(|row| row.get(0)).transpose()?;
    Ok(table.map(|table| format!("rows of {table} point nowhere")))
}
