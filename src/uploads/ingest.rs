//! From an upload to a photo or film in the staging store: its size and type checked, cleaned, named and made durable.

use std::fs::File;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use picture::{CleanError, Picture, PreviewSize};
use sha2::{Digest, Sha256};
use tokio::sync::Semaphore;
use tokio::time::timeout;

use crate::check::sentence;
use crate::clock::Clock;
use crate::config::{Config, Limits};
use crate::domain::ids::{PhotoId, ShareId, SpaceId};
use crate::domain::photo_name::PhotoName;
use crate::domain::photos::NewPhoto;
use crate::domain::taken_at::TakenAt;
use crate::domain::uploads::Medium;
use crate::error::{Error, FieldName, Invalid, Most, Overload, RejectedPhoto, Result};
use crate::limits::memory::{MemoryBudget, MemoryPermit};
use crate::storage::{Body, PhotoStore};
use crate::uploads::buffer_pool::BufferPool;
use crate::uploads::convert::{Converted, Converter, Turn};
use crate::uploads::film::{self, CleanFilm};
use crate::uploads::folder::find_previews;
pub use crate::uploads::received::{Received, Spilled, Upload, UploadKind, too_many_pixels};

/// Photos that are cleaned at once.
const AT_ONCE: usize = 4;
/// Films that are cleaned at once: each may have tables of contents of some 100 MiB in memory.
const FILMS_AT_ONCE: usize = 2;
/// The most memory in bytes for photos that came by way of the disk, from when they are read back until they are stored:
/// two of the largest while they are cleaned. Those of a setting that allows larger ones come one at a time.
const MEMORY: u64 = 100 * 1024 * 1024;
/// How long a photo waits for that: others of its own share may be sent to the store first, over a slow line a minute each.
const MEMORY_TIMEOUT: Duration = Duration::from_secs(5 * 60);
const UNREADABLE: &str = "An upload can't be read back";
/// A photo while it is cleaned, and what comes out, where that can't be put together in its place.
const COPIES: u64 = 2;

/// A picture that may be kept.
pub struct CleanPhoto {
    pub(super) picture: Picture,
    taken_at: Option<TakenAt>,
    sha256: [u8; 32],
    crc32: u32,
    /// That of its bytes, where they aren't in the memory that each upload may have.
    pub(super) memory: Option<MemoryPermit>,
}

/// A photo or film that may be kept.
pub enum CleanMedium {
    Photo(CleanPhoto),
    Film(CleanFilm),
}

impl CleanMedium {
    /// What is known of it.
    pub fn medium(&self) -> Medium {
        match self {
            Self::Photo(photo) => photo.medium(),
            Self::Film(film) => film.medium(),
        }
    }
}

impl CleanPhoto {
    /// What is known of it.
    pub fn medium(&self) -> Medium {
        let (width, height) = self.picture.shown();
        Medium {
            kind: self.picture.kind.into(),
            width,
            height,
            animated: self.picture.animated,
            duration: None,
            bytes: self.picture.bytes.len() as u64,
            sha256: self.sha256,
            crc32: self.crc32,
            taken_at: self.taken_at,
            film_dropped: self.picture.had_film,
        }
    }

    /// The whole file.
    pub fn bytes(&self) -> &[u8] {
        &self.picture.bytes
    }

    /// The picture itself.
    pub(super) fn picture(&self) -> &Picture {
        &self.picture
    }
}

/// The picture that a film is shown by before it plays.
pub enum Poster {
    /// It came with the film, and is cleaned when that is stored.
    Sent(Upload),
    /// It came before.
    Ready(ReadyUpload),
}

/// An upload that has become a clean medium.
#[derive(Clone, Debug)]
pub struct ReadyUpload {
    pub medium: Medium,
    /// Where its file is.
    pub path: PathBuf,
    /// Where its previews are, if they were made already; the small one last.
    pub previews: [(PreviewSize, PathBuf); 2],
}

/// For which share a photo comes.
#[derive(Clone, Copy, Debug)]
pub struct PhotoTarget {
    pub space: SpaceId,
    pub share: ShareId,
    pub photo: PhotoId,
    /// Whether it has a name of its own: it isn't the photo with which a share begins.
    pub revision: bool,
}

