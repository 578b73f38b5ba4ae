//! Codes of variable length and their bits (ITU T.81, annexes C and F): how far each reaches, and never
//! which colour it means.

use std::sync::OnceLock;

use super::super::{CleanError, Result};
use super::strides::{STEPS, Strides, WINDOW, strides};
use crate::reason::Reason;

/// Codes up to this length, which are nearly all, are found in one step.
const QUICK: u32 = 9;
/// The longest codes have as many bits.
const LONGEST: usize = 16;

/// A table of codes, each with the symbol that it stands for.
#[derive(Clone)]
pub struct Codes {
    /// By the next bits: the symbol and the length of its code; a length of 0 where the code is longer.
    quick: Box<[(u8, u8); 1 << QUICK]>,
    /// The first number that is too large for a code of each length, with its bits to the left of sixteen.
    beyond: [u32; LONGEST],
    /// What leads from a code of each length to its symbol.
    offsets: [i32; LONGEST],
    symbols: Vec<u8>,
    /// Worked out where a scan needs them.
    strides: OnceLock<Box<Strides>>,
}

impl Codes {
    /// Makes the table out of how many codes of each length there are, and their symbols. `is_first` for a table of the
    /// first coefficients, which has fewer symbols.
    pub fn new(counts: &[u8; LONGEST], symbols: &[u8], is_first: bool) -> Result<Self> {
        const MALFORMED: CleanError = CleanError::Damaged(Reason::MalformedTable);
        if symbols.len() > 256 || (is_first && symbols.iter().any(|&symbol| symbol > 15)) {
            return Err(MALFORMED);
        }
        let mut codes = Self {
            quick: Box::new([(0, 0); 1 << QUICK]),
            beyond: [0; LONGEST],
            offsets: [0; LONGEST],
            symbols: symbols.to_vec(),
            strides: OnceLock::new(),
        };
        let (mut code, mut index) = (0_u32, 0_usize);
        for (at, &count) in counts.iter().enumerate() {
            let length = u32::try_from(at).unwrap_or_default() + 1;
            let first = i32::try_from(code).map_err(|_| MALFORMED)?;
            codes.offsets[at] = i32::try_from(index).map_err(|_| MALFORMED)? - first;
            for &symbol in symbols
                .get(index..)
                .unwrap_or_default()
                .iter()
                .take(count.into())
            {
                if let Some(free) = QUICK.checked_sub(length) {
                    let (start, span) = ((code as usize) << free, 1 << free);
                    let entries = codes.quick.get_mut(start..start + span);
                    entries.ok_or(MALFORMED)?.fill((symbol, length as u8));
                }
                code += 1;
            }
            // No code consists of ones alone.
            if index < symbols.len() && code >= 1 << length {
                return Err(MALFORMED);
            }
            index += usize::from(count);
            codes.beyond[at] = code << (LONGEST - at - 1);
            code <<= 1;
        }
        Ok(codes)
    }

    /// The symbol that comes next. A code that there isn't counts as 0, as in the decoder of browsers.
    #[inline]
    pub fn next(&self, bits: &mut Bits<'_>) -> u8 {
        bits.fill();
        let (symbol, length) = self.quick[bits.peek(QUICK) as usize];
        if length != 0 {
            bits.skip(length.into());
            return symbol;
        }
        self.next_long(bits)
    }

    #[cold]
    fn next_long(&self, bits: &mut Bits<'_>) -> u8 {
        let found = self.find_long(bits.peek(16));
        let (symbol, length) = found.unwrap_or((0, 17));
        bits.skip(length);
        symbol
    }

    /// The symbol whose code these sixteen bits begin with, and the length of the code.
    pub fn find(&self, next: u32) -> Option<(u8, u32)> {
        match self.quick[(next >> (16 - QUICK)) as usize] {
            (_, 0) => self.find_long(next),
            (symbol, length) => Some((symbol, length.into())),
        }
    }

    fn find_long(&self, next: u32) -> Option<(u8, u32)> {
        let at = (QUICK as usize..LONGEST).find(|&at| next < self.beyond[at])?;
        let code = i32::try_from(next >> (LONGEST - at - 1)).unwrap_or(i32::MAX);
        let index = usize::try_from(code.saturating_add(self.offsets[at])).ok();
        let symbol = index.and_then(|index| self.symbols.get(index));
        Some((symbol.copied().unwrap_or_default(), at as u32 + 1))
    }

