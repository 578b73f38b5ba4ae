//! Photos and films for which there is no room in a quota. Texts go on, and deletions make room.

use indicatif::HumanBytes;
use serde::Serialize;
use strum::{IntoStaticStr, VariantNames};

/// Whose quota it is. Both numbers are bytes, with previews, posters and renditions.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, thiserror::Error, Serialize, IntoStaticStr, VariantNames,
)]
#[serde(untagged)]
#[strum(suffix = "_quota_exceeded", serialize_all = "snake_case")]
pub enum OverQuota {
    #[error(
        "This space uses {} of its {} for photos and videos, and there isn't enough room left: delete some first",
        HumanBytes(*.used),
        HumanBytes(*.max)
    )]
    Space { used: u64, max: u64 },
    #[error(
        "You use {} of your {} for photos and videos, and there isn't enough room left: delete some first",
        HumanBytes(*.used),
        HumanBytes(*.max)
    )]
    User { used: u64, max: u64 },
    #[error(
        "This server uses {} of its {} for photos and videos, and there isn't enough room left: ask whoever runs it",
        HumanBytes(*.used),
        HumanBytes(*.max)
    )]
    Server { used: u64, max: u64 },
}

impl OverQuota {
    pub(super) fn samples() -> Vec<Self> {
        let (used, max) = (999_000_000, 1_000_000_000);
        vec![
            Self::Space { used, max },
            Self::User { used, max },
            Self::Server { used, max },
        ]
    }
}
