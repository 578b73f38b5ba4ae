//! GIF: a screen, colour tables, and blocks whose data comes in sub-blocks (GIF89a).

use super::kept::Kept;
use super::reader::Reader;
use super::{Found, Limit, Refusal, Result, Size};

const EXTENSION: u8 = 0x21;
const IMAGE: u8 = 0x2c;
const TRAILER: u8 = 0x3b;

const PLAIN_TEXT: u8 = 0x01;
const GRAPHIC_CONTROL: u8 = 0xf9;
const APPLICATION: u8 = 0xff;

pub fn walk(file: &[u8], limit: Limit) -> Result<Found> {
    let mut reader = Reader::new(file);
    reader.take(6)?;
    let mut fields = reader.part(7)?;
    let size = limit.check(fields.le16()?.into(), fields.le16()?.into())?;
    let mut canvas = size;
    colour_table(&mut reader, fields.byte()?)?;
    let mut kept = Kept::default();
    kept.file(0..reader.left().start);

    // How the next picture is shown: belongs to that picture, and goes with it. Its length, and four bytes.
    let mut control: Option<&[u8]> = None;
    let mut pictures = 0_usize;
    loop {
        match reader.byte()? {
            TRAILER => break,
            IMAGE => {
                if let Some(control) = control.take() {
                    kept.own(extension(GRAPHIC_CONTROL, control));
                }
                canvas = keep_picture(&mut reader, &mut kept, canvas, limit)?;
                pictures += 1;
            }
            EXTENSION => match reader.byte()? {
                GRAPHIC_CONTROL => {
                    // More sub-blocks would be somebody's hiding place.
                    let blocks = sub_blocks(&mut reader)?;
                    control = blocks.get(..5).filter(|block| block.starts_with(&[4]));
                }
                PLAIN_TEXT => {
                    sub_blocks(&mut reader)?;
                    control = None;
                }
                APPLICATION => {
                    let blocks = sub_blocks(&mut reader)?;
                    keep_application(&mut kept, blocks);
                }
                // Comments, and whatever else somebody thought of.
                _ => {
                    sub_blocks(&mut reader)?;
                }
            },
            // Some writers end a block twice.
            0 => {}
            _ => {
                return Err(Refusal::Damaged(
                    "it has something else where a part should begin",
                ));
            }
        }
    }
    if pictures == 0 {
        return Err(Refusal::Damaged("it has no picture data"));
    }
    kept.own(vec![TRAILER]);
    Ok(Found {
        size,
        orientation: None,
        animated: pictures > 1,
        kept,
    })
}

/// Reads the colour table that a packed field announces, if it does.
fn colour_table(reader: &mut Reader<'_>, packed: u8) -> Result<()> {
    if packed & 0x80 != 0 {
        reader.take(3 << ((packed & 0x07) + 1))?;
    }
    Ok(())
}

/// Keeps a picture, and returns the canvas with room for it. It may reach beyond the screen, and a decoder may then make
/// the screen larger.
fn keep_picture(
    reader: &mut Reader<'_>,
    kept: &mut Kept,
    canvas: Size,
    limit: Limit,
) -> Result<Size> {
    // With the byte that says what it is.
    let start = reader.last(1).start;
    let mut fields = reader.part(9)?;
    let (left, top) = (u32::from(fields.le16()?), u32::from(fields.le16()?));
    let (width, height) = (u32::from(fields.le16()?), u32::from(fields.le16()?));
    limit.check(width, height)?;
    let canvas = limit.check(
        canvas.width.max(left + width),
        canvas.height.max(top + height),
    )?;
    colour_table(reader, fields.byte()?)?;
    reader.byte()?;
    sub_blocks(reader)?;
    kept.file(start..reader.left().start);
    Ok(canvas)
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

/// Keeps what stays of an application's extension: how often an animation repeats.
fn keep_application(kept: &mut Kept, blocks: &[u8]) {
    let Some((name, data)) = blocks.split_at_checked(12) else {
        return;
    };
    match name {
        b"\x0bNETSCAPE2.0" | b"\x0bANIMEXTS1.0" => {
            if let Some(count) = loop_count(data) {
                kept.own(extension(APPLICATION, &[name, count].concat()));
            }
        }
        // Also a colour profile, which no browser heeds in a GIF.
        _ => {}
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
