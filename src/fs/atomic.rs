//! Files that get their names when all that is in them is on disk, and not before: a crash leaves the whole file or,
//! under another name, something that isn't mistaken for it.

use std::fs;
use std::io::{self, ErrorKind, Write};
use std::path::Path;
use std::time::Duration;

use tempfile::{Builder, NamedTempFile, TempPath};

use crate::fs::durable::{fsync_dir, parent};
use crate::fs::missing::{optional, remove_if_exists};

/// What the names of files in the data folder begin with that are still being written.
pub const TEMP_PREFIX: &str = ".draft-";
/// After this long, such a file isn't being written any more.
const ABANDONED: Duration = Duration::from_secs(60 * 60);

/// What becomes of a file that has the name already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Existing {
    /// The new one replaces it.
    Replace,
    /// It stays, and the new one is refused.
    Keep,
}

/// Writes a file durably, whole or not at all. Only this account can read it.
///
/// # Errors
/// It can't be written; there is one that is to stay, which is of the kind [`ErrorKind::AlreadyExists`].
pub fn write_atomic(path: &Path, bytes: &[u8], existing: Existing) -> io::Result<()> {
    let file = temp_file_with(parent(path), TEMP_PREFIX, bytes)?;
    persist(file, path, existing)
}

/// A temporary file in this folder, with nothing in it yet. Only this account can read it, and it goes unless it is
/// [persisted](persist).
///
/// # Errors
/// It can't be made.
pub fn temp_file(folder: &Path, prefix: &str) -> io::Result<NamedTempFile> {
    let file = Builder::new().prefix(prefix).tempfile_in(folder);
    file.map_err(without_name)
}

/// A temporary file in this folder with these bytes.
///
/// # Errors
/// It can't be written.
pub fn temp_file_with(folder: &Path, prefix: &str, bytes: &[u8]) -> io::Result<NamedTempFile> {
    let mut file = temp_file(folder, prefix)?;
    file.write_all(bytes)?;
    Ok(file)
}

/// Renames a temporary file, once its content is on the disk, and syncs the folder of that name.
///
/// # Errors
/// As [`write_atomic`].
pub fn persist(file: NamedTempFile, path: &Path, existing: Existing) -> io::Result<()> {
    file.as_file().sync_all()?;
    match existing {
        Existing::Replace => file.persist(path),
        Existing::Keep => file.persist_noclobber(path),
    }?;
    fsync_dir(parent(path))
}

/// As [`persist`], replacing an existing file, whose folder may come and go: `make` makes it durably, and again if it goes
/// before the file is in it.
///
/// # Errors
/// The file can't be written, or the folder can't be made.
pub fn persist_making(
    file: NamedTempFile,
    path: &Path,
    make: impl Fn(&Path) -> io::Result<()>,
) -> io::Result<()> {
    file.as_file().sync_all()?;
    persist_path_making(file.into_temp_path(), path, make)
}

/// As [`persist_making`], of a file whose content is on the disk already.
///
/// # Errors
/// As [`persist_making`].
pub fn persist_path_making(
    mut file: TempPath,
    path: &Path,
    make: impl Fn(&Path) -> io::Result<()>,
) -> io::Result<()> {
    let folder = parent(path);
    loop {
        make(folder)?;
        match file.persist(path) {
            Ok(()) => return fsync_dir(folder),
            Err(failed) if failed.error.kind() == ErrorKind::NotFound && failed.path.exists() => {
                file = failed.path;
            }
            Err(failed) => return Err(failed.error),
        }
    }
}

/// Deletes temporary files that a process has left which was killed.
///
/// # Errors
/// The folder can't be read, or a file can't be deleted.
pub fn remove_temp_files(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if !entry.file_name().to_string_lossy().starts_with(TEMP_PREFIX) {
            continue;
        }
        let written = entry.metadata().and_then(|file| file.modified());
        if let Some(written) = optional(written)?
            && written.elapsed().unwrap_or_default() >= ABANDONED
        {
            remove_if_exists(&entry.path())?;
        }
    }
    Ok(())
}

/// Why a temporary file can't be made. With its name, which means nothing to anybody, the reason would be hard to read.
pub fn without_name(error: io::Error) -> io::Error {
    match error.kind() {
        kind @ (ErrorKind::NotFound
        | ErrorKind::PermissionDenied
        | ErrorKind::QuotaExceeded
        | ErrorKind::ReadOnlyFilesystem) => kind.into(),
        kind @ ErrorKind::StorageFull => io::Error::new(kind, "No space left on device"),
        _ => error,
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;
    use crate::fs::durable::create_dir_durable;

    #[test]
    fn a_file_is_replaced_or_kept_as_is_said_and_nothing_else_is_left() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        write_atomic(&path, b"first", Existing::Keep).unwrap();
        let refusal = write_atomic(&path, b"second", Existing::Keep).unwrap_err();
        assert_eq!(refusal.kind(), ErrorKind::AlreadyExists);
        assert_eq!(fs::read(&path).unwrap(), b"first");
        write_atomic(&path, b"third", Existing::Replace).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"third");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_folder_that_goes_before_the_file_is_in_it_is_made_again() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("folder");
        let file = temp_file_with(home.path(), TEMP_PREFIX, b"bytes").unwrap();
        let made = Cell::new(0);
        let make = |folder: &Path| {
            made.set(made.get() + 1);
            create_dir_durable(folder)?;
            // Another process deletes it at once, but not for ever.
            if made.get() < 3 {
                fs::remove_dir(folder)
            } else {
                Ok(())
            }
        };
        persist_making(file, &folder.join("file"), make).unwrap();
        assert_eq!(
            (made.get(), fs::read(folder.join("file")).unwrap()),
            (3, b"bytes".to_vec())
        );
    }

    #[test]
    fn temporary_files_are_deleted_when_nobody_writes_them_any_more() {
        let folder = tempfile::tempdir().unwrap();
        let temp = temp_file(folder.path(), TEMP_PREFIX).unwrap();
        remove_temp_files(folder.path()).unwrap();
        assert!(temp.path().exists());
        let long_ago = temp.as_file().metadata().unwrap().modified().unwrap() - ABANDONED;
        temp.as_file().set_modified(long_ago).unwrap();
        remove_temp_files(folder.path()).unwrap();
        assert!(!temp.path().exists());
    }
}
