//! The checksum frame at the end of an archive: a SHA-256 over all bytes before it. It is a skippable frame of Zstandard,
//! so that other programs skip it.

use std::io::{self, Error, ErrorKind, Read, Write};

use sha2::{Digest, Sha256};

/// The header of a checksum frame: the magic number of a skippable frame, and the size of what follows, 32.
const MARK: [u8; 8] = [0x5e, 0x2a, 0x4d, 0x18, 32, 0, 0, 0];
/// The size of a checksum frame.
const SIZE: usize = MARK.len() + 32;
/// The bytes that are read at once.
const CHUNK: usize = 128 * 1024;

/// Passes bytes on, and adds the checksum frame at the end.
#[derive(Debug)]
pub struct ChecksumWriter<W> {
    inner: W,
    sha256: Sha256,
}

impl<W: Write> ChecksumWriter<W> {
    /// Begins with nothing.
    pub fn new(inner: W) -> Self {
        Self {
            inner,
            sha256: Sha256::new(),
        }
    }

    /// What everything goes to.
    pub fn get_ref(&self) -> &W {
        &self.inner
    }

    /// Writes the checksum frame, and returns what everything went to.
    ///
    /// # Errors
    /// It can't be written.
    pub fn finish(mut self) -> io::Result<W> {
        self.inner.write_all(&MARK)?;
        self.inner.write_all(&self.sha256.finalize())?;
        Ok(self.inner)
    }
}

impl<W: Write> Write for ChecksumWriter<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(bytes)?;
        self.sha256.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

/// Returns the bytes before the checksum frame. Their end is an error unless the checksum frame is complete and
/// matches.
#[derive(Debug)]
pub struct ChecksumReader<R> {
    inner: R,
    sha256: Sha256,
    /// What was read and not returned yet; its last bytes may be the checksum frame.
    held: Vec<u8>,
    returned: usize,
}

impl<R: Read> ChecksumReader<R> {
    /// Has read nothing yet.
    pub fn new(inner: R) -> Self {
        Self {
            inner,
            sha256: Sha256::new(),
            held: Vec::new(),
            returned: 0,
        }
    }

    /// Reads until there is more than a checksum frame. Returns whether there is.
    fn fill(&mut self) -> io::Result<bool> {
        while self.held.len() - self.returned <= SIZE {
            self.held.drain(..self.returned);
            self.returned = 0;
            let before = self.held.len();
            self.held.resize(before + CHUNK, 0);
            let read = self.inner.read(&mut self.held[before..]);
            self.held.truncate(before + *read.as_ref().unwrap_or(&0));
            match read {
                Ok(0) => return Ok(false),
                Err(error) if error.kind() != ErrorKind::Interrupted => return Err(error),
                _ => {}
            }
        }
        Ok(true)
    }

    fn check(&self) -> io::Result<()> {
        let frame = &self.held[self.returned..];
        if frame.len() < SIZE || frame[..MARK.len()] != MARK {
            return Err(Error::new(
                ErrorKind::UnexpectedEof,
                "it was cut short, or something was added to it",
            ));
        }
        if frame[MARK.len()..] != self.sha256.clone().finalize()[..] {
            return Err(Error::new(
                ErrorKind::InvalidData,
                "its bytes have changed since it was written",
            ));
        }
        Ok(())
    }
}

impl<R: Read> Read for ChecksumReader<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if into.is_empty() {
            return Ok(0);
        }
        if !self.fill()? {
            self.check()?;
            return Ok(0);
        }
        let there = self.held.len() - self.returned - SIZE;
        let count = there.min(into.len());
        let bytes = &self.held[self.returned..self.returned + count];
        into[..count].copy_from_slice(bytes);
        self.sha256.update(bytes);
        self.returned += count;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn framed(bytes: &[u8]) -> Vec<u8> {
        let mut writer = ChecksumWriter::new(Vec::new());
        writer.write_all(bytes).unwrap();
        writer.finish().unwrap()
    }

    fn open(bytes: &[u8]) -> io::Result<Vec<u8>> {
        let mut found = Vec::new();
        ChecksumReader::new(bytes).read_to_end(&mut found)?;
        Ok(found)
    }

    #[test]
    fn what_was_written_comes_back() {
        for length in [0, 1, SIZE, CHUNK - SIZE, CHUNK, CHUNK + 1, 3 * CHUNK] {
            let bytes: Vec<u8> = (0..length).map(|at| at as u8).collect();
            assert_eq!(open(&framed(&bytes)).unwrap(), bytes, "{length}");
        }
    }

    #[test]
    fn every_bit_that_changes_is_noticed() {
        let whole = framed(b"some bytes");
        for bit in 0..whole.len() * 8 {
            let mut bytes = whole.clone();
            bytes[bit / 8] ^= 1 << (bit % 8);
            assert!(open(&bytes).is_err(), "bit {bit}");
        }
    }

    #[test]
    fn what_was_cut_short_or_grew_is_noticed() {
        let whole = framed(b"some bytes");
        for length in 0..whole.len() {
            let error = open(&whole[..length]).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::UnexpectedEof, "{length}");
        }
        assert!(open(&[whole.as_slice(), b"x"].concat()).is_err());
        assert!(open(&[whole.as_slice(), &whole].concat()).is_err());
    }
}
