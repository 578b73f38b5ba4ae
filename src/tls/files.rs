//! The files of a certificate and its key.

use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::path::Path;

use anyhow::{Context, Result, anyhow, bail, ensure};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;
use rustls::{Error, InconsistentKeys};
use sha2::{Digest, Sha256};

use crate::tls::pair::Pair;

/// The maximum size of a file with certificates or a key, in bytes: several times that of the longest chain.
const MAX_BYTES: u64 = 1024 * 1024;

/// The bytes of both files, and where they are.
pub(super) struct Files<'a> {
    certificate: (&'a Path, Vec<u8>),
    key: (&'a Path, Vec<u8>),
}

impl Files<'_> {
    pub(super) fn digest(&self) -> [u8; 32] {
        let both = [&self.certificate.1, &self.key.1].map(Sha256::digest);
        Sha256::digest(both.concat()).into()
    }

    pub(super) fn parse(&self, provider: &CryptoProvider) -> Result<Pair> {
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
            Ok(pair) => pair,
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
        Pair::new(pair, self.digest())
            .with_context(|| format!("The certificate in {} can't be read", path.display()))
    }
}

pub(super) fn read<'a>(certificate: &'a Path, key: &'a Path) -> Result<Files<'a>> {
    Ok(Files {
        certificate: (certificate, read_setting(certificate, "tls.certificate")?),
        key: (key, read_setting(key, "tls.key")?),
    })
}

fn read_setting(path: &Path, setting: &str) -> Result<Vec<u8>> {
    read_file(path).map_err(|error| match error.kind() {
        ErrorKind::FileTooLarge => anyhow!(
            "The file {} of {setting} is larger than 1 MiB, so it isn't what it should be",
            path.display()
        ),
        _ => anyhow::Error::from(error).context(format!(
            "The file {} of {setting} can't be read",
            path.display()
        )),
    })
}

/// The bytes of a file that should be small.
///
/// # Errors
/// It can't be read, or is larger than a MiB, which is of the kind [`ErrorKind::FileTooLarge`].
pub(super) fn read_file(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?
        .take(MAX_BYTES + 1)
        .read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(io::Error::new(
            ErrorKind::FileTooLarge,
            "it is larger than 1 MiB",
        ));
    }
    Ok(bytes)
}
