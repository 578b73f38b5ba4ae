//! Whether the disk has room for photos and films. Texts, and what makes room, don't ask.

use std::path::Path;

use crate::config::{Config, StoreKind};
use crate::data_dir::PHOTOS;
use crate::fs::space::disk;

/// Whether the disk keeps free what isn't for photos and films if it takes this many more bytes of them.
pub fn has_room(config: &Config, bytes: u64) -> bool {
    let folder = &config.data_dir;
    let keeps_free = |folder: &Path| {
        // Where the system doesn't say, a write will fail.
        disk(folder)
            .is_none_or(|disk| disk.free.saturating_sub(bytes) >= config.quotas.min_free(disk))
    };
    // Photos may be on a disk of their own.
    keeps_free(folder) && (config.photos.store == StoreKind::S3 || keeps_free(&folder.join(PHOTOS)))
}
