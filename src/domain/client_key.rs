//! What a client calls something that it makes, so that it can send it again when the answer was lost.

use crate::error::{Malformed, Result};

/// What a client calls a share that it makes, so that it can send it again and makes no second one.
#[derive(Clone, Debug)]
pub struct ClientKey(String);

impl ClientKey {
    /// Checks what a client has chosen.
    ///
    /// # Errors
    /// Anything but 1 to 64 letters, digits, `-` and `_`.
    pub fn parse(text: &str) -> Result<Self> {
        const MAX_LENGTH: usize = 64;
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        if (1..=MAX_LENGTH).contains(&text.len()) && text.bytes().all(plain) {
            return Ok(Self(text.to_owned()));
        }
        Err(Malformed::idempotency_key(MAX_LENGTH).into())
    }

    /// As it was sent.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_plain_and_short() {
        for key in ["a", "0c4d-7_B", &"x".repeat(64)] {
            assert!(ClientKey::parse(key).is_ok(), "{key}");
        }
        for key in ["", " ", "a b", "a.b", "\"a\"", "ä", &"x".repeat(65)] {
            assert!(ClientKey::parse(key).is_err(), "{key}");
        }
    }
}
