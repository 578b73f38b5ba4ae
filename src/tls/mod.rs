//! HTTPS: the certificate that the server shows, read again when its files change.

// What asks this machine's own server.
pub mod client;

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

use anyhow::{Context, Result, bail, ensure};
use rustls::crypto::CryptoProvider;
use rustls::crypto::aws_lc_rs::default_provider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls::{Error, InconsistentKeys, ServerConfig};
use sha2::{Digest, Sha256};
use tokio_rustls::TlsAcceptor;
use x509_cert::Certificate;
use x509_cert::der::Decode;

use crate::clock::Timestamp;
use crate::config::Tls;

/// What is spoken on top of TLS, as ALPN has it.
const HTTP_1: &[u8] = b"http/1.1";
pub const HTTP_2: &[u8] = b"h2";
/// The maximum size of a file with certificates or a key, in bytes: several times that of the longest chain.
const MAX_BYTES: u64 = 1024 * 1024;

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

/// The bytes of both files, and where they are.
struct Files<'a> {
    certificate: (&'a Path, Vec<u8>),
    key: (&'a Path, Vec<u8>),
}

impl Files<'_> {
    fn digest(&self) -> [u8; 32] {
        let both = [&self.certificate.1, &self.key.1].map(Sha256::digest);
        Sha256::digest(both.concat()).into()
    }

    fn parse(&self, provider: &CryptoProvider) -> Result<Current> {
        let (path, pem) = &self.certificate;
        let chain: Vec<_> = CertificateDer::pem_slice_iter(pem)
            .collect::<Result<_, _>>()
            .with_context(|| format!("The file {} of tls.certificate isn't PEM", path.display()))?;
        ensure!(
            !chain.is_empty(),
            "The file {} of tls.certificate contains no certificate: it must have one between lines of BEGIN CERTIFICATE \
            and END CERTIFICATE",
            path.display()
        );
        let (key_path, pem) = &self.key;
        let key = PrivateKeyDer::from_pem_slice(pem).with_context(|| {
            format!("The file {} of tls.key contains no private key that can be used: it must be PEM, and not encrypted", key_path.display())
        })?;
        let pair = match CertifiedKey::from_der(chain, key, provider) {
            Ok(pair) => Arc::new(pair),
            Err(Error::InconsistentKeys(InconsistentKeys::KeyMismatch)) => bail!(
                "The key in {} (tls.key) isn't that of the certificate in {} (tls.certificate)",
                key_path.display(),
                path.display()
            ),
            Err(error) => {
                return Err(error).with_context(|| {
                    format!(
                        "The certificate in {} can't be used with the key in {}",
                        path.display(),
                        key_path.display()
                    )
                });
            }
        };
        let ends = end_of(&pair)
            .with_context(|| format!("The certificate in {} can't be read", path.display()))?;
        let digest = self.digest();
        Ok(Current { pair, ends, digest })
    }
}

/// When the server's own certificate of a chain ends.
fn end_of(pair: &CertifiedKey) -> Result<Timestamp> {
    let certificate = pair.end_entity_cert()?;
    let certificate = Certificate::from_der(certificate)?;
    let end = certificate.tbs_certificate().validity().not_after;
    Ok(Timestamp(0).plus(end.to_unix_duration()))
}

fn read<'a>(certificate: &'a Path, key: &'a Path) -> Result<Files<'a>> {
    Ok(Files {
        certificate: (certificate, read_file(certificate, "tls.certificate")?),
        key: (key, read_file(key, "tls.key")?),
    })
}

fn read_file(path: &Path, setting: &str) -> Result<Vec<u8>> {
    let unreadable = || format!("The file {} of {setting} can't be read", path.display());
    let mut bytes = Vec::new();
    let file = File::open(path).with_context(unreadable)?;
    file.take(MAX_BYTES + 1)
        .read_to_end(&mut bytes)
        .with_context(unreadable)?;
    ensure!(
        bytes.len() as u64 <= MAX_BYTES,
        "The file {} of {setting} is larger than 1 MiB, so it isn't what it should be",
        path.display()
    );
    Ok(bytes)
}

#[cfg(test)]
mod tests;
