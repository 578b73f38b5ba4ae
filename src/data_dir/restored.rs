//! A data folder that was restored may be a copy for inspection, while the original stays in use. Its backups would
//! come among those of the original, as the newest, and old ones of the original would go for them. So it makes none
//! where the original does until the operator says that it takes over.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use crate::config::{Config, QueueKind, StoreKind};
use crate::data_dir::DATABASE;
use crate::fs::atomic::{Existing, write_atomic};
use crate::fs::durable::fsync_dir;
use crate::fs::missing::{optional, remove_if_exists};

/// The file in the data folder that says from where it was restored.
pub const FILE: &str = "backup.restored";
/// The folder in the data folder in which a restore works.
pub const UNFINISHED: &str = ".restore";
/// The most bytes of it that are read.
const MAX_BYTES: usize = 1000;

/// What a command reports about a data folder that was restored and hasn't taken over; `None` where that makes no difference.
///
/// # Errors
/// As [`restored_from`].
pub fn notice(config: &Config) -> Result<Option<String>> {
    let kept = [
        (
            config.backup.destination.is_some(),
            "makes no backups of it where the original does",
        ),
        (
            config.photos.store == StoreKind::S3,
            "deletes nothing in S3",
        ),
        (
            config.photos.queue == QueueKind::Sqs,
            "sends nothing to SQS and takes nothing from it, so new photos aren't moved to their spaces",
        ),
    ];
    let kept: Vec<_> = kept.iter().filter(|(is_kept, _)| *is_kept).collect();
    let Some(from) = restored_from(&config.data_dir)?.filter(|_| !kept.is_empty()) else {
        return Ok(None);
    };
    let kept: Vec<_> = kept.iter().map(|(_, what)| *what).collect();
    Ok(Some(format!(
        "This data folder was restored from {from}, and may be a copy of an original that still runs: the server {}. \
        If it replaces the original, run `shared-spaces backup --take-over`",
        kept.join("; ")
    )))
}

/// From which archive the data folder was restored, unless it has taken over since.
///
/// # Errors
/// The file can't be read.
pub fn restored_from(data: &Path) -> Result<Option<String>> {
    let path = data.join(FILE);
    let text = optional(fs::read(&path))
        .with_context(|| format!("The file {} can't be read", path.display()))?;
    Ok(text.map(|text| {
        let text = String::from_utf8_lossy(&text[..text.len().min(MAX_BYTES)]);
        text.trim_end().replace(char::is_control, "?")
    }))
}

/// Records that the data folder was restored, durably and before there is a database in it.
///
/// # Errors
/// The file can't be written.
pub fn mark(data: &Path, from: &str) -> Result<()> {
    let line = format!("{from}\n");
    write_atomic(&data.join(FILE), line.as_bytes(), Existing::Replace)
        .with_context(|| format!("The file {FILE} can't be written in {}", data.display()))
}

/// From now on the data folder replaces the original.
///
/// # Errors
/// The file can't be deleted.
pub fn take_over(data: &Path) -> Result<()> {
    let take = || match remove_if_exists(&data.join(FILE))? {
        true => fsync_dir(data),
        false => Ok(()),
    };
    take().with_context(|| format!("The file {FILE} can't be deleted in {}", data.display()))
}

/// Whether a restore into this data folder has begun and not ended.
pub fn is_unfinished(data_dir: &Path) -> bool {
    data_dir.join(UNFINISHED).exists() && !data_dir.join(DATABASE).exists()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_a_copy_until_it_takes_over() {
        let data = tempfile::tempdir().unwrap();
        assert_eq!(restored_from(data.path()).unwrap(), None);
        mark(data.path(), "/mnt/a.tar.zst").unwrap();
        let from = restored_from(data.path()).unwrap();
        assert_eq!(from.as_deref(), Some("/mnt/a.tar.zst"));
        for _ in 0..2 {
            take_over(data.path()).unwrap();
            assert_eq!(restored_from(data.path()).unwrap(), None);
        }
    }
}
