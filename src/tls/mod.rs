//! HTTPS: the certificate that the server shows, read again when its files change.

// What asks this machine's own server.
pub mod client;
// The files of a certificate.
mod files;

use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

use anyhow::Result;
use rustls::ServerConfig;
use rustls::crypto::CryptoProvider;
use rustls::crypto::aws_lc_rs::default_provider;
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use tokio_rustls::TlsAcceptor;

use crate::clock::Timestamp;
use crate::config::Tls;
use files::read;

/// What is spoken on top of TLS, as ALPN has it.
const HTTP_1: &[u8] = b"http/1.1";
pub const HTTP_2: &[u8] = b"h2";

/// The certificate of the server, and its key. Clones share them.
#[derive(Clone, Debug)]
pub struct Certificates(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    certificate: PathBuf,
    key: PathBuf,
    provider: Arc<CryptoProvider>,
    current: RwLock<Current>,
}

#[derive(Debug)]
struct Current {
    pair: Arc<CertifiedKey>,
    /// When the certificate ends.
    ends: Timestamp,
    /// Of the bytes of both files.
    digest: [u8; 32],
}

impl Certificates {
    /// Reads the files that the settings name; `None` if they name none.
    ///
    /// # Errors
    /// A file can't be read, or doesn't contain what it should, or the key isn't that of the certificate.
    pub fn open(settings: &Tls) -> Result<Option<Self>> {
        let Some((certificate, key)) = settings.files() else {
            return Ok(None);
        };
        let provider = Arc::new(default_provider());
        let current = read(certificate, key)?.parse(&provider)?;
        Ok(Some(Self(Arc::new(Shared {
            certificate: certificate.to_owned(),
            key: key.to_owned(),
            provider,
            current: RwLock::new(current),
        }))))
    }

    /// Reads the files again, and uses what is in them from the next connection on. Returns whether they had changed.
    ///
    /// # Errors
    /// As in [`Certificates::open`]; the certificate of before is used on.
    pub fn reload(&self) -> Result<bool> {
        let files = read(&self.0.certificate, &self.0.key)?;
        if self.current().digest == files.digest() {
            return Ok(false);
        }
        let read = files.parse(&self.0.provider)?;
        *self
            .0
            .current
            .write()
            .unwrap_or_else(PoisonError::into_inner) = read;
        Ok(true)
    }

    /// When the certificate ends.
    pub fn ends(&self) -> Timestamp {
        self.current().ends
    }

    fn current(&self) -> RwLockReadGuard<'_, Current> {
        let current = self.0.current.read();
        current.unwrap_or_else(PoisonError::into_inner)
    }

    /// What accepts connections with the certificate of the moment.
    ///
    /// # Errors
    /// The library knows no version of TLS.
    pub fn acceptor(&self) -> Result<TlsAcceptor> {
        let builder = ServerConfig::builder_with_provider(self.0.provider.clone());
        let mut config = builder
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_cert_resolver(Arc::new(self.clone()));
        config.alpn_protocols = vec![HTTP_2.to_vec(), HTTP_1.to_vec()];
        Ok(TlsAcceptor::from(Arc::new(config)))
    }
}

impl ResolvesServerCert for Certificates {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.current().pair.clone())
    }
}

#[cfg(test)]
mod tests;
