//! NAL units of AVC (ISO 14496-10) and HEVC (ISO 23008-2). Those that decoders need stay; of messages (SEI), those about time,
//! colours and how pictures are shown.

use std::io::{Read, Seek};

use crate::input::Input;
use crate::output::Output;
use crate::{Refusal, Result};

/// The longest unit of messages that is looked into, in bytes. Real ones have a few hundred.
const MAX_SEI: u64 = 64 * 1024;
/// The longest message that stays, in bytes.
const MAX_MESSAGE: usize = 64;
/// What is written over everything else. It can't be taken for the beginning of a unit.
const FILLER: u8 = 0xff;
/// Messages that hold this, and nothing but it, are there to fill up.
const FILLER_MESSAGE: u8 = 3;
/// Ends the bits of a unit.
const STOP: u8 = 0x80;

/// Two formats whose units differ in their header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    Avc,
    Hevc,
}

enum Unit {
    Copy,
    /// It has only this many bytes behind its header.
    Short(u64),
    Messages,
    Overwrite,
}

impl Family {
    fn header(self) -> u64 {
        match self {
            Self::Avc => 1,
            Self::Hevc => 2,
        }
    }

    fn unit(self, first: u8, is_dolby: bool) -> Unit {
        match (self, self.kind(first)) {
            (Self::Avc, 6) | (Self::Hevc, 39 | 40) => Unit::Messages,
            // Beginnings, and ends.
            (Self::Avc, 9) | (Self::Hevc, 35) => Unit::Short(1),
            (Self::Avc, 10 | 11) | (Self::Hevc, 36 | 37) => Unit::Short(0),
            // Slices; parameters; pictures for other eyes.
            (Self::Avc, 1..=5 | 7 | 8 | 13..=15 | 19..=21) => Unit::Copy,
            (Self::Avc, 28 | 30) if is_dolby => Unit::Copy,
            (Self::Hevc, 0..=9 | 16..=21 | 32..=34) => Unit::Copy,
            (Self::Hevc, 62 | 63) if is_dolby => Unit::Copy,
            _ => Unit::Overwrite,
        }
    }

    fn kind(self, first: u8) -> u8 {
        match self {
            Self::Avc => first & 31,
            Self::Hevc => first >> 1 & 63,
        }
    }

    /// Whether a message stays: buffering, timing, where decoding can begin, colours and light, 3D, which way is up.
    fn keeps(self, message: usize) -> bool {
        match self {
            Self::Avc => matches!(message, 0 | 1 | 6 | 45 | 47 | 137 | 144 | 147 | 148),
            Self::Hevc => matches!(
                message,
                0 | 1 | 6 | 45 | 47 | 128..=130 | 132 | 137 | 144 | 147 | 148 | 165 | 176
            ),
        }
    }
}

/// How many bytes a message that stays has at most. What follows them isn't looked at.
fn most(message: usize) -> usize {
    match message {
        // Where decoding can begin: a number of at most 63 bits, and flags.
        6 => 9,
        // The screen on which colours were chosen, the most light, which curve there is, the light around.
        137 => 24,
        144 => 4,
        147 => 1,
        148 => 8,
        _ => MAX_MESSAGE,
    }
}

/// Writes a sample: units after their lengths.
pub fn sample<R: Read + Seek>(
    size: u64,
    (family, length_size, is_dolby): (Family, u8, bool),
    input: &mut Input<R>,
    output: &mut Output<'_>,
) -> Result<()> {
    let mut left = size;
    while left > 0 {
        let mut bytes = [0; 4];
        let bytes = &mut bytes[..usize::from(length_size)];
        left = left
            .checked_sub(u64::from(length_size))
            .ok_or(Refusal::MalformedPicture)?;
        input.read(bytes)?;
        output.write(bytes)?;
        let length = bytes
            .iter()
            .fold(0_u64, |number, &byte| number << 8 | u64::from(byte));
        left = left.checked_sub(length).ok_or(Refusal::MalformedPicture)?;
        unit(length, family, is_dolby, input, output)?;
    }
    Ok(())
}

