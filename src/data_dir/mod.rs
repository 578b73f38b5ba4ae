//! The data folder: that it is the one that is meant, and not the empty place at which a disk should be mounted.
//!
//! The first start leaves a marker in it, a file with an id, and the same one in the folder of the photos, which may be a
//! disk of its own. Where a marker is missing that should be there, nothing is started next to what people have.

// Whether there is room for photos.
pub mod disk_space;
// A data folder that is a copy of one next to it.
pub mod copied;
// What a restored data folder leaves alone.
pub mod hold;
// Whether there are photos in it.
mod photos;
// Private files.
pub mod permissions;
// A restored data folder next to its original.
pub mod restored;
// How much space the database takes, and how much there is.
pub mod sizes;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Read, Seek, Write};
use std::path::Path;

use anyhow::{Context, Result, anyhow, bail, ensure};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::check::sentence;
use crate::db::Db;
pub use crate::db::{LOCK, MARKER};
use crate::error::{Error, Failure};
use crate::fs::atomic::{self, TEMP_PREFIX, temp_file_with};
use crate::fs::durable;
use crate::fs::missing::optional;
pub use photos::{SPACE_PREFIX, has_photos};

/// The database in the data folder.
pub const DATABASE: &str = "shared-spaces.db";
/// The key that signs links, in the data folder.
pub const KEY: &str = "signing.key";
/// The folder of what was ordered by ACME, in the data folder: an account and a certificate, with their keys.
pub const ACME: &str = "acme";
/// The folder of the photos in the data folder.
pub const PHOTOS: &str = "photos";

/// Makes the data folder if it isn't there.
///
/// # Errors
/// It can't be made.
pub fn make(folder: &Path) -> Result<()> {
    durable::create_dir_all_durable(folder)
        .with_context(|| format!("The data folder {} can't be created", folder.display()))
}

/// Whether an earlier start has begun this folder. One that ended at once has left a database with nothing in it.
pub fn is_initialized(folder: &Path) -> bool {
    is_marked(folder) || fs::metadata(folder.join(DATABASE)).is_ok_and(|file| file.len() > 0)
}

/// Whether a server has locked this folder.
pub fn is_served(folder: &Path) -> bool {
    let lock = File::open(folder.join(LOCK));
    lock.is_ok_and(|lock| lock.try_lock_shared().is_err())
}

/// Whether this folder is certain to be the right one.
pub fn is_marked(folder: &Path) -> bool {
    read(&folder.join(MARKER)).is_ok_and(|id| id.is_some())
}

/// Refuses a folder from which a part is missing, one with another program's database, and with `expected` also one in which
/// nothing is. Changes nothing.
///
/// # Errors
/// A sentence that says what is missing and what to do.
pub fn check(folder: &Path, expected: bool) -> Result<()> {
    let shown = folder.display();
    let database = folder.join(DATABASE);
    check_files(folder)?;
    if is_marked(folder) {
        ensure!(
            fs::metadata(&database).is_ok_and(|file| file.len() > 0),
            "The database {} is gone: the file {MARKER} next to it says that it was there. Restore a backup. To start \
            over, move everything out of {shown}",
            database.display()
        );
    }
    if is_initialized(folder) {
        return Db::check_ours(&database);
    }
    ensure!(
        !has_photos(&folder.join(PHOTOS))?,
        "The data folder {shown} has photos but no database. Restore a backup. To start over, move the photos out of it"
    );
    ensure!(
        !expected,
        "The data folder {shown} is empty, although the setting expect_data says that it shouldn't be. If it is on a \
        disk of its own, mount that. If this is the first start, add --init"
    );
    Ok(())
}

/// Refuses what can't be a data folder, and one into which this account can't look: nothing would seem to be in it.
fn check_files(folder: &Path) -> Result<()> {
    let shown = folder.display();
    match fs::metadata(folder) {
        Ok(found) => ensure!(
            found.is_dir(),
            "The data folder {shown} is a file and not a folder: name another with --data-dir or the setting data_dir"
        ),
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) if error.kind() == ErrorKind::NotADirectory => bail!(
            "The data folder {shown} can't exist, because something above it is a file: name another with --data-dir \
            or the setting data_dir"
        ),
        Err(error) => {
            return Err(error).with_context(|| format!("The data folder {shown} can't be read"));
        }
    }
    match fs::metadata(folder.join(DATABASE)) {
        Err(error) if error.kind() == ErrorKind::PermissionDenied => {
            Err(error).with_context(|| format!("The data folder {shown} can't be read"))
        }
        _ => Ok(()),
    }
}

/// The id of an installation: its marker in the data folder, which is made if it is missing.
///
/// # Errors
/// It can't be read or made.
pub fn init_marker(folder: &Path) -> Result<String> {
    if let Some(id) = read(&folder.join(MARKER))? {
        return Ok(id);
    }
    write(folder, &random_id()?)
}

