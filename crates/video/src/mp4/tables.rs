//! The tables of a track. Their entries stay in the old head; here is where.

use std::ops::Range;

use super::boxes::Part;
use super::parts::Parts;
use super::runs::{Runs, Used};
use crate::fields::Fields;
use crate::{Refusal, Result};

/// Entries of one size.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// Where the first begins in the head.
    start: usize,
    pub count: usize,
    /// The size of one, in bytes.
    width: usize,
    pub version: u8,
}

impl Table {
    /// A box with a version, flags, a count, and that many entries.
    pub fn read(part: &Part<'_>, width: impl Fn(u8) -> usize) -> Result<Self> {
        let (version, _, mut fields) = part.full()?;
        let count = fields.u32()?;
        Self::of(part, fields, count, width(version), version)
    }

    /// A box of which the fields in front of the entries were read.
    pub fn of(
        part: &Part<'_>,
        fields: Fields<'_>,
        count: u32,
        width: usize,
        version: u8,
    ) -> Result<Self> {
        let count = usize::try_from(count).map_err(|_| Refusal::Counts)?;
        match count.checked_mul(width) {
            Some(length) if length <= fields.0.len() => Ok(Self {
                start: part.start + part.payload.len() - fields.0.len(),
                count,
                width,
                version,
            }),
            _ => Err(Refusal::Counts.into()),
        }
    }

    /// Where its entries are in the head.
    pub fn range(&self) -> Range<usize> {
        self.start..self.start + self.count * self.width
    }

    /// The entries.
    pub fn entries<'a>(&self, moov: &'a [u8]) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        moov[self.range()].chunks_exact(self.width.max(1))
    }

    /// Drops the entries from the first on that isn't wanted.
    pub fn keep_while(&mut self, moov: &[u8], wanted: impl FnMut(&&[u8]) -> bool) {
        self.count = self.entries(moov).take_while(wanted).count();
    }

    /// How long all edits last together, if this is a list of those.
    pub fn sum_of_durations(&self, moov: &[u8]) -> u64 {
        let version = self.version;
        let durations = self
            .entries(moov)
            .map(|entry| Fields(entry).by_version(version).unwrap_or(0));
        durations.fold(0, u64::saturating_add)
    }

    /// The box again, with these entries and nothing else.
    pub fn write(&self, kind: &[u8; 4], parts: &mut Parts) {
        self.write_with(kind, &[], parts);
    }

    /// The same, with more fields in front of the count.
    pub fn write_with(&self, kind: &[u8; 4], fields: &[u8], parts: &mut Parts) {
        parts.own(self.header(kind, fields, self.count));
        parts.copy(self.range());
    }

    /// The box again, with these runs of it and nothing else.
    pub fn write_runs(&self, kind: &[u8; 4], fields: &[u8], runs: Runs, parts: &mut Parts) {
        let count = usize::try_from(runs.count).unwrap_or(usize::MAX);
        parts.own(self.header(kind, fields, count));
        parts.runs(runs);
    }

    /// How many samples a chunk has, and of which formats, if this is a list of those.
    pub fn write_chunks(&self, used: Used, parts: &mut Parts) {
        parts.own(self.header(b"stsc", &[], self.count));
        parts.chunks(self.range(), used);
    }

    /// What precedes `count` entries in such a box.
    pub fn header(&self, kind: &[u8; 4], fields: &[u8], count: usize) -> Vec<u8> {
        let entries = count.saturating_mul(self.width);
        let length = 16_usize
            .saturating_add(fields.len())
            .saturating_add(entries);
        let mut header = Vec::new();
        header.extend_from_slice(&u32::try_from(length).unwrap_or(u32::MAX).to_be_bytes());
        header.extend_from_slice(kind);
        header.extend_from_slice(&[self.version, 0, 0, 0]);
        header.extend_from_slice(fields);
        header.extend_from_slice(&u32::try_from(count).unwrap_or(u32::MAX).to_be_bytes());
        header
    }
}

/// The sizes of samples.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sizes {
    /// All have the same, in bytes; `written` is what the table says it is.
    Fixed { size: u32, written: u32, count: u32 },
    /// Each has its own.
    Each(Table),
    /// Each has its own, of this many bits.
    Packed { table: Table, bits: u8, count: u32 },
}

impl Sizes {
    /// The table of one or of the other kind.
    pub fn read(plain: Option<&Part<'_>>, packed: Option<&Part<'_>>) -> Result<Self> {
        match (plain, packed) {
            (Some(_), Some(_)) => Err(Refusal::Twice.into()),
            (None, None) => Err(Refusal::MissingPart.into()),
            (Some(part), None) => {
                let (version, _, mut fields) = part.full()?;
                let (size, count) = (fields.u32()?, fields.u32()?);
                match size {
                    0 => Ok(Self::Each(Table::of(part, fields, count, 4, version)?)),
                    size => Ok(Self::Fixed {
                        size,
                        written: size,
                        count,
                    }),
                }
            }
            (None, Some(part)) => {
                let (version, _, mut fields) = part.full()?;
                let [_, _, _, bits] = fields.array()?;
                let count = fields.u32()?;
                let bytes = match bits {
                    4 => count.div_ceil(2),
                    8 => count,
                    16 => count.checked_mul(2).ok_or(Refusal::Counts)?,
                    _ => return Err(Refusal::MalformedPart.into()),
                };
                let table = Table::of(part, fields, bytes, 1, version)?;
                Ok(Self::Packed { table, bits, count })
            }
        }
    }

    /// How many samples there are.
    pub fn count(&self) -> u32 {
        match self {
            Self::Fixed { count, .. } | Self::Packed { count, .. } => *count,
            Self::Each(table) => u32::try_from(table.count).unwrap_or(u32::MAX),
        }
    }

