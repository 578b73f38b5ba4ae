//! PNG and APNG: chunks with a type, a length and a checksum (W3C PNG, third edition).

mod chunk;
mod colours;
mod control;
mod data;
mod header;
mod profile;
mod rows;
mod stream;

use std::iter;

use super::edit_list::EditList;
use super::exif::Exif;
use super::reader::{ENDS, Reader};
use super::{CleanError, Limit, MAX_FRAMES, Parsed, Result, TOO_MANY_FRAMES};
use crate::reason::Reason;
use chunk::{Chunk, chunk_of, joined};
use colours::Colours;
use control::Control;
use data::Data;
use header::Header;
pub use header::PASSES;
use profile::profile;
use stream::{Stays, check};

pub const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";

const MALFORMED: CleanError = CleanError::Damaged(Reason::PartLength);
const TOO_MUCH: CleanError = CleanError::NotShown(Reason::UnpacksTooLarge);
/// The most bytes that all pictures of an animation unpack to. Of zeros, 25 MiB could hold 25 GiB.
const MAX_UNPACKED: u64 = 4 * 1024 * 1024 * 1024;
const UNKNOWN: CleanError = CleanError::Damaged(Reason::NoPartOfPng);

pub fn scan(file: &[u8], limit: Limit) -> Result<Parsed> {
    let mut reader = Reader::new(file);
    reader.take(SIGNATURE.len())?;
    let first = Chunk::read(&mut reader)?;
    if &first.kind != b"IHDR" {
        return Err(CleanError::Damaged(Reason::NoHeader));
    }
    let header = Header::read(first.data, limit)?;
    first.check()?;
    let mut edits = EditList::default();
    edits.copy(0..reader.left().start);

    let mut parts = Parts::new(header);
    let mut chunk = Chunk::read(&mut reader)?;
    while &chunk.kind != b"IDAT" {
        parts.take(&chunk, &reader)?;
        chunk = Chunk::read(&mut reader)?;
    }
    let size = parts.header.size;
    if parts.header.colour_type == 3 && parts.colours == 0 {
        return Err(CleanError::NotShown(Reason::NoPalette));
    }
    // Data that something else interrupts is over, for browsers too.
    let mut data = Data::new(
        file,
        size,
        parts.is_animation().then(|| parts.control.take()).flatten(),
    );
    while &chunk.kind == b"IDAT" {
        data.add(&chunk, &reader);
        let Ok(next) = Chunk::read(&mut reader) else {
            break;
        };
        chunk = next;
        if &chunk.kind != b"IDAT" {
            break;
        }
    }
    parts.finish(data)?;
    // What follows the picture matters for an animation, and otherwise says at most when it was taken.
    match parts.is_animation() {
        true => parts.take_frames(file, chunk, &mut reader)?,
        false => parts.exif.take_dates(chunk, &mut reader),
    }
    let animated = parts.frames > 1;
    let orientation = parts.exif.orientation();
    if let Some(orientation) = orientation {
        edits.insert(chunk_of(*b"eXIf", &orientation.tiff()));
    }
    edits.append(parts.told.edits());
    edits.append(parts.before);
    if parts.frames > 0 {
        let told = [
            parts.frames.to_be_bytes(),
            parts.repeats.unwrap_or_default(),
        ]
        .concat();
        edits.insert(chunk_of(*b"acTL", &told));
    }
    edits.append(parts.rest);
    edits.insert(chunk_of(*b"IEND", &[]));
    Ok(Parsed {
        size,
        orientation,
        animated,
        taken_at: parts.exif.taken_at(),
        had_film: false,
        edits,
    })
}

/// What is found in a file.
struct Parts<'a> {
    header: Header,
    /// How many colours the palette has.
    colours: usize,
    exif: Exif,
    /// What defines its colours where nothing else does.
    told: Colours,
    /// The kinds that are there already: if there are several of a kind, the first one counts.
    seen: Vec<[u8; 4]>,
    /// How many frames an animation is said to have, and how often it repeats.
    said: u32,
    repeats: Option<[u8; 4]>,
    /// How the next frame is shown.
    control: Option<Control<'a>>,
    frames: u32,
    /// How many bytes its pictures may still unpack to.
    left: u64,
    /// The number that the next part of an animation has.
    number: u32,
    /// What is kept before the chunk that announces an animation, and after it.
    before: EditList,
    rest: EditList,
}

