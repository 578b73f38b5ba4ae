//! What the database promises: all or nothing for each write, whatever it shared its commit with.

use std::collections::HashSet;

use rusqlite::StatementStatus;

use super::*;
use crate::error::Denied;

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
        Err(Denied::NotAdmin.into())
    };
    let (a, b, c, d, e) = tokio::join!(
        db.write(|c| put(c, "a")),
        db.write(refuse),
        db.write(|c| put(c, "c")),
        db.write(|_| -> Result<()> { panic!("a defect in one write") }),
        db.write(|c| put(c, "e")),
    );
    assert!(a.is_ok() && c.is_ok() && e.is_ok());
    assert!(matches!(b, Err(Error::Denied(Denied::NotAdmin))));
    assert!(matches!(d, Err(Error::Failure(Failure::Internal(_)))));
    assert_eq!(names(&db).await, ["a", "c", "e"]);
}

#[tokio::test]
async fn a_reader_cannot_write() {
    let (_folder, db) = fresh();
    let refused = db.read(|connection| put(connection, "a")).await;
    assert!(matches!(refused, Err(Error::Failure(Failure::Internal(_)))));
    assert!(names(&db).await.is_empty());
}

#[tokio::test]
async fn a_database_that_another_process_locks_answers_busy_and_recovers() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("test.db");
    let db = Db::open_with_deadline(&path, Duration::from_millis(20), |_| Ok(false), |_| Ok(()))
        .unwrap();
    let other = Connection::open(&path).unwrap();
    other.execute_batch("begin immediate").unwrap();
    assert!(matches!(
        db.write(|c| put(c, "a")).await,
        Err(Error::Overload(Overload::Busy))
    ));
    other.execute_batch("rollback").unwrap();
    db.write(|c| put(c, "b")).await.unwrap();
    assert_eq!(names(&db).await, ["b"]);
}

