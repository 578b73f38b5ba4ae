//! The compressed pixels of a PNG: unpacked piece by piece to find where they end, and packed again where more is in them
//! than pixels (RFC 1950 and 1951).

use crate::reason::Reason;
use std::io::{self, Write};

use flate2::write::ZlibEncoder;
use flate2::{Compression, Decompress, FlushDecompress, Status};

use super::super::reader::ENDS;
use super::super::{CleanError, Result};
use super::rows::{Pass, Rows};

const MALFORMED: CleanError = CleanError::Damaged(Reason::MalformedData);
/// How much is unpacked at once.
const CHUNK: usize = 64 * 1024;

/// What is found in a stream.
pub struct Checked {
    pub stays: Stays,
    /// Whether its own checksum, after the last pixel, is right.
    pub is_proven: bool,
}

/// What stays of a stream.
#[derive(Debug, PartialEq, Eq)]
pub enum Stays {
    /// All of it, as it is.
    Same,
    /// This in its place.
    Own(Vec<u8>),
}

/// Looks for the end of a stream that comes in `parts` and unpacks to the rows of these passes, `length` bytes, and for
/// something in the unused bits of rows.
///
/// # Errors
/// There is less in it, it can't be unpacked, or the filter of a row is undefined: browsers show nothing from there on.
pub fn check<'a>(
    parts: impl Iterator<Item = &'a [u8]> + Clone,
    passes: &[Pass],
    length: u64,
) -> Result<Checked> {
    let mut rows = Rows::new(passes, io::sink());
    let mut sum = Sum::default();
    let found = unpack(parts.clone(), length, &mut Both(&mut sum, &mut rows))?;
    let all: usize = parts.clone().map(<[u8]>::len).sum();
    let sum = sum.of_all().to_be_bytes();
    let is_proven = found.is_some_and(|end| bytes(parts.clone()).skip(end).take(sum.len()).eq(sum));
    let stays = match found {
        Some(end) if !rows.has_more => match is_proven && all == end + sum.len() {
            true => Stays::Same,
            false => Stays::Own(bytes(parts).take(end).chain(sum).collect()),
        },
        // All pixels are there, and more than those, or the end isn't.
        _ => {
            let packed = ZlibEncoder::new(Vec::new(), Compression::fast());
            let mut rows = Rows::new(passes, packed);
            unpack(parts, length, &mut rows)?;
            Stays::Own(rows.out.finish().map_err(|_| MALFORMED)?)
        }
    };
    Ok(Checked { stays, is_proven })
}

fn bytes<'a>(parts: impl Iterator<Item = &'a [u8]>) -> impl Iterator<Item = u8> {
    parts.flatten().copied()
}

/// Unpacks the first `length` bytes of a stream, and finds where what is packed ends if nothing follows those.
fn unpack<'a>(
    parts: impl Iterator<Item = &'a [u8]> + Clone,
    length: u64,
    out: &mut impl Write,
) -> Result<Option<usize>> {
    let mut bytes = bytes(parts.clone());
    let (method, flags) = bytes.next().zip(bytes.next()).ok_or(ENDS)?;
    let has_dictionary = flags & 0x20 != 0;
    if method & 0x0f != 8
        || has_dictionary
        || !u16::from_be_bytes([method, flags]).is_multiple_of(31)
    {
        return Err(MALFORMED);
    }
    let mut inflater = Decompress::new(false);
    let mut piece = vec![0; CHUNK];
    let mut still_head = 2;
    for part in parts {
        let skipped = part.len().min(still_head);
        still_head -= skipped;
        let mut rest = &part[skipped..];
        loop {
            let (before, unpacked) = (inflater.total_in(), inflater.total_out());
            let status = inflater.decompress(rest, &mut piece, FlushDecompress::None);
            let (read, written) = (
                inflater.total_in() - before,
                inflater.total_out() - unpacked,
            );
            let read = usize::try_from(read).map_err(|_| MALFORMED)?;
            let written = usize::try_from(written).map_err(|_| MALFORMED)?;
            let wanted = usize::try_from(length.saturating_sub(unpacked)).unwrap_or(usize::MAX);
            let taken = written.min(wanted);
            out.write_all(&piece[..taken]).map_err(|_| MALFORMED)?;
            if written > taken {
                return Ok(None);
            }
            rest = &rest[read..];
            let is_complete = inflater.total_out() == length;
            match status {
                Ok(Status::StreamEnd) if is_complete => {
                    return usize::try_from(inflater.total_in() + 2)
                        .map(Some)
                        .map_err(|_| MALFORMED);
                }
                Ok(Status::StreamEnd) => return Err(ENDS),
                Ok(_) if read == 0 && written == 0 => break,
                Ok(_) => {}
                Err(_) if is_complete => return Ok(None),
                Err(_) => return Err(MALFORMED),
            }
        }
    }
    match inflater.total_out() == length {
        true => Ok(None),
        false => Err(ENDS),
    }
}

/// Writes the same to two.
struct Both<A, B>(A, B);

impl<A: Write, B: Write> Write for Both<A, B> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write_all(bytes)?;
        self.1.write_all(bytes)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()?;
        self.1.flush()
    }
}

/// Adler-32 of what is written to it.
struct Sum(u32, u32);

impl Default for Sum {
    fn default() -> Self {
        Self(1, 0)
    }
}

impl Sum {
    fn of_all(&self) -> u32 {
        self.1 << 16 | self.0
    }
}

impl Write for Sum {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        const BASE: u32 = 65_521;
        // As many as fit before either sum could overflow.
        for bytes in bytes.chunks(5552) {
            for &byte in bytes {
                self.0 += u32::from(byte);
                self.1 += self.0;
            }
            self.0 %= BASE;
            self.1 %= BASE;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