    /// Passes over all coefficients of a block but the first.
    #[inline]
    pub fn pass_block(&self, strides: &Strides, bits: &mut Bits<'_>) {
        let mut at = 1;
        while at < 64 {
            bits.fill();
            let stride = strides[bits.peek(WINDOW) as usize];
            if stride.bits != 0 && at + stride.before_last < 64 {
                bits.skip(stride.bits.into());
                at += stride.steps;
            } else {
                let symbol = self.next(bits);
                bits.skip((symbol & 0x0f).into());
                at += STEPS[usize::from(symbol)];
            }
        }
    }

    /// Steps over several coefficients at once.
    pub fn strides(&self) -> &Strides {
        self.strides.get_or_init(|| strides(|next| self.find(next)))
    }
}

/// Entropy-coded data up to the next marker, bit by bit.
pub struct Bits<'a> {
    data: &'a [u8],
    /// The next byte that isn't in the buffer yet.
    at: usize,
    /// The next bits, from the left.
    buffer: u64,
    /// How many bits are in the buffer.
    count: u32,
    /// How many of those aren't data, but zeros after its end.
    beyond: u32,
    /// Fill bytes of 0xff before a byte of data; they have no meaning.
    pub has_fill: bool,
    ended: bool,
}

impl<'a> Bits<'a> {
    pub fn new(data: &'a [u8], at: usize) -> Self {
        Self {
            data,
            at,
            buffer: 0,
            count: 0,
            beyond: 0,
            has_fill: false,
            ended: false,
        }
    }

    /// Makes sure that there are 32 bits, which is as much as a code and what follows it have together.
    #[inline]
    fn fill(&mut self) {
        if self.count >= 32 {
            return;
        }
        let next = self.data.get(self.at..).and_then(|rest| rest.first_chunk());
        if let Some(word) = next.copied().map(u32::from_be_bytes) {
            // Whether one of the four is 0xff.
            if word & 0x8080_8080 & (!word).wrapping_sub(0x0101_0101) == 0 {
                self.buffer |= u64::from(word) << (32 - self.count);
                self.count += 32;
                self.at += 4;
                return;
            }
        }
        self.fill_slowly();
    }

    #[cold]
    fn fill_slowly(&mut self) {
        while self.count <= 56 {
            match self.byte() {
                Some(byte) => self.buffer |= u64::from(byte) << (56 - self.count),
                None => self.beyond += 8,
            }
            self.count += 8;
        }
    }

    fn byte(&mut self) -> Option<u8> {
        if self.ended {
            return None;
        }
        match self.data.get(self.at) {
            Some(0xff) => {
                let behind = &self.data[self.at + 1..];
                let fill = behind.iter().position(|&byte| byte != 0xff);
                let fill = fill.filter(|&fill| behind[fill] == 0);
                self.ended = fill.is_none();
                self.has_fill |= fill? > 0;
                self.at += fill? + 2;
                Some(0xff)
            }
            Some(&byte) => {
                self.at += 1;
                Some(byte)
            }
            None => None,
        }
    }

    #[inline]
    fn peek(&self, count: u32) -> u32 {
        (self.buffer >> (64 - count)) as u32
    }

    /// Passes over at most 32 bits that are in the buffer.
    #[inline]
    pub fn skip(&mut self, count: u32) {
        self.buffer <<= count;
        self.count = self.count.saturating_sub(count);
    }

    /// The next bits, at most sixteen.
    pub fn take(&mut self, count: u32) -> u32 {
        self.fill();
        let taken = (self.buffer >> 32 >> (32 - count)) as u32;
        self.skip(count);
        taken
    }

    /// Passes over any number of bits, as far as there are some.
    pub fn pass(&mut self, mut count: u32) {
        while count > 0 && !self.is_beyond() {
            let now = count.min(32);
            self.fill();
            self.skip(now);
            count -= now;
        }
    }

    /// Whether more was read than there is.
    #[inline]
    pub fn is_beyond(&self) -> bool {
        self.beyond > self.count
    }

    /// How many bits were passed over of data without markers.
    #[cfg(test)]
    pub fn place(&self) -> usize {
        (self.at + self.beyond as usize / 8) * 8 - self.count as usize
    }

    /// Where the data ends that bits were read from.
    pub fn end(&self) -> usize {
        let mut end = self.at;
        for _ in 0..self.count.saturating_sub(self.beyond) / 8 {
            end -= match self.data.get(..end) {
                Some([.., 0xff, 0x00]) => 2,
                _ => 1,
            };
            // Fill bytes there belong to the byte that was skipped.
            while self.has_fill && self.data[..end].ends_with(&[0xff]) {
                end -= 1;
            }
        }
        end
    }
}
