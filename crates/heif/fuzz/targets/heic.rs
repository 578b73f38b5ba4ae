//! Any bytes as a HEIC: looking at its shape neither panics nor takes long, and what is let through is decoded within the bounds
//! that its shape promises. The fence around the decoder isn't there, so that what would have to die in it is found.

#![no_main]

use std::io::Cursor;

use heif::{inspect, sniff, to_jpeg};
use libfuzzer_sys::fuzz_target;

/// Few, because inputs are small, and what one finds is in proportion.
const PIXELS: u64 = 300_000;
/// What is decoded for a picture at most: it in tiles, and what is transparent of it.
const MAX_DECODED: u64 = 6_000_000;

fuzz_target!(|bytes: &[u8]| {
    let _any = sniff(&bytes[..bytes.len().min(heif::HEAD)]);
    let Ok(Ok(shape)) = inspect(&mut Cursor::new(bytes), PIXELS) else {
        return;
    };
    assert!(shape.pixels() > 0 && shape.pixels() <= PIXELS);
    assert!(shape.largest <= shape.decoded);
    assert!(shape.decoded <= MAX_DECODED);
    if let Ok(jpeg) = to_jpeg(bytes, PIXELS) {
        assert!(jpeg.starts_with(b"\xff\xd8") && jpeg.ends_with(b"\xff\xd9"));
    }
});
