//! PNG and APNG: chunks with a type, a length and a checksum (W3C PNG, third edition).

use miniz_oxide::deflate::compress_to_vec_zlib;
use miniz_oxide::inflate::decompress_to_vec_zlib_with_limit;

use super::icc;
use super::kept::Kept;
use super::orientation::Orientation;
use super::reader::Reader;
use super::{Found, Limit, Refusal, Result, Size};

pub const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";

const MALFORMED: Refusal = Refusal::Damaged("a part of it has another length than it should");

pub fn walk(file: &[u8], limit: Limit) -> Result<Found> {
    let mut reader = Reader::new(file);
    reader.take(SIGNATURE.len())?;
    let header = Chunk::read(&mut reader)?;
    let (size, colour_type) = match (&header.kind, header.data) {
        (b"IHDR", &[_, _, _, _, _, _, _, _, _, colour_type, _, _, _]) => {
            (sides(header.data)?, colour_type)
        }
        _ => return Err(Refusal::Damaged("it has no header")),
    };
    let size = limit.check(size.width, size.height)?;

    header.check()?;
    let (mut kept, mut rest) = (Kept::default(), Kept::default());
    kept.file(0..reader.left().start);
    let mut orientation = None;
    let mut animated = false;
    let mut has_data = false;
    let mut has_profile = false;
    loop {
        let chunk = Chunk::read(&mut reader)?;
        match &chunk.kind {
            b"IEND" => {
                chunk.check()?;
                break;
            }
            b"IHDR" => return Err(Refusal::Damaged("it has two headers")),
            b"eXIf" if chunk.check().is_ok() => {
                orientation = orientation.or_else(|| Orientation::read(chunk.data));
            }
            // Of several the first counts, as it does for decoders.
            b"iCCP" if !has_profile && chunk.check().is_ok() => {
                has_profile = true;
                if let Some(profile) = profile(chunk.data) {
                    rest.own(profile);
                }
            }
            b"fcTL" => {
                check_frame(chunk.data, size)?;
                chunk.keep(&reader, &mut rest)?;
            }
            b"IDAT" => {
                has_data = true;
                chunk.keep(&reader, &mut rest)?;
            }
            // Transparency, the palette, and the frames of an animation.
            b"tRNS" | b"PLTE" | b"acTL" | b"fdAT" => {
                if !chunk.has_its_length(colour_type) {
                    return Err(MALFORMED);
                }
                // Behind the picture data it means nothing. The number of frames comes first.
                animated |=
                    &chunk.kind == b"acTL" && !has_data && Reader::new(chunk.data).be32()? > 1;
                chunk.keep(&reader, &mut rest)?;
            }
            // Colours, the background, and the shape of pixels. Of another length they mean nothing to a decoder.
            b"cHRM" | b"gAMA" | b"sBIT" | b"sRGB" | b"cICP" | b"mDCV" | b"cLLI" | b"bKGD"
            | b"pHYs"
                if chunk.has_its_length(colour_type) =>
            {
                chunk.keep(&reader, &mut rest)?;
            }
            // A picture can't be decoded without its critical chunks, and these are none that we know.
            kind if kind[0].is_ascii_uppercase() => {
                return Err(Refusal::Damaged("it has a part that no PNG should have"));
            }
            // Texts, times, and whatever else somebody thought of.
            _ => {}
        }
    }
    if !has_data {
        return Err(Refusal::Damaged("it has no picture data"));
    }
    rest.own(chunk(*b"IEND", &[]));
    if let Some(orientation) = orientation {
        kept.own(chunk(*b"eXIf", &orientation.tiff()));
    }
    kept.append(rest);
    Ok(Found {
        size,
        orientation,
        animated,
        kept,
    })
}

struct Chunk<'a> {
    kind: [u8; 4],
    data: &'a [u8],
    checksum: u32,
}

impl<'a> Chunk<'a> {
    fn read(reader: &mut Reader<'a>) -> Result<Self> {
        let length = reader.be32()?;
        let kind: [u8; 4] = reader.array()?;
        let data = reader.take(usize::try_from(length).unwrap_or(usize::MAX))?;
        let checksum = reader.be32()?;
        Ok(Self {
            kind,
            data,
            checksum,
        })
    }

    /// Only of what is read: damage in what stays behind is nobody's loss.
    fn check(&self) -> Result<()> {
        if self.checksum == checksum(self.kind, self.data) {
            Ok(())
        } else {
            Err(Refusal::Damaged("a checksum in it is wrong"))
        }
    }

    /// Keeps a chunk that was just read.
    fn keep(&self, reader: &Reader<'_>, kept: &mut Kept) -> Result<()> {
        self.check()?;
        // With its length, its kind and its checksum.
        kept.file(reader.last(self.data.len() + 12));
        Ok(())
    }

    /// Whether it is as long as its kind can be: more would be a hiding place.
    fn has_its_length(&self, colour_type: u8) -> bool {
        let length = self.data.len();
        match &self.kind {
            b"sRGB" => length == 1,
            b"gAMA" | b"cICP" => length == 4,
            b"acTL" | b"cLLI" => length == 8,
            b"pHYs" => length == 9,
            b"mDCV" => length == 24,
            b"cHRM" => length == 32,
            b"sBIT" => (1..=4).contains(&length),
            b"bKGD" => matches!(length, 1 | 2 | 6),
            b"PLTE" => length <= 768 && length.is_multiple_of(3),
            b"tRNS" => match colour_type {
                0 => length == 2,
                2 => length == 6,
                _ => length <= 256,
            },
            b"fdAT" => length >= 4,
            _ => false,
        }
    }
}

/// A chunk of our own.
fn chunk(kind: [u8; 4], data: &[u8]) -> Vec<u8> {
    // Data came out of a chunk, or is shorter than any, so its length fits.
    let length = u32::try_from(data.len()).unwrap_or(u32::MAX).to_be_bytes();
    let checksum = checksum(kind, data).to_be_bytes();
    [&length, &kind, data, &checksum].concat()
}

fn checksum(kind: [u8; 4], data: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&kind);
    hasher.update(data);
    hasher.finalize()
}

/// A colour profile with what decides colours and nothing else, under a name of ours. One that is malformed or unpacks to
/// too much is none.
fn profile(data: &[u8]) -> Option<Vec<u8>> {
    /// Profiles are small, and packed once.
    const LEVEL: u8 = 9;
    // Behind the name, the only way of packing that there is.
    let name_end = data.iter().position(|&byte| byte == 0)?;
    let packed = data.get(name_end..)?.strip_prefix(&[0, 0])?;
    let profile = decompress_to_vec_zlib_with_limit(packed, icc::MAX_BYTES).ok()?;
    let packed = compress_to_vec_zlib(&icc::essential(&profile)?, LEVEL);
    Some(chunk(*b"iCCP", &[b"icc\0\0", packed.as_slice()].concat()))
}

/// A frame of an animation must lie within the picture.
fn check_frame(data: &[u8], size: Size) -> Result<()> {
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
        Ok(())
    } else {
        Err(Refusal::Damaged(
            "a frame of its animation is empty or larger than the picture",
        ))
    }
}

fn sides(data: &[u8]) -> Result<Size> {
    let mut reader = Reader::new(data);
    Ok(Size {
        width: reader.be32()?,
        height: reader.be32()?,
    })
}

#[cfg(test)]
mod tests;
