//! The boxes of a HEIF (ISO/IEC 14496-12 and 23008-12): which items there are, where they lie and what is said of them. What
//! comes twice that should come once is refused, because two programs that read it would see two pictures.

use std::collections::BTreeMap;
use std::io::{self, Read, Seek, SeekFrom};

use crate::bounds::{MAX_COUNT, PARTS, TOO_MANY};
use crate::error::{Format, Reason, Refusal, Result};
use crate::property::Property;
use crate::reader::{Part, Reader};
use crate::top::top;

/// The largest `meta` box in bytes. Those of photos have some thousand, and the colour profile.
const MAX_META: u64 = 8 * 1024 * 1024;
/// The most references from all items, properties of all items, and pieces of all items.
const MAX_TOTAL: usize = 4 * MAX_COUNT;

/// What a HEIF says of itself.
#[derive(Default)]
pub struct Container {
    /// Where the last box ends; what follows isn't ours.
    pub end: u64,
    /// Whether a film is attached to the picture.
    pub has_motion: bool,
    pub primary: u32,
    pub items: BTreeMap<u32, Item>,
    pub properties: Vec<Property>,
    pub references: Vec<Reference>,
    idat: Vec<u8>,
}

#[derive(Default)]
pub struct Item {
    pub kind: [u8; 4],
    pub is_protected: bool,
    /// Counted from 1; 0 stands for no property.
    pub properties: Vec<u16>,
    pub location: Option<Location>,
}

#[derive(Default)]
pub struct Location {
    pub is_external: bool,
    pub method: u16,
    /// Where each piece begins, and how many bytes it has; 0 are all that follow.
    pub pieces: Vec<(u64, u64)>,
}

pub struct Reference {
    pub kind: [u8; 4],
    pub from: u32,
    pub to: Vec<u32>,
}

