//! Where archives are kept: a folder, or a prefix in a bucket. A destination belongs to one installation. Its
//! archives share their photos: each is there once, in `photos/`, under its SHA-256.

pub(crate) mod archive_name;
pub(crate) mod directory;
pub(crate) mod s3;
pub(crate) mod s3_upload;
mod target;

use std::fmt;
use std::io::{self, Read, Write};
use std::path::Path;

use anyhow::{Context, Result, bail};

use super::archive::Packed;
pub use crate::backup::destination::archive_name::{ArchiveName, ENDING};
use crate::backup::destination::directory::{Folder, FolderFile};
use crate::backup::destination::s3::Bucket;
use crate::backup::destination::s3_upload::Upload;
use crate::backup::hash_map::TempHashMap;
use crate::backup::photo_bytes::{PhotoBytes, is_whole};
use crate::config::Config;
use crate::domain::photos::KnownPhoto;
pub use target::{ArchiveRef, Target};

/// A destination that can be written to and read.
#[derive(Clone)]
pub enum Destination {
    /// A folder of this machine.
    Folder(Folder),
    /// A prefix in a bucket.
    Bucket(Bucket),
}

/// A file at a destination.
pub type StoredArchive = Packed<Box<dyn Read>>;

impl fmt::Display for Destination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Folder(folder) => write!(f, "the folder {}", folder.path("").display()),
            Self::Bucket(bucket) => f.write_str(bucket.address("").trim_end_matches('/')),
        }
    }
}

/// A file that is being written. It appears under its name when it is whole.
pub enum NewFile {
    Folder(FolderFile),
    Object(Upload),
}

impl NewFile {
    /// Makes the file durable, and then visible under its name.
    ///
    /// # Errors
    /// It can't be written; an archive of this name is there already.
    pub fn finish(self) -> Result<()> {
        match self {
            Self::Folder(file) => file.finish(),
            Self::Object(object) => object.finish(),
        }
    }
}

impl Write for NewFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Folder(file) => file.write(bytes),
            Self::Object(object) => object.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Folder(file) => file.flush(),
            Self::Object(object) => object.flush(),
        }
    }
}

impl Destination {
    /// Refuses a destination where backups would be lost together with the original.
    ///
    /// # Errors
    /// It is such a destination.
    pub fn check(&self, config: &Config) -> Result<()> {
        match self {
            Self::Folder(folder) => {
                if let Ok(data) = config.data_dir.canonicalize()
                    && folder.path("").canonicalize()?.starts_with(&data)
                {
                    bail!(
                        "{self} is inside the data folder: choose one outside, ideally on another disk"
                    );
                }
                Ok(())
            }
            Self::Bucket(bucket) => bucket.check(config),
        }
    }

    /// The archives there, the oldest first, without those that are marked as damaged.
    ///
    /// # Errors
    /// The destination can't be read.
    pub fn archives(&self) -> Result<Vec<ArchiveName>> {
        let mut names = self.all_archives()?;
        names.retain(|name| !name.is_damaged());
        Ok(names)
    }

    /// As [`Self::archives`], with those that are marked as damaged.
    ///
    /// # Errors
    /// The destination can't be read.
    pub fn all_archives(&self) -> Result<Vec<ArchiveName>> {
        let mut names = match self {
            Self::Folder(folder) => folder.archives()?,
            Self::Bucket(bucket) => bucket.archives()?,
        };
        names.sort();
        Ok(names)
    }

    /// Calls `visit` with the checksum and the size of each photo there.
    ///
    /// # Errors
    /// The destination can't be read; what `visit` returns.
    pub fn each_photo(&self, visit: &mut dyn FnMut([u8; 32], u64) -> Result<()>) -> Result<()> {
        match self {
            Self::Folder(folder) => folder.each_photo(visit),
            Self::Bucket(bucket) => bucket.each_photo(visit),
        }
    }

    /// The checksums and sizes of the photos there.
    ///
    /// # Errors
    /// As [`Self::each_photo`].
    pub fn photos(&self) -> Result<TempHashMap> {
        let photos = TempHashMap::new()?;
        self.each_photo(&mut |sum, bytes| Ok(photos.add(&sum, bytes)?))?;
        Ok(photos)
    }

    /// How many bytes of archives a backup reads again: what is in a bucket has a price.
    pub fn archives_read_again(&self) -> u64 {
        match self {
            Self::Folder(_) => u64::MAX,
            Self::Bucket(_) => 1024 * 1024 * 1024,
        }
    }

    /// How many bytes of photos that are there a backup reads again.
    pub fn photos_read_again(&self) -> u64 {
        match self {
            Self::Folder(_) => 1024 * 1024 * 1024,
            Self::Bucket(_) => 64 * 1024 * 1024,
        }
    }

    /// Begins an archive.
    ///
    /// # Errors
    /// The destination can't be written to; there is such a file.
    pub fn create(&self, file: &str) -> Result<NewFile> {
        match self {
            Self::Folder(folder) => Ok(NewFile::Folder(folder.create(file, true)?)),
            Self::Bucket(bucket) => {
                bucket.check_unused(file)?;
                Ok(NewFile::Object(Upload::new(bucket.clone(), file)))
            }
        }
    }

