//! GIF: a screen, colour tables, and blocks whose data comes in sub-blocks (GIF89a).

mod lzw;

use super::edit_list::EditList;
use super::reader::{ENDS, Reader};
use super::{CleanError, Limit, MAX_FRAMES, Parsed, Result, TOO_MANY_FRAMES};
use crate::reason::Reason;

const EXTENSION: u8 = 0x21;
const IMAGE: u8 = 0x2c;
const TRAILER: u8 = 0x3b;

const PLAIN_TEXT: u8 = 0x01;
const GRAPHIC_CONTROL: u8 = 0xf9;
const APPLICATION: u8 = 0xff;

pub fn scan(file: &[u8], limit: Limit) -> Result<Parsed> {
    let mut reader = Reader::new(file);
    let name = reader.take(6)?;
    let mut fields = reader.part(7)?;
    let (width, height) = (fields.le16()?, fields.le16()?);
    let rest = fields.rest();
    let has_colours = colour_table(&mut reader, fields.byte()?)?;
    let colours = reader.last(reader.left().start - 13);
    let mut parts = Parts {
        screen: (width.into(), height.into()),
        canvas: (width.into(), height.into()),
        has_colours,
        control: None,
        pictures: 0,
        repeats: false,
        is_short: false,
        edits: EditList::default(),
    };
    loop {
        match parts.take(&mut reader, limit) {
            Ok(true) => {}
            Ok(false) => break,
            // The end may be missing, but nothing of a picture.
            Err(refusal) if refusal == ENDS && parts.pictures > 0 && !parts.is_short => break,
            Err(refusal) => return Err(refusal),
        }
    }
    if parts.pictures == 0 {
        return Err(CleanError::Damaged(Reason::NoPictureData));
    }
    let size = limit.check(parts.screen.0, parts.screen.1)?;
    let mut edits = EditList::default();
    let side = |length: u32| u16::try_from(length).unwrap_or(u16::MAX).to_le_bytes();
    edits.insert([name, &side(size.width), &side(size.height), rest].concat());
    edits.copy(colours);
    edits.append(parts.edits);
    edits.insert(vec![TRAILER]);
    Ok(Parsed {
        size,
        orientation: None,
        // A GIF has no EXIF.
        taken_at: None,
        animated: parts.pictures > 1,
        had_film: false,
        edits,
    })
}

/// What is found in a file.
struct Parts<'a> {
    /// How large the picture is: browsers make room for the first one where the screen is smaller, and not for later ones.
    screen: (u32, u32),
    /// What would hold all pictures: some decoders make room for them.
    canvas: (u32, u32),
    has_colours: bool,
    /// How the next picture is shown: kept or dropped with that picture. Its length, and four bytes.
    control: Option<&'a [u8]>,
    pictures: usize,
    /// Whether it was said how often an animation repeats.
    repeats: bool,
    /// Whether pixels are missing in a picture. Only a file that says where it ends can be so and whole.
    is_short: bool,
    edits: EditList,
}

impl<'a> Parts<'a> {
    /// Takes the next part; returns whether the file goes on.
    fn take(&mut self, reader: &mut Reader<'a>, limit: Limit) -> Result<bool> {
        match reader.byte()? {
            TRAILER => return Ok(false),
            IMAGE => self.take_picture(reader, limit)?,
            EXTENSION => match reader.byte()? {
                GRAPHIC_CONTROL => {
                    // More sub-blocks could hide something.
                    let blocks = sub_blocks(reader)?;
                    self.control = blocks.get(..5).filter(|block| block.starts_with(&[4]));
                }
                PLAIN_TEXT => {
                    sub_blocks(reader)?;
                    self.control = None;
                }
                APPLICATION => {
                    let blocks = sub_blocks(reader)?;
                    self.take_application(blocks);
                }
                // Comments and anything else.
                _ => {
                    sub_blocks(reader)?;
                }
            },
            // Some writers end a block twice.
            0 => {}
            // Behind a picture that is whole, it belongs to something else.
            _ if self.pictures > 0 && !self.is_short => return Ok(false),
            _ => {
                return Err(CleanError::Damaged(Reason::NoPartBegins));
            }
        }
        Ok(true)
    }

    /// Keeps what stays of an application's extension: how often an animation repeats, of which the first one counts.
    fn take_application(&mut self, blocks: &[u8]) {
        let Some((name, data)) = blocks.split_at_checked(12) else {
            return;
        };
        match name {
            b"\x0bNETSCAPE2.0" | b"\x0bANIMEXTS1.0" if !self.repeats => {
                if let Some(count) = loop_count(data) {
                    self.repeats = true;
                    let own = extension(APPLICATION, &[name, count].concat());
                    self.edits.insert(own);
                }
            }
            // Also a colour profile, which every browser ignores in a GIF.
            _ => {}
        }
    }

