//! A backup runs on a thread of its own, one step after the other. This is how it calls async code: S3 and the
//! photo stores, and how it is cancelled.

use std::collections::VecDeque;

use anyhow::{Context, Result};
use tokio::runtime::Handle;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// The message when it was cancelled.
pub const CANCELLED: &str = "It was stopped before its end";

/// The cause of an error when it was cancelled, whatever was being done.
#[derive(Debug, thiserror::Error)]
#[error("{CANCELLED}")]
pub struct Cancelled;

/// Photos in flight at once. Each is in memory completely.
const AT_ONCE: usize = 4;

/// The way from a blocking thread to the runtime; clones share it.
#[derive(Clone)]
pub struct Blocking {
    runtime: Handle,
    stop: CancellationToken,
}

impl Blocking {
    /// The way to the runtime in which this is called. When `stop` is cancelled, all waiting ends.
    pub fn new(stop: CancellationToken) -> Self {
        Self {
            runtime: Handle::current(),
            stop,
        }
    }

    /// Whether to stop.
    pub fn is_cancelled(&self) -> bool {
        self.stop.is_cancelled()
    }

    /// Called between two steps.
    ///
    /// # Errors
    /// It was cancelled.
    pub fn check_cancelled(&self) -> Result<()> {
        if self.is_cancelled() {
            return Err(cancelled());
        }
        Ok(())
    }

    /// Waits for something asynchronous.
    ///
    /// # Errors
    /// What it returns; it was cancelled.
    pub fn block_on<T>(&self, work: impl Future<Output = Result<T>>) -> Result<T> {
        let done = self.runtime.block_on(self.stop.run_until_cancelled(work));
        done.unwrap_or_else(|| Err(cancelled()))
    }

    /// Adds `what` as the context of an error, unless it was cancelled.
    ///
    /// # Errors
    /// The work failed.
    pub fn context<T>(&self, done: Result<T>, what: impl FnOnce() -> String) -> Result<T> {
        match done {
            Err(_) if self.is_cancelled() => Err(cancelled()),
            done => done.with_context(what),
        }
    }

    /// Runs something asynchronous concurrently.
    pub fn begin<T: Send + 'static>(
        &self,
        work: impl Future<Output = Result<T>> + Send + 'static,
    ) -> JoinHandle<Result<T>> {
        self.runtime.spawn(work)
    }

    /// Waits for what has to be done even if it was cancelled.
    pub fn block_on_uncancellable<T>(&self, work: impl Future<Output = T>) -> T {
        self.runtime.block_on(work)
    }

    /// Does some `work` on each item, several at once, and hands the results on to `then` in the order of the items.
    ///
    /// # Errors
    /// Whatever comes instead of an item, what `work` and `then` return; it was cancelled.
    pub fn map_ordered<I, T>(
        &self,
        items: impl Iterator<Item = Result<I>>,
        work: impl Fn(I) -> Result<T> + Clone + Send + 'static,
        mut then: impl FnMut(T) -> Result<()>,
    ) -> Result<()>
    where
        I: Send + 'static,
        T: Send + 'static,
    {
        let mut pool = OrderedPool::new(self);
        for item in items {
            let (item, work) = (item?, work.clone());
            if let Some(done) = pool.push(move || work(item))? {
                then(done)?;
            }
        }
        while let Some(done) = pool.pull()? {
            then(done)?;
        }
        Ok(())
    }
}

/// Work that runs concurrently, a few at once, with results in order. Dropping it waits for what is under way, so
/// that nothing still runs once an error is returned.
pub struct OrderedPool<'a, T> {
    blocking: &'a Blocking,
    under_way: VecDeque<JoinHandle<Result<T>>>,
}

impl<'a, T: Send + 'static> OrderedPool<'a, T> {
    /// With nothing in it.
    pub fn new(blocking: &'a Blocking) -> Self {
        Self {
            blocking,
            under_way: VecDeque::with_capacity(AT_ONCE),
        }
    }

    /// Begins some work. If too much is under way, waits for the oldest and returns its result.
    ///
    /// # Errors
    /// The error of the oldest; it was cancelled.
    pub fn push(&mut self, work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<Option<T>> {
        self.blocking.check_cancelled()?;
        let done = if self.under_way.len() == AT_ONCE {
            self.pull()?
        } else {
            None
        };
        self.under_way
            .push_back(self.blocking.runtime.spawn_blocking(work));
        Ok(done)
    }

    /// Waits for the oldest; `None` if nothing is under way.
    ///
    /// # Errors
    /// What it returns.
    pub fn pull(&mut self) -> Result<Option<T>> {
        match self.under_way.pop_front() {
            Some(oldest) => Ok(Some(self.blocking.runtime.block_on(oldest)??)),
            None => Ok(None),
        }
    }
}

impl<T> Drop for OrderedPool<'_, T> {
    fn drop(&mut self) {
        for rest in self.under_way.drain(..) {
            drop(self.blocking.runtime.block_on(rest));
        }
    }
}

fn cancelled() -> anyhow::Error {
    Cancelled.into()
}

#[cfg(test)]
mod tests {
    use anyhow::bail;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;
    async fn on_a_thread<T: Send + 'static>(
        work: impl FnOnce(Blocking) -> T + Send + 'static,
    ) -> T {
        let blocking = Blocking::new(CancellationToken::new());
        let done = tokio::task::spawn_blocking(move || work(blocking));
        done.await.unwrap()
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn results_come_in_the_order_of_the_items() {
        let seen = on_a_thread(|blocking| {
            let mut seen = Vec::new();
            let items = (0..100).map(Ok);
            blocking
                .map_ordered(
                    items,
                    |number| Ok(number * 2),
                    |double| {
                        seen.push(double);
                        Ok(())
                    },
                )
                .unwrap();
            seen
        })
        .await;
        assert_eq!(seen, (0..100).map(|number| number * 2).collect::<Vec<_>>());
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn after_an_error_nothing_goes_on() {
        static RUNNING: AtomicUsize = AtomicUsize::new(0);
        let refusal = on_a_thread(|blocking| {
            let work = |number: u32| {
                RUNNING.fetch_add(1, Ordering::SeqCst);
                if number > 0 {
                    std::thread::yield_now();
                }
                RUNNING.fetch_sub(1, Ordering::SeqCst);
                if number == 0 { bail!("zero") } else { Ok(()) }
            };
            let refusal = blocking
                .map_ordered((0..100).map(Ok), work, Ok)
                .unwrap_err();
            assert_eq!(RUNNING.load(Ordering::SeqCst), 0);
            refusal.to_string()
        })
        .await;
        assert_eq!(refusal, "zero");
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn waiting_ends_when_it_is_cancelled() {
        let stop = CancellationToken::new();
        let blocking = Blocking::new(stop.clone());
        let waiting =
            tokio::task::spawn_blocking(move || blocking.block_on::<()>(std::future::pending()));
        stop.cancel();
        let refusal = waiting.await.unwrap().unwrap_err().to_string();
        assert_eq!(refusal, "It was stopped before its end");
    }
}
