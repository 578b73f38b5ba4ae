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
        "All links to photos that were out have ended. Pages that are open show photos when they are loaded anew."
    )?;
    let photos = &config.photos;
    if (photos.store, photos.delivery) == (StoreKind::S3, Delivery::Redirect) {
        say!(
            "Who has followed a link to S3 in the last hour can use what S3 has signed until that hour is over."
        )?;
    }
    Ok(())
}
