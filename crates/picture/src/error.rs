//! Why a file is not taken.

use crate::MAX_SIDE;
use crate::reason::Reason;

/// Why a file is not taken. As a text it speaks of the picture and completes "because …", with no full stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CleanError {
    /// It isn't of a type that is taken.
    #[error("it is no JPEG, PNG, WebP or GIF")]
    UnknownType,
    /// It has more pixels than the caller allows, and nothing of it was decoded.
    #[error("it has {width} x {height} pixels, more than the {max} that are allowed")]
    TooManyPixels {
        /// In pixels, as its header states it.
        width: u32,
        /// In pixels, as its header states it.
        height: u32,
        /// How many one of its type may have, of those that the caller allows.
        max: u64,
    },
    /// A side of it is longer than [`MAX_SIDE`], and nothing of it was decoded.
    #[error("it has {width} x {height} pixels, more on a side than {MAX_SIDE}")]
    TooLong {
        /// In pixels, as its header states it.
        width: u32,
        /// In pixels, as its header states it.
        height: u32,
    },
    /// It may be whole, but is of a kind that browsers don't show; the reason completes "it can't be shown: …".
    #[error("it can't be shown: {0}")]
    NotShown(Reason),
    /// It isn't what its first bytes promise; the reason completes "it is damaged: …".
    #[error("it is damaged: {0}")]
    Damaged(Reason),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_refusal_says_why() {
        let (width, height) = (70_000, 2);
        for (error, said) in [
            (CleanError::UnknownType, "it is no JPEG, PNG, WebP or GIF"),
            (
                CleanError::TooManyPixels {
                    width,
                    height,
                    max: 9000,
                },
                "it has 70000 x 2 pixels, more than the 9000 that are allowed",
            ),
            (
                CleanError::TooLong { width, height },
                "it has 70000 x 2 pixels, more on a side than 65535",
            ),
            (
                CleanError::NotShown(Reason::NoPalette),
                "it can't be shown: it lacks its palette",
            ),
            (
                CleanError::Damaged(Reason::NoFrame),
                "it is damaged: it has no frame",
            ),
        ] {
            assert_eq!(error.to_string(), said);
        }
    }
}
