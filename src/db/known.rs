//! Whether the schema of a database is one that this program has made, found out before anything in it can run: a trigger,
//! a view or an expression of an index is a program that somebody may have put there.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Result;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, OptionalExtension};

use super::integrity::unsound;
use super::migrate;

/// More tables, indexes and triggers than any schema of ours has.
const MAX_OBJECTS: u32 = 1000;
/// The memory that SQLite may take for a database that somebody else may have made, in bytes.
const MEMORY: i64 = 256 * 1024 * 1024;
/// What `analyze` makes: SQLite's own notes on how many rows there are.
const STATISTICS: [(&str, &str); 2] = [
    ("sqlite_stat1", "CREATE TABLE sqlite_stat1(tbl,idx,stat)"),
    (
        "sqlite_stat4",
        "CREATE TABLE sqlite_stat4(tbl,idx,neq,nlt,ndlt,sample)",
    ),
];

/// Kind and name, with the table and its definition.
type Schema = BTreeMap<(String, String), (String, String)>;

/// Opens the database at `path` to read it, so that nothing in its schema runs on its own. Until the process ends,
/// SQLite has only some memory.
///
/// # Errors
/// It can't be opened.
pub(crate) fn open_carefully(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    for (setting, on) in [
        (DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true),
        (DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false),
        (DbConfig::SQLITE_DBCONFIG_ENABLE_VIEW, false),
        (DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false),
    ] {
        connection.set_db_config(setting, on)?;
    }
    connection.pragma_update(None, "cell_size_check", true)?;
    Ok(connection)
}

/// Limits the memory of SQLite for all of this process, which reads what somebody else may have made.
///
/// # Errors
/// The limit can't be set.
pub fn bound_memory() -> Result<()> {
    let connection = Connection::open_in_memory()?;
    let limit = format!("pragma hard_heap_limit = {MEMORY}");
    connection.query_row(&limit, [], |_| Ok(()))?;
    Ok(())
}

/// The sign that a database is another program's; `None` if it is ours, or still empty. Reads the schema and nothing else.
///
/// # Errors
/// It can't be read.
pub(crate) fn foreign(connection: &Connection) -> Result<Option<String>> {
    const NOTES: &str = "refinery_schema_history";
    let has_notes = connection.table_exists(None, NOTES)?;
    if has_notes {
        let (version, name, checksum) = migrate::first();
        // In text, because the columns of another's table may have other types.
        let ours = "select exists (select 1 from refinery_schema_history
            where version = ? and name = ? and cast(checksum as text) = ?)";
        if connection.query_row(ours, (version, name, checksum), |row| row.get(0))? {
            return Ok(None);
        }
        if connection
            .prepare("select 1 from refinery_schema_history")?
            .exists([])?
        {
            return Ok(Some(String::from(
                "its tables were made by other migrations",
            )));
        }
    }
    let other = "select name from sqlite_schema
        where type in ('table', 'view') and name <> ? and name not like 'sqlite\\_%' escape '\\' limit 1";
    let other: Option<String> = connection
        .query_row(other, [NOTES], |row| row.get(0))
        .optional()?;
    if let Some(name) = other {
        return Ok(Some(format!(
            "it has {name:?}, which shared-spaces didn't make"
        )));
    }
    for pragma in ["application_id", "user_version"] {
        let number: i32 = connection.pragma_query_value(None, pragma, |row| row.get(0))?;
        if number != 0 {
            return Ok(Some(format!("it is marked with the {pragma} {number}")));
        }
    }
    Ok(None)
}

