//! `shared-spaces keys`: looks after the key that signs links to photos.

use anyhow::Result;

use crate::app;
use crate::auth::signed_urls::SigningKey;
use crate::backup::installation_id;
use crate::commands::cli::KeysCommand;
use crate::config::{Config, Delivery, StoreKind};
use crate::data_dir::KEY;
use crate::logging::audit::{self, By};
use crate::output::say;

/// Replaces the key.
///
/// # Errors
/// There is no data folder with a key, or it can't be written.
pub fn run(config: &Config, command: KeysCommand) -> Result<()> {
    app::check_installation(config)?;
    let data = &config.data_dir;
    match command {
        KeysCommand::Rotate => {
            // First, so that backups know their place again whatever happens.
            installation_id::keep(data)?;
            SigningKey::rotate(&data.join(KEY))?;
            audit::keys_rotated(By::CommandLine);
        }
    }
    say!(
        "Signing key rotated. All existing photo links have expired; reload open pages to see photos again."
    )?;
    let photos = &config.photos;
    if (photos.store, photos.delivery) == (StoreKind::S3, Delivery::Redirect) {
        say!("Links that S3 signed within the last hour stay valid for up to an hour.")?;
    }
    Ok(())
}
