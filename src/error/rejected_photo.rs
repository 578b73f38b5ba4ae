//! Photos that aren't taken, whatever the caller may do.

use picture::Reason;
use serde::{Serialize, Serializer};
use strum::{IntoStaticStr, VariantNames};

/// Why a photo isn't taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, Serialize, IntoStaticStr, VariantNames)]
#[serde(untagged)]
#[strum(prefix = "photo_", serialize_all = "snake_case")]
pub enum RejectedPhoto {
    #[error("Photo must be a JPEG, PNG, WebP or GIF")]
    Type,
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
}

impl RejectedPhoto {
    pub(super) fn status(&self) -> u16 {
        match self {
            Self::Damaged { .. } => 400,
            Self::Type | Self::NotShown { .. } => 415,
        }
    }

    pub(super) fn samples() -> Vec<Self> {
        let mut all = vec![Self::Type];
        for &reason in Reason::ALL {
            all.push(Self::NotShown { reason });
            all.push(Self::Damaged { reason });
        }
        all
    }
}

fn code<S: Serializer>(reason: &Reason, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(reason.code())
}
