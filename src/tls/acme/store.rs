//! What is kept of certificates that were ordered: the account, the certificate with its key, and what has failed. All of it is in
//! a folder of the data folder that only this account of the system can read, and in no archive.

use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use instant_acme::AccountCredentials;
use rustls::crypto::CryptoProvider;
use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::data_dir;
use crate::fs::atomic::{Existing, remove_temp_files, write_atomic};
use crate::fs::durable::{fsync_dir, parent};
use crate::fs::missing::{optional, remove_if_exists};
use crate::fs::private;
use crate::tls::files::read_file;
use crate::tls::pair::Pair;

const ACCOUNT: &str = "account.json";
/// The key and, after it, the chain: in one file, because each is of no use without the other.
const CERTIFICATE: &str = "certificate.pem";
const STATE: &str = "state.json";

/// The folder of what was ordered.
#[derive(Clone, Debug)]
pub struct Store(PathBuf);

/// An account at a directory.
#[derive(Deserialize, Serialize)]
pub struct KeptAccount {
    pub directory: String,
    /// Whom the authority may write to, as it was told.
    pub email: Option<String>,
    pub credentials: AccountCredentials,
}

/// What is known besides. Times are milliseconds since 1970.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(default)]
pub struct State {
    /// Where the certificate was ordered.
    pub directory: Option<String>,
    /// How many attempts have failed since one succeeded.
    pub failures: u32,
    pub failed_at: Option<i64>,
    /// Before when the directory doesn't want to be asked again.
    pub retry_at: Option<i64>,
    /// Why the last attempt has failed.
    pub reason: Option<String>,
    /// What the failed attempts were to order, and where.
    pub purpose: Option<String>,
}

impl State {
    /// Why the last attempt has failed, and when, if it has.
    pub fn failure(&self) -> Option<(Timestamp, &str)> {
        Some((Timestamp(self.failed_at?), self.reason.as_deref()?))
    }
}

impl Store {
    /// That of this data folder.
    pub fn of(data_dir: &Path) -> Self {
        Self(data_dir.join(data_dir::ACME))
    }

    /// The stored certificate; `None` if there is none yet. The inner error says why it can't be used.
    ///
    /// # Errors
    /// The file can't be read.
    pub fn certificate(&self, provider: &CryptoProvider) -> Result<Option<Result<Pair>>> {
        let path = self.0.join(CERTIFICATE);
        let pem = self.read(CERTIFICATE)?;
        Ok(pem.map(|pem| {
            Pair::from_pem(&pem, provider)
                .with_context(|| format!("The file {} can't be used", path.display()))
        }))
    }

    /// Keeps a certificate with its key.
    ///
    /// # Errors
    /// It can't be written.
    pub fn keep_certificate(&self, pem: &str) -> Result<()> {
        self.write(CERTIFICATE, pem.as_bytes())
    }

    /// The account, if one was made.
    ///
    /// # Errors
    /// The file can't be read.
    pub fn account(&self) -> Result<Option<KeptAccount>> {
        self.read_json(ACCOUNT)
    }

    /// Keeps an account.
    ///
    /// # Errors
    /// It can't be written.
    pub fn keep_account(&self, account: &KeptAccount) -> Result<()> {
        self.write(ACCOUNT, &serde_json::to_vec(account)?)
    }

    /// Forgets an account that the directory doesn't know.
    ///
    /// # Errors
    /// The file can't be deleted.
    pub fn forget_account(&self) -> Result<()> {
        remove_if_exists(&self.0.join(ACCOUNT))?;
        Ok(fsync_dir(&self.0)?)
    }

    /// What is known besides; nothing if nothing was kept.
    ///
    /// # Errors
    /// The file can't be read.
    pub fn state(&self) -> Result<State> {
        Ok(self.read_json(STATE)?.unwrap_or_default())
    }

    /// Keeps what is known.
    ///
    /// # Errors
    /// It can't be written.
    pub fn keep_state(&self, state: &State) -> Result<()> {
        self.write(STATE, &serde_json::to_vec(state)?)
    }

    fn read(&self, name: &str) -> Result<Option<Vec<u8>>> {
        let path = self.0.join(name);
        optional(read_file(&path))
            .with_context(|| format!("The file {} can't be read", path.display()))
    }

    /// What is in a file; `None` also if it isn't what this program writes, which is then replaced.
    fn read_json<T: for<'de> Deserialize<'de>>(&self, name: &str) -> Result<Option<T>> {
        let Some(bytes) = self.read(name)? else {
            return Ok(None);
        };
        match serde_json::from_slice(&bytes) {
            Ok(read) => Ok(Some(read)),
            Err(error) => {
                let file = self.0.join(name);
                tracing::warn!(file = %file.display(), %error, "a kept file can't be used, and will be replaced");
                Ok(None)
            }
        }
    }

    fn write(&self, name: &str, bytes: &[u8]) -> Result<()> {
        let path = self.0.join(name);
        let write = || -> io::Result<()> {
            match private::create_dir(&self.0) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                made => {
                    made?;
                    fsync_dir(parent(&self.0))?;
                }
            }
            remove_temp_files(&self.0)?;
            write_atomic(&path, bytes, Existing::Replace)
        };
        write().with_context(|| format!("The file {} can't be written", path.display()))
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use rustls::crypto::aws_lc_rs::default_provider;

    use super::*;

    const PEM: &str = concat!(
        include_str!("../../../tests/fixtures/tls/first.key.pem"),
        include_str!("../../../tests/fixtures/tls/first.pem")
    );

    #[test]
    #[cfg(unix)]
    fn what_is_kept_is_private_and_read_again() {
        use std::os::unix::fs::PermissionsExt;

        let data = tempfile::tempdir().unwrap();
        let store = Store::of(data.path());
        let provider = default_provider();
        assert!(store.certificate(&provider).unwrap().is_none());
        assert_eq!(store.state().unwrap(), State::default());
        store.keep_certificate(PEM).unwrap();
        let state = State {
            failures: 3,
            failed_at: Some(7),
            ..State::default()
        };
        store.keep_state(&state).unwrap();
        assert_eq!(store.state().unwrap(), state);
        let pair = store.certificate(&provider).unwrap().unwrap().unwrap();
        assert!(pair.is_for(&["localhost".into()]));
        assert!(!pair.is_for(&["localhost".into(), "spaces.example.org".into()]));
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&store.0), 0o700);
        for name in [CERTIFICATE, STATE] {
            assert_eq!(mode(&store.0.join(name)), 0o600, "{name}");
        }
        fs::write(store.0.join(STATE), "half of it").unwrap();
        assert_eq!(store.state().unwrap(), State::default());
        fs::write(store.0.join(CERTIFICATE), &PEM[..PEM.len() / 2]).unwrap();
        let error = store.certificate(&provider).unwrap().unwrap().unwrap_err();
        assert!(
            error.to_string().ends_with("certificate.pem can't be used"),
            "{error}"
        );
    }
}
