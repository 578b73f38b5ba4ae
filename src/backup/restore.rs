//! From an archive to a data folder that can be served.
//!
//! While it runs, the folder `.restore` is in the data folder, which nothing else then opens. The database comes last, by
//! one rename: where there is a database, everything else is there.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};

use super::archive::{self, Contents, DATABASE, KEY, Manifest, Packed, PhotoLocation};
use super::progress::Progress;
use crate::backup::blocking::{Blocking, OrderedPool};
use crate::backup::destination::{ArchiveRef, Destination};
use crate::backup::installation_id;
use crate::backup::photo_bytes::PhotoBytes;
use crate::backup::shared_photos;
use crate::backup::snapshot;
use crate::backup::work_dir::{make_private_folder, remove};
use crate::config::Config;
use crate::data_dir::PHOTOS;
use crate::data_dir::copied;
use crate::data_dir::restored::{self, UNFINISHED, is_unfinished};
use crate::domain::photo_name::PhotoName;
use crate::domain::photos::KnownPhoto;
use crate::fs::atomic::TEMP_PREFIX;
use crate::fs::durable::fsync_dir;
use crate::fs::missing::{optional, remove_if_exists};
use crate::storage;
use crate::storage::PhotoStore;

/// What may be in an empty data folder: locks, and what a new disk brings.
const NOTHING: [&str; 4] = ["serve.lock", "backup.lock", "shared-spaces.db.lock", LOST];
/// What an unfinished restore leaves.
const REMAINS: [&str; 6] = [
    UNFINISHED,
    PHOTOS,
    KEY,
    installation_id::FILE,
    restored::FILE,
    copied::FILE,
];
/// What a new disk brings.
const LOST: &str = "lost+found";

/// What was restored.
pub struct Restored {
    pub manifest: Manifest,
    pub photos: u64,
    pub bytes: u64,
    /// Photos that the archive doesn't have, or has damaged.
    pub without: Vec<PhotoName>,
}

/// Refuses a data folder that isn't empty. What an unfinished restore has left doesn't count.
///
/// # Errors
/// Something is in it, or it can't be read.
pub fn check_empty(data_dir: &Path) -> Result<()> {
    let reading = || format!("The data folder {} can't be read", data_dir.display());
    let Some(entries) = optional(fs::read_dir(data_dir)).with_context(reading)? else {
        return Ok(());
    };
    let unfinished = is_unfinished(data_dir);
    for entry in entries {
        let name = entry.with_context(reading)?.file_name();
        let name = name.to_string_lossy();
        let fine = NOTHING.contains(&&*name)
            || unfinished && (REMAINS.contains(&&*name) || name.starts_with(TEMP_PREFIX))
            || name == PHOTOS && is_empty(&data_dir.join(PHOTOS))?;
        ensure!(
            fine,
            "The data folder {} isn't empty: {name} is in it. A backup can only be restored into an empty folder: name \
            another with --data-dir, or move what is there elsewhere",
            data_dir.display()
        );
    }
    Ok(())
}

/// Whether nothing is in a folder, which may be a disk of its own.
fn is_empty(folder: &Path) -> Result<bool> {
    let entries = fs::read_dir(folder)
        .with_context(|| format!("The folder {} can't be read", folder.display()))?;
    Ok(entries.flatten().all(|entry| entry.file_name() == LOST))
}

/// Restores an archive into the data folder and the store that the settings name. Calls `report` with each photo that
/// is missing or damaged. With `incomplete`, the restore continues without these.
///
/// # Errors
/// The data folder isn't empty; the archive is damaged, incomplete, or from a newer version; something can't be read or
/// written; it was cancelled. The data folder is then as empty as before.
pub fn restore(
    archive: &ArchiveRef,
    config: &Config,
    incomplete: bool,
    blocking: &Blocking,
    progress: &Progress,
    report: impl FnMut(&str, &str),
) -> Result<Restored> {
    let data = &config.data_dir;
    check_empty(data)?;
    // Before anything is made, whether there is an archive at all.
    let bytes = archive.read(progress)?;
    clear(data)?;
    let work_dir = data.join(UNFINISHED);
    make_private_folder(&work_dir)?;
    sync(data)?;
    let mut run = Run {
        archive,
        data,
        work_dir,
        store: storage::open(config.photos.store, config)?,
        incomplete,
        blocking,
        progress,
        report,
    };
    let restored = run.execute(bytes);
    if restored.is_err()
        && let Err(error) = clear(data)
    {
        tracing::warn!(
            error = format!("{error:#}"),
            "could not delete an unfinished restore"
        );
    }
    restored
}

