//! The data of one picture in a PNG, which may come in millions of chunks: what is kept of these is where they are.

use std::ops::Range;

use super::super::Size;
use super::super::reader::Reader;
use super::chunk::Chunk;
use super::control::Control;

/// The data of one picture.
pub struct Data<'a> {
    pub size: Size,
    pub control: Option<Control<'a>>,
    /// Whether the checksums of its chunks are right.
    pub is_sound: bool,
    /// The number of its first chunk in an animation, and how many there are if each number follows the last.
    pub numbers: Option<(u32, Option<u32>)>,
    file: &'a [u8],
    /// What its chunks are called, and how many bytes are in front of the data of each.
    kind: ([u8; 4], usize),
    /// Where in the file they are, and what may be between them.
    place: Range<usize>,
    /// Whether something else is between them.
    is_scattered: bool,
}

impl<'a> Data<'a> {
    /// Data in chunks `IDAT`.
    pub fn new(file: &'a [u8], size: Size, control: Option<Control<'a>>) -> Self {
        Self {
            size,
            control,
            is_sound: true,
            numbers: None,
            file,
            kind: (*b"IDAT", 0),
            place: 0..0,
            is_scattered: false,
        }
    }

    /// Data in chunks `fdAT`, each with a number in front.
    pub fn of_frame(file: &'a [u8], control: Control<'a>) -> Self {
        Self {
            kind: (*b"fdAT", 4),
            ..Self::new(file, control.size, Some(control))
        }
    }

    /// Adds a chunk that was just read: of its kind there is no other one since the last.
    pub fn add(&mut self, chunk: &Chunk<'a>, reader: &Reader<'_>) {
        self.is_sound &= chunk.check().is_ok();
        let place = reader.last(chunk.data.len() + 12);
        if self.place.is_empty() {
            self.place = place;
        } else {
            self.is_scattered |= self.place.end != place.start;
            self.place.end = place.end;
        }
    }

    /// Adds a chunk with this number in an animation.
    pub fn add_numbered(&mut self, number: u32, chunk: &Chunk<'a>, reader: &Reader<'_>) {
        self.numbers = Some(match self.numbers {
            None => (number, Some(1)),
            Some((first, count)) => {
                let follows = |count: &u32| first.checked_add(*count) == Some(number);
                (first, count.filter(follows).map(|count| count + 1))
            }
        });
        self.add(chunk, reader);
    }

    /// Where its chunks are; `None` if something else is between them.
    pub fn place(&self) -> Option<Range<usize>> {
        (!self.is_scattered).then(|| self.place.clone())
    }

    /// The data of each chunk.
    pub fn parts(&self) -> impl Iterator<Item = &'a [u8]> + Clone + use<'a> {
        let mut reader = Reader::new(self.file.get(self.place.clone()).unwrap_or_default());
        let (kind, skipped) = self.kind;
        let chunks = std::iter::from_fn(move || Chunk::read(&mut reader).ok());
        chunks
            .filter(move |chunk| chunk.kind == kind)
            .map(move |chunk| chunk.data.get(skipped..).unwrap_or_default())
    }
}
