//! The new head, as a list of its parts: its tables stay where they are in the old one.

use std::ops::Range;

use super::runs::{Runs, Used};
use crate::Result;
use crate::output::Output;

/// The parts, in order.
#[derive(Clone, Default)]
pub struct Parts(Vec<One>);

#[derive(Clone)]
enum One {
    /// Other bytes.
    Own(Vec<u8>),
    /// A range of the old head.
    Copy(Range<usize>),
    /// Runs of the old head.
    Runs(Runs),
    /// The same of chunks, with other numbers for formats.
    Chunks(Range<usize>, Used),
    /// Where the chunks of a track are, and their number.
    Offsets { track: usize, count: u32 },
}

impl One {
    fn length(&self, wide: bool) -> u64 {
        match self {
            Self::Own(bytes) => bytes.len() as u64,
            Self::Copy(range) | Self::Chunks(range, _) => range.len() as u64,
            Self::Runs(runs) => u64::from(runs.count) * Runs::WIDTH as u64,
            Self::Offsets { count, .. } => 16 + u64::from(*count) * if wide { 8 } else { 4 },
        }
    }
}

impl Parts {
    /// Appends bytes.
    pub fn own(&mut self, bytes: Vec<u8>) {
        self.0.push(One::Own(bytes));
    }

    /// Appends a range of the old head.
    pub fn copy(&mut self, range: Range<usize>) {
        self.0.push(One::Copy(range));
    }

    /// Appends runs of the old head.
    pub fn runs(&mut self, runs: Runs) {
        self.0.push(One::Runs(runs));
    }

    /// Appends runs of chunks of the old head.
    pub fn chunks(&mut self, range: Range<usize>, used: Used) {
        self.0.push(One::Chunks(range, used));
    }

    /// Appends the table of where the chunks of a track are.
    pub fn offsets(&mut self, track: usize, count: u32) {
        self.0.push(One::Offsets { track, count });
    }

    /// Appends all parts of another list.
    pub fn append(&mut self, mut other: Self) {
        self.0.append(&mut other.0);
    }

    /// A box with all of them in it.
    pub fn wrap(mut self, kind: &[u8; 4], wide: bool) -> Self {
        let length = u32::try_from(self.length(wide) + 8).unwrap_or(u32::MAX);
        let header = [&length.to_be_bytes()[..], kind].concat();
        self.0.insert(0, One::Own(header));
        self
    }

    /// The length of all of them in bytes, with offsets of 64 bits or of 32.
    pub fn length(&self, wide: bool) -> u64 {
        self.0.iter().map(|part| part.length(wide)).sum()
    }

    /// Writes them; `offsets` has those of a track.
    pub fn write(
        &self,
        old: &[u8],
        offsets: impl Fn(usize) -> Vec<u64>,
        wide: bool,
        output: &mut Output<'_>,
    ) -> Result<()> {
        for part in &self.0 {
            match part {
                One::Own(bytes) => output.write(bytes)?,
                One::Copy(range) => output.write(&old[range.clone()])?,
                One::Runs(runs) => {
                    for (count, value) in runs.all(old) {
                        output.write(&count.to_be_bytes())?;
                        output.write(&value)?;
                    }
                }
                One::Chunks(range, used) => {
                    let (entries, _) = old[range.clone()].as_chunks::<{ Used::WIDTH }>();
                    for entry in entries {
                        let (chunks, format) = entry.split_at(8);
                        output.write(chunks)?;
                        output.write(&used.renumbered(format).to_be_bytes())?;
                    }
                }
                One::Offsets { track, count } => {
                    let length = u32::try_from(part.length(wide)).unwrap_or(u32::MAX);
                    output.write(&length.to_be_bytes())?;
                    output.write(if wide {
                        b"co64\0\0\0\0"
                    } else {
                        b"stco\0\0\0\0"
                    })?;
                    output.write(&count.to_be_bytes())?;
                    for offset in offsets(*track) {
                        let bytes = offset.to_be_bytes();
                        output.write(if wide { &bytes } else { &bytes[4..] })?;
                    }
                }
            }
        }
        Ok(())
    }
}
