//! Whether an archive at a destination is intact, found out by reading it back. Nothing old is deleted before the new one
//! is verified, and only what is verified counts among those that stay.

use std::cell::Cell;
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};

use super::archive::{self, Contents, PhotoLocation};
use crate::backup::blocking::Blocking;
use crate::backup::destination::Destination;
use crate::backup::hash_map::TempHashMap;
use crate::backup::photo_bytes::is_whole;

/// Reads archives of one destination back.
pub struct Verification<'a> {
    destination: &'a Destination,
    /// The photos that the destination lists.
    there: &'a TempHashMap,
    /// Where databases are unpacked.
    folder: &'a Path,
    blocking: &'a Blocking,
    /// How many more bytes of archives are read.
    left: Cell<u64>,
}

impl<'a> Verification<'a> {
    /// Has read nothing yet.
    pub fn new(
        destination: &'a Destination,
        there: &'a TempHashMap,
        folder: &'a Path,
        blocking: &'a Blocking,
    ) -> Self {
        Self {
            destination,
            there,
            folder,
            blocking,
            left: Cell::new(destination.archives_read_again()),
        }
    }

    /// Verifies that an archive is intact: all its bytes, its database, and that the destination has each of its photos in
    /// the right size. Returns whether it is also complete. Of an archive that is too large for that, only the beginning is
    /// read, and that it has `written` bytes.
    ///
    /// # Errors
    /// It isn't, in a sentence, or it can't be read; it was cancelled.
    pub fn verify(&self, file: &str, written: Option<u64>) -> Result<bool> {
        self.blocking.check_cancelled()?;
        let found = self.destination.read(file)?.context("it is not there")?;
        if let Some(written) = written {
            let size = found.size;
            ensure!(size == written, "it has {size} bytes instead of {written}");
        }
        let Some(left) = self.left.get().checked_sub(found.size) else {
            archive::read_start(found, |sum| {
                ensure!(
                    self.there.find(&sum)?.is_some(),
                    "its photo {} is missing",
                    hex::encode(sum)
                );
                Ok(())
            })?;
            return Ok(true);
        };
        self.left.set(left);
        let folder = tempfile::tempdir_in(self.folder)?;
        let contents = archive::read(found, folder.path(), |photo, mut bytes| {
            self.blocking.check_cancelled()?;
            Ok(is_whole(&mut bytes, photo)?)
        })?;
        if let Some(damage) = contents.snapshot.integrity_check()? {
            bail!("its database is damaged: {damage}");
        }
        if contents.manifest.photos == PhotoLocation::External {
            self.has_photos(&contents)?;
        }
        Ok(contents.outcome.complete)
    }

    fn has_photos(&self, contents: &Contents) -> Result<()> {
        let absent = contents.outcome.absent();
        for photo in contents.snapshot.photos() {
            let photo = photo?;
            if absent.contains(&photo.name) {
                continue;
            }
            let found = self.there.find(&photo.sha256)?;
            ensure!(
                found == Some(photo.bytes),
                "its photo {} is missing from {}, or has another length there",
                photo.name,
                self.destination
            );
        }
        Ok(())
    }
}
