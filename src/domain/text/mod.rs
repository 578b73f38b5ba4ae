//! What people type: checked once, then trusted. Lengths count Unicode characters after NFC normalisation.
//!
//! Normalising costs time and can make much of little, so what is too long for its limit is found out before, at a cost
//! that the limit bounds and not the text: see `normalised`.

// What stands under a photo.
mod caption;
// What is said to a share.
mod comment;
// What can't be seen, and what turns the direction of writing.
mod characters;
// Where mail goes.
mod email_address;
// With what one reacts.
mod emoji;
mod login;
// Which logins a text names.
mod mentions;
// What people are called.
mod user_name;

use unicode_normalization::char::is_combining_mark;
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

pub use self::caption::Caption;
pub use self::comment::CommentText;
pub use self::email_address::{EmailAddress, MAX_LENGTH as MAX_EMAIL};
pub use self::emoji::Emoji;
pub use self::login::{GivenLogin, Login, LoginKey, UNICODE};
pub use self::mentions::{Candidate, candidates};
pub use self::user_name::UserName;
use crate::config::{LONGEST_PASSWORD, Limits};
use crate::error::{Characters, Error, FieldName, Invalid, Malformed, Result};

/// The most characters that NFC composes to one. What is composed decomposes to the same characters as what it was composed
/// of, decomposing never makes them fewer, and no character decomposes to more than four.
const OF_ONE: usize = 4;

/// A password that a user has set. Its text never shows in a log.
#[derive(PartialEq, Eq)]
pub struct Password(String);

/// A password as it was entered to sign in, of any length. Its text never shows in a log.
pub struct GivenPassword(String);

/// What a space is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpaceName {
    text: String,
    key: String,
}

/// The text of a share; empty if it is only a photo.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ShareText(String);

impl Password {
    /// The most characters that a password can have, whatever the settings say or have said.
    pub const MAX_CHARS: usize = LONGEST_PASSWORD;

    /// Checks a new password; `field` is what the form calls it.
    ///
    /// # Errors
    /// Too long, too short, blank, or with a NUL.
    pub fn parse(field: FieldName, text: &str, limits: &Limits) -> Result<Self> {
        let text = bounded(field, text, limits.password_min, limits.password_max)?;
        // Blank is what only white space is; a password need not be seen.
        if text.chars().all(char::is_whitespace) {
            return Err(Invalid::Blank { field }.into());
        }
        without_nul(field, &text)?;
        Ok(Self(text))
    }

    /// Whether the same was typed again, however its accents are encoded.
    pub fn is_repeated_by(&self, text: &str) -> bool {
        normalised(text, self.0.chars().count()).is_some_and(|again| again == self.0)
    }

    /// What is hashed.
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl GivenPassword {
    /// Takes it as it is: whatever it is, it only has to match.
    pub fn new(text: String) -> Self {
        Self(text)
    }

    /// Whether it is certain to be wrong, because no password is so long. Costs little, whatever was entered.
    pub fn is_nobodys(&self) -> bool {
        !may_fit(&self.0, Password::MAX_CHARS)
    }

    /// What is compared with a hash; `None` for what is longer than a password can be. Takes time with the length of the text,
    /// so it is for the threads that hash.
    pub fn normalised(&self) -> Option<Password> {
        normalised(&self.0, Password::MAX_CHARS).map(Password)
    }
}

impl SpaceName {
    /// Checks the name of a space. The spaces around it are left out.
    ///
    /// # Errors
    /// Too long, too short, with nothing to be seen, with control characters or such as turn the direction of writing or
    /// fill a place with nothing, with a tower of marks.
    pub fn parse(text: &str, limits: &Limits) -> Result<Self> {
        let bounds = (limits.space_name_min, limits.space_name_max);
        let text = shown_line(FieldName::Name, text, bounds)?;
        let key = folded(&text);
        Ok(Self { text, key })
    }

