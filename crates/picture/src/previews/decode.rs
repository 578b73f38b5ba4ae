//! From the bytes of a picture to its pixels, and the profile that defines their colours. What that costs is known
//! from the headers, before anything is allocated for it.

use super::super::{Kind, Picture};
use super::Result;
use super::gif::Gif;
use super::jpeg::Jpeg;
use super::pixels::Decoded;
use super::png::Png;
use super::webp::WebP;

/// A picture with only its headers read.
pub enum Opened<'a> {
    Jpeg(Jpeg<'a>),
    Png(Box<Png<'a>>),
    WebP(WebP<'a>),
    Gif(Gif<'a>),
}

impl<'a> Opened<'a> {
    /// Reads the headers of a picture. For a preview with `side` pixels on the longest side, it may come
    /// smaller than it is, but not smaller than `side`.
    pub fn new(picture: &'a Picture, side: u32) -> Result<Self> {
        let bytes = picture.bytes.as_slice();
        Ok(match picture.kind {
            Kind::Jpeg => Self::Jpeg(Jpeg::open(bytes, side)?),
            Kind::Png => Self::Png(Box::new(Png::open(bytes, side)?)),
            Kind::WebP => Self::WebP(WebP::open(bytes, side)?),
            Kind::Gif => Self::Gif(Gif::open(bytes, side)?),
        })
    }

    /// The most memory in bytes that [`Self::decode`] takes, including its result.
    pub fn memory(&self) -> u64 {
        match self {
            Self::Jpeg(jpeg) => jpeg.memory(),
            Self::Png(png) => png.memory(),
            Self::WebP(webp) => webp.memory(),
            Self::Gif(gif) => gif.memory(),
        }
    }

    /// Width, height and bytes of a pixel of the result of [`Self::decode`].
    pub fn given(&self) -> (u32, u32, u64) {
        let plan = match self {
            Self::Jpeg(jpeg) => return jpeg.given,
            Self::Png(png) => png.plan,
            Self::WebP(webp) => webp.plan,
            Self::Gif(gif) => gif.plan,
        };
        let (width, height) = plan.size();
        (width, height, plan.channels as u64)
    }

    /// Decodes it, of an animation the first picture.
    pub fn decode(self) -> Result<Decoded> {
        match self {
            Self::Jpeg(jpeg) => jpeg.decode(),
            Self::Png(png) => png.decode(),
            Self::WebP(webp) => webp.decode(),
            Self::Gif(gif) => gif.decode(),
        }
    }
}
