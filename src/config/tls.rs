//! The settings of HTTPS: the files of the certificate and of its key, or how it is ordered.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail, ensure};
use serde::{Deserialize, Serialize};

use super::acme::Acme;

/// Whether the server speaks HTTPS itself, and with which certificate.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Tls {
    /// The certificate and those that lead from it to its authority, as PEM. Without it, the server speaks HTTP.
    pub certificate: Option<PathBuf>,
    /// The private key of the certificate, as PEM.
    pub key: Option<PathBuf>,
    /// The port on which HTTP is redirected to HTTPS; without it, none is.
    pub redirect_port: Option<u16>,
    /// Whether the server orders the certificate itself.
    pub acme: Acme,
}

impl Tls {
    /// Whether the server speaks HTTPS.
    pub fn is_https(&self) -> bool {
        self.acme.enabled || self.files().is_some()
    }

    /// The files of the certificate and of its key; `None` if none are named.
    pub fn files(&self) -> Option<(&Path, &Path)> {
        Some((self.certificate.as_deref()?, self.key.as_deref()?))
    }

    /// Refuses HTTPS on a unix socket.
    ///
    /// # Errors
    /// The server is to speak it there.
    pub fn check_listener(&self, is_unix_socket: bool) -> Result<()> {
        ensure!(
            !is_unix_socket || !self.is_https(),
            "A unix socket is for a proxy on this machine, which has the certificate itself: remove {}, or set address to an IP \
            address",
            if self.acme.enabled {
                "tls.acme.enabled"
            } else {
                "tls.certificate and tls.key"
            }
        );
        Ok(())
    }

    pub(super) fn check(&self, public_url: Option<&str>) -> Result<()> {
        if self.acme.enabled {
            let file = [
                ("tls.certificate", &self.certificate),
                ("tls.key", &self.key),
            ];
            if let Some((name, _)) = file.into_iter().find(|(_, path)| path.is_some()) {
                bail!(
                    "The settings {name} and tls.acme.enabled contradict each other: either the certificate is in files, or the \
                    server orders it. Remove one of the two"
                );
            }
            return self.acme.check(public_url);
        }
        match (&self.certificate, &self.key) {
            (Some(_), Some(_)) => ensure!(
                public_url.is_none_or(|url| url.starts_with("https://")),
                "The setting public_url must begin with https:// if tls.certificate is set, because the server then speaks \
                HTTPS"
            ),
            (None, None) => ensure!(
                self.redirect_port.is_none(),
                "The setting tls.redirect_port redirects to HTTPS, so tls.certificate and tls.key must be set too, or \
                tls.acme.enabled"
            ),
            (Some(_), None) => {
                bail!("The setting tls.certificate needs tls.key, the file of its private key")
            }
            (None, Some(_)) => {
                bail!("The setting tls.key needs tls.certificate, the file of its certificate")
            }
        }
        Ok(())
    }
}
