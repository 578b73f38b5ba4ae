//! The photos that an archive has next to it.

use anyhow::{Result, ensure};

use super::archive::Contents;
use crate::backup::blocking::Blocking;
use crate::backup::destination::Destination;
use crate::domain::photos::KnownPhoto;
use crate::output::count;

/// Has `work` read every photo that should be next to an archive, several at once. `then` is called with each, in order,
/// with what is wrong with it, if anything.
///
/// # Errors
/// The destination can't be read; what `work` and `then` return; it was cancelled.
pub fn each_photo(
    contents: &Contents,
    destination: &Destination,
    blocking: &Blocking,
    work: impl Fn(&Destination, &KnownPhoto) -> Result<Result<(), String>> + Clone + Send + 'static,
    mut then: impl FnMut(KnownPhoto, Result<(), String>) -> Result<()>,
) -> Result<()> {
    let absent = contents.outcome.absent();
    let photos = contents.snapshot.photos().filter(|photo| {
        photo
            .as_ref()
            .is_ok_and(|photo| !absent.contains(&photo.name))
            || photo.is_err()
    });
    let destination = destination.clone();
    let read = move |photo: KnownPhoto| {
        let found = work(&destination, &photo)?;
        Ok((photo, found))
    };
    let (mut photos_seen, mut bytes) = (0, 0_u64);
    blocking.map_ordered(photos, read, |(photo, found)| {
        (photos_seen, bytes) = (photos_seen + 1, photo.bytes.saturating_add(bytes));
        then(photo, found)
    })?;
    let outcome = &contents.outcome;
    ensure!(
        (outcome.photos, outcome.bytes) == (photos_seen, bytes),
        "The archive says that it has {}, but its database has {photos_seen}",
        count(outcome.photos, "photo")
    );
    Ok(())
}
