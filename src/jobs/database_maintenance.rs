//! Looks after the database while the server runs: whether it is sound, and that nothing deleted is left in the file.

use std::mem;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::Result;
use tokio_util::sync::CancellationToken;

use crate::check::{is_damaged_database, sentence};
use crate::db::Db;
use crate::jobs::runner::{Job, Next};

/// Right after the start, other work needs the disk more.
const FIRST: Duration = Duration::from_secs(60 * 60);
const EVERY: Duration = Duration::from_secs(24 * 60 * 60);

/// Looks after a database; clones share the verdict.
#[derive(Clone)]
pub struct DatabaseMaintenance {
    db: Db,
    damaged: Arc<AtomicBool>,
}

impl DatabaseMaintenance {
    /// The upkeep of this database, which counts as sound until a check has found otherwise.
    pub fn new(db: Db) -> Self {
        Self {
            db,
            damaged: Arc::default(),
        }
    }

    /// Whether the last check has found the database damaged.
    pub fn is_corrupt(&self) -> bool {
        self.damaged.load(Ordering::Relaxed)
    }

    /// Checks the database, however large it is, and remembers the verdict. A check that fails to run changes nothing.
    pub async fn check(&self) {
        let problem = match problem(self.db.quick_check().await) {
            Ok(problem) => problem,
            Err(error) => {
                return tracing::warn!(error = %sentence(&error), "could not check the database; will do it again");
            }
        };
        let before = self.damaged.swap(problem.is_some(), Ordering::Relaxed);
        match problem {
            Some(problem) => tracing::error!(%problem, "database is damaged"),
            None if before => tracing::warn!("database passes its integrity check again"),
            None => tracing::info!("database passed its integrity check"),
        }
    }

    /// Checks the database at once, an hour later and then every day, and from the second time on rewrites it.
    pub fn job(&self) -> MaintenanceJob {
        MaintenanceJob {
            maintenance: self.clone(),
            is_first: true,
        }
    }
}

/// What a check has found to be wrong, if anything. Damage can make even the check fail.
///
/// # Errors
/// It couldn't be made: the database is busy, or its files can't be opened at the moment.
fn problem(checked: crate::error::Result<Option<String>>) -> Result<Option<String>> {
    match checked.map_err(anyhow::Error::from) {
        Err(error) if is_damaged_database(&error) => Ok(Some(sentence(&error))),
        checked => checked,
    }
}

/// See [`DatabaseMaintenance::job`].
pub struct MaintenanceJob {
    maintenance: DatabaseMaintenance,
    is_first: bool,
}

impl Job for MaintenanceJob {
    const FAILURE: &'static str = "VACUUM failed";

    async fn step(&mut self, _: &CancellationToken) -> Result<Next> {
        self.maintenance.check().await;
        if mem::take(&mut self.is_first) {
            return Ok(Next::Wait(FIRST));
        }
        // A damaged database is left as it is, for its repair.
        if !self.maintenance.is_corrupt() {
            self.maintenance.db.vacuum().await?;
        }
        Ok(Next::Wait(EVERY))
    }

    fn pause_after_error(&self) -> Duration {
        FIRST
    }
}

#[cfg(test)]
mod tests {
    use rusqlite::ffi;

    use super::*;
    use crate::error::Overload;

    #[test]
    fn a_check_that_could_not_be_made_says_nothing_about_the_database() {
        let failed = |code| {
            problem(Err(rusqlite::Error::SqliteFailure(
                ffi::Error::new(code),
                None,
            )
            .into()))
        };
        for code in [ffi::SQLITE_CORRUPT, ffi::SQLITE_NOTADB] {
            assert!(failed(code).unwrap().is_some());
        }
        for code in [ffi::SQLITE_CANTOPEN, ffi::SQLITE_IOERR, ffi::SQLITE_BUSY] {
            assert!(failed(code).is_err());
        }
        assert!(problem(Err(Overload::Busy.into())).is_err());
        assert_eq!(problem(Ok(None)).unwrap(), None);
        assert!(problem(Ok(Some("page 7".into()))).unwrap().is_some());
    }
}
