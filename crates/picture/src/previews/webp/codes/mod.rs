//! The memory for the code tables that a decoder builds for a lossless picture (RFC 9649, section 3). A few bytes can
//! ask for 65,536 groups of five tables with up to 80 KB each, and no header says how many there are: they are
//! walked through as the decoder does, and none is kept.

use super::super::super::Result;
use super::super::super::reader::ENDS;
use super::super::MAX_MEMORY;
use super::MALFORMED;

/// In which order the lengths of the codes come by which lengths are coded.
const ORDER: [usize; 19] = [
    17, 18, 0, 1, 2, 3, 4, 5, 16, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
];
/// Green with lengths of what is repeated, red, blue, transparency, distances to what is repeated.
const SYMBOLS: [usize; 5] = [256 + 24, 256, 256, 256, 40];
const GREEN: usize = 256;
const LENGTHS: usize = GREEN + 24;
/// Longer codes go from the table on to a tree.
const IN_TABLE: usize = 10;
const LONGEST: usize = 15;
/// A code in memory, with what an allocator needs for its two pieces.
const HEAD: u64 = 56 + 2 * 16;
/// The heads of a group, where the list of groups is moved to twice the room that it has.
const GROUP: u64 = 3 * 5 * 56;

/// The most memory in bytes that the tables take; from [`MAX_MEMORY`] on, nothing more is counted.
pub fn memory(data: &[u8]) -> Result<u64> {
    let mut bits = Bits::new(data);
    if bits.take(8)? != 0x2f {
        return Err(MALFORMED);
    }
    let (width, height) = (bits.take(14)? + 1, bits.take(14)? + 1);
    // Whether it has transparency, and a version that is always the same.
    bits.take(1)?;
    if bits.take(3)? != 0 {
        return Err(MALFORMED);
    }
    groups(&mut bits, width, height)
}

/// The same for transparency, which doesn't state its size.
pub fn memory_of_alpha(data: &[u8], width: u32, height: u32) -> Result<u64> {
    let (first, packed) = data.split_first().ok_or(ENDS)?;
    match first & 0x03 {
        1 => groups(&mut Bits::new(packed), width, height),
        _ => Ok(0),
    }
}

/// From the end of the header up to the first pixel.
fn groups(bits: &mut Bits<'_>, width: u32, height: u32) -> Result<u64> {
    let part = |length: u32, bits: u32| length.div_ceil(1 << bits);
    let (mut width, mut seen) = (width, [false; 4]);
    while bits.take(1)? == 1 {
        let kind = bits.take(2)?;
        if std::mem::replace(&mut seen[kind as usize], true) {
            return Err(MALFORMED);
        }
        match kind {
            0 | 1 => {
                let side = bits.take(3)? + 2;
                picture(bits, part(width, side), part(height, side))?;
            }
            2 => {}
            _ => {
                let colours = bits.take(8)? + 1;
                picture(bits, colours, 1)?;
                // Several pixels of few colours share one.
                let side = match colours {
                    ..=2 => 3,
                    3..=4 => 2,
                    5..=16 => 1,
                    _ => 0,
                };
                width = part(width, side);
            }
        }
    }
    let cache = cache(bits)?;
    let mut count = 1;
    if bits.take(1)? == 1 {
        let side = bits.take(3)? + 2;
        count = u64::from(picture(bits, part(width, side), part(height, side))?) + 1;
    }
    let mut memory = GROUP * count;
    for _ in 0..count {
        for symbols in SYMBOLS {
            let more = if symbols == LENGTHS { cache } else { 0 };
            memory += Code::read(bits, symbols + more)?.memory;
        }
        if memory > MAX_MEMORY {
            break;
        }
    }
    Ok(memory)
}

