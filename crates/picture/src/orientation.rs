//! The one thing that stays of EXIF in the file: which way is up.

use image::metadata::Orientation as Turn;

use super::tiff::Tiff;

/// The tag of the orientation.
const ORIENTATION: u16 = 0x0112;

/// How a picture is turned or mirrored, from 2 to 8; 1, as stored, needs no saying.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Orientation(u8);

impl Orientation {
    /// Reads it out of a block of EXIF, as far as that can be understood: the first value from 1 to 8 in the first
    /// directory. Browsers pass over one with another type or count, and over what turns a picture in no way.
    pub(crate) fn read(tiff: &[u8]) -> Option<Self> {
        let entries = Tiff::new(tiff)?.first();
        let mut numbers = entries
            .filter(|entry| entry.tag == ORIENTATION)
            .filter_map(|entry| u8::try_from(entry.short()?).ok());
        let value = numbers.find(|value| (1..=8).contains(value))?;
        (value > 1).then_some(Self(value))
    }

    /// The number that EXIF has for it, from 2 to 8.
    pub fn exif(self) -> u8 {
        self.0
    }

    /// Whether width and height change places.
    pub fn swaps_sides(self) -> bool {
        self.0 >= 5
    }

    /// A block of EXIF that says this and nothing else: a TIFF header, one directory, one entry.
    pub(crate) fn tiff(self) -> [u8; 26] {
        let mut tiff = *b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\0\0\0\0\0\0\0\0";
        tiff[18] = self.0;
        tiff
    }

    /// What turns the pixels accordingly.
    pub(crate) fn turn(self) -> Turn {
        Turn::from_exif(self.0).unwrap_or(Turn::NoTransforms)
    }
}

#[cfg(test)]
pub mod tests {
    use std::io::Cursor;

    use image::ImageDecoder;

    use super::super::tests::{cleaned, decoder, sample};
    use super::*;

    /// A block of EXIF with an author and a position, and an orientation of 6.
    pub fn exif_with_secrets() -> Vec<u8> {
        let mut tiff = b"MM\0*\0\0\0\x08\0\x03".to_vec();
        tiff.extend_from_slice(b"\x01\x0f\0\x02\0\0\0\x07\0\0\0\x32");
        tiff.extend_from_slice(b"\x01\x12\0\x03\0\0\0\x01\0\x06\0\0");
        tiff.extend_from_slice(b"\x88\x25\0\x04\0\0\0\x01\0\0\0\x3a");
        tiff.extend_from_slice(b"\0\0\0\0SECRET\0\0");
        // The directory of the position has one entry: the date of the fix.
        tiff.extend_from_slice(b"\0\x01\0\x1d\0\x02\0\0\0\x07\0\0\0\x4c\0\0\0\0SECRET\0");
        tiff
    }

    #[test]
    fn what_is_written_is_read_again() {
        for value in 2..=8 {
            let orientation = Orientation(value);
            assert_eq!(Orientation::read(&orientation.tiff()), Some(orientation));
            assert_eq!(orientation.exif(), value);
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

    /// A directory with a maker and these entries, each a type, a count and a value as it stands there.
    fn directory(is_little: bool, entries: &[(u16, u32, [u8; 2])]) -> Vec<u8> {
        let short = |number: u16| match is_little {
            true => number.to_le_bytes(),
            false => number.to_be_bytes(),
        };
        let long = |number: u32| match is_little {
            true => number.to_le_bytes(),
            false => number.to_be_bytes(),
        };
        let start: &[u8] = if is_little { b"II" } else { b"MM" };
        let count = u16::try_from(entries.len() + 1).unwrap();
        let mut tiff = [start, &short(42), &long(8), &short(count)].concat();
        tiff.extend([&short(0x010f)[..], &short(2), &long(4), b"abc\0"].concat());
        for &(kind, count, value) in entries {
            let value = short(u16::from_be_bytes(value));
            tiff.extend(
                [
                    &short(0x0112)[..],
                    &short(kind),
                    &long(count),
                    &value,
                    &[0; 2],
                ]
                .concat(),
            );
        }
        tiff
    }

    #[test]
    fn the_first_number_that_browsers_believe_is_read_in_both_byte_orders() {
        for is_little in [true, false] {
            let told = |entries: &[(u16, u32, [u8; 2])]| {
                Orientation::read(&directory(is_little, entries)).map(Orientation::exif)
            };
            let six = (3, 1, [0, 6]);
            assert_eq!(told(&[six]), Some(6));
            // Another type, another number of values, and no orientation at all.
            for other in 0..=13 {
                for count in [0, 1, 2, 3, u32::MAX] {
                    let wrong = (other, count, [0, 3]);
                    if (other, count) != (3, 1) {
                        assert_eq!(told(&[wrong]), None, "{other} {count}");
                        assert_eq!(told(&[wrong, six]), Some(6), "{other} {count}");
                    }
                }
            }
            for value in [[0, 0], [0, 9], [1, 6], [255, 6]] {
                assert_eq!(told(&[(3, 1, value)]), None, "{value:?}");
                assert_eq!(told(&[(3, 1, value), six]), Some(6), "{value:?}");
            }
            // As stored is an orientation, and counts before another.
            assert_eq!(told(&[(3, 1, [0, 1]), six]), None);
            assert_eq!(told(&[(3, 1, [0, 3]), six]), Some(3));
        }
    }

    #[test]
    fn directories_that_overlap_cost_no_time() {
        // Two megabytes in which every even offset is a directory of 65,535 entries, and the first points at all of them.
        let mut tiff = b"II*\0\x08\0\0\0\xff\xff".to_vec();
        for at in 0..65_535_u32 {
            tiff.extend_from_slice(b"\x69\x87\x04\0\x01\0\0\0");
            tiff.extend_from_slice(&(800_000 + 2 * at).to_le_bytes());
        }
        tiff.resize(2_000_000, 0xff);
        assert_eq!(Orientation::read(&tiff), None);
    }

    #[test]
    fn a_directory_beyond_the_end_is_no_orientation() {
        assert_eq!(Orientation::read(b"II*\0\xff\xff\xff\xff"), None);
        assert_eq!(Orientation::read(b"II*\0\x08\0\0\0\xff\xff"), None);
        assert_eq!(Orientation::read(b"JJ*\0\x08\0\0\0\xff\xff"), None);
    }

    #[test]
    fn it_is_found_among_other_things() {
        assert_eq!(
            Orientation::read(&exif_with_secrets()),
            Some(Orientation(6))
        );
    }

    #[test]
    fn only_the_orientation_is_left_of_exif() {
        let turned = [
            ("tree.jpg", Turn::Rotate90),
            ("progressive.jpg", Turn::Rotate180),
            ("lake.png", Turn::Rotate180),
        ];
        for (name, orientation) in turned {
            let after = cleaned(&sample(name)).bytes;
            assert_eq!(
                decoder(&after).orientation().unwrap(),
                orientation,
                "{name}"
            );
            let exif = exif::Reader::new()
                .read_from_container(&mut Cursor::new(&after))
                .unwrap();
            let tags: Vec<_> = exif.fields().map(|field| field.tag).collect();
            assert_eq!(tags, [exif::Tag::Orientation], "{name}");
        }
        // Stored the right way up, or of a kind that browsers don't turn: there is nothing to say.
        for name in ["garden.jpg", "cmyk.jpg", "cat.webp"] {
            let after = cleaned(&sample(name)).bytes;
            let exif = exif::Reader::new().read_from_container(&mut Cursor::new(&after));
            assert!(exif.is_err(), "{name}");
        }
    }
}
