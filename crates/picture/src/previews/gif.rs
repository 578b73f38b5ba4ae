//! Decodes the first picture of a GIF, one byte a pixel, and puts it where it belongs on its screen.

use gif::{ColorOutput, DecodeOptions, Decoder, MemoryLimit};

use super::cells::{Cells, Channels, Order, Plan};
use super::pixels::Decoded;
use super::{NoPreviews, Result};

/// A GIF with only its headers read.
pub struct Gif<'a> {
    decoder: Decoder<&'a [u8]>,
    place: FrameArea,
    pub plan: Plan,
}

/// Where the first picture is on the screen.
#[derive(Clone, Copy)]
struct FrameArea {
    left: usize,
    top: u32,
    width: usize,
    height: u32,
}

impl<'a> Gif<'a> {
    /// Reads up to the first picture.
    pub fn open(bytes: &'a [u8], side: u32) -> Result<Self> {
        let mut options = DecodeOptions::new();
        options.set_color_output(ColorOutput::Indexed);
        // What is allocated is counted before.
        options.set_memory_limit(MemoryLimit::Unlimited);
        let mut decoder = options.read_info(bytes).map_err(NoPreviews::because)?;
        let (width, height) = (decoder.width().into(), decoder.height().into());
        let frame = decoder.next_frame_info().map_err(NoPreviews::because)?;
        let frame = frame.ok_or_else(|| NoPreviews::because("it has no picture"))?;
        let place = FrameArea {
            left: frame.left.into(),
            top: frame.top.into(),
            width: frame.width.into(),
            height: frame.height.into(),
        };
        Ok(Self {
            decoder,
            place,
            plan: Plan::new(width, height, Channels::Rgba, Order::Lines, side),
        })
    }

    /// The most memory in bytes that decoding takes.
    pub fn memory(&self) -> u64 {
        let picture = self.place.width as u64 * u64::from(self.place.height);
        picture + 4 * u64::from(self.plan.width) + self.plan.memory()
    }

    /// Decodes what `open` has found.
    pub fn decode(mut self) -> Result<Decoded> {
        let FrameArea {
            left,
            top,
            width,
            height,
        } = self.place;
        let mut picture = vec![0; width * height as usize];
        self.decoder
            .read_into_buffer(&mut picture)
            .map_err(NoPreviews::because)?;
        let palette = self.decoder.palette().map_err(NoPreviews::because)?;
        let glass = self
            .decoder
            .current_frame_info()
            .and_then(|frame| frame.transparent);
        let mut colours = [[0; 4]; 256];
        for (index, (colour, to)) in palette
            .as_chunks::<3>()
            .0
            .iter()
            .zip(&mut colours)
            .enumerate()
        {
            if glass.map(usize::from) != Some(index) {
                *to = [colour[0], colour[1], colour[2], u8::MAX];
            }
        }
        let mut cells = Cells::new(self.plan);
        let mut line = vec![0; 4 * self.plan.width as usize];
        for y in 0..self.plan.height {
            line.fill(0);
            if let Some(row) = y.checked_sub(top).filter(|row| *row < height) {
                let start = row as usize * width;
                let pixels = line.as_chunks_mut::<4>().0.iter_mut().skip(left);
                for (to, index) in pixels.zip(&picture[start..start + width]) {
                    *to = colours[usize::from(*index)];
                }
            }
            cells.line(y, &line);
        }
        Ok(Decoded {
            image: cells.finish()?,
            profile: self.decoder.icc_profile().map(<[u8]>::to_vec),
        })
    }
}
