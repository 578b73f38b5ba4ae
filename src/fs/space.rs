//! How much room a disk has.

use std::path::Path;

/// The bytes that this account can still write where `folder` is; `None` if the system doesn't say.
#[cfg(unix)]
pub fn available(folder: &Path) -> Option<u64> {
    let disk = rustix::fs::statvfs(folder).ok()?;
    disk.f_bavail.checked_mul(disk.f_frsize)
}

/// The bytes that this account can still write where `folder` is; `None` if the system doesn't say.
#[cfg(not(unix))]
pub fn available(_: &Path) -> Option<u64> {
    None
}
