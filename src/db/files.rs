//! Whether the files of an open database are still where it was opened. A process keeps using files that were removed, or
//! renamed, or whose disk was unmounted, as if nothing had happened; the next process, which uses the path, finds nothing
//! of what was written meanwhile.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use crate::error::{Failure, Result};
use crate::fs::identity::Identity;
use crate::fs::suffix::with_suffix;

/// The file next to the database that a server holds locked: two would use the same id twice.
pub const LOCK: &str = "serve.lock";

/// The file that says which installation a folder belongs to. Without it, the next start doesn't take a data folder for one
/// that has been begun.
pub const MARKER: &str = "shared-spaces.id";

/// The files of a database and where they belong.
#[derive(Debug)]
pub struct OpenFiles {
    files: Vec<(PathBuf, Identity)>,
    /// The file that identifies the data folder, and whether it has been there: it is made after the database.
    marker: (PathBuf, AtomicBool),
    /// Whether the last look has missed one.
    is_lost: AtomicBool,
}

impl OpenFiles {
    /// The files of a database that was opened just now, and that stays open while this is used: until it is closed,
    /// the system gives their numbers to no other file.
    ///
    /// # Errors
    /// The database isn't there.
    pub fn of(database: &Path) -> io::Result<Self> {
        // From the root of the file system, so that a renamed parent folder is noticed too.
        let database = std::path::absolute(database)?;
        // What was committed lately is in the first of these alone. Without the others, a process that opens the database,
        // or a second server, would keep no order with this one.
        let others = [
            with_suffix(&database, "-wal"),
            with_suffix(&database, "-shm"),
            database.with_file_name(LOCK),
        ];
        let mut files = vec![(database.clone(), Identity::of(&database)?)];
        for path in others {
            if let Ok(identity) = Identity::of(&path) {
                files.push((path, identity));
            }
        }
        Ok(Self {
            files,
            marker: (database.with_file_name(MARKER), AtomicBool::new(false)),
            is_lost: AtomicBool::new(false),
        })
    }

    /// Looks whether all files are where they belong: a few microseconds. The first look that misses one is logged, and
    /// the first that finds all again.
    ///
    /// # Errors
    /// [`Failure::DataGone`] if one isn't.
    pub fn check(&self) -> Result<()> {
        let lost = self.files.iter().find_map(|(path, opened)| {
            let why = match Identity::of(path) {
                Ok(found) if found == *opened => return None,
                Ok(_) => String::from("it was replaced"),
                Err(error) => error.to_string(),
            };
            Some((path, why))
        });
        let lost = lost.or_else(|| self.find_marker().err());
        let Some((path, why)) = lost else {
            if self.is_lost.load(Ordering::Relaxed) && self.is_lost.swap(false, Ordering::Relaxed) {
                tracing::warn!("data folder is back; accepting writes again");
            }
            return Ok(());
        };
        if !self.is_lost.swap(true, Ordering::Relaxed) {
            tracing::error!(
                file = %path.display(),
                why,
                "data folder is gone; refusing writes until it is back. If another has replaced it, restart the server"
            );
        }
        Err(Failure::DataGone.into())
    }

    /// Looks whether the marker is where it has been.
    fn find_marker(&self) -> std::result::Result<(), (&PathBuf, String)> {
        let (path, was_there) = &self.marker;
        match path.symlink_metadata() {
            Ok(_) => was_there.store(true, Ordering::Relaxed),
            Err(error) if was_there.load(Ordering::Relaxed) => {
                return Err((path, error.to_string()));
            }
            Err(_) => {}
        }
        Ok(())
    }
}
