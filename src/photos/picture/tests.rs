//! What cleaning takes away, what it leaves alone, and what it refuses.
//!
//! The samples in `tests/pictures` are painted by its script, with the word SECRET in every piece of metadata.

use std::io::Cursor;

use image::codecs::gif::GifDecoder;
use image::codecs::jpeg::JpegDecoder;
use image::codecs::png::PngDecoder;
use image::codecs::webp::WebPDecoder;
use image::metadata::Orientation;
use image::{AnimationDecoder, DynamicImage, Frame, ImageDecoder, ImageFormat, RgbImage};

use super::*;

const NO_LIMIT: u64 = u64::MAX;

const SAMPLES: [&str; 8] = [
    "garden.jpg",
    "progressive.jpg",
    "cmyk.jpg",
    "lake.png",
    "spin.png",
    "cat.webp",
    "spin.webp",
    "wave.gif",
];

fn sample(name: &str) -> Vec<u8> {
    std::fs::read(format!(
        "{}/tests/pictures/{name}",
        env!("CARGO_MANIFEST_DIR")
    ))
    .unwrap()
}

fn cleaned(bytes: &[u8]) -> Picture {
    clean(bytes, NO_LIMIT).unwrap()
}

fn contains(bytes: &[u8], text: &str) -> bool {
    bytes
        .windows(text.len())
        .any(|window| window == text.as_bytes())
}

/// The only picture, or every frame of an animation, decoded.
fn pixels(bytes: &[u8]) -> Vec<DynamicImage> {
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

fn decoder(bytes: &[u8]) -> Box<dyn ImageDecoder + '_> {
    let cursor = Cursor::new(bytes);
    match Kind::from_bytes(bytes).unwrap() {
        Kind::Jpeg => Box::new(JpegDecoder::new(cursor).unwrap()),
        Kind::Png => Box::new(PngDecoder::new(cursor).unwrap()),
        Kind::WebP => Box::new(WebPDecoder::new(cursor).unwrap()),
        Kind::Gif => Box::new(GifDecoder::new(cursor).unwrap()),
    }
}

fn encoded(format: ImageFormat, width: u32, height: u32) -> Vec<u8> {
    let picture = RgbImage::from_fn(width, height, |x, y| {
        image::Rgb([x as u8, y as u8, (x * y) as u8])
    });
    let mut bytes = Cursor::new(Vec::new());
    DynamicImage::from(picture)
        .write_to(&mut bytes, format)
        .unwrap();
    bytes.into_inner()
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
    for (name, frames) in SAMPLES.iter().zip([1, 1, 1, 1, 4, 1, 4, 4]) {
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
fn only_the_orientation_is_left_of_exif() {
    let turned = [
        ("garden.jpg", Orientation::Rotate90),
        ("progressive.jpg", Orientation::Rotate180),
        ("lake.png", Orientation::Rotate180),
        ("cat.webp", Orientation::Rotate270),
    ];
    for (name, orientation) in turned {
        let after = cleaned(&sample(name));
        assert_eq!(
            decoder(&after.bytes).orientation().unwrap(),
            orientation,
            "{name}"
        );
        let exif = exif::Reader::new()
            .read_from_container(&mut Cursor::new(&after.bytes))
            .unwrap();
        let tags: Vec<_> = exif.fields().map(|field| field.tag).collect();
        assert_eq!(tags, [exif::Tag::Orientation], "{name}");
    }
    // Stored the right way up: there is nothing to say.
    let after = cleaned(&sample("cmyk.jpg"));
    assert!(
        exif::Reader::new()
            .read_from_container(&mut Cursor::new(&after.bytes))
            .is_err()
    );
}

#[test]
fn the_colour_profile_stays() {
    for name in [
        "garden.jpg",
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
            decoder(&after.bytes).icc_profile().unwrap().unwrap(),
            profile,
            "{name}"
        );
    }
}

#[test]
fn an_animation_repeats_as_before() {
    let after = cleaned(&sample("wave.gif"));
    assert!(contains(&after.bytes, "NETSCAPE2.0"));
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
fn a_file_cut_off_at_any_byte_is_refused() {
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
            assert!(
                clean(&whole[..end], NO_LIMIT).is_err(),
                "{name} cut off at {end}"
            );
        }
    }
}

