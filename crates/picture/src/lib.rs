//! Takes everything but the picture out of a photo, and makes previews of it: bytes in, bytes out.
//!
//! Each format has a walker that knows the parts of a file and lets through those on its list: pixels, what is needed
//! to decode them, the colour profile, the loop of an animation. Everything else is left out, whatever it is, because
//! all that could be there can't be listed. Of EXIF, the orientation alone is written again; when a photo was taken is
//! returned beside the file.
#![doc = ""]
#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![deny(missing_docs)]

// Why a file is not taken.
mod error;
mod gif;
// Colour profiles, written again.
mod edit_list;
// What is read out of it before it goes.
mod exif;
mod icc;
mod jpeg;
mod orientation;
mod png;
// In which sizes photos are shown.
mod preview_size;
pub mod previews;
mod reader;
// Why a picture is refused.
mod reason;
// Which EXIF is.
mod tiff;
mod webp;

use edit_list::EditList;
pub use error::CleanError;
pub use exif::TakenAt;
pub use orientation::Orientation;
pub use preview_size::PreviewSize;
pub use reason::Reason;

/// The types of pictures that we take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// JPEG (ITU T.81), in one go or progressive; without loss or in arithmetic coding it is refused.
    Jpeg,
    /// PNG, also as an animation (APNG).
    Png,
    /// WebP, lossy or lossless, also as an animation.
    WebP,
    /// GIF, also as an animation.
    Gif,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Jpeg, Self::Png, Self::WebP, Self::Gif];

    /// What the names of such files end with, without the dot.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Jpeg => "jpg",
            Self::Png => "png",
            Self::WebP => "webp",
            Self::Gif => "gif",
        }
    }

    /// The media type that such files are sent as.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::WebP => "image/webp",
            Self::Gif => "image/gif",
        }
    }

    /// The type with this [`Self::extension`].
    pub fn from_extension(extension: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.extension() == extension)
    }

    /// The type of a file, by its first bytes.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        if bytes.starts_with(&[0xff, 0xd8, 0xff]) {
            Some(Self::Jpeg)
        } else if bytes.starts_with(png::SIGNATURE) {
            Some(Self::Png)
        } else if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
            Some(Self::WebP)
        } else if bytes.starts_with(b"GIF87a") || bytes.starts_with(b"GIF89a") {
            Some(Self::Gif)
        } else {
            None
        }
    }
}

/// The longest side of a picture, in pixels: JPEG and GIF allow no more, WebP less, and browsers don't show a PNG
/// that has more. Resizers need tables as long as a side, so that a line of 64 million pixels costs gigabytes.
pub const MAX_SIDE: u32 = 65_535;

/// The most pictures that one which moves is made of. Each costs a little whatever it shows, and in 25 MiB there could be a
/// million.
const MAX_FRAMES: usize = 20_000;
const TOO_MANY_FRAMES: CleanError = CleanError::NotShown(Reason::TooManyFrames);

/// A picture with nothing but the picture left in it.
#[derive(Debug)]
pub struct Picture {
    /// Its type, which cleaning doesn't change.
    pub kind: Kind,
    /// In pixels, as stored, before the orientation is applied.
    pub width: u32,
    /// In pixels, as stored, before the orientation is applied.
    pub height: u32,
    /// How it is turned or mirrored; `None` if it is shown as stored.
    pub orientation: Option<Orientation>,
    /// Whether it moves.
    pub animated: bool,
    /// When it was taken, if the file had it: it was read from the EXIF that was then dropped, and isn't in `bytes`.
    pub taken_at: Option<TakenAt>,
    /// Whether a film followed the picture, as in motion photos. It isn't in `bytes`.
    pub had_film: bool,
    /// The whole file.
    pub bytes: Vec<u8>,
}

impl Picture {
    /// Width and height in pixels as shown, after the orientation is applied.
    pub fn shown(&self) -> (u32, u32) {
        match self.orientation {
            Some(orientation) if orientation.swaps_sides() => (self.height, self.width),
            _ => (self.width, self.height),
        }
    }
}

type Result<T> = std::result::Result<T, CleanError>;

/// How many pixels a picture may have: its width times its height, as stored. A number alone is meant for every type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MaxPixels {
    /// Of a JPEG that isn't progressive. Previews of it are decoded at a fraction of its size, line by line, so that they
    /// take little memory however large it is.
    pub sequential_jpeg: u64,
    /// Of any other picture: of those, decoders keep all of it in memory, or much.
    pub other: u64,
}

impl From<u64> for MaxPixels {
    fn from(max: u64) -> Self {
        Self {
            sequential_jpeg: max,
            other: max,
        }
    }
}

/// Takes a picture of at most `max_pixels` out of a file, which it takes over.
///
/// The picture is assembled in the memory of the file where possible, so that it costs no second copy. What is
/// clean comes out byte for byte as it was.
///
/// # Errors
/// Another type than ours; more pixels, or a longer side than [`MAX_SIDE`]; a kind that browsers don't show; a file that
/// ends too early or is malformed in a part that matters.
pub fn clean(file: impl Into<Vec<u8>>, max_pixels: impl Into<MaxPixels>) -> Result<Picture> {
    let (file, max_pixels) = (file.into(), max_pixels.into());
    let kind = Kind::from_bytes(&file).ok_or(CleanError::UnknownType)?;
    let limit = Limit {
        max_pixels: max_pixels.other,
    };
    let found = match kind {
        Kind::Jpeg => jpeg::scan(&file, max_pixels)?,
        Kind::Png => png::scan(&file, limit)?,
        Kind::WebP => webp::scan(&file, limit)?,
        Kind::Gif => gif::scan(&file, limit)?,
    };
    Ok(Picture {
        kind,
        width: found.size.width,
        height: found.size.height,
        orientation: found.orientation,
        animated: found.animated,
        taken_at: found.taken_at,
        had_film: found.had_film,
        bytes: found.edits.apply(file),
    })
}

/// What a walker has found in a file.
struct Parsed {
    size: Size,
    orientation: Option<Orientation>,
    animated: bool,
    taken_at: Option<TakenAt>,
    had_film: bool,
    edits: EditList,
}

/// How large a picture may be.
#[derive(Clone, Copy)]
struct Limit {
    max_pixels: u64,
}

/// How large a picture is.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Size {
    width: u32,
    height: u32,
}

impl Limit {
    /// Checks a size from a header before anything relies on it.
    fn check(self, width: u32, height: u32) -> Result<Size> {
        if width == 0 || height == 0 {
            return Err(CleanError::Damaged(Reason::NoSize));
        }
        if u64::from(width) * u64::from(height) > self.max_pixels {
            let max = self.max_pixels;
            return Err(CleanError::TooManyPixels { width, height, max });
        }
        if width.max(height) > MAX_SIDE {
            return Err(CleanError::TooLong { width, height });
        }
        Ok(Size { width, height })
    }
}

#[cfg(test)]
mod tests;
