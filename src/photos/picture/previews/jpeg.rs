//! Decodes JPEG at a fraction of its size: most of the work is then never done, and most of the memory never used.

use image::{DynamicImage, GrayImage, RgbImage};
use jpeg_decoder::{Decoder, PixelFormat};

use super::decode::Decoded;
use super::{NoPreviews, Result};

/// The most parts in which a progressive picture may come. Each can be a few bytes long and cost a walk over all of it;
/// cameras and programs make about ten.
const MAX_SCANS: usize = 200;
/// The most memory for one picture: that of a progressive one with 64 million pixels and all of its colours.
const MAX_BYTES: usize = 400 * 1024 * 1024;

/// As [`super::decode::decode`].
pub fn decode(bytes: &[u8], side: u32) -> Result<Decoded> {
    // In picture data, a byte of 0xff is never followed by this one.
    let scans = bytes.windows(2).filter(|pair| *pair == [0xff, 0xda]);
    if scans.count() > MAX_SCANS {
        return Err(NoPreviews::because(format!(
            "it comes in more than {MAX_SCANS} parts"
        )));
    }
    let mut decoder = Decoder::new(bytes);
    decoder.set_max_decoding_buffer_size(MAX_BYTES);
    let side = u16::try_from(side).unwrap_or(u16::MAX);
    let (width, height) = decoder.scale(side, side).map_err(NoPreviews::because)?;
    let pixels = decoder.decode().map_err(NoPreviews::because)?;
    let format = decoder.info().map(|info| info.pixel_format);
    let (width, height) = (u32::from(width), u32::from(height));
    let image = match format {
        Some(PixelFormat::L8) => GrayImage::from_raw(width, height, pixels).map(DynamicImage::from),
        Some(PixelFormat::RGB24) => {
            RgbImage::from_raw(width, height, pixels).map(DynamicImage::from)
        }
        Some(PixelFormat::CMYK32) => {
            RgbImage::from_raw(width, height, rgb(&pixels)).map(DynamicImage::from)
        }
        // Sixteen bits for a pixel, in a form that nobody's camera writes.
        Some(PixelFormat::L16) | None => None,
    };
    Ok(Decoded {
        image: image.ok_or_else(|| NoPreviews::because("it is an unusual kind of JPEG"))?,
        profile: decoder.icc_profile(),
    })
}

/// Inks on white paper as colours of light, as far as that can be told without a profile.
fn rgb(inks: &[u8]) -> Vec<u8> {
    let mut light = Vec::with_capacity(inks.len() / 4 * 3);
    for ink in inks.as_chunks::<4>().0 {
        let black = 255 - u32::from(ink[3]);
        for colour in &ink[..3] {
            let lit = (255 - u32::from(*colour)) * black / 255;
            light.push(u8::try_from(lit).unwrap_or(u8::MAX));
        }
    }
    light
}
