//! The data folder: that it is the one that is meant, and not the empty place at which a disk should be mounted.
//!
//! The first start leaves a marker in it, a file with an id, and the same one in the folder of the photos, which may be a
//! disk of its own. Where a marker is missing that should be there, nothing is begun anew beside what people have.

use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::path::Path;

use anyhow::{Context, Result, anyhow, bail, ensure};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::photos::store::LocalStore;

/// The file that says which installation a folder belongs to.
pub const MARKER: &str = "shared-spaces.id";
/// The database in the data folder.
pub const DATABASE: &str = "shared-spaces.db";
/// The folder of the photos in the data folder.
pub const PHOTOS: &str = "photos";

/// Makes the data folder if it isn't there.
///
/// # Errors
/// It can't be made.
pub fn make(folder: &Path) -> Result<()> {
    fs::create_dir_all(folder)
        .with_context(|| format!("The data folder {} can't be made", folder.display()))
}

/// Whether an earlier start has begun this folder.
pub fn is_begun(folder: &Path) -> bool {
    is_marked(folder) || folder.join(DATABASE).exists()
}

/// Whether this folder is certain to be the right one.
pub fn is_marked(folder: &Path) -> bool {
    folder.join(MARKER).exists()
}

/// Refuses a folder from which a part is missing, and with `expected` also one in which nothing is. Changes nothing.
///
/// # Errors
/// A sentence that says what is missing and what to do.
pub fn check(folder: &Path, expected: bool) -> Result<()> {
    let shown = folder.display();
    let database = folder.join(DATABASE);
    if is_marked(folder) {
        ensure!(
            fs::metadata(&database).is_ok_and(|file| file.len() > 0),
            "The database {} is gone, and the file {MARKER} beside it says that it was there. Put back a backup. To begin \
             anew, move everything out of {shown}",
            database.display()
        );
    }
    if is_begun(folder) {
        return Ok(());
    }
    ensure!(
        !LocalStore::has_photos(&folder.join(PHOTOS))?,
        "The data folder {shown} has photos and no database. Put back a backup. To begin anew, move the photos out of it"
    );
    ensure!(
        !expected,
        "Nothing is in the data folder {shown}, and the setting expect_data says that something should be. If it is on a \
         disk of its own, mount that. If this is the first start, add --new"
    );
    Ok(())
}

/// The id of an installation: its marker in the data folder, which is made if there is none.
///
/// # Errors
/// It can't be read or made.
pub fn mark(folder: &Path) -> Result<String> {
    let path = folder.join(MARKER);
    if let Some(id) = read(&path)? {
        return Ok(id);
    }
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes)?;
    write(folder, &URL_SAFE_NO_PAD.encode(bytes))?;
    // Another process may have been quicker.
    read(&path)?.ok_or_else(|| anyhow!("The file {} is gone again", path.display()))
}

/// Marks the folder of the photos as belonging to the installation `id`. Refuses it if it belongs to another one, or if
/// `some` photos should be there and none are.
///
/// # Errors
/// A sentence that says what to do, or the marker can't be read or made.
pub fn mark_photos(photos: &Path, id: &str, some: bool) -> Result<()> {
    check_photos(photos, id, some)?;
    if read(&photos.join(MARKER))?.is_none() {
        fs::create_dir_all(photos)
            .with_context(|| format!("The folder {} can't be made", photos.display()))?;
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
            "The folder {shown} belongs to another data folder: the file {MARKER} in it is another one. Mount the right \
             disk there"
        ),
        None if some && !LocalStore::has_photos(photos)? => bail!(
            "The photos are not in the folder {shown}. If it is on a disk of its own, mount that. If they are in S3, set \
             photos.store = \"s3\". If they are lost and you want to go on without them, copy {MARKER} from the data \
             folder there"
        ),
        _ => Ok(()),
    }
}

/// The id in a marker; `None` if there is no marker.
///
/// # Errors
/// It can't be read.
pub fn read(path: &Path) -> Result<Option<String>> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text.trim().to_owned())),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => {
            Err(error).with_context(|| format!("The file {} can't be read", path.display()))
        }
    }
}

/// Writes a marker whole or not at all; if there is one already, that stands.
fn write(folder: &Path, id: &str) -> Result<()> {
    let writing = || {
        format!(
            "The file {} can't be written",
            folder.join(MARKER).display()
        )
    };
    let mut part = tempfile::NamedTempFile::new_in(folder).with_context(writing)?;
    writeln!(part, "{id}").with_context(writing)?;
    part.as_file().sync_all().with_context(writing)?;
    match part.persist_noclobber(folder.join(MARKER)) {
        Err(failed) if failed.error.kind() != ErrorKind::AlreadyExists => {
            Err(failed.error).with_context(writing)
        }
        _ => File::open(folder)
            .and_then(|folder| folder.sync_all())
            .with_context(writing),
    }
}
