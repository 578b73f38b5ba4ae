//! Whether the server that mail is sent by can be reached, and lets this one in.

use std::time::Duration;

use anyhow::{Context, Result};

use crate::check::Check;
use crate::config::Config;
use crate::mail::smtp::Mailer;

/// How long the server may take.
const TIMEOUT: Duration = Duration::from_secs(15);

/// Signs in and sends nothing; `None` where no mail is sent.
pub async fn check(config: &Config) -> Option<Check> {
    let (host, port) = config
        .mail
        .server()
        .map(|it| (it.host.to_owned(), it.port))?;
    let reached = async || -> Result<()> {
        let mailer = Mailer::new(config)?.context("No mail server is set")?;
        mailer.within(TIMEOUT).check().await
    };
    Some(match reached().await {
        Ok(()) if config.mail.user.is_some() => Check::ok(format!(
            "The mail server {host}, port {port}, can be reached, and takes the password"
        )),
        Ok(()) => Check::ok(format!(
            "The mail server {host}, port {port}, can be reached"
        )),
        Err(error) => Check::failed(format!(
            "The mail server {host}, port {port}, can't be used: {error:#}. Check mail.host, mail.port, mail.tls, mail.user and \
             mail.password"
        )),
    })
}