/// Deletes what is left of a restore that was killed after everything was in its place. Right only while none is running, in
/// a folder with a database.
///
/// # Errors
/// It can't be deleted.
pub fn remove_leftovers(data_dir: &Path) -> Result<()> {
    remove(&data_dir.join(UNFINISHED))
}

/// Deletes what an unfinished restore has left in the data folder, `.restore` last.
fn clear(data: &Path) -> Result<()> {
    if !is_unfinished(data) {
        return Ok(());
    }
    let deleting = |path: &Path| {
        format!(
            "The leftover of an earlier restore, {}, can't be deleted",
            path.display()
        )
    };
    for entry in fs::read_dir(data)?.flatten() {
        if entry.file_name().to_string_lossy().starts_with(TEMP_PREFIX) {
            remove_if_exists(&entry.path()).with_context(|| deleting(&entry.path()))?;
        }
    }
    for name in REMAINS.iter().rev() {
        let path = data.join(name);
        let deleted = match *name {
            PHOTOS => empty(&path),
            _ if path.is_dir() => fs::remove_dir_all(&path),
            _ => fs::remove_file(&path),
        };
        optional(deleted).with_context(|| deleting(&path))?;
    }
    Ok(())
}

/// Deletes what is in a folder, and the folder too unless it is a disk of its own.
fn empty(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_name() == LOST {
            continue;
        }
        if entry.file_type()?.is_dir() {
            fs::remove_dir_all(entry.path())?;
        } else {
            fs::remove_file(entry.path())?;
        }
    }
    match fs::remove_dir(folder) {
        Err(error)
            if !matches!(
                error.kind(),
                ErrorKind::ResourceBusy | ErrorKind::DirectoryNotEmpty
            ) =>
        {
            Err(error)
        }
        _ => Ok(()),
    }
}

fn sync(folder: &Path) -> Result<()> {
    fsync_dir(folder)
        .with_context(|| format!("The folder {} can't be written to", folder.display()))
}

struct Run<'a, T> {
    archive: &'a ArchiveRef,
    data: &'a Path,
    work_dir: PathBuf,
    store: PhotoStore,
    incomplete: bool,
    blocking: &'a Blocking,
    progress: &'a Progress,
    report: T,
}

