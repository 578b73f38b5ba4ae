//! The files of uploads that wait for their share, in a folder of the data folder. Names are random, so that none is ever used
//! twice. Whose a file is, the rows of [`crate::domain::uploads`] say; until its row is there, it is held by its writer.

use std::collections::HashSet;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use picture::PreviewSize;

use crate::fs::atomic::remove_temp_files;
use crate::fs::durable::{create_dir_durable, fsync_dir};
use crate::fs::missing::{optional, remove_if_exists};
use crate::fs::private;

/// The folder in the data folder.
const FOLDER: &str = "uploads";

/// The folder of uploads; clones share what is being written there.
#[derive(Clone, Debug)]
pub struct UploadFolder {
    path: PathBuf,
    held: Arc<Mutex<HashSet<String>>>,
}

/// A file that no row names yet. It goes when this is dropped, unless it is [kept](Self::keep).
#[derive(Debug)]
pub struct HeldFile {
    folder: UploadFolder,
    name: String,
    is_kept: bool,
}

impl UploadFolder {
    /// That of this data folder.
    pub fn of(data_dir: &Path) -> Self {
        Self {
            path: data_dir.join(FOLDER),
            held: Arc::default(),
        }
    }

    /// Makes an empty file, whose name survives a power cut. Blocks.
    ///
    /// # Errors
    /// It can't be made.
    pub fn create(&self) -> io::Result<(HeldFile, File)> {
        create_dir_durable(&self.path)?;
        let held = self.hold()?;
        let path = self.path(&held.name);
        let file = private::open_options()
            .read(true)
            .create_new(true)
            .open(path)?;
        fsync_dir(&self.path)?;
        Ok((held, file))
    }

    /// Makes a file with these bytes, which survive a power cut. Blocks.
    ///
    /// # Errors
    /// It can't be written.
    pub fn write(&self, bytes: &[u8]) -> io::Result<HeldFile> {
        let (held, mut file) = self.create()?;
        file.write_all(bytes)?;
        file.sync_all()?;
        Ok(held)
    }

    fn hold(&self) -> io::Result<HeldFile> {
        let mut random = [0; 16];
        getrandom::fill(&mut random).map_err(io::Error::other)?;
        let name = hex::encode(random);
        self.lock().insert(name.clone());
        Ok(HeldFile {
            folder: self.clone(),
            name,
            is_kept: false,
        })
    }

