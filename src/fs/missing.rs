//! What may not be there: its absence is an answer and no error.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::Path;

/// What was found, or `None` where nothing is there.
///
/// # Errors
/// Whatever else went wrong.
pub fn optional<T>(found: io::Result<T>) -> io::Result<Option<T>> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Deletes a file that may not be there; whether it was.
///
/// # Errors
/// It is there and can't be deleted.
pub fn remove_if_exists(file: &Path) -> io::Result<bool> {
    Ok(optional(fs::remove_file(file))?.is_some())
}

/// Deletes a folder that may not be there, with what is in it.
///
/// # Errors
/// Something of it is there and can't be deleted.
pub fn remove_dir_all_if_exists(folder: &Path) -> io::Result<()> {
    optional(fs::remove_dir_all(folder)).map(drop)
}

/// Deletes a folder in which nothing is any more. One that isn't there, or isn't empty, stays as it is.
///
/// # Errors
/// It is empty and can't be deleted.
pub fn remove_dir_if_empty(folder: &Path) -> io::Result<()> {
    match fs::remove_dir(folder) {
        Err(error) if error.kind() == ErrorKind::DirectoryNotEmpty => Ok(()),
        removed => optional(removed).map(drop),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_there_is_deleted_already_and_what_is_no_file_is_an_error() {
        let home = tempfile::tempdir().unwrap();
        let (file, folder) = (home.path().join("file"), home.path().join("folder"));
        fs::write(&file, "").unwrap();
        assert!(remove_if_exists(&file).unwrap());
        assert!(!remove_if_exists(&file).unwrap());
        fs::create_dir(&folder).unwrap();
        assert!(remove_if_exists(&folder).is_err());
        fs::write(folder.join("file"), "").unwrap();
        remove_dir_if_empty(&folder).unwrap();
        assert!(folder.exists());
        remove_dir_all_if_exists(&folder).unwrap();
        remove_dir_all_if_exists(&folder).unwrap();
        remove_dir_if_empty(&folder).unwrap();
        assert!(!folder.exists());
    }
}
