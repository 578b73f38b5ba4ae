//! The JSON of what is more than a row of the database.

// The photo of a share, with its previews.
pub mod photo;
// URLs that begin with our own address, and times.
pub mod urls;
