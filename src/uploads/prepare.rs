//! From received bytes, of whatever kind, to a clean medium in a file of its own: the one way of an upload that waits for its
//! share. A new kind is recognised here by its bytes, and nothing else changes with it: callers don't distinguish kinds.

use std::io;

use crate::domain::uploads::Medium;
use crate::error::{Error, Result};
use crate::uploads::folder::{HeldFile, UploadFolder};
use crate::uploads::ingest::{PhotoIngest, Upload, UploadKind};

/// A medium that is clean, and on the disk.
pub struct Prepared {
    /// Its file, which survives a power cut and has no row yet.
    pub file: HeldFile,
    pub medium: Medium,
}

impl PhotoIngest {
    /// Cleans what has come, and writes the medium that it is into a file of `folder`, durably.
    ///
    /// # Errors
    /// It is of a kind that isn't taken, damaged, or too large ([`is_refusal`]); or the disk can't be written to.
    pub async fn prepare(&self, upload: Upload, folder: &UploadFolder) -> Result<Prepared> {
        let folder = folder.clone();
        match upload.kind {
            UploadKind::Photo => {
                let clean = self.clean_photo(upload, None).await?;
                let medium = clean.medium();
                let file = blocking(move || folder.write(clean.bytes())).await?;
                Ok(Prepared { file, medium })
            }
            UploadKind::Video => {
                // Straight into its place, however long it is.
                let (file, to) = blocking(move || folder.create()).await?;
                let clean = self.clean_film(upload, move || Ok(to)).await?;
                let medium = clean.medium();
                blocking(move || clean.sync()).await?;
                Ok(Prepared { file, medium })
            }
        }
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> Result<T> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(Error::internal)?.map_err(Error::writing)
}

/// Whether an error says that what has come will never be taken, however often it is tried.
pub fn is_refusal(error: &Error) -> bool {
    matches!(error.status(), 400 | 413 | 415)
}
