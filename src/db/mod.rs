//! The database: many readers, one writer. The only pools, pragmas and transactions of the program.
//!
//! [`Db::read`] runs a closure on a read-only connection, within one snapshot, mostly on the calling thread: what
//! is read is in memory most of the time, and to have another thread do it costs more than the reading. [`Db::write`]
//! runs a closure on the only writing connection: on the calling thread while nothing else writes, and else on a thread
//! of its own, where closures that wait together share one commit. Each is answered after its commit. Both answer
//! [`Overload::Busy`] if no permit is free within the deadline.

// Connections, before their first statement.
mod connect;
// Where the files are.
mod files;
// Whether a database is intact.
pub(crate) mod integrity;
// Whether a schema is one of ours.
pub(crate) mod known;
pub(crate) mod migrate;
// Disk space for deleting.
mod reserve;
// Whether the database still answers.
mod responsive;
mod transaction;
// What an upgrade of a large database needs.
mod upgrade;
// Commits of others.
mod watch;
mod writer;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anyhow::{Context, anyhow};
use r2d2_sqlite::SqliteConnectionManager;
pub use rusqlite::Connection;
use rusqlite::OpenFlags;
use tokio::sync::Semaphore;
use tokio::time::timeout;

use self::connect::{prepare, undo_in_memory, wait_for_turn};
use self::files::OpenFiles;
pub use self::files::{LOCK, MARKER};
pub use self::known::bound_memory;
use self::reserve::Reserve;
use self::transaction::Transaction;
pub use self::watch::CommitWatch;
use self::writer::{Again, Durability, Once, Work, Writer};
use crate::error::{Error, Failure, Overload, Result};
use crate::process::runtime;

/// How long emptying the log waits for readers that still use it. No write runs meanwhile.
const LOG_BUSY_TIMEOUT: Duration = Duration::from_millis(100);
/// How long a request waits for a connection before it is told to retry.
pub(crate) const DEADLINE: Duration = Duration::from_secs(5);
/// How many read on other threads at once. SQLite reads from memory most of the time, so a few more than there are cores.
const READERS: usize = 8;
/// How long a read waits for one of the few permits for calling threads, before it goes to another thread.
const INLINE_WAIT: Duration = Duration::from_millis(5);
/// How the file is opened to be read. In this mode readers also write to the files next to it.
const READING: OpenFlags = OpenFlags::SQLITE_OPEN_READ_WRITE
    .union(OpenFlags::SQLITE_OPEN_URI)
    .union(OpenFlags::SQLITE_OPEN_NO_MUTEX);

/// A handle to the database; clones share it.
#[derive(Clone)]
pub struct Db {
    inner: Arc<Inner>,
}

struct Inner {
    readers: r2d2::Pool<SqliteConnectionManager>,
    /// How many more may read on other threads.
    permits: Arc<Semaphore>,
    /// How many more may read or write on the calling thread.
    here: Semaphore,
    writer: Writer,
    deadline: Duration,
    reads: AtomicU64,
    hops: AtomicU64,
    files: Arc<OpenFiles>,
    reserve: Arc<Reserve>,
}

/// How much a database was queried since it was opened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct QueryStats {
    /// How often something was read.
    pub reads: u64,
    /// How often another thread had to do it: reads that moved there, and writes during other writes.
    pub hops: u64,
}

impl Db {
    /// Opens the database at `path`, makes it if it isn't there, and brings its schema up to date.
    ///
    /// # Errors
    /// The file can't be opened, was written by a newer version of this program, or can't be migrated.
    pub fn open(path: &Path) -> anyhow::Result<Self> {
        Self::open_and(path, |_| Ok(false), |_| Ok(()))
    }

