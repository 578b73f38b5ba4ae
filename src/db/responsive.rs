//! Whether a database still answers, for the watchdog: a process whose reads or writes hang is of no use to anybody.

use tokio::time::timeout;

use super::Db;
use crate::error::{Error, Overload, Result};

impl Db {
    /// Checks that reads and the write connection still answer, and writes nothing. Both may be busy: what counts is whether
    /// they get on. While the whole file is rewritten no write is answered, however long that takes.
    ///
    /// # Errors
    /// [`Overload::Busy`] if they don't get on; whatever reading returns.
    pub async fn check_responsive(&self) -> Result<()> {
        let before = self.stats().reads;
        match self.read_long(|_| Ok(())).await {
            Err(Error::Overload(Overload::Busy)) if self.stats().reads > before => {}
            answered => answered?,
        }
        let writer = &self.inner.writer;
        if writer.runs_exclusive() {
            return Ok(());
        }
        let answered = timeout(self.inner.deadline, writer.run_exclusive(|_| Ok(()))).await;
        match answered {
            Ok(Ok(())) => Ok(()),
            // It has begun meanwhile.
            _ if writer.runs_exclusive() => Ok(()),
            Ok(Err(error)) => Err(error),
            Err(_) => Err(Overload::Busy.into()),
        }
    }
}