    /// The name as it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// What names are sorted by: NFKC, and no difference between upper and lower case.
    pub fn key(&self) -> &str {
        &self.key
    }
}

impl ShareText {
    /// Checks the text of a share; `None` is a form without one.
    ///
    /// # Errors
    /// Missing, too long, too short, with nothing to be seen, or with a NUL.
    pub fn parse(text: Option<&str>, limits: &Limits) -> Result<Self> {
        // Browsers send a line break as two characters, regardless of who wrote it and where.
        let text = text
            .ok_or(Invalid::NotProvided {
                field: FieldName::Text,
            })?
            .replace("\r\n", "\n");
        let text = bounded(FieldName::Text, &text, limits.text_min, limits.text_max)?;
        visible(FieldName::Text, &text)?;
        without_nul(FieldName::Text, &text)?;
        Ok(Self(text))
    }

    /// Checks the text of a share with a photo, which needs none: what is missing, or nothing to be seen, is empty.
    ///
    /// # Errors
    /// Too long; or it is there, and too short or with a NUL.
    pub fn beside_a_photo(text: Option<&str>, limits: &Limits) -> Result<Self> {
        match Self::parse(text, limits) {
            Err(Error::Invalid(Invalid::NotProvided { .. } | Invalid::Blank { .. })) => {
                Ok(Self::default())
            }
            // Bounded, because what is too long has another refusal.
            Err(Error::Invalid(Invalid::TooShort { .. }))
                if text.is_some_and(|text| text.chars().all(characters::is_blank)) =>
            {
                Ok(Self::default())
            }
            parsed => parsed,
        }
    }

