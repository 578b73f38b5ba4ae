//! `shared-spaces restore`: from an archive to a data folder that can be served.

use std::fs;

use anyhow::{Result, ensure};
use indicatif::HumanBytes;

use super::{on_a_thread, serve};
use crate::backup::blocking::Blocking;
use crate::backup::destination::Target;
use crate::backup::progress::Progress;
use crate::backup::restore::{check_empty, restore};
use crate::clock::Clock;
use crate::commands::cli::RestoreOptions;
use crate::config::Config;
use crate::data_dir::LOCK;
use crate::data_dir::restored;
use crate::db;
use crate::output::{complain, count, say};

/// Restores an archive, or the newest of a destination.
///
/// # Errors
/// The data folder isn't empty, a server is running on it, or the archive isn't sound.
pub async fn run(config: Config, command: RestoreOptions) -> Result<()> {
    let then = "nothing of it is left; run the command again to start over";
    on_a_thread(then, move |blocking| run_on(&config, &command, &blocking)).await
}

fn run_on(config: &Config, command: &RestoreOptions, blocking: &Blocking) -> Result<()> {
    db::bound_memory()?;
    let archive = Target::parse(&command.from, config, blocking)?.newest(Clock::default().now())?;
    // Nothing is made in a folder that isn't empty, not even the lock.
    let data = &config.data_dir;
    check_empty(data)?;
    let made = [data.join(LOCK), data.clone()];
    let made = made.map(|path| (!path.exists()).then_some(path));
    let _lock = serve::lock(data)?;
    let report = |photo: &str, why: &str| complain!("{photo}: {why}");
    let progress = Progress::shown();
    let restored = restore(
        &archive,
        config,
        command.incomplete,
        blocking,
        &progress,
        report,
    );
    if restored.is_err() {
        // Still locked, so that no server has begun here.
        let [lock, folder] = made;
        let _unlocked = lock.map(fs::remove_file);
        let _removed = folder.map(fs::remove_dir);
    }
    let restored = restored?;
    say!(
        "Restored {} ({}) and the database of {} from {archive} into {}. It can be served now.",
        count(restored.photos, "photo"),
        HumanBytes(restored.bytes),
        restored.manifest.made_at,
        config.data_dir.display()
    )?;
    match restored::notice(config)? {
        Some(notice) => say!("{notice}.")?,
        None => say!(
            "Until `shared-spaces backup --take-over` is run for this folder, it makes no backups where the original \
            does."
        )?,
    }
    ensure!(
        restored.without.is_empty(),
        "Photos that were missing or damaged in the archive: {}. Their shares were restored without them",
        restored.without.len()
    );
    Ok(())
}
