//! GIF: a screen, colour tables, and blocks whose data comes in sub-blocks (GIF89a).

use super::reader::Reader;
use super::{Cleaned, Limit, Refusal, Result, Size};

const EXTENSION: u8 = 0x21;
const IMAGE: u8 = 0x2c;
const TRAILER: u8 = 0x3b;

const PLAIN_TEXT: u8 = 0x01;
const GRAPHIC_CONTROL: u8 = 0xf9;
const APPLICATION: u8 = 0xff;

pub fn clean(bytes: &[u8], limit: Limit) -> Result<Cleaned> {
    let mut reader = Reader::new(bytes);
    let mut out = Vec::with_capacity(bytes.len());
    out.extend_from_slice(reader.take(6)?);

    let screen = reader.take(7)?;
    let mut fields = Reader::new(screen);
    let size = limit.check(fields.le16()?.into(), fields.le16()?.into())?;
    let mut canvas = size;
    out.extend_from_slice(screen);
    out.extend_from_slice(colour_table(&mut reader, fields.byte()?)?);

    // How the next picture is shown: belongs to that picture, and goes with it. Its length, and four bytes.
    let mut control: Option<&[u8]> = None;
    let mut pictures = 0_usize;
    loop {
        match reader.byte()? {
            TRAILER => break,
            IMAGE => {
                if let Some(control) = control.take() {
                    push_extension(&mut out, GRAPHIC_CONTROL, control);
                    out.push(0);
                }
                canvas = copy_picture(&mut reader, &mut out, canvas, limit)?;
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
                    push_application(&mut out, blocks);
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
    out.push(TRAILER);
    Ok(Cleaned {
        size,
        orientation: None,
        animated: pictures > 1,
        bytes: out,
    })
}

/// The colour table that a packed field announces, if it does.
fn colour_table<'a>(reader: &mut Reader<'a>, packed: u8) -> Result<&'a [u8]> {
    if packed & 0x80 == 0 {
        return Ok(&[]);
    }
    reader.take(3 << ((packed & 0x07) + 1))
}

/// Copies a picture, and returns the canvas with room for it. It may reach beyond the screen, and a decoder may then make
/// the screen larger.
fn copy_picture(
    reader: &mut Reader<'_>,
    out: &mut Vec<u8>,
    canvas: Size,
    limit: Limit,
) -> Result<Size> {
    let descriptor = reader.take(9)?;
    let mut fields = Reader::new(descriptor);
    let (left, top) = (u32::from(fields.le16()?), u32::from(fields.le16()?));
    let (width, height) = (u32::from(fields.le16()?), u32::from(fields.le16()?));
    limit.check(width, height)?;
    let canvas = limit.check(
        canvas.width.max(left + width),
        canvas.height.max(top + height),
    )?;
    out.push(IMAGE);
    out.extend_from_slice(descriptor);
    out.extend_from_slice(colour_table(reader, fields.byte()?)?);
    out.push(reader.byte()?);
    out.extend_from_slice(sub_blocks(reader)?);
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

/// Copies what stays of an application's extension: how often an animation repeats, or the colour profile.
fn push_application(out: &mut Vec<u8>, blocks: &[u8]) {
    let Some((name, data)) = blocks.split_at_checked(12) else {
        return;
    };
    match name {
        b"\x0bNETSCAPE2.0" | b"\x0bANIMEXTS1.0" => {
            if let Some(count) = loop_count(data) {
                push_extension(out, APPLICATION, name);
                out.extend_from_slice(count);
                out.push(0);
            }
        }
        b"\x0bICCRGBG1012" => push_extension(out, APPLICATION, blocks),
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

fn push_extension(out: &mut Vec<u8>, label: u8, blocks: &[u8]) {
    out.extend_from_slice(&[EXTENSION, label]);
    out.extend_from_slice(blocks);
}

#[cfg(test)]
mod tests;