    /// Keeps a photo, which may be there already.
    ///
    /// # Errors
    /// The destination can't be written to.
    pub fn put_photo(&self, sum: &[u8; 32], bytes: &mut PhotoBytes) -> Result<()> {
        let key = key_of(sum);
        let mut file = match self {
            Self::Folder(folder) => NewFile::Folder(folder.create(&key, false)?),
            Self::Bucket(bucket) => NewFile::Object(Upload::new(bucket.clone(), &key)),
        };
        io::copy(&mut bytes.reader()?, &mut file)
            .map_err(anyhow::Error::from)
            .and_then(|_| file.finish())
            .with_context(|| format!("A photo can't be written to {self}"))
    }

    /// The bytes of a file; `None` if it isn't there.
    ///
    /// # Errors
    /// The destination can't be read.
    pub fn read(&self, file: &str) -> Result<Option<StoredArchive>> {
        match self {
            Self::Folder(folder) => folder.read(file),
            Self::Bucket(bucket) => bucket.read(file),
        }
    }

    /// The bytes of a photo, or what is wrong with them. Large ones that aren't files here are put into `folder`, without a
    /// name.
    ///
    /// # Errors
    /// The destination can't be read, or the folder can't be written to.
    pub fn read_photo(
        &self,
        photo: &KnownPhoto,
        folder: &Path,
    ) -> Result<Result<PhotoBytes, String>> {
        match self {
            Self::Folder(from) => {
                let file = from.open_file(&key_of(&photo.sha256))?;
                self.judge(photo, file.map(|file| PhotoBytes::of_file(file, photo)))
            }
            Self::Bucket(from) => {
                let taken = match from.read(&key_of(&photo.sha256))? {
                    Some(found) if found.size == photo.bytes => {
                        Some(PhotoBytes::take(found.bytes, photo, folder)?)
                    }
                    Some(_) => Some(Ok(None)),
                    None => None,
                };
                self.judge(photo, taken)
            }
        }
    }

    /// Reads the bytes of a photo. Returns what is wrong with them, if anything is.
    ///
    /// # Errors
    /// The destination can't be read.
    pub fn check_photo(&self, photo: &KnownPhoto) -> Result<Result<(), String>> {
        let checked = self.read(&key_of(&photo.sha256))?.map(|mut found| {
            let is_whole = found.size == photo.bytes && is_whole(&mut found.bytes, photo)?;
            Ok(is_whole.then_some(()))
        });
        self.judge(photo, checked)
    }

    /// What is wrong with a photo: it isn't there, can't be read, or has other bytes.
    fn judge<T>(
        &self,
        photo: &KnownPhoto,
        read: Option<io::Result<Option<T>>>,
    ) -> Result<Result<T, String>> {
        let key = key_of(&photo.sha256);
        match (self, read) {
            (_, None) => Ok(Err(format!("its file {key} is missing from {self}"))),
            (_, Some(Ok(Some(read)))) => Ok(Ok(read)),
            (_, Some(Ok(None))) => Ok(Err(format!(
                "the bytes of its file {key} in {self} have changed"
            ))),
            // A disk may have lost this one, and no other.
            (Self::Folder(_), Some(Err(error))) => Ok(Err(format!(
                "its file {key} in {self} can't be read: {error}"
            ))),
            (Self::Bucket(_), Some(Err(error))) => Err(error.into()),
        }
    }

    /// Deletes an archive.
    ///
    /// # Errors
    /// The destination can't be written to.
    pub fn delete_archive(&self, name: &ArchiveName) -> Result<()> {
        self.delete(&name.to_string())
    }

    /// Deletes a photo.
    ///
    /// # Errors
    /// The destination can't be written to.
    pub fn delete_photo(&self, sum: &[u8; 32]) -> Result<()> {
        self.delete(&key_of(sum))
    }

    /// Deletes a file.
    ///
    /// # Errors
    /// The destination can't be written to.
    pub fn delete(&self, key: &str) -> Result<()> {
        match self {
            Self::Folder(folder) => folder.delete(key),
            Self::Bucket(bucket) => bucket.delete(key),
        }
    }

    /// Deletes what killed backups have left here; `archive` is the file that is to be made.
    ///
    /// # Errors
    /// The destination can't be read or written to.
    pub fn remove_leftovers(&self, archive: &str) -> Result<()> {
        match self {
            Self::Folder(folder) => folder.remove_leftovers(),
            Self::Bucket(bucket) => bucket.remove_leftovers(archive),
        }
    }
}

/// Where a photo is in a destination: `photos/3f/3f…`.
pub fn key_of(sum: &[u8; 32]) -> String {
    let sum = hex::encode(sum);
    format!("photos/{}/{sum}", &sum[..2])
}

/// The checksum of the photo whose file this is.
fn sum_of(key: &str) -> Option<[u8; 32]> {
    let name = key.strip_prefix("photos/")?.split_once('/')?.1;
    let mut sum = [0; 32];
    hex::decode_to_slice(name, &mut sum).ok()?;
    (key_of(&sum) == key).then_some(sum)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_file_of_a_photo_has_a_sum() {
        let key = key_of(&[0x3f; 32]);
        assert_eq!(sum_of(&key), Some([0x3f; 32]));
        for other in [
            "photos/3f/3f",
            &key.to_uppercase(),
            &key.replace("/3f/", "/3e/"),
            &key[7..],
            &format!("{key}0"),
            "shared-spaces-20251124T160000Z.tar.zst",
        ] {
            assert_eq!(sum_of(other), None, "{other}");
        }
    }
}
