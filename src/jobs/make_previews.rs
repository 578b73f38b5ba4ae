//! Makes the previews of photos that are in their spaces: few at once, off the async threads, and without delaying
//! moves.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result, anyhow};
use picture::previews::{MAX_MEMORY, Previews, Work};
use picture::{CleanError, Kind, MaxPixels, PreviewSize, clean};
use tokio::runtime::Handle;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinError;

use crate::domain::photo_name::PhotoName;
use crate::jobs::film_poster::PosterMaker;
use crate::limits::memory::{MemoryBudget, MemoryPermit};
use crate::process::allocator::trim;
use crate::process::runtime::cores;
use crate::storage::{PhotoStore, StoredPhoto};

/// The most memory in bytes for the files of photos whose previews are made, in addition to what decoding them takes.
const FILES: u64 = 64 * 1024 * 1024;
/// How many bytes are enough to recognise a picture.
const MAGIC: u64 = 64;
/// What is put instead of previews that can't be made.
const NONE: Previews = Previews {
    small: Vec::new(),
    large: None,
};

/// What an attempt leaves instead of the large preview while it decodes.
const NOTE: Vec<u8> = Vec::new();

/// What came of the previews of a photo.
#[derive(Debug)]
pub enum Made {
    /// They were put just now.
    Now(MadePreviews),
    /// They were there before, or the photo is gone.
    Before,
    /// None yet: it is a film without a poster, which [`Thumbnailer::make_poster`] makes first.
    AwaitsPoster,
}

/// Previews that were put just now.
#[derive(Debug)]
pub struct MadePreviews {
    /// The small one; empty where there are none.
    pub small: Vec<u8>,
    pub has_large: bool,
    /// What both take.
    pub bytes: u64,
}

/// Makes previews; clones share the bounds on how many at once, and on the memory for them.
#[derive(Clone)]
pub struct Thumbnailer {
    store: PhotoStore,
    max_pixels: MaxPixels,
    permits: Arc<Semaphore>,
    /// The memory for all that are made at once: as much as one may take alone, however many cores there are.
    memory: MemoryBudget,
    files: MemoryBudget,
    /// `None` where no posters are made.
    posters: Option<PosterMaker>,
}

impl Thumbnailer {
    /// Of the photos in this store with at most `max_pixels`, on half of the machine's cores.
    pub fn new(store: PhotoStore, max_pixels: impl Into<MaxPixels>) -> Self {
        Self {
            store,
            max_pixels: max_pixels.into(),
            permits: Arc::new(Semaphore::new((cores() / 2).max(1))),
            memory: MemoryBudget::new(MAX_MEMORY),
            files: MemoryBudget::new(FILES),
            posters: None,
        }
    }

    /// The same, which makes posters of films that came without one.
    pub fn with_posters(self, posters: Option<PosterMaker>) -> Self {
        Self { posters, ..self }
    }

    /// Makes the previews of a photo that is in its space, unless it has them. For a picture that can't be decoded, an empty
    /// one is put, so that there is no further attempt. Can be repeated.
    ///
    /// A photo may end the whole process, for example where the system has too little memory for it. An attempt that isn't the
    /// first is therefore noted before anything is decoded, and is the only one at that time. Where such a note is found,
    /// the attempt that left it has ended with its process, the second to do so: there is no third.
    ///
    /// # Errors
    /// The store can't be used.
    pub async fn make(&self, name: &PhotoName, attempt: u32) -> Result<Made> {
        // The small one is put last: once it is there, all are.
        if (self.store.open_preview(name, PreviewSize::Small).await?).is_some() {
            return Ok(Made::Before);
        }
        if name.is_video() && self.posters().is_some() && !self.has_poster(name).await? {
            return Ok(Made::AwaitsPoster);
        }
        self.make_of_picture(name, attempt).await
    }

    /// Makes the poster of a film that came without one, and its previews. It takes as long as ffmpeg does, and nothing else waits
    /// for it. If this is dropped, ffmpeg ends.
    ///
    /// # Errors
    /// As [`PosterMaker::make`].
    pub async fn make_poster(&self, name: &PhotoName) -> Result<Made> {
        self.add_poster(name).await?;
        self.make_of_picture(name, 1).await
    }