impl PhotoTarget {
    /// A medium that comes to this share.
    fn photo_of(&self, medium: &Medium) -> NewPhoto {
        let Self {
            space,
            share,
            photo,
            revision,
        } = *self;
        let name = if revision {
            PhotoName::revision(space, share, photo, medium.kind)
        } else {
            PhotoName::first(space, share, medium.kind)
        };
        NewPhoto {
            id: photo,
            name,
            width: medium.width,
            height: medium.height,
            animated: medium.animated,
            duration: medium.duration,
            poster: None,
            bytes: medium.bytes,
            sha256: medium.sha256,
            crc32: medium.crc32,
            caption: None,
            taken_at: medium.taken_at,
        }
    }
}

/// Takes photos in; clones share the bound on how many at once.
#[derive(Clone)]
pub struct PhotoIngest {
    pub(super) store: PhotoStore,
    clock: Clock,
    pub(super) limits: Limits,
    permits: Arc<Semaphore>,
    pub(super) avatar_permit: Arc<Semaphore>,
    film_permits: Arc<Semaphore>,
    /// Where films are while they are cleaned.
    folder: PathBuf,
    pub(super) memory: MemoryBudget,
    pub(super) buffers: BufferPool,
    pub(super) converter: Converter,
}

impl PhotoIngest {
    /// An intake into this store.
    pub fn new(store: PhotoStore, config: &Config, clock: Clock) -> Self {
        let buffers = BufferPool::default();
        Self {
            store,
            clock,
            limits: config.limits.clone(),
            permits: Arc::new(Semaphore::new(AT_ONCE)),
            avatar_permit: Arc::new(Semaphore::new(1)),
            film_permits: Arc::new(Semaphore::new(FILMS_AT_ONCE)),
            folder: config.data_dir.clone(),
            memory: MemoryBudget::new(MEMORY),
            converter: Converter::new(config, buffers.clone()),
            buffers,
        }
    }

    /// Memory for photos while they arrive.
    pub fn buffers(&self) -> &BufferPool {
        &self.buffers
    }

    /// Checks and cleans an upload. A HEIC becomes a JPEG first, in its `turn` among several photos of one share.
    ///
    /// # Errors
    /// Too many bytes or pixels; another type than JPEG, PNG, WebP, GIF, HEIC, MP4, MOV or WebM; a damaged file.
    pub async fn clean(&self, upload: Upload, turn: Option<&Turn>) -> Result<CleanMedium> {
        match upload.kind {
            UploadKind::Photo => self.clean_photo(upload, turn).await.map(CleanMedium::Photo),
            UploadKind::Video => {
                let folder = self.folder.clone();
                let film = self.clean_film(upload, || tempfile::tempfile_in(folder));
                Ok(CleanMedium::Film(film.await?))
            }
        }
    }

