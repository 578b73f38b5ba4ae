//! The one connection that writes, and the thread that uses it while several jobs wait. Jobs that wait together
//! share one commit, each in a savepoint of its own, so that one that is refused leaves nothing behind and the others
//! stand.

// The jobs.
mod job;

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, TryLockError};
use std::thread::JoinHandle;
use std::time::Duration;

use anyhow::{Context, anyhow};
use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot};

pub use self::job::{Again, Durability, Once, Work};
use self::job::{CommitError, PendingWrite, QueuedWrite};
use super::files::OpenFiles;
use super::reserve::Reserve;
use super::transaction::Transaction;
use crate::error::{Error, Overload, Result};

/// Jobs that may wait at once; the next one waits for its turn.
const WAITING: usize = 256;
/// The most jobs that share one commit, so that the first doesn't wait for ever.
const BATCH: usize = 128;

/// The way to the writing thread. Dropping it finishes the jobs that wait, then closes the connection.
pub struct Writer {
    writer_connection: Arc<WriteConnection>,
    orders: Option<mpsc::Sender<Request>>,
    thread: Option<JoinHandle<()>>,
    deadline: Duration,
}

/// What is called when a batch is durable.
pub type Hook = Box<dyn Fn(&Connection) + Send + Sync>;

/// The connection, used by one at a time.
struct WriteConnection {
    connection: Mutex<Connection>,
    /// Whether the thread is running a batch, which no other job may overtake.
    batch_running: AtomicBool,
    /// Whether the thread is running work outside of a transaction, such as rewriting the file.
    exclusive_running: AtomicBool,
    files: Arc<OpenFiles>,
    reserve: Arc<Reserve>,
    after_commits: OnceLock<Hook>,
    /// How many batches were committed, and the jobs in them.
    commits: AtomicU64,
    writes: AtomicU64,
}

impl WriteConnection {
    /// Waits for the connection.
    fn lock(&self) -> MutexGuard<'_, Connection> {
        // A job that panics is caught, and a transaction that ends by a panic is undone.
        self.connection
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs a batch as [`commit`] does, if what is committed is kept where the next start looks for it. Afterwards that
    /// is checked again, because nothing may be acknowledged as kept that isn't.
    fn commit(
        &self,
        connection: &Connection,
        batch: &mut [Box<dyn QueuedWrite>],
    ) -> std::result::Result<(), CommitError> {
        let is_kept = || self.files.check().map_err(|_| CommitError::DataGone);
        is_kept()?;
        if self.reserve.is_missed() {
            turn_away(batch);
        }
        let mut committed = commit(connection, batch);
        let is_full = |job: &dyn QueuedWrite| job.makes_room() && job.found_no_room();
        let no_room = match &committed {
            Err(CommitError::DiskFull(_) | CommitError::Io(_)) => {
                batch.iter().any(|job| job.makes_room())
            }
            _ => batch.iter().any(|job| is_full(&**job)),
        };
        if no_room && self.reserve.give_up() {
            match committed {
                // What found space stays.
                Ok(()) => batch
                    .iter_mut()
                    .filter(|job| !is_full(&***job))
                    .for_each(|job| job.settle()),
                Err(_) => turn_away(batch),
            }
            // The log is checkpointed first, as far as no reader uses it, so that there is space in it again.
            if let Err(error) = connection.query_row("pragma wal_checkpoint", [], |_| Ok(())) {
                tracing::warn!(%error, "WAL checkpoint failed");
            }
            committed = commit(connection, batch);
        }
        committed?;
        is_kept()?;
        self.commits.fetch_add(1, Ordering::Relaxed);
        self.writes.fetch_add(batch.len() as u64, Ordering::Relaxed);
        if let Some(hook) = self.after_commits.get() {
            hook(connection);
        }
        Ok(())
    }

