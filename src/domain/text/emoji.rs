//! With what one reacts.

use emojis::SkinTone;

use crate::error::{Invalid, Result};

/// The longest text that is looked up, in bytes: every emoji is shorter.
const LONGEST: usize = 64;

/// One emoji that keyboards have: of those that Unicode recommends for general interchange (RGI, UTS 51).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Emoji {
    emoji: &'static str,
    base: &'static str,
}

impl Emoji {
    /// Checks what was sent. Whatever an emoji is qualified by, as ❤ with a variation selector or without one, it is the same.
    ///
    /// # Errors
    /// Anything but one emoji, also one of a later Unicode than is known here.
    pub fn parse(text: &str) -> Result<Self> {
        let known = Some(text).filter(|text| text.len() <= LONGEST);
        let emoji = known.and_then(emojis::get).ok_or(Invalid::NotAnEmoji)?;
        let base = emoji.with_skin_tone(SkinTone::Default).unwrap_or(emoji);
        Ok(Self {
            emoji: emoji.as_str(),
            base: base.as_str(),
        })
    }

    /// Fully qualified, with its skin tone.
    pub fn as_str(&self) -> &'static str {
        self.emoji
    }

    /// Without a skin tone: what it is counted by.
    pub fn base(&self) -> &'static str {
        self.base
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_emoji_is_the_same_however_it_is_qualified() {
        for heart in ["❤", "❤\u{fe0f}"] {
            assert_eq!(Emoji::parse(heart).unwrap().as_str(), "❤\u{fe0f}");
        }
        for (text, base) in [
            ("👍", "👍"),
            ("👍\u{1f3fd}", "👍"),
            ("🏳\u{200d}🌈", "🏳\u{fe0f}\u{200d}🌈"),
            ("👨\u{200d}👩\u{200d}👧", "👨\u{200d}👩\u{200d}👧"),
            ("🇩🇪", "🇩🇪"),
            ("1\u{fe0f}\u{20e3}", "1\u{fe0f}\u{20e3}"),
            (
                "🧑\u{1f3fb}\u{200d}🤝\u{200d}🧑\u{1f3ff}",
                "🧑\u{200d}🤝\u{200d}🧑",
            ),
        ] {
            assert_eq!(Emoji::parse(text).unwrap().base(), base, "{text}");
        }
        assert_eq!(Emoji::parse("👍\u{1f3fd}").unwrap().as_str(), "👍\u{1f3fd}");
    }

    #[test]
    fn whatever_is_no_emoji_or_more_than_one_is_refused() {
        let long = "👍".repeat(1000);
        for text in [
            "",
            " ",
            "a",
            "1",
            "❤\u{fe0e}",
            "👍👍",
            "👍a",
            " 👍",
            "🇩",
            "\u{fe0f}",
            "\u{200d}",
            "<b>",
            ":heart:",
            &long,
        ] {
            let refusal = Emoji::parse(text).unwrap_err();
            assert_eq!(refusal.to_string(), "A reaction must be one emoji");
        }
    }

    #[test]
    fn every_emoji_is_short_enough_to_be_looked_up() {
        let all = emojis::iter().flat_map(|emoji| {
            emoji
                .skin_tones()
                .map_or_else(|| vec![emoji], Iterator::collect)
        });
        let mut count = 0;
        for emoji in all {
            assert_eq!(
                Emoji::parse(emoji.as_str()).unwrap().as_str(),
                emoji.as_str()
            );
            count += 1;
        }
        assert!(count > 3000, "{count}");
    }
}
