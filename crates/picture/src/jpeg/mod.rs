//! JPEG: segments after markers, and entropy-coded data after each start of scan (ITU T.81, annex B).
//!
//! The data is walked through code by code, so that we know where a scan ends and what follows. What isn't part of
//! the picture is skipped as browsers skip it, and left out.

mod frame;
mod huffman;
mod scan;
mod scans;
mod standard;
mod strides;
mod tables;
mod waiting;

use super::edit_list::EditList;
use super::exif::{Exif, PREFIX as EXIF};
use super::icc;
use super::reader::{ENDS, Reader};
use super::{CleanError, MaxPixels, Parsed, Result};
use crate::reason::Reason;
use frame::Frame;
use tables::Tables;
use waiting::{Need, Waiting};

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
const ICC: &[u8] = b"ICC_PROFILE\0";
const ADOBE: &[u8] = b"Adobe";
/// The most bytes of a colour profile that fit a segment, after the signature, the number of the piece and the count.
const ICC_PIECE: usize = 65_519;

const WRONG_LENGTH: CleanError = CleanError::Damaged(Reason::PartLength);

pub fn scan(file: &[u8], max_pixels: MaxPixels) -> Result<Parsed> {
    let mut reader = Reader::new(file);
    reader.take(2)?;
    let mut parts = Parts {
        file,
        frame: None,
        tables: Tables::default(),
        waiting: Waiting::default(),
        has_scan: false,
        is_short: false,
        work: 0,
        jfif: None,
        profile: Vec::new(),
        exif: Exif::default(),
        edits: EditList::default(),
    };
    // What follows a complete picture belongs to something else, with or without an end marker between.
    while !parts.is_whole() {
        match next_marker(&mut reader)? {
            EOI => break,
            marker => parts.take_segment(marker, &mut reader, max_pixels)?,
        }
    }
    let frame = parts.frame.ok_or(CleanError::Damaged(Reason::NoFrame))?;
    if !parts.has_scan {
        return Err(CleanError::Damaged(Reason::NoPictureData));
    }
    if !frame.is_there() {
        return Err(ENDS);
    }
    let orientation = parts.exif.orientation();
    let mut front = vec![0xff, SOI];
    if let Some(jfif) = parts.jfif {
        push_segment(&mut front, APP0, &jfif);
    }
    if let Some(orientation) = orientation {
        push_segment(
            &mut front,
            APP1,
            &[EXIF, &[0], &orientation.tiff()].concat(),
        );
    }
    for piece in profile(parts.profile) {
        push_segment(&mut front, APP2, &piece);
    }
    let mut edits = EditList::default();
    edits.insert(front);
    edits.append(parts.edits);
    edits.insert(vec![0xff, EOI]);
    Ok(Parsed {
        size: frame.size,
        orientation,
        animated: false,
        taken_at: parts.exif.taken_at(),
        had_film: has_film(reader.rest()),
        edits,
    })
}

/// What is found in a file.
struct Parts<'a> {
    file: &'a [u8],
    frame: Option<Frame>,
    tables: Tables<'a>,
    waiting: Waiting,
    has_scan: bool,
    /// Whether a scan ended before its last unit. Only a file that says where it ends can be so and whole.
    is_short: bool,
    /// How many blocks were looked at in all scans.
    work: usize,
    /// The density of pixels; some decoders also derive the colours from its presence.
    jfif: Option<[u8; 14]>,
    /// The pieces of the colour profile: which one, of how many, and its bytes.
    profile: Vec<&'a [u8]>,
    exif: Exif,
    /// What is kept so far, without what goes to the front.
    edits: EditList,
}

impl<'a> Parts<'a> {
    /// Whether nothing that follows can belong to the picture.
    fn is_whole(&self) -> bool {
        !self.is_short && self.frame.as_ref().is_some_and(Frame::is_whole)
    }

    fn take_segment(
        &mut self,
        marker: u8,
        reader: &mut Reader<'a>,
        max_pixels: MaxPixels,
    ) -> Result<()> {
        match marker {
            // They stand alone, and outside a scan they say nothing.
            0x01 | 0xd0..=0xd7 => return Ok(()),
            // A second start, hierarchical and extension frames: no encoder makes them, and browsers show nothing then.
            0x00..=0xbf | 0xc8 | SOI | 0xde | 0xdf | 0xf0..=0xfd => {
                return Err(CleanError::Damaged(Reason::NoPartOfJpeg));
            }
            _ => {}
        }
        let length = usize::from(reader.be16()?);
        let content = reader.take(length.checked_sub(2).ok_or(ENDS)?)?;
        let segment = reader.last(4 + content.len());
        match marker {
            SOS => self.take_scan(content, segment, reader)?,
            DHT | DQT | DRI => self
                .tables
                .take(marker, content, segment, &mut self.waiting)?,
            // All other segments describe the whole picture and come before the first scan, or they mean nothing.
            APP0 if !self.has_scan => {
                self.jfif = self.jfif.or_else(|| without_thumbnail(content));
            }
            APP1 if !self.has_scan => {
                // What fills it up to an even length may be any byte.
                if let Some([_, tiff @ ..]) = content.strip_prefix(EXIF) {
                    self.exif.take(tiff);
                }
            }
            // One that has more pieces than can be numbered isn't whole.
            APP2 if content.starts_with(ICC)
                && !self.has_scan
                && self.profile.len() <= usize::from(u8::MAX) =>
            {
                self.profile.extend(content.strip_prefix(ICC));
            }
            // Of several the last one counts. Twelve bytes and no more; decoders pass over a shorter one.
            APP14 if content.starts_with(ADOBE) && !self.has_scan => {
                if content.len() >= 12 {
                    let start = reader.last(content.len()).start;
                    self.waiting.put(Need::Colours, segment, start..start + 12);
                }
            }
            // All other application segments, and comments. The number of lines again, and what arithmetic coding begins
            // with: browsers pass over both.
            APP0..=APP15 | COM | DNL | DAC => {}
            // What is left are starts of frame.
            _ => {
                if self.frame.is_some() {
                    return Err(CleanError::Damaged(Reason::SeveralFrames));
                }
                self.frame = Some(Frame::read(marker, content, max_pixels)?);
                let content = reader.last(content.len());
                self.waiting.put(Need::Always, segment, content);
            }
        }
        Ok(())
    }
}

/// Whether what follows a picture has the first box of a film, which says its kind. Phones write some bytes of their own before it.
fn has_film(rest: &[u8]) -> bool {
    const HEADER: usize = 12;
    /// That box is short: it lists the kinds that the film is of.
    const LENGTHS: std::ops::RangeInclusive<u32> = 16..=256;
    let mut boxes = rest.windows(HEADER);
    boxes.any(|head| match *head {
        [a, b, c, d, b'f', b't', b'y', b'p', ref kind @ ..] => {
            LENGTHS.contains(&u32::from_be_bytes([a, b, c, d]))
                && kind
                    .iter()
                    .all(|byte| byte.is_ascii_graphic() || *byte == b' ')
        }
        _ => false,
    })
}

/// The code of the next marker. What precedes it is skipped.
fn next_marker(reader: &mut Reader<'_>) -> Result<u8> {
    let (at, code) = scan::next_marker(reader.rest(), 0).ok_or(ENDS)?;
    reader.take(at + 2)?;
    Ok(code)
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

/// The segments of a colour profile with what decides colours and nothing else, without their headers. Empty
/// if a piece is missing or there twice: which one counts is undefined.
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
