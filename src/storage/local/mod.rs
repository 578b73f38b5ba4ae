//! Photos in folders: `temp/<space>-<file>` and `space-id-<space>/<file>`; their previews in
//! `previews/space-id-<space>/<file>.<size>`, and posters and renditions of films in `<file>.poster` and
//! `<file>.rendition` next to these.

// Whether the folder is the right one.
mod home;
// All of its files.
mod inventory;
// Whether photos can be moved within it.
mod probe;

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use tempfile::NamedTempFile;
use tokio::io::{AsyncReadExt, AsyncWriteExt, BufReader};

use self::home::Home;
pub(super) use self::probe::FolderFound;
use super::body::{LinkedFile, SMALL, Stream};
use super::key::{CLAIM, POSTER, RENDITION};
use super::transfer::Transfer;
use super::{Body, Key};
use crate::data_dir::SPACE_PREFIX;
use crate::domain::photo_name::PhotoName;
use crate::fs::atomic::{persist_making, persist_path_making, temp_file, temp_file_with};
use crate::fs::durable::{create_dir_all_durable, fsync_dir, parent};
use crate::fs::missing::{
    optional, remove_dir_all_if_exists, remove_dir_if_empty, remove_if_exists,
};

/// What the names of files that are still being written begin with.
const PART: &str = ".part-";
/// The bytes of a stream that are in memory at once.
const CHUNK: usize = 256 * 1024;
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

    pub(super) async fn put(&self, key: &Key, body: Body) -> Result<()> {
        self.write(key, body)
            .await
            .with_context(|| format!("{key} can't be stored"))
    }

    pub(super) async fn transfer(&self, from: &Key, to: &Key) -> Result<Transfer> {
        let (store, from, path) = (self.clone(), self.path(from), self.path(to));
        blocking(move || {
            store.home.check()?;
            let folder = parent(&path);
            while optional(fs::rename(&from, &path))?.is_none() {
                if !fs::exists(&from)? {
                    return Ok(Transfer::NoSource);
                }
                // The folder isn't there yet, or went meanwhile with the last photo that was in it.
                store.home.make(folder)?;
            }
            fsync_dir(folder)?;
            // Another worker may have made the folder, and not synced it yet. The folder that the photo has left needn't be
            // synced: should it be in both after a power cut, it is read from this one and deleted from both.
            fsync_dir(store.home.root())?;
            store.home.check()?;
            Ok(Transfer::Moved)
        })
        .await
        .with_context(|| format!("{to} can't be moved into the folder of its space"))
    }

    pub(super) async fn exists(&self, key: &Key) -> Result<bool> {
        let (home, path) = (Arc::clone(&self.home), self.path(key));
        blocking(move || home.check().and_then(|()| fs::exists(path)))
            .await
            .with_context(|| format!("{key} can't be found"))
    }

    /// The size of a file, and the file.
    pub(super) async fn open(&self, key: &Key) -> Result<Option<(u64, tokio::fs::File)>> {
        let (home, path) = (Arc::clone(&self.home), self.path(key));
        let open = move || {
            home.check()?;
            let Some(file) = optional(File::open(path))? else {
                return Ok(None);
            };
            let metadata = file.metadata()?;
            // A folder can be opened, and has a length.
            if metadata.is_dir() {
                return Err(io::ErrorKind::IsADirectory.into());
            }
            Ok(Some((metadata.len(), tokio::fs::File::from_std(file))))
        };
        blocking(open)
            .await
            .with_context(|| format!("{key} can't be opened"))
    }

    pub(super) async fn remove(&self, keys: &[Key]) -> Result<()> {
        let Some(first) = keys.first() else {
            return Ok(());
        };
        let paths: Vec<_> = keys.iter().map(|key| self.path(key)).collect();
        let store = self.clone();
        let remove = move || {
            // What isn't in another folder isn't gone.
            store.home.check()?;
            for path in &paths {
                remove_if_exists(path)?;
            }
            let mut folders: Vec<_> = paths.iter().map(|path| parent(path)).collect();
            folders.dedup();
            // A folder is deleted with the last file in it, and made again for the next. That of the staging store stays.
            for folder in folders {
                if folder != store.temp() {
                    remove_dir_if_empty(folder)?;
                }
            }
            Ok(())
        };
        blocking(remove)
            .await
            .with_context(|| format!("{first} can't be deleted"))
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

    /// Nothing of the space is left when its last photo is gone.
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
            // Files in another folder belong to something else.
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
    /// folder is made if it isn't there, and so is the temporary one, which may have been deleted by hand.
    async fn write(&self, key: &Key, body: Body) -> io::Result<()> {
        let (store, path) = (self.clone(), self.path(key));
        let is_in_space = matches!(key, Key::Original(_));
        let body = match body {
            Body::Linked(file) => {
                let (linking, path) = (store.clone(), path.clone());
                let linked = blocking(move || linking.link(file, &path, is_in_space)).await?;
                match linked {
                    None => return Ok(()),
                    Some(file) => Body::Linked(file).readable(SMALL).await?,
                }
            }
            body => body,
        };
        let finish = move |store: Self, part: NamedTempFile| {
            persist_making(part, &path, |folder| store.home.make(folder))?;
            if is_in_space {
                // Another process may have made the folder of the space, and not synced it yet.
                fsync_dir(store.home.root())?;
            }
            // What was written into a folder that went meanwhile isn't kept.
            store.home.check()
        };
        let begin = move |store: &Self, bytes: &[u8]| {
            store.make_temp()?;
            temp_file_with(&store.temp(), PART, bytes)
        };
        let stream = match body {
            Body::Bytes(bytes) => {
                return blocking(move || {
                    let part = begin(&store, &bytes)?;
                    finish(store, part)
                })
                .await;
            }
            Body::Stream(stream) => stream,
            Body::Linked(_) => return Err(io::ErrorKind::InvalidInput.into()),
        };
        let starting = store.clone();
        let (part, file) = blocking(move || {
            let part = begin(&starting, &[])?;
            let file = part.as_file().try_clone()?;
            Ok((part, file))
        })
        .await?;
        receive(stream, tokio::fs::File::from_std(file)).await?;
        blocking(move || finish(store, part)).await
    }

    /// Gives a file that is on the disk a second name. The file itself where that can't be: it is on another disk, or in a file
    /// system without links.
    fn link(
        &self,
        file: LinkedFile,
        path: &Path,
        is_in_space: bool,
    ) -> io::Result<Option<LinkedFile>> {
        self.make_temp()?;
        // Under a name of its own until it takes the place of what was there, as everything does.
        let part = temp_file(&self.temp(), PART)?.into_temp_path();
        // By how long it has been here, the cleanup finds what was abandoned.
        let now = fs::metadata(&part)?.modified()?;
        let touched = fs::OpenOptions::new().append(true).open(&file.path);
        touched.and_then(|file| file.set_modified(now))?;
        remove_if_exists(&part)?;
        if fs::hard_link(&file.path, &part).is_err() {
            // Even if the file was deleted by hand: reading it says so.
            return Ok(Some(file));
        }
        persist_path_making(part, path, |folder| self.home.make(folder))?;
        if is_in_space {
            fsync_dir(self.home.root())?;
        }
        self.home.check()?;
        Ok(None)
    }

    /// The folder of the staging store.
    pub(super) fn temp(&self) -> PathBuf {
        self.home.root().join("temp")
    }

    fn space(&self, name: &PhotoName) -> PathBuf {
        self.home
            .root()
            .join(format!("{SPACE_PREFIX}{}", name.space()))
    }

    fn previews(&self, space: &str) -> PathBuf {
        let root = self.home.root();
        root.join(PREVIEWS).join(format!("{SPACE_PREFIX}{space}"))
    }

    fn path(&self, key: &Key) -> PathBuf {
        match key {
            Key::Staged(name) => self.temp().join(name.as_str()),
            Key::Original(name) => self.space(name).join(name.file()),
            Key::Preview(name, size) => {
                let file = format!("{}.{}", name.file(), size.as_str());
                self.previews(name.space()).join(file)
            }
            Key::Poster(name) | Key::Rendition(name) | Key::Claim(name) => {
                let form = match key {
                    Key::Poster(_) => POSTER,
                    Key::Claim(_) => CLAIM,
                    _ => RENDITION,
                };
                let file = format!("{}.{form}", name.file());
                self.previews(name.space()).join(file)
            }
        }
    }
}

