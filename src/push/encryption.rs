//! Encrypts messages so that only one browser can read them, and not the push service that carries them (RFC 8291, with the
//! content coding of RFC 8188).

use anyhow::{Result, anyhow};
use aws_lc_rs::aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::agreement::{ECDH_P256, ParsedPublicKey, PrivateKey, UnparsedPublicKey, agree};
use aws_lc_rs::error::Unspecified;
use aws_lc_rs::hkdf::{HKDF_SHA256, KeyType, Prk, Salt};

/// The length of a public key: an uncompressed point of P-256.
pub const PUBLIC_KEY_BYTES: usize = 65;
/// The length of the secret that a browser shares with us.
pub const AUTH_BYTES: usize = 16;
/// A message is one record.
const RECORD_BYTES: u32 = 4096;
/// What one is longer by than what it says: the head, the delimiter and the tag.
pub const OVERHEAD: usize = 16 + 4 + 1 + PUBLIC_KEY_BYTES + 1 + 16;

/// The keys of a browser.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BrowserKeys {
    pub public: [u8; PUBLIC_KEY_BYTES],
    pub auth: [u8; AUTH_BYTES],
}

impl BrowserKeys {
    /// Whether the public key is a point of the curve.
    pub fn are_valid(&self) -> bool {
        self.public[0] == 4
            && ParsedPublicKey::try_from(UnparsedPublicKey::new(&ECDH_P256, &self.public))
                .is_ok_and(|key| key.alg() == &ECDH_P256)
    }

    /// Encrypts a message, made longer to `length` so that its length says little.
    ///
    /// # Errors
    /// The system has no random numbers; the keys are none.
    pub fn encrypt(&self, message: &[u8], length: usize) -> Result<Vec<u8>> {
        let private = PrivateKey::generate(&ECDH_P256).map_err(|_| failed())?;
        let mut salt = [0; 16];
        getrandom::fill(&mut salt)?;
        self.encrypt_with(message, length, &private, salt)
            .map_err(|_| failed())
    }

    fn encrypt_with(
        &self,
        message: &[u8],
        length: usize,
        private: &PrivateKey,
        salt: [u8; 16],
    ) -> Result<Vec<u8>, Unspecified> {
        let public = private.compute_public_key()?;
        let peer = UnparsedPublicKey::new(&ECDH_P256, &self.public);
        let combined = agree(private, peer, Unspecified, |secret| {
            let prk = Salt::new(HKDF_SHA256, &self.auth).extract(secret);
            let info = [b"WebPush: info\0", &self.public[..], public.as_ref()];
            derive::<32>(&prk, &info)
        })?;
        let prk = Salt::new(HKDF_SHA256, &salt).extract(&combined);
        let key = derive::<16>(&prk, &[b"Content-Encoding: aes128gcm\0"])?;
        let nonce = derive::<12>(&prk, &[b"Content-Encoding: nonce\0"])?;

        let mut text = message.to_vec();
        // The delimiter of the last record, and what makes it longer.
        text.push(2);
        text.resize(text.len().max(length + 1), 0);
        let key = LessSafeKey::new(UnboundKey::new(&AES_128_GCM, &key)?);
        let nonce = Nonce::assume_unique_for_key(nonce);
        key.seal_in_place_append_tag(nonce, Aad::empty(), &mut text)?;

        let mut record = Vec::with_capacity(OVERHEAD + text.len());
        record.extend(salt);
        record.extend(RECORD_BYTES.to_be_bytes());
        record.push(u8::try_from(public.as_ref().len()).map_err(|_| Unspecified)?);
        record.extend(public.as_ref());
        record.extend(text);
        Ok(record)
    }
}

fn failed() -> anyhow::Error {
    anyhow!("A push message can't be encrypted")
}

/// So many bytes.
struct Length(usize);

impl KeyType for Length {
    fn len(&self) -> usize {
        self.0
    }
}

fn derive<const N: usize>(prk: &Prk, info: &[&[u8]]) -> Result<[u8; N], Unspecified> {
    let mut derived = [0; N];
    prk.expand(info, Length(N))?.fill(&mut derived)?;
    Ok(derived)
}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;

    use super::*;

    fn bytes<const N: usize>(text: &str) -> [u8; N] {
        URL_SAFE_NO_PAD.decode(text).unwrap().try_into().unwrap()
    }

    fn keys() -> BrowserKeys {
        BrowserKeys {
            public: bytes(
                "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
            ),
            auth: bytes("BTBZMqHH6r4Tts7J_aSIgg"),
        }
    }

    #[test]
    fn the_example_of_rfc_8291_comes_out_byte_for_byte() {
        let private = bytes::<32>("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw");
        let private = PrivateKey::from_private_key(&ECDH_P256, &private).unwrap();
        let salt = bytes("DGv6ra1nlYgDCS1FRnbzlw");
        let message = b"When I grow up, I want to be a watermelon";
        let encrypted = keys().encrypt_with(message, 0, &private, salt).unwrap();
        assert_eq!(
            URL_SAFE_NO_PAD.encode(encrypted),
            "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
        );
    }

    #[test]
    fn messages_are_all_of_one_length_and_never_the_same() {
        let encrypt = |message: &[u8]| keys().encrypt(message, 100).unwrap();
        let (short, long) = (encrypt(b"Hi"), encrypt(&[b'x'; 100]));
        assert_eq!(short.len(), 100 + OVERHEAD);
        assert_eq!(long.len(), 100 + OVERHEAD);
        assert_ne!(short, encrypt(b"Hi"));
    }

    #[test]
    fn a_key_that_is_no_point_of_the_curve_is_none() {
        assert!(keys().are_valid());
        for change in [0, 1, 64] {
            let mut keys = keys();
            keys.public[change] ^= 1;
            assert!(!keys.are_valid(), "{change}");
            assert!(keys.encrypt(b"Hi", 100).is_err());
        }
        let mut keys = keys();
        keys.public = [0; PUBLIC_KEY_BYTES];
        assert!(!keys.are_valid());
    }
}
