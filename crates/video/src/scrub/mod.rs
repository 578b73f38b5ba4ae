//! What is overwritten within pictures, at the same length: what encoders and cameras say between them.

pub mod aac;
pub mod nal;
pub mod obu;
pub mod start_codes;

use std::io::{Read, Seek};

use crate::Result;
use crate::input::Input;
use crate::output::Output;
use nal::Family;

/// How the samples of a track are gone through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scrub {
    /// They have no room for anything else, or none that is known.
    Nothing,
    /// NAL units of AVC or HEVC, each after its length.
    Nals {
        family: Family,
        /// In bytes.
        length_size: u8,
        /// Whether units that only Dolby Vision uses are part of the picture.
        is_dolby: bool,
    },
    /// OBUs of AV1.
    Obus,
    /// Parts of MPEG-4 Visual, each after a code.
    StartCodes,
    /// Elements of AAC.
    Aac,
}

impl Scrub {
    /// Of AVC.
    pub fn avc(length_size: u8, is_dolby: bool) -> Self {
        Self::Nals {
            family: Family::Avc,
            length_size,
            is_dolby,
        }
    }

    /// Of HEVC.
    pub fn hevc(length_size: u8, is_dolby: bool) -> Self {
        Self::Nals {
            family: Family::Hevc,
            length_size,
            is_dolby,
        }
    }

    /// Writes the next sample.
    pub fn sample<R: Read + Seek>(
        self,
        size: u64,
        input: &mut Input<R>,
        output: &mut Output<'_>,
    ) -> Result<()> {
        match self {
            Self::Nothing => input.copy(size, output),
            Self::Nals {
                family,
                length_size,
                is_dolby,
            } => nal::sample(size, (family, length_size, is_dolby), input, output),
            Self::Obus => obu::sample(size, input, output),
            Self::Aac => aac::sample(size, input, output),
            Self::StartCodes => start_codes::sample(size, input, output),
        }
    }
}
