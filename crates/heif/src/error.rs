//! Why a file is refused, as a message and as a code for programs, which is also sent between processes.

use std::fmt::{self, Display, Formatter};

pub type Result<T> = std::result::Result<T, Refusal>;

/// Why a file isn't taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// It may be whole, but nothing here decodes it.
    #[error("it is {0}, which isn't decoded")]
    Unsupported(Format),
    /// It has more pixels than the caller allows.
    #[error("it has {width} x {height} pixels, more than are allowed")]
    TooManyPixels {
        /// In pixels, as the file states it.
        width: u32,
        /// In pixels, as the file states it.
        height: u32,
    },
    /// It isn't what its first bytes promise; the reason completes "it is damaged: …".
    #[error("it is damaged: {0}")]
    Damaged(Reason),
}

macro_rules! words {
    ($(#[$doc:meta])* $type:ident { $($name:ident: $code:literal, $words:literal;)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $type {
            $(#[doc = $words] $name,)*
        }

        impl $type {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// A code for programs, which stays when the message changes.
            pub fn code(self) -> &'static str {
                match self {
                    $(Self::$name => $code,)*
                }
            }
        }

        impl Display for $type {
            fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
                formatter.write_str(match self {
                    $(Self::$name => $words,)*
                })
            }
        }
    };
}

words! {
    /// What a file is that nothing here decodes. Its `Display` is a noun with its article.
    Format {
        Avif: "avif", "an AVIF";
        JpegXl: "jpeg_xl", "a JPEG XL";
        Hdr: "heif_hdr", "an HDR HEIF";
        Sequence: "heif_sequence", "a HEIF sequence";
        Overlay: "heif_overlay", "a HEIF of several pictures in one";
        Uncompressed: "heif_uncompressed", "an uncompressed HEIF";
        Jpeg: "heif_jpeg", "a HEIF with a JPEG in it";
        Jpeg2000: "heif_jpeg_2000", "a HEIF with JPEG 2000";
        H264: "heif_h264", "a HEIF with H.264 (AVC)";
        Vvc: "heif_vvc", "a HEIF with H.266 (VVC)";
        Protected: "heif_protected", "an encrypted HEIF";
        Unknown: "heif_unknown", "a HEIF of an unknown kind";
    }
}

words! {
    /// What is damaged about a file. Its `Display` completes "it is damaged: …".
    Reason {
        Coded: "heic_coded", "its picture data can't be decoded";
        CodedSize: "heic_coded_size", "its picture has another size than it says";
        EndsEarly: "heic_ends_early", "it ends before the picture does";
        NoPicture: "heic_no_picture", "it doesn't say which picture to show";
        NoSize: "heic_no_size", "it has no width or no height";
        Parts: "heic_parts", "its parts aren't as they should be";
        Tiles: "heic_tiles", "its tiles don't make up its picture";
        TooCostly: "heic_too_costly", "decoding it takes more than a photo of its size should";
        TooManyParts: "heic_too_many_parts", "it comes in too many parts";
        Transforms: "heic_transforms", "it is cropped, turned or mirrored more than once";
    }
}

impl Refusal {
    /// Itself in a line, for another process.
    pub fn to_line(self) -> String {
        match self {
            Self::Unsupported(format) => format!("unsupported {}", format.code()),
            Self::TooManyPixels { width, height } => format!("pixels {width} {height}"),
            Self::Damaged(reason) => format!("damaged {}", reason.code()),
        }
    }

    /// What [`Self::to_line`] has written; `None` for anything else.
    pub fn from_line(line: &str) -> Option<Self> {
        let mut words = line.split(' ');
        let (kind, word) = (words.next()?, words.next()?);
        let refusal = match kind {
            "unsupported" => {
                let format = Format::ALL.iter().find(|format| format.code() == word)?;
                Self::Unsupported(*format)
            }
            "pixels" => Self::TooManyPixels {
                width: word.parse().ok()?,
                height: words.next()?.parse().ok()?,
            },
            "damaged" => {
                let reason = Reason::ALL.iter().find(|reason| reason.code() == word)?;
                Self::Damaged(*reason)
            }
            _ => return None,
        };
        words.next().is_none().then_some(refusal)
    }
}
