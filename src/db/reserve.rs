//! Disk space that is reserved for deleting. On a full disk SQLite can't even delete, because it records what it is
//! about to change; then a file that was kept for this is released, and until it can be made again, nothing else is
//! written.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use crate::fs::durable::{fsync_dir, parent};
use crate::fs::missing::optional;

/// The file in the data folder. If it is empty, it was released.
pub const NAME: &str = "reserve";
/// What deleting needs in any case: the log of the database, which may have four of these, must fit into the database as
/// well.
const MIN_SIZE: u64 = 8 * 1024 * 1024;
/// The bytes per write where a file system can't reserve space.
const CHUNK: usize = 1024 * 1024;

/// The reserve of a database.
#[derive(Debug)]
pub struct Reserve {
    path: PathBuf,
    database: PathBuf,
    making: Mutex<()>,
}

impl Reserve {
    /// That next to this database. None is made yet.
    pub fn next_to(database: &Path) -> Self {
        Self {
            path: database.with_file_name(NAME),
            database: database.to_owned(),
            making: Mutex::default(),
        }
    }

    /// Returns the space to the disk; whether there was any.
    pub fn give_up(&self) -> bool {
        let _nobody_else = self.making.lock().unwrap_or_else(PoisonError::into_inner);
        let give_up = || -> io::Result<bool> {
            let file = File::options().write(true).open(&self.path)?;
            let had = file.metadata()?.len() > 0;
            file.set_len(0)?;
            file.sync_all()?;
            Ok(had)
        };
        match give_up() {
            Ok(true) => {
                tracing::error!("disk is full; accepting only deletions until there is free space");
                true
            }
            Ok(false) => false,
            Err(error) => {
                if error.kind() != ErrorKind::NotFound {
                    tracing::error!(file = %self.path.display(), %error, "could not release the disk reserve");
                }
                false
            }
        }
    }

    /// Whether it was released, and there is still too little space to make it again.
    pub fn is_missed(&self) -> bool {
        if !fs::metadata(&self.path).is_ok_and(|file| file.len() == 0) {
            return false;
        }
        let made = self.make();
        if made.is_ok() {
            tracing::warn!("disk has free space again; accepting all writes");
        }
        made.is_err()
    }

    /// Makes the reserve, or makes it larger: as large as the database, all of which a single deletion may change, and
    /// something for the log. One that can't be made leaves nothing, and one that can't grow stays.
    ///
    /// # Errors
    /// There is no space for it.
    pub fn make(&self) -> io::Result<()> {
        let _nobody_else = self.making.lock().unwrap_or_else(PoisonError::into_inner);
        let wanted = MIN_SIZE + fs::metadata(&self.database)?.len();
        let before = optional(fs::metadata(&self.path))?.map(|file| file.len());
        if before.is_some_and(|bytes| bytes >= wanted) {
            return Ok(());
        }
        let mut options = File::options();
        let file = options
            .write(true)
            .create(true)
            .truncate(false)
            .open(&self.path)?;
        let made = set_aside(&file, before.unwrap_or(0), wanted).and_then(|()| file.sync_all());
        match (&made, before) {
            (Ok(()), Some(_)) => {}
            (Ok(()), None) => fsync_dir(parent(&self.path))?,
            (Err(_), Some(bytes)) => file.set_len(bytes)?,
            // An empty file would mean that it was released.
            (Err(_), None) => fs::remove_file(&self.path)?,
        }
        made
    }
}

/// Has the disk reserve space for a file up to a length.
fn set_aside(file: &File, from: u64, to: u64) -> io::Result<()> {
    #[cfg(target_os = "linux")]
    {
        use rustix::fs::{FallocateFlags, fallocate};
        use rustix::io::Errno;

        match fallocate(file, FallocateFlags::empty(), 0, to) {
            Err(Errno::OPNOTSUPP | Errno::NOSYS) => {}
            done => return Ok(done?),
        }
    }
    write_through(file, from, to)
}

/// Bytes that no file system can make smaller.
fn write_through(mut file: &File, from: u64, to: u64) -> io::Result<()> {
    use std::io::{Seek, SeekFrom};

    let mut piece = vec![0; CHUNK];
    getrandom::fill(&mut piece).map_err(io::Error::other)?;
    let mut at = file.seek(SeekFrom::Start(from))?;
    while at < to {
        let bytes = (to - at).min(CHUNK as u64);
        file.write_all(&piece[..usize::try_from(bytes).unwrap_or(CHUNK)])?;
        at += bytes;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_grows_with_the_database_and_says_that_it_was_given_up_until_it_is_made_again() {
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("shared-spaces.db");
        let (reserve, path) = (Reserve::next_to(&database), folder.path().join(NAME));
        let size = || fs::metadata(&path).map(|file| file.len()).ok();
        assert!(reserve.make().is_err());
        assert!(!reserve.give_up() && !reserve.is_missed());
        assert_eq!(size(), None);
        fs::write(&database, [1; 5000]).unwrap();
        reserve.make().unwrap();
        assert_eq!(size(), Some(MIN_SIZE + 5000));
        fs::write(&database, [1; 9000]).unwrap();
        reserve.make().unwrap();
        assert_eq!(size(), Some(MIN_SIZE + 9000));
        assert!(reserve.give_up());
        assert_eq!(size(), Some(0));
        assert!(!reserve.give_up());
        // There is space.
        assert!(!reserve.is_missed());
        assert_eq!(size(), Some(MIN_SIZE + 9000));
    }

    #[test]
    fn where_space_can_not_be_reserved_it_is_written() {
        let file = tempfile::tempfile().unwrap();
        write_through(&file, 0, 3_000_000).unwrap();
        write_through(&file, 3_000_000, 3_000_001).unwrap();
        assert_eq!(file.metadata().unwrap().len(), 3_000_001);
    }
}
