//! WebP: chunks in a RIFF container (RFC 9649). A simple file has one chunk; an extended one begins with `VP8X`.

use super::orientation::Orientation;
use super::reader::{ENDS, Reader};
use super::{Cleaned, Limit, Refusal, Result, Size};

/// Flags of `VP8X`.
const ANIMATION: u8 = 0x02;
const EXIF: u8 = 0x08;
const ALPHA: u8 = 0x10;
const ICC: u8 = 0x20;

const MALFORMED: Refusal = Refusal::Damaged("its picture data is malformed");

pub fn clean(bytes: &[u8], limit: Limit) -> Result<Cleaned> {
    let mut reader = Reader::new(bytes);
    reader.take(4)?;
    let length = usize::try_from(reader.le32()?).unwrap_or(usize::MAX);
    // What follows the container is no part of it.
    let mut chunks = Reader::new(reader.take(length)?);
    chunks.take(4)?;

    let mut out = Vec::with_capacity(bytes.len());
    out.extend_from_slice(b"RIFF\0\0\0\0WEBP");
    let first = Chunk::read(&mut chunks)?;
    let (size, features) = match &first.kind {
        b"VP8X" => extended(&mut out, first.data, chunks, limit)?,
        _ => {
            let size = first.size()?.ok_or(MALFORMED)?;
            let size = limit.check(size.width, size.height)?;
            first.push(&mut out);
            (size, Features::default())
        }
    };
    let length = u32::try_from(out.len() - 8).map_err(|_| MALFORMED)?;
    out[4..8].copy_from_slice(&length.to_le_bytes());
    Ok(Cleaned {
        size,
        orientation: features.orientation,
        animated: features.frames > 1,
        bytes: out,
    })
}

/// What only an extended file has.
#[derive(Default)]
struct Features {
    orientation: Option<Orientation>,
    frames: usize,
}

/// Copies a file with features: a profile, transparency, an animation.
fn extended(
    out: &mut Vec<u8>,
    header: &[u8],
    mut chunks: Reader<'_>,
    limit: Limit,
) -> Result<(Size, Features)> {
    let mut reader = Reader::new(header);
    let [flags, ..] = reader.array::<4>()?;
    let canvas = limit.check(reader.le24()? + 1, reader.le24()? + 1)?;
    let flags_at = out.len() + 8;
    Chunk {
        kind: *b"VP8X",
        data: header.get(..10).ok_or(ENDS)?,
    }
    .push(out);

    let mut kept = flags & (ANIMATION | ALPHA);
    let mut orientation = None;
    let (mut stills, mut frames) = (0, 0_usize);
    while !chunks.is_at_end() {
        let chunk = Chunk::read(&mut chunks)?;
        match &chunk.kind {
            // Only the first one counts.
            b"ICCP" if kept & ICC == 0 => {
                kept |= ICC;
                chunk.push(out);
            }
            b"ANIM" if chunk.data.len() != 6 => return Err(MALFORMED),
            b"ANIM" | b"ALPH" => chunk.push(out),
            b"ANMF" => {
                frames += 1;
                push_frame(out, chunk.data, canvas)?;
            }
            b"VP8 " | b"VP8L" => {
                stills += 1;
                if chunk.size()? != Some(canvas) {
                    return Err(Refusal::Damaged(
                        "its picture has another size than it says",
                    ));
                }
                chunk.push(out);
            }
            b"EXIF" => {
                // Some writers put the prefix of JPEG before it.
                let tiff = chunk.data.strip_prefix(b"Exif\0\0").unwrap_or(chunk.data);
                orientation = orientation.or_else(|| Orientation::read(tiff));
            }
            // XMP, and whatever else somebody thought of.
            _ => {}
        }
    }
    let is_whole = match flags & ANIMATION {
        0 => stills == 1 && frames == 0,
        _ => stills == 0 && frames > 0,
    };
    if !is_whole {
        return Err(Refusal::Damaged("it has no picture data, or too much"));
    }
    if let Some(orientation) = orientation {
        kept |= EXIF;
        Chunk {
            kind: *b"EXIF",
            data: &orientation.tiff(),
        }
        .push(out);
    }
    out[flags_at..flags_at + 4].copy_from_slice(&[kept, 0, 0, 0]);
    Ok((
        canvas,
        Features {
            orientation,
            frames,
        },
    ))
}

