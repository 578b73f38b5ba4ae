//! How much photos and films may take, and what stays free of the disk.

use anyhow::{Result, ensure};
use serde::{Deserialize, Serialize};

use crate::fs::space::Disk;

/// The most bytes that a setting may name: as many as the database can count.
const MAX_BYTES: u64 = i64::MAX as u64;
/// Unless it is set, a disk keeps this part of it free for what isn't a photo, and no more than this many bytes.
const PART_FREE: u64 = 20;
const MAX_FREE: u64 = 512 * 1024 * 1024;

/// Quotas in bytes, with previews, posters and renditions. 0 is no quota.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Quotas {
    /// Of a space.
    pub space: u64,
    /// Of what a user has shared, in whatever space, and of their uploads.
    pub user: u64,
    /// Of all together.
    pub server: u64,
    /// How many bytes of the disk of the data folder photos and films leave free; by default a twentieth of it, and at most 512 MiB.
    pub min_free_disk: Option<u64>,
}

impl Quotas {
    pub(super) fn check(&self) -> Result<()> {
        for (name, bytes) in [
            ("space", self.space),
            ("user", self.user),
            ("server", self.server),
            ("min_free_disk", self.min_free_disk.unwrap_or(0)),
        ] {
            ensure!(
                bytes <= MAX_BYTES,
                "The setting quotas.{name} must be at most {MAX_BYTES}"
            );
        }
        Ok(())
    }

    /// How many bytes of a disk photos and films leave free.
    pub fn min_free(&self, disk: Disk) -> u64 {
        self.min_free_disk
            .unwrap_or((disk.total / PART_FREE).min(MAX_FREE))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_small_disk_keeps_less_free_and_none_keeps_more_than_is_set() {
        let of = |min_free_disk, total| {
            let quotas = Quotas {
                min_free_disk,
                ..Quotas::default()
            };
            quotas.min_free(Disk { free: 0, total })
        };
        assert_eq!(of(None, 20 << 20), 1 << 20);
        assert_eq!(of(None, 1 << 40), MAX_FREE);
        assert_eq!(of(Some(0), 1 << 40), 0);
        assert_eq!(of(Some(7), 20 << 20), 7);
    }
}
