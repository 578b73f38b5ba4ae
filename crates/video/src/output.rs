//! The writer of the clean film, and how much was written.

use std::io::{BufWriter, Write};

use crate::{Error, Result};

/// The buffer, in bytes.
const BUFFER: usize = 256 * 1024;
const FILLER: usize = 4096;

/// A writer that counts.
pub struct Output<'a> {
    writer: BufWriter<&'a mut dyn Write>,
    written: u64,
}

impl<'a> Output<'a> {
    /// Nothing was written yet.
    pub fn new(writer: &'a mut dyn Write) -> Self {
        Self {
            writer: BufWriter::with_capacity(BUFFER, writer),
            written: 0,
        }
    }

    /// Appends bytes.
    pub fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.writer.write_all(bytes).map_err(Error::Write)?;
        self.written += bytes.len() as u64;
        Ok(())
    }

    /// Appends one byte many times.
    pub fn fill(&mut self, byte: u8, mut count: u64) -> Result<()> {
        let filler = [byte; FILLER];
        while count > 0 {
            let max = usize::try_from(count).unwrap_or(FILLER).min(FILLER);
            self.write(&filler[..max])?;
            count -= max as u64;
        }
        Ok(())
    }

    /// How many bytes were written, once all of them have left the buffer.
    pub fn finish(mut self) -> Result<u64> {
        self.writer.flush().map_err(Error::Write)?;
        Ok(self.written)
    }
}
