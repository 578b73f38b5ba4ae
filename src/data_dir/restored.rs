//! A data folder that was restored may be a copy for inspection, while the original stays in use. Its backups would
//! come among those of the original, as the newest, and old ones of the original would go for them; people would get its mail twice.
//! So it makes none where the original does, and sends nothing, until the operator says that it takes over.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use serde::Serialize;
use strum::{IntoStaticStr, VariantNames};

use crate::check::Found;
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

/// A data folder that was restored and hasn't taken over, where that makes a difference.
#[derive(Debug, thiserror::Error, Serialize, IntoStaticStr, VariantNames)]
#[serde(untagged)]
#[strum(serialize_all = "snake_case")]
pub enum RestoredCopy {
    #[error(
        "This data folder was restored from {from}, and may be a copy of an original that still runs: the server {}. \
         If it replaces the original, run `shared-spaces backup --take-over`",
        .without.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
    )]
    RestoredCopy {
        from: String,
        without: Vec<LeftAlone>,
    },
}

/// What the server of a copy leaves to that of the original.
#[derive(Clone, Copy, Debug, thiserror::Error, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LeftAlone {
    #[error("makes no backups of it where the original does")]
    Backups,
    #[error("deletes nothing in S3")]
    S3,
    #[error(
        "sends nothing to SQS and takes nothing from it, so new photos aren't moved to their spaces"
    )]
    Sqs,
    #[error("sends no mail")]
    Mail,
    #[error("sends no push messages")]
    Push,
}

impl Found for RestoredCopy {
    fn samples() -> Vec<Self> {
        vec![Self::RestoredCopy {
            from: String::from("/mnt/backups/shared-spaces-2026-05-17T093000Z.tar.zst"),
            without: vec![
                LeftAlone::Backups,
                LeftAlone::S3,
                LeftAlone::Sqs,
                LeftAlone::Mail,
                LeftAlone::Push,
            ],
        }]
    }
}

/// What a command reports about a data folder that was restored and hasn't taken over; `None` where that makes no difference.
///
/// # Errors
/// As [`restored_from`].
pub fn notice(config: &Config) -> Result<Option<RestoredCopy>> {
    let left_alone = [
        (config.backup.destination.is_some(), LeftAlone::Backups),
        (config.photos.store == StoreKind::S3, LeftAlone::S3),
        (config.photos.queue == QueueKind::Sqs, LeftAlone::Sqs),
        (config.sends_mail(), LeftAlone::Mail),
        (config.push.enabled, LeftAlone::Push),
    ];
    let left_alone = left_alone.into_iter().filter(|(is_left, _)| *is_left);
    let without: Vec<_> = left_alone.map(|(_, what)| what).collect();
    let from = restored_from(&config.data_dir)?.filter(|_| !without.is_empty());
    Ok(from.map(|from| RestoredCopy::RestoredCopy { from, without }))
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
