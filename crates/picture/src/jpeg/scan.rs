//! Walks through the entropy-coded data of a scan, block by block, to find where it ends (ITU T.81, annexes F and G).

use std::ops::Range;

use memchr::memchr;

use super::super::edit_list::EditList;
use super::huffman::{Bits, Codes};
use super::strides::Strides;

/// What is in a scan.
pub struct Scan<'a> {
    pub pass: Pass<'a>,
    /// How many units there are.
    pub units: usize,
    /// After how many units the data restarts after a marker; 0 for never.
    pub restart: usize,
}

/// What a unit has.
pub enum Pass<'a> {
    /// All coefficients of blocks.
    Sequential(Vec<Block<'a>>),
    /// The first coefficient of blocks.
    First(Vec<&'a Codes>),
    /// One more bit of the first coefficient of this many blocks.
    FirstAgain(u32),
    /// Some coefficients of one block.
    Band(Band<'a>),
    /// One more bit of some coefficients of one block.
    BandAgain(Band<'a>),
}

/// A block with the codes of its first coefficient, and of the others.
#[derive(Clone, Copy)]
pub struct Block<'a> {
    pub first: &'a Codes,
    pub others: &'a Codes,
    pub strides: &'a Strides,
}

/// Coefficients from one to another of all blocks of one component.
pub struct Band<'a> {
    pub codes: &'a Codes,
    pub coefficients: (u32, u32),
    pub history: &'a mut [u64],
}

/// What a walk has found.
pub struct Walked {
    /// Where the scan ends; what follows isn't part of it.
    pub end: usize,
    /// What stays of it.
    pub edits: EditList,
    /// Whether all units were there.
    pub is_whole: bool,
}

/// Walks through the scan whose data begins at this place of a file.
///
/// A scan with restarts whose numbers are wrong though nothing of it is missing gets the right ones. Where something is
/// missing, or too much, a decoder has only the numbers to find its place by, so they are followed as in the decoder of browsers.
pub fn walk(file: &[u8], start: usize, mut scan: Scan<'_>) -> Walked {
    let data = &file[start..];
    if scan.restart > 0 && has_only_wrong_numbers(data, scan.units.div_ceil(scan.restart)) {
        let history = scan.pass.history().map(|history| history.to_vec());
        let (walked, is_exact) = walk_by(Order::Place, data, start, &mut scan);
        if is_exact {
            return walked;
        }
        if let Some((now, before)) = scan.pass.history().zip(history) {
            now.copy_from_slice(&before);
        }
    }
    walk_by(Order::Number, data, start, &mut scan).0
}

/// Whether a scan has as many intervals as it needs, but with other numbers.
fn has_only_wrong_numbers(data: &[u8], needed: usize) -> bool {
    let (mut at, mut count, mut are_right) = (0, 1, true);
    while let Some((marker, code @ 0xd0..=0xd7)) = next_marker(data, at) {
        are_right &= usize::from(code & 7) == (count - 1) % 8;
        count += 1;
        at = marker + 2;
    }
    !are_right && count == needed
}

/// What distinguishes the intervals of a scan.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Order {
    Place,
    Number,
}

/// Walks through a scan; returns whether each of its intervals has exactly its units.
fn walk_by(order: Order, data: &[u8], start: usize, scan: &mut Scan<'_>) -> (Walked, bool) {
    let mut output = Output {
        data,
        same: 0,
        own: None,
    };
    let (mut at, mut done) = (0, 0);
    let (mut is_whole, mut is_exact) = (true, true);
    let mut number = 0;
    let mut is_there = true;
    loop {
        let next = match scan.restart {
            0 => scan.units,
            units => scan.units.min(done + units),
        };
        if is_there {
            let mut bits = Bits::new(data, at);
            scan.pass.interval(&mut bits, done..next);
            is_whole &= !bits.is_beyond();
            let end = bits.end();
            output.data(at..end, bits.has_fill);
            at = end;
            let behind = next_marker(data, at).map(|(marker, _)| &data[at..marker]);
            is_exact &= is_whole && behind.is_none_or(|rest| rest.iter().all(|&byte| byte == 0xff));
        }
        done = next;
        if done == scan.units {
            break;
        }
        match next_restart(data, at, number, order) {
            Restart::Here(marker, code) => {
                output.restart(marker, code, number);
                at = marker + 2;
                is_there = true;
            }
            Restart::Later(marker) => {
                at = marker;
                (is_there, is_whole) = (false, false);
            }
            Restart::Nowhere => {
                is_whole = false;
                break;
            }
        }
        number = (number + 1) % 8;
    }
    let mut edits = EditList::default();
    match output.own {
        Some(own) => edits.insert(own),
        None => edits.copy(start..start + output.same),
    }
    let walked = Walked {
        end: start + at,
        edits,
        is_whole,
    };
    (walked, is_exact && is_whole)
}

/// Where an interval begins.
enum Restart {
    /// Behind this marker, which has this code.
    Here(usize, u8),
    /// It is missing: this marker begins a later one.
    Later(usize),
    /// It is missing, and all that should follow.
    Nowhere,
}

/// Looks for the beginning of the interval with a number. By the numbers, it is where the decoder of browsers finds it
/// (`jpeg_resync_to_restart` of libjpeg): one of the next two comes too early, one of the last two is over and passed
/// over with its data, and any other is a wrong number of the one that is looked for.
fn next_restart(data: &[u8], mut at: usize, number: u8, order: Order) -> Restart {
    loop {
        match next_marker(data, at) {
            Some((marker, code @ 0xd0..=0xd7)) => {
                match (code & 7).wrapping_sub(number) & 7 {
                    1 | 2 if order == Order::Number => return Restart::Later(marker),
                    6 | 7 if order == Order::Number => {}
                    _ => return Restart::Here(marker, code),
                }
                at = marker + 2;
            }
            // It means nothing anywhere.
            Some((marker, ..0xc0)) if order == Order::Number => at = marker + 2,
            _ => return Restart::Nowhere,
        }
    }
}

