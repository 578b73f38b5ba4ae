//! Boxes that are in memory, and how new ones are made.

use crate::fields::Fields;
use crate::{Refusal, Result};

/// The most boxes in one: each takes five times as much memory as the least of them in the file.
const MAX_PARTS: usize = 1 << 20;

/// A box.
#[derive(Clone, Copy)]
pub struct Part<'a> {
    /// Four letters.
    pub kind: [u8; 4],
    /// Its content.
    pub payload: &'a [u8],
    /// Where that begins in the head.
    pub start: usize,
}

impl<'a> Part<'a> {
    /// The boxes in it.
    pub fn children(&self) -> Result<Vec<Self>> {
        list(self.payload, self.start)
    }

    /// Its version, its flags, and what follows these.
    pub fn full(&self) -> Result<(u8, [u8; 3], Fields<'a>)> {
        let mut fields = Fields(self.payload);
        let [version, a, b, c] = fields.array()?;
        if version > 2 {
            return Err(Refusal::MalformedPart.into());
        }
        Ok((version, [a, b, c], fields))
    }
}

/// All of [`children`].
///
/// # Errors
/// One doesn't fit, or there are too many.
pub fn list(bytes: &[u8], start: usize) -> Result<Vec<Part<'_>>> {
    let mut parts = Vec::new();
    for part in children(bytes, start) {
        if parts.len() == MAX_PARTS {
            return Err(Refusal::TooManyParts.into());
        }
        parts.push(part?);
    }
    Ok(parts)
}

/// The boxes in `bytes`, which begin at `start` in the head. Fewer bytes than a box has at their end are skipped, as
/// QuickTime ends lists with four of them.
pub fn children(bytes: &[u8], start: usize) -> impl Iterator<Item = Result<Part<'_>>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let mut fields = Fields(bytes.get(at..)?);
        if fields.0.len() < 8 {
            return None;
        }
        let found = next(&mut fields, start + at);
        at = match found {
            Ok(_) => bytes.len() - fields.0.len(),
            Err(_) => bytes.len(),
        };
        Some(found)
    })
}

fn next<'a>(fields: &mut Fields<'a>, start: usize) -> Result<Part<'a>> {
    let (size, kind) = (fields.u32()?, fields.array()?);
    let (size, header) = match size {
        1 => (fields.u64()?, 16),
        // QuickTime ends the list in `wave` this way.
        0 if kind == [0; 4] => (8, 8),
        size => (u64::from(size), 8),
    };
    let length = size.checked_sub(header).ok_or(Refusal::MalformedPart)?;
    let length = usize::try_from(length).map_err(|_| Refusal::MalformedPart)?;
    Ok(Part {
        kind,
        payload: fields.take(length)?,
        start: start + usize::from(header == 16) * 8 + 8,
    })
}

/// The box of a kind.
///
/// # Errors
/// There are two of them, and players differ in which they use.
pub fn one<'a, 'b>(parts: &'b [Part<'a>], kind: &[u8; 4]) -> Result<Option<&'b Part<'a>>> {
    let mut found = parts.iter().filter(|part| &part.kind == kind);
    let first = found.next();
    match found.next() {
        Some(_) => Err(Refusal::Twice.into()),
        None => Ok(first),
    }
}

/// Which kinds of boxes there were in one that is read one after the other.
#[derive(Default)]
pub struct Seen(Vec<[u8; 4]>);

impl Seen {
    /// Counts a box of a kind that is kept, of which there are few.
    ///
    /// # Errors
    /// There was one already, and players differ in which they use.
    pub fn add(&mut self, part: &Part<'_>) -> Result<()> {
        if self.0.contains(&part.kind) {
            return Err(Refusal::Twice.into());
        }
        self.0.push(part.kind);
        Ok(())
    }
}

/// A box with these bytes in it, which are few.
pub fn make(kind: &[u8; 4], payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len() + 8).unwrap_or(u32::MAX);
    [&length.to_be_bytes()[..], kind, payload].concat()
}

/// When something was made and changed: never.
pub fn times(bytes: &mut Vec<u8>, version: u8) {
    by_version(bytes, version, 0);
    by_version(bytes, version, 0);
}

/// A number in four or eight bytes, by the version of the box, as it was read.
pub fn by_version(bytes: &mut Vec<u8>, version: u8, number: u64) {
    let number = number.to_be_bytes();
    bytes.extend_from_slice(if version == 0 { &number[4..] } else { &number });
}
