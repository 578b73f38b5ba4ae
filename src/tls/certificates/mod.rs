//! What is shown to clients: the certificate of the moment, or what proves to an authority that a name leads here.

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
use crate::tls::challenges::{ACME_TLS, Challenges};
use crate::tls::files::read;
use crate::tls::pair::Pair;

/// What is spoken on top of TLS, as ALPN has it.
const HTTP_1: &[u8] = b"http/1.1";
pub const HTTP_2: &[u8] = b"h2";

/// The certificate of the server, and its key. Clones share them.
#[derive(Clone, Debug)]
pub struct Certificates(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    /// Where the certificate and its key are; `None` if they are ordered.
    files: Option<(PathBuf, PathBuf)>,
    provider: Arc<CryptoProvider>,
    current: RwLock<Option<Pair>>,
    challenges: Challenges,
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
        let pair = read(certificate, key)?.parse(&provider)?;
        let files = Some((certificate.to_owned(), key.to_owned()));
        Ok(Some(Self::new(files, Some(pair), provider)))
    }

    /// One that was ordered before, or none yet.
    pub fn ordered(pair: Option<Pair>) -> Self {
        Self::new(None, pair, Arc::new(default_provider()))
    }

    fn new(
        files: Option<(PathBuf, PathBuf)>,
        pair: Option<Pair>,
        provider: Arc<CryptoProvider>,
    ) -> Self {
        Self(Arc::new(Shared {
            files,
            provider,
            current: RwLock::new(pair),
            challenges: Challenges::default(),
        }))
    }

    /// Reads the files again, and uses what is in them from the next connection on. Returns whether they had changed.
    ///
    /// # Errors
    /// As in [`Certificates::open`]; the certificate of before is used on.
    pub fn reload(&self) -> Result<bool> {
        let Some((certificate, key)) = &self.0.files else {
            return Ok(false);
        };
        let files = read(certificate, key)?;
        let digest = self.current().as_ref().map(|current| current.digest);
        if digest == Some(files.digest()) {
            return Ok(false);
        }
        let pair = files.parse(&self.0.provider)?;
        self.replace(pair);
        Ok(true)
    }

    /// Uses another certificate from the next connection on.
    pub fn replace(&self, pair: Pair) {
        let current = self.0.current.write();
        *current.unwrap_or_else(PoisonError::into_inner) = Some(pair);
    }

    /// The certificate of the moment, if there is one.
    pub fn pair(&self) -> Option<Pair> {
        self.current().clone()
    }

    /// When the certificate ends, if there is one.
    pub fn ends(&self) -> Option<Timestamp> {
        self.current().as_ref().map(Pair::ends)
    }

    /// What shows an authority that a name leads here.
    pub fn challenges(&self) -> &Challenges {
        &self.0.challenges
    }

    /// What does the cryptography.
    pub fn provider(&self) -> &Arc<CryptoProvider> {
        &self.0.provider
    }

    fn current(&self) -> RwLockReadGuard<'_, Option<Pair>> {
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
        // Ciphers as the library prefers them, the strongest first.
        config.ignore_client_order = true;
        config.alpn_protocols = vec![HTTP_2.to_vec(), HTTP_1.to_vec()];
        if self.0.files.is_none() {
            // The last, so that nobody who speaks HTTP too gets it.
            config.alpn_protocols.push(ACME_TLS.to_vec());
        }
        Ok(TlsAcceptor::from(Arc::new(config)))
    }
}

impl ResolvesServerCert for Certificates {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let is_challenge = hello.alpn().is_some_and(|mut spoken| {
            // RFC 8737, section 3: nothing else is offered besides.
            spoken.next() == Some(ACME_TLS) && spoken.next().is_none()
        });
        if is_challenge {
            return self.0.challenges.certificate(hello.server_name()?);
        }
        let current = self.current();
        current.as_ref().map(|pair| pair.certified.clone())
    }
}

#[cfg(test)]
mod tests;
