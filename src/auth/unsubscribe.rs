//! Links that end the digests of a user: signed, so that nothing is kept of them, and they work as long as the key does.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac};
use sha2::Sha256;

use crate::auth::signed_urls::SigningKey;
use crate::domain::ids::{Id, UserId, number};

/// What is signed, besides the user.
const PURPOSE: &str = "unsubscribe";
/// The bytes of a signature that are used.
const LENGTH: usize = 16;

/// Makes and checks such links; clones share the key.
#[derive(Clone)]
pub struct UnsubscribeLinks(SigningKey);

impl UnsubscribeLinks {
    /// With this key.
    pub fn new(key: SigningKey) -> Self {
        Self(key)
    }

    /// What is at the end of the link of a user.
    pub fn token(&self, user: UserId) -> String {
        let signature = self.mac(user).finalize().into_bytes();
        format!("{user}-{}", URL_SAFE_NO_PAD.encode(&signature[..LENGTH]))
    }

    /// Whose link it is; `None` unless we have made it.
    pub fn user(&self, token: &str) -> Option<UserId> {
        let (user, signature) = token.split_once('-')?;
        let user = UserId::from_number(number(user)?);
        let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
        let is_whole = signature.len() == LENGTH;
        let is_ours = self.mac(user).verify_truncated_left(&signature).is_ok();
        (is_whole && is_ours).then_some(user)
    }

    fn mac(&self, user: UserId) -> Hmac<Sha256> {
        let mac = self.0.signer().for_purpose(PURPOSE);
        mac.chain_update(user.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_is_that_of_one_user_and_nobody_can_make_another() {
        let folder = tempfile::tempdir().unwrap();
        let key = SigningKey::open(&folder.path().join("key")).unwrap();
        let links = UnsubscribeLinks::new(key);
        let token = links.token(UserId::from_number(7));
        assert_eq!(links.user(&token), Some(UserId::from_number(7)));
        let signature = token.strip_prefix("7-").unwrap();
        let longer = format!("{token}AAAA");
        let of_other = format!("8-{signature}");
        for token in [
            "",
            "7",
            "7-",
            "7-AAAA",
            &token[..token.len() - 4],
            &longer,
            &of_other,
        ] {
            assert_eq!(links.user(token), None, "{token}");
        }
    }
}
