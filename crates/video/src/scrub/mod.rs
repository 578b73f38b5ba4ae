//! What is overwritten within pictures, at the same length: what encoders and cameras say between them.

pub mod aac;
pub mod aac_settings;
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

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    fn cleaned(scrub: Scrub, sample: &[u8]) -> Vec<u8> {
        let mut made = Vec::new();
        let mut output = Output::new(&mut made);
        let mut input = Input::new(Cursor::new(sample)).unwrap();
        let length = sample.len() as u64;
        scrub.sample(length, &mut input, &mut output).unwrap();
        output.finish().unwrap();
        made
    }

    #[test]
    fn what_follows_in_a_message_that_stays_is_overwritten() {
        let avc = Scrub::avc(1, false);
        for (kind, length) in [(6, 9), (137, 24), (144, 4), (147, 1), (148, 8)] {
            let message = vec![7; length];
            let unit = |size: usize, more: &[u8]| {
                let size = u8::try_from(size).unwrap();
                let unit = [&[6, kind, size], &message[..], more, &[0x80]].concat();
                [&[u8::try_from(unit.len()).unwrap()], &unit[..]].concat()
            };
            let exact = unit(length, &[]);
            assert_eq!(cleaned(avc, &exact), exact);
            let longer = unit(length + 6, b"SECRET");
            let expected = unit(length + 6, &[0xff; 6]);
            assert_eq!(cleaned(avc, &longer), expected, "{kind}");
        }
        for (kind, length) in [(1, 4), (2, 24)] {
            let unit = |more: &[u8]| {
                let size = u8::try_from(1 + length + more.len()).unwrap();
                [&[0x2a, size, kind][..], &vec![7; length], more].concat()
            };
            let exact = unit(&[0x80]);
            assert_eq!(cleaned(Scrub::Obus, &exact), exact);
            let expected = unit(b"\x80\0\0\0\0\0");
            assert_eq!(cleaned(Scrub::Obus, &unit(b"SECRET")), expected, "{kind}");
            let mut settings = unit(b"SECRET");
            obu::in_memory(&mut settings).unwrap();
            assert_eq!(settings, expected);
        }
    }

    #[test]
    fn a_message_behind_two_zeros_keeps_its_number() {
        let avc = Scrub::avc(1, false);
        // A message with nothing in it, and user data.
        let sample = b"\x0c\x06\0\0\x05\x06SECRET\x80";
        let expected = b"\x0c\x06\0\0\x05\x06\xff\xff\xff\xff\xff\xff\x80";
        assert_eq!(cleaned(avc, sample), expected);
        assert_eq!(cleaned(avc, expected), expected);
    }

    #[test]
    fn units_that_have_nothing_in_them_are_emptied() {
        let (avc, hevc) = (Scrub::avc(1, false), Scrub::hevc(1, false));
        for (scrub, sample, expected) in [
            (avc, &b"\x07\x09\xf0SECRE"[..], &b"\x07\x09\xf0\xff\xff\xff\xff\x80"[..]),
            (avc, b"\x07\x0aSECRET", b"\x07\x0a\xff\xff\xff\xff\xff\x80"),
            (avc, b"\x02\x0bS\x01\x0b", b"\x02\x0b\x80\x01\x0b"),
            (hevc, b"\x06\x46\x01\x50SEC", b"\x06\x46\x01\x50\xff\xff\x80"),
            (hevc, b"\x05\x48\x01SEC\x02\x4a\x01", b"\x05\x48\x01\xff\xff\x80\x02\x4a\x01"),
            // The beginning of what is shown at one time, the head of a frame again, a list of tiles.
            (Scrub::Obus, b"\x12\x06SECRET\x32\x01x", b"\x12\x06\0\0\0\0\0\0\x32\x01x"),
            (Scrub::Obus, b"\x3a\x03SEC\x42\x03RET", b"\x7a\x03\0\0\x80\x7a\x03\0\0\x80"),
            (
                Scrub::StartCodes,
                b"\0\0\x01\x00SECRET\0\0\x01\x20kept\0\0\x01\x77SECRET\0\0\x01\xb6kept\0\0\x01\xb1SECRET",
                b"\0\0\x01\x00      \0\0\x01\x20kept\0\0\x01\x77      \0\0\x01\xb6kept\0\0\x01\xb1      ",
            ),
        ] {
            assert_eq!(cleaned(scrub, sample), expected);
            // What is clean stays, and so does what has nothing more than it should.
            assert_eq!(cleaned(scrub, expected), expected);
        }
        for (scrub, sample) in [
            (avc, &b"\x02\x09\xf0\x01\x0a\x01\x09"[..]),
            (hevc, b"\x03\x46\x01\x50\x02\x46\x01"),
            (Scrub::Obus, b"\x12\0\x32\x01x"),
        ] {
            assert_eq!(cleaned(scrub, sample), sample);
        }
        let mut settings = b"\x12\x03SEC\x0a\x03seq".to_vec();
        obu::in_memory(&mut settings).unwrap();
        assert_eq!(settings, b"\x12\x03\0\0\0\x0a\x03seq");
    }
}
