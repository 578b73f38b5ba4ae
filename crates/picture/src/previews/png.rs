//! Decodes PNG line by line: of a large one, only what its previews are made of is ever in memory.

use std::io::Cursor;

use png::{BitDepth, ColorType, Decoder, Limits, Reader, Transformations};

use super::super::png::PASSES;
use super::cells::{Cells, Channels, Order, Plan};
use super::pixels::Decoded;
use super::{NoPreviews, Result, colours};

/// The most memory in bytes for what isn't pixels: a colour profile, a palette.
const MAX_REST: usize = 16 * 1024 * 1024;

/// A picture with only its header read.
pub struct Png<'a> {
    reader: Reader<Cursor<&'a [u8]>>,
    colours: ColorType,
    pub plan: Plan,
}

impl<'a> Png<'a> {
    /// Reads the header.
    pub fn open(bytes: &'a [u8], side: u32) -> Result<Self> {
        let limits = Limits { bytes: MAX_REST };
        let mut decoder = Decoder::new_with_limits(Cursor::new(bytes), limits);
        decoder.set_transformations(Transformations::EXPAND | Transformations::STRIP_16);
        let reader = decoder.read_info().map_err(NoPreviews::because)?;
        let (colours, BitDepth::Eight) = reader.output_color_type() else {
            return Err(NoPreviews::because("it has an unusual depth of colours"));
        };
        let channels = match colours {
            ColorType::Grayscale => Channels::Grey,
            ColorType::Rgb => Channels::Rgb,
            _ => Channels::Rgba,
        };
        let info = reader.info();
        let order = match info.interlaced {
            true => Order::Passes,
            false => Order::Lines,
        };
        let plan = Plan::new(info.width, info.height, channels, order, side);
        Ok(Self {
            reader,
            colours,
            plan,
        })
    }

    /// The most memory in bytes that decoding takes.
    pub fn memory(&self) -> u64 {
        // A line as stored, the one before it, one in the making, and as it comes out: of at most eight bytes a pixel.
        self.plan.memory() + 8 * 8 * u64::from(self.plan.width) + MAX_REST as u64
    }

    /// Decodes what `open` has found; of an animation the picture that stands for it.
    pub fn decode(mut self) -> Result<Decoded> {
        let profile = colours::of_png(self.reader.info(), self.plan.channels == Channels::Grey);
        let Plan { width, height, .. } = self.plan;
        let mut cells = Cells::new(self.plan);
        let mut wide = Vec::new();
        let passes: &[_] = match self.reader.info().interlaced {
            true => &PASSES,
            false => &[(0, 0, 1, 1)],
        };
        for &(left, top, across, down) in passes {
            let columns = width.saturating_sub(left).div_ceil(across) as usize;
            if columns == 0 {
                continue;
            }
            for y in (top..height).step_by(down as usize) {
                let row = self.reader.next_row().map_err(NoPreviews::because)?;
                let row = row.ok_or_else(|| NoPreviews::because("it has too few lines"))?;
                let row = match self.colours {
                    ColorType::GrayscaleAlpha => {
                        wide.clear();
                        for &[grey, alpha] in row.data().as_chunks::<2>().0 {
                            wide.extend_from_slice(&[grey, grey, grey, alpha]);
                        }
                        wide.as_slice()
                    }
                    _ => row.data(),
                };
                if row.len() != columns * self.plan.channels as usize {
                    return Err(NoPreviews::because("a line of it has another length"));
                }
                match (across, down) {
                    (1, 1) => cells.line(y, row),
                    _ => cells.part(y, left as usize, across as usize, row),
                }
            }
        }
        Ok(Decoded {
            image: cells.finish()?,
            profile,
        })
    }
}
