//! A picture made smaller while it is read: each square of pixels becomes one, their mean. What is never needed at its
//! full size is never in memory at its full size, in whatever order its lines come.

use image::{DynamicImage, GrayImage, RgbImage, RgbaImage};

use super::{NoPreviews, Result};

/// The channels of pixels with eight bits each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Channels {
    Grey = 1,
    Rgb = 3,
    Rgba = 4,
}

/// In which order the lines of a picture come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// From top to bottom, each whole.
    Lines,
    /// In passes over all of it, so that every square stays open until the last.
    Passes,
}

/// How a picture is made smaller while it is read.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    pub width: u32,
    pub height: u32,
    pub channels: Channels,
    order: Order,
    /// Pixels on each side of a square.
    factor: u32,
}

impl Plan {
    /// For a picture of `width` by `height` pixels from which one with `side` pixels on the longest side is to be made by
    /// a better filter: that has still a quarter more to choose from.
    pub fn new(width: u32, height: u32, channels: Channels, order: Order, side: u32) -> Self {
        let longest = u64::from(width.max(height));
        let factor = longest * 4 / (u64::from(side) * 5).max(1);
        // A square has few enough pixels for their sum to fit.
        let factor = u32::try_from(factor.clamp(1, 256)).unwrap_or(1);
        Self {
            width,
            height,
            channels,
            order,
            factor,
        }
    }

    /// Width and height of what comes out, in pixels.
    pub fn size(self) -> (u32, u32) {
        (
            self.width.div_ceil(self.factor),
            self.height.div_ceil(self.factor),
        )
    }

    /// The bytes of what comes out.
    pub fn bytes(self) -> u64 {
        let (columns, rows) = self.size();
        u64::from(columns) * u64::from(rows) * self.channels as u64
    }

    /// The most memory in bytes that it takes, with what comes out.
    pub fn memory(self) -> u64 {
        let open = match (self.factor, self.order) {
            (1, _) => 0,
            (_, Order::Lines) => u64::from(self.size().0) * self.channels as u64,
            (_, Order::Passes) => self.bytes(),
        };
        self.bytes() + 4 * open
    }
}

/// What was read so far.
pub struct Cells {
    plan: Plan,
    columns: usize,
    /// Sums over the squares that are still open: a row of them, or all. With transparency, colours count as much as they
    /// can be seen.
    sums: Vec<u32>,
    done: Vec<u8>,
}

impl Cells {
    pub fn new(plan: Plan) -> Self {
        let channels = plan.channels as usize;
        let columns = plan.size().0 as usize;
        let bytes = usize::try_from(plan.bytes()).unwrap_or(usize::MAX);
        let (open, done) = match (plan.factor, plan.order) {
            (1, Order::Lines) => (0, Vec::with_capacity(bytes)),
            (1, Order::Passes) => (0, vec![0; bytes]),
            (_, Order::Lines) => (columns * channels, Vec::with_capacity(bytes)),
            (_, Order::Passes) => (bytes, Vec::new()),
        };
        Self {
            plan,
            columns,
            sums: vec![0; open],
            done,
        }
    }

    /// Takes a whole line; in [`Order::Lines`] one after the other.
    pub fn line(&mut self, y: u32, pixels: &[u8]) {
        let factor = self.plan.factor;
        if factor == 1 && self.plan.order == Order::Lines {
            self.done.extend_from_slice(pixels);
            return;
        }
        self.part(y, 0, 1, pixels);
        if self.plan.order == Order::Lines
            && ((y + 1).is_multiple_of(factor) || y + 1 == self.plan.height)
        {
            let sums = std::mem::take(&mut self.sums);
            self.close(y / factor, &sums);
            self.sums = sums;
            self.sums.fill(0);
        }
    }

    /// Takes a part of a line: its first pixel is at `x`, each further one `step` pixels from the last.
    pub fn part(&mut self, y: u32, x: usize, step: usize, pixels: &[u8]) {
        match self.plan.channels {
            Channels::Grey => self.add::<1>(y, x, step, pixels, |[grey]| [u32::from(grey)]),
            Channels::Rgb => self.add::<3>(y, x, step, pixels, |pixel| pixel.map(u32::from)),
            Channels::Rgba => self.add::<4>(y, x, step, pixels, |pixel| {
                let [red, green, blue, alpha] = pixel.map(u32::from);
                [red * alpha, green * alpha, blue * alpha, alpha]
            }),
        }
    }

    fn add<const N: usize>(
        &mut self,
        y: u32,
        mut x: usize,
        step: usize,
        pixels: &[u8],
        weigh: impl Fn([u8; N]) -> [u32; N],
    ) {
        let factor = self.plan.factor as usize;
        let row = match self.plan.order {
            Order::Lines => 0,
            Order::Passes => y as usize / factor * self.columns * N,
        };
        let pixels = pixels.as_chunks::<N>().0;
        if factor == 1 {
            let line = self.done.get_mut(row..row + self.columns * N);
            let line = line.unwrap_or_default().as_chunks_mut::<N>().0;
            for (to, from) in line.iter_mut().skip(x).step_by(step).zip(pixels) {
                *to = *from;
            }
            return;
        }
        let line = self.sums.get_mut(row..row + self.columns * N);
        let line = line.unwrap_or_default().as_chunks_mut::<N>().0;
        for &pixel in pixels {
            if let Some(sums) = line.get_mut(x / factor) {
                for (sum, more) in sums.iter_mut().zip(weigh(pixel)) {
                    *sum += more;
                }
            }
            x += step;
        }
    }

