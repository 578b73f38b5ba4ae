//! A form with a photo more than once: clients of the original send one twice. Of the same bytes, the first counts.

use crate::error::{Error, Result};
use crate::uploads::ingest::{Received, Spilled, Upload};

/// How many bytes of a photo are read back at once.
const CHUNK: usize = 64 * 1024;

/// Photos of a form that may be the same as one that arrives: those that begin as it does.
pub struct RepeatedPhotos<'a>(Vec<Contents<'a>>);

/// The bytes of a photo that haven't been compared yet.
enum Contents<'a> {
    InMemory(&'a [u8]),
    OnDisk { photo: &'a Spilled, at: u64 },
}

impl<'a> RepeatedPhotos<'a> {
    /// All of these, as far as their bytes were kept.
    pub fn among(photos: impl Iterator<Item = &'a Upload>) -> Self {
        Self(
            photos
                .filter_map(|photo| photo.file.as_ref())
                .map(Contents::of)
                .collect(),
        )
    }

    /// Compares the next bytes; returns whether some photo is still the same.
    ///
    /// # Errors
    /// A photo can't be read back.
    pub async fn compare(&mut self, bytes: &[u8]) -> Result<bool> {
        let mut same = Vec::new();
        for mut photo in self.0.drain(..) {
            if photo.begins_with(bytes).await? {
                same.push(photo);
            }
        }
        self.0 = same;
        Ok(!self.0.is_empty())
    }

    /// Whether one is the same to its end.
    pub fn end(&self) -> bool {
        self.0.iter().any(Contents::is_over)
    }
}

/// Whether a photo has the same bytes as one of these.
///
/// # Errors
/// A photo can't be read back.
pub async fn is_repeated(photo: &Upload, before: impl Iterator<Item = &Upload>) -> Result<bool> {
    let Some(file) = &photo.file else {
        return Ok(false);
    };
    let as_large = before.filter(|other| other.bytes == photo.bytes);
    let mut repeated = RepeatedPhotos::among(as_large);
    let mut contents = Contents::of(file);
    while !repeated.0.is_empty() && !contents.is_over() {
        let bytes = contents.next(CHUNK).await?;
        repeated.compare(&bytes).await?;
    }
    Ok(repeated.end())
}

impl<'a> Contents<'a> {
    fn of(file: &'a Received) -> Self {
        match file {
            Received::InMemory(bytes) => Self::InMemory(bytes),
            Received::OnDisk(photo) => Self::OnDisk { photo, at: 0 },
        }
    }

    async fn begins_with(&mut self, bytes: &[u8]) -> Result<bool> {
        for chunk in bytes.chunks(CHUNK) {
            if self.next(chunk.len()).await? != chunk {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// The next bytes, at most `max`; fewer only at the end.
    async fn next(&mut self, max: usize) -> Result<Vec<u8>> {
        match self {
            Self::InMemory(rest) => {
                let (next, behind) = rest.split_at(max.min(rest.len()));
                *rest = behind;
                Ok(next.to_vec())
            }
            Self::OnDisk { photo, at } => {
                let (photo, from) = ((*photo).clone(), *at);
                let read = tokio::task::spawn_blocking(move || photo.read(from, max));
                let next = read
                    .await
                    .map_err(Error::internal)?
                    .map_err(Error::internal)?;
                *at += next.len() as u64;
                Ok(next)
            }
        }
    }

    fn is_over(&self) -> bool {
        match self {
            Self::InMemory(rest) => rest.is_empty(),
            Self::OnDisk { photo, at } => photo.bytes() <= *at,
        }
    }
}
