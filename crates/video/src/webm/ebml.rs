//! EBML (RFC 8794): elements of an id, a length and a content.

use std::io::{Read, Seek};

use crate::input::Input;
use crate::{Refusal, Result};

/// The longest header of an element, in bytes.
const MAX_HEADER: usize = 12;

/// The beginning of an element.
#[derive(Clone, Copy)]
pub struct Header {
    pub id: u32,
    /// The length of its content, in bytes; `None` if it is unknown.
    pub size: Option<u64>,
    bytes: [u8; MAX_HEADER],
    length: usize,
}

impl Header {
    /// Reads the header that is next in a file.
    pub fn read<R: Read + Seek>(input: &mut Input<R>) -> Result<Self> {
        Self::parse(|| input.array().map(|[byte]| byte))
    }

    /// Reads the header at the beginning of `bytes`.
    fn of(bytes: &[u8]) -> Result<Self> {
        let mut bytes = bytes.iter();
        Self::parse(|| bytes.next().copied().ok_or(Refusal::MalformedPart.into()))
    }

    fn parse(mut next: impl FnMut() -> Result<u8>) -> Result<Self> {
        let mut bytes = [0; MAX_HEADER];
        let mut length = 0;
        let mut number = |max: usize| -> Result<(u64, usize)> {
            let first = next()?;
            let count = first.leading_zeros() as usize + 1;
            if count > max {
                return Err(Refusal::MalformedElement.into());
            }
            let mut number = u64::from(first);
            bytes[length] = first;
            for at in 1..count {
                bytes[length + at] = next()?;
                number = number << 8 | u64::from(bytes[length + at]);
            }
            length += count;
            Ok((number, count))
        };
        let (id, _) = number(4)?;
        let (size, count) = number(8)?;
        // Without the marker bit of its length.
        let mask = (1_u64 << (7 * count)) - 1;
        Ok(Self {
            id: u32::try_from(id).map_err(|_| Refusal::MalformedElement)?,
            size: Some(size & mask).filter(|&size| size != mask),
            bytes,
            length,
        })
    }

    /// The number of a track, as blocks have it, and its bytes.
    pub fn read_number<R: Read + Seek>(input: &mut Input<R>) -> Result<(u64, Vec<u8>)> {
        let [first] = input.array()?;
        let count = first.leading_zeros() as usize;
        if count > 7 {
            return Err(Refusal::MalformedElement.into());
        }
        let mut bytes = vec![first];
        bytes.extend_from_slice(&input.bytes(count)?);
        let number = unsigned(&bytes)?;
        Ok((number & ((1 << (7 * (count + 1))) - 1), bytes))
    }

    /// As it was read.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes[..self.length]
    }

    /// The length of the element with its header.
    pub fn total(&self, size: u64) -> u64 {
        self.length as u64 + size
    }
}

/// An element in memory: its header, where it begins, where its content begins, and where it ends.
pub struct Element {
    pub id: u32,
    pub start: usize,
    pub payload: usize,
    pub end: usize,
}

/// The element that begins at `at`.
pub fn element(bytes: &[u8], at: usize) -> Result<Element> {
    let header = Header::of(&bytes[at..])?;
    let size = header.size.ok_or(Refusal::UnknownSize)?;
    let payload = at + header.length;
    let end = usize::try_from(size)
        .ok()
        .and_then(|size| payload.checked_add(size))
        .filter(|&end| end <= bytes.len())
        .ok_or(Refusal::MalformedPart)?;
    Ok(Element {
        id: header.id,
        start: at,
        payload,
        end,
    })
}

/// The most elements of a list: the smallest takes two bytes, so that a list could have millions.
const MAX_ELEMENTS: usize = 1 << 20;

/// Goes through a list in memory, which may be changed on the way. Nothing is kept of what was passed.
#[derive(Default)]
pub struct Elements {
    at: usize,
    count: usize,
}

