//! Decodes WebP, as far as there is memory for what its decoder needs at once.

// The tables of codes of what is coded without loss.
mod codes;

use crate::reason::Reason;
use std::io::Cursor;

use image::ImageDecoder;
use image::codecs::webp::WebPDecoder;

use super::super::CleanError;
use super::super::reader::Reader;
use super::cells::{Cells, Channels, Order, Plan};
use super::pixels::Decoded;
use super::{NoPreviews, Result};

const MALFORMED: CleanError = CleanError::Damaged(Reason::MalformedData);

/// A WebP with only its headers read.
pub struct WebP<'a> {
    decoder: WebPDecoder<Cursor<&'a [u8]>>,
    pub plan: Plan,
    decoding: u64,
}

impl<'a> WebP<'a> {
    /// Reads the headers.
    pub fn open(bytes: &'a [u8], side: u32) -> Result<Self> {
        let decoder = WebPDecoder::new(Cursor::new(bytes)).map_err(NoPreviews::because)?;
        let (width, height) = decoder.dimensions();
        let channels = match decoder.color_type().has_alpha() {
            true => Channels::Rgba,
            false => Channels::Rgb,
        };
        let plan = Plan::new(width, height, channels, Order::Lines, side);
        let decoding = decoding(bytes, plan)?;
        Ok(Self {
            decoder,
            plan,
            decoding,
        })
    }

    /// The most memory in bytes that decoding takes.
    pub fn memory(&self) -> u64 {
        // It is made smaller when all that only the decoder needed is gone.
        self.decoding
            .max(self.decoder.total_bytes() + self.plan.memory())
    }

    /// Decodes what `open` has found; of an animation the first picture.
    pub fn decode(mut self) -> Result<Decoded> {
        let profile = self.decoder.icc_profile().map_err(NoPreviews::because)?;
        let bytes = usize::try_from(self.decoder.total_bytes()).map_err(NoPreviews::because)?;
        let mut pixels = vec![0; bytes];
        self.decoder
            .read_image(&mut pixels)
            .map_err(NoPreviews::because)?;
        let mut cells = Cells::new(self.plan);
        let line = self.plan.width as usize * self.plan.channels as usize;
        for (y, line) in (0..).zip(pixels.chunks_exact(line)) {
            cells.line(y, line);
        }
        drop(pixels);
        Ok(Decoded {
            image: cells.finish()?,
            profile,
        })
    }
}

/// What the parts of the first picture are.
#[derive(Default)]
struct Parts {
    /// Coded without loss.
    lossless: bool,
    /// A lossy picture with an alpha channel of its own.
    alpha: bool,
    animated: bool,
    /// Its bytes, which are read into memory before they are decoded.
    bytes: u64,
    /// What the tables of its codes take, in bytes.
    codes: u64,
}

/// The most memory in bytes that the decoder takes, including its result.
fn decoding(file: &[u8], plan: Plan) -> Result<u64> {
    let mut parts = Parts::default();
    find(
        &mut Reader::new(file.get(12..).unwrap_or_default()),
        (plan.width, plan.height),
        &mut parts,
    )
    .map_err(NoPreviews::from)?;
    // Whole blocks of sixteen pixels.
    let padded = |length: u32| u64::from(length.next_multiple_of(16));
    let (whole, blocks) = (
        u64::from(plan.width) * u64::from(plan.height),
        padded(plan.width) * padded(plan.height),
    );
    let given = whole * plan.channels as u64;
    let picture = match (parts.lossless, parts.animated) {
        // Four bytes for each pixel, which become what is given; and next to them for each square of four by four pixels
        // up to three times four bytes for how it was transformed and coded.
        (true, false) if plan.channels == Channels::Rgba => whole,
        (true, _) => 5 * whole,
        // Brightness for each pixel, two colours for each four.
        (false, false) => blocks * 3 / 2,
        // An animation is put together on a canvas of its own.
        (false, true) if parts.alpha => blocks * 3 / 2 + 4 * whole,
        (false, true) => blocks * 3 / 2 + 3 * whole,
    };
    let canvas = if parts.animated { 4 * whole } else { 0 };
    // Unpacked without loss: four bytes a pixel, then one.
    let alpha = if parts.alpha { 6 * whole } else { 0 };
    Ok(given + picture + canvas + alpha + parts.bytes + parts.codes)
}

/// Finds the parts of the first picture, which has this size.
fn find(
    reader: &mut Reader<'_>,
    (width, height): (u32, u32),
    parts: &mut Parts,
) -> super::super::Result<()> {
    while !reader.is_at_end() {
        let kind: [u8; 4] = reader.array()?;
        let length = usize::try_from(reader.le32()?).unwrap_or(usize::MAX);
        let mut data = reader.part(length)?;
        if length % 2 == 1 && !reader.is_at_end() {
            reader.byte()?;
        }
        match &kind {
            b"ANMF" => {
                parts.animated = true;
                data.take(6)?;
                let size = (data.le24()? + 1, data.le24()? + 1);
                data.take(4)?;
                return find(&mut data, size, parts);
            }
            b"ALPH" => {
                parts.alpha = true;
                parts.codes += codes::memory_of_alpha(data.rest(), width, height)?;
            }
            b"VP8L" => {
                parts.lossless = true;
                parts.codes += codes::memory(data.rest())?;
            }
            b"VP8 " => {}
            _ => continue,
        }
        parts.bytes += length as u64;
    }
    Ok(())
}
