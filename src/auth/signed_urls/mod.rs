//! Links to photos that carry their own proof: a signature over the photo's name and the time until which it holds.

// The key, in its file.
mod key;

use std::fmt::{self, Write};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac};
use sha2::Sha256;

use crate::clock::Timestamp;
use crate::domain::avatar_name::AvatarName;
use crate::domain::photo_name::PhotoName;
use crate::error::{Denied, Result};

pub use self::key::SigningKey;

/// Links end on the hour of such a period, so that the link of a photo stays the same for a while and browsers can
/// keep the photo.
const PERIOD: i64 = 12 * 60 * 60;
/// By how much the clock can be set back, as time servers do, without new links being refused.
const SLACK: i64 = 60 * 60;

/// What links to posters of films have in the place of a preview's size.
pub const POSTER: &str = "poster";
/// What links to renditions of films have there.
pub const RENDITION: &str = "rendition";

/// Makes and checks links with one key.
#[derive(Clone)]
pub struct UrlSigner {
    mac: Hmac<Sha256>,
}

/// Makes links of one origin that all end at the same time.
pub struct UrlFactory {
    mac: Hmac<Sha256>,
    origin: String,
    expires: String,
}

/// The links to one photo and its previews. All have the same signature: a link to one opens the others too.
pub struct SignedUrls {
    /// The link to the photo itself.
    whole: String,
    /// Where its path ends, and with it what all of them begin with.
    path: usize,
}

impl SignedUrls {
    /// The link to the photo itself.
    pub fn original(&self) -> &str {
        &self.whole
    }

    /// Writes the link to the photo itself, or to a form of it: a preview's size, [`POSTER`] or [`RENDITION`].
    pub fn write(&self, form: Option<&str>, to: &mut impl Write) -> fmt::Result {
        let Some(form) = form else {
            return to.write_str(&self.whole);
        };
        let (path, proof) = self.whole.split_at(self.path);
        to.write_str(path)?;
        to.write_char('/')?;
        to.write_str(form)?;
        to.write_str(proof)
    }
}

impl UrlFactory {
    /// The link to the picture of a user or a space.
    pub fn avatar(&self, name: &AvatarName) -> String {
        let signature = sign_avatar(&self.mac, name, &self.expires).finalize();
        let signature = URL_SAFE_NO_PAD.encode(signature.into_bytes());
        let (origin, name, expires) = (&self.origin, name.as_str(), &self.expires);
        format!("{origin}/avatars/{name}?expires={expires}&signature={signature}")
    }

    /// The links to a photo.
    pub fn links(&self, name: &PhotoName) -> SignedUrls {
        let signature = sign(&self.mac, name, &self.expires).finalize().into_bytes();
        let Self {
            origin, expires, ..
        } = self;
        // Piece by piece, because lists have hundreds of them and to format is slow.
        let mut whole = String::with_capacity(origin.len() + name.as_str().len() + 96);
        whole.push_str(origin);
        whole.push_str("/photos/");
        whole.push_str(name.as_str());
        let path = whole.len();
        whole.push_str("?expires=");
        whole.push_str(expires);
        whole.push_str("&signature=");
        URL_SAFE_NO_PAD.encode_string(signature, &mut whole);
        SignedUrls { whole, path }
    }
}

impl UrlSigner {
    /// Makes links that begin with `origin` and are good for 12 to 24 hours.
    pub fn at(self, origin: &str, now: Timestamp) -> UrlFactory {
        let expires = (now.seconds().div_euclid(PERIOD) + 2) * PERIOD;
        UrlFactory {
            mac: self.mac,
            origin: origin.to_owned(),
            expires: expires.to_string(),
        }
    }

    /// For signatures of another purpose with the same key. No name of a photo is like a purpose, because names begin with a
    /// number.
    pub fn for_purpose(self, purpose: &str) -> Hmac<Sha256> {
        self.mac.chain_update(purpose).chain_update("\n")
    }

