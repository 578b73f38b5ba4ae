//! WebP: chunks in a RIFF container (RFC 9649). A simple file has one chunk; an extended one begins with `VP8X`.

use super::edit_list::EditList;
use super::exif::Exif;
use super::icc;
use super::reader::{ENDS, Reader};
use super::{CleanError, Limit, MAX_FRAMES, Parsed, Result, Size, TOO_MANY_FRAMES};
use crate::reason::Reason;

/// Flags of `VP8X`.
const ANIMATION: u8 = 0x02;
const ALPHA: u8 = 0x10;
const ICC: u8 = 0x20;

/// By how many bytes the length of the container may be wrong: programs forget the padding of the last part, or count it
/// twice. Where it is wrong by more, what belongs to the picture is unknown.
const MAX_LENGTH_ERROR: usize = 2;

const MALFORMED: CleanError = CleanError::Damaged(Reason::MalformedData);

pub fn scan(file: &[u8], limit: Limit) -> Result<Parsed> {
    let mut reader = Reader::new(file);
    reader.take(4)?;
    let length = usize::try_from(reader.le32()?).unwrap_or(usize::MAX);
    // What follows the container isn't part of it.
    let available = reader.rest().len();
    if length > available.saturating_add(MAX_LENGTH_ERROR) {
        return Err(ENDS);
    }
    let behind = available.saturating_sub(length);
    let mut chunks = reader;
    chunks.take(4)?;

    let mut exif = Exif::default();
    let mut body = EditList::default();
    let first = Chunk::read(&mut chunks)?;
    let (size, frames) = match &first.kind {
        b"VP8X" => extended(&mut body, &mut exif, first.data, chunks, behind, limit)?,
        _ => {
            let size = first.size()?.ok_or(MALFORMED)?;
            let size = limit.check(size.width, size.height)?;
            first.keep(&mut body);
            first.check_end(&chunks, behind)?;
            (size, 0)
        }
    };
    let length = u32::try_from(body.length() + 4).map_err(|_| MALFORMED)?;
    let mut edits = EditList::default();
    edits.insert([*b"RIFF", length.to_le_bytes(), *b"WEBP"].concat());
    edits.append(body);
    Ok(Parsed {
        size,
        // Browsers don't turn a WebP, whatever it says.
        orientation: None,
        animated: frames > 1,
        taken_at: exif.taken_at(),
        had_film: false,
        edits,
    })
}

/// Keeps a file with features: a profile, transparency, an animation.
fn extended(
    body: &mut EditList,
    exif: &mut Exif,
    mut header: Reader<'_>,
    mut chunks: Reader<'_>,
    behind: usize,
    limit: Limit,
) -> Result<(Size, usize)> {
    let [flags, ..] = header.array::<4>()?;
    // What follows means nothing.
    let sides: [u8; 6] = header.array()?;
    let mut fields = Reader::new(&sides);
    let canvas = limit.check(fields.le24()? + 1, fields.le24()? + 1)?;

    let mut rest = EditList::default();
    let mut features = flags & (ANIMATION | ALPHA);
    let mut has_profile = false;
    let (mut stills, mut frames) = (0, 0_usize);
    let mut is_told = false;
    let mut alpha = None;
    while chunks.rest().len() > behind {
        let chunk = Chunk::read(&mut chunks)?;
        chunk.check_end(&chunks, behind)?;
        match &chunk.kind {
            // Only the first one counts.
            b"ICCP" if !has_profile => {
                has_profile = true;
                if let Some(profile) = icc::essential(chunk.data.rest()) {
                    features |= ICC;
                    rest.insert(self::chunk(*b"ICCP", &profile));
                }
            }
            b"ANIM" if !is_told => {
                is_told = true;
                let told = chunk.data.clone().array::<6>()?;
                // A still doesn't move, whatever it says.
                match flags & ANIMATION {
                    0 => {}
                    _ if told.len() == chunk.data.rest().len() => chunk.keep(&mut rest),
                    _ => rest.insert(self::chunk(*b"ANIM", &told)),
                }
            }
            b"ALPH" if alpha.is_none() && stills == 0 => alpha = Some(chunk),
            b"ANMF" if !is_told => {
                return Err(CleanError::Damaged(Reason::NoAnimationControl));
            }
            b"ANMF" => {
                frames += 1;
                if frames > MAX_FRAMES {
                    return Err(TOO_MANY_FRAMES);
                }
                keep_frame(&mut rest, chunk.data, canvas)?;
            }
            b"VP8 " | b"VP8L" => {
                stills += 1;
                if stills > 1 {
                    return Err(CleanError::Damaged(Reason::PictureDataAmount));
                }
                if chunk.size()? != Some(canvas) {
                    return Err(CleanError::Damaged(Reason::PictureOfAnotherSize));
                }
                chunk.keep_picture(alpha.as_ref(), canvas, &mut rest)?;
            }
            b"EXIF" => exif.take_date(chunk.data.rest()),
            // XMP and anything else.
            _ => {}
        }
    }
    let is_whole = match flags & ANIMATION {
        0 => stills == 1 && frames == 0,
        _ => stills == 0 && frames > 0,
    };
    if !is_whole {
        return Err(CleanError::Damaged(Reason::PictureDataAmount));
    }
    let flags = [features, 0, 0, 0];
    body.insert(chunk(*b"VP8X", &[&flags[..], &sides].concat()));
    body.append(rest);
    Ok((canvas, frames))
}

