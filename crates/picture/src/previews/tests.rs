//! What becomes of pictures of every kind when they are made small.

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::metadata::Orientation as Turn;
use image::{DynamicImage, GrayImage, ImageEncoder, ImageFormat, RgbImage, Rgba, RgbaImage};

use super::super::tests::{NO_LIMIT, SAMPLES, cleaned, contains, decoder, encoded, pixels, sample};
use super::super::{Kind, clean};
use super::*;

fn previews(bytes: &[u8]) -> Previews {
    make(&cleaned(bytes)).unwrap()
}

/// A preview that must be of this kind, decoded by another library.
fn decoded(preview: &[u8], kind: Kind) -> DynamicImage {
    assert_eq!(Kind::from_bytes(preview), Some(kind));
    image::load_from_memory(preview).unwrap()
}

fn file(image: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    image.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

/// A picture that is another in each corner: red, green, blue, white.
fn corners(width: u32, height: u32) -> DynamicImage {
    let picture = RgbImage::from_fn(width, height, |x, y| {
        image::Rgb(match (x < width / 2, y < height / 2) {
            (true, true) => [220, 20, 20],
            (false, true) => [20, 220, 20],
            (true, false) => [20, 20, 220],
            (false, false) => [240, 240, 240],
        })
    });
    picture.into()
}

/// Whether two pictures look the same, but for what a lossy format does.
fn look_alike(one: &DynamicImage, other: &DynamicImage) -> bool {
    let sizes = (one.width(), one.height()) == (other.width(), other.height());
    let (one, other) = (one.to_rgba8(), other.to_rgba8());
    let difference = one.as_raw().iter().zip(other.as_raw());
    let difference: u64 = difference.map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
    sizes && difference < 6 * one.as_raw().len() as u64
}

#[test]
fn every_sample_becomes_as_small_as_it_should_and_still_looks_the_same() {
    for name in SAMPLES {
        let picture = cleaned(&sample(name));
        let shown = picture.shown();
        let previews = make(&picture).unwrap();
        let mut original = pixels(&picture.bytes).swap_remove(0);
        original.apply_orientation(decoder(&picture.bytes).orientation().unwrap());
        let both = [
            (PreviewSize::Small, Some(&previews.small)),
            (PreviewSize::Large, previews.large.as_ref()),
        ];
        for (size, preview) in both {
            let Some(preview) = preview else {
                assert!(picture.animated && size == PreviewSize::Large, "{name}");
                continue;
            };
            let preview = decoded(preview, Kind::Jpeg);
            let (width, height) = size.within(shown.0, shown.1);
            assert_eq!(
                (preview.width(), preview.height()),
                (width, height),
                "{name}"
            );
            let smaller = original.resize_exact(width, height, image::imageops::Lanczos3);
            assert!(look_alike(&preview, &smaller), "{name} looks different");
        }
    }
}

#[test]
fn nothing_but_pixels_and_their_profile_is_in_a_preview() {
    for name in SAMPLES {
        let before = sample(name);
        let profile = decoder(&cleaned(&before).bytes).icc_profile().unwrap();
        let previews = previews(&before);
        for preview in [Some(previews.small), previews.large].into_iter().flatten() {
            for trace in ["SECRET", "Exif", "http:", "Adobe", "XMP"] {
                assert!(!contains(&preview, trace), "{name} still has {trace}");
            }
            let edits = decoder(&preview).icc_profile().unwrap();
            assert_eq!(edits, profile, "{name}");
        }
    }
}

#[test]
fn a_profile_for_other_colours_than_those_of_the_preview_stays_behind() {
    let mut profile = decoder(&sample("garden.jpg"))
        .icc_profile()
        .unwrap()
        .unwrap();
    let grey = DynamicImage::from(GrayImage::from_pixel(20, 15, image::Luma([90])));
    let with_profile = |image: &DynamicImage, profile: &[u8]| {
        let mut bytes = Vec::new();
        let mut encoder = PngEncoder::new(&mut bytes);
        encoder.set_icc_profile(profile.to_vec()).unwrap();
        image.write_with_encoder(encoder).unwrap();
        bytes
    };
    let edits = |bytes: &[u8]| decoder(&previews(bytes).small).icc_profile().unwrap();
    assert_eq!(edits(&with_profile(&grey, &profile)), None);
    let grey_profile = super::super::icc::tests::grey();
    let essential = super::super::icc::essential(&grey_profile);
    assert!(essential.is_some());
    assert_eq!(edits(&with_profile(&grey, &grey_profile)), essential);
    profile[16..20].copy_from_slice(b"GRAY");
    assert_eq!(edits(&with_profile(&corners(20, 15), &profile)), None);
    profile[16..20].copy_from_slice(b"CMYK");
    assert_eq!(edits(&with_profile(&corners(20, 15), &profile)), None);
}

#[test]
fn each_of_the_eight_orientations_is_applied() {
    for format in [ImageFormat::Jpeg, ImageFormat::Png] {
        for value in 1..=8 {
            let upright = corners(900, 600);
            let turn = Turn::from_exif(value).unwrap();
            let mut bytes = Vec::new();
            let tiff = [
                b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0",
                &[value, 0, 0, 0][..],
                &[0; 4],
            ];
            let tiff = tiff.concat();
            match format {
                ImageFormat::Jpeg => {
                    let mut encoder = JpegEncoder::new(&mut bytes);
                    encoder.set_exif_metadata(tiff).unwrap();
                    upright.write_with_encoder(encoder).unwrap();
                }
                _ => {
                    let mut encoder = PngEncoder::new(&mut bytes);
                    encoder.set_exif_metadata(tiff).unwrap();
                    upright.write_with_encoder(encoder).unwrap();
                }
            }
            let mut expected = upright;
            expected.apply_orientation(turn);
            let previews = previews(&bytes);
            let large = decoded(&previews.large.unwrap(), Kind::Jpeg);
            assert!(
                look_alike(&large, &expected),
                "{value} in {format:?}, large"
            );
            let (width, height) = PreviewSize::Small.within(expected.width(), expected.height());
            let expected = expected.resize_exact(width, height, image::imageops::Triangle);
            let small = decoded(&previews.small, Kind::Jpeg);
            assert!(
                look_alike(&small, &expected),
                "{value} in {format:?}, small"
            );
        }
    }
}

#[test]
fn what_one_sees_through_stays_so_and_what_only_could_be_does_not() {
    let mut glass = RgbaImage::from_fn(600, 450, |x, y| Rgba([x as u8, y as u8, 90, 255]));
    let opaque = file(&glass.clone().into(), ImageFormat::Png);
    decoded(&previews(&opaque).small, Kind::Jpeg);
    for pixel in glass.pixels_mut().take(600 * 200) {
        *pixel = Rgba([255, 0, 0, 0]);
    }
    for format in [ImageFormat::Png, ImageFormat::WebP] {
        let previews = previews(&file(&glass.clone().into(), format));
        let large = decoded(&previews.large.unwrap(), Kind::WebP).into_rgba8();
        assert!(large == glass, "lossless, and not made smaller");
        let small = decoded(&previews.small, Kind::WebP).into_rgba8();
        assert_eq!((small.width(), small.height()), (400, 300));
        assert_eq!((small[(200, 20)][3], small[(200, 280)][3]), (0, 255));
        // What can't be seen doesn't shine through at the edge.
        assert!(small.pixels().all(|pixel| pixel[3] < 8 || pixel[2] > 60));
    }
}

#[test]
fn what_moves_is_small_by_its_first_frame_and_large_as_it_is() {
    for name in ["spin.png", "spin.webp", "wave.gif"] {
        let previews = previews(&sample(name));
        assert!(previews.large.is_none(), "{name}");
    }
}

#[test]
fn inks_become_the_colours_that_others_show() {
    let before = sample("cmyk.jpg");
    let expected = pixels(&before).swap_remove(0);
    let previews = previews(&before);
    assert!(look_alike(&decoded(&previews.small, Kind::Jpeg), &expected));
}

#[test]
fn pixels_of_every_kind_are_shown() {
    let picture = corners(500, 300);
    let kinds = [
        DynamicImage::from(picture.to_luma8()),
        picture.to_luma16().into(),
        picture.to_luma_alpha8().into(),
        picture.to_luma_alpha16().into(),
        picture.to_rgb16().into(),
        picture.to_rgba16().into(),
    ];
    for image in kinds {
        let previews = previews(&file(&image, ImageFormat::Png));
        let large = decoded(&previews.large.unwrap(), Kind::Jpeg);
        assert!(look_alike(&large, &image), "{:?}", image.color());
    }
    let grey = file(&picture.to_luma8().into(), ImageFormat::Jpeg);
    let small = decoded(&previews(&grey).small, Kind::Jpeg);
    assert_eq!(small.color(), image::ColorType::L8);
}

#[test]
fn the_smallest_and_the_thinnest_have_previews_too() {
    let formats = [
        ImageFormat::Jpeg,
        ImageFormat::Png,
        ImageFormat::WebP,
        ImageFormat::Gif,
    ];
    for format in formats {
        for (width, height, small, large) in [
            (1, 1, (1, 1), (1, 1)),
            (3, 2, (3, 2), (3, 2)),
            (5000, 1, (400, 1), (1600, 1)),
            (1, 5000, (1, 400), (1, 1600)),
            (1601, 7, (400, 2), (1600, 7)),
        ] {
            let previews = previews(&encoded(format, width, height));
            let size = |preview: &[u8]| {
                let image = decoded(preview, Kind::Jpeg);
                (image.width(), image.height())
            };
            assert_eq!(
                size(&previews.small),
                small,
                "{width} x {height} {format:?}"
            );
            assert_eq!(
                size(&previews.large.unwrap()),
                large,
                "{width} x {height} {format:?}"
            );
        }
    }
}

#[test]
fn a_huge_jpeg_is_never_decoded_in_full() {
    let huge = file(
        &GrayImage::from_pixel(8000, 8000, image::Luma([120])).into(),
        ImageFormat::Jpeg,
    );
    let picture = clean(huge, 64_000_000).unwrap();
    let opened = Opened::new(&picture, PreviewSize::Large.side()).unwrap();
    let decoded = opened.decode().unwrap();
    let sides = (decoded.image.width(), decoded.image.height());
    assert_eq!(sides, (2000, 2000));
    let previews = make(&picture).unwrap();
    let large = self::decoded(&previews.large.unwrap(), Kind::Jpeg);
    assert_eq!((large.width(), large.height()), (1600, 1600));
}

/// What it would take to make the previews of a picture with this header, whether its pixels are there or not.
fn memory(bytes: &[u8], width: u32, height: u32) -> std::result::Result<u64, String> {
    let picture = Picture {
        kind: Kind::from_bytes(bytes).unwrap(),
        width,
        height,
        orientation: None,
        animated: false,
        taken_at: None,
        had_film: false,
        bytes: bytes.to_vec(),
    };
    let work = Work::new(&picture).map_err(|reason| reason.to_string())?;
    Ok(work.memory() / MIB)
}

/// A PNG with the header of another size.
fn png_that_says(image: &DynamicImage, width: u32, height: u32, interlaced: bool) -> Vec<u8> {
    let mut png = file(image, ImageFormat::Png);
    png[16..20].copy_from_slice(&width.to_be_bytes());
    png[20..24].copy_from_slice(&height.to_be_bytes());
    png[28] = interlaced.into();
    let checksum = crc32fast::hash(&png[12..29]);
    png[29..33].copy_from_slice(&checksum.to_be_bytes());
    png
}

#[test]
fn the_memory_for_previews_is_known_from_the_headers_and_bounded() {
    let deep = DynamicImage::new_rgba16(20, 15);
    for (width, height) in [(8000, 8000), (65_535, 976), (976, 65_535), (3999, 3999)] {
        for interlaced in [false, true] {
            let png = png_that_says(&deep, width, height, interlaced);
            let memory = memory(&png, width, height).unwrap();
            assert!(memory <= 256, "{width} x {height}, {interlaced}: {memory}");
        }
    }
    // Of a JPEG, coefficients only where it is progressive: those of brightness and of colours.
    let phone = (16_320, 12_240);
    for (name, (width, height), across, expected) in [
        ("garden.jpg", (8000, 8000), 0x11, Ok(48)),
        ("garden.jpg", phone, 0x11, Ok(48)),
        ("garden.jpg", (65_500, 3908), 0x11, Ok(48)),
        ("progressive.jpg", (8000, 8000), 0x22, Ok(201)),
        (
            "progressive.jpg",
            (8000, 8000),
            0x11,
            Err("they would take 3"),
        ),
        ("progressive.jpg", phone, 0x22, Err("they would take 5")),
    ] {
        let mut jpeg = cleaned(&sample(name)).bytes;
        let frame = jpeg
            .windows(2)
            .position(|pair| matches!(pair, [0xff, 0xc0 | 0xc2]));
        let frame = frame.unwrap();
        let sides = [height, width].map(u16::to_be_bytes).concat();
        jpeg[frame + 5..frame + 9].copy_from_slice(&sides);
        jpeg[frame + 11] = across;
        match (memory(&jpeg, width.into(), height.into()), expected) {
            (Ok(memory), Ok(expected)) => assert_eq!(memory, expected, "{name}"),
            (Err(reason), Err(expected)) => assert!(reason.starts_with(expected), "{reason}"),
            other => panic!("{name}: {other:?}"),
        }
    }
}

#[test]
fn a_line_of_millions_of_pixels_is_no_picture() {
    for (width, height) in [(65_536, 1), (1, 65_536), (64_000_000, 1), (1, 64_000_000)] {
        let png = png_that_says(&DynamicImage::new_luma8(20, 15), width, height, false);
        let refusal = clean(png, 64_000_000).unwrap_err();
        assert_eq!(refusal, CleanError::TooLong { width, height });
    }
    let longest = file(&DynamicImage::new_luma8(65_535, 1), ImageFormat::Png);
    assert!(clean(longest, 64_000_000).is_ok());
}

#[test]
fn interlaced_and_deep_pictures_look_like_plain_ones() {
    let picture = corners(4200, 2600);
    let plain = make(&cleaned(&file(&picture, ImageFormat::Png))).unwrap();
    let plain = decoded(&plain.large.unwrap(), Kind::Jpeg);
    for image in [
        picture.to_rgb16().into(),
        DynamicImage::from(picture.to_rgba16()),
    ] {
        let previews = previews(&file(&image, ImageFormat::Png));
        assert!(look_alike(
            &decoded(&previews.large.unwrap(), Kind::Jpeg),
            &plain
        ));
    }
}

#[test]
fn a_colour_profile_that_looks_like_many_scans_is_none() {
    let jpeg = encoded(ImageFormat::Jpeg, 24, 17);
    let profile = [b"ICC_PROFILE\0\x01\x01", b"\xff\xda".repeat(300).as_slice()].concat();
    let length = u16::try_from(profile.len() + 2).unwrap().to_be_bytes();
    let parts = [&jpeg[..2], b"\xff\xe2", &length, &profile, &jpeg[2..]];
    assert!(make(&cleaned(&parts.concat())).is_ok());
}

#[test]
fn whatever_one_byte_is_changed_to_there_are_previews_or_a_reason() {
    for name in [
        "cmyk.jpg",
        "progressive.jpg",
        "cat.webp",
        "spin.png",
        "spin.webp",
        "wave.gif",
    ] {
        let mut bytes = cleaned(&sample(name)).bytes;
        for at in (0..bytes.len()).step_by(61) {
            let original = bytes[at];
            for other in [0x00, 0xff] {
                bytes[at] = other;
                if let Ok(picture) = clean(&bytes[..], NO_LIMIT)
                    && let Ok(previews) = make(&picture)
                {
                    assert!(placeholder(&previews.small).is_ok(), "{name} at {at}");
                }
            }
            bytes[at] = original;
        }
    }
}

#[test]
fn a_placeholder_has_the_colour_and_the_shape_of_the_picture() {
    for name in SAMPLES {
        let picture = cleaned(&sample(name));
        let small = make(&picture).unwrap().small;
        let placeholder = placeholder(&small).unwrap();
        let (width, height) = PreviewSize::Small.within(picture.shown().0, picture.shown().1);
        assert_eq!(
            (placeholder.width, placeholder.height),
            (width, height),
            "{name}"
        );
        let hash = &placeholder.hash;
        assert!((5..=25).contains(&hash.len()), "{name}: {}", hash.len());
        let ratio = thumbhash::thumb_hash_to_approximate_aspect_ratio(hash).unwrap();
        assert!(
            (ratio - width as f32 / height as f32).abs() < 0.25,
            "{name}: {ratio}"
        );
        let (r, g, b, _) = thumbhash::thumb_hash_to_average_rgba(hash).unwrap();
        let small = image::load_from_memory(&small).unwrap();
        let average = small
            .resize_exact(1, 1, image::imageops::Triangle)
            .to_rgb8();
        for (told, real) in [r, g, b].iter().zip(average[(0, 0)].0) {
            assert!((told * 255.0 - f32::from(real)).abs() < 24.0, "{name}");
        }
    }
}

#[test]
fn only_a_small_preview_has_a_placeholder() {
    assert!(placeholder(&encoded(ImageFormat::Jpeg, 400, 400)).is_ok());
    for wrong in [
        encoded(ImageFormat::Jpeg, 401, 400),
        Vec::new(),
        b"<svg>".to_vec(),
    ] {
        assert!(placeholder(&wrong).is_err());
    }
}

/// A tile of noise, again and again: few bytes where that is seen, and very many where it isn't.
fn tiles(width: u32, height: u32, opacity: u8) -> DynamicImage {
    let tiles = RgbaImage::from_fn(width, height, |x, y| {
        let noise = (x % 16 + y % 16 * 16 + 1)
            .wrapping_mul(2_654_435_761)
            .to_be_bytes();
        Rgba([noise[0], noise[1], noise[2], noise[0] | opacity])
    });
    tiles.into()
}

/// A PNG of as few bytes as can be had.
fn packed(image: &DynamicImage) -> Vec<u8> {
    let mut png = Vec::new();
    PngEncoder::new_with_quality(&mut png, CompressionType::Best, FilterType::NoFilter)
        .write_image(
            image.as_bytes(),
            image.width(),
            image.height(),
            image.color().into(),
        )
        .unwrap();
    png
}

#[test]
fn no_large_preview_has_more_bytes_than_the_photo() {
    let solid = DynamicImage::from(tiles(1500, 1000, u8::MAX).into_rgb8());
    // Runs are all that our encoder of WebP makes less of.
    let lines = RgbImage::from_fn(1500, 1000, |_, y| *solid.as_rgb8().unwrap().get_pixel(0, y));
    let lines = DynamicImage::from(lines);
    let mut rough = Vec::new();
    let encoder = JpegEncoder::new_with_quality(&mut rough, 4);
    encoder
        .write_image(solid.as_bytes(), 1500, 1000, solid.color().into())
        .unwrap();
    let photos = [
        rough,
        packed(&solid),
        packed(&tiles(1500, 1000, 0)),
        // So small that one preview is both.
        packed(&tiles(400, 300, 0)),
        file(&solid, ImageFormat::Gif),
        file(&lines, ImageFormat::WebP),
    ];
    for photo in photos {
        let picture = cleaned(&photo);
        let large = make(&picture).unwrap().large.unwrap();
        assert!(large == picture.bytes, "{:?}", picture.kind);
    }
}
