//! The middle of a picture as a small square, as people and places are shown.

use image::{DynamicImage, Rgb, RgbImage};

use super::decode::Opened;
use super::pixels::Decoded;
use super::{MIB, Result, check_memory, encode, resized, resizing};
use crate::{MAX_SIDE, Picture};

/// The most pixels of a side.
pub const SIDE: u32 = 400;
/// What encoding takes, with what comes out.
const ENCODING: u64 = 4 * MIB;
/// A colour profile of more bytes doesn't go along: it would be larger than the square.
const MAX_PROFILE: usize = 4096;

/// A picture of whose middle a square can be made, and what that takes.
pub struct SquareWork<'a> {
    picture: &'a Picture,
    opened: Opened<'a>,
    side: u32,
    memory: u64,
}

impl<'a> SquareWork<'a> {
    /// Reads the headers of a clean picture.
    ///
    /// # Errors
    /// The picture can't be decoded, or only with more than [`super::MAX_MEMORY`].
    pub fn new(picture: &'a Picture) -> Result<Self> {
        let (width, height) = (picture.width, picture.height);
        let (shortest, longest) = (width.min(height).max(1), width.max(height));
        let side = SIDE.min(shortest);
        // It may come smaller, as long as its shorter side is still long enough.
        let needed = (u64::from(longest) * u64::from(side)).div_ceil(u64::from(shortest));
        let opened = Opened::new(picture, u32::try_from(needed).unwrap_or(MAX_SIDE))?;
        let (width, height, pixel) = opened.given();
        let cut = width.min(height);
        let given = u64::from(width) * u64::from(height) * pixel;
        // The middle is cut out into a copy.
        let cutting = given + u64::from(cut) * u64::from(cut) * pixel;
        let resizing = resizing((cut, cut, pixel), (side, side));
        let memory = opened.memory().max(cutting).max(resizing) + ENCODING;
        check_memory("that", memory)?;
        Ok(Self {
            picture,
            opened,
            side,
            memory,
        })
    }

    /// The most memory in bytes that [`Self::make`] takes, at most [`super::MAX_MEMORY`].
    pub fn memory(&self) -> u64 {
        self.memory
    }

    /// Makes the square, a JPEG of at most [`SIDE`] pixels a side. What can be seen through becomes white.
    ///
    /// # Errors
    /// The picture can't be decoded.
    pub fn make(self) -> Result<Vec<u8>> {
        let Decoded { image, profile } = self.opened.decode()?;
        let middle = middle(image);
        let mut image = resized(middle, (self.side, self.side))?;
        if let Some(turn) = self.picture.orientation {
            image.apply_orientation(turn.turn());
        }
        let image = on_white(encode::plain(image));
        let profile = profile.filter(|profile| profile.len() <= MAX_PROFILE);
        encode::encode(&image, profile.as_deref())
    }
}

/// The largest square in the middle of a picture.
fn middle(image: DynamicImage) -> DynamicImage {
    let (width, height) = (image.width(), image.height());
    let side = width.min(height);
    if width == height {
        return image;
    }
    image.crop_imm((width - side) / 2, (height - side) / 2, side, side)
}

/// A plain picture without transparency.
fn on_white(image: DynamicImage) -> DynamicImage {
    let DynamicImage::ImageRgba8(seen_through) = image else {
        return image;
    };
    let (width, height) = seen_through.dimensions();
    let opaque = RgbImage::from_fn(width, height, |x, y| {
        let [red, green, blue, alpha] = seen_through.get_pixel(x, y).0;
        let white = u32::from(u8::MAX - alpha) * u32::from(u8::MAX);
        Rgb([red, green, blue].map(|colour| {
            let mixed = (u32::from(colour) * u32::from(alpha) + white) / u32::from(u8::MAX);
            u8::try_from(mixed).unwrap_or(u8::MAX)
        }))
    });
    DynamicImage::ImageRgb8(opaque)
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use image::{ImageFormat, Rgba, RgbaImage};

    use super::*;
    use crate::clean;
    use crate::previews::MAX_MEMORY;

    fn square_of(image: &DynamicImage) -> DynamicImage {
        let mut file = Cursor::new(Vec::new());
        image.write_to(&mut file, ImageFormat::Png).unwrap();
        let picture = clean(file.into_inner(), 64_000_000).unwrap();
        let work = SquareWork::new(&picture).unwrap();
        assert!(work.memory() <= MAX_MEMORY);
        let square = work.make().unwrap();
        assert!(square.starts_with(&[0xff, 0xd8, 0xff]));
        image::load_from_memory(&square).unwrap()
    }

    /// Whether a pixel is nearly of this colour.
    fn is(image: &DynamicImage, (x, y): (u32, u32), colour: [u8; 3]) -> bool {
        let pixel = image.to_rgb8().get_pixel(x, y).0;
        pixel.iter().zip(colour).all(|(a, b)| a.abs_diff(b) < 12)
    }

    #[test]
    fn the_middle_is_kept_and_the_sides_go() {
        let (red, blue) = ([200, 0, 0], [0, 0, 200]);
        for (width, height) in [(1600, 800), (800, 1600)] {
            let image = RgbImage::from_fn(width, height, |x, y| {
                let at = if width > height { x } else { y };
                Rgb(if (400..1200).contains(&at) { red } else { blue })
            });
            let square = square_of(&image.into());
            assert_eq!((square.width(), square.height()), (SIDE, SIDE));
            for corner in [(5, 5), (394, 5), (5, 394), (394, 394)] {
                assert!(is(&square, corner, red), "{corner:?}");
            }
        }
    }

    #[test]
    fn a_small_picture_is_not_made_larger() {
        for (width, height, side) in [(30, 20, 20), (1, 1, 1), (3, 5000, 3), (400, 401, 400)] {
            let square = square_of(&RgbImage::new(width, height).into());
            assert_eq!((square.width(), square.height()), (side, side));
        }
    }

    #[test]
    fn what_can_be_seen_through_becomes_white() {
        let glass = RgbaImage::from_pixel(500, 500, Rgba([200, 0, 0, 0]));
        assert!(is(&square_of(&glass.into()), (200, 200), [255, 255, 255]));
        let half = RgbaImage::from_pixel(500, 500, Rgba([200, 0, 0, 128]));
        assert!(is(&square_of(&half.into()), (200, 200), [227, 127, 127]));
    }
}
