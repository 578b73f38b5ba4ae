//! The names of files that belong to another one and stand next to it, such as the write-ahead log of a database.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// The path with something appended to its last name, whatever extension that has.
pub fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(suffix);
    PathBuf::from(name)
}
