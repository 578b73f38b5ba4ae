//! Checking an archive, with no server and no data folder.

use std::env;

use anyhow::{Context, Result, bail, ensure};

use super::archive::{self, Manifest, Outcome, PhotoLocation};
use super::progress::Progress;
use crate::backup::blocking::Blocking;
use crate::backup::destination::{ArchiveRef, Destination};
use crate::backup::photo_bytes::is_whole;
use crate::backup::shared_photos;
use crate::domain::photos::KnownPhoto;
use crate::fs::atomic::without_name;
use crate::output::count;

/// An archive that is intact.
pub struct Verified {
    pub manifest: Manifest,
    pub outcome: Outcome,
}

/// Checks everything in an archive, and the photos next to it. Calls `report` with each photo that is missing or damaged.
///
/// # Errors
/// The archive is damaged, incomplete, or can't be read; it was cancelled.
pub fn verify(
    archive: &ArchiveRef,
    blocking: &Blocking,
    progress: &Progress,
    mut report: impl FnMut(&str, &str),
) -> Result<Verified> {
    let folder = tempfile::tempdir().map_err(without_name).with_context(|| {
        format!(
            "The folder {} for temporary files can't be used; the environment variable TMPDIR can name another",
            env::temp_dir().display()
        )
    })?;
    let read = archive.read(progress)?;
    let contents = archive::read(read, folder.path(), |photo, mut bytes| {
        blocking.check_cancelled()?;
        Ok(is_whole(&mut bytes, photo)?)
    });
    let contents = blocking.context(contents, || format!("The archive {archive} can't be used"))?;
    if let Some(damage) = contents.snapshot.integrity_check()? {
        bail!("The database in the archive {archive} is damaged: {damage}");
    }
    let mut bad = 0;
    if contents.manifest.photos == PhotoLocation::External {
        progress.begin("checking photos", contents.outcome.bytes)?;
        let check = |destination: &Destination, photo: &_| destination.check_photo(photo);
        let then = |photo: KnownPhoto, found: Result<(), String>| {
            if let Err(problem) = found {
                bad += 1;
                report(photo.name.as_str(), &problem);
            }
            progress.advance(photo.bytes);
            Ok(())
        };
        shared_photos::each_photo(&contents, &archive.destination, blocking, check, then)?;
    }
    progress.end();
    for lost in &contents.outcome.lost {
        report(lost.photo.0.as_str(), &lost.why);
    }
    ensure!(
        bad == 0,
        "Photos of the archive {archive} that are missing or damaged: {bad}"
    );
    ensure!(
        contents.outcome.complete,
        "The archive {archive} is incomplete: {} could not be read when it was made",
        count(contents.outcome.lost.len(), "photo")
    );
    Ok(Verified {
        manifest: contents.manifest,
        outcome: contents.outcome,
    })
}
