//! Photos in folders: `temp/<space>-<file>` and `space-id-<space>/<file>`; their previews in
//! `previews/space-id-<space>/<file>.<size>`.

// Whether the folder is the right one.
mod home;

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use bytes::Bytes;
use picture::PreviewSize;

use self::home::Home;
use super::{Moved, Source, StoredPhoto};
use crate::check::Check;
use crate::data_dir::SPACE_PREFIX;
use crate::domain::photo_name::PhotoName;
use crate::fs::atomic::{persist_making, temp_file, temp_file_with};
use crate::fs::durable::{create_dir_all_durable, fsync_dir};
use crate::fs::missing::{
    optional, remove_dir_all_if_exists, remove_dir_if_empty, remove_if_exists,
};

/// What the names of files that are still being written begin with.
const PART: &str = ".part-";
/// The folder of previews.
const PREVIEWS: &str = "previews";

/// The folder that holds the stores.
#[derive(Clone, Debug)]
pub struct LocalStore {
    home: Arc<Home>,
}

impl LocalStore {
    /// Opens the stores below `root`, and makes the folders that are missing.
    ///
    /// # Errors
    /// A folder can't be made.
    pub fn open_at(root: &Path) -> Result<Self> {
        let making = || format!("The folder {} can't be created", root.display());
        create_dir_all_durable(root).with_context(making)?;
        let store = Self {
            home: Arc::new(Home::open(root)?),
        };
        store.make_temp().with_context(making)?;
        Ok(store)
    }

    /// Makes the temporary folder again, if it isn't there.
    fn make_temp(&self) -> io::Result<()> {
        self.home.check()?;
        self.home.make(&self.temp())
    }

    /// Whether photos can be stored and shown.
    pub(super) async fn check(&self) -> Result<()> {
        let store = self.clone();
        blocking(move || store.make_temp())
            .await
            .context("Photos can't be stored or shown")
    }

    /// Moves a file as a photo is moved.
    pub(super) async fn run_checks(&self, tell: &mut impl FnMut(Check)) {
        let (temp, root) = (self.temp(), self.home.root().to_owned());
        let moved = blocking(move || {
            let probe = temp_file(&temp, PART)?;
            let to = temp_file(&root, PART)?;
            fs::rename(probe.path(), to.path())
        });
        let shown = self.home.root().display();
        tell(match moved.await {
            Ok(()) => Check::ok(format!("Photos can be stored and moved within {shown}")),
            Err(error) => Check::failed(format!(
                "Photos can't be stored and moved within {shown}: {error}. The account that runs the server must be \
                 allowed to write there, and all folders in it must be on one disk"
            )),
        });
    }

    pub(super) async fn put_temporary(&self, name: &PhotoName, bytes: Bytes) -> Result<()> {
        let (store, path) = (self.clone(), self.temporary(name));
        blocking(move || store.write(&path, &bytes))
            .await
            .with_context(|| format!("The photo {name} can't be stored"))
    }

    pub(super) async fn put_in_space(&self, name: &PhotoName, bytes: Vec<u8>) -> Result<()> {
        let (store, path) = (self.clone(), self.in_space(name));
        let put = blocking(move || {
            store.write(&path, &bytes)?;
            fsync_dir(store.home.root())
        });
        put.await
            .with_context(|| format!("The photo {name} can't be stored"))
    }

    pub(super) async fn put_preview(
        &self,
        name: &PhotoName,
        size: PreviewSize,
        bytes: Vec<u8>,
    ) -> Result<()> {
        let (store, path) = (self.clone(), self.preview(name, size));
        blocking(move || store.write(&path, &bytes))
            .await
            .with_context(|| format!("A preview of the photo {name} can't be stored"))
    }

    pub(super) async fn move_to_space(&self, name: &PhotoName) -> Result<Moved> {
        let (from, to) = (self.temporary(name), self.in_space(name));
        let (home, folder) = (Arc::clone(&self.home), self.space(name));
        blocking(move || {
            home.check()?;
            loop {
                home.make(&folder)?;
                match optional(fs::rename(&from, &to))? {
                    Some(()) => break,
                    // The folder went meanwhile, with the last photo that was in it.
                    None if from.is_file() => {}
                    None if to.is_file() => return Ok(Moved::Already),
                    None => return Ok(Moved::Missing),
                }
            }
            fsync_dir(&folder)?;
            // Another worker may have made the folder, and not synced it yet. The folder that the photo has left needn't be
            // synced: should it be in both after a power cut, it is read from this one and deleted from both.
            fsync_dir(home.root())?;
            home.check()?;
            Ok(Moved::Done)
        })
        .await
        .with_context(|| format!("The photo {name} can't be moved into the folder of its space"))
    }

    pub(super) async fn is_in_space(&self, name: &PhotoName) -> Result<bool> {
        let (home, path) = (Arc::clone(&self.home), self.in_space(name));
        blocking(move || home.check().and_then(|()| fs::exists(path)))
            .await
            .with_context(|| format!("The photo {name} can't be found"))
    }

    pub(super) async fn open(&self, name: &PhotoName) -> Result<Option<StoredPhoto>> {
        // In its space, in staging, and in its space again: it may have been moved between the first two looks.
        let paths = [
            self.in_space(name),
            self.temporary(name),
            self.in_space(name),
        ];
        let home = Arc::clone(&self.home);
        blocking(move || home.check().and_then(|()| first_of(paths)))
            .await
            .with_context(|| format!("The photo {name} can't be opened"))
    }