impl Elements {
    /// The next element of this list, which is always the same; `None` at its end.
    ///
    /// # Errors
    /// It doesn't fit, or there are too many.
    pub fn next(&mut self, bytes: &[u8]) -> Result<Option<Element>> {
        if self.at >= bytes.len() {
            return Ok(None);
        }
        if self.count == MAX_ELEMENTS {
            return Err(Refusal::TooManyParts.into());
        }
        let element = element(bytes, self.at)?;
        self.at = element.end;
        self.count += 1;
        Ok(Some(element))
    }
}

/// The elements of these kinds in a list.
///
/// # Errors
/// One is there twice, and players differ in which they use; or as [`Elements::next`].
pub fn pick<const COUNT: usize>(
    bytes: &[u8],
    ids: [u32; COUNT],
) -> Result<[Option<Element>; COUNT]> {
    let mut found = [const { None }; COUNT];
    let mut all = Elements::default();
    while let Some(element) = all.next(bytes)? {
        let place = ids.iter().position(|&id| id == element.id);
        if let Some(place) = place.and_then(|at| found.get_mut(at))
            && place.replace(element).is_some()
        {
            return Err(Refusal::Twice.into());
        }
    }
    Ok(found)
}

/// The header of a void element of `total` bytes, with the length of its content.
pub fn void(total: u64) -> Vec<u8> {
    match total {
        // An id and a length of one byte each; no element is shorter.
        0..=128 => vec![
            0xec,
            0x80 | u8::try_from(total.saturating_sub(2)).unwrap_or(0),
        ],
        _ => {
            let mut header = (total - 9).to_be_bytes();
            header[0] = 1;
            [&[0xec], &header[..]].concat()
        }
    }
}

/// Overwrites an element with a void one.
pub fn overwrite(element: &mut [u8]) {
    let header = void(element.len() as u64);
    element.fill(0);
    element[..header.len()].copy_from_slice(&header);
}

/// An unsigned integer.
pub fn unsigned(bytes: &[u8]) -> Result<u64> {
    match bytes.len() {
        0..=8 => Ok(bytes
            .iter()
            .fold(0, |number, &byte| number << 8 | u64::from(byte))),
        _ => Err(Refusal::MalformedPart.into()),
    }
}

/// A floating-point number.
pub fn float(bytes: &[u8]) -> Result<f64> {
    match bytes.len() {
        0 => Ok(0.0),
        4 => Ok(f64::from(f32::from_be_bytes([
            bytes[0], bytes[1], bytes[2], bytes[3],
        ]))),
        8 => {
            let mut all = [0; 8];
            all.copy_from_slice(bytes);
            Ok(f64::from_be_bytes(all))
        }
        _ => Err(Refusal::MalformedPart.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_element_of_any_length_can_be_overwritten() {
        for length in (2..300).chain([70_000]) {
            let mut bytes = vec![0x41; length];
            overwrite(&mut bytes);
            let found = element(&bytes, 0).unwrap();
            assert_eq!((found.id, found.end), (0xec, length));
            assert!(bytes[found.payload..].iter().all(|&byte| byte == 0));
        }
    }

    #[test]
    fn ids_and_lengths_have_bounds() {
        for bytes in [
            &[0x08, 0, 0, 0, 0, 0x80][..],
            &[0, 0, 0, 0, 0, 0, 0, 1, 0x80],
            &[0xec, 0, 1, 1, 1, 1, 1, 1, 1, 1],
        ] {
            let refused = element(bytes, 0).err().and_then(|error| error.refusal());
            assert_eq!(refused, Some(Refusal::MalformedElement));
        }
        let refused = |bytes: &[u8]| element(bytes, 0).err().and_then(|error| error.refusal());
        assert_eq!(refused(&[0xec, 0xff]), Some(Refusal::UnknownSize));
        assert_eq!(
            refused(&[0xec, 0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe]),
            Some(Refusal::MalformedPart)
        );
    }
}
