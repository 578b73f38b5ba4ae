//! Links to photos that carry their own proof: a signature over the photo's name and the time until which it holds.

// The key, in its file.
mod key;

use std::fmt::{self, Write};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac};
use sha2::Sha256;

use super::name::PhotoName;
use super::preview::PreviewSize;
use crate::clock::Timestamp;
use crate::error::{Error, Result};

pub use self::key::LinkKey;

/// Links end on the hour of such a period, so that the link of a photo stays the same for a while and browsers can
/// keep the photo.
const PERIOD: i64 = 12 * 60 * 60;
/// So much may the clock be set back, as time servers do, without links of just now being refused.
const SLACK: i64 = 60 * 60;

/// Makes and checks links with one key.
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
    /// Writes the path and query of the link to the photo itself, or to a preview.
    pub fn write(&self, size: Option<PreviewSize>, to: &mut impl Write) -> fmt::Result {
        to.write_str(&self.path)?;
        if let Some(size) = size {
            to.write_char('/')?;
            to.write_str(size.as_str())?;
        }
        to.write_char('?')?;
        to.write_str(&self.proof)
    }
}

impl LinkSigner {
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
    ) -> Result<i64> {
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

#[cfg(test)]
mod tests {
    use hmac::KeyInit;

    use super::*;

    impl PhotoLinks {
        /// The path and query of the link to the photo itself.
        pub fn whole(&self) -> String {
            let mut link = String::new();
            self.write(None, &mut link).unwrap();
            link
        }
    }

    fn signer() -> LinkSigner {
        LinkSigner {
            mac: Hmac::new_from_slice(&[7; 32]).unwrap(),
        }
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
        let signer = signer();
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
        let signer = signer();
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
}