fn unit<R: Read + Seek>(
    length: u64,
    family: Family,
    is_dolby: bool,
    input: &mut Input<R>,
    output: &mut Output<'_>,
) -> Result<()> {
    if length <= family.header() {
        // No more than a header.
        return input.copy(length, output);
    }
    let [first] = input.array()?;
    match family.unit(first, is_dolby) {
        Unit::Copy => {
            output.write(&[first])?;
            input.copy(length - 1, output)
        }
        Unit::Messages if length <= MAX_SEI => {
            let mut bytes = vec![first];
            bytes.extend_from_slice(&input.bytes(usize::try_from(length - 1).unwrap_or(0))?);
            sei(&mut bytes, family);
            output.write(&bytes)
        }
        Unit::Short(kept) => overwrite_unit(first, length, family.header() + kept, input, output),
        Unit::Messages | Unit::Overwrite => {
            overwrite_unit(first, length, family.header(), input, output)
        }
    }
}

/// Writes the first bytes of a unit as they are, of which the very first was read, and overwrites the rest.
fn overwrite_unit<R: Read + Seek>(
    first: u8,
    length: u64,
    kept: u64,
    input: &mut Input<R>,
    output: &mut Output<'_>,
) -> Result<()> {
    output.write(&[first])?;
    input.copy(kept.min(length) - 1, output)?;
    let rest = length.saturating_sub(kept);
    input.skip(rest)?;
    if rest > 0 {
        output.fill(FILLER, rest - 1)?;
        output.write(&[STOP])?;
    }
    Ok(())
}

/// Overwrites the messages of a unit that don't stay.
pub fn sei(unit: &mut [u8], family: Family) {
    let header = usize::try_from(family.header()).unwrap_or(2);
    // Where the bytes of the messages are, without those that only keep codes from being seen where none are, and which bytes
    // must stay because those depend on them.
    let (mut places, mut fixed) = (Vec::new(), vec![false; unit.len()]);
    let mut zeros = 0;
    for at in header..unit.len() {
        if zeros >= 2 && unit[at] == 3 {
            fixed[at - 2..=at].fill(true);
            zeros = 0;
            continue;
        }
        zeros = if unit[at] == 0 { zeros + 1 } else { 0 };
        places.push(at);
    }
    while places.last().is_some_and(|&at| unit[at] == 0) {
        places.pop();
    }
    let mut at = 0;
    // What is left when a message ends is another one, or the bit that ends the unit.
    while at + 1 < places.len() {
        let start = at;
        let kind = number(unit, &places, &mut at);
        let size = number(unit, &places, &mut at);
        let end = at + size;
        if end > places.len() {
            // What this is can't be determined.
            overwrite(unit, &places[start..], &fixed);
            return;
        }
        if !family.keeps(kind) || size > MAX_MESSAGE {
            overwrite(unit, &places[at..end], &fixed);
            // Behind two zeros, this number would be taken for a byte that keeps codes from being seen.
            let place = places[start];
            if kind < 255 && !fixed[place] && !unit[..place].ends_with(&[0, 0]) {
                unit[place] = FILLER_MESSAGE;
            }
        } else if size > most(kind) {
            overwrite(unit, &places[at + most(kind)..end], &fixed);
        }
        at = end;
    }
}

/// A number as messages have it: as many times 255 as there are such bytes, and the next.
fn number(unit: &[u8], places: &[usize], at: &mut usize) -> usize {
    let mut number = 0;
    while let Some(&place) = places.get(*at) {
        *at += 1;
        number += usize::from(unit[place]);
        if unit[place] != 255 {
            break;
        }
    }
    number
}

fn overwrite(unit: &mut [u8], places: &[usize], fixed: &[bool]) {
    for &place in places {
        if !fixed[place] {
            unit[place] = FILLER;
        }
    }
}