    /// Keeps a picture with nothing after its pixels.
    fn take_picture(&mut self, reader: &mut Reader<'_>, limit: Limit) -> Result<()> {
        // With the byte that says what it is.
        let start = reader.last(1).start;
        let mut fields = reader.part(9)?;
        let (left, top) = (u32::from(fields.le16()?), u32::from(fields.le16()?));
        let size = limit.check(fields.le16()?.into(), fields.le16()?.into())?;
        let (right, bottom) = (left + size.width, top + size.height);
        self.canvas = (self.canvas.0.max(right), self.canvas.1.max(bottom));
        limit.check(self.canvas.0, self.canvas.1)?;
        if self.pictures == 0 {
            self.screen = (self.screen.0.max(right), self.screen.1.max(bottom));
            if self.screen.0.max(self.screen.1) > u32::from(u16::MAX) {
                return Err(CleanError::Damaged(Reason::GifBounds));
            }
        }
        let has_own_colours = colour_table(reader, fields.byte()?)?;
        if !has_own_colours && !self.has_colours {
            return Err(CleanError::NotShown(Reason::NoPalette));
        }
        let first_size = reader.byte()?;
        let data = reader.left().start;
        let blocks = || Blocks(reader.clone());
        let wanted = u64::from(size.width) * u64::from(size.height);
        let found = lzw::pixels(first_size, blocks(), wanted)?;
        // Sub-blocks that end with the file are as good as any where all pixels are there.
        let is_same = blocks().flatten().eq(&found.data);
        let is_whole = found.count >= wanted;
        let is_closed = sub_blocks(reader).is_ok();
        if !is_whole && !is_closed {
            return Err(ENDS);
        }
        self.is_short |= !is_whole;
        self.pictures += 1;
        if self.pictures > MAX_FRAMES {
            return Err(TOO_MANY_FRAMES);
        }
        if let Some(control) = self.control.take() {
            self.edits.insert(extension(GRAPHIC_CONTROL, control));
        }
        let end = reader.left().start;
        if is_same && is_closed {
            self.edits.copy(start..end);
        } else {
            self.edits.copy(start..data);
            let mut own = Vec::new();
            for block in found.data.chunks(255) {
                own.push(u8::try_from(block.len()).unwrap_or(u8::MAX));
                own.extend_from_slice(block);
            }
            own.push(0);
            self.edits.insert(own);
        }
        Ok(())
    }
}

/// The contents of sub-blocks, up to the empty one that ends them, or to the end of the file.
struct Blocks<'a>(Reader<'a>);

impl<'a> Iterator for Blocks<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        let length = usize::from(self.0.byte().ok()?);
        let length = length.min(self.0.rest().len());
        self.0.take(length).ok().filter(|block| !block.is_empty())
    }
}

/// Reads the colour table that a packed field announces; returns whether it announces one.
fn colour_table(reader: &mut Reader<'_>, packed: u8) -> Result<bool> {
    let has_one = packed & 0x80 != 0;
    if has_one {
        reader.take(3 << ((packed & 0x07) + 1))?;
    }
    Ok(has_one)
}

/// Sub-blocks with their lengths, and the empty one that ends them.
fn sub_blocks<'a>(reader: &mut Reader<'a>) -> Result<&'a [u8]> {
    let all = reader.rest();
    let mut length = 0;
    loop {
        let block = usize::from(reader.byte()?);
        reader.take(block)?;
        length += 1 + block;
        if block == 0 {
            return Ok(all.get(..length).unwrap_or_default());
        }
    }
}

/// The sub-block of three bytes that begins with 1, with its length: how often to repeat.
fn loop_count(mut blocks: &[u8]) -> Option<&[u8]> {
    loop {
        let length = usize::from(*blocks.first()?);
        let (block, rest) = blocks.split_at_checked(1 + length)?;
        match block {
            [0, ..] => return None,
            [3, 1, ..] => return Some(block),
            _ => blocks = rest,
        }
    }
}

/// An extension of our own, with the empty sub-block that ends it.
fn extension(label: u8, blocks: &[u8]) -> Vec<u8> {
    [&[EXTENSION, label], blocks, &[0]].concat()
}

#[cfg(test)]
mod tests;
