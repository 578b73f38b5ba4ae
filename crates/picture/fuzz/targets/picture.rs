//! Any bytes as a photo: what is accepted comes out clean, doesn't change when it is cleaned again, and has nothing after its
//! picture.

#![no_main]

use libfuzzer_sys::fuzz_target;
use picture::{Kind, clean};

const PIXELS: u64 = 64_000_000;
/// What is said outside of the picture. Inside of it these bytes can be codes of pixels like any others.
const MARK: &[u8] = b"SECRET of a stranger, 52.520008 13.404954";

fuzz_target!(|bytes: &[u8]| {
    let Ok(picture) = clean(bytes, PIXELS) else {
        return;
    };
    assert_eq!(Kind::from_bytes(&picture.bytes), Some(picture.kind));
    assert!(u64::from(picture.width) * u64::from(picture.height) <= PIXELS);
    // What we write ourselves is short, or packs the same pixels again.
    assert!(picture.kind == Kind::Png || picture.bytes.len() <= bytes.len() + 1000);
    let again = clean(&picture.bytes[..], PIXELS).expect("what is clean can be cleaned");
    assert!(again.bytes == picture.bytes);
    assert_eq!(again.shown(), picture.shown());
    assert_eq!(again.animated, picture.animated);
    assert_eq!(again.taken_at, None);
    // Words after what is clean already, and before its end, are gone.
    let end = match picture.kind {
        Kind::Jpeg => 2,
        Kind::Png => 12,
        Kind::Gif => 1,
        Kind::WebP => 0,
    };
    let end = picture.bytes.len() - end;
    for place in [end, picture.bytes.len()] {
        // Where a picture breaks off, only its end says that the words aren't part of it.
        if clean(&picture.bytes[..place], PIXELS).is_err() {
            continue;
        }
        let marked = [&picture.bytes[..place], MARK, &picture.bytes[place..]].concat();
        if let Ok(marked) = clean(marked, PIXELS) {
            assert_eq!(marks(&marked.bytes), marks(&picture.bytes));
        }
    }
});

fn marks(bytes: &[u8]) -> usize {
    bytes
        .windows(MARK.len())
        .filter(|bytes| *bytes == MARK)
        .count()
}
