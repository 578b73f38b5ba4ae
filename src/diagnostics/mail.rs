//! Whether the server that mail is sent by can be reached, and lets this one in.

use std::time::Duration;

use anyhow::{Context, Result};
use serde::Serialize;
use strum::{IntoStaticStr, VariantNames};

use crate::check::{Check, Found};
use crate::config::Config;
use crate::mail::smtp::Mailer;

/// How long the server may take.
const TIMEOUT: Duration = Duration::from_secs(15);

/// What is found of it.
#[derive(Debug, thiserror::Error, Serialize, IntoStaticStr, VariantNames)]
#[serde(untagged)]
#[strum(prefix = "mail_server_", serialize_all = "snake_case")]
pub enum MailFound {
    #[error("The mail server {host}, port {port}, can be reached, and takes the password")]
    TakesPassword { host: String, port: u16 },
    #[error("The mail server {host}, port {port}, can be reached")]
    Reached { host: String, port: u16 },
    #[error(
        "The mail server {host}, port {port}, can't be used: {error}. Check mail.host, mail.port, mail.tls, mail.user and \
         mail.password"
    )]
    Unusable {
        host: String,
        port: u16,
        error: String,
    },
}

impl Found for MailFound {
    fn samples() -> Vec<Self> {
        let (host, port) = (String::from("mail.example.org"), 587);
        vec![
            Self::TakesPassword {
                host: host.clone(),
                port,
            },
            Self::Reached {
                host: host.clone(),
                port,
            },
            Self::Unusable {
                host,
                port,
                error: String::from("Connection refused"),
            },
        ]
    }
}

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
        Ok(()) if config.mail.user.is_some() => Check::ok(MailFound::TakesPassword { host, port }),
        Ok(()) => Check::ok(MailFound::Reached { host, port }),
        Err(error) => Check::error(MailFound::Unusable {
            host,
            port,
            error: format!("{error:#}"),
        }),
    })
}
