//! The rows of a PNG, each filtered by the bytes to the left and above. A row is whole bytes long; where pixels are
//! smaller than a byte, up to seven bits at its end are unused, and could hold anything.

use std::io::{self, Write};

/// How a picture is read: all of it, or one pass of an interlaced one.
#[derive(Clone, Copy)]
pub struct Pass {
    /// How many bytes a row has, with the one that says how it is filtered.
    pub bytes: u64,
    pub rows: u64,
    /// The unused bits of its last byte.
    pub spare: u8,
}

/// Looks at rows as they come, and writes them to `out` with zeros in the unused bits.
pub struct Rows<'a, W> {
    passes: &'a [Pass],
    /// How many rows of the first of these passes have begun.
    begun: u64,
    /// How many bytes are left of the last of those.
    left: usize,
    spare: u8,
    /// Of a row with spare bits, what has come of it, and the one above it as it is shown.
    row: Vec<u8>,
    above: Vec<u8>,
    /// Whether something is in unused bits.
    pub has_more: bool,
    pub out: W,
}

impl<'a, W: Write> Rows<'a, W> {
    pub fn new(passes: &'a [Pass], out: W) -> Self {
        Self {
            passes,
            begun: 0,
            left: 0,
            spare: 0,
            row: Vec::new(),
            above: Vec::new(),
            has_more: false,
            out,
        }
    }

    /// Begins the next row, if there is one.
    fn begin(&mut self) -> Option<()> {
        while let [pass, rest @ ..] = self.passes {
            if self.begun < pass.rows {
                self.begun += 1;
                self.left = usize::try_from(pass.bytes).ok()?;
                self.spare = pass.spare;
                return Some(());
            }
            (self.passes, self.begun) = (rest, 0);
            // Nothing stands above the first row.
            self.above.clear();
        }
        None
    }

    /// Writes a row that has come with all its bytes.
    fn end(&mut self) -> io::Result<()> {
        let [filter, row @ ..] = self.row.as_mut_slice() else {
            return Ok(());
        };
        self.above.resize(row.len(), 0);
        shown(*filter, row, &self.above);
        self.above.copy_from_slice(row);
        *filter = 0;
        if let Some(last) = row.last_mut() {
            self.has_more |= *last & self.spare != 0;
            *last &= !self.spare;
        }
        self.out.write_all(&self.row)?;
        self.row.clear();
        Ok(())
    }
}

impl<W: Write> Write for Rows<'_, W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        /// The last way to filter a row.
        const PAETH: u8 = 4;
        let mut rest = bytes;
        while let Some(&first) = rest.first() {
            if self.left == 0 && (first > PAETH || self.begin().is_none()) {
                return Err(io::ErrorKind::InvalidData.into());
            }
            let (taken, others) = rest.split_at(self.left.min(rest.len()));
            (rest, self.left) = (others, self.left - taken.len());
            if self.spare == 0 {
                self.out.write_all(taken)?;
                continue;
            }
            self.row.extend_from_slice(taken);
            if self.left == 0 {
                self.end()?;
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// Makes of a filtered row one as it is shown. Where rows have spare bits, a pixel is at most a byte, so that what stands
/// left is the byte before.
fn shown(filter: u8, row: &mut [u8], above: &[u8]) {
    let (mut left, mut above_left) = (0, 0);
    for (byte, &above) in row.iter_mut().zip(above) {
        let guess = match filter {
            0 => 0,
            1 => left,
            2 => above,
            3 => left.midpoint(above),
            _ => nearest(left, above, above_left),
        };
        *byte = byte.wrapping_add(guess);
        (left, above_left) = (*byte, above);
    }
}

/// Which of three neighbours is nearest to where a plane through them would be.
fn nearest(left: u8, above: u8, above_left: u8) -> u8 {
    let plane = i16::from(left) + i16::from(above) - i16::from(above_left);
    let distance = |neighbour: u8| (plane - i16::from(neighbour)).abs();
    // Of several, the first in this order.
    let mut neighbours = [left, above, above_left];
    neighbours.sort_by_key(|&neighbour| distance(neighbour));
    neighbours[0]
}

#[cfg(test)]
mod tests {
    use super::*;

    const PASSES: [Pass; 2] = [
        Pass {
            bytes: 3,
            rows: 2,
            spare: 0x0f,
        },
        Pass {
            bytes: 2,
            rows: 1,
            spare: 0,
        },
    ];

    #[test]
    fn rows_come_out_as_they_are_shown_however_they_are_filtered_and_cut() {
        for (rows, shown) in [
            ([0, 9, 0x10, 0, 1, 0x20], [9, 0x10, 1, 0x20]),
            ([1, 9, 0x17, 2, 1, 0x20], [9, 0x20, 10, 0x40]),
            ([2, 9, 0x10, 3, 2, 0x20], [9, 0x10, 6, 0x2b]),
            ([4, 9, 0x10, 4, 1, 0x20], [9, 0x19, 10, 0x39]),
        ] {
            let [a, b, c, d] = shown;
            let expected = [0, a, b & 0xf0, 0, c, d & 0xf0, 4, 7];
            let whole = [&rows[..], &[4, 7]].concat();
            for length in 1..=whole.len() {
                let mut out = Rows::new(&PASSES, Vec::new());
                for piece in whole.chunks(length) {
                    out.write_all(piece).unwrap();
                }
                assert_eq!(out.out, expected, "{rows:?} by {length}");
                assert_eq!(out.has_more, (b | d) & 0x0f != 0);
            }
        }
    }

    #[test]
    fn what_is_no_row_is_refused() {
        for rows in [&[5, 0, 0][..], &[0, 0, 0, 9], &[0, 0, 0, 0, 0, 0, 0, 0, 0]] {
            assert!(Rows::new(&PASSES, Vec::new()).write_all(rows).is_err());
        }
    }
}