impl Exif {
    /// Looks for a date in what follows the picture: the chunk may come there, and browsers ignore it then.
    fn take_dates<'a>(&mut self, first: Chunk<'a>, reader: &mut Reader<'a>) {
        let mut next = Ok(first);
        while let Ok(chunk) = next
            && &chunk.kind != b"IEND"
        {
            self.take_date_of(&chunk);
            next = Chunk::read(reader);
        }
    }

    fn take_date_of(&mut self, chunk: &Chunk<'_>) {
        if &chunk.kind == b"eXIf" && chunk.check().is_ok() {
            self.take_date(chunk.data);
        }
    }
}

impl<'a> Parts<'a> {
    fn new(header: Header) -> Self {
        Self {
            header,
            colours: 0,
            exif: Exif::default(),
            told: Colours::default(),
            seen: Vec::new(),
            said: 0,
            repeats: None,
            control: None,
            frames: 0,
            left: MAX_UNPACKED,
            number: 0,
            before: EditList::default(),
            rest: EditList::default(),
        }
    }

    fn is_animation(&self) -> bool {
        self.repeats.is_some()
    }

    /// What is kept at this place.
    fn place(&mut self) -> &mut EditList {
        match self.repeats {
            None => &mut self.before,
            Some(_) => &mut self.rest,
        }
    }

    /// Takes a chunk that precedes the picture data.
    fn take(&mut self, chunk: &Chunk<'a>, reader: &Reader<'_>) -> Result<()> {
        if !chunk.kind.iter().all(u8::is_ascii_alphabetic) {
            return Err(UNKNOWN);
        }
        match &chunk.kind {
            b"IHDR" => return Err(CleanError::Damaged(Reason::TwoHeaders)),
            b"PLTE" => return self.take_palette(chunk, reader),
            // A picture can't be decoded without its critical chunks, and this is one that we don't support.
            kind if kind[0].is_ascii_uppercase() => return Err(UNKNOWN),
            b"fcTL" => {
                let control = Control::read(chunk, self.header.size);
                self.control = Some(control?);
                return Ok(());
            }
            // What is damaged of the others is left out, as in browsers.
            _ if chunk.check().is_err() || self.seen.contains(&chunk.kind) => return Ok(()),
            b"eXIf" => {
                self.exif.take(chunk.data);
            }
            b"iCCP" => {
                if let Some(profile) = profile(chunk.data) {
                    self.place().insert(profile);
                    self.told.has_profile = true;
                }
            }
            b"acTL" => {
                let Ok([said, repeats]) = <[u8; 8]>::try_from(chunk.data).map(|told| {
                    let [a, b, c, d, e, f, g, h] = told;
                    [[a, b, c, d], [e, f, g, h]]
                }) else {
                    return Err(MALFORMED);
                };
                self.said = u32::from_be_bytes(said);
                self.repeats = Some(repeats);
            }
            b"tRNS" => {
                let length = match self.header.colour_type {
                    0 => 2,
                    2 => 6,
                    3 => chunk.data.len().min(self.colours),
                    _ => 0,
                };
                match chunk.data.len() {
                    _ if length == 0 => return Ok(()),
                    own if own == length => chunk.keep(reader, self.place()),
                    _ if self.header.colour_type == 3 => {
                        let own = chunk_of(chunk.kind, &chunk.data[..length]);
                        self.place().insert(own);
                    }
                    _ => return Ok(()),
                }
            }
            b"sRGB" | b"cICP" if self.told.takes(chunk) => chunk.keep(reader, self.place()),
            // They precede the palette; otherwise browsers ignore them.
            b"cHRM" | b"gAMA" | b"mDCV" | b"cLLI" if self.colours == 0 => {
                self.told.hold(chunk, reader);
            }
            // Texts, times, backgrounds, the shape of pixels, how many bits they had once: browsers show none of it.
            _ => return Ok(()),
        }
        self.seen.push(chunk.kind);
        Ok(())
    }

