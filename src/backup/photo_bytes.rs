//! The bytes of a photo on their way through a backup: few in memory, many in a file, and always known to be those that were
//! stored.

use std::fs::File;
use std::io::{self, Cursor, Read, Seek, Write};
use std::path::Path;

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

use crate::domain::photos::KnownPhoto;
use crate::storage::{Body, Checked};

/// Larger photos are in a file. Four are on their way at once.
const IN_MEMORY: u64 = 8 * 1024 * 1024;
/// The bytes of a file that are in memory at once.
const CHUNK: usize = 128 * 1024;

/// The bytes of a photo.
#[derive(Debug)]
pub enum PhotoBytes {
    /// They were compared with its checksum.
    Memory(Vec<u8>),
    /// Likewise, and compared again when they are read.
    File { file: File, photo: KnownPhoto },
}

/// What came of reading a photo: its bytes, `None` where they are others, or why they can't be read.
pub type Taken = io::Result<Option<PhotoBytes>>;

impl PhotoBytes {
    /// Reads the bytes of a photo. Large ones go to a file in `folder` that has no name, so that nothing of it is left.
    ///
    /// # Errors
    /// The folder can't be written to. Unreadable bytes aren't an error of the whole.
    pub fn take(mut from: impl Read, photo: &KnownPhoto, folder: &Path) -> Result<Taken> {
        if photo.bytes <= IN_MEMORY {
            let mut bytes = Vec::new();
            // One byte more than expected is enough to know that they differ.
            return Ok(match from.take(photo.bytes + 1).read_to_end(&mut bytes) {
                Ok(_) => {
                    let is_whole = Sha256::digest(&bytes)[..] == photo.sha256;
                    Ok(is_whole.then_some(Self::Memory(bytes)))
                }
                Err(error) => Err(error),
            });
        }
        let writing = || format!("The folder {} can't be written to", folder.display());
        let mut file = tempfile::tempfile_in(folder).with_context(writing)?;
        let mut written = Ok(());
        let is_whole = each_chunk(&mut from, photo, |chunk| {
            written = file.write_all(chunk);
            written.is_ok()
        });
        written.with_context(writing)?;
        Ok(match is_whole {
            Ok(true) => Ok(Some(Self::File {
                file,
                photo: photo.clone(),
            })),
            Ok(false) => Ok(None),
            Err(error) => Err(error),
        })
    }

    /// A file that is never changed; `None` if its bytes aren't those of the photo.
    ///
    /// # Errors
    /// It can't be read.
    pub fn of_file(mut file: File, photo: &KnownPhoto) -> io::Result<Option<Self>> {
        if photo.bytes <= IN_MEMORY {
            let mut bytes = Vec::new();
            file.take(photo.bytes + 1).read_to_end(&mut bytes)?;
            let is_whole = Sha256::digest(&bytes)[..] == photo.sha256;
            return Ok(is_whole.then_some(Self::Memory(bytes)));
        }
        let has_length = file.metadata()?.len() == photo.bytes;
        let is_whole = has_length && is_whole(&mut file, photo)?;
        Ok(is_whole.then(|| Self::File {
            file,
            photo: photo.clone(),
        }))
    }

    /// All of them, from the first. Ends with an error if a file has changed since.
    ///
    /// # Errors
    /// The file can't be read.
    pub fn reader(&mut self) -> io::Result<impl Read> {
        Ok(match self {
            Self::Memory(bytes) => Either::Memory(Cursor::new(&*bytes)),
            Self::File { file, photo } => {
                file.rewind()?;
                Either::File(Again {
                    file,
                    left: photo.bytes,
                    photo,
                    hash: Sha256::new(),
                })
            }
        })
    }

    /// The bytes as a body for a photo store, which keeps nothing of a file that has changed since.
    ///
    /// # Errors
    /// The file can't be read.
    pub fn into_body(self) -> io::Result<Body> {
        match self {
            Self::Memory(bytes) => Ok(bytes.into()),
            Self::File { mut file, photo } => {
                file.rewind()?;
                let file = tokio::fs::File::from_std(file);
                let (checked, _) = Checked::new(file, photo.bytes, photo.sha256);
                Ok(Body::stream(photo.bytes, checked))
            }
        }
    }
}

/// Whether these are the bytes of a photo, read to their end.
///
/// # Errors
/// They can't be read.
pub fn is_whole(from: &mut impl Read, photo: &KnownPhoto) -> io::Result<bool> {
    each_chunk(from, photo, |_| true)
}

