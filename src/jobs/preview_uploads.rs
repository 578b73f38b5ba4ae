//! Makes the previews of uploads while the words of their share are typed. A share takes them over; if it comes sooner, or
//! there are none, the worker makes them as usual.

use std::sync::Arc;

use anyhow::Result;
use picture::PreviewSize;
use tokio::sync::Semaphore;

use crate::check::sentence;
use crate::fs::atomic::{Existing, write_atomic};
use crate::jobs::make_previews::Thumbnailer;
use crate::uploads::folder::UploadFolder;

/// The uploads that may wait for their previews. More get theirs from the worker.
const WAITING: usize = 64;

/// Makes previews of uploads; clones share the bound on how many wait.
#[derive(Clone)]
pub struct UploadPreviewer {
    thumbnailer: Thumbnailer,
    folder: UploadFolder,
    waiting: Arc<Semaphore>,
}

impl UploadPreviewer {
    /// For the uploads in this folder.
    pub fn new(thumbnailer: Thumbnailer, folder: UploadFolder) -> Self {
        Self {
            thumbnailer,
            folder,
            waiting: Arc::new(Semaphore::new(WAITING)),
        }
    }

    /// Begins to make the previews of the clean photo in this file, which has this many bytes.
    pub fn begin(&self, file: String, bytes: u64) {
        let Ok(permit) = self.waiting.clone().try_acquire_owned() else {
            return;
        };
        let previewer = self.clone();
        tokio::spawn(async move {
            let _permit = permit;
            if let Err(error) = previewer.make(&file, bytes).await {
                tracing::debug!(error = %sentence(&error), "could not make previews of an upload; the worker will");
            }
        });
    }

    async fn make(&self, file: &str, bytes: u64) -> Result<()> {
        let path = self.folder.path(file);
        let previews = self.thumbnailer.previews_of_file(&path, bytes).await?;
        let (folder, file) = (self.folder.clone(), file.to_owned());
        let write = move || {
            let put = |size, bytes: &[u8]| {
                write_atomic(&folder.preview(&file, size), bytes, Existing::Replace)
            };
            if let Some(large) = &previews.large {
                put(PreviewSize::Large, large)?;
            }
            put(PreviewSize::Small, &previews.small)?;
            // A share may have taken the upload meanwhile, or its owner deleted it.
            if !folder.path(&file).exists() {
                folder.remove(&file)?;
            }
            Ok(())
        };
        tokio::task::spawn_blocking(write).await?
    }
}
