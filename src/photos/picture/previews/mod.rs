//! From a picture to its previews: decoded once, made smaller, turned the right way up, and encoded for pages. Bytes in,
//! bytes out; nothing but the pixels and their colour profile goes from one to the other.

mod decode;
mod encode;
mod jpeg;
mod placeholder;

use fast_image_resize::Resizer;
use image::DynamicImage;

use super::{Picture, Refusal};
use crate::photos::preview::PreviewSize;
pub use placeholder::{Placeholder, placeholder};

/// The previews of a picture, as whole files.
#[derive(Debug)]
pub struct Previews {
    pub small: Vec<u8>,
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

impl From<Refusal> for NoPreviews {
    fn from(refusal: Refusal) -> Self {
        Self(match refusal {
            Refusal::UnknownType => String::from("it is no JPEG, PNG, WebP or GIF"),
            Refusal::TooManyPixels { width, height } => {
                format!(
                    "it has {width} x {height} pixels, more than the setting limits.photo_pixels allows"
                )
            }
            Refusal::Damaged(reason) => format!("it is damaged: {reason}"),
        })
    }
}

/// Makes the previews of a clean picture.
///
/// # Errors
/// The picture can't be decoded, or only with more memory than a server can spare.
pub fn make(picture: &Picture) -> Result<Previews> {
    let first = match picture.animated {
        true => PreviewSize::Small,
        false => PreviewSize::Large,
    };
    let decode::Decoded { image, profile } = decode::decode(picture, first.side())?;
    // As stored; which side is which doesn't matter for how large the longest may be.
    let mut image = resized(image, first.within(picture.width, picture.height))?;
    if let Some(turn) = picture.orientation {
        image.apply_orientation(turn.into());
    }
    let image = encode::plain(image);

    let (width, height) = picture.shown();
    let small_size = PreviewSize::Small.within(width, height);
    if small_size == (image.width(), image.height()) {
        let small = encode::encode(&image, profile.as_deref())?;
        let large = (!picture.animated).then(|| small.clone());
        return Ok(Previews { small, large });
    }
    let large = encode::encode(&image, profile.as_deref())?;
    let small = encode::encode(&resized(image, small_size)?, profile.as_deref())?;
    Ok(Previews {
        small,
        large: Some(large),
    })
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
