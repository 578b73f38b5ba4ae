//! Whether the disk has room for what somebody brings.

use crate::app::App;
use crate::data_dir::disk_space::has_room;
use crate::error::{Failure, Result};

impl App {
    /// Checks whether this many bytes of photos and films can be taken in, so that the disk keeps free what isn't for them.
    ///
    /// # Errors
    /// [`Failure::DiskFull`], [`Failure::DiskLow`].
    pub fn check_room(&self, bytes: u64) -> Result<()> {
        self.db.check_room()?;
        match has_room(&self.config, bytes) {
            true => Ok(()),
            false => Err(Failure::DiskLow.into()),
        }
    }
}
