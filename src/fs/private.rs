//! Files and folders that only this account can read, whatever mask the process was started with.

use std::fs::{DirBuilder, OpenOptions};
use std::io;
use std::path::Path;

/// How a private file is opened for writing. An existing file keeps its permissions.
pub fn open_options() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Makes a private folder.
///
/// # Errors
/// It is there already, or can't be made.
pub fn create_dir(folder: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}