/// Keeps a frame of an animation, with only those chunks in it that are picture.
fn keep_frame(edits: &mut EditList, mut reader: Reader<'_>, canvas: Size) -> Result<()> {
    let mut place = reader.part(16)?;
    let mut frame = EditList::default();
    frame.copy(reader.last(16));
    let (left, top) = (place.le24()? * 2, place.le24()? * 2);
    let size = Size {
        width: place.le24()? + 1,
        height: place.le24()? + 1,
    };
    if left + size.width > canvas.width || top + size.height > canvas.height {
        return Err(CleanError::Damaged(Reason::FrameTooLarge));
    }
    let (mut pictures, mut alpha) = (0, None);
    while !reader.is_at_end() {
        let chunk = Chunk::read(&mut reader)?;
        match &chunk.kind {
            b"ALPH" if alpha.is_none() && pictures == 0 => alpha = Some(chunk),
            b"VP8 " | b"VP8L" => {
                pictures += 1;
                if pictures > 1 {
                    return Err(CleanError::Damaged(Reason::FrameDataAmount));
                }
                if chunk.size()? != Some(size) {
                    return Err(CleanError::Damaged(Reason::FrameOfAnotherSize));
                }
                chunk.keep_picture(alpha.as_ref(), size, &mut frame)?;
            }
            _ => {}
        }
    }
    if pictures != 1 {
        return Err(CleanError::Damaged(Reason::FrameDataAmount));
    }
    // Its parts have even lengths, and so has it.
    edits.insert(head(*b"ANMF", frame.length()));
    edits.append(frame);
    Ok(())
}

/// The beginning of a chunk.
fn head(kind: [u8; 4], length: usize) -> Vec<u8> {
    // Data came out of a chunk, or is shorter than any, so its length fits.
    let length = u32::try_from(length).unwrap_or(u32::MAX);
    [kind, length.to_le_bytes()].concat()
}

/// What fills a chunk up to an even length.
fn padding(length: usize) -> &'static [u8] {
    &[0][..length % 2]
}

/// A chunk of our own.
fn chunk(kind: [u8; 4], data: &[u8]) -> Vec<u8> {
    [&head(kind, data.len()), data, padding(data.len())].concat()
}

struct Chunk<'a> {
    kind: [u8; 4],
    data: Reader<'a>,
}

impl<'a> Chunk<'a> {
    fn read(reader: &mut Reader<'a>) -> Result<Self> {
        let kind = reader.array()?;
        let length = usize::try_from(reader.le32()?).unwrap_or(usize::MAX);
        let data = reader.part(length)?;
        // A byte fills up to an even length; the last one is sometimes forgotten.
        if length % 2 == 1 && !reader.is_at_end() {
            reader.byte()?;
        }
        Ok(Self { kind, data })
    }

    /// Makes sure that it ends where the container does, with `behind` bytes to follow.
    fn check_end(&self, chunks: &Reader<'_>, behind: usize) -> Result<()> {
        match behind.saturating_sub(chunks.rest().len()) > MAX_LENGTH_ERROR {
            true => Err(CleanError::Damaged(Reason::PartLength)),
            false => Ok(()),
        }
    }

    /// Keeps it with its kind and its length. Its padding could hold anything, and is rewritten.
    fn keep(&self, edits: &mut EditList) {
        let data = self.data.left();
        let padding = padding(data.len());
        edits.copy(data.start - 8..data.end);
        if !padding.is_empty() {
            edits.insert(padding.to_vec());
        }
    }

    /// Keeps the pixels of a picture of this size, and their transparency if that precedes them. Only a
    /// lossy picture has that apart; browsers refuse it before a lossless one.
    fn keep_picture(&self, alpha: Option<&Self>, size: Size, edits: &mut EditList) -> Result<()> {
        match alpha {
            Some(_) if &self.kind == b"VP8L" => return Err(MALFORMED),
            Some(alpha) => alpha.keep_alpha(size, edits)?,
            None => {}
        }
        self.keep(edits);
        Ok(())
    }

    /// Keeps the transparency of a picture of this size. If it isn't compressed, it is a byte for each pixel.
    fn keep_alpha(&self, size: Size, edits: &mut EditList) -> Result<()> {
        let data = self.data.left();
        let is_packed = self.data.rest().first().ok_or(MALFORMED)? & 0x03 != 0;
        let length = u64::from(size.width) * u64::from(size.height) + 1;
        match usize::try_from(length).map_err(|_| MALFORMED)? {
            length if is_packed || length == data.len() => self.keep(edits),
            length if length > data.len() => return Err(ENDS),
            length => {
                edits.insert(head(self.kind, length));
                edits.copy(data.start..data.start + length);
                edits.insert(padding(length).to_vec());
            }
        }
        Ok(())
    }

    /// The size that picture data states; `None` for a chunk that isn't picture data.
    fn size(&self) -> Result<Option<Size>> {
        let mut reader = self.data.clone();
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