    /// The size of some samples together, in bytes.
    pub fn sum(&self, moov: &[u8], samples: Range<u32>) -> u64 {
        let range = samples.start as usize..samples.end as usize;
        match self {
            Self::Fixed { size, .. } => u64::from(*size) * range.len() as u64,
            Self::Each(table) => {
                let bytes = &moov[table.start + range.start * 4..table.start + range.end * 4];
                let sizes = bytes.chunks_exact(4);
                sizes
                    .map(|size| u64::from(u32::from_be_bytes([size[0], size[1], size[2], size[3]])))
                    .sum()
            }
            Self::Packed { table, bits, .. } => {
                let byte = |at: usize| moov[table.start + at];
                let size = |sample: usize| match bits {
                    4 => u64::from(byte(sample / 2) >> (4 * (1 - sample % 2)) & 15),
                    8 => u64::from(byte(sample)),
                    _ => u64::from(u16::from_be_bytes([byte(sample * 2), byte(sample * 2 + 1)])),
                };
                range.map(size).sum()
            }
        }
    }

    /// The box again.
    pub fn write(&self, parts: &mut Parts) {
        match self {
            Self::Fixed { written, count, .. } => {
                let fields = [0, *written, *count].map(u32::to_be_bytes);
                parts.own(super::boxes::make(b"stsz", fields.as_flattened()));
            }
            Self::Each(table) => table.write_with(b"stsz", &[0; 4], parts),
            Self::Packed { table, bits, count } => {
                let mut fields = vec![0, 0, 0, 0, 0, 0, 0, *bits];
                fields.extend_from_slice(&count.to_be_bytes());
                let length = u32::try_from(8 + fields.len() + table.count).unwrap_or(u32::MAX);
                parts.own([&length.to_be_bytes()[..], b"stz2", &fields].concat());
                parts.copy(table.range());
            }
        }
    }
}

/// Whether five numbers are about when pictures are shown: by how much all could be shifted, the least and the greatest delay, and when
/// the first begins to be shown and the last has been.
fn is_about(fields: &[u8], delays: &Runs, moov: &[u8], lasts: u64) -> bool {
    let mut numbers = fields.chunks_exact(fields.len() / 5).map(|number| {
        let is_negative = number.first().is_some_and(|&byte| byte >= 0x80);
        let start = if is_negative { -1 } else { 0 };
        number
            .iter()
            .fold(start, |number: i64, &byte| number << 8 | i64::from(byte))
    });
    let mut next = || numbers.next().unwrap_or(0);
    let (shift, told, end) = (next(), (next(), next()), (next(), next()));
    let delays = || {
        let all = delays.all(moov);
        all.map(|(_, delay)| i64::from(i32::from_be_bytes(delay)))
    };
    let (Some(least), Some(greatest)) = (delays().min(), delays().max()) else {
        return false;
    };
    let largest = least.unsigned_abs().max(greatest.unsigned_abs());
    let longest = lasts.saturating_add(largest.saturating_mul(2));
    told == (least, greatest)
        && shift.unsigned_abs() <= largest
        && end.0.unsigned_abs() <= longest
        && end.1.unsigned_abs() <= longest
}

/// The tables that decoding and seeking need, but for those of samples and chunks; and how many ticks the samples last.
pub fn timing(stbl: &[Part<'_>], moov: &[u8], samples: u32) -> Result<(Parts, u64)> {
    let mut parts = Parts::default();
    let stts = super::boxes::one(stbl, b"stts")?.ok_or(Refusal::MissingPart)?;
    let table = Table::read(stts, |_| Runs::WIDTH)?;
    let runs = Runs::of(table.range(), samples, moov);
    let ticks = runs
        .all(moov)
        .map(|(count, each)| u64::from(count) * u64::from(u32::from_be_bytes(each)));
    let lasts = ticks.fold(0, u64::saturating_add);
    table.write_runs(b"stts", &[], runs, &mut parts);
    if let Some(part) = super::boxes::one(stbl, b"ctts")? {
        let table = Table::read(part, |_| Runs::WIDTH)?;
        let runs = Runs::of(table.range(), samples, moov);
        table.write_runs(b"ctts", &[], runs.clone(), &mut parts);
        if let Some(part) = super::boxes::one(stbl, b"cslg")? {
            let (version, _, mut fields) = part.full()?;
            let fields = fields.take(if version == 0 { 20 } else { 40 })?;
            if is_about(fields, &runs, moov, lasts) {
                parts.own(super::boxes::make(
                    b"cslg",
                    &[&[version, 0, 0, 0], fields].concat(),
                ));
            }
        }
    }
    for kind in [b"stss", b"stps"] {
        if let Some(part) = super::boxes::one(stbl, kind)? {
            let mut table = Table::read(part, |_| 4)?;
            let mut before = 0;
            table.keep_while(moov, |entry| {
                let sample = u32::from_be_bytes([entry[0], entry[1], entry[2], entry[3]]);
                let wanted = sample > before && sample <= samples;
                before = sample;
                wanted
            });
            table.write(kind, &mut parts);
        }
    }
    if let Some(part) = super::boxes::one(stbl, b"sdtp")? {
        let (_, _, fields) = part.full()?;
        // It has no count of its own, so one of another length isn't about these samples.
        if fields.0.len() == samples as usize {
            let length = u32::try_from(12 + fields.0.len()).unwrap_or(u32::MAX);
            parts.own([&length.to_be_bytes()[..], b"sdtp\0\0\0\0"].concat());
            parts.copy(part.start + 4..part.start + part.payload.len());
        }
    }
    Ok((parts, lasts))
}
