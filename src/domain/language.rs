//! The languages that users are written to in.

use strum::{EnumString, IntoStaticStr};

use crate::error::{FieldName, Malformed, Result};

/// A language that messages are written in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, EnumString, IntoStaticStr)]
pub enum Language {
    #[default]
    #[strum(serialize = "en")]
    English,
    #[strum(serialize = "de")]
    German,
}

impl Language {
    /// The tags of all of them.
    pub const TAGS: &'static [&'static str] = &["en", "de"];

    /// The one that a language tag names, or English.
    pub fn of(tag: &str) -> Self {
        match tag.split('-').next() {
            Some(primary) if primary.eq_ignore_ascii_case("de") => Self::German,
            _ => Self::English,
        }
    }

    /// Checks a choice among them.
    ///
    /// # Errors
    /// Another word than their tags.
    pub fn parse(tag: &str) -> Result<Self> {
        tag.parse().map_err(|_| {
            Malformed::NotOneOf {
                field: FieldName::Language,
                values: Self::TAGS,
            }
            .into()
        })
    }

    /// Its tag.
    pub fn tag(self) -> &'static str {
        self.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages_are_known_by_their_tags() {
        for (tag, language) in [
            ("de-AT", Language::German),
            ("DE", Language::German),
            ("fr", Language::English),
            ("", Language::English),
        ] {
            assert_eq!(Language::of(tag), language, "{tag}");
        }
    }

    #[test]
    fn only_those_that_there_are_can_be_chosen() {
        for tag in Language::TAGS {
            assert_eq!(Language::parse(tag).unwrap().tag(), *tag);
        }
        for tag in ["de-AT", "DE", "fr", ""] {
            let refusal = Language::parse(tag).unwrap_err().to_string();
            assert_eq!(refusal, "Language must be en or de", "{tag}");
        }
    }
}
