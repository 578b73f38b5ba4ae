//! JPEG: segments behind markers, and entropy-coded data behind each start of scan (ITU T.81, annex B).

use memchr::memchr;

use super::icc;
use super::kept::Kept;
use super::orientation::Orientation;
use super::reader::{ENDS, Reader};
use super::{Found, Limit, Refusal, Result, Size};

const SOI: u8 = 0xd8;
const EOI: u8 = 0xd9;
const SOS: u8 = 0xda;
const APP0: u8 = 0xe0;
const APP1: u8 = 0xe1;
const APP2: u8 = 0xe2;
const APP14: u8 = 0xee;
const APP15: u8 = 0xef;
const COM: u8 = 0xfe;
const DHT: u8 = 0xc4;
const DAC: u8 = 0xcc;
const DQT: u8 = 0xdb;
const DNL: u8 = 0xdc;
const DRI: u8 = 0xdd;

const JFIF: &[u8] = b"JFIF\0";
const EXIF: &[u8] = b"Exif\0\0";
const ICC: &[u8] = b"ICC_PROFILE\0";
const ADOBE: &[u8] = b"Adobe";
/// The most bytes of a colour profile that fit a segment, behind what says that it is one, and which of how many.
const ICC_PIECE: usize = 65_519;

pub fn walk(file: &[u8], limit: Limit) -> Result<Found> {
    let mut reader = Reader::new(file);
    reader.take(2)?;
    let mut parts = Parts {
        size: None,
        has_scan: false,
        jfif: None,
        orientation: None,
        profile: Vec::new(),
        kept: Kept::default(),
    };
    loop {
        match next_marker(&mut reader)? {
            EOI => break,
            marker => parts.take_segment(marker, &mut reader, limit)?,
        }
    }
    // The marker of the end.
    parts.keep_last(2, &reader);
    let size = parts.size.ok_or(Refusal::Damaged("it has no frame"))?;
    if !parts.has_scan {
        return Err(Refusal::Damaged("it has no picture data"));
    }
    let mut front = vec![0xff, SOI];
    if let Some(jfif) = parts.jfif {
        push_segment(&mut front, APP0, &jfif);
    }
    if let Some(orientation) = parts.orientation {
        push_segment(&mut front, APP1, &[EXIF, &orientation.tiff()].concat());
    }
    for piece in profile(parts.profile) {
        push_segment(&mut front, APP2, &piece);
    }
    let mut kept = Kept::default();
    kept.own(front);
    kept.append(parts.kept);
    Ok(Found {
        size,
        orientation: parts.orientation,
        animated: false,
        kept,
    })
}

/// What is found in a file.
struct Parts<'a> {
    size: Option<Size>,
    has_scan: bool,
    /// The density of pixels; some decoders also tell colours by its presence.
    jfif: Option<[u8; 14]>,
    orientation: Option<Orientation>,
    /// The pieces of the colour profile: which one, of how many, and its bytes.
    profile: Vec<&'a [u8]>,
    /// What is kept so far, without the three that go to the front.
    kept: Kept,
}

impl<'a> Parts<'a> {
    fn take_segment(&mut self, marker: u8, reader: &mut Reader<'a>, limit: Limit) -> Result<()> {
        // Restart markers outside a scan, a second start, hierarchical and extension frames: nobody makes them.
        if matches!(marker, 0x00..=0xbf | 0xc8 | 0xd0..=SOI | 0xde | 0xdf | 0xf0..=0xfd) {
            return Err(Refusal::Damaged("it has a part that no JPEG should have"));
        }
        let length = usize::from(reader.be16()?);
        let content = reader.take(length.checked_sub(2).ok_or(ENDS)?)?;
        match marker {
            // Only before the first scan does it tell colours, and there it is written again.
            APP0 if !self.has_scan => {
                self.jfif = self.jfif.or_else(|| without_thumbnail(content));
            }
            APP1 => {
                let tiff = content.strip_prefix(EXIF);
                self.orientation = self.orientation.or_else(|| Orientation::read(tiff?));
            }
            APP2 if content.starts_with(ICC) => {
                self.profile.extend(content.strip_prefix(ICC));
            }
            // Tells in which colours the components are; twelve bytes and no more. Decoders pass over a shorter one.
            APP14 if content.starts_with(ADOBE) => {
                if let Some(adobe) = content.get(..12) {
                    let mut own = Vec::new();
                    push_segment(&mut own, marker, adobe);
                    self.kept.own(own);
                }
            }
            // All other application segments, and comments.
            APP0..=APP15 | COM => {}
            // The number of lines again. Decoders differ in which one they believe.
            DNL => {
                let lines = self.size.map(|size| size.height.to_be_bytes());
                if lines.is_none_or(|lines| lines[2..] != *content) {
                    return Err(Refusal::Damaged("it tells two heights"));
                }
                self.keep(content, reader);
            }
            _ if !matches!(has_nothing_behind(marker, content), Ok(true)) => {
                return Err(Refusal::Damaged(
                    "a part of it has another length than it should",
                ));
            }
            SOS => {
                if self.size.is_none() {
                    return Err(Refusal::Damaged("its picture data comes before its frame"));
                }
                self.has_scan = true;
                self.keep(content, reader);
                let scan = scan(reader)?;
                self.keep_last(scan.len(), reader);
            }
            // Huffman tables, arithmetic conditioning, quantisation tables, restart interval.
            DHT | DAC | DQT | DRI => self.keep(content, reader),
            // What is left are starts of frame.
            _ => {
                let mut frame = Reader::new(content);
                frame.byte()?;
                let (height, width) = (frame.be16()?, frame.be16()?);
                if self.size.is_some() {
                    return Err(Refusal::Damaged("it has more than one frame"));
                }
                self.size = Some(limit.check(width.into(), height.into())?);
                self.keep(content, reader);
            }
        }
        Ok(())
    }

