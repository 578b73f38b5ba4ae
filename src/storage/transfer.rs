//! What a backend has done with something that was to be moved.

/// What became of something that was to be somewhere else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Transfer {
    /// It is there, and no longer here.
    Moved,
    /// It is there, and here as well.
    Copied,
    /// It isn't here.
    NoSource,
}
