//! What the database promises: all or nothing for each write, whoever it shared its commit with.

use std::collections::HashSet;

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

/// Something that stands nowhere else, and much of it.
fn words(number: usize, length: usize) -> String {
    format!("<{number:07}>{}", "words ".repeat(length))
}

#[tokio::test]
async fn after_the_file_was_written_anew_nothing_deleted_is_left_wherever_it_was() {
    let (folder, db) = fresh();
    // Rows of all sizes come, change and go, so that SQLite moves them from page to page. Without writing the file anew,
    // copies of some are left between its pages.
    let gone = db.write(|connection| {
        let (mut living, mut gone, mut random) = (Vec::new(), Vec::new(), 34_usize);
        for number in 0..4000 {
            random = random
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            let (choice, length) = (random >> 33, (random >> 20) % 300);
            match (choice % 20, living.is_empty()) {
                (0..=8, _) | (_, true) => {
                    put(connection, &words(number, length))?;
                    living.push(words(number, length));
                }
                (other, _) => {
                    let old = living.swap_remove(choice / 20 % living.len());
                    if other < 13 {
                        let sql = "update tombstones set name = ? where name = ?";
                        connection.execute(sql, (words(number, length), &old))?;
                        living.push(words(number, length));
                    } else {
                        connection.execute("delete from tombstones where name = ?", [&old])?;
                    }
                    gone.push(old);
                }
            }
        }
        Ok(gone)
    });
    let gone = gone.await.unwrap();
    assert!(gone.len() > 1000);
    db.rewrite().await.unwrap();
    let file = std::fs::read(folder.path().join("test.db")).unwrap();
    let found: HashSet<&[u8]> = marks(&file).collect();
    let left: Vec<_> = gone
        .iter()
        .filter(|text| found.contains(&text.as_bytes()[..9]))
        .collect();
    assert!(found.len() > 100 && left.is_empty(), "{left:?}");
    let log = std::fs::metadata(folder.path().join("test.db-wal"));
    assert_eq!(log.unwrap().len(), 0);
}

/// What [`words`] begin with, wherever it stands.
fn marks(file: &[u8]) -> impl Iterator<Item = &[u8]> {
    let starts = (0..file.len().saturating_sub(8)).filter(|at| file[*at] == b'<');
    starts
        .map(|at| &file[at..at + 9])
        .filter(|mark| mark[8] == b'>')
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
