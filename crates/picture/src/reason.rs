//! Why a picture is refused: each reason in words for people, and with one for programs.

use std::fmt::{self, Display, Formatter};

macro_rules! reasons {
    ($($name:ident: $code:literal, $words:literal;)*) => {
        /// Why a picture isn't shown, or what is damaged about it. Its `Display` completes "it is damaged: …".
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Reason {
            $(#[doc = $words] $name,)*
        }

        impl Reason {
            /// Every reason.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// A word for programs, which stays when the words for people change.
            pub fn code(self) -> &'static str {
                match self {
                    $(Self::$name => $code,)*
                }
            }
        }

        impl Display for Reason {
            fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
                formatter.write_str(match self {
                    $(Self::$name => $words,)*
                })
            }
        }
    };
}

reasons! {
    DataBeforeFrame: "data_before_frame", "its picture data comes before its frame";
    EndsEarly: "ends_early", "it ends before the picture does";
    FrameBounds: "frame_bounds", "a frame of its animation is empty or larger than the picture";
    FrameDataAmount: "frame_data_amount", "a frame of its animation has no picture data, or too much";
    FrameOfAnotherSize: "frame_of_another_size", "a frame of its animation has another size than it says";
    FrameTooLarge: "frame_too_large", "a frame of its animation is larger than the picture";
    GifBounds: "gif_bounds", "its picture lies outside of what a GIF can be";
    GifCodeLength: "gif_code_length", "its codes are longer than a GIF's can be";
    JpegArithmetic: "jpeg_arithmetic", "it is a JPEG with arithmetic coding";
    JpegBits: "jpeg_bits", "it is a JPEG with more than 8 bits a colour";
    JpegColours: "jpeg_colours", "it is a JPEG of an unusual number of colours";
    JpegLayers: "jpeg_layers", "it is a JPEG of several layers";
    JpegLossless: "jpeg_lossless", "it is a JPEG without loss";
    JpegTooLong: "jpeg_too_long", "it is longer than a JPEG that can be shown";
    MalformedData: "malformed_data", "its picture data is malformed";
    MalformedFrame: "malformed_frame", "its frame is malformed";
    MalformedPalette: "malformed_palette", "its palette is malformed";
    MalformedProfile: "malformed_profile", "its colour profile is malformed";
    MalformedScan: "malformed_scan", "a scan of it is malformed";
    MalformedTable: "malformed_table", "one of its tables is malformed";
    NoAnimationControl: "no_animation_control", "it doesn't tell how its animation moves";
    NoFrame: "no_frame", "it has no frame";
    NoHeader: "no_header", "it has no header";
    NoPalette: "no_palette", "it lacks its palette";
    NoPartBegins: "no_part_begins", "it has something else where a part should begin";
    NoPartOfJpeg: "no_part_of_jpeg", "it has a part that no JPEG should have";
    NoPartOfPng: "no_part_of_png", "it has a part that no PNG should have";
    NoPictureData: "no_picture_data", "it has no picture data";
    NoSize: "no_size", "it has no width or no height";
    NoTable: "no_table", "it lacks a table";
    PartLength: "part_length", "a part of it has another length than it should";
    PartOrder: "part_order", "a part of its picture comes twice, or out of order";
    PictureDataAmount: "picture_data_amount", "it has no picture data, or too much";
    PictureOfAnotherSize: "picture_of_another_size", "its picture has another size than it says";
    PngHeader: "png_header", "its header says what no PNG can be";
    SeveralFrames: "several_frames", "it has more than one frame";
    TooManyFrames: "too_many_frames", "it is made of more than 20,000 pictures";
    TooManyParts: "too_many_parts", "it comes in too many parts";
    TwoHeaders: "two_headers", "it has two headers";
    Undecodable: "undecodable", "it can't be decoded";
    UnpacksTooLarge: "unpacks_too_large", "its pictures unpack to more than 4 GiB";
    WrongChecksum: "wrong_checksum", "a checksum in it is wrong";
}
