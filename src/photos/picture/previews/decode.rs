//! From the bytes of a picture to its pixels, and the profile that says what their colours mean.

use std::io::Cursor;

use image::codecs::gif::GifDecoder;
use image::codecs::png::PngDecoder;
use image::codecs::webp::WebPDecoder;
use image::{DynamicImage, ImageDecoder, Limits};

use super::super::{Kind, Picture};
use super::{NoPreviews, Result, jpeg};

/// The most memory that the pixels of a picture may take.
const MAX_BYTES: u64 = 256 * 1024 * 1024;

/// Pixels as stored, before the orientation is applied.
pub struct Decoded {
    pub image: DynamicImage,
    /// An ICC profile.
    pub profile: Option<Vec<u8>>,
}

/// Decodes a picture, of an animation its first frame. What needs it only for a preview with `side` pixels on the
/// longest side may get it smaller than it is, but not smaller than that.
pub fn decode(picture: &Picture, side: u32) -> Result<Decoded> {
    let cursor = Cursor::new(picture.bytes.as_slice());
    let mut limits = Limits::default();
    limits.max_alloc = Some(MAX_BYTES);
    match picture.kind {
        Kind::Jpeg => jpeg::decode(&picture.bytes, side),
        Kind::Png => decode_with(PngDecoder::with_limits(cursor, limits.clone()), limits),
        Kind::WebP => decode_with(WebPDecoder::new(cursor), limits),
        Kind::Gif => decode_with(GifDecoder::new(cursor), limits),
    }
}

fn decode_with(
    decoder: image::ImageResult<impl ImageDecoder>,
    mut limits: Limits,
) -> Result<Decoded> {
    let mut decoder = decoder.map_err(NoPreviews::because)?;
    let profile = decoder.icc_profile().map_err(NoPreviews::because)?;
    limits
        .reserve(decoder.total_bytes())
        .map_err(NoPreviews::because)?;
    decoder.set_limits(limits).map_err(NoPreviews::because)?;
    let image = DynamicImage::from_decoder(decoder).map_err(NoPreviews::because)?;
    Ok(Decoded { image, profile })
}
