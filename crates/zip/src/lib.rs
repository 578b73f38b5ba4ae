//! Plans a ZIP of files whose lengths and checksums are known, so that it can be streamed, with its length announced beforehand.
//!
//! It follows PKWARE's APPNOTE 6.3.10 as far as all unpackers do: files are stored as they are, and no sizes come after them.
#![doc = ""]
#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![deny(missing_docs)]

// Whether a file is the one that was planned.
mod check;
// The records that a ZIP is made of.
mod header;
// Names that every system accepts.
mod names;
// When a file was made.
mod time;

use std::ops::Range;

pub use check::{Check, Mismatch};
use header::{central, end, local};
use names::Names;
pub use time::Modified;

/// A file as it will be in the ZIP.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The desired name; the plan makes it one that every system accepts, and unique.
    pub name: String,
    /// In bytes.
    pub length: u64,
    /// The CRC-32 of its bytes, as ZIP, PNG and gzip have it.
    pub crc32: u32,
    /// When it was made.
    pub modified: Modified,
}

/// What is sent next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// These bytes.
    Bytes(Vec<u8>),
    /// A range of a file.
    File {
        /// Which, in the order in which they were planned, from 0.
        index: usize,
        /// Of its bytes.
        range: Range<u64>,
    },
}

impl Part {
    /// In bytes.
    fn length(&self) -> u64 {
        match self {
            Self::Bytes(bytes) => bytes.len() as u64,
            Self::File { range, .. } => range.end - range.start,
        }
    }

    /// The part of it within a range of itself.
    fn within(self, wanted: Range<u64>) -> Self {
        match self {
            Self::Bytes(bytes) => {
                let at = |place: u64| usize::try_from(place).unwrap_or(bytes.len());
                Self::Bytes(bytes[at(wanted.start)..at(wanted.end)].to_vec())
            }
            Self::File { index, range } => Self::File {
                index,
                range: range.start + wanted.start..range.start + wanted.end,
            },
        }
    }
}

/// A ZIP as it will be.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    entries: Vec<Entry>,
    /// Where each file's header is in the ZIP.
    offsets: Vec<u64>,
    /// Where the list of all files begins, and how long it is.
    directory: Range<u64>,
    length: u64,
}

impl Plan {
    /// Plans a ZIP of files in this order. Nothing is read; some 100 bytes and the name of each are in memory.
    ///
    /// # Errors
    /// [`TooLarge`] if it would have 2^63 bytes or more.
    pub fn new(entries: impl IntoIterator<Item = Entry>) -> Result<Self, TooLarge> {
        let mut planner = Planner::default();
        entries
            .into_iter()
            .try_for_each(|entry| planner.add(entry))?;
        Ok(planner.finish())
    }

    /// The files, with the names that they have in the ZIP.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The length of the whole ZIP in bytes, exactly.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// Sets the checksum of a file that wasn't known when it was planned. Must come before its header is made, because that
    /// has it; the length of the ZIP doesn't depend on it. Does nothing if the file doesn't exist.
    pub fn set_crc32(&mut self, index: usize, crc32: u32) {
        if let Some(entry) = self.entries.get_mut(index) {
            entry.crc32 = crc32;
        }
    }

    /// What is sent as the part of this number, from 0: of each file its header and then its bytes, then each file in the list of
    /// all files, then the end. `None` after the last. Records are made when they are due.
    pub fn part(&self, number: usize) -> Option<Part> {
        let files = self.entries.len();
        let in_files = number < 2 * files;
        let index = if in_files {
            number / 2
        } else {
            number - 2 * files
        };
        let Some(entry) = self.entries.get(index) else {
            return (index == files).then(|| Part::Bytes(self.end()));
        };
        Some(match (in_files, number % 2) {
            (true, 0) => Part::Bytes(local(entry)),
            (true, _) => Part::File {
                index,
                range: 0..entry.length,
            },
            (false, _) => Part::Bytes(central(entry, self.offsets[index])),
        })
    }

    /// Everything that is sent, in order. Records are made when they are due.
    pub fn parts(&self) -> impl Iterator<Item = Part> + '_ {
        self.range(0..self.length)
    }

    /// Everything that is in a range of the ZIP, in order; as much of it as there is.
    pub fn range(&self, wanted: Range<u64>) -> impl Iterator<Item = Part> + '_ {
        let mut at = 0;
        self.all().filter_map(move |part| {
            let (start, end) = (at, at + part.length());
            at = end;
            let from = wanted.start.max(start);
            let to = wanted.end.min(end);
            (from < to).then(|| part.within(from - start..to - start))
        })
    }

    fn all(&self) -> impl Iterator<Item = Part> + '_ {
        (0..).map_while(|number| self.part(number))
    }

    fn end(&self) -> Vec<u8> {
        end(self.entries.len() as u64, &self.directory)
    }
}

/// Plans a ZIP file by file.
#[derive(Default)]
pub struct Planner {
    plan: Plan,
    names: Names,
    /// Where the next file's header will be.
    at: u64,
    /// The length of the list of all files so far.
    directory: u64,
}

impl Planner {
    /// One more file, after the others.
    ///
    /// # Errors
    /// As [`Plan::new`].
    pub fn add(&mut self, mut entry: Entry) -> Result<(), TooLarge> {
        entry.name = self.names.unique(&entry.name);
        let next = self
            .at
            .checked_add(local(&entry).len() as u64)
            .and_then(|at| at.checked_add(entry.length))
            .filter(|&at| at < 1 << 62)
            .ok_or(TooLarge)?;
        self.directory += central(&entry, self.at).len() as u64;
        self.plan.offsets.push(self.at);
        self.plan.entries.push(entry);
        self.at = next;
        Ok(())
    }

    /// The files so far, with the names that they have in the ZIP.
    pub fn entries(&self) -> &[Entry] {
        &self.plan.entries
    }

    /// The ZIP of these files.
    pub fn finish(self) -> Plan {
        let mut plan = self.plan;
        plan.directory = self.at..self.at + self.directory;
        plan.length = plan.directory.end + plan.end().len() as u64;
        plan
    }
}

/// A ZIP would be larger than any file can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooLarge;

impl std::fmt::Display for TooLarge {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("the files are too large for a ZIP")
    }
}

impl std::error::Error for TooLarge {}

#[cfg(test)]
mod tests;
