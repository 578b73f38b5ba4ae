//! `shared-spaces openapi`: prints the description of the API, as `/openapi.json` has it.

use anyhow::Result;

use crate::api;
use crate::app::App;
use crate::config::Config;
use crate::data_dir;
use crate::output::say;

/// What the name of the cookie ends with where there is no installation yet.
const NO_INSTALLATION: &str = "00000000";

/// Prints the description with the bounds of these settings.
///
/// # Errors
/// The database of an installation that exists can't be used.
pub async fn run(config: Config) -> Result<()> {
    let installation = if data_dir::is_initialized(&config.data_dir) {
        App::start(config.clone()).await?.installation
    } else {
        NO_INSTALLATION.into()
    };
    say!("{}", api::description(&config, &installation))
}
