//! What is said to a share.

use super::{bounded, visible, without_nul};
use crate::config::Limits;
use crate::error::{FieldName, Result};

/// The text of a comment, within its limits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommentText(String);

impl CommentText {
    /// The fewest characters: a comment says something.
    pub const MIN: usize = 1;

    /// Checks the text of a comment.
    ///
    /// # Errors
    /// Too long, empty, with nothing to be seen, or with a NUL.
    pub fn parse(text: &str, limits: &Limits) -> Result<Self> {
        let field = FieldName::Text;
        let text = text.replace("\r\n", "\n");
        let text = bounded(field, &text, Self::MIN, limits.comment_max)?;
        visible(field, &text)?;
        without_nul(field, &text)?;
        Ok(Self(text))
    }

    /// The text as it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comment_has_some_characters_and_not_too_many() {
        let limits = Limits {
            comment_max: 5,
            ..Limits::default()
        };
        let said = |text: &str| match CommentText::parse(text, &limits) {
            Ok(text) => text.0,
            Err(refusal) => refusal.to_string(),
        };
        assert_eq!(said("a\r\nb"), "a\nb");
        assert_eq!(said("u\u{308}ber!"), "über!");
        assert_eq!(said("abcdef"), "Text max 5 characters");
        assert_eq!(said(""), "Text min 1 characters");
        assert_eq!(said(" \u{2800}"), "Text cannot be empty");
        assert_eq!(said("a\0"), "Text cannot contain NUL characters");
    }
}
