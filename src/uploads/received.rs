//! A photo as it arrived, and the refusals of one that is too large.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::sync::{Arc, Mutex, PoisonError};

use crate::config::Limits;
use crate::error::{Error, FieldName, Invalid, Most};

/// A photo as it arrived.
pub struct Upload {
    /// `None` if there were more bytes than the limit allows.
    pub file: Option<Received>,
    /// The bytes that came.
    pub bytes: u64,
}

/// Where the bytes of an upload are.
pub enum Received {
    /// Those of the usual size.
    InMemory(Vec<u8>),
    /// More, on disk under no name, so that nothing of them outlives the request.
    OnDisk(Spilled),
}

/// A photo in a file without a name, in which there may be others. Clones are of the same bytes.
#[derive(Clone)]
pub struct Spilled {
    file: Arc<Mutex<File>>,
    start: u64,
    bytes: u64,
}

impl Spilled {
    /// The photo that begins at `start` and has so many bytes.
    pub fn new(file: Arc<Mutex<File>>, start: u64, bytes: u64) -> Self {
        Self { file, start, bytes }
    }

    /// How many bytes it has.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Its bytes from `at` on, at most so many; fewer only at its end. Blocks.
    ///
    /// # Errors
    /// The disk can't be read.
    pub fn read(&self, at: u64, most: usize) -> io::Result<Vec<u8>> {
        let left = self.bytes.saturating_sub(at).min(most as u64);
        let mut bytes = vec![0; usize::try_from(left).map_err(io::Error::other)?];
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.seek(SeekFrom::Start(self.start + at))?;
        file.read_exact(&mut bytes)?;
        Ok(bytes)
    }
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
