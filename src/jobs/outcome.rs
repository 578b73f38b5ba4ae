//! What a worker made of a photo.

use crate::domain::photo_name::PhotoName;

/// What became of a photo, or that there was none.
#[derive(Debug, PartialEq, Eq)]
pub enum Outcome {
    /// There was nothing to do.
    Empty,
    /// This photo is in the store of its space.
    Moved(PhotoName),
    /// This photo couldn't be moved to its space, and is tried again later.
    Retried(PhotoName),
    /// This photo couldn't be moved to its space, and isn't retried until it is re-queued.
    Failed(PhotoName),
    /// This photo was deleted before it was moved to its space.
    Deleted(PhotoName),
}
