//! What people are called.

use super::shown_line;
use crate::config::Limits;
use crate::error::{FieldName, Result};

/// The name of a user that people are shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserName(String);

impl UserName {
    /// The fewest characters of a name.
    pub const MIN: usize = 1;

    /// Checks a name. The spaces around it are left out.
    ///
    /// # Errors
    /// As of the name of a space.
    pub fn parse(text: &str, limits: &Limits) -> Result<Self> {
        shown_line(FieldName::Name, text, (Self::MIN, limits.user_name_max)).map(Self)
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
    fn a_name_is_one_visible_line_in_any_script() {
        let parse = |text: &str| UserName::parse(text, &Limits::default());
        for (text, expected) in [
            (" Ann Müller ", "Ann Müller"),
            ("Oma 🌻", "Oma 🌻"),
            ("A\u{308}nn", "Änn"),
            ("花子", "花子"),
            ("@ann", "@ann"),
        ] {
            assert_eq!(parse(text).unwrap().as_str(), expected);
        }
        let refusal = |text: &str| parse(text).unwrap_err().to_string();
        for (text, expected) in [
            ("", "Name min 1 characters"),
            (" \u{2003}", "Name cannot be empty"),
            ("\u{200b}", "Name cannot be empty"),
            ("a\nb", "Name cannot contain control characters"),
            ("a\0", "Name cannot contain NUL characters"),
            (
                "a\u{202e}b",
                "Name cannot contain text direction characters",
            ),
            ("a\u{3164}", "Name cannot contain invisible characters"),
            (
                "a\u{316}\u{317}\u{318}\u{319}\u{31c}",
                "Name cannot pile marks on one letter",
            ),
        ] {
            assert_eq!(refusal(text), expected, "{text:?}");
        }
        assert_eq!(refusal(&"a".repeat(51)), "Name max 50 characters");
        assert!(parse(&"ä".repeat(50)).is_ok());
    }
}