    /// Checks a link: returns the second since 1970 at which it ends.
    ///
    /// # Errors
    /// [`Denied::BadLink`] unless we have signed just this; [`Denied::ExpiredLink`] once its time is over.
    pub fn check(
        &self,
        name: &PhotoName,
        expires: &str,
        signature: &str,
        now: Timestamp,
    ) -> Result<i64> {
        check(sign(&self.mac, name, expires), expires, signature, now)
    }

    /// As [`Self::check`], of a link to the picture of a user or a space.
    ///
    /// # Errors
    /// As [`Self::check`].
    pub fn check_avatar(
        &self,
        name: &AvatarName,
        expires: &str,
        signature: &str,
        now: Timestamp,
    ) -> Result<i64> {
        let signed = sign_avatar(&self.mac, name, expires);
        check(signed, expires, signature, now)
    }
}

fn check(signed: Hmac<Sha256>, expires: &str, signature: &str, now: Timestamp) -> Result<i64> {
    let signature = URL_SAFE_NO_PAD
        .decode(signature)
        .map_err(|_| Denied::BadLink)?;
    signed
        .verify_slice(&signature)
        .map_err(|_| Denied::BadLink)?;
    let expires: i64 = expires.parse().map_err(|_| Denied::BadLink)?;
    // One from a clock that was ahead would hold for longer than links do.
    if now.seconds() >= expires || expires - now.seconds() > 2 * PERIOD + SLACK {
        Err(Denied::ExpiredLink.into())
    } else {
        Ok(expires)
    }
}

fn sign_avatar(mac: &Hmac<Sha256>, name: &AvatarName, expires: &str) -> Hmac<Sha256> {
    // No name of a photo begins like this, because those begin with a number.
    mac.clone()
        .chain_update("avatar\n")
        .chain_update(name.as_str())
        .chain_update("\n")
        .chain_update(expires)
}

fn sign(mac: &Hmac<Sha256>, name: &PhotoName, expires: &str) -> Hmac<Sha256> {
    // A name has no line break, so no other name and time make the same text.
    mac.clone()
        .chain_update(name.as_str())
        .chain_update("\n")
        .chain_update(expires)
}

#[cfg(test)]
mod tests {
    use hmac::KeyInit;

    use super::*;
    use crate::error::Error;

    /// The path and query of the link to a photo.
    pub(super) fn link(signer: &UrlSigner, name: &str, now: Timestamp) -> String {
        let maker = signer.clone().at("", now);
        maker.links(&name.parse().unwrap()).whole
    }

    fn signer() -> UrlSigner {
        UrlSigner {
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
        let link = link(&signer, "1-34.jpg", now);
        let (name, expires, signature) = parts(&link);
        let check = |seconds: i64| {
            signer.check(&name, expires, signature, Timestamp(now.0 + seconds * 1000))
        };
        assert!(check(0).is_ok() && check(PERIOD - 1).is_ok());
        assert!(matches!(
            check(2 * PERIOD),
            Err(Error::Denied(Denied::ExpiredLink))
        ));
        // After the clock was set back: a little, and a year.
        assert!(check(-SLACK).is_ok());
        let year = 365 * 24 * 60 * 60;
        assert!(matches!(
            check(-year),
            Err(Error::Denied(Denied::ExpiredLink))
        ));
    }

    #[test]
    fn a_link_with_any_one_character_changed_is_refused() {
        let signer = signer();
        let now = Timestamp(1_800_000_000_000);
        let link = link(&signer, "1-34.jpg", now);
        let (name, expires, signature) = parts(&link);
        for at in 0..signature.len() {
            let mut changed = signature.as_bytes().to_vec();
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(changed).unwrap();
            assert!(matches!(
                signer.check(&name, expires, &changed, now),
                Err(Error::Denied(Denied::BadLink))
            ));
        }
        for expires in ["1900000000", "", "+1800014400", "x", &format!("0{expires}")] {
            assert!(matches!(
                signer.check(&name, expires, signature, now),
                Err(Error::Denied(Denied::BadLink))
            ));
        }
        let other = "1-35.jpg".parse().unwrap();
        assert!(matches!(
            signer.check(&other, expires, signature, now),
            Err(Error::Denied(Denied::BadLink))
        ));
    }
}
