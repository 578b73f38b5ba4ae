//! OBUs of AV1. Those that decoders need stay, and metadata about colours and light.

use std::io::{Read, Seek};

use crate::input::Input;
use crate::output::Output;
use crate::{Refusal, Result};

/// Begins what is shown at one time, and has nothing in it.
const DELIMITER: u8 = 2;
const METADATA: u8 = 5;
const PADDING: u8 = 15;
/// The longest metadata that stays, in bytes.
const MAX_METADATA: u64 = 64;
/// Ends the bits of an OBU.
const STOP: u8 = 0x80;

/// The header of an OBU, and the size that it states.
struct Header {
    bytes: Vec<u8>,
    /// In bytes.
    size: u64,
}

impl Header {
    fn kind(&self) -> u8 {
        self.bytes[0] >> 3 & 15
    }

    /// The header of padding with the same length.
    fn of_padding(mut self) -> Vec<u8> {
        self.bytes[0] = self.bytes[0] & 0x87 | PADDING << 3;
        self.bytes
    }
}

/// Reads a header byte by byte.
fn header(left: &mut u64, mut next: impl FnMut() -> Result<u8>) -> Result<Header> {
    let mut take = |left: &mut u64| {
        *left = left.checked_sub(1).ok_or(Refusal::MalformedPicture)?;
        next()
    };
    let first = take(left)?;
    let mut bytes = vec![first];
    if first & 0x80 != 0 {
        return Err(Refusal::MalformedPicture.into());
    }
    if first & 4 != 0 {
        bytes.push(take(left)?);
    }
    // The last of a sample may leave its size out.
    let mut size = *left;
    if first & 2 != 0 {
        size = 0;
        for at in 0.. {
            let byte = take(left)?;
            bytes.push(byte);
            size |= u64::from(byte & 0x7f) << (7 * at);
            if byte & 0x80 == 0 {
                break;
            }
            if at == 7 {
                return Err(Refusal::MalformedPicture.into());
            }
        }
    }
    *left = left.checked_sub(size).ok_or(Refusal::MalformedPicture)?;
    Ok(Header { bytes, size })
}

/// Whether metadata stays, by its first bytes: light (1, 2) and how pictures build on each other (3).
fn keeps(first: Option<&u8>, size: u64) -> bool {
    matches!(first, Some(1..=3)) && size <= MAX_METADATA
}

/// Overwrites what follows in metadata that stays: after the bit that ends it there are only zeros.
fn end_metadata(metadata: &mut [u8]) {
    // The most light, and the screen on which colours were chosen, behind the number that says so.
    let length = match metadata.first() {
        Some(1) => 5,
        Some(2) => 25,
        _ => return,
    };
    if let Some([stop, rest @ ..]) = metadata.get_mut(length..) {
        *stop = STOP;
        rest.fill(0);
    }
}

/// Sequences, frames and what they are made of. Neither the same head of a frame again, nor lists of tiles, which have no place in a
/// film: decoders pass over both.
fn is_picture(kind: u8) -> bool {
    matches!(kind, 1 | 3 | 4 | 6)
}

/// Writes a sample.
pub fn sample<R: Read + Seek>(
    size: u64,
    input: &mut Input<R>,
    output: &mut Output<'_>,
) -> Result<()> {
    let mut left = size;
    while left > 0 {
        let header = header(&mut left, || input.array().map(|[byte]| byte))?;
        let size = header.size;
        if header.kind() == DELIMITER {
            output.write(&header.bytes)?;
            input.skip(size)?;
            output.fill(0, size)?;
            continue;
        }
        if is_picture(header.kind()) || size == 0 {
            output.write(&header.bytes)?;
            input.copy(size, output)?;
            continue;
        }
        if header.kind() == METADATA && size <= MAX_METADATA {
            let mut bytes = input.bytes(usize::try_from(size).unwrap_or(0))?;
            if keeps(bytes.first(), size) {
                end_metadata(&mut bytes);
                output.write(&header.bytes)?;
                output.write(&bytes)?;
                continue;
            }
        } else {
            input.skip(size)?;
        }
        output.write(&header.of_padding())?;
        output.fill(0, size - 1)?;
        output.write(&[STOP])?;
    }
    Ok(())
}

/// Overwrites what doesn't stay of OBUs that are in memory.
pub fn in_memory(bytes: &mut [u8]) -> Result<()> {
    let mut at = 0;
    while at < bytes.len() {
        let mut left = (bytes.len() - at) as u64;
        let mut place = at;
        let header = header(&mut left, || {
            place += 1;
            bytes
                .get(place - 1)
                .copied()
                .ok_or(Refusal::MalformedPicture.into())
        })?;
        let (size, kind) = (header.size, header.kind());
        let end = place + usize::try_from(size).map_err(|_| Refusal::MalformedPicture)?;
        let keeps = is_picture(kind) || kind == METADATA && keeps(bytes.get(place), size);
        if kind == METADATA && keeps {
            end_metadata(&mut bytes[place..end]);
        } else if kind == DELIMITER {
            bytes[place..end].fill(0);
        } else if !keeps && size > 0 {
            let padding = header.of_padding();
            bytes[at..place].copy_from_slice(&padding);
            bytes[place..end].fill(0);
            bytes[end - 1] = STOP;
        }
        at = end;
    }
    Ok(())
}
