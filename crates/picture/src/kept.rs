//! What is kept of a file, put together where the file is: a photo of 100 MB needs no second 100.

use std::ops::Range;

/// The parts of what comes out, in their order.
#[derive(Default)]
pub struct CleanOutput(Vec<Part>);

enum Part {
    /// Of the file, as it is.
    File(Range<usize>),
    /// Rewritten.
    Own(Vec<u8>),
}

impl Part {
    fn length(&self) -> usize {
        match self {
            Self::File(range) => range.len(),
            Self::Own(bytes) => bytes.len(),
        }
    }
}

impl CleanOutput {
    /// Keeps a part of the file.
    pub fn file(&mut self, range: Range<usize>) {
        match self.0.last_mut() {
            Some(Part::File(last)) if last.end == range.start => last.end = range.end,
            _ => self.0.push(Part::File(range)),
        }
    }

    /// Puts something of our own behind what is kept so far.
    pub fn own(&mut self, bytes: Vec<u8>) {
        self.0.push(Part::Own(bytes));
    }

    /// Puts all that another has kept behind what is kept so far.
    pub fn append(&mut self, mut other: Self) {
        self.0.append(&mut other.0);
    }

    /// How many bytes that are.
    pub fn length(&self) -> usize {
        self.0.iter().map(Part::length).sum()
    }

    /// What comes out of `file`.
    pub fn of(self, mut file: Vec<u8>) -> Vec<u8> {
        if !self.fits_in_place(file.len()) {
            return self.copied(&file);
        }
        let mut at = 0;
        for part in self.0 {
            let end = at + part.length();
            match part {
                Part::File(range) => file.copy_within(range, at),
                Part::Own(bytes) => file[at..end].copy_from_slice(&bytes),
            }
            at = end;
        }
        file.truncate(at);
        file
    }

    /// Whether it can be put together from front to back without writing over what is still to come.
    fn fits_in_place(&self, room: usize) -> bool {
        let mut at = 0;
        for part in &self.0 {
            if matches!(part, Part::File(range) if at > range.start) {
                return false;
            }
            at += part.length();
        }
        at <= room
    }

    fn copied(&self, file: &[u8]) -> Vec<u8> {
        let parts: Vec<&[u8]> = self
            .0
            .iter()
            .map(|part| match part {
                Part::File(range) => &file[range.clone()],
                Part::Own(bytes) => bytes,
            })
            .collect();
        parts.concat()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(parts: &[(&str, Range<usize>)]) -> CleanOutput {
        let mut kept = CleanOutput::default();
        for (own, range) in parts {
            kept.own(own.as_bytes().to_vec());
            kept.file(range.clone());
        }
        kept
    }

    #[test]
    fn it_is_the_same_whether_there_is_room_in_the_file_or_not() {
        for (parts, made) in [
            (vec![("", 0..10)], "0123456789"),
            (vec![("ab", 2..4), ("cd", 7..9)], "ab23cd78"),
            (vec![("ab", 1..4), ("", 4..9)], "ab12345678"),
            (vec![("abc", 2..4), ("", 7..9)], "abc2378"),
            (vec![("", 0..9), ("abc", 9..10)], "012345678abc9"),
            (vec![("", 5..9), ("", 0..3)], "5678012"),
        ] {
            let kept = kept(&parts);
            assert_eq!(kept.copied(b"0123456789"), made.as_bytes());
            assert_eq!(kept.of(b"0123456789".to_vec()), made.as_bytes());
        }
    }

    #[test]
    fn what_is_shorter_than_the_file_needs_no_other_memory() {
        let file = b"0123456789".to_vec();
        let address = file.as_ptr();
        let made = kept(&[("ab", 4..10)]).of(file);
        assert_eq!(made.as_ptr(), address);
    }
}
