//! Says to push services whose messages these are (VAPID, RFC 8292), by a key that is the same for ever: browsers have subscribed
//! to it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Result, anyhow};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;

use crate::clock::Timestamp;

/// How long a signature is valid. Services take at most 24 hours.
const VALID: Duration = Duration::from_secs(12 * 60 * 60);
/// How long one is used: services ask not to be sent another with each message.
const USED: Duration = Duration::from_secs(60 * 60);
/// For at most so many services signatures are kept.
const MAX_KEPT: usize = 100;

/// The key of this installation; clones share it.
#[derive(Clone)]
pub struct VapidKey {
    pair: Arc<EcdsaKeyPair>,
    /// What services can complain to: `mailto:` or `https:`.
    contact: Option<Arc<str>>,
    signed: Arc<Mutex<HashMap<String, (Timestamp, String)>>>,
}

impl VapidKey {
    /// Makes a key, in the form in which it is kept.
    ///
    /// # Errors
    /// The system has no random numbers.
    pub fn generate() -> Result<Vec<u8>> {
        let made =
            EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new());
        let made = made.map_err(|_| anyhow!("A key for push messages can't be made"))?;
        Ok(made.as_ref().to_vec())
    }

    /// The key that was kept.
    ///
    /// # Errors
    /// It is none.
    pub fn read(pkcs8: &[u8], contact: Option<&str>) -> Result<Self> {
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8)
            .map_err(|_| anyhow!("The key for push messages in the database is damaged"))?;
        Ok(Self {
            pair: Arc::new(pair),
            contact: contact.map(Into::into),
            signed: Arc::default(),
        })
    }

    /// What browsers subscribe to, in base64.
    pub fn public(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.pair.public_key())
    }

    /// What proves to the service at `origin` whose messages these are: the header `Authorization`.
    ///
    /// # Errors
    /// It can't be signed.
    pub fn authorization(&self, origin: &str, now: Timestamp) -> Result<String> {
        let mut signed = self.signed.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((at, header)) = signed.get(origin)
            && (*at..at.plus(USED)).contains(&now)
        {
            return Ok(header.clone());
        }
        let header = self.sign(origin, now)?;
        if signed.len() >= MAX_KEPT {
            signed.clear();
        }
        signed.insert(origin.to_owned(), (now, header.clone()));
        Ok(header)
    }

    fn sign(&self, origin: &str, now: Timestamp) -> Result<String> {
        let mut claims = json!({"aud": origin, "exp": now.plus(VALID).0 / 1000});
        if let Some(contact) = &self.contact {
            claims["sub"] = json!(&**contact);
        }
        let encode = |part: &serde_json::Value| URL_SAFE_NO_PAD.encode(part.to_string());
        let head = json!({"typ": "JWT", "alg": "ES256"});
        let signed = format!("{}.{}", encode(&head), encode(&claims));
        let signature = self.pair.sign(&SystemRandom::new(), signed.as_bytes());
        let signature = signature.map_err(|_| anyhow!("A push message can't be signed"))?;
        let signature = URL_SAFE_NO_PAD.encode(signature);
        Ok(format!("vapid t={signed}.{signature}, k={}", self.public()))
    }
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};
    use serde_json::Value;

    use super::*;

    #[test]
    fn a_service_can_check_who_sends_until_when_and_whom_to_complain_to() {
        let made = VapidKey::generate().unwrap();
        let key = VapidKey::read(&made, Some("mailto:ann@example.org")).unwrap();
        let now = Timestamp(1_795_000_000_000);
        let header = key.authorization("https://push.example.org", now).unwrap();
        let (token, public) = header
            .strip_prefix("vapid t=")
            .and_then(|rest| rest.split_once(", k="))
            .unwrap();
        assert_eq!(public, key.public());
        let parts: Vec<&str> = token.split('.').collect();
        let json = |part: &str| -> Value {
            serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
        };
        assert_eq!(json(parts[0]), json!({"typ": "JWT", "alg": "ES256"}));
        let claims = json!({
            "aud": "https://push.example.org", "exp": 1_795_043_200, "sub": "mailto:ann@example.org",
        });
        assert_eq!(json(parts[1]), claims);
        let public = URL_SAFE_NO_PAD.decode(public).unwrap();
        let signature = URL_SAFE_NO_PAD.decode(parts[2]).unwrap();
        UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, &public)
            .verify(format!("{}.{}", parts[0], parts[1]).as_bytes(), &signature)
            .unwrap();
    }

    #[test]
    fn a_signature_is_used_for_an_hour_at_its_service_alone() {
        let key = VapidKey::read(&VapidKey::generate().unwrap(), None).unwrap();
        let at = |origin, minutes: u64| {
            let now = Timestamp(0).plus(Duration::from_secs(60 * minutes));
            key.authorization(origin, now).unwrap()
        };
        let first = at("https://a.example", 0);
        assert_eq!(at("https://a.example", 59), first);
        assert_ne!(at("https://b.example", 59), first);
        assert_ne!(at("https://a.example", 60), first);
    }

    #[test]
    fn what_is_no_key_is_refused() {
        assert!(VapidKey::read(b"nothing", None).is_err());
    }
}
