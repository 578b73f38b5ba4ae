//! Brings the schema up to date, and leaves a copy of the database from before.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use rusqlite::{Connection, OptionalExtension};

mod embedded {
    refinery::embed_migrations!("migrations");
}

/// Runs the migrations that `connection` lacks. The database is copied beside itself first, if it holds anything.
///
/// # Errors
/// The schema is newer than this program, a migration fails, or rows point nowhere afterwards.
pub fn run(connection: &mut Connection, path: &Path) -> Result<()> {
    let runner = embedded::migrations::runner();
    let newest = runner
        .get_migrations()
        .iter()
        .map(refinery::Migration::version)
        .max()
        .unwrap_or(0);
    let current = version(connection)?;
    if current > newest {
        bail!(
            "The database {} has schema {current}, and this version of shared-spaces knows only up to {newest}: \
             start it with the newer version that wrote it",
            path.display()
        );
    }
    if current > 0 && current < newest {
        let copy = copy_before(path, newest);
        copy_to(connection, &copy).with_context(|| {
            format!(
                "The database can't be copied to {} before its upgrade",
                copy.display()
            )
        })?;
        tracing::info!(from = current, to = newest, copy = %copy.display(), "upgrading the database");
    }

    // Checked as well when nothing is pending: an applied migration that was edited since must not go unnoticed.
    connection.pragma_update(None, "foreign_keys", false)?;
    let applied = runner
        .run(connection)
        .context("The database can't be upgraded")?;
    if !applied.applied_migrations().is_empty() {
        let broken: Option<String> = connection
            .query_row("pragma foreign_key_check", [], |row| row.get(0))
            .optional()?;
        ensure!(
            broken.is_none(),
            "The upgrade of the database left rows of {broken:?} that point nowhere"
        );
    }
    connection.pragma_update(None, "foreign_keys", true)?;
    Ok(())
}

/// The number of the last migration that was applied; 0 for an empty database.
fn version(connection: &Connection) -> Result<i32> {
    if !connection.table_exists(None, "refinery_schema_history")? {
        return Ok(0);
    }
    let version: Option<i32> = connection.query_row(
        "select max(version) from refinery_schema_history",
        [],
        |row| row.get(0),
    )?;
    Ok(version.unwrap_or(0))
}

fn copy_before(path: &Path, version: i32) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".before-v{version}"));
    path.with_file_name(name)
}

/// SQLite's own backup, which takes in what still stands in the write-ahead log.
fn copy_to(connection: &Connection, copy: &Path) -> Result<()> {
    connection.backup("main", copy, None)?;
    std::fs::File::open(copy)?.sync_all()?;
    Ok(())
}
