//! The folder within the data folder in which a backup has its copy of the database. It is deleted with the backup, and what a
//! killed one leaves is deleted by the next, or by the next start of the server.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::fs::missing::remove_dir_all_if_exists;
use crate::fs::private;

const FOLDER: &str = ".backup";
const LOCK: &str = "backup.lock";

/// A folder that one backup has for itself.
#[derive(Debug)]
pub struct WorkDir {
    folder: PathBuf,
    _lock: File,
}

impl WorkDir {
    /// Makes the folder.
    ///
    /// # Errors
    /// It can't be made; another backup is running.
    pub fn open(data_dir: &Path) -> Result<Self> {
        let Some(lock) = lock(data_dir)? else {
            bail!("Another backup of this data folder is running: wait until it is done");
        };
        clear(data_dir)?;
        let folder = data_dir.join(FOLDER);
        make_private_folder(&folder)?;
        Ok(Self {
            folder,
            _lock: lock,
        })
    }

    /// Its path.
    pub fn folder(&self) -> &Path {
        &self.folder
    }
}

impl Drop for WorkDir {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.folder) {
            tracing::warn!(folder = %self.folder.display(), %error, "could not delete a work folder; the next backup retries");
        }
    }
}

/// Deletes what a killed backup has left, unless one is running.
///
/// # Errors
/// It can't be deleted.
pub fn remove_leftovers(data_dir: &Path) -> Result<()> {
    // Usually there is nothing, and then nothing is made.
    if !data_dir.join(FOLDER).exists() {
        return Ok(());
    }
    match lock(data_dir)? {
        Some(_lock) => clear(data_dir),
        None => Ok(()),
    }
}

/// Makes a folder that only this account can look into.
///
/// # Errors
/// It can't be made.
pub fn make_private_folder(folder: &Path) -> Result<()> {
    private::create_dir(folder)
        .with_context(|| format!("The folder {} can't be created", folder.display()))
}

fn clear(data_dir: &Path) -> Result<()> {
    remove(&data_dir.join(FOLDER))
}

/// Deletes a folder with what is in it; it may not be there.
///
/// # Errors
/// It can't be deleted.
pub fn remove(folder: &Path) -> Result<()> {
    remove_dir_all_if_exists(folder)
        .with_context(|| format!("The folder {} can't be deleted", folder.display()))
}

fn lock(data_dir: &Path) -> Result<Option<File>> {
    let path = data_dir.join(LOCK);
    let using = || format!("The file {} can't be used", path.display());
    let file = File::create(&path).with_context(using)?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(error).with_context(using),
    }
}

/// Makes an empty file that only this account can read.
///
/// # Errors
/// It is there already, or can't be made.
pub fn create_private(path: &Path) -> Result<PathBuf> {
    private::open_options()
        .create_new(true)
        .open(path)
        .with_context(|| format!("The file {} can't be created", path.display()))?;
    Ok(path.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_backup_at_a_time_and_nothing_is_left_of_it() {
        let data = tempfile::tempdir().unwrap();
        let first = WorkDir::open(data.path()).unwrap();
        fs::write(first.folder().join("copy"), b"copy").unwrap();
        let refusal = WorkDir::open(data.path()).unwrap_err().to_string();
        assert_eq!(
            refusal,
            "Another backup of this data folder is running: wait until it is done"
        );
        remove_leftovers(data.path()).unwrap();
        assert!(first.folder().join("copy").exists());
        drop(first);
        assert!(!data.path().join(FOLDER).exists());
    }

    #[test]
    fn what_a_killed_backup_has_left_is_deleted() {
        let data = tempfile::tempdir().unwrap();
        let copy = data.path().join(FOLDER).join("copy");
        for clear in [&|| remove_leftovers(data.path()) as Result<()>, &|| {
            WorkDir::open(data.path()).map(drop) as Result<()>
        }] as [&dyn Fn() -> Result<()>; 2]
        {
            fs::create_dir(data.path().join(FOLDER)).unwrap();
            fs::write(&copy, b"copy").unwrap();
            clear().unwrap();
            assert!(!copy.exists());
        }
    }
}
