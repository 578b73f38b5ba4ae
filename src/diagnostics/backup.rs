//! Whether backups are made, and when the last one was.

use std::time::Duration;

use humantime::format_duration;
use serde::Serialize;
use strum::{IntoStaticStr, VariantNames};
use tokio_util::sync::CancellationToken;

use crate::backup::destination::ArchiveName;
use crate::check::{Cause, Check, Found};
use crate::clock::Clock;
use crate::config::Config;
use crate::jobs::scheduled_backup;

/// What is found of them.
#[derive(Debug, thiserror::Error, Serialize, IntoStaticStr, VariantNames)]
#[serde(untagged)]
#[strum(serialize_all = "snake_case")]
pub enum BackupFound {
    #[error(
        "No backup is configured: set backup.destination and backup.interval, or back up in another way, such as \
         by hand with `shared-spaces backup`"
    )]
    NoBackupConfigured,
    #[error("{0}")]
    BackupsUnreadable(Cause),
    #[error(
        "Archives in {destination} that are marked as damaged: {archives}. The database was damaged when they were made. If it is \
         intact again, delete them"
    )]
    DamagedArchives {
        destination: String,
        archives: usize,
    },
    /// No backup is made next to one of the future.
    #[error("{0}")]
    BackupOfTheFuture(Cause),
    #[error("There is no backup in {destination} yet")]
    NoBackupYet { destination: String },
    #[error(
        "The last backup in {destination} was made {last_at}. No more are made on their own: set backup.interval"
    )]
    BackupsByHand {
        destination: String,
        last_at: String,
    },
    #[error(
        "The last backup in {destination} was made {last_at}, although one should be made every {}: see the server's log for the \
         reason",
        format_duration(Duration::from_secs(*.interval_seconds))
    )]
    BackupOverdue {
        destination: String,
        last_at: String,
        interval_seconds: u64,
    },
    #[error("The last backup in {destination} was made {last_at}")]
    LastBackup {
        destination: String,
        last_at: String,
    },
}

impl Found for BackupFound {
    fn samples() -> Vec<Self> {
        let destination = || String::from("/mnt/backups");
        let last_at = || String::from("2026-05-17T09:30:00Z");
        vec![
            Self::NoBackupConfigured,
            Self::BackupsUnreadable(Cause::sample()),
            Self::DamagedArchives {
                destination: destination(),
                archives: 1,
            },
            Self::BackupOfTheFuture(Cause::sample()),
            Self::NoBackupYet {
                destination: destination(),
            },
            Self::BackupsByHand {
                destination: destination(),
                last_at: last_at(),
            },
            Self::BackupOverdue {
                destination: destination(),
                last_at: last_at(),
                interval_seconds: 86_400,
            },
            Self::LastBackup {
                destination: destination(),
                last_at: last_at(),
            },
        ]
    }
}

/// Looks at the destination of the backups.
pub async fn run_checks(config: &Config, report: &mut impl FnMut(Check)) {
    let backup = &config.backup;
    let Some(to) = &backup.destination else {
        report(Check::warning(BackupFound::NoBackupConfigured));
        return;
    };
    let found = match scheduled_backup::latest(config, to, CancellationToken::new()).await {
        Ok(found) => found,
        Err(error) => {
            report(Check::error(BackupFound::BackupsUnreadable(error.into())));
            return;
        }
    };
    let destination = to.to_string();
    if found.damaged > 0 {
        report(Check::error(BackupFound::DamagedArchives {
            destination: destination.clone(),
            archives: found.damaged,
        }));
    }
    let now = Clock::default().now();
    if let Some(Err(error)) = found.newest.map(|newest| newest.check(now)) {
        report(Check::error(BackupFound::BackupOfTheFuture(error.into())));
        return;
    }
    let Some(last) = found.last.map(ArchiveName::moment) else {
        report(Check::warning(BackupFound::NoBackupYet { destination }));
        return;
    };
    let last_at = last.rfc3339();
    report(match backup.interval {
        None => Check::warning(BackupFound::BackupsByHand {
            destination,
            last_at,
        }),
        Some(interval) if now > last.plus(interval * 2) => {
            Check::warning(BackupFound::BackupOverdue {
                destination,
                last_at,
                interval_seconds: interval.as_secs(),
            })
        }
        Some(_) => Check::ok(BackupFound::LastBackup {
            destination,
            last_at,
        }),
    });
}
