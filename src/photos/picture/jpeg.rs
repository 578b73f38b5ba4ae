//! JPEG: segments behind markers, and entropy-coded data behind each start of scan (ITU T.81, annex B).

use std::borrow::Cow;

use super::orientation::Orientation;
use super::reader::{ENDS, Reader};
use super::{Limit, Refusal, Result, Size};

const SOI: u8 = 0xd8;
const EOI: u8 = 0xd9;
const SOS: u8 = 0xda;
const APP1: u8 = 0xe1;

const JFIF: &[u8] = b"JFIF\0";
const EXIF: &[u8] = b"Exif\0\0";
const ICC: &[u8] = b"ICC_PROFILE\0";
const ADOBE: &[u8] = b"Adobe";

pub fn clean(bytes: &[u8], limit: Limit) -> Result<(Size, Vec<u8>)> {
    let mut reader = Reader::new(bytes);
    reader.take(2)?;
    let mut parts = Parts::default();
    loop {
        match next_marker(&mut reader)? {
            EOI => break,
            marker => parts.take_segment(marker, &mut reader, limit)?,
        }
    }
    let size = parts.size.ok_or(Refusal::Damaged("it has no frame"))?;
    if !parts.has_scan {
        return Err(Refusal::Damaged("it has no picture data"));
    }
    let mut out = Vec::with_capacity(bytes.len());
    out.extend_from_slice(&[0xff, SOI]);
    if let Some(jfif) = parts.jfif {
        push_segment(&mut out, 0xe0, &jfif);
    }
    if let Some(orientation) = parts.orientation {
        push_segment(&mut out, APP1, &[EXIF, &orientation.tiff()].concat());
    }
    for piece in parts.pieces {
        match piece {
            Piece::Segment(marker, content) => push_segment(&mut out, marker, &content),
            Piece::Scan(data) => out.extend_from_slice(data),
        }
    }
    out.extend_from_slice(&[0xff, EOI]);
    Ok((size, out))
}

/// What is kept of a file.
#[derive(Default)]
struct Parts<'a> {
    size: Option<Size>,
    has_scan: bool,
    /// The density of pixels; some decoders also tell colours by its presence.
    jfif: Option<[u8; 14]>,
    orientation: Option<Orientation>,
    pieces: Vec<Piece<'a>>,
}

enum Piece<'a> {
    Segment(u8, Cow<'a, [u8]>),
    /// Entropy-coded data with its restart markers.
    Scan(&'a [u8]),
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
            0xe0 => self.jfif = self.jfif.or_else(|| without_thumbnail(content)),
            APP1 => {
                let tiff = content.strip_prefix(EXIF);
                self.orientation = self.orientation.or_else(|| Orientation::read(tiff?));
            }
            0xe2 if content.starts_with(ICC) => self.keep(marker, content),
            // Tells in which colours the components are; twelve bytes and no more.
            0xee if content.starts_with(ADOBE) => self.keep(marker, content.get(..12).ok_or(ENDS)?),
            // All other application segments, and comments.
            0xe0..=0xef | 0xfe => {}
            SOS => {
                if self.size.is_none() {
                    return Err(Refusal::Damaged("its picture data comes before its frame"));
                }
                self.has_scan = true;
                self.keep(marker, content);
                let data = scan(reader)?;
                self.pieces.push(Piece::Scan(data));
            }
            // Huffman tables, arithmetic conditioning, quantisation tables, restart interval, number of lines.
            0xc4 | 0xcc | 0xdb | 0xdc | 0xdd => self.keep(marker, content),
            // What is left are starts of frame.
            _ => {
                let mut frame = Reader::new(content);
                frame.byte()?;
                let (height, width) = (frame.be16()?, frame.be16()?);
                if self.size.is_some() {
                    return Err(Refusal::Damaged("it has more than one frame"));
                }
                self.size = Some(limit.check(width.into(), height.into())?);
                self.keep(marker, content);
            }
        }
        Ok(())
    }

    fn keep(&mut self, marker: u8, content: &'a [u8]) {
        self.pieces
            .push(Piece::Segment(marker, Cow::Borrowed(content)));
    }
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

/// Entropy-coded data up to the marker that ends it. In it, a 0xff byte is followed by 0, or by the number of a restart.
fn scan<'a>(reader: &mut Reader<'a>) -> Result<&'a [u8]> {
    let data = reader.rest();
    let mut end = 0;
    loop {
        let next = data
            .get(end..)
            .and_then(|rest| rest.iter().position(|&byte| byte == 0xff))
            .ok_or(ENDS)?;
        end += next;
        match data.get(end + 1) {
            Some(0x00 | 0xd0..=0xd7) => end += 2,
            Some(_) => return reader.take(end),
            None => return Err(ENDS),
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

/// `content` came out of a segment, or is shorter than any, so its length fits.
fn push_segment(out: &mut Vec<u8>, marker: u8, content: &[u8]) {
    let length = u16::try_from(content.len() + 2).unwrap_or(u16::MAX);
    out.extend_from_slice(&[0xff, marker]);
    out.extend_from_slice(&length.to_be_bytes());
    out.extend_from_slice(content);
}
