//! The settings of HTTPS: the files of the certificate and of its key.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail, ensure};
use serde::{Deserialize, Serialize};

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
}

impl Tls {
    /// The files of the certificate and of its key; `None` if the server speaks HTTP.
    pub fn files(&self) -> Option<(&Path, &Path)> {
        Some((self.certificate.as_deref()?, self.key.as_deref()?))
    }

    /// Refuses HTTPS on a unix socket.
    ///
    /// # Errors
    /// The server is to speak it there.
    pub fn check_listener(&self, is_unix_socket: bool) -> Result<()> {
        ensure!(
            !is_unix_socket || self.files().is_none(),
            "A unix socket is for a proxy on this machine, which has the certificate itself: remove tls.certificate and \
            tls.key, or set address to an IP address"
        );
        Ok(())
    }

    pub(super) fn check(&self, public_url: Option<&str>) -> Result<()> {
        match (&self.certificate, &self.key) {
            (Some(_), Some(_)) => ensure!(
                public_url.is_none_or(|url| url.starts_with("https://")),
                "The setting public_url must begin with https:// if tls.certificate is set, because the server then speaks \
                HTTPS"
            ),
            (None, None) => ensure!(
                self.redirect_port.is_none(),
                "The setting tls.redirect_port redirects to HTTPS, so tls.certificate and tls.key must be set too"
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