impl<T: FnMut(&str, &str)> Run<'_, T> {
    fn execute(&mut self, bytes: Packed<impl io::Read>) -> Result<Restored> {
        let blocking = self.blocking;
        blocking.block_on(self.store.prepare())?;
        let contents = {
            let mut pool = OrderedPool::new(blocking);
            let contents = archive::read(bytes, &self.work_dir, |photo, bytes| {
                let Some(bytes) = PhotoBytes::take(bytes, photo, &self.work_dir)?? else {
                    return Ok(false);
                };
                let (store, blocking, photo) =
                    (self.store.clone(), blocking.clone(), photo.clone());
                pool.push(move || put(&store, &blocking, &photo, bytes))?;
                Ok(true)
            });
            let unusable = || format!("The archive {} can't be used", self.archive);
            let contents = blocking.context(contents, unusable)?;
            while pool.pull()?.is_some() {}
            contents
        };
        if let Some(damage) = contents.snapshot.integrity_check()? {
            bail!(
                "The database in the archive {} is damaged: {damage}",
                self.archive
            );
        }
        let outcome = &contents.outcome;
        let mut restored = Restored {
            manifest: contents.manifest.clone(),
            photos: outcome.photos,
            bytes: outcome.bytes,
            without: Vec::new(),
        };
        for lost in &outcome.lost {
            (self.report)(lost.photo.0.as_str(), &lost.why);
            restored.without.push(lost.photo.0.clone());
        }
        self.is_enough(&restored)?;
        if contents.manifest.photos == PhotoLocation::External {
            self.shared_photos(&contents, &mut restored)?;
            self.is_enough(&restored)?;
        }
        self.progress.end();

        let mut gone = restored.without.clone();
        gone.extend(outcome.deleted.iter().map(|deleted| deleted.0.clone()));
        let (database, key) = (contents.database, contents.key);
        let installation = contents.manifest.installation;
        drop(contents.snapshot);
        snapshot::prepare_restored(&database, &gone)
            .context("The database of the archive can't be brought up to date")?;
        blocking.check_cancelled()?;
        installation_id::restore(self.data, &installation, &key)?;
        restored::mark(self.data, &self.archive.to_string())?;
        self.put_in_place(&key, &database)?;
        Ok(restored)
    }

    fn shared_photos(&mut self, contents: &Contents, restored: &mut Restored) -> Result<()> {
        self.progress
            .begin("restoring photos", contents.outcome.bytes)?;
        let (store, blocking) = (self.store.clone(), self.blocking.clone());
        let folder = self.work_dir.clone();
        let store_one = move |from: &Destination, photo: &KnownPhoto| {
            let bytes = match from.read_photo(photo, &folder)? {
                Ok(bytes) => bytes,
                Err(problem) => return Ok(Err(problem)),
            };
            put(&store, &blocking, photo, bytes)?;
            Ok(Ok(()))
        };
        let destination = &self.archive.destination;
        let then = |photo: KnownPhoto, found: Result<(), String>| {
            self.progress.advance(photo.bytes);
            if let Err(problem) = found {
                (self.report)(photo.name.as_str(), &problem);
                // What the archive says isn't compared with what it has before the end.
                restored.photos = restored.photos.saturating_sub(1);
                restored.bytes = restored.bytes.saturating_sub(photo.bytes);
                restored.without.push(photo.name);
            }
            Ok(())
        };
        shared_photos::each_photo(contents, destination, self.blocking, store_one, then)
    }

    fn is_enough(&self, restored: &Restored) -> Result<()> {
        let without = &restored.without;
        ensure!(
            without.is_empty() || self.incomplete,
            "Photos that are missing or damaged in the archive {}: {}. To restore without them, run the command again \
            with --incomplete",
            self.archive,
            without.len()
        );
        Ok(())
    }

    /// The last step, after which everything is there.
    fn put_in_place(&self, key: &Path, database: &Path) -> Result<()> {
        let moving = || {
            format!(
                "The data folder {} can't be written to",
                self.data.display()
            )
        };
        fs::rename(key, self.data.join(KEY)).with_context(moving)?;
        sync(self.data)?;
        fs::rename(database, self.data.join(DATABASE)).with_context(moving)?;
        sync(self.data)?;
        // It has done its part. If it can't be deleted now, the next start of the server does it.
        if let Err(error) = remove(&self.work_dir) {
            tracing::warn!(
                error = format!("{error:#}"),
                "could not delete what a restore has left; the next start of the server does"
            );
        }
        Ok(())
    }
}

/// Puts a photo into the store of its space. One that is there and the same stays; a different one must not be replaced.
fn put(
    store: &PhotoStore,
    blocking: &Blocking,
    photo: &KnownPhoto,
    bytes: PhotoBytes,
) -> Result<()> {
    let name = &photo.name;
    let is_there = blocking.block_on(async {
        let Some(there) = store.open(name).await? else {
            return Ok(false);
        };
        let same = there.bytes == photo.bytes && there.sha256().await? == photo.sha256;
        ensure!(
            same,
            "The store already has another photo {name}, which was kept. If it is damaged, delete it; if these are the \
            photos of another installation, change the settings"
        );
        Ok(true)
    });
    if is_there? {
        return Ok(());
    }
    let put = store.put_in_space(name, bytes.into_body()?);
    match store {
        // A file is written to its end even if nothing waits for it, and must be there before it is deleted.
        PhotoStore::Local(_) => blocking.block_on_uncancellable(put),
        PhotoStore::S3(_) => blocking.block_on(put),
    }
}
