//! Files that are made for a ZIP: on the disk, under no name, so that nothing of them outlives the ZIP, however long they are.

use std::fs::File;
use std::io::{self, BufWriter, Seek, Write};
use std::path::Path;

use crate::error::{Error, Result};

/// A file that is being made.
pub struct FileMaker {
    to: BufWriter<File>,
    crc32: crc32fast::Hasher,
    length: u64,
}

/// A file that was made, with what the plan of a ZIP must know of it.
pub struct MadeFile {
    file: File,
    crc32: u32,
    length: u64,
}

impl FileMaker {
    /// An empty one, on the disk of this folder.
    ///
    /// # Errors
    /// The disk can't be written to.
    pub fn in_folder(folder: &Path) -> Result<Self> {
        let file = tempfile::tempfile_in(folder).map_err(Error::writing)?;
        Ok(Self {
            to: BufWriter::new(file),
            crc32: crc32fast::Hasher::new(),
            length: 0,
        })
    }

    /// Puts some text behind what is there.
    ///
    /// # Errors
    /// The disk can't be written to.
    pub fn put(&mut self, text: impl AsRef<[u8]>) -> Result<()> {
        self.write_all(text.as_ref()).map_err(Error::writing)
    }

    /// The whole file.
    ///
    /// # Errors
    /// The disk can't be written to.
    pub fn finish(self) -> Result<MadeFile> {
        let Self { to, crc32, length } = self;
        let mut file = to
            .into_inner()
            .map_err(|error| Error::writing(error.into_error()))?;
        file.rewind().map_err(Error::writing)?;
        Ok(MadeFile {
            file,
            crc32: crc32.finalize(),
            length,
        })
    }
}

impl Write for FileMaker {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.to.write(bytes)?;
        self.crc32.update(&bytes[..written]);
        self.length += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

impl MadeFile {
    /// In bytes.
    pub(super) fn length(&self) -> u64 {
        self.length
    }

    pub(super) fn crc32(&self) -> u32 {
        self.crc32
    }

    /// Its bytes, from the beginning, to be read once.
    pub(super) fn open(&self) -> io::Result<File> {
        self.file.try_clone()
    }
}