    /// Puts the poster of a film that has none, if one can be made.
    async fn add_poster(&self, name: &PhotoName) -> Result<()> {
        if let Some(posters) = self.posters()
            && !self.has_poster(name).await?
            && let Some(made) = posters.make(&self.store, name, self.max_pixels).await?
        {
            self.keep_poster(name, made).await?;
        }
        Ok(())
    }

    /// Puts a poster that was made, unless the film has one by now: what came with it wins. Nor if the film was deleted while ffmpeg
    /// ran, perhaps long ago: should this process end before it looks again, nobody else would delete the poster.
    async fn keep_poster(&self, name: &PhotoName, made: Vec<u8>) -> Result<()> {
        if self.has_poster(name).await? || self.store.open(name).await?.is_none() {
            return Ok(());
        }
        self.store.put_poster(name, made).await
    }

    async fn has_poster(&self, name: &PhotoName) -> Result<bool> {
        Ok(self.store.open_poster(name).await?.is_some())
    }

    /// What makes posters, as long as that works here.
    fn posters(&self) -> Option<&PosterMaker> {
        self.posters.as_ref().filter(|posters| posters.is_able())
    }

    /// Makes the previews of a photo, or of a film by the poster that it has or hasn't.
    async fn make_of_picture(&self, name: &PhotoName, attempt: u32) -> Result<Made> {
        let permit = self.permits.clone().acquire_owned().await?;
        let is_first = attempt <= 1;
        if !is_first && self.has_ended_a_process(name).await? {
            tracing::error!(photo = %name, attempt, "gave up on previews: decoding the photo has ended the process twice");
            self.store.delete_previews(name).await?;
            return self.put(name, NONE).await;
        }
        let Some(photo) = self.picture_of(name).await? else {
            if name.is_video() && self.store.open(name).await?.is_some() {
                return self.put(name, NONE).await;
            }
            // It was deleted since it was moved to its space.
            return Ok(Made::Before);
        };
        let (photo, is_picture) = is_picture(photo).await?;
        if !is_picture {
            tracing::warn!(photo = %name, "could not make previews: it is not a picture");
            return self.put(name, NONE).await;
        }
        let file = self.files.acquire(photo.bytes).await?;
        let bytes = photo.read_all().await?;
        if !is_first {
            self.store
                .put_preview(name, PreviewSize::Large, NOTE)
                .await?;
        }
        let made = self.decode(bytes, (permit, file), !is_first).await;
        if !is_first {
            // Decoding has finished, whatever happens to the rest.
            self.store.delete_previews(name).await?;
        }
        let previews = match made {
            Ok(Ok(previews)) => previews,
            Ok(Err(reason)) => {
                tracing::warn!(photo = %name, %reason, "could not make previews");
                NONE
            }
            Err(panic) => {
                tracing::error!(photo = %name, %panic, "could not make previews: decoding panicked");
                NONE
            }
        };
        self.put(name, previews).await
    }

    /// Makes the previews of a photo that is in its space again, replacing those that are there, which stay if it
    /// can't be decoded.
    ///
    /// # Errors
    /// The store can't be used, or the photo can't be decoded.
    pub async fn make_again(&self, name: &PhotoName) -> Result<()> {
        if name.is_video() {
            self.add_poster(name).await?;
        }
        let permit = self.permits.clone().acquire_owned().await?;
        let Some(photo) = self.picture_of(name).await? else {
            return Ok(());
        };
        let file = self.files.acquire(photo.bytes).await?;
        let bytes = photo.read_all().await?;
        let previews = self.decode(bytes, (permit, file), false).await??;
        self.put(name, previews).await.map(drop)
    }

    /// Makes the poster of a film again, replacing a damaged one, which stays if none can be made.
    ///
    /// # Errors
    /// As [`PosterMaker::make`]; or none can be made here, or of this film.
    pub async fn remake_poster(&self, name: &PhotoName) -> Result<()> {
        let posters = self.posters().context("there is no ffmpeg here")?;
        let made = posters.make(&self.store, name, self.max_pixels).await?;
        let made = made.context("ffmpeg makes none of this film")?;
        self.store.put_poster(name, made).await
    }

