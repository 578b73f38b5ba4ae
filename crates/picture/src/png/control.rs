//! How a frame of an animated PNG is shown: its size, its place, and for how long.

use super::super::reader::Reader;
use super::super::{CleanError, Result, Size};
use super::MALFORMED;
use super::chunk::Chunk;
use crate::reason::Reason;

/// How a frame is shown.
pub struct Control<'a> {
    /// All of its chunk.
    pub data: &'a [u8],
    pub size: Size,
}

impl<'a> Control<'a> {
    /// Reads the chunk of a frame of a picture of this size.
    pub fn read(chunk: &Chunk<'a>, size: Size) -> Result<Self> {
        let frame = check_frame(chunk.data, size)?;
        chunk.check()?;
        Ok(Self {
            data: chunk.data,
            size: frame,
        })
    }
}

/// The size of a frame of an animation, which must lie within the picture.
fn check_frame(data: &[u8], size: Size) -> Result<Size> {
    if data.len() != 26 {
        return Err(MALFORMED);
    }
    let mut reader = Reader::new(data);
    reader.be32()?;
    let frame = sides(reader.rest())?;
    reader.take(8)?;
    let (left, top) = (reader.be32()?, reader.be32()?);
    let within = |start: u32, length: u32, whole: u32| {
        length > 0 && start.checked_add(length).is_some_and(|end| end <= whole)
    };
    if within(left, frame.width, size.width) && within(top, frame.height, size.height) {
        Ok(frame)
    } else {
        Err(CleanError::Damaged(Reason::FrameBounds))
    }
}

fn sides(data: &[u8]) -> Result<Size> {
    let mut reader = Reader::new(data);
    Ok(Size {
        width: reader.be32()?,
        height: reader.be32()?,
    })
}
