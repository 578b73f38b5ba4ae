//! What defines the colours of a PNG in numbers. It stays where browsers heed it and the values make sense: others would be
//! words.

use super::super::edit_list::EditList;
use super::super::reader::Reader;
use super::chunk::Chunk;

/// One, in a chunk with places of colours or a gamma.
const ONE: u32 = 100_000;
/// The brightest light that can be expressed, 10,000 candela per square metre.
const BRIGHTEST: u32 = 100_000_000;

/// What is found in a file.
#[derive(Default)]
pub struct Colours {
    /// Whether a colour profile stays, which counts more than a gamma.
    pub has_profile: bool,
    is_srgb: bool,
    /// Whether the numbers of a standard count, and whether they mean more light than a usual screen has.
    is_standard: bool,
    is_bright: bool,
    /// Whether the three colours are impossible, so that browsers ignore them and any gamma.
    has_no_places: bool,
    /// A gamma and the places of the three colours, and how bright the picture is and was made on.
    plain: EditList,
    bright: EditList,
}

impl Colours {
    /// Whether a chunk with the name of colours means some.
    pub fn takes(&mut self, chunk: &Chunk<'_>) -> bool {
        match (&chunk.kind, chunk.data) {
            // One of four ways to bring in colours that a screen doesn't have.
            (b"sRGB", [0..=3]) => {
                self.is_srgb = true;
                true
            }
            // No PNG has its colours mixed, and browsers show nothing of one that says so.
            (b"cICP", &[primaries, transfer, 0, range @ 0..=1]) => {
                self.is_standard = range == 1
                    && matches!(primaries, 1 | 4..=12 | 22)
                    && matches!(transfer, 1 | 4..=18);
                self.is_bright = matches!(transfer, 16 | 18);
                true
            }
            _ => false,
        }
    }

    /// Holds what counts only together with others, or without them.
    pub fn hold(&mut self, chunk: &Chunk<'_>, reader: &Reader<'_>) {
        let data = chunk.data;
        let (numbers, _) = data.as_chunks::<4>();
        let are_below = |max: u32| {
            let mut numbers = numbers.iter();
            numbers.all(|&number| u32::from_be_bytes(number) <= max)
        };
        let (edits, can_be) = match &chunk.kind {
            b"gAMA" => {
                // Browsers show pixels by any other, also where nearly all of them come out black or white.
                (&mut self.plain, data.len() == 4 && data != [0; 4])
            }
            b"cHRM" => {
                let are_places = are_below(ONE);
                self.has_no_places |= data.len() == 32 && !are_places;
                (&mut self.plain, data.len() == 32 && are_places)
            }
            b"cLLI" => (&mut self.bright, data.len() == 8 && are_below(BRIGHTEST)),
            // Eight places of half as many bytes, and two lights.
            _ => {
                let (places, _) = data.get(..16).unwrap_or_default().as_chunks();
                let are_places = places
                    .iter()
                    .all(|&place| u32::from(u16::from_be_bytes(place)) <= ONE / 2);
                let lights = numbers.iter().skip(4);
                let are_lights = lights
                    .map(|&light| u32::from_be_bytes(light))
                    .all(|light| light <= BRIGHTEST);
                let can_be = data.len() == 24 && are_places && are_lights;
                (&mut self.bright, can_be)
            }
        };
        if can_be {
            chunk.keep(reader, edits);
        }
    }

    /// What of it counts in the end.
    pub fn edits(self) -> EditList {
        let mut edits = EditList::default();
        if !(self.has_profile || self.is_srgb || self.is_standard || self.has_no_places) {
            edits.append(self.plain);
        }
        if self.is_bright {
            edits.append(self.bright);
        }
        edits
    }
}
