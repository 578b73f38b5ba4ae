//! The store that the settings name, and whether the data folder next to it is the right one.

use anyhow::{Result, ensure};

use super::aws::Aws;
use super::{LocalStore, PhotoStore, S3Store};
use crate::config::{Config, StoreKind};
use crate::data_dir;
use crate::data_dir::hold::RestoreHold;
use crate::data_dir::restored;

/// A store alone.
///
/// # Errors
/// Its folder can't be made.
pub fn open(kind: StoreKind, config: &Config) -> Result<PhotoStore> {
    open_with(kind, config, Aws::default())
}

/// A store that uses these AWS clients.
///
/// # Errors
/// Its folder can't be made.
pub fn open_with(kind: StoreKind, config: &Config, aws: Aws) -> Result<PhotoStore> {
    Ok(match kind {
        StoreKind::Local => PhotoStore::Local(LocalStore::open_at(
            &config.data_dir.join(data_dir::PHOTOS),
        )?),
        StoreKind::S3 => {
            let hold = RestoreHold::of(&config.data_dir);
            PhotoStore::S3(S3Store::new(&config.photos, aws).held_by(hold))
        }
    })
}

/// Refuses a data folder that is incomplete, or isn't the intended one. Changes nothing.
///
/// # Errors
/// A sentence that says what to do.
pub fn check_data_dir(config: &Config) -> Result<()> {
    let folder = &config.data_dir;
    ensure!(
        !restored::is_unfinished(folder),
        "A restore into the data folder {} is unfinished: run `shared-spaces restore` again, or delete the folder",
        folder.display()
    );
    data_dir::check(folder, config.expect_data)
}
