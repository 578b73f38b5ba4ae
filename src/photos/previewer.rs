//! Makes the previews of sorted photos: few at once, off the async threads, and never in the way of sorting.

use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Result;
use tokio::sync::Semaphore;

use super::name::PhotoName;
use super::picture::clean;
use super::picture::previews::{self, NoPreviews, Previews};
use super::preview::PreviewSize;
use super::store::PhotoStore;
use crate::threads::cores;

/// Pictures with more pixels are decoded one at a time, because some of them need hundreds of megabytes.
const LARGE: u64 = 16_000_000;

/// Makes previews; clones share the bound on how many at once.
#[derive(Clone)]
pub struct Previewer {
    store: PhotoStore,
    max_pixels: u64,
    permits: Arc<Semaphore>,
    large: Arc<Mutex<()>>,
}

impl Previewer {
    /// Of the photos in this store with at most `max_pixels`, on half of the machine's cores.
    pub fn new(store: PhotoStore, max_pixels: u64) -> Self {
        Self {
            store,
            max_pixels,
            permits: Arc::new(Semaphore::new((cores() / 2).max(1))),
            large: Arc::default(),
        }
    }

    /// Makes the previews of a sorted photo, unless it has them. Of a picture that can't be decoded there are none: that
    /// is written down in their place, so that nobody tries again. Can be repeated.
    ///
    /// # Errors
    /// The store can't be used.
    pub async fn make(&self, name: &PhotoName) -> Result<()> {
        // The small one is put last, so that with it all is there.
        if (self.store.open_preview(name, PreviewSize::Small).await?).is_some() {
            return Ok(());
        }
        let permit = self.permits.clone().acquire_owned().await?;
        let Some(photo) = self.store.open(name).await? else {
            // It was deleted since it was sorted.
            return Ok(());
        };
        let bytes = photo.read_all().await?;
        let previewer = self.clone();
        let made = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            previewer.previews_of(bytes)
        });
        let small = match made.await {
            Ok(Ok(Previews { small, large })) => {
                if let Some(large) = large {
                    self.store
                        .put_preview(name, PreviewSize::Large, large)
                        .await?;
                }
                small
            }
            Ok(Err(reason)) => {
                tracing::warn!(photo = %name, "a photo has no previews, because {reason}");
                Vec::new()
            }
            Err(panic) => {
                tracing::error!(photo = %name, "a photo has no previews, because decoding it has failed in an unforeseen way: {panic}");
                Vec::new()
            }
        };
        self.store
            .put_preview(name, PreviewSize::Small, small)
            .await
    }

    fn previews_of(&self, bytes: Vec<u8>) -> Result<Previews, NoPreviews> {
        let picture = clean(bytes, self.max_pixels)?;
        let pixels = u64::from(picture.width) * u64::from(picture.height);
        let _alone =
            (pixels > LARGE).then(|| self.large.lock().unwrap_or_else(PoisonError::into_inner));
        previews::make(&picture)
    }
}