#[test]
fn whatever_one_byte_is_changed_to_what_comes_out_is_clean() {
    for name in ["cmyk.jpg", "spin.png", "spin.webp", "wave.gif"] {
        let mut bytes = sample(name);
        for at in 0..bytes.len() {
            let original = bytes[at];
            for other in [0x00, 0x01, 0x7f, 0xfe, 0xff] {
                bytes[at] = other;
                if let Ok(once) = clean(&bytes, NO_LIMIT) {
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
        assert_eq!(clean(bytes, NO_LIMIT).unwrap_err(), Refusal::UnknownType);
    }
}

#[test]
fn a_bomb_is_refused_by_its_header() {
    let side = 50_000_u32.to_be_bytes();
    let mut png = encoded(ImageFormat::Png, 1, 1);
    png[16..20].copy_from_slice(&side);
    png[20..24].copy_from_slice(&side);
    let checksum = crc32fast::hash(&png[12..29]).to_be_bytes();
    png[29..33].copy_from_slice(&checksum);

    let mut jpeg = encoded(ImageFormat::Jpeg, 8, 8);
    let frame = jpeg
        .windows(2)
        .position(|pair| pair == [0xff, 0xc0])
        .unwrap();
    jpeg[frame + 5..frame + 9].copy_from_slice(&[0xc3, 0x50, 0xc3, 0x50]);

    let mut gif = encoded(ImageFormat::Gif, 1, 1);
    gif[6..10].copy_from_slice(&[0x50, 0xc3, 0x50, 0xc3]);

    for bytes in [png, jpeg, gif] {
        let refusal = clean(&bytes, 64_000_000).unwrap_err();
        assert_eq!(
            refusal,
            Refusal::TooManyPixels {
                width: 50_000,
                height: 50_000
            }
        );
    }
    let mut webp = sample("spin.webp");
    webp[24..30].fill(0xff);
    let refusal = clean(&webp, 64_000_000).unwrap_err();
    assert_eq!(
        refusal,
        Refusal::TooManyPixels {
            width: 1 << 24,
            height: 1 << 24
        }
    );
}

#[test]
fn the_limit_itself_is_allowed() {
    let picture = encoded(ImageFormat::Png, 20, 15);
    assert!(clean(&picture, 300).is_ok());
    assert_eq!(
        clean(&picture, 299).unwrap_err(),
        Refusal::TooManyPixels {
            width: 20,
            height: 15
        }
    );
}

#[test]
fn a_frame_that_is_larger_than_its_picture_is_refused() {
    let mut webp = sample("spin.webp");
    let frame = webp.windows(4).position(|kind| kind == b"ANMF").unwrap() + 8;
    webp[frame + 6] = 0xff;
    assert!(matches!(clean(&webp, NO_LIMIT), Err(Refusal::Damaged(_))));

    let mut png = sample("spin.png");
    let frame = png.windows(4).position(|kind| kind == b"fcTL").unwrap();
    png[frame + 8] = 0xff;
    let checksum = crc32fast::hash(&png[frame..frame + 30]).to_be_bytes();
    png[frame + 30..frame + 34].copy_from_slice(&checksum);
    let reason = "a frame of its animation is larger than the picture";
    assert_eq!(clean(&png, NO_LIMIT).unwrap_err(), Refusal::Damaged(reason));

    let mut gif = sample("wave.gif");
    let frame = gif
        .windows(2)
        .position(|pair| pair == [0x04, 0x05])
        .map_or(0, |at| at)
        + 1;
    let descriptor = gif[frame..].iter().position(|&byte| byte == 0x2c).unwrap() + frame;
    gif[descriptor + 5..descriptor + 9].fill(0xff);
    assert!(matches!(
        clean(&gif, 64_000_000),
        Err(Refusal::TooManyPixels { .. })
    ));
}

#[test]
fn a_second_frame_in_a_jpeg_is_refused() {
    let jpeg = encoded(ImageFormat::Jpeg, 8, 8);
    let frame = jpeg
        .windows(2)
        .position(|pair| pair == [0xff, 0xc0])
        .unwrap();
    let length = 2 + usize::from(u16::from_be_bytes([jpeg[frame + 2], jpeg[frame + 3]]));
    let twice = [&jpeg[..frame + length], &jpeg[frame..]].concat();
    assert_eq!(
        clean(&twice, NO_LIMIT).unwrap_err(),
        Refusal::Damaged("it has more than one frame")
    );
}

#[test]
fn fill_bytes_between_the_parts_of_a_jpeg_are_no_damage() {
    let jpeg = encoded(ImageFormat::Jpeg, 8, 8);
    let frame = jpeg
        .windows(2)
        .position(|pair| pair == [0xff, 0xc0])
        .unwrap();
    let filled = [&jpeg[..frame], &[0xff, 0xff, 0xff], &jpeg[frame..]].concat();
    assert!(cleaned(&filled).bytes == jpeg);
}

#[test]
fn a_png_with_a_wrong_checksum_or_an_unknown_critical_part_is_refused() {
    let png = encoded(ImageFormat::Png, 8, 8);
    let mut wrong = png.clone();
    wrong[30] ^= 1;
    assert_eq!(
        clean(&wrong, NO_LIMIT).unwrap_err(),
        Refusal::Damaged("a checksum in it is wrong")
    );

    let mut part = b"\0\0\0\0CRIT".to_vec();
    part.extend_from_slice(&crc32fast::hash(b"CRIT").to_be_bytes());
    let odd = [&png[..33], &part, &png[33..]].concat();
    assert_eq!(
        clean(&odd, NO_LIMIT).unwrap_err(),
        Refusal::Damaged("it has a part that no PNG should have")
    );
}

#[test]
fn broken_exif_costs_the_orientation_and_not_the_picture() {
    let jpeg = encoded(ImageFormat::Jpeg, 8, 8);
    let broken = [
        &jpeg[..2],
        b"\xff\xe1\0\x14Exif\0\0II*\0\xff\xff\xff\xff\xff\xff\xff\xff",
        &jpeg[2..],
    ]
    .concat();
    assert!(cleaned(&broken).bytes == jpeg);
}

#[test]
fn the_extension_of_each_type_leads_back_to_it() {
    for kind in Kind::ALL {
        assert_eq!(Kind::from_extension(kind.extension()), Some(kind));
        assert!(kind.media_type().starts_with("image/"));
    }
    assert_eq!(Kind::from_extension("svg"), None);
}
