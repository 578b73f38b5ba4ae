//! The parts of a PNG: each has a length, a kind and a checksum.

use super::super::edit_list::EditList;
use super::super::reader::Reader;
use super::super::{CleanError, Result};
use crate::reason::Reason;

/// A part of a file.
pub struct Chunk<'a> {
    pub kind: [u8; 4],
    pub data: &'a [u8],
    checksum: u32,
}

impl<'a> Chunk<'a> {
    pub fn read(reader: &mut Reader<'a>) -> Result<Self> {
        let length = reader.be32()?;
        let kind: [u8; 4] = reader.array()?;
        let data = reader.take(usize::try_from(length).unwrap_or(usize::MAX))?;
        let checksum = reader.be32()?;
        Ok(Self {
            kind,
            data,
            checksum,
        })
    }

    /// Only for what is read: damage in what is left out doesn't matter.
    pub fn check(&self) -> Result<()> {
        if self.checksum == checksum(self.kind, self.data) {
            Ok(())
        } else {
            Err(CleanError::Damaged(Reason::WrongChecksum))
        }
    }

    /// Keeps a chunk that was just read.
    pub fn keep(&self, reader: &Reader<'_>, edits: &mut EditList) {
        // With its length, its kind and its checksum.
        edits.copy(reader.last(self.data.len() + 12));
    }
}

/// A chunk of our own.
pub fn chunk_of(kind: [u8; 4], data: &[u8]) -> Vec<u8> {
    joined(kind, data, std::iter::empty())
}

/// A chunk of our own with these parts in it, one after the other.
pub fn joined<'a>(
    kind: [u8; 4],
    front: &[u8],
    rest: impl Iterator<Item = &'a [u8]> + Clone,
) -> Vec<u8> {
    let length = front.len() + rest.clone().map(<[u8]>::len).sum::<usize>();
    let mut chunk = Vec::with_capacity(length + 12);
    // Data came out of chunks, or is shorter than any, so its length fits.
    let length = u32::try_from(length).unwrap_or(u32::MAX);
    chunk.extend_from_slice(&length.to_be_bytes());
    chunk.extend_from_slice(&kind);
    chunk.extend_from_slice(front);
    rest.for_each(|part| chunk.extend_from_slice(part));
    let checksum = crc32fast::hash(chunk.get(4..).unwrap_or_default());
    chunk.extend_from_slice(&checksum.to_be_bytes());
    chunk
}

fn checksum(kind: [u8; 4], data: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&kind);
    hasher.update(data);
    hasher.finalize()
}