    /// Opens a file to append after this many bytes. Anything more that a crash has left in it is cut off. Blocks.
    ///
    /// # Errors
    /// It can't be opened, or has fewer bytes.
    pub fn open_behind(&self, name: &str, bytes: u64) -> io::Result<File> {
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .open(self.path(name))?;
        if file.metadata()?.len() < bytes {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        file.set_len(bytes)?;
        io::Seek::seek(&mut file, io::SeekFrom::Start(bytes))?;
        Ok(file)
    }

    /// Where a file is.
    pub fn path(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// Where the preview of a clean photo is that is in this file, once it was made.
    pub fn preview(&self, name: &str, size: PreviewSize) -> PathBuf {
        self.path.join(format!("{name}.{}", size.as_str()))
    }

    /// Deletes a file that no row names any more, with its previews. Blocks.
    ///
    /// # Errors
    /// It is there and can't be deleted.
    pub fn remove(&self, name: &str) -> io::Result<()> {
        remove_if_exists(&self.path(name))?;
        for size in [PreviewSize::Small, PreviewSize::Large] {
            remove_if_exists(&self.preview(name, size))?;
        }
        Ok(())
    }

    /// The names of all files that aren't being written. If a row is then looked up and isn't there, its file is unused. Blocks.
    ///
    /// # Errors
    /// The folder can't be read.
    pub fn list(&self) -> io::Result<Vec<String>> {
        let Some(entries) = optional(fs::read_dir(&self.path))? else {
            return Ok(Vec::new());
        };
        // Halves of previews.
        remove_temp_files(&self.path)?;
        let mut names = Vec::new();
        for entry in entries {
            let name = entry?.file_name();
            // A preview is deleted with its photo.
            if let Some(name) = name.to_str().and_then(|name| name.split('.').next())
                && is_name(name)
            {
                names.push(name.to_owned());
            }
        }
        names.sort_unstable();
        names.dedup();
        // Afterwards, because what was let go by then has its row.
        let held = self.lock();
        names.retain(|name| !held.contains(name));
        Ok(names)
    }

    fn lock(&self) -> MutexGuard<'_, HashSet<String>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The previews of an upload that were made, large and small, with their lengths: all of them or none. Blocks.
///
/// # Errors
/// The folder can't be read.
pub fn find_previews(
    previews: [(PreviewSize, PathBuf); 2],
) -> io::Result<Vec<(PreviewSize, PathBuf, u64)>> {
    previews_by(previews, |path| fs::metadata(path).map(|file| file.len()))
}

/// The previews of an upload that are complete, the small one last, so that with it all is there. It is made last too, and looked for
/// first: otherwise the large one could be missing just when it is looked for, and the small one be there a moment later.
fn previews_by(
    [large, small]: [(PreviewSize, PathBuf); 2],
    mut length_of: impl FnMut(&Path) -> io::Result<u64>,
) -> io::Result<Vec<(PreviewSize, PathBuf, u64)>> {
    let mut found = Vec::new();
    let Some(bytes) = optional(length_of(&small.1))? else {
        return Ok(found);
    };
    // A picture that moves has none.
    if let Some(bytes) = optional(length_of(&large.1))? {
        found.push((large.0, large.1, bytes));
    }
    found.push((small.0, small.1, bytes));
    Ok(found)
}

fn is_name(name: &str) -> bool {
    name.len() == 32 && name.bytes().all(|byte| byte.is_ascii_hexdigit())
}

impl HeldFile {
    /// Its name in the folder.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Leaves the file where it is: a row names it, or may name it.
    pub fn keep(mut self) {
        self.is_kept = true;
    }
}

impl Drop for HeldFile {
    fn drop(&mut self) {
        if !self.is_kept
            && let Err(error) = self.folder.remove(&self.name)
        {
            tracing::warn!(%error, "could not delete an abandoned upload; will retry during cleanup");
        }
        self.folder.lock().remove(&self.name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_nobody_keeps_goes_and_one_that_is_being_written_is_not_listed() {
        let home = tempfile::tempdir().unwrap();
        let folder = UploadFolder::of(home.path());
        assert!(folder.list().unwrap().is_empty());
        let held = folder.write(b"a photo").unwrap();
        let name = held.name().to_owned();
        assert!(folder.list().unwrap().is_empty());
        held.keep();
        assert_eq!(folder.list().unwrap(), [name.as_str()]);
        fs::write(folder.preview(&name, PreviewSize::Small), b"small").unwrap();
        assert_eq!(folder.list().unwrap(), [name.as_str()]);
        folder.remove(&name).unwrap();
        assert_eq!(fs::read_dir(home.path().join(FOLDER)).unwrap().count(), 0);
        drop(folder.write(b"another").unwrap());
        assert_eq!(fs::read_dir(home.path().join(FOLDER)).unwrap().count(), 0);
    }

    #[test]
    fn what_a_crash_has_left_behind_the_bytes_that_count_is_cut_off() {
        let home = tempfile::tempdir().unwrap();
        let folder = UploadFolder::of(home.path());
        let held = folder.write(b"0123456789").unwrap();
        let mut file = folder.open_behind(held.name(), 4).unwrap();
        file.write_all(b"x").unwrap();
        assert_eq!(fs::read(folder.path(held.name())).unwrap(), b"0123x");
        assert!(folder.open_behind(held.name(), 6).is_err());
    }

    #[test]
    fn of_previews_that_are_being_made_all_are_taken_over_or_none() {
        let previews =
            || [PreviewSize::Large, PreviewSize::Small].map(|size| (size, size.as_str().into()));
        // They are made, the large one first, after this many looks.
        for made_after in 0..3 {
            let mut looks = 0;
            let found = previews_by(previews(), |_| {
                looks += 1;
                if looks > made_after {
                    Ok(9)
                } else {
                    Err(io::ErrorKind::NotFound.into())
                }
            });
            let sizes: Vec<_> = found.unwrap().into_iter().map(|(size, ..)| size).collect();
            let all = [PreviewSize::Large, PreviewSize::Small];
            assert!(sizes == all || sizes.is_empty(), "{sizes:?}");
        }
    }
}
