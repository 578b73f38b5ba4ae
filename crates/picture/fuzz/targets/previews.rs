//! Any bytes as a photo whose previews are made: there are some, or a reason.

#![no_main]

use libfuzzer_sys::{Corpus, fuzz_target};
use picture::PreviewSize;
use picture::{Kind, clean, previews};

/// Few, so that many are tried.
const PIXELS: u64 = 64 * 64;

fuzz_target!(|bytes: &[u8]| -> Corpus {
    let Ok(picture) = clean(bytes, PIXELS) else {
        return Corpus::Reject;
    };
    let Ok(made) = previews::make(&picture) else {
        return Corpus::Keep;
    };
    assert_eq!(made.large.is_none(), picture.animated);
    let small = clean(&made.small[..], PIXELS).expect("a preview is a picture");
    assert!(matches!(small.kind, Kind::Jpeg | Kind::WebP));
    let (width, height) = picture.shown();
    assert_eq!(small.shown(), PreviewSize::Small.within(width, height));
    // All that cleaning may leave out are tables of codes that the encoder writes for colours and a grey picture doesn't use.
    let max = if small.kind == Kind::Jpeg { 420 } else { 0 };
    assert!((small.bytes.len()..=small.bytes.len() + max).contains(&made.small.len()));
    previews::placeholder(&made.small).expect("a small preview has a placeholder");
    Corpus::Keep
});