/// Marks the data folder and the folder of the photos in it; `some` photos should be there.
///
/// # Errors
/// As [`mark_photos`]. A data folder from before there were markers can't be distinguished from another, and is accepted as is.
pub fn init_markers(folder: &Path, some: bool) -> Result<()> {
    let photos = folder.join(PHOTOS);
    if let Some(id) = read(&folder.join(MARKER))? {
        return mark_photos(&photos, &id, some);
    }
    make_photos(&photos)?;
    // The data folder comes last: from then on, both are there.
    let id = write(&photos, &random_id()?)?;
    write(folder, &id).map(drop)
}

fn random_id() -> Result<String> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes)?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

fn make_photos(photos: &Path) -> Result<()> {
    durable::create_dir_all_durable(photos)
        .with_context(|| format!("The folder {} can't be created", photos.display()))
}

/// Marks the folder of the photos as belonging to the installation `id`. Refuses it if it belongs to another one, or if
/// `some` photos should be there and none are.
///
/// # Errors
/// A sentence that says what to do, or the marker can't be read or made.
pub fn mark_photos(photos: &Path, id: &str, some: bool) -> Result<()> {
    check_photos(photos, id, some)?;
    if read(&photos.join(MARKER))?.is_none() {
        make_photos(photos)?;
        write(photos, id)?;
    }
    Ok(())
}

/// As [`mark_photos`], and changes nothing.
///
/// # Errors
/// As [`mark_photos`].
pub fn check_photos(photos: &Path, id: &str, some: bool) -> Result<()> {
    let shown = photos.display();
    match read(&photos.join(MARKER))? {
        Some(other) if other != id => bail!(
            "The folder {shown} belongs to another data folder: its file {MARKER} differs. Mount the right disk there"
        ),
        None if some && !has_photos(photos)? => bail!(
            "The photos are not in the folder {shown}. If it is on a disk of its own, mount that. If they are in S3, set \
             photos.store = \"s3\". If they are lost and you want to go on without them, copy {MARKER} from the data \
             folder there"
        ),
        _ => Ok(()),
    }
}

/// The id in a marker; `None` if there is no marker, or one that a crash has cut short.
///
/// # Errors
/// It can't be read.
pub fn read(path: &Path) -> Result<Option<String>> {
    let text = optional(fs::read_to_string(path))
        .with_context(|| format!("The file {} can't be read", path.display()))?;
    Ok(text.and_then(|text| parse_id(&text)))
}

fn parse_id(text: &str) -> Option<String> {
    text.strip_suffix('\n').map(str::to_owned)
}

/// Writes a marker durably, in a line of its own, and returns the id in it: another process may be quicker.
fn write(folder: &Path, id: &str) -> Result<String> {
    let path = folder.join(MARKER);
    let write = || -> io::Result<String> {
        let mut options = File::options();
        let mut file = options
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)?;
        // Until it is closed, others wait.
        file.lock()?;
        let mut text = String::new();
        file.read_to_string(&mut text)?;
        if let Some(id) = parse_id(&text) {
            return Ok(id);
        }
        file.set_len(0)?;
        file.rewind()?;
        writeln!(file, "{id}")?;
        file.sync_all()?;
        durable::fsync_dir(folder)?;
        Ok(id.to_owned())
    };
    write().with_context(|| format!("The file {} can't be written", path.display()))
}

/// Deletes temporary files that a process has left which was killed.
///
/// # Errors
/// The folder can't be read, or a file can't be deleted.
pub fn remove_temp_files(folder: &Path) -> Result<()> {
    atomic::remove_temp_files(folder)
        .with_context(|| format!("The data folder {} can't be cleared up", folder.display()))
}

/// Writes a file durably, as large as what SQLite needs to begin with, and deletes it.
///
/// # Errors
/// It can't be written.
pub fn try_writing(folder: &Path) -> Result<()> {
    temp_file_with(folder, TEMP_PREFIX, &[b'.'; 256 * 1024])
        .and_then(|file| file.as_file().sync_all())
        .with_context(|| format!("The data folder {} can't be written to", folder.display()))
}

/// Whether the disk is full.
pub fn is_full(folder: &Path) -> bool {
    try_writing(folder)
        .is_err_and(|error| matches!(Error::storing(error), Error::Failure(Failure::DiskFull(_))))
}

/// An error of the database, after the reason why nothing at all can be written, if there is one: SQLite says of a full
/// disk only that something is wrong with it.
pub fn diagnose_write_error(folder: &Path, error: anyhow::Error) -> anyhow::Error {
    match try_writing(folder) {
        Ok(()) => error,
        Err(reason) => anyhow!("{}. So this failed: {error:#}", sentence(&reason)),
    }
}
