//! The key that signs links: a file in the data folder, which may be replaced while a server uses it.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use anyhow::{Context, Result, anyhow, ensure};
use hmac::{Hmac, KeyInit};
use sha2::Sha256;

use super::UrlSigner;
use crate::fs::atomic::{Existing, write_atomic};
use crate::fs::durable::{fsync_dir, parent};
use crate::fs::identity::Identity;
use crate::logging::audit::{self, By};

/// The key in its file; clones share it.
#[derive(Clone)]
pub struct SigningKey {
    path: Arc<Path>,
    folder: Option<Identity>,
    known: Arc<Mutex<LoadedKey>>,
}

/// What was read, and from which file.
struct LoadedKey {
    signer: UrlSigner,
    stamp: Option<FileStamp>,
}

/// What distinguishes a file from the one that it replaced.
#[derive(PartialEq, Eq)]
struct FileStamp {
    modified: Option<SystemTime>,
    #[cfg(unix)]
    inode: u64,
}

impl SigningKey {
    /// How many bytes each has.
    pub const BYTES: usize = 32;

    /// Reads the key at `path`, or makes one that only this account of the system can read.
    ///
    /// # Errors
    /// The file can't be read, written or made, or holds no key.
    pub fn open(path: &Path) -> Result<Self> {
        if !path.exists() {
            create(path).with_context(|| problem(path))?;
        }
        // In this order: if it is replaced in between, it is read again.
        let stamp = FileStamp::of(path);
        let signer = read(path)?;
        Ok(Self {
            path: path.into(),
            folder: Identity::of(parent(path)).ok(),
            known: Arc::new(Mutex::new(LoadedKey { signer, stamp })),
        })
    }

    /// Makes and checks links with the key as it is now. One that can't be read any more stays what it was.
    pub fn signer(&self) -> UrlSigner {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let stamp = FileStamp::of(&self.path);
        // The key in another folder is that of another installation, and no link of ours may open anything there.
        if stamp != known.stamp && Identity::of(parent(&self.path)).ok() == self.folder {
            match read(&self.path) {
                Ok(signer) => {
                    known.signer = signer;
                    audit::keys_rotated(By::CommandLine);
                }
                Err(error) => tracing::error!(
                    error = format!("{error:#}"),
                    "could not reload signing key; keeping the previous one"
                ),
            }
            known.stamp = stamp;
        }
        known.signer.clone()
    }

    /// Replaces the key at `path`, whole or not at all. What was signed with the old one is invalid from then on,
    /// even for a running server.
    ///
    /// # Errors
    /// The key doesn't exist, or can't be written.
    pub fn rotate(path: &Path) -> Result<()> {
        ensure!(
            path.exists(),
            "There is no signing key {} yet; the first start of the server makes it",
            path.display()
        );
        replace(path).with_context(|| problem(path))
    }
}

impl FileStamp {
    /// `None` if there is nothing to be looked at.
    fn of(path: &Path) -> Option<Self> {
        let file = fs::metadata(path).ok()?;
        Some(Self {
            modified: file.modified().ok(),
            #[cfg(unix)]
            inode: std::os::unix::fs::MetadataExt::ino(&file),
        })
    }
}

fn problem(path: &Path) -> String {
    format!("The signing key {} can't be used", path.display())
}

fn read(path: &Path) -> Result<UrlSigner> {
    let read = || {
        let key = fs::read(path)?;
        ensure!(
            key.len() == SigningKey::BYTES,
            "it must have {} bytes, and has {}",
            SigningKey::BYTES,
            key.len()
        );
        let mac = Hmac::<Sha256>::new_from_slice(&key).map_err(|error| anyhow!(error))?;
        Ok(UrlSigner { mac })
    };
    read().with_context(|| problem(path))
}

/// Writes a new key whole or not at all; if another process was quicker, theirs stands.
fn create(path: &Path) -> Result<()> {
    match write_atomic(path, &new_key()?, Existing::Keep) {
        // It may not be durable yet.
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(fsync_dir(parent(path))?),
        written => Ok(written?),
    }
}

fn replace(path: &Path) -> Result<()> {
    Ok(write_atomic(path, &new_key()?, Existing::Replace)?)
}

fn new_key() -> Result<[u8; SigningKey::BYTES]> {
    let mut key = [0; SigningKey::BYTES];
    getrandom::fill(&mut key)?;
    Ok(key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Timestamp;

    fn folder_with_key() -> (tempfile::TempDir, SigningKey) {
        let folder = tempfile::tempdir().unwrap();
        let key = SigningKey::open(&folder.path().join("signing.key")).unwrap();
        (folder, key)
    }

    fn link(key: &SigningKey) -> String {
        let now = Timestamp(1_800_000_000_000);
        crate::auth::signed_urls::tests::link(&key.signer(), "1-34.jpg", now)
    }

    #[test]
    fn the_key_outlives_the_program_and_is_for_its_owner_only() {
        let (folder, first) = folder_with_key();
        let path = folder.path().join("signing.key");
        let second = SigningKey::open(&path).unwrap();
        assert_eq!(link(&first), link(&second));
        SigningKey::rotate(&path).unwrap();
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(
                fs::metadata(&path).unwrap().permissions().mode() & 0o777,
                0o600
            );
        }
    }

    #[test]
    fn a_new_key_is_used_at_once_by_who_had_the_old_one() {
        let (folder, key) = folder_with_key();
        let clone = key.clone();
        let before = link(&key);
        SigningKey::rotate(&folder.path().join("signing.key")).unwrap();
        let after = link(&key);
        assert_ne!(before, after);
        assert_eq!(after, link(&clone));
        let left: Vec<_> = fs::read_dir(folder.path()).unwrap().collect();
        assert_eq!(left.len(), 1, "{left:?}");
    }

    #[test]
    fn a_key_that_is_gone_or_damaged_stays_in_use_until_there_is_another() {
        let (folder, key) = folder_with_key();
        let path = folder.path().join("signing.key");
        let before = link(&key);
        fs::write(&path, "short").unwrap();
        assert_eq!(link(&key), before);
        fs::remove_file(&path).unwrap();
        assert_eq!(link(&key), before);
        fs::write(&path, [7; SigningKey::BYTES]).unwrap();
        assert_ne!(link(&key), before);
    }

    #[test]
    fn the_key_of_another_folder_that_replaced_ours_signs_nothing() {
        let (home, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let ours = home.path().join("ours");
        fs::create_dir(&ours).unwrap();
        let key = SigningKey::open(&ours.join("signing.key")).unwrap();
        let before = link(&key);
        let theirs = SigningKey::open(&other.path().join("signing.key")).unwrap();
        fs::rename(&ours, home.path().join("away")).unwrap();
        fs::rename(other.path(), &ours).unwrap();
        assert_eq!(link(&key), before);
        assert_ne!(link(&theirs), before);
        fs::rename(&ours, other.path()).unwrap();
        fs::rename(home.path().join("away"), &ours).unwrap();
        SigningKey::rotate(&ours.join("signing.key")).unwrap();
        assert_ne!(link(&key), before);
    }

    #[test]
    fn a_key_of_another_length_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("signing.key");
        fs::write(&path, "short").unwrap();
        let refusal = format!("{:#}", SigningKey::open(&path).err().unwrap());
        assert!(
            refusal.contains("signing.key") && refusal.contains("32 bytes"),
            "{refusal}"
        );
    }

    #[test]
    fn where_there_is_no_key_none_is_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let refusal = SigningKey::rotate(&folder.path().join("signing.key")).unwrap_err();
        assert!(refusal.to_string().contains("There is no signing key"));
    }
}
