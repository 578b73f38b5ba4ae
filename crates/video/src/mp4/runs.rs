//! Tables of runs: how many consecutive samples there are, and what is said of each of them.

use std::ops::Range;

use super::tables::Table;

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

    /// Those of a table of entries of [`Self::WIDTH`].
    pub fn of(table: &Table, samples: u32, moov: &[u8]) -> Self {
        let mut runs = Self {
            entries: table.range(),
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