    /// Cleans a film into the file that `make` makes.
    pub(super) async fn clean_film(
        &self,
        upload: Upload,
        make: impl FnOnce() -> io::Result<File> + Send + 'static,
    ) -> Result<CleanFilm> {
        let too_large = || upload.kind.too_many_bytes(&self.limits);
        if self.limits.video_bytes == 0 {
            return Err(too_large());
        }
        let file = upload.file.ok_or_else(too_large)?;
        let permit = self.film_permits.clone().acquire_owned().await;
        let (permit, now) = (permit.map_err(Error::internal)?, self.clock.now());
        let cleaned = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            film::clean(&file, now, make)
        });
        cleaned.await.map_err(Error::internal)?
    }

    pub(super) async fn clean_photo(
        &self,
        upload: Upload,
        turn: Option<&Turn>,
    ) -> Result<CleanPhoto> {
        let too_large = || upload.kind.too_many_bytes(&self.limits);
        let file = upload.file.ok_or_else(too_large)?;
        let Converted { file, had_film } = self.converter.convert(file, turn).await?;
        let memory = match &file {
            Received::InMemory(_) => None,
            Received::OnDisk(file) => {
                let taken = self.memory.acquire(COPIES * file.bytes());
                let taken = timeout(MEMORY_TIMEOUT, taken).await;
                Some(
                    taken
                        .map_err(|_| Overload::Busy)?
                        .map_err(Error::internal)?,
                )
            }
        };
        let permit = self.permits.clone().acquire_owned().await;
        let (permit, now) = (permit.map_err(Error::internal)?, self.clock.now());
        let (limits, wrong_type) = (self.limits.clone(), self.wrong_type());
        let cleaned = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            let mut clean = clean(file, memory, &limits, wrong_type)?;
            clean.picture.had_film |= had_film;
            clean.taken_at = clean.taken_at.filter(|taken| taken.is_believed(now));
            Ok(clean)
        });
        cleaned.await.map_err(Error::internal)?
    }

    /// Puts a clean picture or film into the staging store, under the name for its space, and a film's poster next to its previews,
    /// which is cleaned in its `turn`.
    ///
    /// # Errors
    /// The store can't be written to; a picture has a poster; those of a photo for its poster.
    pub async fn store(
        &self,
        clean: CleanMedium,
        (poster, turn): (Option<Poster>, Option<&Turn>),
        target: PhotoTarget,
    ) -> Result<NewPhoto> {
        let kept = target.photo_of(&clean.medium());
        self.check_poster(&kept, poster.as_ref())?;
        let (body, _memory) = match clean {
            CleanMedium::Photo(photo) => {
                let bytes = self.buffers.into_bytes(photo.picture.bytes);
                (Body::from(bytes), photo.memory)
            }
            CleanMedium::Film(film) => (film.into_body()?, None),
        };
        let stored = self.store.put_temporary(&kept.name, body).await;
        stored.map_err(Error::storing)?;
        self.store_poster(kept, poster, turn).await
    }

    /// Puts a clean medium of an upload into the staging store, with the previews that were made of it. Its file stays.
    ///
    /// # Errors
    /// As [`Self::store`].
    pub async fn store_prepared(
        &self,
        ready: &ReadyUpload,
        (poster, turn): (Option<Poster>, Option<&Turn>),
        target: PhotoTarget,
    ) -> Result<NewPhoto> {
        let kept = target.photo_of(&ready.medium);
        self.check_poster(&kept, poster.as_ref())?;
        let stored = async {
            let body = Body::linked(ready.path.clone(), ready.medium.bytes);
            self.store.put_temporary(&kept.name, body).await?;
            let previews = ready.previews.clone();
            let previews = tokio::task::spawn_blocking(move || find_previews(previews)).await??;
            for (size, path, bytes) in previews {
                let body = Body::linked(path, bytes);
                self.store.put_preview(&kept.name, size, body).await?;
            }
            Ok(())
        };
        if let Err(error) = stored.await {
            self.rollback(&kept).await;
            return Err(Error::storing(error));
        }
        self.store_poster(kept, poster, turn).await
    }

    /// The refusal of what is none of the types that are taken.
    pub(super) fn wrong_type(&self) -> RejectedPhoto {
        RejectedPhoto::of_type(self.converter.is_on(), self.limits.video_bytes > 0)
    }

    /// Takes a photo back whose share couldn't be written.
    pub async fn rollback(&self, photo: &NewPhoto) {
        let names = std::slice::from_ref(&photo.name);
        if let Err(error) = self.store.delete_abandoned(names).await {
            tracing::warn!(photo = %photo.name, error = %sentence(&error), "could not delete an abandoned upload; will retry during cleanup");
        }
    }
}

fn clean(
    file: Received,
    mut memory: Option<MemoryPermit>,
    limits: &Limits,
    wrong_type: RejectedPhoto,
) -> Result<CleanPhoto> {
    let bytes = match file {
        Received::InMemory(bytes) => bytes,
        Received::OnDisk(file) => file.read(0, usize::MAX).context(UNREADABLE)?,
    };
    let mut picture =
        picture::clean(bytes, limits.max_pixels()).map_err(|refusal| match refusal {
            CleanError::UnknownType => wrong_type.into(),
            CleanError::TooManyPixels { max, .. } => too_many_pixels(max),
            CleanError::TooLong { .. } => Invalid::TooLarge {
                field: FieldName::Photo,
                max: Most::PixelsOnASide(picture::MAX_SIDE),
            }
            .into(),
            CleanError::NotShown(reason) => RejectedPhoto::NotShown { reason }.into(),
            CleanError::Damaged(reason) => RejectedPhoto::Damaged { reason }.into(),
        })?;
    if let Some(memory) = &mut memory {
        // The memory of what was removed is freed while this waits to be stored.
        picture.bytes.shrink_to_fit();
        memory.shrink_to(picture.bytes.len() as u64);
    }
    let sha256 = Sha256::digest(&picture.bytes).into();
    let crc32 = crc32fast::hash(&picture.bytes);
    Ok(CleanPhoto {
        taken_at: picture.taken_at.and_then(TakenAt::from_camera),
        picture,
        sha256,
        crc32,
        memory,
    })
}
