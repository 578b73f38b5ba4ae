//! Brings the schema up to date, and leaves a copy of the database from before.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use refinery::{Runner, Target};
use rusqlite::{Connection, OptionalExtension};

use super::integrity;
use super::upgrade::{self, Doing, Watch};
use crate::fs::durable::{fsync_dir, parent};
use crate::fs::missing::remove_if_exists;
use crate::fs::suffix::with_suffix;

mod embedded {
    refinery::embed_migrations!("migrations");
}

/// Runs the migrations that `connection` lacks. The database is copied first, if it holds anything.
///
/// # Errors
/// The schema is newer than this program, a migration fails, or rows point nowhere afterwards.
pub fn run(connection: &mut Connection, path: &Path) -> Result<()> {
    // All in one transaction, with the notes on which have been applied: one by one, a crash between a migration and its
    // note would have it run again.
    run_all(
        connection,
        path,
        &embedded::migrations::runner().set_grouped(true),
    )
}

fn run_all(connection: &mut Connection, path: &Path, runner: &Runner) -> Result<()> {
    let newest = last_of(runner);
    let current = version(connection)?;
    if current > newest {
        bail!(
            "The database {} has schema {current}, and this version of shared-spaces knows only schemas up to \
            {newest}: start the newer version that wrote it",
            path.display()
        );
    }
    let mut watch = None;
    if current > 0 && current < newest {
        upgrade::check_room(connection, path, current)?;
        let watch_copy = Watch::start(Doing::Copy, connection, path, current)?;
        let copy = copy_before(path, newest);
        copy_to(connection, &copy).with_context(|| {
            format!(
                "The database can't be copied to {} before its upgrade",
                copy.display()
            )
        })?;
        drop(watch_copy);
        watch = Some(Watch::start(Doing::Change, connection, path, current)?);
        tracing::info!(from = current, to = newest, copy = %copy.display(), "upgrading database schema");
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
    drop(watch);
    Ok(())
}

/// An empty database, in memory, with the schema that the migrations up to `version` make.
///
/// # Errors
/// SQLite can't be used.
pub fn schema_of(version: i32) -> Result<Connection> {
    let mut connection = Connection::open_in_memory()?;
    connection.pragma_update(None, "foreign_keys", false)?;
    embedded::migrations::runner()
        .set_grouped(true)
        .set_target(Target::Version(version))
        .run(&mut connection)
        .context("The schema can't be created")?;
    Ok(connection)
}

/// Number, name and checksum of the first migration: every database of ours notes that it has run.
pub fn first() -> (i32, String, String) {
    let runner = embedded::migrations::runner();
    let first = runner.get_migrations().iter().min_by_key(|it| it.version());
    first.map_or_else(Default::default, |it| {
        (
            it.version(),
            it.name().to_owned(),
            it.checksum().to_string(),
        )
    })
}

/// The number of the last migration in this program.
pub fn newest() -> i32 {
    last_of(&embedded::migrations::runner())
}

fn last_of(runner: &Runner) -> i32 {
    let numbers = runner
        .get_migrations()
        .iter()
        .map(refinery::Migration::version);
    numbers.max().unwrap_or(0)
}

/// The number of the last migration that was applied; 0 for an empty database.
pub fn version(connection: &Connection) -> Result<i32> {
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

/// SQLite's own backup, which includes what is still in the write-ahead log. Whole or not at all: what a crash leaves
/// doesn't count as a copy, and the next start makes it again. Only an intact one replaces an earlier one, and only then the
/// database is changed.
fn copy_to(connection: &Connection, copy: &Path) -> Result<()> {
    let folder = parent(copy);
    let part = folder.join("shared-spaces.db.part");
    delete(&part)?;
    let copied = connection
        .backup("main", &part, None)
        .map_err(anyhow::Error::from)
        .and_then(|()| check(&part))
        .and_then(|()| Ok(File::open(&part)?.sync_all()?));
    if let Err(error) = copied {
        // It may be the cause of the full disk.
        delete(&part)?;
        return Err(error);
    }
    fs::rename(&part, copy)?;
    Ok(fsync_dir(folder)?)
}

/// Refuses a copy of a damaged database. Reads all of it.
fn check(copy: &Path) -> Result<()> {
    let damage = integrity::unsound(&Connection::open(copy)?)?;
    ensure!(
        damage.is_none(),
        "The database is damaged: {}. It stays as it is. Restore a backup from before",
        damage.unwrap_or_default()
    );
    Ok(())
}

/// Deletes an unfinished copy with all that SQLite may have put next to it.
fn delete(part: &Path) -> Result<()> {
    for ending in ["", "-journal", "-wal", "-shm"] {
        remove_if_exists(&with_suffix(part, ending))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use refinery::Migration;

    use super::*;

    /// A database of today's schema with one user, and the runner of a later version.
    fn older(later: &str) -> (tempfile::TempDir, PathBuf, Connection, Runner) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("test.db");
        let mut connection = Connection::open(&path).unwrap();
        run(&mut connection, &path).unwrap();
        connection
            .execute_batch("insert into users (id, login, login_key, password_hash, created_at) values (7, 'ann', 'ann', 'hash', 0)")
            .unwrap();
        let mut migrations = embedded::migrations::runner().get_migrations().clone();
        let number = migrations.len() + 1;
        migrations.push(Migration::unapplied(&format!("V{number}__later"), later).unwrap());
        (
            folder,
            path,
            connection,
            Runner::new(&migrations).set_grouped(true),
        )
    }

    #[test]
    fn before_an_upgrade_the_database_is_copied() {
        let (_folder, path, mut connection, runner) =
            older("create table later (id integer); delete from users;");
        run_all(&mut connection, &path, &runner).unwrap();
        assert!(connection.table_exists(None, "later").unwrap());
        let copy = Connection::open(copy_before(&path, version(&connection).unwrap())).unwrap();
        assert!(!copy.table_exists(None, "later").unwrap());
        let login: String = copy
            .query_row("select login from users", [], |row| row.get(0))
            .unwrap();
        assert_eq!(login, "ann");
    }

    #[test]
    fn a_damaged_database_is_not_upgraded_and_no_copy_of_it_replaces_an_intact_one() {
        let (_folder, path, mut connection, runner) = older("delete from users");
        let before = version(&connection).unwrap();
        let copy = copy_before(&path, last_of(&runner));
        fs::write(&copy, "a sound one").unwrap();
        connection
            .execute_batch(
                "pragma writable_schema = on;
                 update sqlite_schema set rootpage = (select rootpage from sqlite_schema where name = 'shares')
                 where name = 'tombstones'",
            )
            .unwrap();
        let refusal = format!(
            "{:#}",
            run_all(&mut connection, &path, &runner).unwrap_err()
        );
        assert!(refusal.contains("The database is damaged: "), "{refusal}");
        assert_eq!(version(&connection).unwrap(), before);
        assert_eq!(fs::read(&copy).unwrap(), b"a sound one");
        assert!(!path.with_file_name("shared-spaces.db.part").exists());
    }

    #[test]
    fn an_upgrade_that_fails_changes_nothing() {
        let (_folder, path, mut connection, runner) =
            older("delete from users; create table users (id integer);");
        let before = version(&connection).unwrap();
        assert!(run_all(&mut connection, &path, &runner).is_err());
        assert_eq!(version(&connection).unwrap(), before);
        let users: i64 = connection
            .query_row("select count(*) from users", [], |row| row.get(0))
            .unwrap();
        assert_eq!(users, 1);
    }

    #[test]
    fn an_upgrade_that_leaves_rows_pointing_nowhere_is_refused() {
        let orphan = "insert into sessions (token_hash, user_id, created_at, last_used_at) values (x'00', 99, 0, 0)";
        let (_folder, path, mut connection, runner) = older(orphan);
        let refusal = run_all(&mut connection, &path, &runner)
            .unwrap_err()
            .to_string();
        assert!(refusal.contains("sessions"), "{refusal}");
    }
}