    /// As [`Self::open`], with an update of what is in it that runs in a transaction of its own once the schema is current, where
    /// `is_due` says so. Where it isn't, nothing is written: another process may have the database locked.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn open_and(
        path: &Path,
        is_due: impl FnOnce(&Connection) -> rusqlite::Result<bool>,
        update: impl FnOnce(&Connection) -> rusqlite::Result<()>,
    ) -> anyhow::Result<Self> {
        Self::open_with_deadline(path, DEADLINE, is_due, update)
    }

    fn open_with_deadline(
        path: &Path,
        deadline: Duration,
        is_due: impl FnOnce(&Connection) -> rusqlite::Result<bool>,
        update: impl FnOnce(&Connection) -> rusqlite::Result<()>,
    ) -> anyhow::Result<Self> {
        let opening = || format!("The database {} can't be opened", path.display());
        // A server and a worker that start at once on a new folder would be in each other's way.
        let _turn = wait_for_turn(path).with_context(opening)?;
        let mut connection = Connection::open(path).with_context(opening)?;
        prepare(&connection, deadline).with_context(opening)?;
        migrate::run(&mut connection, path)?;
        if is_due(&connection)? {
            let transaction = Transaction::write(&connection)?;
            update(&transaction)?;
            transaction.commit()?;
        }
        undo_in_memory(&connection).with_context(opening)?;

        let files = Arc::new(OpenFiles::of(path).with_context(opening)?);
        let reserve = Arc::new(Reserve::next_to(path));
        let theirs = Arc::clone(&files);
        // A reader doesn't create a database that isn't there, and doesn't read another one.
        let readers = SqliteConnectionManager::file(path).with_flags(READING);
        let readers = readers.with_init(move |connection| {
            let is_another = |_| {
                rusqlite::Error::InvalidPath(PathBuf::from(connection.path().unwrap_or_default()))
            };
            theirs.check().map_err(is_another)?;
            prepare(connection, deadline)?;
            connection.pragma_update(None, "query_only", true)
        });
        let here = runtime::cores();
        let readers = r2d2::Pool::builder()
            // One more for who watches the commits of other processes.
            .max_size(u32::try_from(READERS + here + 1)?)
            .min_idle(Some(1))
            .test_on_check_out(false)
            .connection_timeout(deadline)
            .build(readers)
            .with_context(opening)?;
        Ok(Self {
            inner: Arc::new(Inner {
                readers,
                permits: Arc::new(Semaphore::new(READERS)),
                here: Semaphore::new(here),
                writer: Writer::start(
                    connection,
                    Arc::clone(&files),
                    Arc::clone(&reserve),
                    deadline,
                )?,
                deadline,
                reads: AtomicU64::new(0),
                hops: AtomicU64::new(0),
                files,
                reserve,
            }),
        })
    }

    /// Checks whether the files of the database are where it was opened; each write checks by itself.
    ///
    /// # Errors
    /// [`Failure::DataGone`] if they aren't.
    pub fn check_files(&self) -> Result<()> {
        self.inner.files.check()
    }

    /// How much was queried so far. Requests are measured by it, because unlike time it is always the same.
    pub fn stats(&self) -> QueryStats {
        QueryStats {
            reads: self.inner.reads.load(Ordering::Relaxed),
            hops: self.inner.hops.load(Ordering::Relaxed),
        }
    }

    /// How many transactions were committed since it was opened, and how many writes were in them: those that wait together
    /// share one.
    pub fn commits(&self) -> (u64, u64) {
        self.inner.writer.counts()
    }

    /// Calls `hook` whenever something is durable, before its writers know: with the connection that has written, while nothing
    /// else is written. Only the first hook is called. It is short.
    pub fn after_commits(&self, hook: impl Fn(&Connection) + Send + Sync + 'static) {
        self.inner.writer.after_commits(Box::new(hook));
    }

    /// What notices commits, also those of other processes. It keeps a connection.
    ///
    /// # Errors
    /// [`Overload::Busy`] if no connection is free in time.
    pub fn watch_commits(&self) -> Result<CommitWatch> {
        let connection = self.inner.readers.get().map_err(|_| Overload::Busy)?;
        Ok(CommitWatch::new(connection)?)
    }

    /// Runs `work` on a connection that can only read, within one snapshot. `work` is short: while the disk is
    /// quick, it runs on the calling thread.
    ///
    /// # Errors
    /// What `work` returns, or [`Overload::Busy`] if no connection is free in time.
    pub async fn read<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T> + Send + 'static,
    {
        // Waiting for a permit here means waiting for a read in memory, which is faster than a hop to another thread.
        // If the disk is slow, the permits stay taken. Further reads leave the last thread of the runtime free.
        let Ok(Ok(_here)) = timeout(INLINE_WAIT, self.inner.here.acquire()).await else {
            return self.read_long(work).await;
        };
        catch_unwind(AssertUnwindSafe(|| self.read_blocking(work)))
            .unwrap_or_else(|_| Err(Error::internal(anyhow!("a read of the database panicked"))))
    }

    /// As [`Db::read`], for work that takes long even with a quick disk.
    ///
    /// # Errors
    /// As [`Db::read`].
    pub async fn read_long<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T> + Send + 'static,
    {
        let permit = self.inner.permits.clone().acquire_owned();
        let permit = timeout(self.inner.deadline, permit)
            .await
            .map_err(|_| Overload::Busy)?
            .map_err(Error::internal)?;
        self.inner.hops.fetch_add(1, Ordering::Relaxed);
        let db = self.clone();
        let answer = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            db.read_blocking(work)
        });
        answer.await.map_err(Error::internal)?
    }

    /// As [`Db::read`], for where nothing else waits, such as the start.
    ///
    /// # Errors
    /// As [`Db::read`].
    pub fn read_blocking<T>(&self, work: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        self.inner.reads.fetch_add(1, Ordering::Relaxed);
        let connection = self.inner.readers.get().map_err(|error| {
            tracing::warn!(%error, "could not open a database connection");
            self.check_files()
                .err()
                .unwrap_or_else(|| Overload::Busy.into())
        })?;
        work(&*Transaction::read(&connection)?)
    }

    /// Runs `work` in a transaction of its own. When this returns, the work is durable on disk, or, if it
    /// answers an error, undone.
    ///
    /// # Errors
    /// What `work` returns, or [`Overload::Busy`] if its turn doesn't come in time.
    pub async fn write<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T> + Send + 'static,
    {
        self.write_for(Once(Some(work)), Durability::Synced).await
    }

    /// As [`Db::write`], for work that is simply repeated if a power cut loses it: it isn't synced by itself.
    ///
    /// # Errors
    /// As [`Db::write`].
    pub async fn write_unsynced<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T> + Send + 'static,
    {
        self.write_for(Once(Some(work)), Durability::Unsynced).await
    }

    /// As [`Db::write`], for what frees space or leads to it: it is done on a full disk too, with the reserve. `work` may
    /// be run twice, and what it did the first time is undone then.
    ///
    /// # Errors
    /// As [`Db::write`].
    pub async fn write_making_room<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnMut(&Connection) -> Result<T> + Send + 'static,
    {
        self.write_for(Again(work), Durability::Synced).await
    }

    /// Releases the reserve next to the database at `path`, so that it can be opened on a full disk; whether there was
    /// one.
    pub fn give_up_reserve(path: &Path) -> bool {
        Reserve::next_to(path).give_up()
    }

    /// Makes the reserve for deleting on a full disk, or makes it as large as it should be by now.
    ///
    /// # Errors
    /// There is no space for it.
    pub fn make_reserve(&self) -> std::io::Result<()> {
        self.inner.reserve.make()
    }

    /// Checks whether there is space for more than deleting.
    ///
    /// # Errors
    /// [`Failure::DiskFull`] if there isn't.
    pub fn check_room(&self) -> Result<()> {
        if self.inner.reserve.is_missed() {
            return Err(Failure::DiskFull(anyhow!("what room is left is for deleting")).into());
        }
        Ok(())
    }

    async fn write_for<T, W>(&self, work: W, outlives: Durability) -> Result<T>
    where
        T: Send + 'static,
        W: Work<T> + Send + 'static,
    {
        let work = match self.inner.here.try_acquire() {
            Err(_) => work,
            Ok(_here) => match self.inner.writer.run_inline(work, outlives) {
                Ok(done) => return done,
                Err(work) => work,
            },
        };
        self.inner.hops.fetch_add(1, Ordering::Relaxed);
        self.inner.writer.run(work, outlives).await
    }

    /// Has SQLite check the file; `Some` says what is wrong. Reads the whole file.
    ///
    /// # Errors
    /// The check itself can't be made.
    pub async fn quick_check(&self) -> Result<Option<String>> {
        self.read_long(|connection| {
            let verdict: String =
                connection.query_row("pragma quick_check(1)", [], |row| row.get(0))?;
            Ok((verdict != "ok").then_some(verdict))
        })
        .await
    }

    /// Moves the write-ahead log into the database and empties the log, so that nothing that was
    /// deleted is still in it. Returns whether it is empty now. It isn't while a reader still uses it.
    ///
    /// # Errors
    /// The files can't be written, or [`Overload::Busy`].
    pub async fn checkpoint_wal(&self) -> Result<bool> {
        let deadline = self.inner.deadline;
        let emptied = self.inner.writer.run_exclusive(move |connection| {
            connection.busy_timeout(LOG_BUSY_TIMEOUT)?;
            let busy = connection.query_row("pragma wal_checkpoint(truncate)", [], |row| {
                row.get::<_, bool>(0)
            });
            connection.busy_timeout(deadline)?;
            busy
        });
        Ok(!emptied.await?)
    }

    /// Rewrites the whole file. Where rows were moved from page to page, SQLite can leave copies behind that
    /// `secure_delete` doesn't reach; after this, the file holds the current rows and nothing else. No write runs
    /// meanwhile.
    ///
    /// # Errors
    /// There is no space for it, or [`Overload::Busy`].
    pub async fn vacuum(&self) -> Result<()> {
        self.inner.writer.run_exclusive(connect::vacuum).await?;
        self.checkpoint_wal().await.map(drop)
    }
}

#[cfg(test)]
pub mod explain;
#[cfg(test)]
mod tests;
