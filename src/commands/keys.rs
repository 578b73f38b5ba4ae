//! `shared-spaces keys`: manages the key that signs links to photos.

use std::path::Path;

use anyhow::Result;

use super::{on_a_thread, operators_log};
use crate::app;
use crate::auth::signed_urls::SigningKey;
use crate::backup::blocking::Blocking;
use crate::backup::installation_id;
use crate::commands::cli::KeysCommand;
use crate::config::{Config, Delivery, StoreKind};
use crate::data_dir::KEY;
use crate::logging::audit::{self, By};
use crate::output::say;

/// Replaces the key.
///
/// # Errors
/// There is no data folder with a key, or it can't be written; it was cancelled.
pub async fn run(config: Config, command: KeysCommand) -> Result<()> {
    app::check_installation(&config)?;
    let data = config.data_dir.clone();
    match command {
        KeysCommand::Rotate => {
            let then = "the signing key was not changed";
            on_a_thread(then, move |blocking| rotate(&data, &blocking)).await?;
            #[expect(
                clippy::redundant_closure_for_method_calls,
                reason = "a method's name stands for one lifetime of its object, and not for all"
            )]
            operators_log::note(&config, |act| act.note_rotation()).await;
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

/// Up to the moment at which the key is replaced it can be stopped, and from then on it is done.
fn rotate(data: &Path, blocking: &Blocking) -> Result<()> {
    // First, so that backups recognise their archives whatever happens next.
    installation_id::keep(data)?;
    blocking.check_cancelled()?;
    SigningKey::rotate(&data.join(KEY))?;
    audit::keys_rotated(By::CommandLine);
    Ok(())
}