/// Writes as many bytes as a stream states.
async fn receive(stream: Stream, mut file: tokio::fs::File) -> io::Result<()> {
    let Stream { length, reader } = stream;
    // One more than stated is enough to know that there are more.
    let mut reader = BufReader::with_capacity(CHUNK, reader.take(length.saturating_add(1)));
    let count = tokio::io::copy_buf(&mut reader, &mut file).await?;
    file.flush().await?;
    if count == length {
        Ok(())
    } else {
        Err(io::Error::new(
            io::ErrorKind::InvalidData,
            format!("another number of bytes came than the {length} that were said"),
        ))
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(io::Error::other)?
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};

    use picture::PreviewSize;

    use super::*;

    /// How often a folder may go and come.
    const ROUNDS: usize = 300;

    #[test]
    fn a_file_gets_its_second_name_though_the_last_in_that_folder_is_deleted_in_the_same_moment() {
        let folder = tempfile::tempdir().unwrap();
        let store = LocalStore::open_at(&folder.path().join("photos")).unwrap();
        let key = |name: &str| Key::Preview(name.parse().unwrap(), PreviewSize::Small);
        let (kept, last) = (key("1-1.jpg"), store.path(&key("1-2.jpg")));
        let file = folder.path().join("upload");
        fs::write(&file, b"preview").unwrap();
        let is_over = AtomicBool::new(false);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                while !is_over.load(Ordering::Relaxed) {
                    remove_dir_if_empty(parent(&last)).unwrap();
                }
            });
            for round in 0..ROUNDS {
                let linked = LinkedFile {
                    path: file.clone(),
                    length: 7,
                };
                let left = store.link(linked, &store.path(&kept), false);
                let is_linked = left.map(|file| file.is_none());
                if !matches!(is_linked, Ok(true)) {
                    is_over.store(true, Ordering::Relaxed);
                    panic!("in round {round}: {is_linked:?}");
                }
                fs::remove_file(store.path(&kept)).unwrap();
            }
            is_over.store(true, Ordering::Relaxed);
        });
    }
}