    /// Writes a row of squares down as their means.
    fn close(&mut self, row: u32, sums: &[u32]) {
        let Plan { width, height, .. } = self.plan;
        let within = |at: u32, length: u32| {
            let start = at * self.plan.factor;
            length.saturating_sub(start).min(self.plan.factor)
        };
        let lines = within(row, height);
        let mean = |sum: u32, count: u32| {
            u8::try_from((sum + count / 2) / count.max(1)).unwrap_or(u8::MAX)
        };
        let columns = (0..).map(|column| within(column, width) * lines);
        match self.plan.channels {
            Channels::Rgba => {
                for ([red, green, blue, alpha], count) in
                    sums.as_chunks::<4>().0.iter().zip(columns)
                {
                    let colours = [red, green, blue].map(|sum| mean(*sum, *alpha));
                    self.done.extend_from_slice(&colours);
                    self.done.push(mean(*alpha, count));
                }
            }
            channels => {
                for (pixel, count) in sums.chunks_exact(channels as usize).zip(columns) {
                    let means = pixel.iter().map(|sum| mean(*sum, count));
                    self.done.extend(means);
                }
            }
        }
    }

    /// What has come out.
    pub fn finish(mut self) -> Result<DynamicImage> {
        let (width, height) = self.plan.size();
        if self.plan.order == Order::Passes && self.plan.factor > 1 {
            let sums = std::mem::take(&mut self.sums);
            self.done
                .reserve_exact(usize::try_from(self.plan.bytes()).unwrap_or(0));
            let rows = sums.chunks_exact(self.columns * self.plan.channels as usize);
            for (row, sums) in (0..).zip(rows) {
                self.close(row, sums);
            }
        }
        let image = match self.plan.channels {
            Channels::Grey => GrayImage::from_raw(width, height, self.done).map(Into::into),
            Channels::Rgb => RgbImage::from_raw(width, height, self.done).map(Into::into),
            Channels::Rgba => RgbaImage::from_raw(width, height, self.done).map(Into::into),
        };
        image.ok_or_else(|| NoPreviews::because("it ends before the picture does"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A picture of nine by seven pixels, each another.
    fn pixels(channels: Channels) -> Vec<u8> {
        let count = 9 * 7 * channels as usize;
        (0..count).map(|at| (at * 37 % 251) as u8).collect()
    }

    fn by_lines(channels: Channels, side: u32) -> DynamicImage {
        let plan = Plan::new(9, 7, channels, Order::Lines, side);
        let mut cells = Cells::new(plan);
        let pixels = pixels(channels);
        for (y, line) in (0..).zip(pixels.chunks(9 * channels as usize)) {
            cells.line(y, line);
        }
        cells.finish().unwrap()
    }

    #[test]
    fn squares_become_their_means_also_at_the_edges() {
        for (channels, side) in [(Channels::Grey, 2), (Channels::Rgb, 3)] {
            let image = by_lines(channels, side);
            let factor = 9 * 4 / (side * 5);
            assert!(factor > 1);
            let all = pixels(channels);
            let bytes = image.as_bytes();
            let count = channels as usize;
            let (width, height) = (image.width() as usize, image.height() as usize);
            assert_eq!(
                (width as u32, height as u32),
                (9_u32.div_ceil(factor), 7_u32.div_ceil(factor))
            );
            for (y, x) in (0..height).flat_map(|y| (0..width).map(move |x| (y, x))) {
                for channel in 0..count {
                    let (mut sum, mut pixels) = (0.0, 0.0);
                    for (v, u) in (0..7).flat_map(|v| (0..9).map(move |u| (v, u))) {
                        if v / factor as usize == y && u / factor as usize == x {
                            sum += f64::from(all[(v * 9 + u) * count + channel]);
                            pixels += 1.0;
                        }
                    }
                    let mean = f64::from(bytes[(y * width + x) * count + channel]);
                    assert!((sum / pixels - mean).abs() <= 0.5);
                }
            }
        }
    }

    #[test]
    fn it_is_the_same_in_whatever_order_the_pixels_come() {
        for channels in [Channels::Grey, Channels::Rgb, Channels::Rgba] {
            for side in [2, 3, 9] {
                let mut cells = Cells::new(Plan::new(9, 7, channels, Order::Passes, side));
                let pixels = pixels(channels);
                let lines: Vec<_> = pixels.chunks(9 * channels as usize).collect();
                // Every second pixel, the bottom first, and then the others.
                for start in [1, 0] {
                    for y in (0..7).rev() {
                        let line = lines[y].chunks(channels as usize);
                        let part = line.skip(start).step_by(2).collect::<Vec<_>>().concat();
                        cells.part(y as u32, start, 2, &part);
                    }
                }
                assert_eq!(
                    cells.finish().unwrap(),
                    by_lines(channels, side),
                    "{channels:?}"
                );
            }
        }
    }

    #[test]
    fn what_cannot_be_seen_gives_no_colour() {
        let mut cells = Cells::new(Plan::new(8, 1, Channels::Rgba, Order::Lines, 3));
        let (glass, red) = ([0, 255, 0, 0], [200, 0, 0, 255]);
        cells.line(
            0,
            &[glass, red, glass, glass, red, red, glass, red].concat(),
        );
        let image = cells.finish().unwrap().into_rgba8();
        let pixels: Vec<_> = image.pixels().map(|pixel| pixel.0).collect();
        assert_eq!(
            pixels,
            [[200, 0, 0, 128], [0; 4], [200, 0, 0, 255], [200, 0, 0, 128]]
        );
    }

    #[test]
    fn nothing_is_made_smaller_than_its_preview() {
        for longest in [1, 1600, 3999, 4000, 9000, 65_535] {
            let plan = Plan::new(longest, 1, Channels::Rgb, Order::Lines, 1600);
            let (width, height) = plan.size();
            assert!(
                width >= longest.min(2000) && width <= 4000,
                "{longest}: {width}"
            );
            assert_eq!(height, 1);
        }
    }
}
