//! What this program makes is for the account that runs it, and for no other on the machine.

use std::fs;
use std::io;
use std::path::Path;

use crate::data_dir::{ACME, DATABASE, KEY};

/// Has all files and folders that this process makes be for its own account only, whatever it was started with.
#[cfg(unix)]
#[expect(
    unsafe_code,
    reason = "the standard library doesn't set this, and SQLite makes files itself"
)]
pub fn set_umask() {
    // SAFETY: `umask` takes a number, touches no memory of ours, can't fail, and is called before the first thread starts.
    unsafe { libc::umask(0o077) };
}

/// Elsewhere, what is made has the rights of its folder.
#[cfg(not(unix))]
pub fn set_umask() {}

/// Makes private what an earlier version, or a copy, left readable for others in a data folder: the database with all
/// that belongs to it, its copies, the key, and the folder of ordered certificates.
pub fn restrict_permissions(folder: &Path) {
    if let Err(error) = close_files(folder) {
        tracing::warn!(folder = %folder.display(), %error, "could not make the data folder private; other accounts may be able to read it");
    }
}

#[cfg(unix)]
fn close_files(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;

    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        let metadata = entry.metadata()?;
        let is_open = metadata.permissions().mode() & 0o077 != 0;
        if metadata.is_file() && is_open && (name == KEY || name.starts_with(DATABASE)) {
            fs::set_permissions(entry.path(), fs::Permissions::from_mode(0o600))?;
        }
        if metadata.is_dir() && is_open && name == ACME {
            fs::set_permissions(entry.path(), fs::Permissions::from_mode(0o700))?;
        }
    }
    Ok(())
}

#[cfg(not(unix))]
fn close_files(_: &Path) -> io::Result<()> {
    Ok(())
}
