//! The edits that make a clean file of another, applied in place: a photo of 100 MB needs no second 100.

use std::ops::Range;

/// The parts of the result, in order.
#[derive(Default)]
pub struct EditList(Vec<Part>);

enum Part {
    /// A range of the input, unchanged.
    Copy(Range<usize>),
    /// Other bytes.
    Insert(Vec<u8>),
}

impl Part {
    fn length(&self) -> usize {
        match self {
            Self::Copy(range) => range.len(),
            Self::Insert(bytes) => bytes.len(),
        }
    }
}

impl EditList {
    /// Keeps a range of the input.
    pub fn copy(&mut self, range: Range<usize>) {
        match self.0.last_mut() {
            Some(Part::Copy(last)) if last.end == range.start => last.end = range.end,
            _ => self.0.push(Part::Copy(range)),
        }
    }

    /// Appends other bytes.
    pub fn insert(&mut self, bytes: Vec<u8>) {
        self.0.push(Part::Insert(bytes));
    }

    /// Appends all edits of another list.
    pub fn append(&mut self, mut other: Self) {
        self.0.append(&mut other.0);
    }

    /// The length of the result in bytes.
    pub fn length(&self) -> usize {
        self.0.iter().map(Part::length).sum()
    }

    /// The result for `file`.
    pub fn apply(self, mut file: Vec<u8>) -> Vec<u8> {
        if !self.fits_in_place(file.len()) {
            return self.copied(&file);
        }
        let mut at = 0;
        for part in self.0 {
            let end = at + part.length();
            match part {
                Part::Copy(range) => file.copy_within(range, at),
                Part::Insert(bytes) => file[at..end].copy_from_slice(&bytes),
            }
            at = end;
        }
        file.truncate(at);
        file
    }

    /// Whether it can be applied from front to back without overwriting what is still to be read.
    fn fits_in_place(&self, capacity: usize) -> bool {
        let mut at = 0;
        for part in &self.0 {
            if matches!(part, Part::Copy(range) if at > range.start) {
                return false;
            }
            at += part.length();
        }
        at <= capacity
    }

    fn copied(&self, file: &[u8]) -> Vec<u8> {
        let parts: Vec<&[u8]> = self
            .0
            .iter()
            .map(|part| match part {
                Part::Copy(range) => &file[range.clone()],
                Part::Insert(bytes) => bytes,
            })
            .collect();
        parts.concat()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edit_list(parts: &[(&str, Range<usize>)]) -> EditList {
        let mut edits = EditList::default();
        for (own, range) in parts {
            edits.insert(own.as_bytes().to_vec());
            edits.copy(range.clone());
        }
        edits
    }

    #[test]
    fn the_result_is_the_same_in_place_and_copied() {
        for (parts, made) in [
            (vec![("", 0..10)], "0123456789"),
            (vec![("ab", 2..4), ("cd", 7..9)], "ab23cd78"),
            (vec![("ab", 1..4), ("", 4..9)], "ab12345678"),
            (vec![("abc", 2..4), ("", 7..9)], "abc2378"),
            (vec![("", 0..9), ("abc", 9..10)], "012345678abc9"),
            (vec![("", 5..9), ("", 0..3)], "5678012"),
        ] {
            let edits = edit_list(&parts);
            assert_eq!(edits.copied(b"0123456789"), made.as_bytes());
            assert_eq!(edits.apply(b"0123456789".to_vec()), made.as_bytes());
        }
    }

    #[test]
    fn a_result_that_is_shorter_than_the_file_needs_no_other_memory() {
        let file = b"0123456789".to_vec();
        let address = file.as_ptr();
        let made = edit_list(&[("ab", 4..10)]).apply(file);
        assert_eq!(made.as_ptr(), address);
    }
}
