//! A photo as a store hands it out, wherever it lies.

use std::io::{Cursor, SeekFrom};
use std::pin::Pin;

use anyhow::{Result, ensure};
use tokio::fs::File;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncSeekExt};

use super::s3;

/// A photo that can be read from here.
#[derive(Debug)]
pub struct StoredPhoto {
    /// Its size.
    pub bytes: u64,
    pub(super) source: Source,
}

/// Where it is.
#[derive(Debug)]
pub(super) enum Source {
    Memory(Vec<u8>),
    File(File),
    Object(s3::S3Object),
}

impl From<Vec<u8>> for StoredPhoto {
    /// What was read already.
    fn from(bytes: Vec<u8>) -> Self {
        Self {
            bytes: bytes.len() as u64,
            source: Source::Memory(bytes),
        }
    }
}

impl StoredPhoto {
    /// All its bytes.
    ///
    /// # Errors
    /// The store can't be read.
    pub async fn read_all(self) -> Result<Vec<u8>> {
        let (length, mut bytes) = (self.bytes, Vec::new());
        if length == 0 {
            return Ok(bytes);
        }
        self.read(0, length).await?.read_to_end(&mut bytes).await?;
        ensure!(
            bytes.len() as u64 == length,
            "{} bytes came instead of {length}",
            bytes.len()
        );
        Ok(bytes)
    }

    /// The bytes from `start`, `length` of them.
    ///
    /// # Errors
    /// The store can't be read.
    pub async fn read(self, start: u64, length: u64) -> Result<Pin<Box<dyn AsyncRead + Send>>> {
        match self.source {
            Source::Memory(bytes) => {
                let mut bytes = Cursor::new(bytes);
                bytes.set_position(start);
                Ok(Box::pin(bytes.take(length)))
            }
            Source::File(mut file) => {
                file.seek(SeekFrom::Start(start)).await?;
                Ok(Box::pin(file.take(length)))
            }
            Source::Object(object) => Ok(Box::pin(object.read(start, length).await?)),
        }
    }
}
