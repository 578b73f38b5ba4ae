//! Whether a file is the one that was planned: what was promised about it can't be taken back once it is sent.

use std::fmt::{self, Display, Formatter};

use crate::Entry;

/// Follows the bytes of a file as they are sent.
#[derive(Clone, Debug)]
pub struct Check {
    hasher: crc32fast::Hasher,
    length: u64,
    left: u64,
    crc32: u32,
}

/// A file isn't the one that was planned. The ZIP must break off, so that it isn't taken for a complete one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mismatch {
    /// It ends too early.
    Short,
    /// It continues beyond its end.
    Long,
    /// Its bytes differ.
    Checksum,
}

impl Check {
    /// For a file, from its beginning.
    pub fn new(entry: &Entry) -> Self {
        Self {
            hasher: crc32fast::Hasher::new(),
            length: entry.length,
            left: entry.length,
            crc32: entry.crc32,
        }
    }

    /// Checks the next bytes, before they are sent.
    ///
    /// # Errors
    /// [`Mismatch::Long`] if there are too many, [`Mismatch::Checksum`] if they are the last and the file isn't the one that
    /// was planned: the last bytes of a wrong file are never sent.
    pub fn update(&mut self, bytes: &[u8]) -> Result<(), Mismatch> {
        self.left = self
            .left
            .checked_sub(bytes.len() as u64)
            .ok_or(Mismatch::Long)?;
        self.hasher.update(bytes);
        match self.left {
            0 => self.finish(),
            _ => Ok(()),
        }
    }

    /// Checks the whole, once the file has ended.
    ///
    /// # Errors
    /// [`Mismatch::Short`] if something is missing, [`Mismatch::Checksum`] if it isn't the one that was planned.
    pub fn finish(&self) -> Result<(), Mismatch> {
        if self.left > 0 {
            return Err(Mismatch::Short);
        }
        match self.hasher.clone().finalize() == self.crc32 {
            true => Ok(()),
            false => Err(Mismatch::Checksum),
        }
    }

    /// How many bytes there were.
    pub fn read(&self) -> u64 {
        self.length - self.left
    }
}

impl Display for Mismatch {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Short => "the file is shorter than it was",
            Self::Long => "the file is longer than it was",
            Self::Checksum => "the file has another checksum than it had",
        })
    }
}

impl std::error::Error for Mismatch {}
