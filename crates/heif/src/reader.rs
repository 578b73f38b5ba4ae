//! Reads numbers from bytes, and never beyond them.

use crate::error::{Reason, Refusal, Result};

/// What is left to be read.
#[derive(Clone, Copy)]
pub struct Reader<'a>(&'a [u8]);

/// A box within bytes: what it is and what is in it.
pub struct Part<'a> {
    pub kind: [u8; 4],
    pub content: &'a [u8],
}

impl<'a> Reader<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    pub fn rest(self) -> &'a [u8] {
        self.0
    }

    pub fn take(&mut self, length: usize) -> Result<&'a [u8]> {
        let ends = Refusal::Damaged(Reason::EndsEarly);
        let (taken, rest) = self.0.split_at_checked(length).ok_or(ends)?;
        self.0 = rest;
        Ok(taken)
    }

    pub fn array<const N: usize>(&mut self) -> Result<[u8; N]> {
        let ends = Refusal::Damaged(Reason::EndsEarly);
        let (taken, rest) = self.0.split_first_chunk().ok_or(ends)?;
        self.0 = rest;
        Ok(*taken)
    }

    pub fn byte(&mut self) -> Result<u8> {
        self.array::<1>().map(|[byte]| byte)
    }

    pub fn be16(&mut self) -> Result<u16> {
        self.array().map(u16::from_be_bytes)
    }

    pub fn be32(&mut self) -> Result<u32> {
        self.array().map(u32::from_be_bytes)
    }

    /// A number of as many bytes as were said before it: 0, 4 or 8.
    pub fn number(&mut self, bytes: u8) -> Result<u64> {
        match bytes {
            0 => Ok(0),
            4 => self.be32().map(u64::from),
            8 => self.array().map(u64::from_be_bytes),
            _ => Err(Refusal::Damaged(Reason::Parts)),
        }
    }

    /// A number of two bytes, or of four where the box is of the kind with large ones.
    pub fn id(&mut self, is_large: bool) -> Result<u32> {
        if is_large {
            self.be32()
        } else {
            self.be16().map(u32::from)
        }
    }

    /// The version and the flags that many boxes begin with.
    pub fn version(&mut self) -> Result<(u8, u32)> {
        let both = self.be32()?;
        let [version, ..] = both.to_be_bytes();
        Ok((version, both & 0x00ff_ffff))
    }

    /// The next box; `None` at the end.
    pub fn part(&mut self) -> Result<Option<Part<'a>>> {
        if self.0.is_empty() {
            return Ok(None);
        }
        let whole = self.0.len();
        let size = self.be32()?;
        let kind = self.array()?;
        let length = match size {
            0 => self.0.len(),
            1 => {
                let size = u64::from_be_bytes(self.array()?);
                content_length(size, whole - self.0.len())?
            }
            _ => content_length(size.into(), whole - self.0.len())?,
        };
        let content = self.take(length)?;
        Ok(Some(Part { kind, content }))
    }
}

fn content_length(size: u64, header: usize) -> Result<usize> {
    let size = usize::try_from(size).ok();
    size.and_then(|size| size.checked_sub(header))
        .ok_or(Refusal::Damaged(Reason::Parts))
}
