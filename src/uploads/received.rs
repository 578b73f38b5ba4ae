//! A photo as it arrived, and the refusals of one that is too large.

use std::fs::File;

use crate::config::Limits;
use crate::error::{Error, FieldName, Invalid, Most};

/// A photo as it arrived.
pub struct Upload {
    /// `None` if there were more bytes than the limit allows.
    pub file: Option<Received>,
}

/// Where the bytes of an upload are.
pub enum Received {
    /// Those of the usual size.
    InMemory(Vec<u8>),
    /// More, on disk under no name, so that nothing of them outlives the request.
    OnDisk(File),
}

/// The refusal of a photo with more bytes than the limit allows.
pub fn too_many_bytes(limits: &Limits) -> Error {
    Invalid::TooLarge {
        field: FieldName::Photo,
        max: Most::Bytes(limits.photo_bytes),
    }
    .into()
}

/// The refusal of a photo with more pixels than one of its type may have.
pub fn too_many_pixels(max: u64) -> Error {
    Invalid::TooLarge {
        field: FieldName::Photo,
        max: Most::Pixels(max),
    }
    .into()
}
