//! The check before anything is decoded: what the decoder would do for this file must be in proportion to the picture that
//! results. A decoder limits each picture and not the file, and a file of 4 KB can name one picture thousands of times.

use std::io::{self, Read, Seek};

use crate::container::{Container, Item};
use crate::error::{Format, Reason, Refusal, Result};
use crate::property::Property;
use crate::reader::Reader;

/// The longest side that a JPEG can have.
pub const MAX_SIDE: u32 = 65_500;
/// The most tiles of a grid. Those of 200 megapixels have 768.
const MAX_TILES: usize = 1024;
/// The largest configuration of a decoder in bytes, which each tile has to itself while it is decoded. Usually, it has 100.
const MAX_CONFIGURATION: usize = 64 * 1024;
/// How many pixels a tile may always have, even if its picture is smaller: those of phones have 262,144.
const SMALL: u64 = 1 << 20;
/// H.273: PQ, and HLG.
const HDR: [u16; 2] = [16, 18];

/// How large the picture of a file is, and what is decoded for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shape {
    /// In pixels, before it is cropped and turned.
    pub width: u32,
    /// In pixels, before it is cropped and turned.
    pub height: u32,
    /// All pixels that are decoded for it.
    pub decoded: u64,
    /// Pixels of the largest picture that is decoded in one piece.
    pub largest: u64,
    /// Whether a film is attached, as in motion photos. It doesn't become a part of the JPEG.
    pub has_film: bool,
    /// The bytes of the file that count; something else may follow them.
    pub(crate) end: u64,
    /// The picture that is shown, which the decoder must agree about.
    pub(crate) primary: u32,
    /// The items that are decoded, with the size that each states.
    pub(crate) coded: Vec<(u32, u32, u32)>,
    /// Primaries and transfer, if the container states them.
    pub(crate) colours: Option<(u16, u16)>,
}

impl Shape {
    /// Width times height, before it is cropped and turned.
    pub fn pixels(&self) -> u64 {
        pixels(self.width, self.height)
    }
}

