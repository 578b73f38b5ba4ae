//! When a photo was taken: the one thing of its EXIF that is kept, written again as the EXIF of a JPEG. The orientation above all
//! is left out: a HEIC has that in boxes of its own, and was turned by them already.

use std::io::Cursor;

use exif::experimental::Writer;
use exif::{Field, In, Tag, Value};
use heifer::heifer_isobmff::HeifFile;
use picture::TakenAt;

/// An EXIF with when the picture was taken and nothing else.
pub fn exif(file: &HeifFile<'_>) -> Option<Vec<u8>> {
    let exif = file.exif(file.primary_id).ok().flatten()?;
    alone(&exif)
}

/// The date of a block of EXIF alone, as it would be read if the block were in a JPEG.
fn alone(block: &[u8]) -> Option<Vec<u8>> {
    let taken = TakenAt::from_exif(block)?;
    let (hour, minute, second) = taken.time();
    let moment = format!(
        "{:04}:{:02}:{:02} {hour:02}:{minute:02}:{second:02}",
        taken.year(),
        taken.month(),
        taken.day()
    );
    let offset = taken.offset_minutes().map(|offset| {
        let sign = if offset < 0 { '-' } else { '+' };
        let minutes = offset.unsigned_abs();
        format!("{sign}{:02}:{:02}", minutes / 60, minutes % 60)
    });
    let fraction = Some(taken.millisecond()).filter(|&fraction| fraction > 0);
    let fraction = fraction.map(|fraction| format!("{fraction:03}"));
    let fields: Vec<Field> = [
        (Tag::DateTimeOriginal, Some(moment)),
        (Tag::OffsetTimeOriginal, offset),
        (Tag::SubSecTimeOriginal, fraction),
    ]
    .into_iter()
    .filter_map(|(tag, text)| {
        Some(Field {
            tag,
            ifd_num: In::PRIMARY,
            value: Value::Ascii(vec![text?.into_bytes()]),
        })
    })
    .collect();
    let mut writer = Writer::new();
    fields.iter().for_each(|field| writer.push_field(field));
    let mut written = Cursor::new(Vec::new());
    writer.write(&mut written, false).ok()?;
    Some(written.into_inner())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A block with these texts for the camera, and then what follows the directory.
    fn block(texts: &[(u16, &str)], next: [u8; 4]) -> Vec<u8> {
        let mut made = b"MM\0*\0\0\0\x08\0\x01\x87\x69\0\x04\0\0\0\x01\0\0\0\x1a\0\0\0\0".to_vec();
        let count = u16::try_from(texts.len()).unwrap();
        let mut data = made.len() + 2 + 12 * texts.len() + 4;
        made.extend(count.to_be_bytes());
        for (tag, text) in texts {
            made.extend(tag.to_be_bytes());
            made.extend(2_u16.to_be_bytes());
            made.extend(u32::try_from(text.len() + 1).unwrap().to_be_bytes());
            if text.len() < 4 {
                let mut short = [0; 4];
                short[..text.len()].copy_from_slice(text.as_bytes());
                made.extend(short);
            } else {
                made.extend(u32::try_from(data).unwrap().to_be_bytes());
                data += text.len() + 1;
            }
        }
        made.extend(next);
        for (_, text) in texts.iter().filter(|(_, text)| text.len() >= 4) {
            made.extend(text.as_bytes());
            made.push(0);
        }
        made
    }

    #[test]
    fn a_date_is_that_of_the_same_exif_in_a_jpeg() {
        let moment = "2024:07:05 21:30:00";
        for (texts, expected) in [
            (vec![(0x9003, moment)], "2024-07-05T21:30:00"),
            (
                vec![(0x9003, moment), (0x9011, "+02:00"), (0x9291, "12")],
                "2024-07-05T21:30:00.120+02:00",
            ),
            (
                vec![(0x9003, moment), (0x9011, "-09:30")],
                "2024-07-05T21:30:00-09:30",
            ),
            (
                vec![(0x9003, moment), (0x9011, "Z")],
                "2024-07-05T21:30:00+00:00",
            ),
            (
                vec![(0x9004, moment), (0x9012, "+02:00")],
                "2024-07-05T21:30:00+02:00",
            ),
            (
                vec![(0x9003, "2024-07-05T21:30:00+02:00")],
                "2024-07-05T21:30:00+02:00",
            ),
        ] {
            // Also where what follows the directory isn't there.
            for next in [[0; 4], [0x7f; 4]] {
                let block = block(&texts, next);
                let taken = TakenAt::from_exif(&block).unwrap();
                assert_eq!(taken.to_string(), expected);
                let alone = alone(&block).unwrap();
                assert_eq!(TakenAt::from_exif(&alone), Some(taken));
            }
        }
    }

    #[test]
    fn where_there_is_no_date_there_is_no_exif() {
        assert_eq!(alone(b""), None);
        assert_eq!(
            alone(&block(&[(0x9003, "0000:00:00 00:00:00")], [0; 4])),
            None
        );
        assert_eq!(alone(&block(&[(0x9011, "+02:00")], [0; 4])), None);
    }
}
