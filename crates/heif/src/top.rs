//! The boxes at the top of a file. One of them says what is in it.

use std::io::{self, Read, Seek, SeekFrom};

use crate::bounds::{MAX_COUNT, PARTS, TOO_MANY};
use crate::error::{Reason, Refusal, Result};
use crate::reader::Reader;

/// The top level of a file.
pub struct Top {
    /// Where the content of `meta` begins, and how long it is.
    pub meta: Option<(u64, u64)>,
    pub has_film: bool,
    /// Whether a film is attached, as in motion photos.
    pub has_motion: bool,
    /// Where the last box of the picture ends.
    pub end: u64,
}

/// Walks over the boxes, reading only their headers.
pub fn top(file: &mut (impl Read + Seek)) -> io::Result<Result<Top>> {
    let length = file.seek(SeekFrom::End(0))?;
    let mut top = Top {
        meta: None,
        has_film: false,
        has_motion: false,
        end: 0,
    };
    for _ in 0..MAX_COUNT {
        if top.end == length {
            return Ok(Ok(top));
        }
        file.seek(SeekFrom::Start(top.end))?;
        let mut head = Vec::new();
        file.take(16).read_to_end(&mut head)?;
        let left = length - top.end;
        let Some((kind, header, size)) = header(&head, left) else {
            // Some phones put something of their own after the last box.
            let is_behind = top.meta.is_some();
            return Ok(if is_behind {
                Ok(top)
            } else {
                Err(Refusal::Damaged(Reason::EndsEarly))
            });
        };
        match &kind {
            // Another file begins here, which some phones put right behind the picture: its boxes say nothing of that.
            b"ftyp" if top.meta.is_some() => {
                top.has_motion = true;
                return Ok(Ok(top));
            }
            b"meta" if top.meta.is_some() => return Ok(Err(PARTS)),
            b"meta" => top.meta = Some((top.end + header, size - header)),
            b"moov" => top.has_film = true,
            b"mpvd" => top.has_motion = true,
            _ => {}
        }
        top.end += size;
    }
    Ok(Err(TOO_MANY))
}

/// The box that begins here, the length of its header, and its total length, if it fits into what is `left`.
fn header(head: &[u8], left: u64) -> Option<([u8; 4], u64, u64)> {
    let mut reader = Reader::new(head);
    let size = reader.be32().ok()?;
    let kind = reader.array().ok()?;
    let (header, size) = match size {
        0 => (8, left),
        1 => (16, u64::from_be_bytes(reader.array().ok()?)),
        size => (8, size.into()),
    };
    (header <= size && size <= left).then_some((kind, header, size))
}
