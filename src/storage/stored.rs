//! A photo as a store returns it, wherever it is.

use std::io::{Cursor, SeekFrom};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use anyhow::{Result, ensure};
use sha2::{Digest, Sha256};
use tokio::fs::File;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncSeekExt};

use super::{Body, Checked, s3};

/// The most bytes that are cheaper to read at once than in several reads.
const SMALL: u64 = 64 * 1024;

/// The bytes that are in memory at once of a photo that is only to be compared.
const CHUNK: usize = 64 * 1024;

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

/// For up to this many bytes, memory is allocated before they are there.
const MAX_CAPACITY: u64 = 128 * 1024 * 1024;

impl StoredPhoto {
    /// All its bytes.
    ///
    /// # Errors
    /// The store can't be read.
    pub async fn read_all(self) -> Result<Vec<u8>> {
        let length = self.bytes;
        // Growing while it is read would take twice as much. A length that no photo has isn't trusted.
        let capacity = usize::try_from(length.min(MAX_CAPACITY)).unwrap_or(0);
        let mut bytes = Vec::with_capacity(capacity);
        if length == 0 {
            return Ok(bytes);
        }
        self.read(0, length).await?.read_to_end(&mut bytes).await?;
        ensure!(
            bytes.len() as u64 == length,
            "got {} bytes instead of {length}",
            bytes.len()
        );
        Ok(bytes)
    }

    /// The first of its bytes, at most `max`, and all of it still to be read. A small one is read at once.
    ///
    /// # Errors
    /// The store can't be read.
    pub async fn begin(self, max: u64) -> Result<(Vec<u8>, Self)> {
        if self.bytes <= SMALL {
            let bytes = self.read_all().await?;
            let max = usize::try_from(max).unwrap_or(bytes.len());
            return Ok((bytes[..max.min(bytes.len())].to_vec(), bytes.into()));
        }
        let mut beginning = Vec::new();
        let source = match self.source {
            Source::Memory(bytes) => {
                Cursor::new(&bytes)
                    .take(max)
                    .read_to_end(&mut beginning)
                    .await?;
                Source::Memory(bytes)
            }
            Source::File(mut file) => {
                (&mut file).take(max).read_to_end(&mut beginning).await?;
                Source::File(file)
            }
            Source::Object(object) => {
                let mut first = object.read(0, max.min(self.bytes)).await?;
                first.read_to_end(&mut beginning).await?;
                Source::Object(object)
            }
        };
        Ok((beginning, Self { source, ..self }))
    }

    /// The SHA-256 of all its bytes, with few of them in memory at once.
    ///
    /// # Errors
    /// The store can't be read.
    pub async fn sha256(self) -> Result<[u8; 32]> {
        let (length, mut sum) = (self.bytes, Sha256::new());
        if length == 0 {
            return Ok(sum.finalize().into());
        }
        let mut bytes = self.read(0, length).await?;
        let (mut piece, mut read) = (vec![0; CHUNK], 0);
        loop {
            match bytes.read(&mut piece).await? {
                0 => break,
                count => {
                    sum.update(&piece[..count]);
                    read += count as u64;
                }
            }
        }
        ensure!(read == length, "got {read} bytes instead of {length}");
        Ok(sum.finalize().into())
    }

    /// All its bytes, to be put elsewhere: `length` of them, with this SHA-256. If they differ, they end with an
    /// error before the last of them is read, and the flag says so.
    ///
    /// # Errors
    /// The store can't be read.
    pub async fn checked(self, length: u64, sha256: [u8; 32]) -> Result<(Body, Arc<AtomicBool>)> {
        // An empty object has no range that could be requested.
        let reader: Pin<Box<dyn AsyncRead + Send>> = match self.bytes {
            0 => Box::pin(tokio::io::empty()),
            bytes => self.read(0, bytes).await?,
        };
        let (reader, damaged) = Checked::new(reader, length, sha256);
        Ok((Body::stream(length, reader), damaged))
    }

    /// The file on disk that holds the photo.
    ///
    /// # Errors
    /// It isn't a file on disk: the photo, to be read as a stream.
    pub async fn into_file(self) -> Result<std::fs::File, Self> {
        match self.source {
            Source::File(file) => Ok(file.into_std().await),
            source => Err(Self { source, ..self }),
        }
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
