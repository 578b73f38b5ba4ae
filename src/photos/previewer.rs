//! Makes the previews of sorted photos: few at once, off the async threads, and never in the way of sorting.

use std::sync::Arc;

use anyhow::Result;
use tokio::runtime::Handle;
use tokio::sync::Semaphore;

use super::name::PhotoName;
use super::picture::clean;
use super::picture::previews::{MAX_MEMORY, NoPreviews, Previews, Work};
use super::preview::PreviewSize;
use super::store::PhotoStore;
use crate::threads::cores;

/// What memory is counted in.
const KIB: u64 = 1024;
/// What is put in the place of previews that can't be made.
const NONE: Previews = Previews {
    small: Vec::new(),
    large: None,
};

/// Makes previews; clones share the bounds on how many at once, and on the memory for them.
#[derive(Clone)]
pub struct Previewer {
    store: PhotoStore,
    max_pixels: u64,
    permits: Arc<Semaphore>,
    /// KiB: all that are made at once may take together what one may take alone, however many cores there are.
    memory: Arc<Semaphore>,
}

impl Previewer {
    /// Of the photos in this store with at most `max_pixels`, on half of the machine's cores.
    pub fn new(store: PhotoStore, max_pixels: u64) -> Self {
        Self {
            store,
            max_pixels,
            permits: Arc::new(Semaphore::new((cores() / 2).max(1))),
            memory: Arc::new(Semaphore::new(in_kib(MAX_MEMORY) as usize)),
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
        let previews = match made.await {
            Ok(Ok(previews)) => previews,
            Ok(Err(reason)) => {
                tracing::warn!(photo = %name, "a photo has no previews, because {reason}");
                NONE
            }
            Err(panic) => {
                tracing::error!(photo = %name, "a photo has no previews, because decoding it has failed in an unforeseen way: {panic}");
                NONE
            }
        };
        self.put(name, previews).await
    }

    /// Puts the previews of a photo, and takes them back if it was deleted meanwhile: whoever deletes a photo deletes the
    /// previews after it, so that either they are found there or the photo isn't found here.
    async fn put(&self, name: &PhotoName, Previews { small, large }: Previews) -> Result<()> {
        if let Some(large) = large {
            self.store
                .put_preview(name, PreviewSize::Large, large)
                .await?;
        }
        self.store
            .put_preview(name, PreviewSize::Small, small)
            .await?;
        if self.store.open(name).await?.is_none() {
            self.store.delete_previews(name).await?;
        }
        Ok(())
    }

    /// Runs on a blocking thread.
    fn previews_of(&self, bytes: Vec<u8>) -> Result<Previews> {
        let picture = clean(bytes, self.max_pixels).map_err(NoPreviews::from)?;
        let work = Work::new(&picture)?;
        let memory = self.memory.acquire_many(in_kib(work.memory()));
        let _memory = Handle::current().block_on(memory)?;
        Ok(work.make()?)
    }
}

fn in_kib(bytes: u64) -> u32 {
    u32::try_from(bytes.div_ceil(KIB)).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::photos::store::LocalStore;

    #[tokio::test]
    async fn no_previews_stay_of_a_photo_that_was_deleted_while_they_were_made() {
        let folder = tempfile::tempdir().unwrap();
        let store = PhotoStore::Local(LocalStore::open_at(folder.path()).unwrap());
        let previewer = Previewer::new(store.clone(), 1);
        let previews = || Previews {
            small: b"small".to_vec(),
            large: Some(b"large".to_vec()),
        };
        let kept: PhotoName = "1-1.png".parse().unwrap();
        store.put_temporary(&kept, b"photo".to_vec()).await.unwrap();
        store.sort(&kept).await.unwrap();
        let deleted = "1-2.png".parse().unwrap();
        for name in [&kept, &deleted] {
            previewer.put(name, previews()).await.unwrap();
        }
        let mut left = Vec::new();
        for name in [&kept, &deleted] {
            for size in [PreviewSize::Small, PreviewSize::Large] {
                left.push(store.open_preview(name, size).await.unwrap().is_some());
            }
        }
        assert_eq!(left, [true, true, false, false]);
    }
}
