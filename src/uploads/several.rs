//! The photos and films of one share, cleaned and stored: all of them or none.

use std::sync::atomic::{AtomicBool, Ordering};

use rocket::futures::StreamExt;
use rocket::futures::stream;

use super::convert::Turn;
use super::ingest::{PhotoIngest, PhotoTarget, Poster, ReadyUpload, Upload};
use crate::domain::ids::{RawId, UploadId};
use crate::domain::photos::NewPhoto;
use crate::domain::taken_at::TakenAt;
use crate::domain::text::Caption;
use crate::error::Result;

/// Photos of one share that are cleaned and stored at once: one is written to the disk, or sent to the store, while others are
/// cleaned.
const AT_ONCE: usize = 4;

/// A photo that comes to a share, with what its sharer says of it.
pub struct NewUpload<S = Source> {
    pub source: S,
    /// The picture that a film is shown by before it plays.
    pub poster: Option<S>,
    /// Which of several it is, as its sender counts them.
    pub number: Option<usize>,
    pub caption: Option<Caption>,
    /// When it was taken, or that this is hidden; `None` leaves it to the photo.
    pub taken_at: Option<Option<TakenAt>>,
}

/// How a photo comes to a share.
pub enum Brought {
    /// With the request.
    File(Upload),
    /// Before it.
    Upload(RawId<UploadId>),
}

/// Where the bytes of a photo are that comes to a share.
pub enum Source {
    /// It came with the request.
    Sent(Upload),
    /// It came before.
    Ready(ReadyUpload),
}

impl<S> NewUpload<S> {
    /// The same photo, with where it is found to be.
    ///
    /// # Errors
    /// Those of `find`.
    pub fn resolve<T>(self, mut find: impl FnMut(S) -> Result<T>) -> Result<NewUpload<T>> {
        Ok(NewUpload {
            source: find(self.source)?,
            poster: self.poster.map(find).transpose()?,
            number: self.number,
            caption: self.caption,
            taken_at: self.taken_at,
        })
    }
}

/// Cleans and stores photos, each for its target. Where one is refused, nothing stays of the others.
///
/// # Errors
/// Those of [`PhotoIngest::clean`] and [`PhotoIngest::store`] for the first that is refused, with its number if there are several.
pub async fn store_all(
    ingest: &PhotoIngest,
    photos: Vec<(NewUpload, PhotoTarget)>,
) -> Result<Vec<NewPhoto>> {
    let has_failed = AtomicBool::new(false);
    let has_failed = &has_failed;
    let turn = (photos.len() > 1).then(Turn::default);
    let turn = turn.as_ref();
    let stored: Vec<Option<Result<NewPhoto>>> = stream::iter(photos)
        .map(async |(photo, target)| {
            // What was begun is finished, so that nothing is stored after the cleanup of a failure.
            if has_failed.load(Ordering::Relaxed) {
                return None;
            }
            let number = photo.number;
            let stored = store(ingest, photo, target, turn).await;
            if stored.is_err() {
                has_failed.store(true, Ordering::Relaxed);
            }
            Some(stored.map_err(|error| match number {
                Some(number) => error.of_photo(number),
                None => error,
            }))
        })
        .buffered(AT_ONCE)
        .collect()
        .await;
    let (mut kept, mut refusal) = (Vec::with_capacity(stored.len()), None);
    for photo in stored.into_iter().flatten() {
        match photo {
            Ok(photo) => kept.push(photo),
            Err(error) => refusal = refusal.or(Some(error)),
        }
    }
    let Some(refusal) = refusal else {
        return Ok(kept);
    };
    for photo in &kept {
        ingest.rollback(photo).await;
    }
    Err(refusal)
}

async fn store(
    ingest: &PhotoIngest,
    photo: NewUpload,
    target: PhotoTarget,
    turn: Option<&Turn>,
) -> Result<NewPhoto> {
    let poster = photo.poster.map(|poster| match poster {
        Source::Sent(upload) => Poster::Sent(upload),
        Source::Ready(ready) => Poster::Ready(ready),
    });
    let mut stored = match photo.source {
        Source::Sent(upload) => {
            let clean = ingest.clean(upload, turn).await?;
            ingest.store(clean, (poster, turn), target).await?
        }
        Source::Ready(ready) => {
            ingest
                .store_prepared(&ready, (poster, turn), target)
                .await?
        }
    };
    stored.caption = photo.caption;
    if let Some(taken_at) = photo.taken_at {
        stored.taken_at = taken_at;
    }
    Ok(stored)
}
