//! Reads a file from front to back, and never beyond its end.

use crate::reason::Reason;
use std::ops::Range;

use super::{CleanError, Result};

/// The refusal of a file that stops too early.
pub const ENDS: CleanError = CleanError::Damaged(Reason::EndsEarly);

/// A place in a file.
#[derive(Clone)]
pub struct Reader<'a> {
    rest: &'a [u8],
    /// Where it ends in the file.
    end: usize,
}

impl<'a> Reader<'a> {
    /// The beginning of a file.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self {
            rest: bytes,
            end: bytes.len(),
        }
    }

    /// Where in the file the bytes are that are still to be read.
    pub fn left(&self) -> Range<usize> {
        self.end - self.rest.len()..self.end
    }

    /// Where in the file the last `count` bytes are that were read.
    pub fn last(&self, count: usize) -> Range<usize> {
        let place = self.left().start;
        place - count..place
    }

    /// What is still to be read.
    pub fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// Whether nothing is left.
    pub fn is_at_end(&self) -> bool {
        self.rest.is_empty()
    }

    /// The next `count` bytes.
    pub fn take(&mut self, count: usize) -> Result<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(count).ok_or(ENDS)?;
        self.rest = rest;
        Ok(taken)
    }

    /// A reader of the next `count` bytes.
    pub fn part(&mut self, count: usize) -> Result<Self> {
        let rest = self.take(count)?;
        let end = self.left().start;
        Ok(Self { rest, end })
    }

    /// The next bytes, as many as the array has.
    pub fn array<const N: usize>(&mut self) -> Result<[u8; N]> {
        let (taken, rest) = self.rest.split_first_chunk().ok_or(ENDS)?;
        self.rest = rest;
        Ok(*taken)
    }

    /// The next bytes where they are, as many as the array has.
    pub fn chunk<const N: usize>(&mut self) -> Result<&'a [u8; N]> {
        let (taken, rest) = self.rest.split_first_chunk().ok_or(ENDS)?;
        self.rest = rest;
        Ok(taken)
    }

    /// The next byte.
    pub fn byte(&mut self) -> Result<u8> {
        self.array().map(|[byte]| byte)
    }

    /// The next two bytes, the larger first.
    pub fn be16(&mut self) -> Result<u16> {
        self.array().map(u16::from_be_bytes)
    }

    /// The next four bytes, the largest first.
    pub fn be32(&mut self) -> Result<u32> {
        self.array().map(u32::from_be_bytes)
    }

    /// The next two bytes, the smaller first.
    pub fn le16(&mut self) -> Result<u16> {
        self.array().map(u16::from_le_bytes)
    }

    /// The next three bytes, the smallest first.
    pub fn le24(&mut self) -> Result<u32> {
        self.array()
            .map(|[a, b, c]| u32::from_le_bytes([a, b, c, 0]))
    }

    /// The next four bytes, the smallest first.
    pub fn le32(&mut self) -> Result<u32> {
        self.array().map(u32::from_le_bytes)
    }
}
