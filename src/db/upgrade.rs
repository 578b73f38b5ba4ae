//! What an upgrade of a large database needs: space on the disk, which is checked before anything is changed, and progress
//! in the log.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use rusqlite::Connection;

use crate::fs::durable::parent;
use crate::fs::space;
use crate::fs::suffix::with_suffix;

/// The migration that writes all shares and photos again.
const REWRITES: i32 = 9;
/// How often progress is logged.
const EVERY: Duration = Duration::from_secs(5);
const MIB: u64 = 1024 * 1024;

/// Refuses an upgrade before it has begun if there is too little room. Measured at a million shares, the log of the database
/// grows to 1.7 times its size where all rows are written again, and the database by 0.7; and a copy of it stays.
///
/// # Errors
/// There isn't enough space; the message says how much is missing.
pub fn check_room(connection: &Connection, path: &Path, current: i32) -> Result<()> {
    let needed = needed(size_of(connection)?, current);
    match space::available(parent(path)) {
        Some(free) => compare(path, free, needed),
        // Where the system doesn't report it, a write will fail.
        None => Ok(()),
    }
}

fn compare(path: &Path, free: u64, needed: u64) -> Result<()> {
    ensure!(
        free >= needed,
        "The upgrade of the database {} needs {} MiB of free disk space, and there are {} MiB: {} MiB are missing. Nothing was \
         changed",
        path.display(),
        needed.div_ceil(MIB),
        free / MIB,
        needed.saturating_sub(free).div_ceil(MIB)
    );
    Ok(())
}

fn needed(size: u64, current: i32) -> u64 {
    let copy = size;
    if current < REWRITES {
        copy + size * 5 / 2
    } else {
        copy
    }
}

/// The bytes of a database, without its log.
fn size_of(connection: &Connection) -> rusqlite::Result<u64> {
    let pragma = |name| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    let bytes = pragma("page_count")?.saturating_mul(pragma("page_size")?);
    Ok(bytes.try_into().unwrap_or(0))
}

/// The stage of an upgrade.
#[derive(Clone, Copy, Debug)]
pub enum Doing {
    /// It makes a copy of the database, and checks it.
    Copy,
    /// It changes the database.
    Change,
}

/// Logs the progress of an upgrade until it is dropped.
pub struct Watch {
    end: Option<mpsc::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Watch {
    /// Looks after the upgrade of the database at `path`, which has `from` as its schema.
    ///
    /// # Errors
    /// The size of the database can't be read, or the system refuses another thread.
    pub fn start(doing: Doing, connection: &Connection, path: &Path, from: i32) -> Result<Self> {
        let (end, ended) = mpsc::channel();
        // Without a write-ahead log, as while a backup is restored, the pages of before are written instead.
        let logs = ["-wal", "-journal"].map(|ending| with_suffix(path, ending));
        let expected = expected(size_of(connection)?, from);
        let thread = std::thread::Builder::new()
            .name(String::from("upgrade-watch"))
            .spawn(move || log_progress(doing, &logs, expected, &ended))
            .context("The thread that watches the upgrade can't be started")?;
        Ok(Self {
            end: Some(end),
            thread: Some(thread),
        })
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.end = None;
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("upgrade watch thread panicked");
        }
    }
}

/// About how much is written to the log of the database during the upgrade.
fn expected(size: u64, from: i32) -> u64 {
    if from < REWRITES { size * 17 / 10 } else { 0 }
}

fn log_progress(doing: Doing, logs: &[PathBuf], expected: u64, ended: &mpsc::Receiver<()>) {
    let begun = Instant::now();
    while ended.recv_timeout(EVERY) == Err(RecvTimeoutError::Timeout) {
        let seconds = begun.elapsed().as_secs();
        match doing {
            Doing::Copy => {
                tracing::info!(seconds, "still copying the database before its upgrade");
            }
            Doing::Change => {
                let written: u64 = logs
                    .iter()
                    .filter_map(|log| Some(fs::metadata(log).ok()?.len()))
                    .sum();
                tracing::info!(
                    seconds,
                    written_mib = written / MIB,
                    percent = percent(written, expected),
                    "still upgrading database schema"
                );
            }
        }
    }
}

/// How much is done, at most 99: the end is logged separately.
fn percent(written: u64, expected: u64) -> Option<u64> {
    let percent = written.saturating_mul(100).checked_div(expected)?;
    Some(percent.min(99))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_upgrade_that_writes_all_rows_needs_room_for_them_and_for_a_copy() {
        assert_eq!(needed(100, 8), 350);
        assert_eq!(needed(100, 9), 100);
    }

    #[test]
    fn how_far_it_is_is_told_where_it_is_known_and_never_as_the_end() {
        assert_eq!(percent(85, expected(100, 8)), Some(50));
        assert_eq!(percent(1000, expected(100, 8)), Some(99));
        assert_eq!(percent(1000, expected(100, 9)), None);
    }

    #[test]
    fn an_upgrade_for_which_there_is_no_room_is_refused_with_what_is_missing() {
        let path = Path::new("data/shared-spaces.db");
        assert!(compare(path, 35 * MIB, 35 * MIB).is_ok());
        let refusal = compare(path, 20 * MIB + 1, 35 * MIB).unwrap_err();
        assert_eq!(
            refusal.to_string(),
            "The upgrade of the database data/shared-spaces.db needs 35 MiB of free disk space, and there are 20 MiB: 15 MiB \
             are missing. Nothing was changed"
        );
    }
}
