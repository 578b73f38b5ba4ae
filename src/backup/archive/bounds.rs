//! How much an archive may unpack to. Others' archives are read too, and some bytes of Zstandard can be any number of
//! bytes: reading an archive costs no more than follows from its size.

use std::io::{self, Error, Read, Write};

/// What every archive may unpack to, in bytes, however small it is.
const FREE: u64 = 256 * 1024 * 1024;
/// What it may unpack to beyond that, for each byte that it has. Databases and photos stay far below; one that doesn't gets
/// [`ballast`].
const RATIO: u64 = 64;
/// Reading takes as much memory as Zstandard looks back, 2^23 bytes. We write with 2^21.
pub const WINDOW_LOG: u32 = 23;
/// The magic number of a frame that Zstandard skips.
const SKIPPABLE: [u8; 4] = [0x50, 0x2a, 0x4d, 0x18];

/// The most bytes that an archive of `size` bytes may unpack to.
pub fn max_bytes(size: u64) -> u64 {
    FREE.saturating_add(size.saturating_mul(RATIO))
}

/// The bytes that are missing from an archive of `size` bytes which unpacks to `unpacked`, so that it may.
pub fn ballast(size: u64, unpacked: u64) -> u64 {
    let needed = unpacked.saturating_sub(FREE).div_ceil(RATIO);
    needed.saturating_sub(size)
}

/// Writes at least this many meaningless bytes.
///
/// # Errors
/// They can't be written.
pub fn write_ballast(out: &mut impl Write, bytes: u64) -> io::Result<()> {
    const FRAME: u32 = 1024 * 1024;
    let frame = [
        &SKIPPABLE[..],
        &FRAME.to_le_bytes(),
        &vec![0; FRAME as usize],
    ]
    .concat();
    for _ in 0..bytes.div_ceil(FRAME.into()) {
        out.write_all(&frame)?;
    }
    Ok(())
}

/// Ends with an error when more is read than may be.
#[derive(Debug)]
pub struct Bounded<R> {
    inner: R,
    left: u64,
}

impl<R: Read> Bounded<R> {
    /// Returns at most this many bytes.
    pub fn new(inner: R, max_bytes: u64) -> Self {
        Self {
            inner,
            left: max_bytes,
        }
    }
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(into)?;
        self.left = self
            .left
            .checked_sub(count as u64)
            .ok_or_else(|| Error::other(TOO_MUCH))?;
        Ok(count)
    }
}

/// The error for an archive with more in it than may be.
pub const TOO_MUCH: &str =
    "it unpacks to far more than an archive of its size should: shared-spaces hasn't made it";

/// Counts what is written.
#[derive(Debug)]
pub struct Counted<W> {
    pub inner: W,
    pub count: u64,
}

impl<W: Write> Counted<W> {
    /// Nothing is written yet.
    pub fn new(inner: W) -> Self {
        Self { inner, count: 0 }
    }
}

impl<W: Write> Write for Counted<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.inner.write(bytes)?;
        self.count += count as u64;
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn with_its_ballast_an_archive_may_have_what_it_has() {
        for unpacked in [0, FREE, FREE + 1, 3 * FREE, 100 * FREE] {
            for size in [1000, FREE] {
                let size = size + ballast(size, unpacked);
                assert!(max_bytes(size) >= unpacked, "{unpacked}");
            }
        }
        assert_eq!(ballast(1, FREE), 0);
    }

    #[test]
    fn ballast_is_passed_over() {
        let mut packed = zstd::encode_all(&b"a text"[..], 1).unwrap();
        let before = packed.len();
        write_ballast(&mut packed, 1500 * 1024).unwrap();
        assert!(packed.len() - before >= 1500 * 1024);
        assert_eq!(zstd::decode_all(&packed[..]).unwrap(), b"a text");
    }

    #[test]
    fn nobody_reads_more_than_may_be() {
        let mut read = Vec::new();
        Bounded::new(&[7; 10][..], 10)
            .read_to_end(&mut read)
            .unwrap();
        assert_eq!(read.len(), 10);
        assert!(
            Bounded::new(&[7; 11][..], 10)
                .read_to_end(&mut read)
                .is_err()
        );
    }
}
