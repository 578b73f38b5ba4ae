//! Links with a secret, made on the command line.

use anyhow::Result;

use crate::api::link_with_secret;
use crate::config::{Address, Config, Listener};
use crate::domain::tokens::Token;
use crate::output::say;
use crate::qr;

/// Prints a link to a page of the app, as text and as a QR code, with notes.
///
/// # Errors
/// It is too long for a QR code.
pub fn show(listener: &Listener, config: &Config, page: &str, token: &Token) -> Result<()> {
    let base_url = match (&config.public_url, &listener.address) {
        (Some(url), _) => url.clone(),
        (None, Address::Ip(_)) => format!("http://localhost:{}", listener.port),
        (None, Address::Unix(_)) => String::from("http://localhost"),
    };
    let link = link_with_secret(&base_url, page, token);
    say!("{link}\n\n{}\n", qr::text(&link)?)?;
    if config.public_url.is_none() {
        say!("It works on this machine only: set public_url to what others reach this server by.")?;
    }
    say!("This link is shown only once. Anyone who has it can use it: keep it private.")?;
    Ok(())
}
