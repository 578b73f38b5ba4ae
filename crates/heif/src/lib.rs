//! Makes a JPEG of a HEIC: upright, in its own colours, and with nothing else in it than when it was taken.
//!
//! [`inspect`] looks at the shape of a file and decodes nothing; it is fit for any process. [`to_jpeg`] decodes, and belongs into
//! a process that may die: its decoder is young, and its memory and its time are bounded by nothing but that process.
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
// Why a file isn't taken.
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