impl Container {
    /// Reads what a file says of itself, and nothing of its pictures.
    pub fn read(file: &mut (impl Read + Seek)) -> io::Result<Result<Self>> {
        let found = match top(file)? {
            Ok(found) => found,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let Some((start, length)) = found.meta else {
            let is_film = found.has_film;
            return Ok(Err(if is_film {
                Refusal::Unsupported(Format::Sequence)
            } else {
                PARTS
            }));
        };
        if length > MAX_META {
            return Ok(Err(TOO_MANY));
        }
        file.seek(SeekFrom::Start(start))?;
        let mut meta = Vec::new();
        file.take(length).read_to_end(&mut meta)?;
        let mut container = Self {
            end: found.end,
            has_motion: found.has_motion,
            ..Self::default()
        };
        Ok(match container.read_meta(&meta) {
            Ok(()) => Ok(container),
            // A film without a still.
            Err(Refusal::Damaged(Reason::NoPicture)) if found.has_film => {
                Err(Refusal::Unsupported(Format::Sequence))
            }
            Err(refusal) => Err(refusal),
        })
    }

    fn read_meta(&mut self, meta: &[u8]) -> Result<()> {
        let mut reader = Reader::new(meta);
        reader.version()?;
        let mut seen = Vec::new();
        while let Some(Part { kind, content }) = reader.part()? {
            let is_ours = matches!(
                &kind,
                b"hdlr" | b"pitm" | b"iinf" | b"iloc" | b"iref" | b"idat" | b"iprp"
            );
            if is_ours {
                if seen.contains(&kind) {
                    return Err(PARTS);
                }
                seen.push(kind);
            }
            let mut inner = Reader::new(content);
            match &kind {
                b"hdlr" => read_handler(&mut inner)?,
                b"pitm" => {
                    let (version, _) = inner.version()?;
                    self.primary = inner.id(version > 0)?;
                }
                b"iinf" => self.read_items(&mut inner)?,
                b"iloc" => self.read_locations(&mut inner)?,
                b"iref" => self.read_references(&mut inner)?,
                b"idat" => self.idat = content.to_vec(),
                b"iprp" => self.read_properties(&mut inner)?,
                _ => {}
            }
        }
        if !seen.contains(b"hdlr") || !seen.contains(b"pitm") {
            return Err(Refusal::Damaged(Reason::NoPicture));
        }
        Ok(())
    }

    fn read_items(&mut self, reader: &mut Reader<'_>) -> Result<()> {
        let (version, _) = reader.version()?;
        reader.id(version > 0)?;
        let mut count = 0;
        while let Some(Part { kind, content }) = reader.part()? {
            count = counted(count, 1, MAX_COUNT)?;
            if &kind != b"infe" {
                continue;
            }
            let mut entry = Reader::new(content);
            let (version, _) = entry.version()?;
            if !matches!(version, 2 | 3) {
                return Err(PARTS);
            }
            let id = entry.id(version == 3)?;
            let is_protected = entry.be16()? != 0;
            let item = self.items.entry(id).or_default();
            if item.kind != [0; 4] {
                return Err(PARTS);
            }
            (item.kind, item.is_protected) = (entry.array()?, is_protected);
        }
        Ok(())
    }

    fn read_locations(&mut self, reader: &mut Reader<'_>) -> Result<()> {
        let (version, _) = reader.version()?;
        if version > 2 {
            return Err(PARTS);
        }
        let [sizes, more] = reader.array()?;
        let (offset_size, length_size) = (sizes >> 4, sizes & 15);
        let (base_size, index_size) = (more >> 4, if version > 0 { more & 15 } else { 0 });
        let items = usize::try_from(reader.id(version == 2)?).map_err(|_| TOO_MANY)?;
        counted(0, items, MAX_COUNT)?;
        let mut total = 0;
        for _ in 0..items {
            let id = reader.id(version == 2)?;
            let method = if version > 0 { reader.be16()? & 15 } else { 0 };
            let is_external = reader.be16()? != 0;
            let base = reader.number(base_size)?;
            let count = usize::from(reader.be16()?);
            total = counted(total, count, MAX_TOTAL)?;
            let mut pieces = Vec::with_capacity(count);
            for _ in 0..count {
                reader.number(index_size)?;
                let start = base.checked_add(reader.number(offset_size)?);
                pieces.push((start.ok_or(PARTS)?, reader.number(length_size)?));
            }
            let location = Location {
                is_external,
                method,
                pieces,
            };
            let item = self.items.entry(id).or_default();
            if item.location.replace(location).is_some() {
                return Err(PARTS);
            }
        }
        Ok(())
    }

    fn read_references(&mut self, reader: &mut Reader<'_>) -> Result<()> {
        let (version, _) = reader.version()?;
        let mut total = 0;
        while let Some(Part { kind, content }) = reader.part()? {
            let mut inner = Reader::new(content);
            let from = inner.id(version > 0)?;
            let count = usize::from(inner.be16()?);
            total = counted(total, count + 1, MAX_TOTAL)?;
            let to: Result<Vec<u32>> = (0..count).map(|_| inner.id(version > 0)).collect();
            let to = to?;
            let is_again = |other: &Reference| other.kind == kind && other.from == from;
            if &kind == b"dimg" && self.references.iter().any(is_again) {
                return Err(PARTS);
            }
            self.references.push(Reference { kind, from, to });
        }
        Ok(())
    }

    fn read_properties(&mut self, reader: &mut Reader<'_>) -> Result<()> {
        let (mut has_list, mut total) = (false, 0);
        while let Some(Part { kind, content }) = reader.part()? {
            let mut inner = Reader::new(content);
            match &kind {
                b"ipco" if has_list => return Err(PARTS),
                b"ipco" => {
                    has_list = true;
                    while let Some(part) = inner.part()? {
                        counted(self.properties.len(), 1, MAX_COUNT)?;
                        self.properties.push(Property::read(&part)?);
                    }
                }
                b"ipma" => self.read_associations(&mut inner, &mut total)?,
                _ => {}
            }
        }
        Ok(())
    }

    fn read_associations(&mut self, reader: &mut Reader<'_>, total: &mut usize) -> Result<()> {
        let (version, flags) = reader.version()?;
        let items = usize::try_from(reader.be32()?).map_err(|_| TOO_MANY)?;
        counted(0, items, MAX_COUNT)?;
        for _ in 0..items {
            let id = reader.id(version > 0)?;
            let count = reader.byte()?;
            *total = counted(*total, usize::from(count) + 1, MAX_TOTAL)?;
            let mut properties = Vec::with_capacity(count.into());
            for _ in 0..count {
                properties.push(if flags & 1 == 1 {
                    reader.be16()? & 0x7fff
                } else {
                    u16::from(reader.byte()? & 0x7f)
                });
            }
            let item = self.items.entry(id).or_default();
            if !item.properties.is_empty() {
                return Err(PARTS);
            }
            item.properties = properties;
        }
        Ok(())
    }

    /// The item with this id, if it is one that there may be a picture in.
    pub fn item(&self, id: u32) -> Result<&Item> {
        let item = self.items.get(&id).filter(|item| item.kind != [0; 4]);
        item.ok_or(Refusal::Damaged(Reason::NoPicture))
    }

    /// What is said of an item.
    pub fn properties_of<'a>(&'a self, item: &'a Item) -> impl Iterator<Item = &'a Property> {
        let numbers = item.properties.iter().map(|number| usize::from(*number));
        numbers.filter_map(|number| self.properties.get(number.checked_sub(1)?))
    }

    /// The items to which one refers so.
    pub fn referred(&self, from: u32, kind: &[u8; 4]) -> &[u32] {
        let mut all = self.references.iter();
        all.find(|reference| reference.from == from && &reference.kind == kind)
            .map_or(&[], |reference| &reference.to)
    }

    /// The items that refer so to one.
    pub fn referring<'a>(&'a self, to: u32, kind: &'a [u8; 4]) -> impl Iterator<Item = u32> + 'a {
        let all = self.references.iter();
        all.filter(move |reference| &reference.kind == kind && reference.to.contains(&to))
            .map(|reference| reference.from)
    }

    /// How many bytes an item has, all of which are in the file.
    pub fn bytes_of(&self, item: &Item) -> Result<u64> {
        let Some(location) = &item.location else {
            return Err(Refusal::Damaged(Reason::Parts));
        };
        let source = match location {
            Location {
                is_external: true, ..
            } => return Err(PARTS),
            Location { method: 0, .. } => self.end,
            Location { method: 1, .. } => self.idat.len() as u64,
            _ => return Err(PARTS),
        };
        let mut total = 0_u64;
        for &(start, length) in &location.pieces {
            let left = source.checked_sub(start);
            let left = left.ok_or(Refusal::Damaged(Reason::EndsEarly))?;
            let length = if length == 0 { left } else { length };
            if length > left {
                return Err(Refusal::Damaged(Reason::EndsEarly));
            }
            total = total.saturating_add(length);
        }
        Ok(total)
    }

    /// The first bytes of an item, at most `max`.
    pub fn head_of(
        &self,
        item: &Item,
        file: &mut (impl Read + Seek),
        max: usize,
    ) -> io::Result<Result<Vec<u8>>> {
        if let Err(refusal) = self.bytes_of(item) {
            return Ok(Err(refusal));
        }
        let mut head = Vec::new();
        for &(start, length) in item.location.iter().flat_map(|location| &location.pieces) {
            let left = (max - head.len()) as u64;
            let wanted = if length == 0 { left } else { length.min(left) };
            let is_inside = item.location.as_ref().is_some_and(|at| at.method == 1);
            if is_inside {
                let start = usize::try_from(start).unwrap_or(usize::MAX);
                let piece = self.idat.get(start..).unwrap_or_default();
                let wanted = usize::try_from(wanted).unwrap_or(usize::MAX);
                head.extend_from_slice(&piece[..wanted.min(piece.len())]);
            } else {
                file.seek(SeekFrom::Start(start))?;
                file.by_ref().take(wanted).read_to_end(&mut head)?;
            }
        }
        Ok(Ok(head))
    }
}

fn read_handler(reader: &mut Reader<'_>) -> Result<()> {
    reader.version()?;
    reader.be32()?;
    match reader.take(4)? {
        b"pict" => Ok(()),
        _ => Err(Refusal::Damaged(Reason::NoPicture)),
    }
}

fn counted(count: usize, more: usize, max: usize) -> Result<usize> {
    let count = count + more;
    if count > max {
        Err(TOO_MANY)
    } else {
        Ok(count)
    }
}
