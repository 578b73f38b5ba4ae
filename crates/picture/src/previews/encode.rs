//! From pixels to files that pages show: JPEG, or lossless WebP for pictures with transparency.

use image::codecs::webp::WebPEncoder;
use image::{DynamicImage, ImageEncoder};
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

use super::{NoPreviews, Result};

/// Of 100. Above, files grow without a visible difference in a picture of this size.
const QUALITY: u8 = 80;
/// The largest colour profile that goes along. Those of cameras and screens have some hundred bytes.
const MAX_PROFILE: usize = 1024 * 1024;

/// Eight bits for each of one, three or, with transparency, four channels.
pub fn plain(image: DynamicImage) -> DynamicImage {
    use DynamicImage::{ImageLuma8, ImageRgb8, ImageRgba8};
    let image = match image {
        ImageLuma8(_) | ImageRgb8(_) => return image,
        _ => image.into_rgba8(),
    };
    if image.pixels().all(|pixel| pixel[3] == u8::MAX) {
        ImageRgb8(ImageRgba8(image).into_rgb8())
    } else {
        ImageRgba8(image)
    }
}

/// Encodes a [`plain`] picture. The profile goes along if it is one for such pixels.
pub fn encode(image: &DynamicImage, profile: Option<&[u8]>) -> Result<Vec<u8>> {
    let colours: &[u8] = match image {
        DynamicImage::ImageLuma8(_) => b"GRAY",
        _ => b"RGB ",
    };
    let profile = profile
        .filter(|profile| profile.get(16..20) == Some(colours) && profile.len() <= MAX_PROFILE);
    match image {
        DynamicImage::ImageLuma8(_) => jpeg(image, ColorType::Luma, profile),
        DynamicImage::ImageRgb8(_) => jpeg(image, ColorType::Rgb, profile),
        _ => webp(image, profile),
    }
}

fn jpeg(image: &DynamicImage, colours: ColorType, profile: Option<&[u8]>) -> Result<Vec<u8>> {
    let side = |length: u32| u16::try_from(length).map_err(NoPreviews::because);
    let (width, height) = (side(image.width())?, side(image.height())?);
    let mut file = Vec::new();
    let mut encoder = Encoder::new(&mut file, QUALITY);
    encoder.set_sampling_factor(SamplingFactor::R_4_2_0);
    if let Some(profile) = profile {
        encoder
            .add_icc_profile(profile)
            .map_err(NoPreviews::because)?;
    }
    encoder
        .encode(image.as_bytes(), width, height, colours)
        .map_err(NoPreviews::because)?;
    Ok(file)
}

fn webp(image: &DynamicImage, profile: Option<&[u8]>) -> Result<Vec<u8>> {
    let mut file = Vec::new();
    let mut encoder = WebPEncoder::new_lossless(&mut file);
    if let Some(profile) = profile {
        encoder
            .set_icc_profile(profile.to_vec())
            .map_err(NoPreviews::because)?;
    }
    let (width, height) = (image.width(), image.height());
    encoder
        .write_image(image.as_bytes(), width, height, image.color().into())
        .map_err(NoPreviews::because)?;
    Ok(file)
}
