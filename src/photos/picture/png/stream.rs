//! The compressed pixels of a PNG: unpacked piece by piece to find where they end, and packed again where more is in them
//! than pixels (RFC 1950 and 1951).

use std::io::{self, Write};

use flate2::write::ZlibEncoder;
use flate2::{Compression, Decompress, FlushDecompress, Status};

use super::super::reader::ENDS;
use super::super::{Refusal, Result};

const MALFORMED: Refusal = Refusal::Damaged("its picture data is malformed");
/// How much is unpacked at once.
const PIECE: usize = 64 * 1024;

/// What stays of a stream.
#[derive(Debug, PartialEq, Eq)]
pub enum Stays {
    /// All of it, as it is.
    Same,
    /// This in its place.
    Own(Vec<u8>),
}

/// Looks for the end of a stream that comes in `parts` and unpacks to rows, told for each pass by how many bytes one has and
/// how many there are.
///
/// # Errors
/// There is less in it, it can't be unpacked, or a row is filtered in a way that there is none of: browsers show nothing
/// from there on.
pub fn check(parts: &[&[u8]], passes: &[(u64, u64)]) -> Result<Stays> {
    let length = passes.iter().map(|(row, count)| row * count).sum();
    let mut sum = Sum::new(passes);
    let found = unpack(parts, length, &mut sum)?;
    let all: usize = parts.iter().map(|part| part.len()).sum();
    match found {
        Some(end) => {
            let sum = sum.of_all().to_be_bytes();
            let said = bytes(parts).skip(end).take(sum.len());
            if all == end + sum.len() && said.eq(sum) {
                return Ok(Stays::Same);
            }
            Ok(Stays::Own(bytes(parts).take(end).chain(sum).collect()))
        }
        // All pixels are there, and more than those, or the end isn't.
        None => {
            let mut packed = ZlibEncoder::new(Vec::new(), Compression::fast());
            unpack(parts, length, &mut packed)?;
            packed.finish().map(Stays::Own).map_err(|_| MALFORMED)
        }
    }
}

fn bytes(parts: &[&[u8]]) -> impl Iterator<Item = u8> {
    parts.iter().copied().flatten().copied()
}

/// Unpacks the first `length` bytes of a stream, and finds where what is packed ends if nothing follows those.
fn unpack(parts: &[&[u8]], length: u64, out: &mut impl Write) -> Result<Option<usize>> {
    let mut bytes = bytes(parts);
    let (method, flags) = bytes.next().zip(bytes.next()).ok_or(ENDS)?;
    let has_dictionary = flags & 0x20 != 0;
    if method & 0x0f != 8
        || has_dictionary
        || !u16::from_be_bytes([method, flags]).is_multiple_of(31)
    {
        return Err(MALFORMED);
    }
    let mut inflater = Decompress::new(false);
    let mut piece = vec![0; PIECE];
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

/// Adler-32 of the rows that are written to it. Each begins with how it is filtered, which is looked at.
struct Sum<'a> {
    sums: (u32, u32),
    passes: &'a [(u64, u64)],
    /// How many rows of the first of these passes have begun.
    begun: u64,
    /// How many bytes are left of the last of those.
    left: u64,
}

impl<'a> Sum<'a> {
    fn new(passes: &'a [(u64, u64)]) -> Self {
        Self {
            sums: (1, 0),
            passes,
            begun: 0,
            left: 0,
        }
    }

    fn of_all(&self) -> u32 {
        self.sums.1 << 16 | self.sums.0
    }

    /// How long the next row is.
    fn next_row(&mut self) -> Option<u64> {
        while let [(row, count), rest @ ..] = self.passes {
            if self.begun < *count {
                self.begun += 1;
                return Some(*row);
            }
            (self.passes, self.begun) = (rest, 0);
        }
        None
    }

    fn check_filters(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        /// The last way to filter a row.
        const PAETH: u8 = 4;
        while let Some(&first) = bytes.first() {
            if self.left == 0 {
                self.left = match self.next_row() {
                    Some(row) if first <= PAETH => row,
                    _ => return Err(io::ErrorKind::InvalidData.into()),
                };
            }
            let taken = usize::try_from(self.left).unwrap_or(usize::MAX);
            let taken = taken.min(bytes.len());
            self.left -= taken as u64;
            bytes = &bytes[taken..];
        }
        Ok(())
    }
}

impl Write for Sum<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.check_filters(bytes)?;
        const BASE: u32 = 65_521;
        // As many as fit before either sum could overflow.
        for bytes in bytes.chunks(5552) {
            for &byte in bytes {
                self.sums.0 += u32::from(byte);
                self.sums.1 += self.sums.0;
            }
            self.sums.0 %= BASE;
            self.sums.1 %= BASE;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
