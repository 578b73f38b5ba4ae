//! HTTPS: the certificate that the server shows, from files or ordered by ACME, and replaced while the server runs.

// A certificate with its chain and its key.
pub mod pair;
// The files of a certificate.
mod files;
// How the server shows that a name leads to it.
pub mod challenges;
// What is shown to clients.
pub mod certificates;
// Ordered certificates.
pub mod acme;
// What asks this machine's own server.
pub mod client;

use anyhow::Result;
use rustls::crypto::aws_lc_rs::default_provider;

use crate::clock::Timestamp;
use crate::config::Config;
use acme::Acme;
use acme::store::Store;
pub use certificates::Certificates;

/// What HTTPS is spoken with.
#[derive(Clone)]
pub struct Https {
    pub certificates: Certificates,
    /// What orders and renews the certificate, where that is not left to others.
    pub acme: Option<Acme>,
}

impl Https {
    /// Reads the certificate that the settings name, or the one that was ordered; `None` if the server speaks HTTP.
    ///
    /// # Errors
    /// A file can't be read or used.
    pub fn open(config: &Config) -> Result<Option<Self>> {
        if config.tls.acme.enabled {
            let (acme, certificates) = Acme::open(config)?;
            let acme = Some(acme);
            return Ok(Some(Self { certificates, acme }));
        }
        let certificates = Certificates::open(&config.tls)?;
        Ok(certificates.map(|certificates| Self {
            certificates,
            acme: None,
        }))
    }
}

/// When the certificate ends, be it one from files or an ordered one; `None` if there isn't one.
///
/// # Errors
/// A file can't be read or used.
pub fn certificate_end(config: &Config) -> Result<Option<Timestamp>> {
    if config.tls.acme.enabled {
        let kept = Store::of(&config.data_dir).certificate(&default_provider())?;
        return Ok(kept.transpose()?.map(|pair| pair.ends()));
    }
    let certificates = Certificates::open(&config.tls)?;
    Ok(certificates.and_then(|certificates| certificates.ends()))
}
