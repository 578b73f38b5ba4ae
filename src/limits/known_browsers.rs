//! Browsers in which somebody has signed in before. Each keeps the proof of it, so that it is recognised after a restart too: an
//! unguessable number, the time, and the server's signature over both and the login. It holds no login, and is useless
//! for another one.

use std::fmt;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac};
use sha2::Sha256;

use crate::clock::Timestamp;
use crate::domain::text::LoginKey;
use crate::error::{Error, Result};

/// The most proofs that a browser keeps: as many people may share one.
const MAX_PROOFS: usize = 8;
/// The separator of two proofs.
const BETWEEN: char = '~';
/// How many days a proof counts after the last sign-in.
pub const DAYS: i64 = 365;
const DAY: i64 = 24 * 60 * 60;

/// A unique number of a browser.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct BrowserId([u8; 16]);

/// What a browser claims about who has signed in in it. None of it is trusted before it is verified.
#[derive(Debug, Default)]
pub struct Browser {
    proofs: Vec<Proof>,
}

#[derive(Debug)]
struct Proof {
    id: BrowserId,
    /// Seconds since 1970.
    signed_in_at: i64,
    signature: [u8; 32],
}

impl BrowserId {
    /// A new one, at random.
    ///
    /// # Errors
    /// The system has no random numbers.
    pub fn random() -> Result<Self> {
        let mut id = [0; 16];
        getrandom::fill(&mut id).map_err(Error::internal)?;
        Ok(Self(id))
    }
}

impl Browser {
    /// Reads the values that came under the name of the cookie, and of each as many proofs as a browser can have: one that a
    /// neighbour at the host has planted may come before ours.
    pub fn read<'v>(values: impl IntoIterator<Item = &'v str>) -> Self {
        let proofs = values
            .into_iter()
            .flat_map(|value| value.split(BETWEEN).take(MAX_PROOFS));
        Self {
            proofs: proofs.filter_map(Proof::read).collect(),
        }
    }

    /// The id of this browser, if this login has been used in it. `mac` has the key of the server.
    pub fn find(&self, mac: &Hmac<Sha256>, login: &LoginKey, now: Timestamp) -> Option<BrowserId> {
        let known = self.proofs.iter().find(|proof| {
            proof.is_current(now)
                && sign(mac, login, proof.id, proof.signed_in_at)
                    .verify_slice(&proof.signature)
                    .is_ok()
        });
        known.map(|proof| proof.id)
    }

    /// Records a sign-in with this login. The oldest sign-ins are forgotten when there are too many.
    pub fn add(&mut self, mac: &Hmac<Sha256>, login: &LoginKey, id: BrowserId, now: Timestamp) {
        self.proofs
            .retain(|proof| proof.is_current(now) && proof.id != id);
        let signed_in_at = now.seconds();
        let signature = sign(mac, login, id, signed_in_at).finalize().into_bytes();
        let proof = Proof {
            id,
            signed_in_at,
            signature: signature.into(),
        };
        self.proofs.insert(0, proof);
        self.proofs.truncate(MAX_PROOFS);
    }
}

impl fmt::Display for Browser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, proof) in self.proofs.iter().enumerate() {
            if at > 0 {
                write!(f, "{BETWEEN}")?;
            }
            let Proof {
                id,
                signed_in_at,
                signature,
            } = proof;
            let encode = |bytes: &[u8]| BASE64_URL_SAFE_NO_PAD.encode(bytes);
            write!(f, "{}.{signed_in_at}.{}", encode(&id.0), encode(signature))?;
        }
        Ok(())
    }
}

impl Proof {
    fn read(text: &str) -> Option<Self> {
        let mut fields = text.split('.');
        let (id, signed_in_at, signature) = (fields.next()?, fields.next()?, fields.next()?);
        Some(Self {
            id: BrowserId(decode(id)?),
            signed_in_at: signed_in_at.parse().ok()?,
            signature: decode(signature)?,
        })
        .filter(|_| fields.next().is_none())
    }

    fn is_current(&self, now: Timestamp) -> bool {
        // A clock may have been set back a little.
        (-DAY..DAYS * DAY).contains(&now.seconds().saturating_sub(self.signed_in_at))
    }
}

fn decode<const SIZE: usize>(text: &str) -> Option<[u8; SIZE]> {
    let mut bytes = [0; SIZE];
    let decoded = BASE64_URL_SAFE_NO_PAD.decode_slice(text, &mut bytes);
    (decoded == Ok(SIZE)).then_some(bytes)
}

