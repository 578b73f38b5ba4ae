//! `shared-spaces restore`: from an archive to a data folder that can be served.

use anyhow::{Result, ensure};
use indicatif::HumanBytes;

use super::{on_a_thread, serve};
use crate::backup::bridge::Bridge;
use crate::backup::copy;
use crate::backup::place::Target;
use crate::backup::progress::Progress;
use crate::backup::restore::{check_empty, restore};
use crate::cli::RestoreOptions;
use crate::clock::Clock;
use crate::config::Config;
use crate::db;
use crate::say::{complain, count, say};

/// Restores an archive, or the newest of a place.
///
/// # Errors
/// The data folder isn't empty, a server is running on it, or the archive isn't sound.
pub async fn run(config: Config, command: RestoreOptions) -> Result<()> {
    on_a_thread(move |bridge| run_on(&config, &command, &bridge)).await
}

fn run_on(config: &Config, command: &RestoreOptions, bridge: &Bridge) -> Result<()> {
    db::bound_memory()?;
    let archive = Target::parse(&command.from, config, bridge)?.newest(Clock::default().now())?;
    // Nothing is made in a folder that is somebody's, not even the lock.
    check_empty(&config.data_dir)?;
    let _lock = serve::lock(&config.data_dir)?;
    let tell = |photo: &str, why: &str| complain!("{photo}: {why}");
    let progress = Progress::shown();
    let restored = restore(
        &archive,
        config,
        command.incomplete,
        bridge,
        &progress,
        tell,
    )?;
    say!(
        "Restored {} ({}) and the database of {} from {archive} into {}. It can be served now.",
        count(restored.photos, "photo"),
        HumanBytes(restored.bytes),
        restored.head.made_at,
        config.data_dir.display()
    )?;
    match copy::notice(config)? {
        Some(notice) => say!("{notice}.")?,
        None => say!(
            "Until `shared-spaces backup --take-over` is given for this folder, it makes no backups where the original does."
        )?,
    }
    ensure!(
        restored.without.is_empty(),
        "Photos that the archive didn't have as they were: {}. Their shares are there without them",
        restored.without.len()
    );
    Ok(())
}
