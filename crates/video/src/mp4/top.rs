//! The boxes at the top of a file: where its head is, and where its data.

use std::io::{Read, Seek};
use std::ops::Range;

use crate::input::Input;
use crate::{Refusal, Result};

/// The largest head, in bytes. Two hours of 60 pictures a second take 10 MiB.
const MAX_HEAD: u64 = 64 * 1024 * 1024;
/// The most boxes; cameras write about five.
const MAX_BOXES: usize = 10_000;

/// What is found.
pub struct Top {
    /// What is in the head.
    pub moov: Range<u64>,
    /// What is in the boxes of data, in order.
    pub mdat: Vec<Range<u64>>,
}

/// Looks at the headers of all boxes.
pub fn scan<R: Read + Seek>(input: &mut Input<R>) -> Result<Top> {
    let (mut moov, mut mdat) = (None, Vec::new());
    let mut count = 0;
    while input.left() >= 8 {
        count += 1;
        if count > MAX_BOXES {
            return Err(Refusal::TooManyParts.into());
        }
        let start = input.position();
        let [a, b, c, d, kind @ ..]: [u8; 8] = input.array()?;
        let size = match u32::from_be_bytes([a, b, c, d]) {
            // To the end of the file.
            0 => input.length() - start,
            1 if input.left() >= 8 => u64::from_be_bytes(input.array()?),
            size => u64::from(size),
        };
        let payload = input.position();
        let end = start.checked_add(size).filter(|&end| end >= payload);
        let fits = end.filter(|&end| end <= input.length());
        let is_complete = moov.is_some() && !mdat.is_empty();
        match (&kind, fits, end) {
            (b"moof", _, _) => return Err(Refusal::Fragmented.into()),
            (b"moov", _, _) if moov.is_some() => return Err(Refusal::Twice.into()),
            (b"moov", _, Some(end)) if end - payload > MAX_HEAD => {
                return Err(Refusal::TooLargeHead.into());
            }
            (b"moov", Some(end), _) => moov = Some(payload..end),
            (b"mdat", Some(end), _) => mdat.push(payload..end),
            // What there is of it may be all that is needed.
            (b"mdat", None, Some(_)) => mdat.push(payload..input.length()),
            (_, Some(_), _) => {}
            // What cameras append to a film needn't be boxes, and is left out.
            _ if is_complete => break,
            (_, None, Some(_)) => return Err(Refusal::EndsEarly.into()),
            (_, None, None) => return Err(Refusal::MalformedElement.into()),
        }
        match fits {
            Some(end) => input.go_to(end)?,
            None => break,
        }
    }
    Ok(Top {
        moov: moov.ok_or(Refusal::NoFilm)?,
        mdat,
    })
}
