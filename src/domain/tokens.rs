//! Secrets that prove something by being held: 256 random bits; only their SHA-256 is ever stored.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use crate::error::{Error, Result};

/// The characters of a token: 32 bytes in base64.
const LENGTH: usize = 43;

/// A secret, opaque to its holder. Its text never shows in a log.
#[derive(Clone)]
pub struct Token {
    text: String,
    hash: [u8; 32],
}

impl Token {
    /// A new one that can't be guessed.
    ///
    /// # Errors
    /// The system returns no random bytes.
    pub fn random() -> Result<Self> {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).map_err(Error::internal)?;
        Ok(Self::given(&URL_SAFE_NO_PAD.encode(bytes)))
    }

    /// A token as a client sent it, which may be malformed. Of a text that is longer than a token, only the beginning is used,
    /// which is too long for one, too.
    pub fn given(text: &str) -> Self {
        let text = &text[..text.floor_char_boundary(LENGTH + 1)];
        Self {
            text: text.to_owned(),
            hash: Sha256::digest(text.as_bytes()).into(),
        }
    }

    /// The token's text, which only its owner is given.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// What is stored of it.
    pub fn hash(&self) -> [u8; 32] {
        self.hash
    }
}
