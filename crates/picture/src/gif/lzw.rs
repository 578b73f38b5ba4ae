//! The packed pixels of a GIF: counted code by code to find where they end, and never unpacked (GIF89a, appendix F).

use super::super::{CleanError, Result};
use crate::reason::Reason;

/// The longest codes, in bits.
const LONGEST: u32 = 12;

/// What is found in the data of a picture.
pub struct Pixels {
    /// How many pixels there are.
    pub count: u64,
    /// What stays of the data, without what follows the pixels.
    pub data: Vec<u8>,
}

/// Counts the pixels in data that comes in pieces, up to `wanted`.
///
/// # Errors
/// Codes whose minimum size is too small, which no browser shows.
pub fn pixels<'a>(
    first_size: u8,
    pieces: impl Iterator<Item = &'a [u8]>,
    wanted: u64,
) -> Result<Pixels> {
    if !(1..=8).contains(&first_size) {
        return Err(CleanError::NotShown(Reason::GifCodeLength));
    }
    let clear = 1_u32 << first_size;
    let end = clear + 1;
    let mut size = u32::from(first_size) + 1;
    // How many pixels each code stands for, and the one before.
    let mut lengths = vec![0_u32; 1 << LONGEST];
    lengths[..clear as usize].fill(1);
    let mut next = end + 1;
    let mut previous = None;
    let (mut bits, mut filled) = (0_u32, 0_u32);
    let mut found = Pixels {
        count: 0,
        data: Vec::new(),
    };
    // How many bits belong to codes that count.
    let mut used = 0_u64;
    for &byte in pieces.flatten() {
        found.data.push(byte);
        bits |= u32::from(byte) << filled;
        filled += 8;
        while filled >= size {
            let code = bits & ((1 << size) - 1);
            if code == end || (found.count >= wanted && code != clear) {
                return Ok(found.ending(used, end, size));
            }
            bits >>= size;
            filled -= size;
            used += u64::from(size);
            if code == clear {
                // All pixels are there, and a last code says so.
                if found.count >= wanted && next == end + 1 {
                    return Ok(found.ending(used, end, u32::from(first_size) + 1));
                }
                (next, size, previous) = (end + 1, u32::from(first_size) + 1, None);
                continue;
            }
            let length = match previous {
                _ if code < next => lengths[code as usize],
                Some(before) => before + 1,
                None => return Ok(found),
            };
            if code > next {
                return Ok(found);
            }
            found.count += u64::from(length);
            if let Some(before) = previous.filter(|_| next < 1 << LONGEST) {
                lengths[next as usize] = before + 1;
                next += 1;
                if next == 1 << size && size < LONGEST {
                    size += 1;
                }
            }
            previous = Some(length);
        }
    }
    match found.count >= wanted {
        true => Ok(found.ending(used, end, size)),
        // What stops early stays as it is: decoders show what came before.
        false => Ok(found),
    }
}

impl Pixels {
    /// Ends the data after this many bits with the code for it.
    fn ending(mut self, used: u64, end: u32, size: u32) -> Self {
        let whole = usize::try_from(used / 8).unwrap_or(usize::MAX);
        let over = (used % 8) as u32;
        let last = self.data.get(whole).copied().unwrap_or_default();
        let edits = u32::from(last) & ((1 << over) - 1);
        let bytes = (edits | end << over).to_le_bytes();
        self.data.truncate(whole);
        let count = (over + size).div_ceil(8) as usize;
        self.data.extend_from_slice(&bytes[..count]);
        self
    }
}
