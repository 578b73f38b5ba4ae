//! Photos that aren't taken, whatever the caller may do.

use heif::Format;
use picture::Reason;
use serde::{Serialize, Serializer};
use strum::{IntoStaticStr, VariantNames};

/// Why a photo isn't taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, Serialize, IntoStaticStr, VariantNames)]
#[serde(untagged)]
#[strum(prefix = "photo_", serialize_all = "snake_case")]
pub enum RejectedPhoto {
    /// With all that is taken: settings decide about some.
    #[error("Photo must be a {}", or(.values))]
    Type { values: Vec<&'static str> },
    #[error("Photo is of a kind that browsers don't show: {reason}")]
    NotShown {
        #[serde(serialize_with = "code")]
        reason: Reason,
    },
    #[error("Photo is damaged: {reason}")]
    Damaged {
        #[serde(serialize_with = "code")]
        reason: Reason,
    },
    #[error("Photo is damaged: {reason}")]
    #[strum(serialize = "damaged")]
    HeicDamaged {
        #[serde(serialize_with = "heic_code")]
        reason: heif::Reason,
    },
    /// `format` is a noun with its article.
    #[error("Photo is {format}, which can't be taken: share it as a JPEG")]
    Format {
        #[serde(rename = "reason", serialize_with = "format_code")]
        format: Format,
    },
    #[error("Photo is a HEIC, which this server doesn't take: share it as a JPEG")]
    HeicOff,
}

/// What is taken whatever the settings are.
const PHOTOS: [&str; 4] = ["JPEG", "PNG", "WebP", "GIF"];
const VIDEOS: [&str; 3] = ["MP4", "MOV", "WebM"];

impl RejectedPhoto {
    /// The refusal of what is nothing that is taken.
    pub fn of_type(heic: bool, videos: bool) -> Self {
        let mut values = PHOTOS.to_vec();
        values.extend(heic.then_some("HEIC"));
        if videos {
            values.extend(VIDEOS);
        }
        Self::Type { values }
    }

    /// The same refusal where only photos are taken.
    pub(super) fn without_videos(self) -> Self {
        match self {
            Self::Type { mut values } => {
                values.retain(|value| !VIDEOS.contains(value));
                Self::Type { values }
            }
            other => other,
        }
    }

    pub(super) fn status(&self) -> u16 {
        match self {
            Self::Damaged { .. } | Self::HeicDamaged { .. } => 400,
            Self::Type { .. } | Self::NotShown { .. } | Self::Format { .. } | Self::HeicOff => 415,
        }
    }

    pub(super) fn samples() -> Vec<Self> {
        let mut all = vec![Self::of_type(true, true), Self::HeicOff];
        for &reason in Reason::ALL {
            all.push(Self::NotShown { reason });
            all.push(Self::Damaged { reason });
        }
        for &reason in heif::Reason::ALL {
            all.push(Self::HeicDamaged { reason });
        }
        for &format in Format::ALL {
            all.push(Self::Format { format });
        }
        all
    }
}

/// A list in a sentence.
fn or(values: &[&str]) -> String {
    match values {
        [first @ .., last] if !first.is_empty() => format!("{} or {last}", first.join(", ")),
        _ => values.concat(),
    }
}

fn code<S: Serializer>(reason: &Reason, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(reason.code())
}

fn heic_code<S: Serializer>(reason: &heif::Reason, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(reason.code())
}

fn format_code<S: Serializer>(format: &Format, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(format.code())
}
