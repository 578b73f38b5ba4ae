//! Pictures: painted ones, and the samples of `tests/pictures`.

use std::io::Cursor;

use image::{DynamicImage, ImageFormat, RgbImage};

/// A small picture with no metadata, a different one for each seed.
pub fn plain(format: ImageFormat, seed: u32) -> Vec<u8> {
    let picture = RgbImage::from_fn(16, 12, |x, y| {
        let mix = (x * 7919 + y * 104_729 + 1)
            .wrapping_mul(seed.wrapping_add(1).wrapping_mul(2_654_435_761));
        let [a, b, c, _] = mix.to_le_bytes();
        image::Rgb([a, b, c])
    });
    let mut bytes = Cursor::new(Vec::new());
    DynamicImage::from(picture)
        .write_to(&mut bytes, format)
        .unwrap();
    bytes.into_inner()
}

/// A PNG that passes through the cleaner byte for byte.
pub fn png(seed: u32) -> Vec<u8> {
    plain(ImageFormat::Png, seed)
}

/// A picture with every kind of metadata.
pub fn sample(name: &str) -> Vec<u8> {
    std::fs::read(format!(
        "{}/tests/pictures/{name}",
        env!("CARGO_MANIFEST_DIR")
    ))
    .unwrap()
}

/// A PNG of 50,000 x 50,000 pixels in less than a hundred bytes.
pub fn bomb() -> Vec<u8> {
    png_that_says(50_000, 50_000)
}

/// A PNG whose header claims this size.
pub fn png_that_says(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = plain(ImageFormat::Png, 1);
    bytes[16..20].copy_from_slice(&width.to_be_bytes());
    bytes[20..24].copy_from_slice(&height.to_be_bytes());
    let checksum = crc32fast::hash(&bytes[12..29]);
    bytes[29..33].copy_from_slice(&checksum.to_be_bytes());
    bytes
}
