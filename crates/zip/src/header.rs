//! The records that a ZIP is made of. Numbers that don't fit their field are in an extra one (Zip64), and only those: some
//! unpackers look for it where it isn't needed, and stop if it is needed and missing.

use std::ops::Range;

use crate::Entry;

/// A field with this in it has its number in the extra field.
const ELSEWHERE_32: u32 = u32::MAX;
const ELSEWHERE_16: u16 = u16::MAX;
/// The versions that unpackers need: for files as they are, and for long numbers.
const PLAIN: u16 = 20;
const LONG: u16 = 45;
/// Made on Unix, by a version with long numbers.
const MADE_BY: u16 = 3 << 8 | LONG;
/// Names are in UTF-8.
const UTF_8: u16 = 1 << 11;
/// As they are.
const STORED: u16 = 0;
/// Of Zip64, in front of its length.
const LONG_NUMBERS: u16 = 1;
/// A file that everybody may read, as Unix writes it.
const ATTRIBUTES: u32 = 0o100_644 << 16;

/// Numbers, the smallest byte first.
struct Record(Vec<u8>);

impl Record {
    fn new(signature: u32) -> Self {
        Self(signature.to_le_bytes().to_vec())
    }

    fn u16(mut self, numbers: &[u16]) -> Self {
        self.0
            .extend(numbers.iter().flat_map(|number| number.to_le_bytes()));
        self
    }

    fn u32(mut self, numbers: &[u32]) -> Self {
        self.0
            .extend(numbers.iter().flat_map(|number| number.to_le_bytes()));
        self
    }

    fn u64(mut self, numbers: &[u64]) -> Self {
        self.0
            .extend(numbers.iter().flat_map(|number| number.to_le_bytes()));
        self
    }

    fn bytes(mut self, bytes: &[u8]) -> Self {
        self.0.extend_from_slice(bytes);
        self
    }
}

/// The number if it fits; the marker value itself counts as too large.
fn short(number: u64) -> u32 {
    u32::try_from(number).unwrap_or(ELSEWHERE_32)
}

fn is_long(number: u64) -> bool {
    number >= u64::from(ELSEWHERE_32)
}

fn length_of(bytes: &[u8]) -> u16 {
    u16::try_from(bytes.len()).unwrap_or(u16::MAX)
}

/// The extra field with these numbers; empty without any.
fn extra(numbers: &[u64]) -> Vec<u8> {
    if numbers.is_empty() {
        return Vec::new();
    }
    let length = u16::try_from(numbers.len() * 8).unwrap_or(u16::MAX);
    let record = Record(Vec::new()).u16(&[LONG_NUMBERS, length]);
    record.u64(numbers).0
}

fn version(extra: &[u8]) -> u16 {
    if extra.is_empty() { PLAIN } else { LONG }
}

/// The header before a file.
pub fn local(entry: &Entry) -> Vec<u8> {
    // Here both sizes must be in the extra field, packed and unpacked, if one is.
    let extra = match is_long(entry.length) {
        true => extra(&[entry.length, entry.length]),
        false => Vec::new(),
    };
    let (time, date) = entry.modified.dos();
    Record::new(0x0403_4b50)
        .u16(&[version(&extra), UTF_8, STORED, time, date])
        .u32(&[entry.crc32, short(entry.length), short(entry.length)])
        .u16(&[length_of(entry.name.as_bytes()), length_of(&extra)])
        .bytes(entry.name.as_bytes())
        .bytes(&extra)
        .0
}

/// The entry of a file in the list of all files.
pub fn central(entry: &Entry, offset: u64) -> Vec<u8> {
    let numbers = [entry.length, entry.length, offset];
    let long: Vec<u64> = numbers
        .into_iter()
        .filter(|&number| is_long(number))
        .collect();
    let extra = extra(&long);
    let (time, date) = entry.modified.dos();
    Record::new(0x0201_4b50)
        .u16(&[MADE_BY, version(&extra), UTF_8, STORED, time, date])
        .u32(&[entry.crc32, short(entry.length), short(entry.length)])
        // Without a comment, on the first disk, and not known to be text.
        .u16(&[length_of(entry.name.as_bytes()), length_of(&extra), 0, 0, 0])
        .u32(&[ATTRIBUTES, short(offset)])
        .bytes(entry.name.as_bytes())
        .bytes(&extra)
        .0
}

/// The end records after the list of all files: the number of files, and where the list is.
pub fn end(count: u64, directory: &Range<u64>) -> Vec<u8> {
    let length = directory.end - directory.start;
    let few = u16::try_from(count).unwrap_or(ELSEWHERE_16);
    let mut bytes = Vec::new();
    if few == ELSEWHERE_16 || is_long(length) || is_long(directory.start) {
        let long = Record::new(0x0606_4b50)
            // The length of the rest of it.
            .u64(&[44])
            .u16(&[MADE_BY, LONG])
            .u32(&[0, 0])
            .u64(&[count, count, length, directory.start])
            .0;
        let locator = Record::new(0x0706_4b50)
            .u32(&[0])
            .u64(&[directory.end])
            .u32(&[1])
            .0;
        bytes = [long, locator].concat();
    }
    let last = Record::new(0x0605_4b50)
        .u16(&[0, 0, few, few])
        .u32(&[short(length), short(directory.start)])
        .u16(&[0])
        .0;
    [bytes, last].concat()
}
