//! Decodes JPEG at a fraction of its size: most of the work is then never done, and most of the memory never used.

use image::{DynamicImage, GrayImage, RgbImage};
use jpeg_decoder::{Decoder, PixelFormat};
use memchr::memchr;

use super::super::reader::Reader;
use super::pixels::Decoded;
use super::{NoPreviews, Result, colours};

/// The most parts in which a progressive picture may come. Each can be a few bytes long and cost a walk over all of it;
/// cameras and programs make about ten.
const MAX_SCANS: usize = 200;
/// All 64 coefficients of a component are there.
const WHOLE: u64 = u64::MAX;

/// A JPEG with only its headers read.
pub struct Jpeg<'a> {
    decoder: Decoder<&'a [u8]>,
    memory: u64,
    /// Width, height and bytes of a pixel of what comes out.
    pub given: (u32, u32, u64),
}

impl<'a> Jpeg<'a> {
    /// Reads the headers.
    pub fn open(bytes: &'a [u8], side: u32) -> Result<Self> {
        let frame = Frame::read(bytes)?;
        if frame.scans > MAX_SCANS {
            return Err(NoPreviews::because(format!(
                "it comes in more than {MAX_SCANS} parts"
            )));
        }
        let mut decoder = Decoder::new(bytes);
        let side = u16::try_from(side).unwrap_or(u16::MAX);
        let (width, height) = decoder.scale(side, side).map_err(NoPreviews::because)?;
        let memory = frame.memory(width.into(), height.into());
        let bytes = if frame.components.len() == 1 { 1 } else { 3 };
        Ok(Self {
            decoder,
            memory,
            given: (width.into(), height.into(), bytes),
        })
    }

    /// The most memory in bytes that decoding takes.
    pub fn memory(&self) -> u64 {
        self.memory
    }

    /// Decodes what `open` has found.
    pub fn decode(mut self) -> Result<Decoded> {
        let pixels = self.decoder.decode().map_err(NoPreviews::because)?;
        let profile = self.decoder.icc_profile();
        let info = self.decoder.info();
        let info = info.ok_or_else(|| NoPreviews::because("it has no frame"))?;
        // All that was needed to decode it.
        drop(self.decoder);
        let (width, height) = (info.width.into(), info.height.into());
        let image = match info.pixel_format {
            PixelFormat::L8 => GrayImage::from_raw(width, height, pixels).map(DynamicImage::from),
            PixelFormat::RGB24 => RgbImage::from_raw(width, height, pixels).map(DynamicImage::from),
            PixelFormat::CMYK32 => {
                let light = profile.as_deref();
                let light = light.and_then(|profile| colours::light(&pixels, profile));
                let light = light.unwrap_or_else(|| rgb(&pixels));
                RgbImage::from_raw(width, height, light).map(DynamicImage::from)
            }
            // Sixteen bits for a pixel, in a form that no camera writes.
            PixelFormat::L16 => None,
        };
        Ok(Decoded {
            image: image.ok_or_else(|| NoPreviews::because("it is an unusual kind of JPEG"))?,
            profile,
        })
    }
}

/// What its headers say.
struct Frame {
    progressive: bool,
    width: u64,
    height: u64,
    components: Vec<Component>,
    scans: usize,
    /// How many bytes its colour profile has.
    profile: u64,
}

struct Component {
    id: u8,
    across: u64,
    down: u64,
    /// A bit for each coefficient that has come in full.
    finished: u64,
}

impl Frame {
    /// Walks over a clean file, from marker to marker.
    fn read(bytes: &[u8]) -> Result<Self> {
        let unusual = || NoPreviews::because("it is an unusual kind of JPEG");
        let mut reader = Reader::new(bytes);
        reader.take(2)?;
        let mut frame: Option<Self> = None;
        let mut profile = 0;
        loop {
            let (marker, length) = match reader.array()? {
                [0xff, 0xff] => return Err(unusual()),
                [0xff, 0xd9] => break,
                [0xff, marker] => (marker, usize::from(reader.be16()?)),
                _ => return Err(unusual()),
            };
            let content = Reader::new(reader.take(length.saturating_sub(2))?);
            match marker {
                0xda => {
                    frame.as_mut().ok_or_else(unusual)?.scan(content)?;
                    skip_scan(&mut reader)?;
                }
                0xc0..=0xc2 => frame = Some(Self::new(marker, content)?),
                0xe2 => profile += length as u64,
                // Tables, whose codes lie between those of frames.
                0xc4 | 0xcc => {}
                0xc3..=0xcf => return Err(unusual()),
                _ => {}
            }
        }
        let frame = frame.ok_or_else(unusual)?;
        Ok(Self { profile, ..frame })
    }

