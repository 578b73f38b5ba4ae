//! How large the database is, and how much room its disk has.

use std::path::Path;

use crate::data_dir::DATABASE;
use crate::fs::space::available;
use crate::fs::suffix::with_suffix;

/// In bytes; `None` for what the system doesn't say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sizes {
    pub database: Option<u64>,
    /// What was committed and isn't in the database file yet. Zero if there is nothing.
    pub wal: Option<u64>,
    /// What this account can still write to the disk of the data folder.
    pub free: Option<u64>,
}

impl Sizes {
    /// Those of a data folder.
    pub fn of(folder: &Path) -> Self {
        let database = folder.join(DATABASE);
        let size = |path: &Path| path.metadata().ok().map(|file| file.len());
        Self {
            wal: size(&with_suffix(&database, "-wal")).or(Some(0)),
            database: size(&database),
            free: available(folder),
        }
    }
}
