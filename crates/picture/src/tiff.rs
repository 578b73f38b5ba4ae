//! TIFF, which EXIF is: directories with entries that point at values and at other directories.
//!
//! Two directories are walked, each once and entry by entry: the first, and the one that it names for the camera's data.
//! In a general reader, directories that point at each other and overlap make a small file cost gigabytes.

use super::reader::Reader;

/// The type of a number of two bytes.
const SHORT: u16 = 3;
/// The type of a number of four bytes.
pub const LONG: u16 = 4;
/// The type of a directory's place, which is otherwise a LONG.
const IFD: u16 = 13;
/// Types of texts: ASCII, UTF-8, and bytes of no stated meaning.
const TEXTS: [u16; 4] = [1, 2, 7, 129];
/// The tag of the directory in which cameras describe the shot.
pub const CAMERA: u16 = 0x8769;

/// A block of EXIF whose byte order is known.
#[derive(Clone, Copy)]
pub struct Tiff<'a> {
    bytes: &'a [u8],
    is_little: bool,
}

/// One entry of a directory.
#[derive(Clone, Copy)]
pub struct Entry<'a> {
    tiff: Tiff<'a>,
    pub tag: u16,
    kind: u16,
    count: u32,
    /// The value, or where it is.
    value: [u8; 4],
}

impl<'a> Tiff<'a> {
    pub fn new(bytes: &'a [u8]) -> Option<Self> {
        let is_little = match bytes.first_chunk()? {
            b"II*\0" => true,
            b"MM\0*" => false,
            _ => return None,
        };
        Some(Self { bytes, is_little })
    }

    /// The first directory.
    pub fn first(self) -> impl Iterator<Item = Entry<'a>> {
        let place = self.bytes.get(4..).and_then(<[u8]>::first_chunk);
        self.directory(place.map_or(u32::MAX, |place| self.long(*place)))
    }

    /// The directory in which cameras describe the shot. If there are several, the first one counts.
    pub fn camera(self) -> impl Iterator<Item = Entry<'a>> {
        let place = self.first().find_map(Entry::directory);
        self.directory(place.unwrap_or(u32::MAX))
    }

    /// The entries of a directory at this place, as far as they are there.
    fn directory(self, place: u32) -> impl Iterator<Item = Entry<'a>> {
        let place = usize::try_from(place).unwrap_or(usize::MAX);
        let mut reader = Reader::new(self.bytes.get(place..).unwrap_or_default());
        let count = reader.array().map_or(0, |count| self.short(count));
        (0..count).map_while(move |_| {
            let mut short = || reader.array().map(|bytes| self.short(bytes));
            let (tag, kind) = (short().ok()?, short().ok()?);
            Some(Entry {
                tiff: self,
                tag,
                kind,
                count: self.long(reader.array().ok()?),
                value: reader.array().ok()?,
            })
        })
    }

    fn short(self, bytes: [u8; 2]) -> u16 {
        match self.is_little {
            true => u16::from_le_bytes(bytes),
            false => u16::from_be_bytes(bytes),
        }
    }

    fn long(self, bytes: [u8; 4]) -> u32 {
        match self.is_little {
            true => u32::from_le_bytes(bytes),
            false => u32::from_be_bytes(bytes),
        }
    }
}

impl<'a> Entry<'a> {
    /// Its single small number. It stands at the front of its four bytes, in either order.
    pub fn short(self) -> Option<u16> {
        let [first, second, ..] = self.value;
        (self.kind == SHORT && self.count == 1).then(|| self.tiff.short([first, second]))
    }

    /// The place of the directory that it names.
    fn directory(self) -> Option<u32> {
        let names_one = self.tag == CAMERA && matches!(self.kind, LONG | IFD) && self.count == 1;
        names_one.then(|| self.tiff.long(self.value))
    }

    /// At most `max` bytes of its text, up to the zero that ends it; `None` if bytes of the text are missing.
    pub fn text(&'a self, max: usize) -> Option<&'a [u8]> {
        if !TEXTS.contains(&self.kind) {
            return None;
        }
        let length = usize::try_from(self.count).ok()?;
        let text = match self.value.get(..length) {
            Some(inline) => inline,
            None => {
                let place = usize::try_from(self.tiff.long(self.value)).ok()?;
                self.tiff.bytes.get(place..)?.get(..length)?
            }
        };
        let text = text.get(..max).unwrap_or(text);
        text.split(|&byte| byte == 0).next()
    }
}
