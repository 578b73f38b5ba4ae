//! What cleaning takes away, what it leaves alone, and what it refuses.
//!
//! The samples in `tests/pictures` are painted by its script, with the word SECRET in every piece of metadata.
//! What concerns one format is tested next to it.

use std::io::Cursor;

use image::codecs::gif::GifDecoder;
use image::codecs::jpeg::JpegDecoder;
use image::codecs::png::PngDecoder;
use image::codecs::webp::WebPDecoder;
use image::{AnimationDecoder, DynamicImage, Frame, ImageDecoder, ImageFormat, RgbImage};

use super::*;

pub const NO_LIMIT: u64 = u64::MAX;

pub const SAMPLES: [&str; 9] = [
    "garden.jpg",
    "tree.jpg",
    "progressive.jpg",
    "cmyk.jpg",
    "lake.png",
    "spin.png",
    "cat.webp",
    "spin.webp",
    "wave.gif",
];

pub fn sample(name: &str) -> Vec<u8> {
    std::fs::read(format!(
        "{}/../../tests/pictures/{name}",
        env!("CARGO_MANIFEST_DIR")
    ))
    .unwrap()
}

pub fn cleaned(bytes: &[u8]) -> Picture {
    clean(bytes, NO_LIMIT).unwrap()
}

pub fn contains(bytes: &[u8], text: &str) -> bool {
    bytes
        .windows(text.len())
        .any(|window| window == text.as_bytes())
}

/// The only picture, or every frame of an animation, decoded.
pub fn pixels(bytes: &[u8]) -> Vec<DynamicImage> {
    let frames = |frames: image::Frames<'_>| {
        let frames: Vec<Frame> = frames.collect_frames().unwrap();
        frames
            .into_iter()
            .map(|frame| frame.into_buffer().into())
            .collect()
    };
    let cursor = Cursor::new(bytes);
    match Kind::from_bytes(bytes).unwrap() {
        Kind::Gif => frames(GifDecoder::new(cursor).unwrap().into_frames()),
        Kind::WebP if WebPDecoder::new(cursor.clone()).unwrap().has_animation() => {
            frames(WebPDecoder::new(cursor).unwrap().into_frames())
        }
        Kind::Png if PngDecoder::new(cursor.clone()).unwrap().is_apng().unwrap() => frames(
            PngDecoder::new(cursor)
                .unwrap()
                .apng()
                .unwrap()
                .into_frames(),
        ),
        _ => vec![image::load_from_memory(bytes).unwrap()],
    }
}

pub fn decoder(bytes: &[u8]) -> Box<dyn ImageDecoder + '_> {
    let cursor = Cursor::new(bytes);
    match Kind::from_bytes(bytes).unwrap() {
        Kind::Jpeg => Box::new(JpegDecoder::new(cursor).unwrap()),
        Kind::Png => Box::new(PngDecoder::new(cursor).unwrap()),
        Kind::WebP => Box::new(WebPDecoder::new(cursor).unwrap()),
        Kind::Gif => Box::new(GifDecoder::new(cursor).unwrap()),
    }
}

pub fn encoded(format: ImageFormat, width: u32, height: u32) -> Vec<u8> {
    let picture = RgbImage::from_fn(width, height, |x, y| {
        image::Rgb([x as u8, y as u8, (x * y) as u8])
    });
    let mut bytes = Cursor::new(Vec::new());
    DynamicImage::from(picture)
        .write_to(&mut bytes, format)
        .unwrap();
    bytes.into_inner()
}

/// The word in every piece of metadata that a test makes.
pub const SECRET: &[u8] = b"SECRET <script>";

/// What a test makes of a clean picture looks as before when cleaned, and nothing else is left.
pub fn leaves_only(picture: &[u8], with_secret: &[u8]) {
    assert!(contains(with_secret, "SECRET"));
    assert!(pixels(with_secret) == pixels(picture));
    let after = cleaned(with_secret).bytes;
    assert!(!contains(&after, "SECRET"));
    assert!(after == picture, "something else is left, or missing");
}

/// Cleaning refuses this as damaged.
pub fn is_damaged(bytes: &[u8]) {
    let refusal = clean(bytes, NO_LIMIT).unwrap_err();
    assert!(matches!(refusal, CleanError::Damaged(_)), "{refusal:?}");
}

/// A limit of 64 million pixels refuses this as having 50,000 x 50,000.
pub fn is_a_bomb(bytes: &[u8]) {
    let refusal = clean(bytes, 64_000_000).unwrap_err();
    let (width, height, max) = (50_000, 50_000, 64_000_000);
    assert_eq!(refusal, CleanError::TooManyPixels { width, height, max });
}

