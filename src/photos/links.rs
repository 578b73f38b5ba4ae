//! Links to photos that carry their own proof: a signature over the photo's name and the time until which it holds.

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::path::Path;

use anyhow::{Context, Result, anyhow};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::name::PhotoName;
use super::preview::PreviewSize;
use crate::clock::Timestamp;
use crate::error::Error;

/// Links end on the hour of such a period, so that the link of a photo stays the same for a while and browsers can
/// keep the photo.
const PERIOD: i64 = 12 * 60 * 60;
/// So much may the clock be set back, as time servers do, without links of just now being refused.
const SLACK: i64 = 60 * 60;

/// Makes and checks links; clones have the same key.
#[derive(Clone)]
pub struct LinkSigner {
    mac: Hmac<Sha256>,
}

/// The links to one photo, whole and in its sizes. All carry the same signature: who may see one may see the others.
pub struct PhotoLinks {
    path: String,
    proof: String,
}

impl PhotoLinks {
    /// The path and query of the link to the photo itself.
    pub fn whole(&self) -> String {
        format!("{}?{}", self.path, self.proof)
    }

    /// The path and query of the link to a preview.
    pub fn preview(&self, size: PreviewSize) -> String {
        format!("{}/{}?{}", self.path, size.as_str(), self.proof)
    }
}

impl LinkSigner {
    /// Reads the key at `path`, or makes one that only this account of the system can read.
    ///
    /// # Errors
    /// The file can't be read, written or made, or holds no key.
    pub fn open(path: &Path) -> Result<Self> {
        let problem = || format!("The signing key {} can't be used", path.display());
        if !path.exists() {
            create_key(path).with_context(problem)?;
        }
        let mut key = Vec::new();
        fs::File::open(path)
            .and_then(|mut file| file.read_to_end(&mut key))
            .with_context(problem)?;
        if key.len() != 32 {
            return Err(anyhow!("it must hold 32 bytes, and holds {}", key.len()))
                .with_context(problem);
        }
        let mac = Hmac::new_from_slice(&key)
            .map_err(|error| anyhow!(error))
            .with_context(problem)?;
        Ok(Self { mac })
    }

    /// The links to a photo, good for 12 to 24 hours.
    pub fn links(&self, name: &PhotoName, now: Timestamp) -> PhotoLinks {
        let expires = (now.seconds().div_euclid(PERIOD) + 2) * PERIOD;
        let signature = URL_SAFE_NO_PAD.encode(self.sign(name, expires).finalize().into_bytes());
        PhotoLinks {
            path: format!("/photos/{name}"),
            proof: format!("expires={expires}&signature={signature}"),
        }
    }

    /// Checks a link: gives the second since 1970 at which it ends.
    ///
    /// # Errors
    /// [`Error::BadLink`] unless we have signed just this; [`Error::ExpiredLink`] once its time is over.
    pub fn check(
        &self,
        name: &PhotoName,
        expires: &str,
        signature: &str,
        now: Timestamp,
    ) -> Result<i64, Error> {
        let expires = expires
            .parse::<i64>()
            .ok()
            .filter(|number| number.to_string() == expires);
        let expires = expires.ok_or(Error::BadLink)?;
        let signature = URL_SAFE_NO_PAD
            .decode(signature)
            .map_err(|_| Error::BadLink)?;
        self.sign(name, expires)
            .verify_slice(&signature)
            .map_err(|_| Error::BadLink)?;
        // One from a clock that was ahead would hold for longer than links do.
        if now.seconds() >= expires || expires - now.seconds() > 2 * PERIOD + SLACK {
            Err(Error::ExpiredLink)
        } else {
            Ok(expires)
        }
    }

    fn sign(&self, name: &PhotoName, expires: i64) -> Hmac<Sha256> {
        // A name has no line break, so no other name and time make the same text.
        self.mac.clone().chain_update(format!("{name}\n{expires}"))
    }
}

