//! Copies of a database: taken while a server writes to it, inspected, and prepared to be served again.

use std::collections::VecDeque;
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, OpenFlags};

use crate::db::{known, migrate};
use crate::domain::photo_name::PhotoName;
use crate::domain::photos::{self, KnownPhoto};
use crate::domain::restore;

/// The pages that are copied between two checks for cancellation; a few MiB.
const STEP: i32 = 1000;
/// The photos that are queried at once.
const PAGE: u32 = 500;

/// The database of a data folder, which a server may be using at this moment.
#[derive(Debug)]
pub struct LiveDatabase {
    connection: Connection,
}

impl LiveDatabase {
    /// Opens the database at `path`. Its schema stays as it is.
    ///
    /// # Errors
    /// It isn't there, can't be read, or was written by a newer version of this program.
    pub fn open(path: &Path) -> Result<Self> {
        // Not read-only, which couldn't apply what a crash has left in the write-ahead log.
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        Ok(Self {
            connection: open(path, flags)?,
        })
    }

    /// Copies the database as it is at this moment to `copy`, an empty file. Writers aren't kept waiting.
    ///
    /// # Errors
    /// The copy can't be written; what `check_cancelled` returns, which is called every few MiB.
    pub fn copy_to(
        &self,
        copy: &Path,
        mut check_cancelled: impl FnMut() -> Result<()>,
    ) -> Result<()> {
        // While this transaction is open, the copy is of one moment and doesn't start over after each write.
        let moment = self.connection.unchecked_transaction()?;
        moment.query_row("select count(*) from sqlite_schema", [], |_| Ok(()))?;
        let mut target = Connection::open(copy)?;
        // The copy is thrown away if anything goes wrong, and synced when it is whole.
        target.pragma_update(None, "synchronous", false)?;
        {
            let backup = Backup::new(&moment, &mut target)?;
            loop {
                check_cancelled()?;
                match backup.step(STEP)? {
                    StepResult::Done => break,
                    StepResult::More => {}
                    _ => bail!("The database is locked by another program"),
                }
            }
        }
        // One file, with no companion files.
        target.pragma_update(None, "journal_mode", "delete")?;
        drop(target);
        std::fs::File::open(copy)?.sync_all()?;
        Ok(())
    }

    /// Whether any share has a photo.
    ///
    /// # Errors
    /// The database can't be read.
    pub fn has_photos(&self) -> Result<bool> {
        Ok(photos::is_any(&self.connection)?)
    }

    /// Whether a share still has this photo.
    ///
    /// # Errors
    /// The database can't be read.
    pub fn has_photo(&self, name: &PhotoName) -> Result<bool> {
        Ok(photos::exists(&self.connection, name)?)
    }
}

/// A copy that is never written to.
#[derive(Debug)]
pub struct Snapshot {
    connection: Connection,
    schema: i32,
}

impl Snapshot {
    /// Opens the copy at `path`.
    ///
    /// # Errors
    /// It can't be read, or was written by a newer version of this program.
    pub fn open(path: &Path) -> Result<Self> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = open(path, flags)?;
        let schema = migrate::version(&connection)?;
        Ok(Self { connection, schema })
    }

    /// As [`Self::open`], for an untrusted copy that is said to have this `schema`: its schema is compared with
    /// ours before anything in it can run.
    ///
    /// # Errors
    /// As [`Self::open`]; its schema is another one.
    pub fn open_foreign(path: &Path, schema: i32) -> Result<Self> {
        let reading = || format!("The database {} can't be read", path.display());
        check_version(schema)?;
        ensure!(schema > 0, "Its database is not one of shared-spaces");
        let connection = known::open_carefully(path).with_context(reading)?;
        if let Some(difference) = known::difference(&connection, schema).with_context(reading)? {
            bail!("Its database is damaged, or not one of shared-spaces: {difference}");
        }
        let schema = migrate::version(&connection).with_context(reading)?;
        check_version(schema)?;
        Ok(Self { connection, schema })
    }

    /// The number of its schema.
    pub fn schema(&self) -> i32 {
        self.schema
    }

    /// Its photos, in the order of their ids.
    pub fn photos(&self) -> Photos<'_> {
        Photos {
            connection: &self.connection,
            page: VecDeque::new(),
            after: 0,
        }
    }

    /// How many bytes its photos have together.
    ///
    /// # Errors
    /// It can't be read.
    pub fn total_bytes(&self) -> Result<u64> {
        Ok(photos::total_bytes(&self.connection)?)
    }

    /// How many photos it has.
    ///
    /// # Errors
    /// It can't be read.
    pub fn count(&self) -> Result<u64> {
        Ok(photos::count(&self.connection)?)
    }

    /// What is wrong with it, if anything is. Reads all of it.
    ///
    /// # Errors
    /// It can't be read.
    pub fn integrity_check(&self) -> Result<Option<String>> {
        known::damage(&self.connection, self.schema)
    }
}