/// Where these bytes are found first.
pub fn find(bytes: &[u8], part: &[u8]) -> usize {
    let mut windows = bytes.windows(part.len());
    windows.position(|window| window == part).unwrap()
}

/// The bytes with something put in at one place.
pub fn with(bytes: &[u8], at: usize, part: &[u8]) -> Vec<u8> {
    [&bytes[..at], part, &bytes[at..]].concat()
}

#[test]
fn a_picture_is_cleaned_where_it_is() {
    for name in SAMPLES {
        let file = sample(name);
        let address = file.as_ptr();
        let cleaned = clean(file, NO_LIMIT).unwrap();
        assert_eq!(cleaned.bytes.as_ptr(), address, "{name}");
    }
}

#[test]
fn nothing_secret_is_left_in_any_sample() {
    for name in SAMPLES {
        let before = sample(name);
        assert!(contains(&before, "SECRET"), "{name}");
        let after = cleaned(&before);
        for trace in [
            "SECRET",
            "zTXt",
            "iTXt",
            "tEXt",
            "tIME",
            "XMP",
            "http://ns.adobe",
            "8BIM",
            "JFXX",
            "MPF",
            "Photoshop",
        ] {
            assert!(!contains(&after.bytes, trace), "{name} still has {trace}");
        }
    }
}

#[test]
fn every_pixel_of_every_frame_is_as_it_was() {
    for (name, frames) in SAMPLES.iter().zip([1, 1, 1, 1, 1, 4, 1, 4, 4]) {
        let before = sample(name);
        let after = cleaned(&before);
        let (before, after_pixels) = (pixels(&before), pixels(&after.bytes));
        assert_eq!(after_pixels.len(), frames, "{name}");
        assert!(before == after_pixels, "{name} looks different");
        let first = after_pixels.first().unwrap();
        assert_eq!(
            (after.width, after.height),
            (first.width(), first.height()),
            "{name}"
        );
    }
}

#[test]
fn the_size_as_shown_and_whether_it_moves_are_told() {
    let expected = [
        ((1200, 800), false),
        ((480, 720), false),
        ((240, 160), false),
        ((96, 64), false),
        ((240, 160), false),
        ((64, 48), true),
        ((240, 160), false),
        ((64, 48), true),
        ((64, 48), true),
    ];
    for (name, (size, animated)) in SAMPLES.iter().zip(expected) {
        let picture = cleaned(&sample(name));
        assert_eq!(
            (picture.shown(), picture.animated),
            (size, animated),
            "{name}"
        );
        let stored = (picture.width, picture.height);
        let mut turned = DynamicImage::new_rgb8(stored.0, stored.1);
        turned.apply_orientation(decoder(&picture.bytes).orientation().unwrap());
        assert_eq!(picture.shown(), (turned.width(), turned.height()), "{name}");
    }
}

#[test]
fn an_animation_of_one_picture_does_not_move() {
    let still = cleaned(&encoded(ImageFormat::Gif, 20, 15));
    assert!(!still.animated);
}

#[test]
fn the_colour_profile_stays() {
    for name in [
        "garden.jpg",
        "tree.jpg",
        "progressive.jpg",
        "cmyk.jpg",
        "lake.png",
        "cat.webp",
        "spin.webp",
    ] {
        let before = sample(name);
        let profile = decoder(&before).icc_profile().unwrap().unwrap();
        let after = cleaned(&before);
        assert_eq!(
            decoder(&after.bytes).icc_profile().unwrap(),
            icc::essential(&profile),
            "{name}"
        );
    }
}

#[test]
fn what_is_clean_comes_out_byte_for_byte() {
    for name in SAMPLES {
        let once = cleaned(&sample(name)).bytes;
        assert!(cleaned(&once).bytes == once, "{name}");
    }
    for format in [
        ImageFormat::Jpeg,
        ImageFormat::Png,
        ImageFormat::WebP,
        ImageFormat::Gif,
    ] {
        let plain = encoded(format, 20, 15);
        assert!(cleaned(&plain).bytes == plain, "{format:?}");
    }
}

#[test]
fn a_file_cut_off_at_any_byte_is_refused_unless_all_of_the_picture_is_there() {
    for name in [
        "progressive.jpg",
        "cmyk.jpg",
        "spin.png",
        "cat.webp",
        "spin.webp",
        "wave.gif",
    ] {
        let whole = cleaned(&sample(name)).bytes;
        for end in 0..whole.len() {
            // What says that the file is over may be missing. How many pictures a GIF has isn't said anywhere.
            if let Ok(picture) = clean(&whole[..end], NO_LIMIT) {
                let bytes = &picture.bytes;
                let is_start =
                    picture.kind == Kind::Gif && whole.starts_with(&bytes[..bytes.len() - 1]);
                assert!(*bytes == whole || is_start, "{name} cut off at {end}");
            }
        }
    }
}

