//! What stands under a photo.

use super::{bounded, without_nul};
use crate::config::Limits;
use crate::domain::text::characters;
use crate::error::{FieldName, Result};

/// The words under a photo, within their limits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caption(String);

impl Caption {
    /// Checks a caption. `None` if nothing of it is visible.
    ///
    /// # Errors
    /// Too long, or with a NUL.
    pub fn parse(text: &str, limits: &Limits) -> Result<Option<Self>> {
        let field = FieldName::Caption;
        let text = bounded(field, &text.replace("\r\n", "\n"), 0, limits.caption_max)?;
        if text.chars().all(characters::is_blank) {
            return Ok(None);
        }
        without_nul(field, &text)?;
        Ok(Some(Self(text.trim().to_owned())))
    }

    /// As it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_caption_is_short_and_what_cant_be_seen_is_none() {
        let limits = Limits {
            caption_max: 5,
            ..Limits::default()
        };
        let parse = |text: &str| Caption::parse(text, &limits);
        for (text, expected) in [("Ünder", "Ünder"), (" a\r\nb ", "a\nb"), ("👍", "👍")] {
            assert_eq!(parse(text).unwrap().unwrap().as_str(), expected);
        }
        for text in ["", " ", "\r\n", "\u{2003}"] {
            assert_eq!(parse(text).unwrap(), None);
        }
        let refusal = |text| parse(text).unwrap_err().to_string();
        assert_eq!(refusal("abcdef"), "Caption max 5 characters");
        assert_eq!(refusal("a\0"), "Caption cannot contain NUL characters");
    }
}