/// The photos of a snapshot, some at a time.
#[derive(Debug)]
pub struct Photos<'a> {
    connection: &'a Connection,
    page: VecDeque<KnownPhoto>,
    after: i64,
}

impl Iterator for Photos<'_> {
    type Item = Result<KnownPhoto>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.page.is_empty() {
            match photos::list_known(self.connection, self.after, PAGE) {
                Ok(page) => self.page = page.into(),
                Err(error) => return Some(Err(error.into())),
            }
        }
        let photo = self.page.pop_front()?;
        self.after = photo.id;
        Some(Ok(photo))
    }
}

/// Makes the copy at `path` ready to be served: brings its schema up to date, takes the photos out that are `gone`, and
/// lets all others be queued again.
///
/// # Errors
/// It can't be read or written, was written by a newer version, or can't be upgraded.
pub fn prepare_restored(path: &Path, gone: &[PhotoName]) -> Result<()> {
    let mut connection = open(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    migrate::run(&mut connection, path)?;
    let change = connection.transaction()?;
    restore::prepare_restored(&change, gone)?;
    change.commit()?;
    drop(connection);
    std::fs::File::open(path)?.sync_all()?;
    Ok(())
}

fn open(path: &Path, flags: OpenFlags) -> Result<Connection> {
    let reading = || format!("The database {} can't be read", path.display());
    let connection = Connection::open_with_flags(path, flags).with_context(reading)?;
    connection
        .busy_timeout(crate::db::DEADLINE)
        .with_context(reading)?;
    connection
        .pragma_update(None, "trusted_schema", false)
        .with_context(reading)?;
    let schema = migrate::version(&connection).with_context(reading)?;
    check_version(schema)?;
    if schema == 0 {
        bail!("{} is not a database of shared-spaces", path.display());
    }
    Ok(connection)
}

fn check_version(schema: i32) -> Result<()> {
    let newest = migrate::newest();
    ensure!(
        schema <= newest,
        "The database has schema {schema}, and this version of shared-spaces knows only schemas up to {newest}: use \
        the newer version that wrote it"
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};

    use super::*;
    use crate::db::Db;

    const COUNT: &str = "select count(*), coalesce(sum(due_at), 0) from tombstones";

    #[tokio::test]
    async fn a_copy_is_of_one_moment_however_much_is_written_meanwhile() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("test.db");
        let db = Db::open(&path).unwrap();
        // Large enough for several steps, and every write keeps the sum at nothing.
        let fill =
            "with recursive n (i) as (select 1 union all select i + 1 from n where i < 20000)
            insert into tombstones (name, due_at) select printf('%0500d', i), 0 from n";
        db.write(move |conn| Ok(conn.execute_batch(fill)?))
            .await
            .unwrap();
        let original = LiveDatabase::open(&path).unwrap();
        let copy = folder.path().join("copy.db");
        let (done, mut steps) = (AtomicBool::new(false), 0);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                let other = Connection::open(&path).unwrap();
                other.busy_timeout(crate::db::DEADLINE).unwrap();
                while !done.load(Ordering::Relaxed) {
                    let pair = "begin; update tombstones set due_at = due_at + 1 where rowid = 1;
                        update tombstones set due_at = due_at - 1 where rowid = 19999; commit";
                    other.execute_batch(pair).unwrap();
                }
            });
            original
                .copy_to(&copy, || {
                    steps += 1;
                    Ok(())
                })
                .unwrap();
            done.store(true, Ordering::Relaxed);
        });
        assert!(steps > 2 && steps < 20, "{steps} steps: it began again");
        let snapshot = Snapshot::open(&copy).unwrap();
        assert_eq!(snapshot.integrity_check().unwrap(), None);
        let found = snapshot
            .connection
            .query_row(COUNT, [], |row| Ok((row.get(0)?, row.get(1)?)))
            .unwrap();
        assert_eq!(found, (20_000, 0));
        drop(snapshot);
        let beside = std::fs::read_dir(folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name())
            .filter(|name| name.to_string_lossy().starts_with("copy.db"));
        assert_eq!(beside.count(), 1, "there is more than one file of the copy");
    }

    #[test]
    fn a_copy_that_is_stopped_says_so() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("test.db");
        drop(Db::open(&path).unwrap());
        let original = LiveDatabase::open(&path).unwrap();
        let refusal = original.copy_to(&folder.path().join("copy.db"), || bail!("no longer"));
        assert_eq!(refusal.unwrap_err().to_string(), "no longer");
    }

    #[test]
    fn what_is_no_database_of_ours_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("other.db");
        Connection::open(&path)
            .unwrap()
            .execute_batch("create table other (id)")
            .unwrap();
        let refusal = Snapshot::open(&path).unwrap_err().to_string();
        assert!(
            refusal.contains("is not a database of shared-spaces"),
            "{refusal}"
        );
        assert!(LiveDatabase::open(&folder.path().join("none.db")).is_err());
    }
}
