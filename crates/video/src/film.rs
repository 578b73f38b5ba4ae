//! What a film is: its type, its size as shown, how long it lasts, and in which formats its picture and sound are.

use std::time::Duration;

/// The types of films that are accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// MP4 and formats built like it (ISO 14496-12): M4V, 3GP.
    Mp4,
    /// QuickTime.
    Mov,
    /// WebM; other Matroska is refused.
    WebM,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Mp4, Self::Mov, Self::WebM];

    /// The extension of such files, without the dot.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Mp4 => "mp4",
            Self::Mov => "mov",
            Self::WebM => "webm",
        }
    }

    /// The media type that such files are sent as. QuickTime is sent as MP4, because browsers that play both accept only the
    /// latter's name.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Mp4 | Self::Mov => "video/mp4",
            Self::WebM => "video/webm",
        }
    }

    /// The type with this [`Self::extension`].
    pub fn from_extension(extension: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.extension() == extension)
    }

    /// The type of a file, by its first bytes; 64 of them are enough. A WebM may still be other Matroska.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        if bytes.starts_with(&[0x1a, 0x45, 0xdf, 0xa3]) {
            return Some(Self::WebM);
        }
        let brand = bytes.get(8..12);
        match bytes.get(4..8)? {
            b"ftyp" if brand == Some(b"qt  ") => Some(Self::Mov),
            // Pictures are made of the same boxes.
            b"ftyp" if brand.is_some_and(is_of_pictures) => None,
            b"ftyp" => Some(Self::Mp4),
            // QuickTime from before it had brands.
            b"moov" | b"mdat" | b"wide" | b"free" | b"skip" | b"pnot" => Some(Self::Mov),
            _ => None,
        }
    }
}

/// Whether a brand is one of HEIF, AVIF, JPEG 2000 or Canon's raw pictures.
fn is_of_pictures(brand: &[u8]) -> bool {
    let brands: [&[u8]; 14] = [
        b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"mif2", b"msf1", b"avif",
        b"avis", b"jp2 ", b"jpx ", b"crx ",
    ];
    brands.contains(&brand)
}

/// The formats of pictures that are accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VideoCodec {
    /// H.264, also called AVC.
    H264,
    /// H.265, also called HEVC, with or without Dolby Vision.
    H265,
    /// AV1.
    Av1,
    /// VP8.
    Vp8,
    /// VP9.
    Vp9,
    /// MPEG-4 Visual (part 2) of older cameras and phones, which no browser plays.
    Mpeg4,
}

/// The formats of sound that are accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AudioCodec {
    /// AAC, or another format that MPEG-4 has for sound, such as MP3.
    Aac,
    /// Opus.
    Opus,
    /// Vorbis.
    Vorbis,
    /// FLAC.
    Flac,
    /// Apple Lossless.
    Alac,
    /// AMR, narrow or wide band, of older phones, which no browser plays.
    Amr,
    /// Samples as they are.
    Pcm,
}

/// How a film is turned to be shown, clockwise.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Rotation {
    /// It is shown as stored.
    #[default]
    None,
    /// By a quarter.
    Quarter,
    /// By a half: it is stored upside down.
    Half,
    /// By three quarters.
    ThreeQuarters,
}

impl Rotation {
    /// In degrees, clockwise.
    pub fn degrees(self) -> u16 {
        match self {
            Self::None => 0,
            Self::Quarter => 90,
            Self::Half => 180,
            Self::ThreeQuarters => 270,
        }
    }

    /// The rotation by this many degrees, if they are a multiple of 90.
    pub(crate) fn from_degrees(degrees: i32) -> Option<Self> {
        match degrees.rem_euclid(360) {
            0 => Some(Self::None),
            90 => Some(Self::Quarter),
            180 => Some(Self::Half),
            270 => Some(Self::ThreeQuarters),
            _ => None,
        }
    }

    /// Whether width and height change places.
    pub fn swaps_sides(self) -> bool {
        matches!(self, Self::Quarter | Self::ThreeQuarters)
    }
}

/// How a film states light that an ordinary screen doesn't have (HDR).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hdr {
    /// Perceptual quantizer (SMPTE ST 2084), as HDR10 and most of Dolby Vision have it.
    Pq,
    /// Hybrid log-gamma (ARIB STD-B67), as iPhones have it, with or without Dolby Vision (8.4).
    Hlg,
}

impl Hdr {
    /// By the number of the transfer characteristics (ITU-T H.273); `None` for those of ordinary light.
    pub(crate) fn from_transfer(number: u64) -> Option<Self> {
        match number {
            16 => Some(Self::Pq),
            18 => Some(Self::Hlg),
            _ => None,
        }
    }
}

/// When a film was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MadeAt {
    /// In seconds since 1970 (UTC).
    pub seconds: i64,
    /// By how many minutes the clock of the camera was ahead of UTC; 0 where the film has only UTC.
    pub offset_minutes: i16,
}

/// What a file says about its film.
#[derive(Clone, Debug, PartialEq)]
pub struct Film {
    /// Its type, which cleaning doesn't change.
    pub kind: Kind,
    /// How long it plays; `None` if its head doesn't state it, as in what browsers record.
    pub duration: Option<Duration>,
    /// In pixels, as shown: upright, and with the shape of its pixels applied.
    pub width: u32,
    /// In pixels, as shown: upright.
    pub height: u32,
    /// How it is turned to be shown, after it was mirrored left to right where it is mirrored.
    pub rotation: Rotation,
    /// The format of its picture; of the first, if there are several.
    pub video: VideoCodec,
    /// Which tools of H.264 its picture may use, by the number that the standard has for that: 66 for Baseline, 77 for Main, 100 for
    /// High, and others for more bits or colours than most decoders have. `None` for other formats.
    pub profile: Option<u8>,
    /// How it states light beyond that of ordinary screens, if the file's head says that it does.
    pub hdr: Option<Hdr>,
    /// The format of its sound; of the first, if there are several. `None` if it is silent.
    pub audio: Option<AudioCodec>,
}
