//! Reads a file by position and never beyond its end, through one buffer of fixed size.

use std::io::{BufRead, BufReader, Read, Seek, SeekFrom};

use crate::output::Output;
use crate::{Error, Refusal, Result};

/// The buffer, in bytes: large enough to read a disk at full speed, and all the memory that reading takes.
const BUFFER: usize = 256 * 1024;

/// A file, and how far it was read.
pub struct Input<R> {
    reader: BufReader<R>,
    position: u64,
    length: u64,
}

impl<R: Read + Seek> Input<R> {
    /// The beginning of a file.
    pub fn new(reader: R) -> Result<Self> {
        let mut reader = BufReader::with_capacity(BUFFER, reader);
        let length = reader.seek(SeekFrom::End(0)).map_err(Error::Read)?;
        reader.seek(SeekFrom::Start(0)).map_err(Error::Read)?;
        Ok(Self {
            reader,
            position: 0,
            length,
        })
    }

    /// The length of the file in bytes.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// Where the next byte is.
    pub fn position(&self) -> u64 {
        self.position
    }

    /// How many bytes are left.
    pub fn left(&self) -> u64 {
        self.length - self.position
    }

    /// Goes to a position, which keeps the buffer where that is within it.
    pub fn go_to(&mut self, position: u64) -> Result<()> {
        if position > self.length {
            return Err(Refusal::EndsEarly.into());
        }
        let distance = i64::try_from(i128::from(position) - i128::from(self.position));
        match distance {
            Ok(distance) => self.reader.seek_relative(distance),
            Err(_) => self.reader.seek(SeekFrom::Start(position)).map(drop),
        }
        .map_err(Error::Read)?;
        self.position = position;
        Ok(())
    }

    /// Skips bytes.
    pub fn skip(&mut self, count: u64) -> Result<()> {
        let position = self.position.checked_add(count);
        self.go_to(position.ok_or(Refusal::EndsEarly)?)
    }

    /// Fills `bytes`.
    pub fn read(&mut self, bytes: &mut [u8]) -> Result<()> {
        if bytes.len() as u64 > self.left() {
            return Err(Refusal::EndsEarly.into());
        }
        self.reader.read_exact(bytes).map_err(Error::Read)?;
        self.position += bytes.len() as u64;
        Ok(())
    }

    /// The next bytes, as many as the array has.
    pub fn array<const N: usize>(&mut self) -> Result<[u8; N]> {
        let mut bytes = [0; N];
        self.read(&mut bytes)?;
        Ok(bytes)
    }

    /// The next `count` bytes. The caller has made sure that this many may be held in memory.
    pub fn bytes(&mut self, count: usize) -> Result<Vec<u8>> {
        if count as u64 > self.left() {
            return Err(Refusal::EndsEarly.into());
        }
        let mut bytes = vec![0; count];
        self.read(&mut bytes)?;
        Ok(bytes)
    }

    /// Writes the next `count` bytes as they are.
    pub fn copy(&mut self, mut count: u64, output: &mut Output<'_>) -> Result<()> {
        if count > self.left() {
            return Err(Refusal::EndsEarly.into());
        }
        while count > 0 {
            let buffer = self.reader.fill_buf().map_err(Error::Read)?;
            let max = usize::try_from(count).unwrap_or(usize::MAX);
            let taken = buffer.len().min(max);
            if taken == 0 {
                return Err(Refusal::EndsEarly.into());
            }
            output.write(&buffer[..taken])?;
            self.reader.consume(taken);
            self.position += taken as u64;
            count -= taken as u64;
        }
        Ok(())
    }
}