    /// Takes the palette, as far as pixels can mean its colours. Where pixels are colours themselves, it is left out.
    fn take_palette(&mut self, chunk: &Chunk<'_>, reader: &Reader<'_>) -> Result<()> {
        if self.header.colour_type != 3 {
            return Ok(());
        }
        chunk.check()?;
        let count = chunk.data.len() / 3;
        if self.colours > 0 || count == 0 || count > 256 {
            return Err(CleanError::Damaged(Reason::MalformedPalette));
        }
        self.colours = count.min(1 << self.header.depth);
        let length = 3 * self.colours;
        match chunk.data.get(..length) {
            Some(used) if used.len() < chunk.data.len() => {
                let own = chunk_of(chunk.kind, used);
                self.place().insert(own);
            }
            _ => chunk.keep(reader, self.place()),
        }
        Ok(())
    }

    /// Takes the frames of an animation that follow its first picture.
    fn take_frames(
        &mut self,
        file: &'a [u8],
        first: Chunk<'a>,
        reader: &mut Reader<'a>,
    ) -> Result<()> {
        let mut next = Ok(first);
        let mut frame: Option<Data<'_>> = None;
        let ended = loop {
            let chunk = match next {
                Ok(chunk) => chunk,
                Err(_) => break false,
            };
            match &chunk.kind {
                b"IEND" => break true,
                b"fcTL" => {
                    self.control = Some(Control::read(&chunk, self.header.size)?);
                    if let Some(frame) = frame.take() {
                        self.finish(frame)?;
                    }
                }
                b"fdAT" => {
                    let number = Reader::new(chunk.data).be32().map_err(|_| MALFORMED)?;
                    if let Some(control) = self.control.take() {
                        frame = Some(Data::of_frame(file, control));
                    }
                    if let Some(frame) = &mut frame {
                        frame.add_numbered(number, &chunk, reader);
                    }
                }
                b"eXIf" => self.exif.take_date_of(&chunk),
                _ => {}
            }
            next = Chunk::read(reader);
        };
        if let Some(frame) = frame {
            self.finish(frame)?;
        }
        // Where the end is missing, nothing else may be.
        match ended || self.frames >= self.said {
            true => Ok(()),
            false => Err(ENDS),
        }
    }

    /// Keeps a picture and how it is shown, with nothing after its pixels.
    fn finish(&mut self, data: Data<'a>) -> Result<()> {
        let passes = self.header.passes(data.size);
        let length = passes.iter().map(|pass| pass.rows * pass.bytes).sum();
        self.left = self.left.checked_sub(length).ok_or(TOO_MUCH)?;
        let checked = check(data.parts(), &passes, length)?;
        // One of the two checksums is enough to prove that the pixels are those that were packed.
        if !data.is_sound && !checked.is_proven {
            return Err(CleanError::Damaged(Reason::WrongChecksum));
        }
        if let Some(control) = &data.control {
            self.frames += 1;
            if self.frames as usize > MAX_FRAMES {
                return Err(TOO_MANY_FRAMES);
            }
            let number = self.number.to_be_bytes();
            self.number += 1;
            let rest = control.data.get(4..).unwrap_or_default();
            self.rest
                .insert(chunk_of(*b"fcTL", &[&number, rest].concat()));
        }
        let count = match data.numbers {
            None => Some(0),
            Some((first, count)) => count.filter(|_| first == self.number),
        };
        let is_frame = data.numbers.is_some();
        match (checked.stays, count, data.place()) {
            (Stays::Same, Some(count), Some(place)) if data.is_sound => {
                self.number += count;
                self.rest.copy(place);
            }
            (Stays::Same, _, _) => self.keep_own(is_frame, data.parts()),
            (Stays::Own(own), _, _) => self.keep_own(is_frame, iter::once(own.as_slice())),
        }
        Ok(())
    }

    /// Keeps data of our own.
    fn keep_own<'b>(&mut self, is_frame: bool, data: impl Iterator<Item = &'b [u8]> + Clone) {
        let own = match is_frame {
            false => joined(*b"IDAT", &[], data),
            true => {
                let number = self.number.to_be_bytes();
                self.number += 1;
                joined(*b"fdAT", &number, data)
            }
        };
        self.rest.insert(own);
    }
}

#[cfg(test)]
mod tests;
