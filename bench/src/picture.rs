//! A picture that is as hard to read and to write as a photo: noise, coarse and fine.

use std::path::Path;

use anyhow::Result;
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

/// The sides of the noise's cells in pixels, and how strong each is.
const OCTAVES: [(u32, f32); 5] = [(512, 90.0), (128, 50.0), (32, 24.0), (8, 11.0), (2, 32.0)];

/// Writes a JPEG, always the same for the same size.
///
/// # Errors
/// The file can't be written.
pub fn write(file: &Path, width: u16, height: u16) -> Result<()> {
    let mut pixels = Vec::with_capacity(usize::from(width) * usize::from(height) * 3);
    for y in 0..u32::from(height) {
        for x in 0..u32::from(width) {
            let grey: f32 = OCTAVES
                .iter()
                .map(|(cell, strength)| strength * (noise(x, y, *cell, 0) - 0.5))
                .sum();
            for channel in 1..=3 {
                let tint = 60.0 * (noise(x, y, 256, channel) - 0.5);
                pixels.push((128.0 + grey + tint).clamp(0.0, 255.0) as u8);
            }
        }
    }
    let mut encoder = Encoder::new_file(file, 90)?;
    encoder.set_sampling_factor(SamplingFactor::R_4_2_0);
    encoder.encode(&pixels, width, height, ColorType::Rgb)?;
    Ok(())
}

/// A smooth value from 0 to 1 between the random ones at the corners of a cell.
fn noise(x: u32, y: u32, cell: u32, layer: u32) -> f32 {
    let (left, top) = (x / cell, y / cell);
    let (across, down) = (
        (x % cell) as f32 / cell as f32,
        (y % cell) as f32 / cell as f32,
    );
    let corner = |dx: u32, dy: u32| random(left + dx, top + dy, cell.wrapping_mul(31) ^ layer);
    let upper = corner(0, 0) + (corner(1, 0) - corner(0, 0)) * across;
    let lower = corner(0, 1) + (corner(1, 1) - corner(0, 1)) * across;
    upper + (lower - upper) * down
}

/// A number from 0 to 1 that depends on all three and looks as if it didn't.
fn random(x: u32, y: u32, layer: u32) -> f32 {
    let mut hash =
        x.wrapping_mul(0x9E37_79B1) ^ y.wrapping_mul(0x85EB_CA77) ^ layer.wrapping_mul(0xC2B2_AE3D);
    hash ^= hash >> 15;
    hash = hash.wrapping_mul(0x2C1B_3C6D);
    hash ^= hash >> 12;
    hash = hash.wrapping_mul(0x297A_2D39);
    hash ^= hash >> 15;
    (hash & 0xFFFF) as f32 / 65535.0
}