    /// What the previews are made from: the photo, or the poster of a film.
    async fn picture_of(&self, name: &PhotoName) -> Result<Option<StoredPhoto>> {
        if !name.is_video() {
            return self.store.open(name).await;
        }
        self.store.open_poster(name).await
    }

    /// The previews of a clean photo in a file that isn't in the store yet.
    ///
    /// # Errors
    /// It can't be read, or can't be decoded.
    pub async fn previews_of_file(&self, path: &Path, bytes: u64) -> Result<Previews> {
        let permit = self.permits.clone().acquire_owned().await?;
        let file = self.files.acquire(bytes).await?;
        let bytes = tokio::fs::read(path).await?;
        self.decode(bytes, (permit, file), false).await?
    }

    /// Decodes a photo that has its place among those, and that of its file.
    async fn decode(
        &self,
        bytes: Vec<u8>,
        places: (OwnedSemaphorePermit, MemoryPermit),
        alone: bool,
    ) -> Result<Result<Previews>, JoinError> {
        let thumbnailer = self.clone();
        let made = tokio::task::spawn_blocking(move || {
            let _places = places;
            thumbnailer.previews_of(bytes, alone)
        });
        made.await
    }

    /// Whether an attempt was noted and never finished. Until the small preview is there, the large one isn't read.
    async fn has_ended_a_process(&self, name: &PhotoName) -> Result<bool> {
        let large = self.store.open_preview(name, PreviewSize::Large).await?;
        Ok(large.is_some_and(|large| large.bytes == 0))
    }

    /// Puts the previews of a photo, and deletes them again if it was deleted meanwhile: the deletion of a photo deletes the
    /// previews after it, so that either they are found there or the photo isn't found here.
    async fn put(&self, name: &PhotoName, Previews { small, large }: Previews) -> Result<Made> {
        let made = MadePreviews {
            has_large: large.is_some(),
            bytes: (small.len() + large.as_ref().map_or(0, Vec::len)) as u64,
            small: small.clone(),
        };
        if let Some(large) = large {
            self.store
                .put_preview(name, PreviewSize::Large, large)
                .await?;
        }
        self.store
            .put_preview(name, PreviewSize::Small, small)
            .await?;
        if self.store.open(name).await?.is_none() {
            self.store.delete_derived(name).await?;
            return Ok(Made::Before);
        }
        Ok(Made::Now(made))
    }

    /// Runs on a blocking thread; `alone` while nothing else is decoded.
    fn previews_of(&self, bytes: Vec<u8>, alone: bool) -> Result<Previews> {
        let picture = clean(bytes, self.max_pixels).map_err(|error| match error {
            // It came while the setting allowed more.
            CleanError::TooManyPixels { width, height, max } => anyhow!(
                "it has {width} x {height} pixels, more than the {max} that limits.photo_pixels or, for a JPEG that \
                isn't progressive, limits.jpeg_pixels allows"
            ),
            error => error.into(),
        })?;
        let work = Work::new(&picture)?;
        let memory = if alone { MAX_MEMORY } else { work.memory() };
        let _memory = Handle::current().block_on(self.memory.acquire(memory))?;
        let made = work.make();
        // Before the next one takes as much.
        trim();
        Ok(made?)
    }
}

