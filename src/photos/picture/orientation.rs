//! The one thing that stays of EXIF: which way is up.

use exif::{In, Reader, Tag};

/// How a picture is turned or mirrored, from 2 to 8; 1, as stored, needs no saying.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Orientation(u8);

impl Orientation {
    /// Reads it out of a block of EXIF, as far as that can be understood.
    pub fn read(tiff: &[u8]) -> Option<Self> {
        let mut reader = Reader::new();
        reader.continue_on_error(true);
        let exif = reader
            .read_raw(tiff.to_vec())
            .or_else(|error| error.distill_partial_result(|_errors| {}))
            .ok()?;
        let value = exif
            .get_field(Tag::Orientation, In::PRIMARY)?
            .value
            .get_uint(0)?;
        u8::try_from(value)
            .ok()
            .filter(|value| (2..=8).contains(value))
            .map(Self)
    }

    /// A block of EXIF that says this and nothing else: a TIFF header, one directory, one entry.
    pub fn tiff(self) -> [u8; 26] {
        let mut tiff = *b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\0\0\0\0\0\0\0\0";
        tiff[18] = self.0;
        tiff
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        for value in 2..=8 {
            let orientation = Orientation(value);
            assert_eq!(Orientation::read(&orientation.tiff()), Some(orientation));
        }
    }

    #[test]
    fn as_stored_and_nonsense_are_no_orientation() {
        for value in [0, 1, 9, 255] {
            assert_eq!(Orientation::read(&Orientation(value).tiff()), None);
        }
        let tiff = Orientation(6).tiff();
        for end in 0..20 {
            assert_eq!(Orientation::read(&tiff[..end]), None);
        }
    }
}
