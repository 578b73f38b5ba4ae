//! Films that aren't taken, whatever the caller may do.

use serde::{Serialize, Serializer};
use strum::{IntoStaticStr, VariantNames};
use video::Refusal;

/// Why a film isn't taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, Serialize, IntoStaticStr, VariantNames)]
#[serde(untagged)]
#[strum(prefix = "video_", serialize_all = "snake_case")]
pub enum RejectedVideo {
    #[error("Videos can't be shared on this server")]
    Off,
    /// Nothing is wrong with it, but it can't be cleaned.
    #[error("Video can't be taken, because {reason}")]
    Unsupported {
        #[serde(serialize_with = "code")]
        reason: Refusal,
    },
    #[error("Video is damaged: {reason}")]
    Damaged {
        #[serde(serialize_with = "code")]
        reason: Refusal,
    },
    #[error("Poster must stand behind a video")]
    PosterOfPhoto,
}

impl From<Refusal> for RejectedVideo {
    fn from(reason: Refusal) -> Self {
        match reason {
            Refusal::Compressed
            | Refusal::Encrypted
            | Refusal::External
            | Refusal::Fragmented
            | Refusal::HeadAfterFilm
            | Refusal::NoVideo
            | Refusal::Packed
            | Refusal::SeveralFormats
            | Refusal::TooLargeHead
            | Refusal::TooManyChunks
            | Refusal::TooManyParts
            | Refusal::TooManyTracks
            | Refusal::UnknownAudio
            | Refusal::UnknownType
            | Refusal::UnknownVideo => Self::Unsupported { reason },
            Refusal::ChunksOverlap
            | Refusal::Counts
            | Refusal::DataOutside
            | Refusal::EndsEarly
            | Refusal::MalformedElement
            | Refusal::MalformedPart
            | Refusal::MalformedPicture
            | Refusal::MalformedSound
            | Refusal::MissingPart
            | Refusal::NoFilm
            | Refusal::NoSamples
            | Refusal::NoSize
            | Refusal::SampleCounts
            | Refusal::Twice
            | Refusal::UnknownSize => Self::Damaged { reason },
        }
    }
}

impl RejectedVideo {
    pub(super) fn status(&self) -> u16 {
        match self {
            Self::Damaged { .. } | Self::PosterOfPhoto => 400,
            Self::Off | Self::Unsupported { .. } => 415,
        }
    }

    /// Whether it speaks of one video, and not of all.
    pub(super) fn is_of_one(&self) -> bool {
        matches!(self, Self::Unsupported { .. } | Self::Damaged { .. })
    }

    pub(super) fn samples() -> Vec<Self> {
        let mut all = vec![Self::Off, Self::PosterOfPhoto];
        all.extend(Refusal::ALL.iter().copied().map(Self::from));
        all
    }
}

fn code<S: Serializer>(reason: &Refusal, serializer: S) -> Result<S::Ok, S::Error> {
    // Some of what is wrong with photos has the same words.
    serializer.collect_str(&format_args!("video_{}", reason.code()))
}
