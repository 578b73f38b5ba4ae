//! The settings of mail: by which server it is sent, and as whom.

use std::fmt::{self, Debug, Formatter};
use std::net::IpAddr;

use anyhow::{Result, bail, ensure};
use lettre::message::Mailbox;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

/// Mail to users, by an SMTP server.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Mail {
    /// The name or address of the server. Without it, no mail is sent.
    pub host: Option<String>,
    /// Its port; by default the usual one.
    pub port: Option<u16>,
    /// How the connection is encrypted.
    pub tls: MailTls,
    /// Who signs in there; nobody by default.
    pub user: Option<String>,
    /// The password of that user.
    pub password: Option<Secret>,
    /// Who sends, such as `Shared Spaces <spaces@example.org>`.
    pub from: Option<String>,
}

/// How the connection to a mail server is encrypted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum MailTls {
    /// By `STARTTLS`, which the server must offer.
    #[default]
    Starttls,
    /// From the first byte on.
    Implicit,
    /// Not at all.
    None,
}

impl MailTls {
    /// The usual port for it.
    pub fn port(self) -> u16 {
        match self {
            Self::Starttls => 587,
            Self::Implicit => 465,
            Self::None => 25,
        }
    }
}

/// A text that no log shows.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// The text itself.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl Debug for Secret {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        formatter.write_str("(hidden)")
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Value::deserialize(deserializer)? {
            Value::String(text) => Ok(Self(text)),
            // Other settings are quoted where they can't be used.
            _ => Err(D::Error::custom(
                "The setting mail.password must be a text: write it in quotes, which are part of the value in a variable of \
                 the environment",
            )),
        }
    }
}

/// A mail server that is set completely.
pub struct SmtpServer<'a> {
    pub host: &'a str,
    pub port: u16,
    pub tls: MailTls,
    pub credentials: Option<(&'a str, &'a Secret)>,
    pub from: Mailbox,
}

impl Mail {
    /// The server by which mail is sent; `None` where none is.
    pub fn server(&self) -> Option<SmtpServer<'_>> {
        Some(SmtpServer {
            host: self.host.as_deref()?,
            port: self.port.unwrap_or(self.tls.port()),
            tls: self.tls,
            credentials: self.user.as_deref().zip(self.password.as_ref()),
            from: self.from.as_deref()?.parse().ok()?,
        })
    }

    pub(super) fn check(&self, public_url: Option<&str>) -> Result<()> {
        let Some(host) = self.host.as_deref() else {
            let set = [
                ("mail.port", self.port.is_some()),
                ("mail.user", self.user.is_some()),
                ("mail.password", self.password.is_some()),
                ("mail.from", self.from.is_some()),
            ];
            return match set.into_iter().find(|(_, is_set)| *is_set) {
                Some((name, _)) => {
                    bail!("The setting {name} needs mail.host, the server that mail is sent by")
                }
                None => Ok(()),
            };
        };
        let is_name = |c: char| c.is_ascii_alphanumeric() || "-._".contains(c);
        ensure!(
            host.parse::<IpAddr>().is_ok() || !host.is_empty() && host.chars().all(is_name),
            "The setting mail.host must be the name or the address of a server, such as mail.example.org, not '{}'",
            host.escape_debug()
        );
        ensure!(
            self.port != Some(0),
            "The setting mail.port must be a port above 0"
        );
        let from = self.from.as_deref().unwrap_or_default();
        ensure!(
            !from.contains(char::is_control) && from.parse::<Mailbox>().is_ok(),
            "The setting mail.from must say who sends, such as Shared Spaces <spaces@example.org>, and is '{}'",
            from.escape_debug()
        );
        ensure!(
            public_url.is_some(),
            "The setting mail.host needs public_url, which links in mail begin with"
        );
        ensure!(
            self.user.is_some() == self.password.is_some(),
            "The settings mail.user and mail.password are only set together"
        );
        ensure!(
            self.user.is_none() || self.tls != MailTls::None || is_here(host),
            "The setting mail.tls can't be none with mail.user: the password would go over the network in the clear"
        );
        Ok(())
    }
}

/// Whether a server is on this machine.
fn is_here(host: &str) -> bool {
    host == "localhost"
        || host
            .parse::<IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}