/// Where the next marker is, and its code.
pub fn next_marker(data: &[u8], mut at: usize) -> Option<(usize, u8)> {
    loop {
        at += memchr(0xff, data.get(at..)?)?;
        match data.get(at + 1)? {
            0xff => at += 1,
            0 => at += 2,
            &code => return Some((at, code)),
        }
    }
}

/// What stays of a scan: it is copied only once something of it doesn't.
struct Output<'a> {
    data: &'a [u8],
    /// Up to where everything stays as it is.
    same: usize,
    own: Option<Vec<u8>>,
}

impl Output<'_> {
    fn data(&mut self, range: Range<usize>, has_fill: bool) {
        if self.own.is_none() && range.start == self.same && !has_fill {
            self.same = range.end;
            return;
        }
        let data = self.data;
        let own = self.own();
        let mut rest = &data[range];
        while let Some(fill) = memchr(0xff, rest) {
            let (before, behind) = rest.split_at(fill);
            own.extend_from_slice(before);
            own.extend_from_slice(&[0xff, 0]);
            let length = behind.iter().position(|&byte| byte != 0xff);
            rest = length
                .and_then(|length| behind.get(length + 1..))
                .unwrap_or_default();
        }
        own.extend_from_slice(rest);
    }

    fn restart(&mut self, marker: usize, code: u8, number: u8) {
        let right = 0xd0 + number;
        if self.own.is_none() && marker == self.same && code == right {
            self.same += 2;
        } else {
            self.own().extend_from_slice(&[0xff, right]);
        }
    }

    fn own(&mut self) -> &mut Vec<u8> {
        let (data, same) = (self.data, self.same);
        self.own.get_or_insert_with(|| data[..same].to_vec())
    }
}

impl Pass<'_> {
    /// Which coefficients aren't zero, where that is noted.
    fn history(&mut self) -> Option<&mut [u64]> {
        match self {
            Self::Band(band) | Self::BandAgain(band) => Some(band.history),
            _ => None,
        }
    }

    /// Walks through units without a marker between them.
    fn interval(&mut self, bits: &mut Bits<'_>, units: Range<usize>) {
        match self {
            Self::Sequential(blocks) => {
                for _ in units {
                    for block in &*blocks {
                        let size = block.first.next(bits);
                        bits.skip(size.into());
                        block.others.pass_block(block.strides, bits);
                    }
                    if bits.is_beyond() {
                        return;
                    }
                }
            }
            Self::First(blocks) => {
                for _ in units {
                    for codes in &*blocks {
                        let size = codes.next(bits);
                        bits.skip(size.into());
                    }
                    if bits.is_beyond() {
                        return;
                    }
                }
            }
            Self::FirstAgain(blocks) => {
                for _ in units {
                    bits.pass(*blocks);
                    if bits.is_beyond() {
                        return;
                    }
                }
            }
            Self::Band(band) => band.interval(bits, units),
            Self::BandAgain(band) => band.again(bits, units),
        }
    }
}

/// How many blocks end together, of a symbol that says so.
fn run(bits: &mut Bits<'_>, exponent: u8) -> usize {
    let more = match exponent {
        0 => 0,
        bits_of_it => bits.take(bits_of_it.into()),
    };
    (1 << exponent) + more as usize
}

impl Band<'_> {
    fn interval(&mut self, bits: &mut Bits<'_>, units: Range<usize>) {
        let (from, to) = self.coefficients;
        let mut block = units.start;
        while block < units.end && !bits.is_beyond() {
            let mut at = from;
            while at <= to {
                let symbol = self.codes.next(bits);
                let (zeros, size) = (symbol >> 4, symbol & 0x0f);
                if size == 0 && zeros < 15 {
                    block += run(bits, zeros) - 1;
                    break;
                }
                at += u32::from(zeros);
                if size != 0 {
                    bits.skip(size.into());
                    self.history[block] |= 1 << at.min(63);
                }
                at += 1;
            }
            block += 1;
        }
    }

    fn again(&mut self, bits: &mut Bits<'_>, units: Range<usize>) {
        let (from, to) = self.coefficients;
        let mut ended = 0;
        for history in &mut self.history[units] {
            let mut at = from;
            while ended == 0 && at <= to {
                let symbol = self.codes.next(bits);
                let (mut zeros, size) = (symbol >> 4, symbol & 0x0f);
                if size == 0 && zeros < 15 {
                    ended = run(bits, zeros);
                    break;
                }
                if size != 0 {
                    bits.skip(1);
                }
                // One more bit of each that isn't zero, up to the zero that this is about.
                while at <= to {
                    if *history & 1 << at != 0 {
                        bits.pass(1);
                    } else if zeros == 0 {
                        break;
                    } else {
                        zeros -= 1;
                    }
                    at += 1;
                }
                if size != 0 {
                    *history |= 1 << at.min(63);
                }
                at += 1;
            }
            if ended > 0 {
                let rest = u64::MAX.checked_shl(at).unwrap_or(0) & u64::MAX >> (63 - to);
                bits.pass((*history & rest).count_ones());
                ended -= 1;
            }
            if bits.is_beyond() {
                return;
            }
        }
    }
}