/// Walks through a picture within the picture, which has one group of codes; returns the highest group that its pixels
/// name, if it is about groups. All that is repeated has stood there before.
fn picture(bits: &mut Bits<'_>, width: u32, height: u32) -> Result<u32> {
    let cache = cache(bits)?;
    let green = Code::read(bits, SYMBOLS[0] + cache)?;
    let red = Code::read(bits, SYMBOLS[1])?;
    let blue = Code::read(bits, SYMBOLS[2])?;
    let alpha = Code::read(bits, SYMBOLS[3])?;
    let distance = Code::read(bits, SYMBOLS[4])?;
    let mut left = u64::from(width) * u64::from(height);
    let mut highest = 0;
    while left > 0 {
        let symbol = green.symbol(bits)?;
        let pixels = match usize::from(symbol) {
            ..GREEN => {
                highest = highest.max(red.symbol(bits)? << 8 | symbol);
                blue.symbol(bits)?;
                alpha.symbol(bits)?;
                1
            }
            GREEN..LENGTHS => {
                let length = repeated(bits, usize::from(symbol) - GREEN)?;
                let behind = distance.symbol(bits)?;
                repeated(bits, behind.into())?;
                length
            }
            // One of those that were remembered.
            _ => 1,
        };
        left = left.checked_sub(pixels).ok_or(MALFORMED)?;
        let is_all_one = [&green, &red, &blue, &alpha]
            .iter()
            .all(|code| code.is_single());
        if is_all_one && usize::from(symbol) < GREEN {
            break;
        }
    }
    Ok(highest.into())
}

/// A length or a distance: small ones by their symbol, others with more bits after it.
fn repeated(bits: &mut Bits<'_>, symbol: usize) -> Result<u64> {
    if symbol < 4 {
        return Ok(symbol as u64 + 1);
    }
    let more = (symbol - 2) >> 1;
    let start = (2 + (symbol as u64 & 1)) << more;
    let more = u32::try_from(more).map_err(|_| MALFORMED)?;
    Ok(start + u64::from(bits.take(more)?) + 1)
}

/// How many colours are remembered.
fn cache(bits: &mut Bits<'_>) -> Result<usize> {
    if bits.take(1)? == 0 {
        return Ok(0);
    }
    match bits.take(4)? {
        count @ 1..=11 => Ok(1 << count),
        _ => Err(MALFORMED),
    }
}

/// A code, and what the decoder's table for it takes.
struct Code {
    /// How many codes there are of each length.
    counts: [u16; LONGEST + 1],
    /// From the shortest code to the longest.
    symbols: Vec<u16>,
    memory: u64,
}

impl Code {
    fn read(bits: &mut Bits<'_>, alphabet: usize) -> Result<Self> {
        if bits.take(1)? == 0 {
            return Self::of(&lengths(bits, alphabet)?);
        }
        let is_pair = bits.take(1)? == 1;
        let width = if bits.take(1)? == 1 { 8 } else { 1 };
        let mut symbols = vec![bits.take(width)?];
        if is_pair {
            symbols.push(bits.take(8)?);
        }
        let symbols: Vec<u16> = symbols
            .into_iter()
            .filter_map(|symbol| u16::try_from(symbol).ok())
            .filter(|&symbol| usize::from(symbol) < alphabet)
            .collect();
        if symbols.len() != 1 + usize::from(is_pair) {
            return Err(MALFORMED);
        }
        let mut counts = [0; LONGEST + 1];
        let mut memory = HEAD;
        if is_pair {
            counts[1] = 2;
            memory += 2 * 4 + 3 * 16;
        }
        Ok(Self {
            counts,
            symbols,
            memory,
        })
    }

