//! What to show while a picture is on its way: a few bytes with its colours, its shape and where it is light and dark
//! (thumbhash).

use thumbhash::rgba_to_thumb_hash;

use super::decode::Opened;
use super::{PreviewSize, Result, resized};
use crate::clean;

/// The longest side of what a thumbhash is made of, in pixels.
const SIDE: u32 = 100;

/// A preview in a few bytes.
#[derive(Debug, PartialEq, Eq)]
pub struct Placeholder {
    /// A thumbhash.
    pub hash: Vec<u8>,
    /// That of the preview, in pixels.
    pub width: u32,
    /// That of the preview, in pixels.
    pub height: u32,
}

/// Makes a placeholder of a small preview.
///
/// # Errors
/// It isn't a picture, or is larger than a small preview.
pub fn placeholder(preview: &[u8]) -> Result<Placeholder> {
    let side = PreviewSize::Small.side();
    let picture = clean(preview, u64::from(side * side))?;
    let (width, height) = (picture.width, picture.height);
    let longest = width.max(height).max(SIDE);
    let scaled = |length: u32| (length * SIDE / longest).max(1);
    let image = Opened::new(&picture, SIDE)?.decode()?.image;
    let tiny = resized(image, (scaled(width), scaled(height)))?.into_rgba8();
    let sides = (tiny.width() as usize, tiny.height() as usize);
    Ok(Placeholder {
        hash: rgba_to_thumb_hash(sides.0, sides.1, tiny.as_raw()),
        width,
        height,
    })
}