    /// Keeps a segment that was just read, with its marker and its length.
    fn keep(&mut self, content: &[u8], reader: &Reader<'_>) {
        self.keep_last(4 + content.len(), reader);
    }

    /// Keeps the last `count` bytes that were read.
    fn keep_last(&mut self, count: usize, reader: &Reader<'_>) {
        self.kept.file(reader.last(count));
    }
}

/// Whether a segment is as long as what it says it holds: what stands behind that would be a hiding place. Decoders
/// refuse such segments too.
fn has_nothing_behind(marker: u8, content: &[u8]) -> Result<bool> {
    let mut reader = Reader::new(content);
    match marker {
        DHT => {
            while !reader.is_at_end() {
                reader.byte()?;
                let counts = reader.array::<16>()?;
                reader.take(counts.into_iter().map(usize::from).sum())?;
            }
        }
        DQT => {
            while !reader.is_at_end() {
                let is_wide = reader.byte()? >> 4 != 0;
                reader.take(if is_wide { 128 } else { 64 })?;
            }
        }
        DAC => return Ok(content.len().is_multiple_of(2)),
        DRI => return Ok(content.len() == 2),
        SOS => {
            let components = usize::from(reader.byte()?);
            reader.take(2 * components + 3)?;
        }
        // A start of frame.
        _ => {
            reader.take(5)?;
            let components = usize::from(reader.byte()?);
            reader.take(3 * components)?;
        }
    }
    Ok(reader.is_at_end())
}

/// The code of the next marker. Any number of fill bytes may stand before it.
fn next_marker(reader: &mut Reader<'_>) -> Result<u8> {
    if reader.byte()? != 0xff {
        return Err(Refusal::Damaged(
            "it has something else where a part should begin",
        ));
    }
    loop {
        match reader.byte()? {
            0xff => {}
            code => return Ok(code),
        }
    }
}

/// Entropy-coded data up to the marker that ends it. In it, a 0xff byte is followed by 0, or by the number of a restart;
/// before either, as before every marker, it may be repeated.
fn scan<'a>(reader: &mut Reader<'a>) -> Result<&'a [u8]> {
    let data = reader.rest();
    let mut end = 0;
    loop {
        end += data
            .get(end..)
            .and_then(|rest| memchr(0xff, rest))
            .ok_or(ENDS)?;
        let code = data
            .get(end..)
            .and_then(|rest| rest.iter().position(|&byte| byte != 0xff))
            .ok_or(ENDS)?
            + end;
        match data.get(code) {
            Some(0x00 | 0xd0..=0xd7) => end = code + 1,
            _ => return reader.take(end),
        }
    }
}

/// The JFIF segment with the size of its thumbnail set to nothing; `None` for another segment.
fn without_thumbnail(content: &[u8]) -> Option<[u8; 14]> {
    let mut jfif: [u8; 14] = content
        .strip_prefix(JFIF)
        .and_then(|_| content.first_chunk())
        .copied()?;
    jfif[12..].fill(0);
    Some(jfif)
}

/// The segments of a colour profile with what decides colours and nothing else, without their beginnings. There are none
/// if a piece is missing or there twice: which one counts, nobody could say.
fn profile(mut pieces: Vec<&[u8]>) -> Vec<Vec<u8>> {
    pieces.sort_by_key(|piece| piece.first().copied());
    let count = pieces.len();
    let whole = (1..)
        .zip(pieces.iter().copied())
        .map(|(number, piece)| match piece {
            [at, of, data @ ..] if usize::from(*at) == number && usize::from(*of) == count => {
                Some(data)
            }
            _ => None,
        });
    let whole = whole.collect::<Option<Vec<&[u8]>>>().unwrap_or_default();
    let length: usize = whole.iter().map(|piece: &&[u8]| piece.len()).sum();
    if length > icc::MAX_BYTES {
        return Vec::new();
    }
    let profile = icc::essential(&whole.concat()).unwrap_or_default();
    let pieces = profile.chunks(ICC_PIECE);
    let count = u8::try_from(pieces.len()).unwrap_or(u8::MAX);
    let pieces = (1..).zip(pieces);
    pieces
        .map(|(number, piece)| [ICC, &[number, count], piece].concat())
        .collect()
}

/// `content` came out of a segment, or is shorter than any, so its length fits.
fn push_segment(out: &mut Vec<u8>, marker: u8, content: &[u8]) {
    let length = u16::try_from(content.len() + 2).unwrap_or(u16::MAX);
    out.extend_from_slice(&[0xff, marker]);
    out.extend_from_slice(&length.to_be_bytes());
    out.extend_from_slice(content);
}

#[cfg(test)]
mod tests;