/// Copies a frame of an animation, with only those chunks in it that are picture.
fn push_frame(out: &mut Vec<u8>, data: &[u8], canvas: Size) -> Result<()> {
    let mut reader = Reader::new(data);
    let header = reader.take(16)?;
    let mut place = Reader::new(header);
    let (left, top) = (place.le24()? * 2, place.le24()? * 2);
    let size = Size {
        width: place.le24()? + 1,
        height: place.le24()? + 1,
    };
    if left + size.width > canvas.width || top + size.height > canvas.height {
        return Err(Refusal::Damaged(
            "a frame of its animation is larger than the picture",
        ));
    }
    let mut frame = header.to_vec();
    let mut pictures = 0;
    while !reader.is_at_end() {
        let chunk = Chunk::read(&mut reader)?;
        match &chunk.kind {
            b"ALPH" => chunk.push(&mut frame),
            b"VP8 " | b"VP8L" => {
                pictures += 1;
                if chunk.size()? != Some(size) {
                    return Err(Refusal::Damaged(
                        "a frame of its animation has another size than it says",
                    ));
                }
                chunk.push(&mut frame);
            }
            _ => {}
        }
    }
    if pictures != 1 {
        return Err(Refusal::Damaged(
            "a frame of its animation has no picture data, or too much",
        ));
    }
    Chunk {
        kind: *b"ANMF",
        data: &frame,
    }
    .push(out);
    Ok(())
}

struct Chunk<'a> {
    kind: [u8; 4],
    data: &'a [u8],
}

impl<'a> Chunk<'a> {
    fn read(reader: &mut Reader<'a>) -> Result<Self> {
        let kind = reader.array()?;
        let length = usize::try_from(reader.le32()?).unwrap_or(usize::MAX);
        let data = reader.take(length)?;
        // A byte fills up to an even length; the last one is sometimes forgotten.
        if length % 2 == 1 && !reader.is_at_end() {
            reader.byte()?;
        }
        Ok(Self { kind, data })
    }

    fn push(&self, out: &mut Vec<u8>) {
        // Data came out of a chunk, or is shorter than any, so its length fits.
        out.extend_from_slice(&self.kind);
        out.extend_from_slice(
            &u32::try_from(self.data.len())
                .unwrap_or(u32::MAX)
                .to_le_bytes(),
        );
        out.extend_from_slice(self.data);
        if self.data.len() % 2 == 1 {
            out.push(0);
        }
    }

    /// The size that picture data tells; `None` for a chunk that is no picture data.
    fn size(&self) -> Result<Option<Size>> {
        let mut reader = Reader::new(self.data);
        match &self.kind {
            b"VP8 " => {
                let [tag, ..] = reader.array::<3>()?;
                // Every picture is a key frame, and a key frame begins so.
                if tag & 1 != 0 || reader.array()? != [0x9d, 0x01, 0x2a] {
                    return Err(MALFORMED);
                }
                let (width, height) = (reader.le16()? & 0x3fff, reader.le16()? & 0x3fff);
                Ok(Some(Size {
                    width: width.into(),
                    height: height.into(),
                }))
            }
            b"VP8L" => {
                if reader.byte()? != 0x2f {
                    return Err(MALFORMED);
                }
                let bits = reader.le32()?;
                Ok(Some(Size {
                    width: (bits & 0x3fff) + 1,
                    height: (bits >> 14 & 0x3fff) + 1,
                }))
            }
            _ => Ok(None),
        }
    }
}

#[cfg(test)]
mod tests;
