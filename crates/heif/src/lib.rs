//! Makes a JPEG of a HEIC: upright, in its own colours, and with nothing else in it than when it was taken.
//!
//! [`inspect`] checks the structure of a file and decodes nothing; it can run in any process. [`to_jpeg`] decodes, and belongs in
//! a process that may die: its decoder is young, and only that process limits its memory and its time.
#![doc = ""]
#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![deny(missing_docs)]

// How much of anything a file may have.
mod bounds;
// The primaries and the profile of a picture.
mod colours;
// The boxes of a file.
mod container;
// When a photo was taken.
mod date;
// From pixels of HEVC to a JPEG.
mod decode;
// Why a file is refused.
mod error;
mod property;
mod reader;
// What would be decoded.
mod shape;
// The kind of a file, by its first bytes.
mod sniff;
mod top;

pub use decode::to_jpeg;
pub use error::{Format, Reason, Refusal};
pub use shape::{MAX_SIDE, Shape, inspect};
pub use sniff::{HEAD, Sniffed, sniff};

#[cfg(test)]
mod tests;