/// Whether something may be a picture. For large ones, that is checked before all of it is read.
async fn is_picture(photo: StoredPhoto) -> Result<(StoredPhoto, bool)> {
    if photo.bytes <= FILES {
        return Ok((photo, true));
    }
    let (beginning, photo) = photo.begin(MAGIC).await?;
    Ok((photo, Kind::from_bytes(&beginning).is_some()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::LocalStore;

    /// A store with one photo in its space.
    async fn store(folder: &tempfile::TempDir, bytes: &[u8]) -> (PhotoStore, PhotoName) {
        let store = PhotoStore::Local(LocalStore::open_at(folder.path()).unwrap());
        let name: PhotoName = "1-1.jpg".parse().unwrap();
        store.put_temporary(&name, bytes.to_vec()).await.unwrap();
        store.move_to_space(&name).await.unwrap();
        (store, name)
    }

    /// The bytes of the small and of the large preview.
    async fn lengths(store: &PhotoStore, name: &PhotoName) -> [Option<u64>; 2] {
        let mut lengths = [None; 2];
        for (size, length) in [PreviewSize::Small, PreviewSize::Large]
            .into_iter()
            .zip(&mut lengths)
        {
            let preview = store.open_preview(name, size).await.unwrap();
            *length = preview.map(|preview| preview.bytes);
        }
        lengths
    }

    #[tokio::test]
    async fn one_attempt_that_ended_with_its_process_is_repeated_and_two_are_not() {
        let folder = tempfile::tempdir().unwrap();
        let photo = include_bytes!("../../tests/pictures/cmyk.jpg");
        let (store, name) = store(&folder, photo).await;
        let thumbnailer = Thumbnailer::new(store.clone(), 64_000_000);
        // As the second attempt leaves it when its process ends during decoding.
        store
            .put_preview(&name, PreviewSize::Large, NOTE)
            .await
            .unwrap();
        thumbnailer.make(&name, 3).await.unwrap();
        assert_eq!(lengths(&store, &name).await, [Some(0), None]);
        // The first left nothing.
        store.delete_previews(&name).await.unwrap();
        thumbnailer.make(&name, 2).await.unwrap();
        let [small, large] = lengths(&store, &name).await;
        assert!(small > Some(0) && large > Some(0));
    }

    #[tokio::test]
    async fn an_attempt_that_comes_to_its_end_leaves_no_note() {
        let folder = tempfile::tempdir().unwrap();
        let (store, name) = store(&folder, b"no picture").await;
        let thumbnailer = Thumbnailer::new(store.clone(), 64_000_000);
        thumbnailer.make(&name, 2).await.unwrap();
        assert_eq!(lengths(&store, &name).await, [Some(0), None]);
    }

    #[tokio::test]
    async fn a_poster_that_came_with_its_film_is_not_replaced_by_one_that_was_made() {
        let folder = tempfile::tempdir().unwrap();
        let store = PhotoStore::Local(LocalStore::open_at(folder.path()).unwrap());
        let thumbnailer = Thumbnailer::new(store.clone(), 1);
        let name: PhotoName = "1-1.mp4".parse().unwrap();
        store.put_in_space(&name, b"film".to_vec()).await.unwrap();
        let kept = async || {
            let poster = store.open_poster(&name).await.unwrap().unwrap();
            poster.read_all().await.unwrap()
        };
        let keep = async |poster: &[u8]| thumbnailer.keep_poster(&name, poster.to_vec()).await;
        keep(b"made").await.unwrap();
        assert_eq!(kept().await, b"made");
        store.put_poster(&name, b"sent".to_vec()).await.unwrap();
        keep(b"made").await.unwrap();
        assert_eq!(kept().await, b"sent");
    }

    #[tokio::test]
    async fn no_poster_is_put_of_a_film_that_was_deleted_while_it_was_made() {
        let folder = tempfile::tempdir().unwrap();
        let store = PhotoStore::Local(LocalStore::open_at(folder.path()).unwrap());
        let thumbnailer = Thumbnailer::new(store.clone(), 1);
        let name: PhotoName = "1-1.mp4".parse().unwrap();
        thumbnailer
            .keep_poster(&name, b"made".to_vec())
            .await
            .unwrap();
        assert!(store.open_poster(&name).await.unwrap().is_none());
    }

    #[tokio::test]
    async fn no_previews_stay_of_a_photo_that_was_deleted_while_they_were_made() {
        let folder = tempfile::tempdir().unwrap();
        let store = PhotoStore::Local(LocalStore::open_at(folder.path()).unwrap());
        let thumbnailer = Thumbnailer::new(store.clone(), 1);
        let previews = || Previews {
            small: b"small".to_vec(),
            large: Some(b"large".to_vec()),
        };
        let kept: PhotoName = "1-1.png".parse().unwrap();
        store.put_temporary(&kept, b"photo".to_vec()).await.unwrap();
        store.move_to_space(&kept).await.unwrap();
        let deleted = "1-2.png".parse().unwrap();
        for name in [&kept, &deleted] {
            thumbnailer.put(name, previews()).await.unwrap();
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
