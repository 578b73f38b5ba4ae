//! `shared-spaces backup`: one consistent archive of the database and the photos, while the server runs.

use anyhow::{Result, bail, ensure};

use super::{on_a_thread, operators_log};
use crate::app;
use crate::backup::create::{BackupRequest, create};
use crate::backup::progress::Progress;
use crate::clock::Clock;
use crate::commands::cli::BackupOptions;
use crate::config::Config;
use crate::logging::audit::{self, By};
use crate::output::{complain, say};

/// Makes a backup and says what is in it.
///
/// # Errors
/// It can't be made, or photos are lost: then it is made, without those that the destination doesn't have either, and
/// says so.
pub async fn run(config: Config, backup: BackupOptions) -> Result<()> {
    app::check_installation(&config)?;
    let (destination, retain) = match (backup.destination, &config.backup.destination) {
        (Some(to), _) => (to, backup.retain),
        (None, Some(to)) => (to.clone(), backup.retain.or(Some(config.backup.retain))),
        (None, None) => bail!(
            "Name a destination, as in `shared-spaces backup /mnt/disk/spaces`, or set backup.destination; see \
            `shared-spaces backup --help`"
        ),
    };
    let order = BackupRequest {
        config: config.clone(),
        clock: Clock::default(),
        destination,
        retain,
        full: backup.full,
        take_over: backup.take_over,
        db: None,
    };
    let then = "no archive was made, and none was deleted";
    let taken = on_a_thread(then, move |blocking| {
        create(&order, &blocking, &Progress::shown())
    })
    .await?;
    say!("{taken}")?;
    let lost = &taken.outcome.lost;
    for photo in lost {
        complain!("{} is not in the archive: {}", photo.photo.0, photo.why);
    }
    if let Some(damage) = &taken.damage {
        bail!(
            "The database is damaged: {damage}. The archive {} is marked as damaged and can't be restored as it is. \
            Nothing was deleted. Stop the server, keep its data folder, and restore the last intact archive into \
            another",
            taken.archive
        );
    }
    let archive = taken.archive.to_string();
    audit::backup_made(By::CommandLine, &archive);
    operators_log::note(&config, move |act| act.note_backup(&archive)).await;
    ensure!(
        lost.is_empty(),
        "The archive is incomplete, and is marked so. Photos that are missing or damaged: {}",
        lost.len()
    );
    for photo in &taken.not_in_store {
        complain!("{photo} is at the backup destination, but the photo store has lost it");
    }
    let missed = taken.outcome.not_in_store;
    ensure!(
        missed == 0,
        "The archive is complete, because the destination already had these photos. Photos that the store has lost: \
        {missed}. `shared-spaces photos verify` names their files at the destination, and docs/backup.md explains how \
        to restore them"
    );
    Ok(())
}
