//! What becomes of pictures that are cut off at any byte.

use picture::{CleanError, Kind, clean, previews};

use crate::pictures::corpus::plain;

const PIXELS: u64 = 64_000_000;

#[test]
fn a_picture_of_any_kind_that_is_cut_off_at_any_byte_is_refused_unless_all_of_it_is_there() {
    let mut cuts = 0;
    for (name, bytes) in plain() {
        let whole = clean(bytes, PIXELS).unwrap().bytes;
        for end in 0..whole.len() {
            match clean(&whole[..end], PIXELS) {
                // What says that the file is over may be missing: it is written again. How many pictures a GIF has isn't
                // said anywhere.
                Ok(picture) => {
                    let bytes = &picture.bytes;
                    let is_start =
                        picture.kind == Kind::Gif && whole.starts_with(&bytes[..bytes.len() - 1]);
                    assert!(*bytes == whole || is_start, "{name} cut off at {end}");
                }
                Err(CleanError::Damaged(_) | CleanError::UnknownType) => cuts += 1,
                Err(refusal) => panic!("{name} cut off at {end}: {refusal:?}"),
            }
        }
    }
    println!("{cuts} cuts");
}

/// A file that is cut off within its pixels, and closed again: every part has its length, and only a decoder can notice.
fn closed(kind: Kind, bytes: &[u8], end: usize) -> Option<Vec<u8>> {
    let cut = &bytes[..end];
    match kind {
        Kind::Jpeg => Some([cut, b"\xff\xd9"].concat()),
        Kind::Gif => Some([cut, b"\0;"].concat()),
        Kind::Png => {
            let start = data(bytes, b"IDAT")?;
            let part = cut.get(start..)?;
            let mut whole = bytes[..start - 8].to_vec();
            for (name, content) in [(b"IDAT", part), (b"IEND", &[])] {
                whole.extend_from_slice(&u32::try_from(content.len()).unwrap().to_be_bytes());
                let from = whole.len();
                whole.extend_from_slice(name);
                whole.extend_from_slice(content);
                let sum = crc32fast::hash(&whole[from..]);
                whole.extend_from_slice(&sum.to_be_bytes());
            }
            Some(whole)
        }
        Kind::WebP => {
            let start = data(bytes, b"VP8 ").or_else(|| data(bytes, b"VP8L"))?;
            let part = cut.get(start..)?;
            let mut whole = bytes[..start].to_vec();
            whole[start - 4..].copy_from_slice(&u32::try_from(part.len()).unwrap().to_le_bytes());
            whole.extend_from_slice(part);
            whole.resize(whole.len().next_multiple_of(2), 0);
            let length = u32::try_from(whole.len() - 8).unwrap();
            whole[4..8].copy_from_slice(&length.to_le_bytes());
            Some(whole)
        }
    }
}

/// Where the content of the first chunk of this kind begins.
fn data(bytes: &[u8], kind: &[u8; 4]) -> Option<usize> {
    let at = bytes.windows(4).position(|window| window == kind)?;
    Some(at + if bytes.starts_with(b"RIFF") { 8 } else { 4 })
}

#[test]
fn pixels_that_stop_anywhere_have_previews_or_a_reason() {
    let (mut made, mut refused) = (0, 0);
    for (name, bytes) in plain() {
        let picture = clean(bytes, PIXELS).unwrap();
        for end in (0..picture.bytes.len()).step_by(11) {
            let Some(file) = closed(picture.kind, &picture.bytes, end) else {
                continue;
            };
            let Ok(cut) = clean(file, PIXELS) else {
                continue;
            };
            match previews::make(&cut) {
                Ok(previews) => {
                    made += 1;
                    assert!(
                        previews::placeholder(&previews.small).is_ok(),
                        "{name} cut off at {end}"
                    );
                }
                Err(reason) => {
                    refused += 1;
                    assert!(!reason.to_string().is_empty());
                }
            }
        }
    }
    println!("{made} with previews, {refused} without");
    // Cleaning looks into all pixels but those of a WebP, and refuses most of what else could have none.
    assert!(made > 500 && refused > 300, "{made} and {refused}");
}
