//! What operators see of the queue of photos, and of the backups.

use schemars::JsonSchema;
use serde::Serialize;

use super::scalars::{Moment, PhotoName};
use crate::clock::Timestamp;
use crate::config::Config;
use crate::domain::photo_name;
use crate::domain::statistics::Backlog;
use crate::jobs::backup_runs::{BackupState, Finished, Work};
use crate::jobs::scheduled_backup::FoundArchives;
use crate::queue::{Failed, FailedPhoto, FailureInfo};

/// How many failed photos, photos without previews and archives are shown.
pub const MAX_SHOWN: usize = 100;

/// The queue of new photos, and those that have failed.
#[derive(Serialize, JsonSchema)]
pub struct PhotoQueueState {
    /// Photos that wait in the queue of the database.
    #[schemars(extend("example" = 0))]
    queued: i64,
    oldest_queued_seconds: Option<u64>,
    /// Those that were given up, at most 100.
    photos: Vec<FailedPhotoState>,
    /// Messages of the queue that aren't the name of a photo.
    foreign: Vec<String>,
    /// About how many more have failed.
    #[schemars(extend("example" = 0))]
    remaining: usize,
    /// Photos without previews, at most 100.
    #[schemars(with = "Vec<PhotoName>")]
    without_previews: Vec<String>,
}

/// A photo that was given up. What a queue doesn't say is null.
#[derive(Serialize, JsonSchema)]
#[schemars(inline)]
struct FailedPhotoState {
    #[schemars(with = "PhotoName")]
    photo: String,
    attempts: Option<u32>,
    failed_at: Option<Moment>,
    /// Why the last attempt failed.
    error: Option<String>,
    /// When it was sent to the queue.
    sent_at: Option<Moment>,
}

impl From<FailedPhoto> for FailedPhotoState {
    fn from(failed: FailedPhoto) -> Self {
        let photo = failed.name.as_str().to_owned();
        match failed.why {
            FailureInfo::Known {
                attempts,
                failed_at,
                error,
            } => Self {
                photo,
                attempts: Some(attempts),
                failed_at: Some(failed_at.into()),
                error: Some(error),
                sent_at: None,
            },
            FailureInfo::Sent(sent_at) => Self {
                photo,
                attempts: None,
                failed_at: None,
                error: None,
                sent_at: sent_at.map(Into::into),
            },
        }
    }
}

impl PhotoQueueState {
    /// What waits, what has failed, and the photos without previews.
    pub fn new(
        backlog: &Backlog,
        failed: Failed,
        without_previews: Vec<photo_name::PhotoName>,
        now: Timestamp,
    ) -> Self {
        let more = failed.photos.len().saturating_sub(MAX_SHOWN);
        let oldest = backlog.oldest_queued;
        let photos = failed.photos.into_iter().take(MAX_SHOWN);
        let without = without_previews.into_iter().take(MAX_SHOWN);
        Self {
            queued: backlog.queued,
            oldest_queued_seconds: oldest.map(|at| now.since(at).as_secs()),
            photos: photos.map(Into::into).collect(),
            foreign: failed.unrecognized.into_iter().take(MAX_SHOWN).collect(),
            remaining: failed.remaining + more,
            without_previews: without.map(|name| name.as_str().to_owned()).collect(),
        }
    }
}

/// How many photos were sent to the workers again.
#[derive(Serialize, JsonSchema)]
pub struct Retried {
    #[schemars(extend("example" = 2))]
    pub retried: usize,
}

/// The backups that this server makes.
#[derive(Serialize, JsonSchema)]
pub struct Backups {
    /// Where they go; null if the settings name no place.
    #[schemars(extend("example" = "/mnt/disk/spaces"))]
    destination: Option<String>,
    /// How often one is made; null if none is made on its own.
    #[schemars(extend("example" = 86400))]
    interval_seconds: Option<u64>,
    /// How many archives are kept.
    #[schemars(extend("example" = 7))]
    retain: u32,
    /// What is running now.
    running: Option<BackupWork>,
    /// When the next backup is due, if that is known.
    next_at: Option<Moment>,
    /// The last one since the start of this server.
    last_backup: Option<BackupOutcome>,
    /// The last verification since the start of this server.
    last_verification: Option<BackupOutcome>,
    /// What is at the destination, the newest first, at most 100.
    archives: Vec<ArchiveState>,
    /// Why the destination can't be read, if it can't.
    unreadable: Option<String>,
}

/// What the job for backups does.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
enum BackupWork {
    Backup,
    Verification,
}

/// How a backup or a verification ended.
#[derive(Serialize, JsonSchema)]
#[schemars(inline)]
struct BackupOutcome {
    at: Moment,
    succeeded: bool,
    /// What was done, or why it wasn't.
    #[schemars(extend("example" = "Backed up the database and 7 photos"))]
    message: String,
}

/// An archive.
#[derive(Serialize, JsonSchema)]
#[schemars(inline)]
struct ArchiveState {
    #[schemars(extend("example" = "shared-spaces-20251124T160000Z.tar.zst"))]
    name: String,
    made_at: Moment,
    /// Whether its database was damaged when it was made.
    is_damaged: bool,
}

impl From<Finished> for BackupOutcome {
    fn from(finished: Finished) -> Self {
        Self {
            at: finished.at.into(),
            succeeded: finished.succeeded,
            message: finished.message,
        }
    }
}

impl Backups {
    /// By the settings, what the job does, and what is at the destination.
    pub fn new(config: &Config, state: BackupState, found: FoundArchives) -> Self {
        let (archives, unreadable) = match found {
            Ok(archives) => (archives, None),
            Err(why) => (Vec::new(), Some(why)),
        };
        let newest_first = archives.into_iter().rev().take(MAX_SHOWN);
        Self {
            destination: config.backup.destination.clone(),
            interval_seconds: config.backup.interval.map(|every| every.as_secs()),
            retain: config.backup.retain,
            running: state.running.map(|work| match work {
                Work::Backup => BackupWork::Backup,
                Work::Verification => BackupWork::Verification,
            }),
            next_at: state.next.map(Into::into),
            last_backup: state.last_backup.map(Into::into),
            last_verification: state.last_verification.map(Into::into),
            archives: newest_first
                .map(|name| ArchiveState {
                    name: name.to_string(),
                    made_at: name.moment().into(),
                    is_damaged: name.is_damaged(),
                })
                .collect(),
            unreadable,
        }
    }
}