/// Calls `visit` with the bytes while it returns true. Returns whether they are those of the photo.
fn each_chunk(
    from: &mut impl Read,
    photo: &KnownPhoto,
    mut visit: impl FnMut(&[u8]) -> bool,
) -> io::Result<bool> {
    let mut from = from.take(photo.bytes.saturating_add(1));
    let (mut chunk, mut hash) = (vec![0; CHUNK], Sha256::new());
    loop {
        let count = match from.read(&mut chunk) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            count => count?,
        };
        if count == 0 {
            return Ok(hash.finalize()[..] == photo.sha256);
        }
        hash.update(&chunk[..count]);
        if !visit(&chunk[..count]) {
            return Ok(false);
        }
    }
}

enum Either<'a> {
    Memory(Cursor<&'a Vec<u8>>),
    File(Again<'a>),
}

impl Read for Either<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Memory(bytes) => bytes.read(into),
            Self::File(again) => again.read(into),
        }
    }
}

/// A file that is read again.
struct Again<'a> {
    file: &'a File,
    left: u64,
    photo: &'a KnownPhoto,
    hash: Sha256,
}

impl Read for Again<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let max = into
            .len()
            .min(usize::try_from(self.left).unwrap_or(usize::MAX));
        let count = self.file.read(&mut into[..max])?;
        self.hash.update(&into[..count]);
        self.left -= count as u64;
        let has_changed = match self.left {
            0 => count > 0 && self.hash.clone().finalize()[..] != self.photo.sha256,
            _ => count == 0 && max > 0,
        };
        if has_changed {
            let name = &self.photo.name;
            return Err(io::Error::other(format!(
                "the bytes of the photo {name} have changed while they were read"
            )));
        }
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn photo(bytes: &[u8]) -> KnownPhoto {
        KnownPhoto {
            id: 1,
            name: "1-1.jpg".parse().unwrap(),
            bytes: bytes.len() as u64,
            sha256: Sha256::digest(bytes).into(),
        }
    }

    /// Few bytes, and more than are held in memory.
    fn both() -> [Vec<u8>; 2] {
        let large = usize::try_from(IN_MEMORY).unwrap() + 1;
        [b"a photo".to_vec(), vec![7; large]]
    }

    #[test]
    fn what_is_taken_is_read_again_whole_and_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        for bytes in both() {
            let taken = PhotoBytes::take(&bytes[..], &photo(&bytes), folder.path()).unwrap();
            let mut taken = taken.unwrap().unwrap();
            for _ in 0..2 {
                let mut read = Vec::new();
                taken.reader().unwrap().read_to_end(&mut read).unwrap();
                assert!(read == bytes);
            }
            assert_eq!(taken.into_body().unwrap().length(), bytes.len() as u64);
        }
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn other_bytes_are_not_taken_however_many_they_are() {
        let folder = tempfile::tempdir().unwrap();
        for bytes in both() {
            let photo = photo(&bytes);
            let longer = [&bytes[..], b"!"].concat();
            let mut other = bytes.clone();
            other[3] = 0;
            for other in [&bytes[1..], &longer, &other] {
                let taken = PhotoBytes::take(other, &photo, folder.path()).unwrap();
                assert!(taken.unwrap().is_none());
                assert!(!is_whole(&mut &*other, &photo).unwrap());
                let mut file = tempfile::tempfile().unwrap();
                file.write_all(other).unwrap();
                file.rewind().unwrap();
                assert!(PhotoBytes::of_file(file, &photo).unwrap().is_none());
            }
            assert!(is_whole(&mut &bytes[..], &photo).unwrap());
        }
    }

    #[test]
    fn a_file_that_changes_after_it_was_looked_at_is_not_passed_on_as_whole() {
        let [_, bytes] = both();
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(&bytes).unwrap();
        file.rewind().unwrap();
        let mut writing = file.try_clone().unwrap();
        let mut taken = PhotoBytes::of_file(file, &photo(&bytes)).unwrap().unwrap();
        writing.rewind().unwrap();
        writing.write_all(b"changed").unwrap();
        let mut read = Vec::new();
        let error = taken.reader().unwrap().read_to_end(&mut read).unwrap_err();
        assert!(error.to_string().contains("1-1.jpg have changed"));
        writing.set_len(100).unwrap();
        let error = taken.reader().unwrap().read_to_end(&mut read).unwrap_err();
        assert!(error.to_string().contains("1-1.jpg have changed"));
    }
}
