//! A photo or film as it arrived, and the refusals of one that is too large.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::sync::{Arc, Mutex, PoisonError};

use crate::config::Limits;
use crate::error::{Error, FieldName, Invalid, Most, RejectedVideo};

/// A photo or film as it arrived.
pub struct Upload {
    pub kind: UploadKind,
    /// `None` if there were more bytes than the limit allows.
    pub file: Option<Received>,
    /// The bytes that came.
    pub bytes: u64,
}

/// The kind of an uploaded file, by its first bytes. Anything but a film is treated as a photo.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UploadKind {
    Photo,
    Video,
}

impl UploadKind {
    /// As many bytes as decide what a file is.
    pub const HEAD: usize = heif::HEAD;

    /// What a file is that begins with these [`Self::HEAD`] bytes, or consists of fewer.
    pub fn of(head: &[u8]) -> Self {
        // A picture among the brands of a film is a picture, as a HEIF that calls itself an MP4 as well.
        let is_film = heif::sniff(head).is_none() && video::Kind::from_bytes(head).is_some();
        if is_film { Self::Video } else { Self::Photo }
    }

    /// What the largest files are that are taken.
    pub fn of_length(limits: &Limits) -> Self {
        if limits.video_bytes > limits.photo_bytes {
            Self::Video
        } else {
            Self::Photo
        }
    }

    /// The most bytes that it may have.
    pub fn max_bytes(self, limits: &Limits) -> u64 {
        match self {
            Self::Photo => limits.photo_bytes,
            Self::Video => limits.video_bytes,
        }
    }

    /// The refusal of one with more.
    pub fn too_many_bytes(self, limits: &Limits) -> Error {
        let field = match self {
            Self::Photo => FieldName::Photo,
            Self::Video if limits.video_bytes == 0 => return RejectedVideo::Off.into(),
            Self::Video => FieldName::Video,
        };
        let max = Most::Bytes(self.max_bytes(limits));
        Invalid::TooLarge { field, max }.into()
    }
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
    /// The photo that begins at `start` and has this many bytes.
    pub fn new(file: Arc<Mutex<File>>, start: u64, bytes: u64) -> Self {
        Self { file, start, bytes }
    }

    /// All of a file, which has this many bytes.
    pub fn of(file: File, bytes: u64) -> Self {
        Self::new(Arc::new(Mutex::new(file)), 0, bytes)
    }

    /// How many bytes it has.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Reads it from its beginning. Blocks.
    pub fn reader(&self) -> SpilledReader<'_> {
        SpilledReader {
            spilled: self,
            at: 0,
        }
    }

    /// Its bytes from `at` on, at most `max`; fewer only at its end. Blocks.
    ///
    /// # Errors
    /// The disk can't be read.
    pub fn read(&self, at: u64, max: usize) -> io::Result<Vec<u8>> {
        let left = self.bytes.saturating_sub(at).min(max as u64);
        let mut bytes = vec![0; usize::try_from(left).map_err(io::Error::other)?];
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.seek(SeekFrom::Start(self.start + at))?;
        file.read_exact(&mut bytes)?;
        Ok(bytes)
    }
}

/// Reads what is in a file among others, however the others are read meanwhile.
pub struct SpilledReader<'a> {
    spilled: &'a Spilled,
    at: u64,
}

impl Read for SpilledReader<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let Spilled { file, start, bytes } = self.spilled;
        let left = usize::try_from(bytes.saturating_sub(self.at)).unwrap_or(usize::MAX);
        let max = into.len().min(left);
        let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
        file.seek(SeekFrom::Start(start + self.at))?;
        let count = file.read(&mut into[..max])?;
        self.at += count as u64;
        Ok(count)
    }
}

impl Seek for SpilledReader<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let at = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::End(by) => self.spilled.bytes.checked_add_signed(by),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
        };
        self.at = at.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.at)
    }
}

/// The refusal of a photo with more pixels than one of its type may have.
pub fn too_many_pixels(max: u64) -> Error {
    Invalid::TooLarge {
        field: FieldName::Photo,
        max: Most::Pixels(max),
    }
    .into()
}
