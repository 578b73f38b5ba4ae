//! A file in the place of the database that another program has made.

use std::fs;
use std::path::Path;

use rusqlite::Connection;

use crate::support::{fails, files, run};

/// Puts a database of another program into the data folder, in the state in which that program has it open.
fn put(folder: &Path, sql: &str) {
    let made = folder.join("made");
    fs::create_dir_all(folder.join("data")).unwrap();
    let connection = Connection::open(&made).unwrap();
    connection.execute_batch(sql).unwrap();
    for ending in ["", "-wal"] {
        let from = folder.join(format!("made{ending}"));
        if from.exists() {
            fs::copy(from, folder.join(format!("data/shared-spaces.db{ending}"))).unwrap();
        }
    }
}

/// All of the data folder but what SQLite makes again from the log.
fn content(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let names = files(&folder.join("data")).into_iter();
    names
        .filter(|name| !name.ends_with("-shm"))
        .map(|name| {
            (
                name.clone(),
                fs::read(folder.join("data").join(name)).unwrap(),
            )
        })
        .collect()
}

/// Tries every command.
fn is_refused(folder: &Path, why: &str) {
    let before = content(folder);
    assert!(!before.is_empty());
    for arguments in [
        &["serve", "--port", "0"][..],
        &["worker"],
        &["user", "list"],
        &["space", "list"],
        &["photos", "failed"],
        &["photos", "verify", "--sample", "1"],
        &["keys", "rotate"],
        &["backup", "a.tar.zst"],
    ] {
        let output = run(folder, arguments, "");
        let complaint = String::from_utf8(output.stderr).unwrap();
        assert!(!output.status.success(), "{arguments:?}");
        assert!(
            complaint.contains("data/shared-spaces.db isn't the database of shared-spaces: ")
                && complaint.contains(why)
                && complaint.contains("or move the file elsewhere"),
            "{arguments:?}: {complaint}"
        );
        assert!(
            content(folder) == before,
            "{arguments:?} has changed something"
        );
    }
    let output = run(folder, &["doctor"], "");
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(
        said.contains("error   The file ") && said.contains(why),
        "{said}"
    );
    assert!(content(folder) == before, "doctor has changed something");
    assert!(!folder.join("a.tar.zst").exists());
}

#[test]
fn a_database_of_another_program_is_refused_by_every_command_and_stays_as_it_is() {
    let notes = "create table notes (words text); insert into notes values ('mine');";
    let other_steps = "create table refinery_schema_history
            (version int4 primary key, name varchar(255), applied_on varchar(255), checksum varchar(255));
        insert into refinery_schema_history values (1, 'initial', '2026-01-01T00:00:00Z', '17');
        create table users (id integer)";
    for (sql, why) in [
        (notes, "it has \"notes\", which"),
        (
            &format!("pragma journal_mode = wal; pragma wal_autocheckpoint = 0; {notes}"),
            "it has \"notes\", which",
        ),
        (other_steps, "by other migrations"),
        (
            "pragma application_id = 252006674",
            "the application_id 252006674",
        ),
        ("pragma user_version = 3", "the user_version 3"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        put(folder.path(), sql);
        is_refused(folder.path(), why);
    }
}

#[test]
fn a_file_that_is_no_database_is_refused_by_every_command_and_stays_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    fs::create_dir(&data).unwrap();
    fs::write(data.join("shared-spaces.db"), "Dear diary, ".repeat(400)).unwrap();
    is_refused(folder.path(), "it is not a database");
    // A restore is refused too, for what is there.
    let complaint = fails(folder.path(), &["restore", "a.tar.zst"], "");
    assert!(complaint.contains("a.tar.zst"), "{complaint}");
}
