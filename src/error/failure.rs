//! What the server can't do at the moment or at all, through no fault of the caller's.

use strum::{IntoStaticStr, VariantNames};

/// What is wrong with the server. The causes are for its log: they are never shown.
#[derive(Debug, thiserror::Error, IntoStaticStr, VariantNames)]
#[strum(serialize_all = "snake_case")]
pub enum Failure {
    /// The store of photos can't be used; texts can still be shared.
    #[error("Photos can't be stored or shown at the moment, try again in a moment")]
    PhotosUnavailable(#[source] anyhow::Error),
    /// The store of photos isn't made yet, or not again. That was logged already.
    #[error("Photos can't be stored or shown at the moment, try again in a moment")]
    #[strum(serialize = "photos_unavailable")]
    NoPhotoStore,
    #[error("The server's disk is full, nothing can be saved until there is room again")]
    DiskFull(#[source] anyhow::Error),
    /// What is left of the disk is for texts and for what the server itself writes.
    #[error(
        "The server's disk is nearly full, no photos and videos can be uploaded until there is room again"
    )]
    DiskLow,
    /// Its file is not what was stored.
    #[error("This photo is damaged on the server, see the server's log")]
    PhotoSpoiled,
    #[error("The server's data is not where it was, nothing can be saved until it is back")]
    DataGone,
    #[error("The database is damaged, see the server's log")]
    #[strum(serialize = "not_ready")]
    DatabaseDamaged,
    #[error("Something went wrong on the server")]
    Internal(#[source] anyhow::Error),
}

impl Failure {
    pub(super) fn status(&self) -> u16 {
        match self {
            Self::PhotosUnavailable(_)
            | Self::NoPhotoStore
            | Self::DataGone
            | Self::DatabaseDamaged => 503,
            Self::DiskFull(_) | Self::DiskLow => 507,
            Self::PhotoSpoiled | Self::Internal(_) => 500,
        }
    }

    /// What is for the server's log alone.
    pub fn cause(&self) -> Option<&anyhow::Error> {
        match self {
            Self::PhotosUnavailable(cause) | Self::DiskFull(cause) | Self::Internal(cause) => {
                Some(cause)
            }
            _ => None,
        }
    }

    pub(super) fn samples() -> Vec<Self> {
        let unseen = || anyhow::anyhow!("never shown");
        vec![
            Self::PhotosUnavailable(unseen()),
            Self::NoPhotoStore,
            Self::DiskFull(unseen()),
            Self::DiskLow,
            Self::PhotoSpoiled,
            Self::DataGone,
            Self::DatabaseDamaged,
            Self::Internal(unseen()),
        ]
    }
}
