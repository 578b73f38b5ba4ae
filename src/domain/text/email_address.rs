//! Addresses for mail.

use lettre::Address;

use crate::error::{Malformed, Result};

/// The most characters of an address (RFC 5321).
pub const MAX_LENGTH: usize = 254;

/// An address that mail can be sent to, as far as its form says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EmailAddress(String);

impl EmailAddress {
    /// Checks an address as it was typed.
    ///
    /// # Errors
    /// [`Malformed::EmailAddress`].
    pub fn parse(text: &str) -> Result<Self> {
        // With the spaces that phones put behind a word.
        let text = text.trim_matches(' ');
        let is_plain = text.len() <= MAX_LENGTH
            && text
                .bytes()
                .all(|byte| byte.is_ascii_graphic() && !b"\"[]()<>,;:\\".contains(&byte));
        let has_domain = || {
            text.rsplit_once('@')
                .is_some_and(|(_, domain)| domain.contains('.'))
        };
        if is_plain && has_domain() && text.parse::<Address>().is_ok() {
            Ok(Self(text.to_owned()))
        } else {
            Err(Malformed::EmailAddress.into())
        }
    }

    /// As it was typed.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What it is found by.
    pub fn key(&self) -> String {
        self.0.to_ascii_lowercase()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_plain_and_has_a_domain() {
        for text in [
            "ann@example.org",
            " ann@example.org ",
            "Ann.O'Neil+spaces@mail.example.co.uk",
        ] {
            assert_eq!(EmailAddress::parse(text).unwrap().as_str(), text.trim());
        }
        let long = format!("{}@example.org", "a".repeat(300));
        for text in [
            "",
            "ann",
            "ann@",
            "@example.org",
            "ann@localhost",
            "ann@example.org,bob@example.org",
            "Ann <ann@example.org>",
            "ann@[127.0.0.1]",
            "ann@example.org\r\nBcc: bob@example.org",
            "\"a b\"@example.org",
            "änn@example.org",
            "ann@@example.org",
            "ann@exa mple.org",
            &long,
        ] {
            assert!(EmailAddress::parse(text).is_err(), "{text}");
        }
    }
}
