//! Tables of runs: how many consecutive samples or chunks there are, and what is said of each of them.

use std::ops::Range;

/// Runs of samples that there are, of a table in the old head.
#[derive(Clone)]
pub struct Runs {
    /// The entries of the table. Those that are about nothing could say anything.
    entries: Range<usize>,
    /// How many samples there are.
    samples: u32,
    /// How many runs are left.
    pub count: u32,
}

impl Runs {
    /// The width of an entry, in bytes.
    pub const WIDTH: usize = 8;

    /// Those of a table whose entries, of [`Self::WIDTH`], are there.
    pub fn of(entries: Range<usize>, samples: u32, moov: &[u8]) -> Self {
        let mut runs = Self {
            entries,
            samples,
            count: 0,
        };
        runs.count = u32::try_from(runs.all(moov).count()).unwrap_or(u32::MAX);
        runs
    }

    /// How many samples each has, and what is said of these: neither runs of no samples, nor any that follow the last sample.
    pub fn all<'a>(&self, moov: &'a [u8]) -> impl Iterator<Item = (u32, [u8; 4])> + use<'a> {
        let (entries, _) = moov[self.entries.clone()].as_chunks::<{ Self::WIDTH }>();
        let mut entries = entries.iter();
        let mut left = self.samples;
        std::iter::from_fn(move || {
            while left > 0 {
                let &[a, b, c, d, ref value @ ..] = entries.next()?;
                let count = u32::from_be_bytes([a, b, c, d]).min(left);
                left -= count;
                if count > 0 {
                    return Some((count, *value));
                }
            }
            None
        })
    }
}

/// Which formats of a track its chunks have. Those have numbers from 1 to 16.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Used(u32);

impl Used {
    /// The width of an entry of the table of chunks, in bytes: its last four have the number of a format.
    pub const WIDTH: usize = 12;

    /// Those of these entries.
    pub fn of<'a>(chunks: impl Iterator<Item = &'a [u8]>) -> Self {
        let numbers = chunks.map(|entry| number(&entry[8..]));
        Self(numbers.fold(0, |used, number| used | bit(number)))
    }

    pub fn has(self, number: u32) -> bool {
        self.0 & bit(number) != 0
    }

    /// The number of a format where there are no others than these.
    pub fn renumbered(self, format: &[u8]) -> u32 {
        let before = bit(number(format)).wrapping_sub(1);
        (self.0 & before).count_ones() + 1
    }
}

fn number(bytes: &[u8]) -> u32 {
    bytes
        .iter()
        .fold(0, |number, &byte| number << 8 | u32::from(byte))
}

/// Nothing for numbers that are too large; they are refused elsewhere, as is 0.
fn bit(number: u32) -> u32 {
    1_u32.checked_shl(number).unwrap_or(0) & !1
}