/// The differences of a database's schema from that of the migrations up to `version`. Reads the schema and nothing else.
///
/// # Errors
/// It can't be read.
pub(crate) fn difference(connection: &Connection, version: i32) -> Result<Option<String>> {
    let ours = migrate::schema_of(version)?;
    let (found, ours) = (read(connection)?, read(&ours)?);
    for (object, definition) in &found {
        let (kind, name) = object;
        match ours.get(object) {
            None => {
                return Ok(Some(format!(
                    "it has the {kind} {name:?}, which shared-spaces doesn't make"
                )));
            }
            Some(expected) if expected != definition => {
                return Ok(Some(format!(
                    "its {kind} {name:?} differs from the one that shared-spaces makes"
                )));
            }
            Some(_) => {}
        }
    }
    let missing = ours.keys().find(|object| !found.contains_key(object));
    Ok(missing.map(|(kind, name)| format!("its {kind} {name:?} is missing")))
}

fn read(connection: &Connection) -> Result<Schema> {
    let mut all = Schema::new();
    let mut objects = connection
        .prepare("select type, name, tbl_name, coalesce(sql, '') from sqlite_schema limit ?")?;
    let mut rows = objects.query([MAX_OBJECTS])?;
    while let Some(row) = rows.next()? {
        let (kind, name, table, sql): (String, String, String, String) =
            (row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?);
        if STATISTICS.contains(&(&name, &sql)) && kind == "table" {
            continue;
        }
        // Not ours, and laid out as the library has it that notes which migrations have run.
        let sql = if name == "refinery_schema_history" {
            sql.split_whitespace().collect::<Vec<_>>().join(" ")
        } else {
            sql
        };
        all.insert((kind, name), (table, sql));
    }
    Ok(all)
}

/// What is wrong with a database that has this schema, if anything. Reads all of it.
///
/// # Errors
/// It can't be read at all.
pub(crate) fn damage(connection: &Connection, version: i32) -> Result<Option<String>> {
    match difference(connection, version)? {
        None => unsound(connection),
        difference => Ok(difference),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A sound database of today's schema, in memory.
    fn sound() -> Connection {
        migrate::schema_of(migrate::newest()).unwrap()
    }

    fn told(sql: &str) -> Option<String> {
        let connection = sound();
        connection.execute_batch(sql).unwrap();
        difference(&connection, migrate::newest()).unwrap()
    }

    #[test]
    fn the_schema_of_each_version_is_known_and_of_no_other() {
        for version in 1..=migrate::newest() {
            let connection = migrate::schema_of(version).unwrap();
            assert_eq!(difference(&connection, version).unwrap(), None, "{version}");
            let other = if version == 1 { 2 } else { version - 1 };
            assert!(difference(&connection, other).unwrap().is_some());
        }
    }

    #[test]
    fn whatever_is_more_less_or_other_in_a_schema_is_named() {
        for (sql, words) in [
            (
                "create trigger t after insert on shares begin delete from users; end",
                "it has the trigger \"t\"",
            ),
            ("create view v as select 1", "it has the view \"v\""),
            (
                "create index i on shares (abs(id))",
                "it has the index \"i\"",
            ),
            (
                "create virtual table f using fts5 (a)",
                "which shared-spaces doesn't make",
            ),
            (
                "alter table users add column twice integer generated always as (id * 2)",
                "its table \"users\" differs",
            ),
            (
                "drop index shares_by_user",
                "its index \"shares_by_user\" is missing",
            ),
            (
                "drop table tombstones; create view tombstones as select name, 0 as due_at from photos",
                "it has the view \"tombstones\"",
            ),
            ("create table sqlite (a)", "it has the table \"sqlite\""),
        ] {
            let told = told(sql).expect(sql);
            assert!(told.contains(words), "{sql}: {told}");
        }
    }

    #[test]
    fn each_schema_of_ours_and_an_empty_database_are_nobody_elses() {
        for version in 0..=migrate::newest() {
            let connection = migrate::schema_of(version).unwrap();
            assert_eq!(foreign(&connection).unwrap(), None, "{version}");
        }
        assert_eq!(
            foreign(&Connection::open_in_memory().unwrap()).unwrap(),
            None
        );
    }

    #[test]
    fn statistics_are_no_difference() {
        assert_eq!(
            told(
                "insert into users (login, login_key, password_hash, created_at) values ('a', 'a', 'h', 0); analyze"
            ),
            None
        );
    }
}