fn sign(mac: &Hmac<Sha256>, login: &LoginKey, id: BrowserId, signed_in_at: i64) -> Hmac<Sha256> {
    // The part of variable length comes last, so that no two inputs give the same bytes.
    mac.clone()
        .chain_update(id.0)
        .chain_update(signed_in_at.to_be_bytes())
        .chain_update(login.as_str())
}

#[cfg(test)]
mod tests {
    use hmac::KeyInit;

    use super::*;

    const NOW: Timestamp = Timestamp(1_800_000_000_000);

    fn mac(key: u8) -> Hmac<Sha256> {
        Hmac::new_from_slice(&[key; 32]).unwrap()
    }

    fn id(number: u8) -> BrowserId {
        BrowserId([number; 16])
    }

    fn later(days: u64) -> Timestamp {
        NOW.plus(std::time::Duration::from_secs(days * 24 * 60 * 60))
    }

    #[test]
    fn a_browser_is_known_for_a_year_by_those_who_have_signed_in_in_it_and_by_nobody_else() {
        let (ann, bob) = (LoginKey::of("ann"), LoginKey::of("bob"));
        let mut browser = Browser::default();
        browser.add(&mac(1), &ann, id(1), NOW);
        let kept = Browser::read([browser.to_string().as_str()]);
        assert_eq!(kept.find(&mac(1), &ann, NOW), Some(id(1)));
        assert_eq!(kept.find(&mac(1), &ann, later(364)), Some(id(1)));
        assert_eq!(kept.find(&mac(1), &ann, later(366)), None);
        assert_eq!(kept.find(&mac(1), &bob, NOW), None);
        // The key was replaced.
        assert_eq!(kept.find(&mac(2), &ann, NOW), None);
        // From a clock that was far ahead.
        let early = Timestamp(NOW.0 - 1000 * 3 * DAY);
        assert_eq!(kept.find(&mac(1), &ann, early), None);
    }

    #[test]
    fn proofs_that_were_changed_or_mixed_are_none() {
        let ann = LoginKey::of("ann");
        let mut browser = Browser::default();
        browser.add(&mac(1), &ann, id(1), NOW);
        let value = browser.to_string();
        let [number, time, signature] = value.split('.').collect::<Vec<_>>()[..] else {
            panic!("{value}")
        };
        let other = BASE64_URL_SAFE_NO_PAD.encode([2; 16]);
        for changed in [
            format!("{other}.{time}.{signature}"),
            format!("{number}.{}.{signature}", NOW.seconds() + 1),
            format!("{number}.{time}.{}", BASE64_URL_SAFE_NO_PAD.encode([0; 32])),
            format!("{number}.{time}"),
            format!("{value}."),
            format!("{number}.{time}.{signature}A"),
            format!("{number}.+{time}x.{signature}"),
            "\u{ff}~~..~".to_owned(),
            String::new(),
        ] {
            let read = Browser::read([changed.as_str()]);
            assert_eq!(read.find(&mac(1), &ann, NOW), None, "{changed}");
        }
    }

    #[test]
    fn a_browser_keeps_the_latest_few_and_is_asked_for_no_more() {
        let mut browser = Browser::default();
        let login = |number: u8| LoginKey::of(&format!("person {number}"));
        for number in 0..20 {
            browser.add(&mac(1), &login(number), id(number), NOW);
        }
        // Again in the same browser.
        browser.add(&mac(1), &login(19), id(19), NOW);
        let value = browser.to_string();
        assert_eq!(value.split(BETWEEN).count(), MAX_PROOFS);
        assert!(value.len() < 1000, "{value}");
        let known = |value: &str, number| {
            let read = Browser::read([value]);
            read.find(&mac(1), &login(number), NOW).is_some()
        };
        let found: Vec<u8> = (0..20).filter(|number| known(&value, *number)).collect();
        assert_eq!(found, (12..20).collect::<Vec<_>>());
        let behind = format!("{}{value}", "x~".repeat(MAX_PROOFS));
        assert!(!known(&behind, 19));
        // What a neighbour at the host has planted is a value of its own.
        let read = Browser::read([behind.as_str(), value.as_str()]);
        assert!(read.find(&mac(1), &login(19), NOW).is_some());
    }
}
