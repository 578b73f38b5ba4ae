//! What a JPEG says of its picture before it comes: sides, components, and how they lie in each other.

use super::super::reader::Reader;
use super::super::{CleanError, Limit, MaxPixels, Result, Size};
use crate::reason::Reason;

const MALFORMED: CleanError = CleanError::Damaged(Reason::MalformedFrame);
/// The longest side that the decoder of browsers takes.
const LONGEST_SIDE: u16 = 65_500;
/// For a coefficient that no scan has coded yet.
pub const NOTHING_YET: u8 = u8::MAX;

/// The frame of a picture.
pub struct Frame {
    pub size: Size,
    pub is_progressive: bool,
    pub components: Vec<Component>,
    /// How many blocks of the largest component lie next to and above each other in one unit.
    largest: (usize, usize),
}

/// A colour, or the lightness.
pub struct Component {
    pub id: u8,
    /// How many blocks of it lie next to and above each other in one unit of all components.
    pub blocks: (usize, usize),
    /// Which table its steps are in.
    pub quantisation: u8,
    /// Whether its steps are known, after which other ones mean nothing.
    pub has_steps: bool,
    /// Whether something of it has come.
    pub has_come: bool,
    /// Up to which bit each of its coefficients has come; 0 is the last.
    pub bits: [u8; 64],
    /// Of a progressive picture, for each block which coefficients aren't zero as far as they have come.
    pub history: Vec<u64>,
}

impl Frame {
    /// Reads what follows the marker of a frame.
    pub fn read(marker: u8, content: &[u8], max_pixels: MaxPixels) -> Result<Self> {
        match marker {
            0xc0..=0xc2 => {}
            0xc3 => return Err(CleanError::NotShown(Reason::JpegLossless)),
            0xc9..=0xcb => return Err(CleanError::NotShown(Reason::JpegArithmetic)),
            _ => return Err(CleanError::NotShown(Reason::JpegLayers)),
        }
        let mut reader = Reader::new(content);
        let depth = reader.byte()?;
        let (height, width) = (reader.be16()?, reader.be16()?);
        let count = reader.byte()?;
        if reader.rest().len() != 3 * usize::from(count) {
            return Err(CleanError::Damaged(Reason::PartLength));
        }
        let is_progressive = marker == 0xc2;
        let limit = Limit {
            max_pixels: match is_progressive {
                true => max_pixels.other,
                false => max_pixels.sequential_jpeg,
            },
        };
        let size = limit.check(width.into(), height.into())?;
        if depth != 8 {
            return Err(CleanError::NotShown(Reason::JpegBits));
        }
        if width.max(height) > LONGEST_SIDE {
            return Err(CleanError::NotShown(Reason::JpegTooLong));
        }
        if !matches!(count, 1 | 3 | 4) {
            return Err(CleanError::NotShown(Reason::JpegColours));
        }
        let mut components = Vec::new();
        let mut largest = (1, 1);
        for _ in 0..count {
            let [id, blocks, quantisation] = reader.array()?;
            let blocks = (usize::from(blocks >> 4), usize::from(blocks & 0x0f));
            if !(1..=4).contains(&blocks.0) || !(1..=4).contains(&blocks.1) {
                return Err(MALFORMED);
            }
            largest = (largest.0.max(blocks.0), largest.1.max(blocks.1));
            components.push(Component {
                id,
                blocks,
                quantisation,
                has_steps: false,
                has_come: false,
                bits: [NOTHING_YET; 64],
                history: Vec::new(),
            });
        }
        Ok(Self {
            size,
            is_progressive,
            components,
            largest,
        })
    }

    /// How many units there are in a scan of several components.
    pub fn units(&self) -> usize {
        let (across, down) = self.largest;
        let (width, height) = (self.size.width as usize, self.size.height as usize);
        width.div_ceil(8 * across) * height.div_ceil(8 * down)
    }

    /// How many blocks there are in a scan of this component alone.
    pub fn blocks(&self, component: &Component) -> usize {
        let side = |length: u32, of: usize, largest: usize| {
            (length as usize * of).div_ceil(largest).div_ceil(8)
        };
        let (across, down) = component.blocks;
        side(self.size.width, across, self.largest.0) * side(self.size.height, down, self.largest.1)
    }

    /// How many blocks there are in all components.
    pub fn all_blocks(&self) -> usize {
        self.components
            .iter()
            .map(|component| self.blocks(component))
            .sum()
    }

    /// Whether something of each component has come: there is a picture.
    pub fn is_there(&self) -> bool {
        self.components.iter().all(|component| component.has_come)
    }

    /// Whether all of it has come, so that nothing that follows belongs to it.
    pub fn is_whole(&self) -> bool {
        let mut components = self.components.iter();
        components.all(|component| match self.is_progressive {
            true => component.bits.iter().all(|&bit| bit == 0),
            false => component.has_come,
        })
    }
}
