//! What people type: checked once, then trusted. Lengths count Unicode characters after NFC normalisation.

use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

use crate::config::Limits;
use crate::error::{Error, Result};

/// The name that somebody signs in with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Login(String);

/// A password that somebody chose. Its text never shows in a log.
#[derive(PartialEq, Eq)]
pub struct Password(String);

/// What a space is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpaceName(String);

/// What somebody wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShareText(String);

impl Login {
    /// Checks a login that somebody wants to have.
    ///
    /// # Errors
    /// Too long, too short, blank, or with control characters.
    pub fn parse(text: &str, limits: &Limits) -> Result<Self> {
        let text = bounded("Login", text, limits.login_min, limits.login_max)?;
        on_one_line("Login", &text)?;
        Ok(Self(text))
    }

    /// The login as its owner wrote it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Password {
    /// Checks a password that somebody wants to have; `field` is what the form calls it.
    ///
    /// # Errors
    /// Too long, too short, blank, or with a NUL.
    pub fn parse(field: &'static str, text: &str, limits: &Limits) -> Result<Self> {
        bounded(field, text, limits.password_min, limits.password_max).map(Self)
    }

    /// A password as somebody gives it to prove who they are: whatever it is, it only has to match.
    pub fn given(text: &str) -> Self {
        Self(normalised(text))
    }

    /// What is hashed.
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl SpaceName {
    /// Checks the name of a space.
    ///
    /// # Errors
    /// Too long, too short, blank, or with control characters.
    pub fn parse(text: &str, limits: &Limits) -> Result<Self> {
        let text = bounded("Name", text, limits.space_name_min, limits.space_name_max)?;
        on_one_line("Name", &text)?;
        Ok(Self(text))
    }

    /// The name as it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl ShareText {
    /// Checks the text of a share; `None` is a form without one.
    ///
    /// # Errors
    /// Missing, too long, too short, blank, or with a NUL.
    pub fn parse(text: Option<&str>, limits: &Limits) -> Result<Self> {
        // Browsers send a line break as two characters, whoever wrote it and wherever.
        let text = text
            .ok_or(Error::NotProvided("Text"))?
            .replace("\r\n", "\n");
        bounded("Text", &text, limits.text_min, limits.text_max).map(Self)
    }

    /// The text as it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What two logins are compared by, and names sorted by: NFKC, and no difference between upper and lower case.
pub fn folded(text: &str) -> String {
    // By way of upper case, so that ß meets SS and both forms of the Greek sigma meet.
    text.nfkc()
        .flat_map(char::to_uppercase)
        .flat_map(char::to_lowercase)
        .nfkc()
        .collect()
}

fn normalised(text: &str) -> String {
    // As nearly all texts are already.
    if is_nfc_quick(text.chars()) == IsNormalized::Yes {
        return text.to_owned();
    }
    text.nfc().collect()
}

fn bounded(field: &'static str, text: &str, min: usize, max: usize) -> Result<String> {
    let text = normalised(text);
    let length = text.chars().count();
    if length > max {
        return Err(Error::TooLong { field, max });
    }
    if length < min {
        return Err(Error::TooShort { field, min });
    }
    if text.chars().all(char::is_whitespace) {
        return Err(Error::Blank(field));
    }
    if text.contains('\0') {
        return Err(Error::Forbidden { field, what: "NUL" });
    }
    Ok(text)
}

/// Logins and names stand in lists and logs, where a line break or an escape sequence could pose as something else.
fn on_one_line(field: &'static str, text: &str) -> Result<()> {
    if text.chars().any(char::is_control) {
        return Err(Error::Forbidden {
            field,
            what: "control",
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> String {
        match SpaceName::parse(text, &Limits::default()) {
            Ok(name) => name.0,
            Err(refusal) => refusal.to_string(),
        }
    }

    #[test]
    fn characters_are_counted_and_not_bytes() {
        assert_eq!(name("日本語"), "日本語");
        assert_eq!(name(&"ü".repeat(50)), "ü".repeat(50));
        assert_eq!(name(&"ü".repeat(51)), "Name max 50 characters");
        assert_eq!(name("👨‍👩‍👧"), "👨‍👩‍👧");
    }

    #[test]
    fn lengths_are_those_after_normalisation() {
        // Two letters, each with a combining mark: four characters before NFC, two after.
        assert_eq!(name("u\u{308}o\u{308}"), "Name min 3 characters");
        assert_eq!(name("u\u{308}o\u{308}a"), "üöa");
    }

    #[test]
    fn too_long_comes_before_too_short_before_blank() {
        assert_eq!(name(&" ".repeat(51)), "Name max 50 characters");
        assert_eq!(name("  "), "Name min 3 characters");
        assert_eq!(name("\u{2003}\t  "), "Name cannot be empty");
        assert_eq!(name("a\0b"), "Name cannot contain NUL characters");
        assert_eq!(name("a\nb"), "Name cannot contain control characters");
    }

    #[test]
    fn a_text_may_have_several_lines() {
        let limits = Limits::default();
        assert_eq!(
            ShareText::parse(Some("one\ntwo"), &limits)
                .unwrap()
                .as_str(),
            "one\ntwo"
        );
        assert_eq!(
            ShareText::parse(None, &limits).unwrap_err().to_string(),
            "Text must be provided"
        );
    }

    #[test]
    fn a_line_break_is_one_character_however_a_browser_sends_it() {
        let text = format!("{}\r\nb", "a".repeat(1998));
        let parsed = ShareText::parse(Some(&text), &Limits::default()).unwrap();
        assert_eq!(parsed.as_str(), format!("{}\nb", "a".repeat(1998)));
    }

    #[test]
    fn logins_that_look_alike_fold_to_the_same() {
        for (a, b) in [
            ("Ann", "aNN"),
            ("ﬁona", "FIONA"),
            ("Ａnn", "ann"),
            ("Straße", "STRASSE"),
            ("ΣΑΣ", "σας"),
        ] {
            assert_eq!(folded(a), folded(b));
        }
        assert_ne!(folded("ann"), folded("änn"));
    }
}
