//! In which sizes photos are shown: small in lists, large on a screen.

/// A size in which a photo is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PreviewSize {
    /// For lists: at most 400 pixels a side.
    Small,
    /// For a screen: at most 1600 pixels a side.
    Large,
}

impl PreviewSize {
    /// The word for it in links and in the names of files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Small => "small",
            Self::Large => "large",
        }
    }

    /// The size that this word means.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Small, Self::Large]
            .into_iter()
            .find(|size| size.as_str() == word)
    }

    /// The longest side of such a preview, in pixels.
    pub fn side(self) -> u32 {
        match self {
            Self::Small => 400,
            Self::Large => 1600,
        }
    }

    /// Width and height in pixels of the preview of a picture: as large as fits, and never larger than the picture is.
    pub fn within(self, width: u32, height: u32) -> (u32, u32) {
        let (longest, side) = (width.max(height), self.side());
        if longest <= side {
            return (width, height);
        }
        // To the nearest pixel, and at least one.
        let scaled = |length: u32| {
            let scaled = (u64::from(length) * u64::from(side) * 2 + u64::from(longest))
                / (u64::from(longest) * 2);
            u32::try_from(scaled).unwrap_or(side).max(1)
        };
        (scaled(width), scaled(height))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_preview_is_as_large_as_fits_and_never_larger_than_the_picture() {
        use PreviewSize::{Large, Small};
        for (size, picture, expected) in [
            (Small, (4000, 3000), (400, 300)),
            (Large, (4000, 3000), (1600, 1200)),
            (Large, (3024, 4032), (1200, 1600)),
            (Small, (1, 1), (1, 1)),
            (Small, (400, 400), (400, 400)),
            (Small, (401, 400), (400, 399)),
            (Small, (60_000, 3), (400, 1)),
            (Large, (1200, 800), (1200, 800)),
            (Small, (u32::MAX, u32::MAX), (400, 400)),
        ] {
            assert_eq!(size.within(picture.0, picture.1), expected, "{picture:?}");
        }
    }

    #[test]
    fn the_word_for_a_size_leads_back_to_it() {
        for size in [PreviewSize::Small, PreviewSize::Large] {
            assert_eq!(PreviewSize::from_word(size.as_str()), Some(size));
        }
        assert_eq!(PreviewSize::from_word("huge"), None);
    }
}
