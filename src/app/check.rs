//! Whether a data folder is the right one, before anything is opened or made in it.

use std::time::Duration;

use anyhow::{Result, bail, ensure};
use tokio::time::timeout;

use crate::check::sentence;
use crate::config::{Config, StoreKind};
use crate::data_dir;
use crate::storage::{self, check_data_dir};

/// How long the very first start waits for what S3 says.
const ASKING: Duration = Duration::from_secs(5);

/// Refuses a data folder that no server has begun. Changes nothing.
///
/// # Errors
/// As [`check_data_dir`] and [`check_store`], or a sentence that says where none is, and how to name another.
pub async fn check_begun(config: &Config) -> Result<()> {
    check_data_dir(config)?;
    check_store(config).await?;
    check_installation(config)
}

/// As [`check_begun`], without asking the store.
///
/// # Errors
/// As [`check_data_dir`], or a sentence that says where none is, and how to name another.
pub fn check_installation(config: &Config) -> Result<()> {
    check_data_dir(config)?;
    let folder = &config.data_dir;
    ensure!(
        data_dir::is_initialized(folder),
        "There is no installation in the data folder {}. Name the right one with --data-dir or the setting data_dir, \
        or run the command in the folder in which the server is started. Only `shared-spaces serve` makes a new one",
        folder.display()
    );
    Ok(())
}

/// Refuses to start from nothing while S3 has photos of an earlier installation.
///
/// # Errors
/// A sentence that says what to do. If S3 can't be reached, [`App::confirm_folder`](super::App::confirm_folder) does so later.
pub async fn check_store(config: &Config) -> Result<()> {
    if config.photos.store == StoreKind::Local || data_dir::is_initialized(&config.data_dir) {
        return Ok(());
    }
    let store = storage::open(StoreKind::S3, config)?;
    let asked = timeout(ASKING, store.find_existing()).await;
    match asked.map_err(Into::into).flatten() {
        Ok(None) => {}
        Ok(Some(bucket)) => bail!(begun_anew(config, &bucket)),
        Err(error) => {
            tracing::warn!(error = %sentence(&error), "could not ask S3 for photos of an earlier installation; will retry");
        }
    }
    Ok(())
}

/// What is said of a database that was started from nothing while S3 has photos of an earlier installation.
pub fn begun_anew(config: &Config, bucket: &str) -> String {
    format!(
        "The data folder {} was empty, and S3 has photos of an earlier installation, in {bucket}. If the folder is on \
        a disk of its own, mount that, or restore a backup. To start over, set photos.temp_bucket to another name, or \
        delete that bucket",
        config.data_dir.display()
    )
}
