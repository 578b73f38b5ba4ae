//! A certificate with its chain and its key.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use rustls::client::verify_server_name;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::server::ParsedCertificate;
use rustls::sign::CertifiedKey;
use sha2::{Digest, Sha256};
use x509_cert::Certificate;
use x509_cert::der::Decode;

use crate::clock::Timestamp;

/// A certificate with those that lead from it to its authority, and its key.
#[derive(Clone, Debug)]
pub struct Pair {
    /// As it is shown to clients.
    pub certified: Arc<CertifiedKey>,
    /// The certificate itself.
    pub certificate: Certificate,
    /// Of the bytes that it was read from.
    pub digest: [u8; 32],
}

impl Pair {
    /// What these are, if the certificate can be read.
    ///
    /// # Errors
    /// It can't.
    pub fn new(certified: CertifiedKey, digest: [u8; 32]) -> Result<Self> {
        let certificate = Certificate::from_der(certified.end_entity_cert()?)?;
        Ok(Self {
            certified: Arc::new(certified),
            certificate,
            digest,
        })
    }

    /// Reads a text that has both the key and the chain.
    ///
    /// # Errors
    /// One of them is missing or isn't what it should be, or they don't belong together.
    pub fn from_pem(pem: &[u8], provider: &CryptoProvider) -> Result<Self> {
        let chain: Vec<_> = CertificateDer::pem_slice_iter(pem).collect::<Result<_, _>>()?;
        ensure!(!chain.is_empty(), "There is no certificate in it");
        let key = PrivateKeyDer::from_pem_slice(pem).context("There is no private key in it")?;
        let certified = CertifiedKey::from_der(chain, key, provider)?;
        Self::new(certified, Sha256::digest(pem).into())
    }

    /// When it begins to be valid.
    pub fn begins(&self) -> Timestamp {
        let begin = self.certificate.tbs_certificate().validity().not_before;
        Timestamp(0).plus(begin.to_unix_duration())
    }

    /// When it ends.
    pub fn ends(&self) -> Timestamp {
        let end = self.certificate.tbs_certificate().validity().not_after;
        Timestamp(0).plus(end.to_unix_duration())
    }

    /// How long it is valid in all.
    pub fn life(&self) -> Duration {
        self.ends().since(self.begins())
    }

    /// Whether it is for all these names.
    pub fn is_for(&self, names: &[String]) -> bool {
        let Ok(certificate) = self.certified.end_entity_cert() else {
            return false;
        };
        let Ok(certificate) = ParsedCertificate::try_from(certificate) else {
            return false;
        };
        names.iter().all(|name| {
            ServerName::try_from(name.as_str())
                .is_ok_and(|name| verify_server_name(&certificate, &name).is_ok())
        })
    }
}