    /// Whether nothing was written.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The text as it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Whether NFC could leave at most `max` characters of a text. Looks at no more of it than the answer needs.
fn may_fit(text: &str, max: usize) -> bool {
    text.chars().nth(max.saturating_mul(OF_ONE)).is_none()
}

/// A text in NFC; `None` if that has more than `max` characters, which costs no more than the `max` is worth.
fn normalised(text: &str, max: usize) -> Option<String> {
    if !may_fit(text, max) {
        return None;
    }
    // As nearly all texts are already.
    let text = if is_nfc_quick(text.chars()) == IsNormalized::Yes {
        text.to_owned()
    } else {
        text.nfc().collect()
    };
    text.chars().nth(max).is_none().then_some(text)
}

/// What two logins are compared by, and names sorted by: NFKC, and no difference between upper and lower case. A
/// character can become eighteen, so this is only for what is known to be short.
fn folded(text: &str) -> String {
    // By way of upper case, so that ß meets SS and both forms of the Greek sigma meet.
    text.nfkc()
        .flat_map(char::to_uppercase)
        .flat_map(char::to_lowercase)
        .nfkc()
        .collect()
}

fn bounded(field: FieldName, text: &str, min: usize, max: usize) -> Result<String> {
    let text = normalised(text, max).ok_or(Invalid::TooLong { field, max })?;
    if text.chars().count() < min {
        return Err(Invalid::TooShort { field, min }.into());
    }
    Ok(text)
}

/// A text for lists and logs: one line, without the spaces around it. There, a line break or an escape sequence could
/// pose as something else, and a space or what can't be seen as nothing.
fn line(field: FieldName, text: &str, min: usize, max: usize) -> Result<String> {
    let text = bounded(field, trimmed(text), min, max)?;
    visible(field, &text)?;
    without_nul(field, &text)?;
    if text.chars().any(characters::controls) {
        return Err(forbidden(field, Characters::Control));
    }
    Ok(text)
}

/// A line that others are shown as the name of something: visible, in the direction that its letters have.
fn shown_line(field: FieldName, text: &str, (min, max): (usize, usize)) -> Result<String> {
    let text = line(field, text, min, max)?;
    if text.chars().any(characters::turns_direction) {
        return Err(forbidden(field, Characters::TextDirection));
    }
    if text
        .chars()
        .all(|letter| characters::is_blank(letter) || is_combining_mark(letter))
    {
        return Err(Invalid::Blank { field }.into());
    }
    if text.chars().any(characters::fills) {
        return Err(forbidden(field, Characters::Invisible));
    }
    if login::max_marks(&text) > login::MARKS {
        return Err(Malformed::PiledMarks { field }.into());
    }
    Ok(text)
}

/// A text without the spaces around it, which phone keyboards add. What is nothing but spaces stays as it is, and is
/// refused for that.
fn trimmed(text: &str) -> &str {
    if text.chars().all(char::is_whitespace) {
        return text;
    }
    text.trim_matches(|letter: char| letter.is_whitespace() && !letter.is_control())
}

fn visible(field: FieldName, text: &str) -> Result<()> {
    if text.chars().all(characters::is_blank) {
        return Err(Invalid::Blank { field }.into());
    }
    Ok(())
}

fn without_nul(field: FieldName, text: &str) -> Result<()> {
    if text.contains('\0') {
        return Err(forbidden(field, Characters::Nul));
    }
    Ok(())
}

fn forbidden(field: FieldName, what: Characters) -> Error {
    Invalid::ForbiddenCharacters {
        field,
        reason: what,
    }
    .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> String {
        match SpaceName::parse(text, &Limits::default()) {
            Ok(name) => name.text,
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
        let limits = Limits {
            space_name_min: 3,
            space_name_max: 3,
            ..Limits::default()
        };
        let name = |text| SpaceName::parse(text, &limits).map(|name| name.text);
        // Two letters, each with a combining mark: four characters before NFC, two after.
        assert_eq!(
            name("u\u{308}o\u{308}").unwrap_err().to_string(),
            "Name min 3 characters"
        );
        assert_eq!(name("u\u{308}o\u{308}a").unwrap(), "üöa");
    }

    #[test]
    fn too_long_comes_before_too_short_before_blank() {
        assert_eq!(name(&" ".repeat(51)), "Name max 50 characters");
        assert_eq!(name(""), "Name min 1 characters");
        assert_eq!(name("\u{2003}\t  "), "Name cannot be empty");
        assert_eq!(name("a\0b"), "Name cannot contain NUL characters");
        assert_eq!(name("a\nb"), "Name cannot contain control characters");
    }

    #[test]
    fn nothing_to_be_seen_is_as_good_as_nothing() {
        for nothing in [
            "\u{2800}\u{2800}\u{2800}",
            "\u{200b}\u{200b}\u{200b}",
            "\u{ad} \u{fe0f}",
            "\u{3164}\u{115f}\u{202e}",
            "\u{34f}\u{e0020}\u{2060}",
        ] {
            assert_eq!(name(nothing), "Name cannot be empty");
            let text = ShareText::parse(Some(nothing), &Limits::default());
            assert_eq!(text.unwrap_err().to_string(), "Text cannot be empty");
        }
        for something in [
            "👨\u{200d}👩\u{200d}👧",
            "❤\u{fe0f}❤\u{fe0f}",
            "می\u{200c}خواهم",
        ] {
            assert_eq!(name(something), something);
        }
    }

    #[test]
    fn a_name_of_marks_alone_or_with_fillers_or_towers_of_marks_is_refused() {
        for (text, sentence) in [
            ("\u{301}\u{301}\u{301}", "Name cannot be empty"),
            ("ann\u{3164}", "Name cannot contain invisible characters"),
            ("a\u{34f}nn", "Name cannot contain invisible characters"),
            ("ann\u{fff9}", "Name cannot contain invisible characters"),
            (
                "z\u{316}\u{317}\u{318}\u{319}\u{31a}",
                "Name cannot pile marks on one letter",
            ),
        ] {
            assert_eq!(name(text), sentence, "{text:?}");
        }
        for taken in [
            "สวัสดี",
            "Việt Nam",
            "שָׁלוֹם",
            "🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}",
        ] {
            assert_eq!(name(taken), taken);
        }
    }

    #[test]
    fn a_name_has_no_spaces_around_it_and_none_is_counted() {
        assert_eq!(name(" Family\u{a0}"), "Family");
        assert_eq!(name("\u{3000}Book club "), "Book club");
        assert_eq!(name(" a "), "a");
        assert_eq!(name("  "), "Name cannot be empty");
        assert_eq!(name(&format!(" {} ", "a".repeat(50))), "a".repeat(50));
        // A line break isn't one of the spaces that a keyboard adds.
        assert_eq!(name("Family\n"), "Name cannot contain control characters");
    }

    #[test]
    fn a_name_turns_no_direction_and_ends_no_line() {
        for turn in ['\u{202e}', '\u{2066}', '\u{200f}', '\u{61c}'] {
            assert_eq!(
                name(&format!("Fam{turn}ily")),
                "Name cannot contain text direction characters"
            );
        }
        assert_eq!(
            name("Fam\u{2028}ily"),
            "Name cannot contain control characters"
        );
    }

    /// What [`may_fit`] stands on: see [`OF_ONE`].
    #[test]
    fn no_character_decomposes_to_more_than_are_reckoned_with() {
        let lengths = ('\0'..=char::MAX).map(|letter| std::iter::once(letter).nfd().count());
        assert_eq!(lengths.max(), Some(OF_ONE));
    }

    #[test]
    fn what_may_be_short_enough_is_normalised_and_what_cannot_be_is_not() {
        // The longest way to write one character, and one character more.
        let four = "\u{3b1}\u{313}\u{300}\u{345}";
        assert_eq!(normalised(four, 1), Some(String::from("\u{1f82}")));
        assert!(may_fit(&four.repeat(50), 50));
        assert_eq!(
            normalised(&four.repeat(50), 50),
            Some("\u{1f82}".repeat(50))
        );
        assert!(!may_fit(&format!("{}a", four.repeat(50)), 50));
        assert_eq!(normalised(&"a".repeat(51), 50), None);
    }

    #[test]
    fn a_password_is_the_same_however_its_accents_are_written_and_nothing_else_is() {
        let password = Password::parse(
            FieldName::Password,
            "gar\u{e7}on caf\u{e9} ",
            &Limits::default(),
        )
        .unwrap();
        assert!(password.is_repeated_by("garc\u{327}on cafe\u{301} "));
        for other in ["gar\u{e7}on caf\u{e9}", "garcon cafe ", ""] {
            assert!(!password.is_repeated_by(other), "{other}");
        }
        assert!(!password.is_repeated_by(&"\u{fdfa}".repeat(300_000)));
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
    fn beside_a_photo_nothing_is_a_text_and_what_is_there_has_its_bounds() {
        let beside = |text: Option<&str>, limits: &Limits| {
            ShareText::beside_a_photo(text, limits)
                .map_or_else(|refusal| refusal.to_string(), |text| text.0)
        };
        let limits = Limits::default();
        for nothing in [None, Some(""), Some(" \r\n "), Some("\u{200b}\u{2800}")] {
            assert_eq!(beside(nothing, &limits), "", "{nothing:?}");
        }
        assert_eq!(beside(Some("👍"), &limits), "👍");
        let long = "x".repeat(2001);
        assert_eq!(beside(Some(&long), &limits), "Text max 2000 characters");
        assert_eq!(
            beside(Some("a\0"), &limits),
            "Text cannot contain NUL characters"
        );
        let limits = Limits {
            text_min: 10,
            ..limits
        };
        assert_eq!(beside(Some(" "), &limits), "");
        assert_eq!(beside(Some("short"), &limits), "Text min 10 characters");
    }

    #[test]
    fn a_line_break_is_one_character_however_a_browser_sends_it() {
        let text = format!("{}\r\nb", "a".repeat(1998));
        let parsed = ShareText::parse(Some(&text), &Limits::default()).unwrap();
        assert_eq!(parsed.as_str(), format!("{}\nb", "a".repeat(1998)));
    }
}