    pub(super) async fn open_preview(
        &self,
        name: &PhotoName,
        size: PreviewSize,
    ) -> Result<Option<StoredPhoto>> {
        let (home, path) = (Arc::clone(&self.home), self.preview(name, size));
        blocking(move || home.check().and_then(|()| first_of([path])))
            .await
            .with_context(|| format!("A preview of the photo {name} can't be opened"))
    }

    pub(super) async fn delete(&self, name: &PhotoName) -> Result<()> {
        // The temporary one first: a worker that moves the photo meanwhile has then moved it to where we look next. Its
        // previews come after it.
        let photo = [self.temporary(name), self.in_space(name)];
        let (folder, previews) = (self.space(name), self.both_previews(name));
        let folder_of_previews = self.previews(name.space());
        let home = Arc::clone(&self.home);
        blocking(move || {
            // What isn't in another folder isn't gone.
            home.check()?;
            remove(&photo, &folder)?;
            remove(&previews, &folder_of_previews)
        })
        .await
        .with_context(|| format!("The photo {name} can't be deleted"))
    }

    pub(super) async fn delete_previews(&self, name: &PhotoName) -> Result<()> {
        let (previews, folder) = (self.both_previews(name), self.previews(name.space()));
        let home = Arc::clone(&self.home);
        blocking(move || home.check().and_then(|()| remove(&previews, &folder)))
            .await
            .with_context(|| format!("The previews of the photo {name} can't be deleted"))
    }

    pub(super) async fn sync_deletions(&self, names: &[PhotoName]) -> Result<()> {
        let folders = |name| [self.space(name), self.previews(name.space())];
        let mut folders: Vec<PathBuf> = names.iter().flat_map(folders).collect();
        folders.sort();
        folders.dedup();
        let root = self.home.root();
        folders.extend([self.temp(), root.join(PREVIEWS), root.to_owned()]);
        let home = Arc::clone(&self.home);
        blocking(move || {
            home.check()?;
            for folder in folders {
                // It may have gone with its last photo.
                optional(fsync_dir(&folder))?;
            }
            Ok(())
        })
        .await
        .context("The folders of deleted photos can't be synced")
    }

    /// Of the space itself, nothing is left when its last photo is gone.
    pub(super) async fn delete_space(&self, space: &str) -> Result<()> {
        let (home, folder) = (Arc::clone(&self.home), self.previews(space));
        blocking(move || {
            home.check()?;
            remove_dir_all_if_exists(&folder)
        })
        .await
        .with_context(|| format!("The previews of space {space} can't be deleted"))
    }

    pub(super) async fn list_temporary(&self, age: Duration) -> Result<Vec<PhotoName>> {
        let (store, temp) = (self.clone(), self.temp());
        blocking(move || {
            // What lies in another folder is somebody else's.
            store.make_temp()?;
            let mut names = Vec::new();
            for entry in fs::read_dir(&temp)? {
                let entry = entry?;
                let Some(metadata) = optional(entry.metadata())? else {
                    continue;
                };
                // A time in the future, after the clock was set back, counts as just now.
                let old = metadata.modified()?.elapsed().unwrap_or_default() >= age;
                let file_name = entry.file_name();
                let Some(file_name) = file_name.to_str().filter(|_| old) else {
                    continue;
                };
                if let Ok(name) = file_name.parse() {
                    names.push(name);
                } else if file_name.starts_with(PART) {
                    remove_if_exists(&entry.path())?;
                }
            }
            Ok(names)
        })
        .await
        .with_context(|| format!("The folder {} can't be read", self.temp().display()))
    }

    /// Writes a file durably, in the staging store until it is whole: a crash leaves no half photo under the real name. The
    /// folder is made if it isn't there, and so is the temporary one, which somebody may have cleared away.
    fn write(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        self.make_temp()?;
        let part = temp_file_with(&self.temp(), PART, bytes)?;
        persist_making(part, path, |folder| self.home.make(folder))?;
        // What was written into a folder that went meanwhile isn't kept.
        self.home.check()
    }

    fn temp(&self) -> PathBuf {
        self.home.root().join("temp")
    }

    fn temporary(&self, name: &PhotoName) -> PathBuf {
        self.temp().join(name.as_str())
    }

    fn space(&self, name: &PhotoName) -> PathBuf {
        self.home
            .root()
            .join(format!("{SPACE_PREFIX}{}", name.space()))
    }

    fn in_space(&self, name: &PhotoName) -> PathBuf {
        self.space(name).join(name.file())
    }

    fn previews(&self, space: &str) -> PathBuf {
        let root = self.home.root();
        root.join(PREVIEWS).join(format!("{SPACE_PREFIX}{space}"))
    }

    fn preview(&self, name: &PhotoName, size: PreviewSize) -> PathBuf {
        let file = format!("{}.{}", name.file(), size.as_str());
        self.previews(name.space()).join(file)
    }

    fn both_previews(&self, name: &PhotoName) -> [PathBuf; 2] {
        [PreviewSize::Large, PreviewSize::Small].map(|size| self.preview(name, size))
    }
}

/// Removes files that may not be there, and the folder with the last that is in it: it comes back with the next.
fn remove(paths: &[PathBuf], folder: &Path) -> io::Result<()> {
    for path in paths {
        remove_if_exists(path)?;
    }
    remove_dir_if_empty(folder)
}

/// Opens the first of these files that is there.
fn first_of(paths: impl IntoIterator<Item = PathBuf>) -> io::Result<Option<StoredPhoto>> {
    for path in paths {
        if let Some(file) = optional(File::open(path))? {
            return Ok(Some(StoredPhoto {
                bytes: file.metadata()?.len(),
                source: Source::File(tokio::fs::File::from_std(file)),
            }));
        }
    }
    Ok(None)
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(io::Error::other)?
}
