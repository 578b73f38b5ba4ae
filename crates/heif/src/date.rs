//! When a photo was taken: the one thing of its EXIF that is kept, written again as the EXIF of a JPEG. The orientation above all
//! is left out: a HEIC has that in boxes of its own, and was turned by them already.

use std::io::Cursor;

use exif::experimental::Writer;
use exif::{Field, In, Reader, Tag, Value};
use heifer::heifer_isobmff::HeifFile;

/// The tags that may be kept, with the most bytes that each can have.
const KEPT: [(Tag, usize); 3] = [
    (Tag::DateTimeOriginal, 19),
    (Tag::OffsetTimeOriginal, 6),
    (Tag::SubSecTimeOriginal, 9),
];

/// An EXIF with when the picture was taken and nothing else.
pub fn exif(file: &HeifFile<'_>) -> Option<Vec<u8>> {
    let exif = file.exif(file.primary_id).ok().flatten()?;
    let exif = Reader::new().read_raw(exif).ok()?;
    let fields: Vec<Field> = KEPT
        .into_iter()
        .filter_map(|(tag, max)| {
            let value = text(exif.get_field(tag, In::PRIMARY)?, max)?;
            Some(Field {
                tag,
                ifd_num: In::PRIMARY,
                value: Value::Ascii(vec![value]),
            })
        })
        .collect();
    if !fields
        .iter()
        .any(|field| field.tag == Tag::DateTimeOriginal)
    {
        return None;
    }
    let mut writer = Writer::new();
    fields.iter().for_each(|field| writer.push_field(field));
    let mut written = Cursor::new(Vec::new());
    writer.write(&mut written, false).ok()?;
    Some(written.into_inner())
}

/// Digits and the separators of a date, and no words.
fn text(field: &Field, max: usize) -> Option<Vec<u8>> {
    let Value::Ascii(texts) = &field.value else {
        return None;
    };
    let text = texts.first()?.trim_ascii();
    let is_of_a_date = |byte: &u8| byte.is_ascii_digit() || b" :+-".contains(byte);
    let is_one = !text.is_empty() && text.len() <= max && text.iter().all(is_of_a_date);
    is_one.then(|| text.to_vec())
}
