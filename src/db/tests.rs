//! What the database promises: all or nothing for each write, whoever it shared its commit with.

use super::*;

fn fresh() -> (tempfile::TempDir, Db) {
    let folder = tempfile::tempdir().unwrap();
    let db = Db::open(&folder.path().join("test.db")).unwrap();
    (folder, db)
}

fn put(connection: &Connection, name: &str) -> Result<()> {
    connection.execute(
        "insert into tombstones (name, due_at) values (?, 0)",
        [name],
    )?;
    Ok(())
}

async fn names(db: &Db) -> Vec<String> {
    db.read(|connection| {
        let mut rows = connection.prepare("select name from tombstones order by name")?;
        Ok(rows
            .query_map([], |row| row.get(0))?
            .collect::<rusqlite::Result<_>>()?)
    })
    .await
    .unwrap()
}

#[tokio::test]
async fn a_refused_write_leaves_nothing_and_its_neighbours_stand() {
    let (_folder, db) = fresh();
    // All five are sent before the first is answered, so that they can share a commit.
    let refuse = |connection: &Connection| -> Result<()> {
        put(connection, "refused")?;
        Err(Error::NotAdmin)
    };
    let (a, b, c, d, e) = tokio::join!(
        db.write(|c| put(c, "a")),
        db.write(refuse),
        db.write(|c| put(c, "c")),
        db.write(|_| -> Result<()> { panic!("a defect in one write") }),
        db.write(|c| put(c, "e")),
    );
    assert!(a.is_ok() && c.is_ok() && e.is_ok());
    assert!(matches!(b, Err(Error::NotAdmin)));
    assert!(matches!(d, Err(Error::Internal(_))));
    assert_eq!(names(&db).await, ["a", "c", "e"]);
}

#[tokio::test]
async fn a_reader_cannot_write() {
    let (_folder, db) = fresh();
    let refused = db.read(|connection| put(connection, "a")).await;
    assert!(matches!(refused, Err(Error::Internal(_))));
    assert!(names(&db).await.is_empty());
}

#[tokio::test]
async fn a_database_that_another_process_locks_answers_busy_and_recovers() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("test.db");
    let db = Db::open_with_deadline(&path, Duration::from_millis(20)).unwrap();
    let other = Connection::open(&path).unwrap();
    other.execute_batch("begin immediate").unwrap();
    assert!(matches!(db.write(|c| put(c, "a")).await, Err(Error::Busy)));
    other.execute_batch("rollback").unwrap();
    db.write(|c| put(c, "b")).await.unwrap();
    assert_eq!(names(&db).await, ["b"]);
}

#[tokio::test]
async fn a_read_that_finds_no_free_connection_in_time_answers_busy() {
    let folder = tempfile::tempdir().unwrap();
    let db =
        Db::open_with_deadline(&folder.path().join("test.db"), Duration::from_millis(20)).unwrap();
    let all = db
        .inner
        .permits
        .clone()
        .acquire_many_owned(READERS)
        .await
        .unwrap();
    assert!(matches!(db.read(|_| Ok(())).await, Err(Error::Busy)));
    drop(all);
    assert!(db.read(|_| Ok(())).await.is_ok());
}

#[tokio::test]
async fn what_was_answered_is_there_after_opening_again() {
    let (folder, db) = fresh();
    db.write(|c| put(c, "kept")).await.unwrap();
    drop(db);
    let db = Db::open(&folder.path().join("test.db")).unwrap();
    assert_eq!(names(&db).await, ["kept"]);
    assert_eq!(db.quick_check().await.unwrap(), None);
}

#[test]
fn a_schema_from_a_newer_version_is_refused_and_left_alone() {
    let (folder, db) = fresh();
    drop(db);
    let path = folder.path().join("test.db");
    Connection::open(&path)
        .unwrap()
        .execute(
            "insert into refinery_schema_history values (9999, 'later', '2030-01-01', '0')",
            [],
        )
        .unwrap();
    let refusal = Db::open(&path).err().unwrap();
    assert!(refusal.to_string().contains("has schema 9999"), "{refusal}");
}

#[test]
fn a_file_that_is_no_database_is_refused_with_its_path() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("test.db");
    std::fs::write(
        &path,
        "Dear diary, today I am certainly not a database at all.".repeat(40),
    )
    .unwrap();
    let refusal = format!("{:#}", Db::open(&path).err().unwrap());
    assert!(refusal.contains("test.db"), "{refusal}");
}
