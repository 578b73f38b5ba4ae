//! What is put into a store: bytes in memory, or a stream of known length, with few of its bytes in memory at once.

use std::fmt;
use std::io;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use sha2::{Digest, Sha256};
use tokio::fs::File;
use tokio::io::{AsyncRead, ReadBuf};

/// Bytes on their way into a store.
pub enum Body {
    /// All of them.
    Bytes(Bytes),
    /// As many as stated, read as they are needed.
    Stream(Stream),
    /// All of a file that is no longer written to, and is on disk already: a store on the same disk links to it.
    Linked(LinkedFile),
}

/// A file that is whole, and stays as it is.
pub struct LinkedFile {
    pub path: PathBuf,
    pub length: u64,
}

/// A file up to this size is read at once.
pub const SMALL: u64 = 1024 * 1024;

/// Bytes that are read as they are needed.
pub struct Stream {
    /// Their number. A store keeps nothing of a stream that has fewer or more.
    pub length: u64,
    pub reader: Pin<Box<dyn AsyncRead + Send>>,
}

impl Body {
    /// A stream of this many bytes.
    pub fn stream(length: u64, reader: impl AsyncRead + Send + 'static) -> Self {
        Self::Stream(Stream {
            length,
            reader: Box::pin(reader),
        })
    }

    /// All of a file that is whole and durable.
    pub fn linked(path: PathBuf, length: u64) -> Self {
        Self::Linked(LinkedFile { path, length })
    }

    /// The same bytes as something that can be read: up to `in_memory` of them at once.
    ///
    /// # Errors
    /// The file can't be opened.
    pub(super) async fn readable(self, in_memory: u64) -> io::Result<Self> {
        let Self::Linked(LinkedFile { path, length }) = self else {
            return Ok(self);
        };
        if length <= in_memory {
            return Ok(Self::Bytes(tokio::fs::read(path).await?.into()));
        }
        Ok(Self::stream(length, File::open(path).await?))
    }

    /// All of a file, from its beginning.
    ///
    /// # Errors
    /// It can't be read.
    pub fn file(mut file: std::fs::File) -> io::Result<Self> {
        let length = file.metadata()?.len();
        io::Seek::rewind(&mut file)?;
        Ok(Self::stream(length, File::from_std(file)))
    }

    /// How many bytes they are.
    pub fn length(&self) -> u64 {
        match self {
            Self::Bytes(bytes) => bytes.len() as u64,
            Self::Stream(stream) => stream.length,
            Self::Linked(file) => file.length,
        }
    }

    /// The first bytes, as far as they are in memory.
    pub(super) fn beginning(&self) -> &[u8] {
        match self {
            Self::Bytes(bytes) => bytes,
            Self::Stream(_) | Self::Linked(_) => &[],
        }
    }
}

impl From<Vec<u8>> for Body {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Bytes(bytes.into())
    }
}

impl From<Bytes> for Body {
    fn from(bytes: Bytes) -> Self {
        Self::Bytes(bytes)
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes", self.length())
    }
}

/// Passes a stream on, and ends it with an error instead of its last bytes if they aren't those with this SHA-256: so that
/// a writer elsewhere never completes a damaged copy.
pub struct Checked<R> {
    reader: R,
    left: u64,
    hash: Sha256,
    expected: [u8; 32],
    damaged: Arc<AtomicBool>,
}

impl<R> Checked<R> {
    /// For `length` bytes with this checksum. The flag says afterwards whether they didn't match.
    pub fn new(reader: R, length: u64, expected: [u8; 32]) -> (Self, Arc<AtomicBool>) {
        let damaged = Arc::<AtomicBool>::default();
        let checked = Self {
            reader,
            left: length,
            hash: Sha256::new(),
            expected,
            damaged: damaged.clone(),
        };
        (checked, damaged)
    }
}

impl<R: AsyncRead + Unpin> AsyncRead for Checked<R> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = &mut *self;
        let before = buf.filled().len();
        ready!(Pin::new(&mut this.reader).poll_read(cx, buf))?;
        let new = &buf.filled()[before..];
        this.hash.update(new);
        let left = this.left.checked_sub(new.len() as u64);
        let is_damaged = match left {
            // There are more than there should be.
            None => true,
            Some(0) => this.hash.clone().finalize()[..] != this.expected,
            // They end too early.
            Some(_) => new.is_empty() && buf.remaining() > 0,
        };
        this.left = left.unwrap_or(0);
        if is_damaged {
            buf.set_filled(before);
            this.damaged.store(true, Ordering::Relaxed);
            return Poll::Ready(Err(io::Error::new(
                io::ErrorKind::InvalidData,
                "the bytes are not those that were stored",
            )));
        }
        Poll::Ready(Ok(()))
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncReadExt;

    use super::*;

    /// What can be read of these bytes, where `length` of them with the sum of `expected` should be; and whether they
    /// count as damaged.
    async fn read(bytes: &'static [u8], length: u64, expected: &[u8]) -> (Option<Vec<u8>>, bool) {
        let sum = Sha256::digest(expected).into();
        let (mut checked, damaged) = Checked::new(bytes, length, sum);
        let mut read = Vec::new();
        let done = checked.read_to_end(&mut read).await;
        (done.ok().map(|_| read), damaged.load(Ordering::Relaxed))
    }

    #[tokio::test]
    async fn only_what_was_stored_is_read_to_its_end() {
        let whole = read(b"a photo", 7, b"a photo").await;
        assert_eq!(whole, (Some(b"a photo".to_vec()), false));
        for (bytes, length) in [
            (&b"a phot"[..], 7),
            (b"a photos", 7),
            (b"a Photo", 7),
            (b"", 7),
        ] {
            assert_eq!(read(bytes, length, b"a photo").await, (None, true));
        }
        assert_eq!(read(b"", 0, b"").await, (Some(Vec::new()), false));
    }

    #[tokio::test]
    async fn a_file_is_put_from_its_beginning() {
        let mut file = tempfile::tempfile().unwrap();
        io::Write::write_all(&mut file, b"written").unwrap();
        let Body::Stream(mut stream) = Body::file(file).unwrap() else {
            panic!("it is a stream")
        };
        let mut read = String::new();
        stream.reader.read_to_string(&mut read).await.unwrap();
        assert_eq!((stream.length, read.as_str()), (7, "written"));
    }
}
