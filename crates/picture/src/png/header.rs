//! The header of a PNG: how large it is, and what its pixels are made of.

use super::super::reader::Reader;
use super::super::{CleanError, Limit, Result, Size};
use super::rows::Pass;
use crate::reason::Reason;

/// The passes of an interlaced picture: where its pixels begin, and how far they are from each other, across and down.
pub const PASSES: [(u32, u32, u32, u32); 7] = [
    (0, 0, 8, 8),
    (4, 0, 8, 8),
    (0, 4, 4, 8),
    (2, 0, 4, 4),
    (0, 2, 2, 4),
    (1, 0, 2, 2),
    (0, 1, 1, 2),
];

/// What the header says.
pub struct Header {
    pub size: Size,
    pub depth: u8,
    pub colour_type: u8,
    is_interlaced: bool,
}

impl Header {
    /// Reads the header's content.
    pub fn read(data: &[u8], limit: Limit) -> Result<Self> {
        const NONE: CleanError = CleanError::Damaged(Reason::NoHeader);
        let mut reader = Reader::new(data);
        let (width, height) = (reader.be32()?, reader.be32()?);
        let [depth, colour_type, packing, filter, interlacing] =
            reader.array().map_err(|_| NONE)?;
        if !reader.is_at_end() {
            return Err(NONE);
        }
        let size = limit.check(width, height)?;
        let can_be = match colour_type {
            0 => matches!(depth, 1 | 2 | 4 | 8 | 16),
            3 => matches!(depth, 1 | 2 | 4 | 8),
            2 | 4 | 6 => matches!(depth, 8 | 16),
            _ => false,
        };
        if !can_be || packing != 0 || filter != 0 || interlacing > 1 {
            return Err(CleanError::NotShown(Reason::PngHeader));
        }
        Ok(Self {
            size,
            depth,
            colour_type,
            is_interlaced: interlacing == 1,
        })
    }

    /// The passes that a picture of this kind and this size comes in.
    pub fn passes(&self, size: Size) -> Vec<Pass> {
        let channels = match self.colour_type {
            2 => 3,
            4 => 2,
            6 => 4,
            _ => 1,
        };
        let bits = channels * u64::from(self.depth);
        let pass = |width: u64, rows: u64| Pass {
            // Each row begins with its filter, and without columns there are no rows.
            bytes: 1 + (width * bits).div_ceil(8),
            rows: if width == 0 { 0 } else { rows },
            spare: match width * bits % 8 {
                0 => 0,
                used => 0xff >> used,
            },
        };
        let (width, height) = (u64::from(size.width), u64::from(size.height));
        if !self.is_interlaced {
            return vec![pass(width, height)];
        }
        PASSES
            .into_iter()
            .map(|(left, top, across, down)| {
                let (left, top) = (u64::from(left), u64::from(top));
                let (across, down) = (u64::from(across), u64::from(down));
                let columns = width.saturating_sub(left).div_ceil(across);
                pass(columns, height.saturating_sub(top).div_ceil(down))
            })
            .collect()
    }
}