    /// The connection, unless it is in use or about to be.
    fn try_lock(&self) -> Option<MutexGuard<'_, Connection>> {
        if self.batch_running.load(Ordering::Acquire) {
            return None;
        }
        match self.connection.try_lock() {
            Ok(connection) => Some(connection),
            Err(TryLockError::Poisoned(connection)) => Some(connection.into_inner()),
            Err(TryLockError::WouldBlock) => None,
        }
    }
}

/// Refuses jobs that free no space on a full disk. The rest is run, or run again.
fn turn_away(batch: &mut [Box<dyn QueuedWrite>]) {
    for job in batch.iter_mut().filter(|job| !job.makes_room()) {
        job.turn_away();
    }
}

impl Writer {
    /// Starts the thread that writes to `connection`.
    ///
    /// # Errors
    /// The system refuses another thread.
    pub fn start(
        connection: Connection,
        files: Arc<OpenFiles>,
        reserve: Arc<Reserve>,
        deadline: Duration,
    ) -> anyhow::Result<Self> {
        let (orders, waiting) = mpsc::channel(WAITING);
        let writer_connection = Arc::new(WriteConnection {
            connection: Mutex::new(connection),
            batch_running: AtomicBool::new(false),
            exclusive_running: AtomicBool::new(false),
            files,
            reserve,
            after_commits: OnceLock::new(),
            commits: AtomicU64::new(0),
            writes: AtomicU64::new(0),
        });
        let shared = Arc::clone(&writer_connection);
        let thread = std::thread::Builder::new()
            .name(String::from("database-writer"))
            .spawn(move || serve(&shared, waiting))
            .context("The thread that writes to the database can't be started")?;
        Ok(Self {
            writer_connection,
            orders: Some(orders),
            thread: Some(thread),
            deadline,
        })
    }

    /// Calls `hook` after each batch. A second hook is ignored.
    pub fn after_commits(&self, hook: Hook) {
        drop(self.writer_connection.after_commits.set(hook));
    }

    /// Runs `work` on the calling thread and returns when it is durable or undone, if nothing else writes or waits to;
    /// otherwise returns `work`.
    ///
    /// # Errors
    /// Inner: what `work` returns.
    pub fn run_inline<T, W>(
        &self,
        work: W,
        outlives: Durability,
    ) -> std::result::Result<Result<T>, W>
    where
        T: Send + 'static,
        W: Work<T> + Send + 'static,
    {
        let waits = |orders: &mpsc::Sender<_>| orders.capacity() < orders.max_capacity();
        if self.orders.as_ref().is_some_and(waits) {
            return Err(work);
        }
        let Some(connection) = self.writer_connection.try_lock() else {
            return Err(work);
        };
        let (job, mut answer) = PendingWrite::new(work, outlives, self.deadline);
        let mut alone: [Box<dyn QueuedWrite>; 1] = [Box::new(job)];
        let committed = self.writer_connection.commit(&connection, &mut alone);
        drop(connection);
        let [job] = alone;
        job.answer(committed);
        Ok(answer.try_recv().unwrap_or_else(|_| Err(ended())))
    }

    /// Runs `work` in its turn and answers when it is durable or undone.
    ///
    /// # Errors
    /// What `work` returns; [`Overload::Busy`] if its turn doesn't come within the deadline, and then it isn't run.
    pub async fn run<T, W>(&self, work: W, outlives: Durability) -> Result<T>
    where
        T: Send + 'static,
        W: Work<T> + Send + 'static,
    {
        let (job, answer) = PendingWrite::new(work, outlives, self.deadline);
        self.send(Request::Batched(Box::new(job))).await?;
        answer.await.map_err(|_| ended())?
    }

