//! Photos that were set aside after too many attempts.

use crate::clock::Timestamp;
use crate::domain::photo_name::PhotoName;

/// A photo that was set aside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FailedPhoto {
    pub name: PhotoName,
    /// What the queue has recorded about it.
    pub why: FailureInfo,
}

/// What is known about a failure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FailureInfo {
    /// All of it.
    Known {
        attempts: u32,
        failed_at: Timestamp,
        error: String,
    },
    /// Only when its name was sent; the worker's log has the rest.
    Sent(Option<Timestamp>),
}

/// What was set aside.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Failed {
    pub photos: Vec<FailedPhoto>,
    /// Messages that aren't a photo's name.
    pub unrecognized: Vec<String>,
    /// About how many more that the queue shows only when those before them are gone.
    pub remaining: usize,
}
