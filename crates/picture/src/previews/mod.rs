//! From a picture to its previews: decoded once, made smaller, turned the right way up, and encoded for pages. Bytes in,
//! bytes out; nothing but the pixels and their colour profile goes from one to the other.

// A picture made smaller while it is read.
mod cells;
// What colours mean.
mod colours;
mod decode;
mod encode;
mod gif;
mod jpeg;
mod pixels;
mod placeholder;
mod png;
// The middle of a picture.
mod square;
mod webp;

use fast_image_resize::Resizer;
use image::DynamicImage;

use super::{CleanError, Picture, clean};
use crate::PreviewSize;
use decode::Opened;
use pixels::Decoded;
pub use placeholder::{Placeholder, placeholder};
pub use square::{SIDE as SQUARE_SIDE, SquareWork};

const MIB: u64 = 1024 * 1024;
/// The most memory in bytes that making the previews of a picture may take. What counts is what is allocated, whatever the
/// area: a thin picture needs tables as long as its side, a progressive JPEG all of its coefficients at once.
pub const MAX_MEMORY: u64 = 256 * MIB;
/// What encoding a large preview takes, with what comes out.
const ENCODING: u64 = 48 * MIB;
/// The longest side of a picture, in pixels, that may be shown large as it is: all browsers can.
const SHOWN_AS_IT_IS: u32 = 4096;
/// A large preview of fewer bytes is good, however few the picture has.
const LITTLE: usize = 64 * 1024;

/// The previews of a picture, as whole files.
#[derive(Debug)]
pub struct Previews {
    /// At most 400 pixels a side: a JPEG, or a WebP if it has transparency.
    pub small: Vec<u8>,
    /// At most 1600 pixels a side, as the small one; the picture itself where that has fewer bytes.
    /// `None` for a picture that moves: it is shown large as it is.
    pub large: Option<Vec<u8>>,
}

/// Why there are no previews of a file; completes "because …".
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct NoPreviews(String);

type Result<T> = std::result::Result<T, NoPreviews>;

impl NoPreviews {
    fn because(reason: impl std::fmt::Display) -> Self {
        Self(reason.to_string())
    }
}

impl From<CleanError> for NoPreviews {
    fn from(error: CleanError) -> Self {
        Self::because(error)
    }
}

/// Refuses what would take more than [`MAX_MEMORY`]; `what` is the subject of the sentence.
fn check_memory(what: &str, memory: u64) -> Result<()> {
    if memory > MAX_MEMORY {
        return Err(NoPreviews::because(format!(
            "{what} would take {} MiB of memory, more than {}",
            memory / MIB,
            MAX_MEMORY / MIB
        )));
    }
    Ok(())
}

/// A picture whose previews can be made, and what that takes.
pub struct Work<'a> {
    picture: &'a Picture,
    opened: Opened<'a>,
    first: PreviewSize,
    memory: u64,
}

impl<'a> Work<'a> {
    /// Reads the headers of a clean picture.
    ///
    /// # Errors
    /// The picture can't be decoded, or only with more than [`MAX_MEMORY`].
    pub fn new(picture: &'a Picture) -> Result<Self> {
        let first = match picture.animated {
            true => PreviewSize::Small,
            false => PreviewSize::Large,
        };
        let opened = Opened::new(picture, first.side())?;
        let resizing = resizing(opened.given(), first.within(picture.width, picture.height));
        let memory = opened.memory().max(resizing).max(ENCODING);
        check_memory("they", memory)?;
        Ok(Self {
            picture,
            opened,
            first,
            memory,
        })
    }

    /// The most memory in bytes that [`Self::make`] takes, at most [`MAX_MEMORY`].
    pub fn memory(&self) -> u64 {
        self.memory
    }

    /// Makes the previews.
    ///
    /// # Errors
    /// The picture can't be decoded.
    pub fn make(self) -> Result<Previews> {
        let Self {
            picture,
            opened,
            first,
            ..
        } = self;
        let Decoded { image, profile } = opened.decode()?;
        // As stored; which side is which doesn't matter for how large the longest may be.
        let mut image = resized(image, first.within(picture.width, picture.height))?;
        if let Some(turn) = picture.orientation {
            image.apply_orientation(turn.turn());
        }
        let image = encode::plain(image);

        let (width, height) = picture.shown();
        let small_size = PreviewSize::Small.within(width, height);
        if small_size == (image.width(), image.height()) {
            let small = encode::encode(&image, profile.as_deref())?;
            let large = (!picture.animated).then(|| large_of(picture, small.clone()));
            return Ok(Previews { small, large });
        }
        let large = encode::encode(&image, profile.as_deref())?;
        let small = encode::encode(&resized(image, small_size)?, profile.as_deref())?;
        Ok(Previews {
            small,
            large: Some(large_of(picture, large)),
        })
    }
}

/// The large preview of a picture that is still, which is the picture itself where the one that was made has more bytes: without
/// loss, what was made smaller may need more than what was drawn.
fn large_of(picture: &Picture, made: Vec<u8>) -> Vec<u8> {
    let is_larger = made.len() >= picture.bytes.len().max(LITTLE);
    match is_larger && picture.width.max(picture.height) <= SHOWN_AS_IT_IS {
        true => picture.bytes.clone(),
        false => made,
    }
}

/// Makes the previews of a clean picture.
///
/// # Errors
/// The picture can't be decoded, or only with more than [`MAX_MEMORY`].
pub fn make(picture: &Picture) -> Result<Previews> {
    Work::new(picture)?.make()
}

/// Decodes a preview of this size, to see that it can be.
///
/// # Errors
/// It isn't a picture, is larger than such a preview, or is damaged.
pub fn check(preview: &[u8], size: PreviewSize) -> Result<()> {
    let side = u64::from(match size {
        PreviewSize::Small => size.side(),
        // It may be the photo itself.
        PreviewSize::Large => SHOWN_AS_IT_IS,
    });
    let picture = clean(preview, side * side)?;
    Opened::new(&picture, size.side())?.decode().map(drop)
}

/// The most memory in bytes that [`resized`] takes, with what it is given.
fn resizing((width, height, pixel): (u32, u32, u64), to: (u32, u32)) -> u64 {
    if (width, height) == to {
        return 0;
    }
    let area = |width: u32, height: u32| u64::from(width) * u64::from(height) * pixel;
    // What can be seen through is weighed first, in a copy.
    let copies = if pixel == 4 { 2 } else { 1 };
    // First across, then down. For both, a filter for each pixel that comes out, of six numbers for each pixel in its reach.
    let tables = 64 * (u64::from(width) + u64::from(height) + u64::from(to.0) + u64::from(to.1));
    copies * area(width, height) + area(to.0, height) + area(to.0, to.1) + tables
}

/// The same picture in another size, by Lanczos' filter.
fn resized(image: DynamicImage, (width, height): (u32, u32)) -> Result<DynamicImage> {
    if (image.width(), image.height()) == (width, height) {
        return Ok(image);
    }
    let mut smaller = DynamicImage::new(width, height, image.color());
    Resizer::new()
        .resize(&image, &mut smaller, None)
        .map_err(NoPreviews::because)?;
    Ok(smaller)
}

#[cfg(test)]
mod tests;