#[test]
fn whatever_one_byte_is_changed_to_what_comes_out_is_clean() {
    for name in ["cmyk.jpg", "spin.png", "spin.webp", "wave.gif"] {
        let mut bytes = sample(name);
        for at in 0..bytes.len() {
            let original = bytes[at];
            // All five at every byte took half of the time of all tests; libFuzzer tries many more.
            for other in [[0x00, 0xff][at % 2], [0x01, 0x7f, 0xfe][at % 3]] {
                bytes[at] = other;
                if let Ok(once) = clean(&bytes[..], NO_LIMIT) {
                    let twice = cleaned(&once.bytes);
                    assert!(
                        twice.bytes == once.bytes,
                        "{name} with byte {at} set to {other}"
                    );
                }
            }
            bytes[at] = original;
        }
    }
}

#[test]
fn other_types_are_told_by_their_bytes_and_refused() {
    let others: [&[u8]; 9] = [
        b"",
        b"\xff\xd8",
        b"just some text",
        b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>",
        b"%PDF-1.7",
        b"\0\0\0\x18ftypheic\0\0\0\0",
        b"BM\x36\0\0\0",
        b"RIFF\x10\0\0\0WAVEfmt ",
        b"GIF90a",
    ];
    for bytes in others {
        assert_eq!(clean(bytes, NO_LIMIT).unwrap_err(), CleanError::UnknownType);
    }
}

#[test]
fn the_limit_itself_is_allowed() {
    let picture = encoded(ImageFormat::Png, 20, 15);
    assert!(clean(&picture[..], 300).is_ok());
    assert_eq!(
        clean(picture, 299).unwrap_err(),
        CleanError::TooManyPixels {
            width: 20,
            height: 15,
            max: 299
        }
    );
}

#[test]
fn a_jpeg_has_a_limit_of_its_own_unless_it_is_progressive() {
    let limit = |sequential_jpeg, other| MaxPixels {
        sequential_jpeg,
        other,
    };
    let refused = |bytes: &[u8], limit: MaxPixels| match clean(bytes, limit) {
        Ok(_) => None,
        Err(CleanError::TooManyPixels { max, .. }) => Some(max),
        Err(refusal) => panic!("{refusal:?}"),
    };
    let pixels = |name| {
        let picture = cleaned(&sample(name));
        u64::from(picture.width) * u64::from(picture.height)
    };
    for (name, is_sequential) in [
        ("garden.jpg", true),
        ("cmyk.jpg", true),
        ("progressive.jpg", false),
        ("lake.png", false),
        ("cat.webp", false),
        ("wave.gif", false),
    ] {
        let (bytes, count) = (sample(name), pixels(name));
        let (enough, fewer) = match is_sequential {
            true => (limit(count, 0), limit(count - 1, u64::MAX)),
            false => (limit(0, count), limit(u64::MAX, count - 1)),
        };
        assert_eq!(refused(&bytes, enough), None, "{name}");
        assert_eq!(refused(&bytes, fewer), Some(count - 1), "{name}");
    }
}

#[test]
fn the_extension_of_each_type_leads_back_to_it() {
    for kind in Kind::ALL {
        assert_eq!(Kind::from_extension(kind.extension()), Some(kind));
        assert!(kind.media_type().starts_with("image/"));
    }
    assert_eq!(Kind::from_extension("svg"), None);
}

#[test]
fn the_film_of_a_motion_photo_is_known_and_gone() {
    let picture = cleaned(&sample("tree.jpg")).bytes;
    let film = b"\0\0\0\x18ftypmp42\0\0\0\0isommp42\0\0\0\x08moov";
    let tail = b"MotionPhoto_Data";
    for behind in [
        &film[..],
        &[&tail[..], film].concat(),
        &[&[0; 1000][..], film].concat(),
    ] {
        let found = cleaned(&[&picture, behind].concat());
        assert!(found.had_film);
        assert_eq!(found.bytes, picture);
    }
    // Another picture, as for colours or depth; words; a box that is too long for one of kinds.
    let other = sample("cmyk.jpg");
    let long = [&[0, 0, 9, 0][..], &film[4..]].concat();
    for behind in [&[][..], &other, b"ftyp", b"an ftyp of something", &long] {
        assert!(
            !cleaned(&[&picture, behind].concat()).had_film,
            "{behind:?}"
        );
    }
}