#[tokio::test]
async fn a_read_that_finds_no_free_connection_in_time_answers_busy() {
    let folder = tempfile::tempdir().unwrap();
    let db = Db::open_with_deadline(
        &folder.path().join("test.db"),
        Duration::from_millis(20),
        |_| Ok(false),
        |_| Ok(()),
    )
    .unwrap();
    let all = |places: &Semaphore| u32::try_from(places.available_permits()).unwrap();
    let Inner { permits, here, .. } = &*db.inner;
    let elsewhere = permits.acquire_many(all(permits)).await.unwrap();
    let here = here.acquire_many(all(here)).await.unwrap();
    assert!(matches!(
        db.read(|_| Ok(())).await,
        Err(Error::Overload(Overload::Busy))
    ));
    drop((elsewhere, here));
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

/// A long text that is nowhere else.
fn words(number: usize, length: usize) -> String {
    format!("<{number:07}>{}", "words ".repeat(length))
}

#[tokio::test]
async fn after_the_file_was_rewritten_nothing_deleted_is_left_wherever_it_was() {
    let (folder, db) = fresh();
    // Rows of all sizes come, change and go, so that SQLite moves them from page to page. Without rewriting the file,
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
    db.vacuum().await.unwrap();
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

#[tokio::test]
async fn a_write_keeps_what_it_may_undo_in_memory_and_a_vacuum_the_new_file_on_the_disk() {
    let (_folder, db) = fresh();
    let temp_store = || {
        db.write(|connection| {
            Ok(connection.pragma_query_value(None, "temp_store", |row| row.get::<_, u8>(0))?)
        })
    };
    let memory = 2;
    assert_eq!(temp_store().await.unwrap(), memory);
    db.vacuum().await.unwrap();
    assert_eq!(temp_store().await.unwrap(), memory);
}

/// The beginning of [`words`], wherever it is.
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

#[tokio::test]
async fn a_statement_is_planned_once_whatever_its_limit() {
    let (_folder, db) = fresh();
    let planned_again = db.read(|connection| {
        for limit in [1, 2, 3] {
            let mut list = connection.prepare_cached("select name from tombstones limit ?")?;
            assert!(!list.exists([limit])?);
        }
        let list = connection.prepare_cached("select name from tombstones limit ?")?;
        assert_eq!(list.get_status(StatementStatus::Run), 3);
        Ok(list.get_status(StatementStatus::RePrepare))
    });
    assert_eq!(planned_again.await.unwrap(), 0);
}

/// A writer that writes until it is told to stop.
struct Slow {
    end: std::sync::mpsc::Sender<()>,
    written: tokio::task::JoinHandle<Result<()>>,
}

impl Slow {
    fn begin(db: &Db) -> Self {
        let (begun, is_begun) = std::sync::mpsc::channel();
        let (end, may_end) = std::sync::mpsc::channel();
        let db = db.clone();
        let written = tokio::task::spawn_blocking(move || {
            let slow = db.write(move |_| {
                begun.send(()).unwrap();
                may_end.recv().unwrap();
                Ok(())
            });
            tokio::runtime::Handle::current().block_on(slow)
        });
        is_begun.recv().unwrap();
        Self { end, written }
    }

    async fn end(self) {
        self.end.send(()).unwrap();
        self.written.await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn who_writes_alone_does_so_themselves_and_who_comes_meanwhile_has_it_done() {
    let (_folder, db) = fresh();
    let here = std::thread::current().id();
    let which = |_: &Connection| Ok(std::thread::current().id());
    assert_eq!(db.write(which).await.unwrap(), here);
    let slow = Slow::begin(&db);
    let hops = db.stats().hops;
    let (second, ()) = tokio::join!(db.write(which), slow.end());
    assert_ne!(second.unwrap(), here);
    assert_eq!(db.stats().hops, hops + 1);
    // And when all is done, again.
    while db.write(which).await.unwrap() != here {}
}

#[tokio::test]
async fn only_what_may_be_lost_is_not_synced_and_not_even_that_with_others() {
    const NORMAL: i64 = 1;
    const FULL: i64 = 2;
    let (_folder, db) = fresh();
    let level = |connection: &Connection| -> Result<i64> {
        Ok(connection.pragma_query_value(None, "synchronous", |row| row.get(0))?)
    };
    assert_eq!(db.write_unsynced(level).await.unwrap(), NORMAL);
    assert_eq!(db.write(level).await.unwrap(), FULL);
    let refuse = |_: &Connection| -> Result<()> { Err(Denied::NotAdmin.into()) };
    assert!(db.write_unsynced(refuse).await.is_err());
    assert_eq!(db.write(level).await.unwrap(), FULL);

    let slow = Slow::begin(&db);
    let together = tokio::join!(db.write_unsynced(level), db.write(level), slow.end());
    assert!(matches!(together, (Ok(FULL), Ok(FULL), ())), "{together:?}");
}

#[tokio::test]
async fn a_writer_that_hangs_is_noticed_and_one_that_rewrites_the_file_does_not_hang() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("test.db");
    let db = Db::open_with_deadline(&path, Duration::from_millis(50), |_| Ok(false), |_| Ok(()))
        .unwrap();
    db.check_responsive().await.unwrap();
    let slow = Slow::begin(&db);
    assert!(matches!(
        db.check_responsive().await,
        Err(Error::Overload(Overload::Busy))
    ));
    slow.end().await;
    db.check_responsive().await.unwrap();

    let (begun, is_begun) = tokio::sync::oneshot::channel();
    let (end, may_end) = std::sync::mpsc::channel::<()>();
    let rewriting = db.inner.writer.run_exclusive(move |_| {
        begun.send(()).unwrap();
        may_end.recv().unwrap();
        Ok(())
    });
    let checking = async {
        is_begun.await.unwrap();
        let checked = db.check_responsive().await;
        end.send(()).unwrap();
        checked
    };
    let (rewritten, checked) = tokio::join!(rewriting, checking);
    rewritten.unwrap();
    checked.unwrap();
}
