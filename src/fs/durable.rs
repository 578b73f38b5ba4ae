//! Folders that are still there after a power cut.

use std::fs::{self, File};
use std::io;
use std::path::Path;

use crate::fs::missing::optional;

/// Makes the names in a folder durable, as `fsync` of a file does for its bytes.
///
/// # Errors
/// The folder isn't there, or the disk can't be written to.
pub fn fsync_dir(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// The folder in which a path is, in a form that can be opened.
pub fn parent(path: &Path) -> &Path {
    match path.parent() {
        Some(above) if above.as_os_str().is_empty() => Path::new("."),
        Some(above) => above,
        None => Path::new("/"),
    }
}

/// Makes a folder durably, if it isn't there, and those above it.
///
/// # Errors
/// One of them can't be made or synced.
pub fn create_dir_all_durable(folder: &Path) -> io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    create_dir_all_durable(parent(folder))?;
    create_dir_durable(folder)
}

/// Makes a folder durably, if it isn't there, in one that is.
///
/// # Errors
/// It can't be made or synced.
pub fn create_dir_durable(folder: &Path) -> io::Result<()> {
    loop {
        match fs::create_dir(folder) {
            // Another process or thread was quicker.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                if folder.is_dir() {
                    break;
                }
                // Unless it is something else, it went again meanwhile.
                if optional(fs::symlink_metadata(folder))?.is_some() {
                    return Err(error);
                }
            }
            made => break made?,
        }
    }
    fsync_dir(parent(folder))
}
