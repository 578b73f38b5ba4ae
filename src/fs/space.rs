//! How much room a disk has.

use std::path::Path;

/// A disk, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Disk {
    /// What this account can still write.
    pub free: u64,
    /// All that can be written to it.
    pub total: u64,
}

/// The disk where `folder` is; `None` if the system doesn't say.
#[cfg(unix)]
pub fn disk(folder: &Path) -> Option<Disk> {
    let disk = rustix::fs::statvfs(folder).ok()?;
    Some(Disk {
        free: disk.f_bavail.checked_mul(disk.f_frsize)?,
        total: disk.f_blocks.checked_mul(disk.f_frsize)?,
    })
}

/// The disk where `folder` is; `None` if the system doesn't say.
#[cfg(not(unix))]
pub fn disk(_: &Path) -> Option<Disk> {
    None
}

/// The bytes that this account can still write where `folder` is; `None` if the system doesn't say.
pub fn available(folder: &Path) -> Option<u64> {
    disk(folder).map(|disk| disk.free)
}
