//! Why a film is refused: each reason as a message, and as a code for programs.

use std::fmt::{self, Display, Formatter};

macro_rules! refusals {
    ($($name:ident: $code:literal, $words:literal;)*) => {
        /// Why a film is not taken. Its `Display` speaks of the film and completes "because …", with no full stop.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Refusal {
            $(#[doc = $words] $name,)*
        }

        impl Refusal {
            /// Every reason.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// A code for programs, which stays when the message changes.
            pub fn code(self) -> &'static str {
                match self {
                    $(Self::$name => $code,)*
                }
            }
        }

        impl Display for Refusal {
            fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
                formatter.write_str(match self {
                    $(Self::$name => $words,)*
                })
            }
        }
    };
}

refusals! {
    ChunksOverlap: "chunks_overlap", "parts of its picture or sound lie on top of each other";
    Compressed: "compressed", "its table of contents is compressed";
    Counts: "counts", "it counts more entries than it has";
    DataOutside: "data_outside", "its picture or sound lies outside of its data";
    Encrypted: "encrypted", "it is encrypted";
    EndsEarly: "ends_early", "it ends before the film does";
    External: "external", "its picture or sound is in another file";
    Fragmented: "fragmented", "it is recorded in fragments, which can't be taken yet";
    HeadAfterFilm: "head_after_film", "it doesn't say what it holds before the film begins";
    MalformedElement: "malformed_element", "it has something else where a part should begin";
    MalformedPart: "malformed_part", "a part of it has another length than it should";
    MalformedPicture: "malformed_picture", "its picture data is malformed";
    MalformedSound: "malformed_sound", "its sound is malformed";
    MissingPart: "missing_part", "it lacks a part that it can't be played without";
    NoFilm: "no_film", "it has no table of contents, as if its recording was cut off";
    NoSamples: "no_samples", "there is nothing in its video";
    NoSize: "no_size", "it has no width or no height";
    NoVideo: "no_video", "it has no video";
    Packed: "packed", "its picture or sound is compressed a second time, on top of its format";
    SampleCounts: "sample_counts", "its tables disagree about how many pictures it has";
    SeveralFormats: "several_formats", "its picture changes its format on the way";
    TooLargeHead: "too_large_head", "its table of contents is larger than 64 MiB";
    TooManyChunks: "too_many_chunks", "its picture and sound are in more than 2 million parts";
    TooManyParts: "too_many_parts", "it comes in too many parts";
    TooManyTracks: "too_many_tracks", "it has more than 64 tracks";
    Twice: "twice", "a part of it is there twice";
    UnknownAudio: "unknown_audio", "its sound has a format that can't be cleaned";
    UnknownSize: "unknown_size", "a part of it doesn't say how long it is";
    UnknownType: "unknown_type", "it is no MP4, MOV or WebM";
    UnknownVideo: "unknown_video", "its picture has a format that can't be cleaned";
}
