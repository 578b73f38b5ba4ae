//! Which file or folder stands at a path: another one there may have the same name, and everything else in common.

use std::fmt::{self, Display, Formatter};
use std::fs::{self, Metadata};
use std::io;
use std::path::Path;

/// What distinguishes a file or folder from every other that exists at the same time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Identity {
    #[cfg(unix)]
    device: u64,
    #[cfg(unix)]
    inode: u64,
    #[cfg(not(unix))]
    created: Option<std::time::SystemTime>,
}

impl Identity {
    /// What stands at `path` at this moment. Costs one look at the folder above, about a microsecond.
    ///
    /// # Errors
    /// Nothing is there, or it can't be looked at.
    pub fn of(path: &Path) -> io::Result<Self> {
        fs::metadata(path).map(|metadata| Self::from(&metadata))
    }
}

impl Display for Identity {
    /// As it is the same after the machine has started again, which may give the disk another number.
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        #[cfg(unix)]
        return write!(formatter, "{}", self.inode);
        #[cfg(not(unix))]
        return write!(formatter, "{:?}", self.created);
    }
}

#[cfg(unix)]
impl From<&Metadata> for Identity {
    fn from(metadata: &Metadata) -> Self {
        use std::os::unix::fs::MetadataExt;

        Self {
            device: metadata.dev(),
            inode: metadata.ino(),
        }
    }
}

#[cfg(not(unix))]
impl From<&Metadata> for Identity {
    fn from(metadata: &Metadata) -> Self {
        Self {
            created: metadata.created().ok(),
        }
    }
}