    /// Runs `work` in its turn and outside of any transaction, for what SQLite does only there.
    ///
    /// # Errors
    /// What `work` returns; [`Overload::Busy`] if the queue isn't free in time.
    pub async fn run_exclusive<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let work = move |connection: &Connection| {
            // The waiting task may be gone.
            drop(reply.send(work(connection)));
        };
        self.send(Request::Exclusive(Box::new(work))).await?;
        Ok(answer.await.map_err(|_| ended())??)
    }

    /// How many batches were committed, and how many writes were in them.
    pub fn counts(&self) -> (u64, u64) {
        let shared = &self.writer_connection;
        let commits = shared.commits.load(Ordering::Relaxed);
        (commits, shared.writes.load(Ordering::Relaxed))
    }

    /// Whether work of [`Self::run_exclusive`] is running at this moment.
    pub fn runs_exclusive(&self) -> bool {
        self.writer_connection
            .exclusive_running
            .load(Ordering::Acquire)
    }

    async fn send(&self, order: Request) -> Result<()> {
        let orders = self
            .orders
            .as_ref()
            .ok_or_else(|| anyhow!("the database is closed"))?;
        orders
            .send_timeout(order, self.deadline)
            .await
            .map_err(|_| Overload::Busy.into())
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.orders = None;
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("database writer thread panicked");
        }
    }
}

/// A request to the thread.
enum Request {
    /// Together with others.
    Batched(Box<dyn QueuedWrite>),
    /// By itself, outside of a transaction.
    Exclusive(Box<dyn FnOnce(&Connection) + Send>),
}

fn ended() -> Error {
    Error::internal(anyhow!("the thread that writes to the database has ended"))
}

fn serve(writer_connection: &WriteConnection, mut waiting: mpsc::Receiver<Request>) {
    while let Some(first) = waiting.blocking_recv() {
        writer_connection
            .batch_running
            .store(true, Ordering::Release);
        let connection = writer_connection.lock();
        let (mut batch, mut alone) = (Vec::new(), None);
        let mut next = Some(first);
        while let Some(order) = next {
            match order {
                Request::Batched(job) => batch.push(job),
                Request::Exclusive(work) => alone = Some(work),
            }
            let is_full = batch.len() >= BATCH || alone.is_some();
            next = (!is_full).then(|| waiting.try_recv().ok()).flatten();
        }
        if !batch.is_empty() {
            let committed = writer_connection.commit(&connection, &mut batch);
            for job in batch {
                job.answer(committed.clone());
            }
        }
        if let Some(work) = alone {
            let running = &writer_connection.exclusive_running;
            running.store(true, Ordering::Release);
            work(&connection);
            running.store(false, Ordering::Release);
        }
        writer_connection
            .batch_running
            .store(false, Ordering::Release);
    }
}

/// Runs a batch in one transaction, which is synced for the sake of one job that has to be. An error means that nothing of
/// it was kept.
fn commit(
    connection: &Connection,
    batch: &mut [Box<dyn QueuedWrite>],
) -> std::result::Result<(), CommitError> {
    if batch
        .iter()
        .any(|job| job.durability() == Durability::Synced)
    {
        return run_all(connection, batch);
    }
    connection.pragma_update(None, "synchronous", "normal")?;
    let committed = run_all(connection, batch);
    connection.pragma_update(None, "synchronous", "full")?;
    committed
}

fn run_all(
    connection: &Connection,
    batch: &mut [Box<dyn QueuedWrite>],
) -> std::result::Result<(), CommitError> {
    let transaction = Transaction::write(connection)?;
    if let [job] = batch {
        // Alone, it needs no savepoint: what it refuses is undone with the transaction.
        if !job.is_late() && job.run(&transaction) {
            transaction.commit()?;
        }
        return Ok(());
    }
    for job in batch.iter_mut().filter(|job| !job.is_late()) {
        transaction.prepare_cached("savepoint job")?.execute([])?;
        if !job.run(&transaction) {
            transaction.prepare_cached("rollback to job")?.execute([])?;
        }
        transaction.prepare_cached("release job")?.execute([])?;
    }
    transaction.commit()?;
    Ok(())
}