/// Writes a new key whole or not at all; if another process was quicker, theirs stands.
fn create_key(path: &Path) -> Result<()> {
    let mut key = [0; 32];
    getrandom::fill(&mut key)?;
    let folder = path.parent().unwrap_or(Path::new("."));
    // Temporary files are made readable only by their owner.
    let mut part = tempfile::NamedTempFile::new_in(folder)?;
    part.write_all(&key)?;
    part.as_file().sync_all()?;
    match part.persist_noclobber(path) {
        Err(failed) if failed.error.kind() != ErrorKind::AlreadyExists => Err(failed.error.into()),
        _ => Ok(OpenOptions::new().read(true).open(folder)?.sync_all()?),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signer() -> (tempfile::TempDir, LinkSigner) {
        let folder = tempfile::tempdir().unwrap();
        let signer = LinkSigner::open(&folder.path().join("signing.key")).unwrap();
        (folder, signer)
    }

    fn parts(link: &str) -> (PhotoName, &str, &str) {
        let (path, query) = link.split_once('?').unwrap();
        let (expires, signature) = query.split_once('&').unwrap();
        let name = path.strip_prefix("/photos/").unwrap().parse().unwrap();
        (
            name,
            expires.strip_prefix("expires=").unwrap(),
            signature.strip_prefix("signature=").unwrap(),
        )
    }

    #[test]
    fn a_link_holds_for_half_a_day_and_ends_within_a_day() {
        let (_folder, signer) = signer();
        let now = Timestamp(1_800_000_000_000);
        let link = signer.links(&"1-34.jpg".parse().unwrap(), now).whole();
        let (name, expires, signature) = parts(&link);
        let check = |seconds: i64| {
            signer.check(&name, expires, signature, Timestamp(now.0 + seconds * 1000))
        };
        assert!(check(0).is_ok() && check(PERIOD - 1).is_ok());
        assert!(matches!(check(2 * PERIOD), Err(Error::ExpiredLink)));
        // After the clock was set back: a little, and a year.
        assert!(check(-SLACK).is_ok());
        let year = 365 * 24 * 60 * 60;
        assert!(matches!(check(-year), Err(Error::ExpiredLink)));
    }

    #[test]
    fn a_link_with_any_one_character_changed_is_refused() {
        let (_folder, signer) = signer();
        let now = Timestamp(1_800_000_000_000);
        let link = signer.links(&"1-34.jpg".parse().unwrap(), now).whole();
        let (name, expires, signature) = parts(&link);
        for at in 0..signature.len() {
            let mut changed = signature.as_bytes().to_vec();
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(changed).unwrap();
            assert!(matches!(
                signer.check(&name, expires, &changed, now),
                Err(Error::BadLink)
            ));
        }
        for expires in ["1900000000", "", "+1800014400", "x", &format!("0{expires}")] {
            assert!(matches!(
                signer.check(&name, expires, signature, now),
                Err(Error::BadLink)
            ));
        }
        let other = "1-35.jpg".parse().unwrap();
        assert!(matches!(
            signer.check(&other, expires, signature, now),
            Err(Error::BadLink)
        ));
    }

    #[test]
    fn the_key_outlives_the_program_and_is_for_its_owner_only() {
        let (folder, first) = signer();
        let path = folder.path().join("signing.key");
        let second = LinkSigner::open(&path).unwrap();
        let now = Timestamp(1_800_000_000_000);
        let name = "1-34.jpg".parse().unwrap();
        assert_eq!(
            first.links(&name, now).whole(),
            second.links(&name, now).whole()
        );
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
    fn a_key_of_another_length_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("signing.key");
        fs::write(&path, "short").unwrap();
        let refusal = format!("{:#}", LinkSigner::open(&path).err().unwrap());
        assert!(
            refusal.contains("signing.key") && refusal.contains("32 bytes"),
            "{refusal}"
        );
    }
}