    /// Reads the beginning of a frame.
    fn new(marker: u8, mut content: Reader<'_>) -> Result<Self> {
        content.byte()?;
        let (height, width) = (content.be16()?.into(), content.be16()?.into());
        let mut components = Vec::new();
        for _ in 0..content.byte()? {
            let [id, factors, _] = content.array()?;
            components.push(Component {
                id,
                across: (factors >> 4).into(),
                down: (factors & 0x0f).into(),
                finished: 0,
            });
        }
        Ok(Self {
            progressive: marker == 0xc2,
            width,
            height,
            components,
            scans: 0,
            profile: 0,
        })
    }

    /// Reads the beginning of a scan: which coefficients of which components it brings, and whether in full.
    fn scan(&mut self, mut content: Reader<'_>) -> Result<()> {
        self.scans += 1;
        let mut ids = Vec::new();
        for _ in 0..content.byte()? {
            let [id, _] = content.array()?;
            ids.push(id);
        }
        let [first, last, bits] = content.array()?;
        if bits & 0x0f == 0 {
            let brought = (first..=last.min(63)).fold(0, |all, at| all | 1 << at);
            for component in &mut self.components {
                if ids.contains(&component.id) {
                    component.finished |= brought;
                }
            }
        }
        Ok(())
    }

    /// The most memory in bytes that decoding takes to a picture of `width` by `height` pixels.
    fn memory(&self, width: u64, height: u64) -> u64 {
        let max_of = |side: fn(&Component) -> u64| self.components.iter().map(side).max();
        let across = max_of(|component| component.across).unwrap_or(1).max(1);
        let down = max_of(|component| component.down).unwrap_or(1).max(1);
        let units = (
            self.width.div_ceil(8 * across),
            self.height.div_ceil(8 * down),
        );
        // How many pixels a side of a block becomes: as many as the requested size needs.
        let scaled = |length: u64, scale: u64| (length * scale).div_ceil(8);
        let scale = [8, 4, 2, 1].into_iter().find(|&scale| {
            (scaled(self.width, scale), scaled(self.height, scale)) == (width, height)
        });
        let scale = scale.unwrap_or(8);
        let (mut pixels, mut lines, mut coefficients, mut copied) = (0, 0, 0, 0);
        for component in &self.components {
            let line = units.0 * component.across * component.down;
            let blocks = line * units.1;
            pixels += blocks * scale * scale;
            // Those of one line of blocks, twice: the next is begun before the last is done.
            lines += 2 * 128 * line;
            if self.progressive {
                coefficients += 128 * blocks;
                // Of what hasn't come in full, all are copied before they are worked on.
                if component.finished != WHOLE {
                    copied = copied.max(128 * blocks);
                }
            }
        }
        let count = self.components.len() as u64;
        let given = width * height * count;
        // And, for inks, again as light.
        let light = match (count, self.profile) {
            (4, 0) => 3 * width * height,
            (4, profile) => 3 * width * height + colours::memory(profile),
            _ => 0,
        };
        coefficients + copied + lines + pixels + given + light + 2 * count * (width + 64)
    }
}

/// Entropy-coded data: in it, a 0xff byte is followed by 0, or by the number of a restart.
fn skip_scan(reader: &mut Reader<'_>) -> Result<()> {
    let data = reader.rest();
    let mut end = 0;
    loop {
        let next = data.get(end..).and_then(|rest| memchr(0xff, rest));
        end += next.ok_or_else(|| NoPreviews::because("it ends before the picture does"))?;
        match data.get(end + 1) {
            Some(0x00 | 0xd0..=0xd7) => end += 2,
            // What fills up before a marker.
            Some(0xff) => end += 1,
            _ => break,
        }
    }
    reader.take(end)?;
    Ok(())
}

/// Inks on white paper as colours of light, as well as that can be done without a profile.
fn rgb(inks: &[u8]) -> Vec<u8> {
    let mut light = Vec::with_capacity(inks.len() / 4 * 3);
    for ink in inks.as_chunks::<4>().0 {
        let black = 255 - u32::from(ink[3]);
        for colour in &ink[..3] {
            let lit = (255 - u32::from(*colour)) * black / 255;
            light.push(u8::try_from(lit).unwrap_or(u8::MAX));
        }
    }
    light
}
