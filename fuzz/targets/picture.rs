//! Any bytes as a photo: what is taken comes out clean, and stays as it is when it is cleaned again.

#![no_main]

use libfuzzer_sys::fuzz_target;
use shared_spaces::photos::picture::{Kind, clean};

const PIXELS: u64 = 64_000_000;

fuzz_target!(|bytes: &[u8]| {
    let Ok(picture) = clean(bytes, PIXELS) else {
        return;
    };
    assert_eq!(Kind::from_bytes(&picture.bytes), Some(picture.kind));
    assert!(u64::from(picture.width) * u64::from(picture.height) <= PIXELS);
    // The orientation alone is written anew, and a length that was left out.
    assert!(picture.bytes.len() <= bytes.len() + 100);
    let again = clean(&picture.bytes[..], PIXELS).expect("what is clean can be cleaned");
    assert!(again.bytes == picture.bytes);
    assert_eq!(again.shown(), picture.shown());
    assert_eq!(again.animated, picture.animated);
});