/// Looks at the shape of a HEIF: what would be decoded of it, at most `max_pixels` (width times height), is a still picture in
/// HEVC, with no fault that its container shows. Reads some thousand bytes of it.
///
/// # Errors
/// It can't be read; inner, why it is refused.
pub fn inspect(file: &mut (impl Read + Seek), max_pixels: u64) -> io::Result<Result<Shape>> {
    let container = match Container::read(file)? {
        Ok(container) => container,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let source = match source(&container) {
        Ok(source) => source,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let grid = match container.item(source) {
        Ok(item) if &item.kind == b"grid" => {
            container.head_of(item, file, Grid::MAX_BYTES)?.map(Some)
        }
        Ok(_) => Ok(None),
        Err(refusal) => Err(refusal),
    };
    Ok(grid.and_then(|grid| {
        let grid = grid.map(|bytes| Grid::read(&bytes)).transpose()?;
        let mut look = Look {
            container: &container,
            max_pixels,
            shape: Shape {
                width: 0,
                height: 0,
                decoded: 0,
                largest: 0,
                has_film: container.has_motion,
                end: container.end,
                primary: container.primary,
                coded: Vec::new(),
                colours: None,
            },
            bytes: 0,
        };
        look.at_primary(source, grid)?;
        Ok(look.shape)
    }))
}

/// The item that has the pixels of the primary one.
fn source(container: &Container) -> Result<u32> {
    let primary = container.item(container.primary)?;
    if &primary.kind != b"iden" {
        return Ok(container.primary);
    }
    match container.referred(container.primary, b"dimg") {
        [source] if &container.item(*source)?.kind != b"iden" => Ok(*source),
        _ => Err(Refusal::Damaged(Reason::Parts)),
    }
}

struct Grid {
    rows: u32,
    columns: u32,
    width: u32,
    height: u32,
}

impl Grid {
    const MAX_BYTES: usize = 12;

    fn read(bytes: &[u8]) -> Result<Self> {
        let mut reader = Reader::new(bytes);
        let [version, flags, rows, columns] = reader.array()?;
        if version != 0 {
            return Err(Refusal::Damaged(Reason::Tiles));
        }
        let is_large = flags & 1 == 1;
        Ok(Self {
            rows: u32::from(rows) + 1,
            columns: u32::from(columns) + 1,
            width: reader.id(is_large)?,
            height: reader.id(is_large)?,
        })
    }
}

struct Look<'a> {
    container: &'a Container,
    max_pixels: u64,
    shape: Shape,
    /// Bytes of all that is decoded.
    bytes: u64,
}

impl Look<'_> {
    fn at_primary(&mut self, source: u32, grid: Option<Grid>) -> Result<()> {
        let primary = self.container.primary;
        self.check_transforms(primary)?;
        if source != primary {
            self.check_transforms(source)?;
            // The decoder might use either.
            if self.alphas(primary)?.next().is_some() {
                return Err(Refusal::Unsupported(Format::Unknown));
            }
        }
        match grid {
            None => {
                let (width, height) = self.at_coded(source)?;
                (self.shape.width, self.shape.height) = (width, height);
            }
            Some(grid) => self.at_grid(source, &grid)?,
        }
        self.at_alpha(source)?;
        self.check_colours([primary, source])?;
        if self.bytes > self.container.end {
            return Err(Refusal::Damaged(Reason::TooCostly));
        }
        Ok(())
    }

    fn at_grid(&mut self, id: u32, grid: &Grid) -> Result<()> {
        let wrong = Refusal::Damaged(Reason::Tiles);
        let Grid {
            rows,
            columns,
            width,
            height,
        } = *grid;
        self.check_size(width, height)?;
        (self.shape.width, self.shape.height) = (width, height);
        let tiles = self.container.referred(id, b"dimg").to_vec();
        if tiles.len() > MAX_TILES {
            return Err(Refusal::Damaged(Reason::TooManyParts));
        }
        if tiles.len() != (rows * columns) as usize || tiles.contains(&id) {
            return Err(wrong);
        }
        let mut unique = tiles.clone();
        unique.sort_unstable();
        unique.dedup();
        if unique.len() != tiles.len() {
            return Err(wrong);
        }
        let mut size = None;
        for &tile in &tiles {
            let item = self.container.item(tile)?;
            let has_more = self.transforms(item) > 0
                || self.container.referring(tile, b"auxl").next().is_some();
            let of_tile = self.at_coded(tile)?;
            if has_more || *size.get_or_insert(of_tile) != of_tile {
                return Err(wrong);
            }
        }
        let (tile_width, tile_height) = size.ok_or(wrong)?;
        let tile = pixels(tile_width, tile_height);
        let (across, down) = (
            u64::from(tile_width) * u64::from(columns),
            u64::from(tile_height) * u64::from(rows),
        );
        if across < width.into() || down < height.into() {
            return Err(wrong);
        }
        let canvas = pixels(width, height);
        // The area outside of the picture is less than a tile at each edge, which is much only where the picture is small.
        if across * down > (3 * canvas).max(4 * SMALL) || tile > canvas.max(SMALL) {
            return Err(Refusal::Damaged(Reason::TooCostly));
        }
        Ok(())
    }

    /// A picture that is coded in one piece.
    fn at_coded(&mut self, id: u32) -> Result<(u32, u32)> {
        let item = self.container.item(id)?;
        check_kind(item)?;
        let (mut size, mut configuration) = (None, None);
        for property in self.container.properties_of(item) {
            // Of several, decoders take the first.
            match property {
                Property::Size { width, height } => {
                    size.get_or_insert((*width, *height));
                }
                Property::Hevc { bytes } => {
                    configuration.get_or_insert(*bytes);
                }
                _ => {}
            }
        }
        let (width, height) = size.ok_or(Refusal::Damaged(Reason::NoSize))?;
        let configuration = configuration.ok_or(Refusal::Damaged(Reason::Parts))?;
        self.check_size(width, height)?;
        if configuration > MAX_CONFIGURATION {
            return Err(Refusal::Damaged(Reason::TooManyParts));
        }
        self.bytes = self.bytes.saturating_add(self.container.bytes_of(item)?);
        let pixels = pixels(width, height);
        let shape = &mut self.shape;
        shape.decoded += pixels;
        shape.largest = shape.largest.max(pixels);
        shape.coded.push((id, width, height));
        Ok((width, height))
    }

    fn alphas(&self, of: u32) -> Result<impl Iterator<Item = u32> + use<>> {
        let mut alphas = Vec::new();
        for id in self.container.referring(of, b"auxl") {
            let item = self.container.item(id)?;
            let is_alpha = |property: &Property| *property == Property::Alpha;
            if self.container.properties_of(item).any(is_alpha) {
                alphas.push(id);
            }
        }
        Ok(alphas.into_iter())
    }

    /// The transparency: at most one more picture, in one piece and about as large.
    fn at_alpha(&mut self, of: u32) -> Result<()> {
        let mut alphas = self.alphas(of)?;
        let Some(alpha) = alphas.next() else {
            return Ok(());
        };
        if alphas.next().is_some() {
            return Err(Refusal::Damaged(Reason::Parts));
        }
        let item = self.container.item(alpha)?;
        // Next to tiles it would be turned by its own properties, and so twice.
        let is_of_tiles = &self.container.item(of)?.kind == b"grid";
        let has_more = is_of_tiles && self.transforms(item) > 0
            || self.container.referring(alpha, b"auxl").next().is_some();
        if &item.kind != b"hvc1" || has_more {
            return Err(Refusal::Unsupported(Format::Unknown));
        }
        let (width, height) = self.at_coded(alpha)?;
        let (canvas_width, canvas_height) = (self.shape.width, self.shape.height);
        let is_near = |side: u32, other: u32| (other..=other.saturating_add(64)).contains(&side);
        if is_near(width, canvas_width) && is_near(height, canvas_height) {
            Ok(())
        } else {
            Err(Refusal::Damaged(Reason::CodedSize))
        }
    }

    fn check_size(&self, width: u32, height: u32) -> Result<()> {
        if width == 0 || height == 0 {
            return Err(Refusal::Damaged(Reason::NoSize));
        }
        let is_too_long = width.max(height) > MAX_SIDE;
        if is_too_long || pixels(width, height) > self.max_pixels {
            return Err(Refusal::TooManyPixels { width, height });
        }
        Ok(())
    }

    fn transforms(&self, item: &Item) -> usize {
        let is_transform = |property: &&Property| {
            matches!(property, Property::Crop | Property::Turn | Property::Mirror)
        };
        self.container
            .properties_of(item)
            .filter(is_transform)
            .count()
    }

    /// Each is done once, on the whole picture.
    fn check_transforms(&self, id: u32) -> Result<()> {
        let item = self.container.item(id)?;
        for kind in [Property::Crop, Property::Turn, Property::Mirror] {
            let of_kind = self.container.properties_of(item);
            if of_kind.filter(|property| **property == kind).count() > 1 {
                return Err(Refusal::Damaged(Reason::Transforms));
            }
        }
        Ok(())
    }

    fn check_colours(&mut self, items: [u32; 2]) -> Result<()> {
        let first = self.shape.coded.first().map(|(id, ..)| *id);
        for id in items.into_iter().chain(first) {
            let item = self.container.item(id)?;
            let told = self
                .container
                .properties_of(item)
                .find_map(|property| match *property {
                    Property::Colours {
                        primaries,
                        transfer,
                    } => Some((primaries, transfer)),
                    _ => None,
                });
            if let Some((_, transfer)) = told {
                if is_hdr(transfer) {
                    return Err(Refusal::Unsupported(Format::Hdr));
                }
                self.shape.colours = self.shape.colours.or(told);
            }
        }
        Ok(())
    }
}

/// Whether these values mean more light than a screen is expected to have (ITU-T H.273).
pub fn is_hdr(transfer: u16) -> bool {
    HDR.contains(&transfer)
}

/// Refuses anything but HEVC, by its common name.
fn check_kind(item: &Item) -> Result<()> {
    if item.is_protected {
        return Err(Refusal::Unsupported(Format::Protected));
    }
    Err(Refusal::Unsupported(match &item.kind {
        b"hvc1" => return Ok(()),
        b"av01" => Format::Avif,
        b"unci" => Format::Uncompressed,
        b"jpeg" => Format::Jpeg,
        b"j2k1" => Format::Jpeg2000,
        b"avc1" => Format::H264,
        b"vvc1" => Format::Vvc,
        b"iovl" => Format::Overlay,
        _ => Format::Unknown,
    }))
}

fn pixels(width: u32, height: u32) -> u64 {
    u64::from(width) * u64::from(height)
}