    /// The code in which each symbol has this length, or no code at all.
    fn of(lengths: &[u8]) -> Result<Self> {
        let mut counts = [0_u16; LONGEST + 1];
        for &length in lengths.iter().filter(|&&length| length > 0) {
            counts[usize::from(length)] += 1;
        }
        let longest = counts.iter().rposition(|&count| count > 0);
        let longest = longest.ok_or(MALFORMED)?;
        let mut symbols: Vec<u16> = (0..)
            .zip(lengths)
            .filter(|(_, length)| **length > 0)
            .map(|(symbol, _)| symbol)
            .collect();
        if symbols.len() == 1 {
            let counts = [0; LONGEST + 1];
            return Ok(Self {
                counts,
                symbols,
                memory: HEAD,
            });
        }
        // Every sequence of bits means something.
        let space = |(length, count): (usize, &u16)| u32::from(*count) << (LONGEST - length);
        if counts.iter().enumerate().map(space).sum::<u32>() != 1 << LONGEST {
            return Err(MALFORMED);
        }
        symbols.sort_by_key(|&symbol| lengths[usize::from(symbol)]);
        let in_tree: u64 = counts[IN_TABLE + 1..].iter().copied().map(u64::from).sum();
        let memory = HEAD + (4 << longest.min(IN_TABLE)) + 2 * 16 * in_tree;
        Ok(Self {
            counts,
            symbols,
            memory,
        })
    }

    /// Whether it needs no bits.
    fn is_single(&self) -> bool {
        self.symbols.len() == 1
    }

    /// Reads a symbol.
    fn symbol(&self, bits: &mut Bits<'_>) -> Result<u16> {
        let first = self.symbols.first();
        if self.is_single() {
            return first.copied().ok_or(MALFORMED);
        }
        let (mut code, mut start, mut place) = (0, 0, 0);
        for &count in &self.counts[1..] {
            code = code << 1 | bits.take(1)?;
            let count = u32::from(count);
            if code - start < count {
                let symbol = self.symbols.get((place + code - start) as usize);
                return symbol.copied().ok_or(MALFORMED);
            }
            place += count;
            start = (start + count) << 1;
        }
        Err(MALFORMED)
    }
}

/// The lengths of the codes of an alphabet, which are coded themselves.
fn lengths(bits: &mut Bits<'_>, alphabet: usize) -> Result<Vec<u8>> {
    let mut code = [0; ORDER.len()];
    let count = bits.take(4)? as usize + 4;
    for &place in ORDER.get(..count).ok_or(MALFORMED)? {
        code[place] = u8::try_from(bits.take(3)?).map_err(|_| MALFORMED)?;
    }
    let code = Code::of(&code)?;
    let mut left = alphabet;
    if bits.take(1)? == 1 {
        let width = 2 + 2 * bits.take(3)?;
        left = bits.take(width)? as usize + 2;
        if left > alphabet {
            return Err(MALFORMED);
        }
    }
    let (mut lengths, mut last) = (Vec::with_capacity(alphabet), 8);
    while lengths.len() < alphabet && left > 0 {
        left -= 1;
        let (length, times) = match code.symbol(bits)? {
            16 => (last, 3 + bits.take(2)?),
            17 => (0, 3 + bits.take(3)?),
            18 => (0, 11 + bits.take(7)?),
            length => (u8::try_from(length).map_err(|_| MALFORMED)?, 1),
        };
        if length > 0 {
            last = length;
        }
        let end = lengths.len() + times as usize;
        if end > alphabet {
            return Err(MALFORMED);
        }
        lengths.resize(end, length);
    }
    lengths.resize(alphabet, 0);
    Ok(lengths)
}

/// Reads bits, of each byte the lowest first.
struct Bits<'a> {
    rest: &'a [u8],
    ahead: u64,
    count: u32,
}

impl<'a> Bits<'a> {
    fn new(rest: &'a [u8]) -> Self {
        Self {
            rest,
            ahead: 0,
            count: 0,
        }
    }

    /// The next bits, at most 32, the first of them the lowest.
    fn take(&mut self, count: u32) -> Result<u32> {
        while self.count < count {
            let (&byte, rest) = self.rest.split_first().ok_or(ENDS)?;
            self.rest = rest;
            self.ahead |= u64::from(byte) << self.count;
            self.count += 8;
        }
        let taken = self.ahead & ((1 << count) - 1);
        self.ahead >>= count;
        self.count -= count;
        u32::try_from(taken).map_err(|_| MALFORMED)
    }
}

#[cfg(test)]
mod tests;
