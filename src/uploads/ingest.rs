//! From an upload to a photo or film in the staging store: its size and type checked, cleaned, named and made durable.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context;
use picture::{CleanError, Picture};
use sha2::{Digest, Sha256};
use tokio::sync::Semaphore;

use crate::check::sentence;
use crate::config::{Config, Limits};
use crate::domain::ids::{PhotoId, ShareId, SpaceId};
use crate::domain::media_kind::MediaKind;
use crate::domain::photo_name::PhotoName;
use crate::domain::photos::{NewPhoto, NewPoster};
use crate::domain::taken_at::TakenAt;
use crate::error::{Error, FieldName, Invalid, Most, RejectedPhoto, RejectedVideo, Result};
use crate::limits::memory::{MemoryBudget, MemoryPermit};
use crate::storage::PhotoStore;
use crate::uploads::buffer_pool::BufferPool;
use crate::uploads::convert::{Converter, Turn};
use crate::uploads::film::{self, CleanFilm};
pub use crate::uploads::received::{Received, Spilled, Upload, UploadKind, too_many_pixels};

/// Photos that are cleaned at once.
const AT_ONCE: usize = 4;
/// Films that are cleaned at once: each may have tables of contents of some 100 MiB in memory.
const FILMS_AT_ONCE: usize = 2;
/// The most memory in bytes for photos that came by way of the disk, from when they are read back until they are stored:
/// two of the largest while they are cleaned. Those of a setting that allows larger ones come one at a time.
const MEMORY: u64 = 100 * 1024 * 1024;
const UNREADABLE: &str = "An upload can't be read back";
/// A photo while it is cleaned, and what comes out, where that can't be put together in its place.
const COPIES: u64 = 2;

/// A picture that may be kept.
pub struct CleanPhoto {
    picture: Picture,
    sha256: [u8; 32],
    crc32: u32,
    /// That of its bytes, where they aren't in the memory that each upload may have.
    memory: Option<MemoryPermit>,
}

/// A photo or film that may be kept.
pub enum CleanMedium {
    Photo(CleanPhoto),
    /// With the picture that it is shown by before it plays.
    Film(CleanFilm, Option<CleanPhoto>),
}

impl CleanMedium {
    /// A film with its poster.
    ///
    /// # Errors
    /// It is a photo.
    pub fn with_poster(self, poster: CleanPhoto) -> Result<Self> {
        match self {
            Self::Photo(_) => Err(RejectedVideo::PosterOfPhoto.into()),
            Self::Film(film, _) => Ok(Self::Film(film, Some(poster))),
        }
    }
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
    /// The name that it gets.
    fn name(&self, kind: impl Into<MediaKind>) -> PhotoName {
        if self.revision {
            PhotoName::revision(self.space, self.share, self.photo, kind)
        } else {
            PhotoName::first(self.space, self.share, kind)
        }
    }
}

/// Takes photos in; clones share the bound on how many at once.
#[derive(Clone)]
pub struct PhotoIngest {
    store: PhotoStore,
    limits: Limits,
    permits: Arc<Semaphore>,
    film_permits: Arc<Semaphore>,
    /// Where films are while they are cleaned.
    folder: PathBuf,
    memory: MemoryBudget,
    buffers: BufferPool,
    converter: Converter,
}

impl PhotoIngest {
    /// An intake into this store.
    pub fn new(store: PhotoStore, config: &Config) -> Self {
        let buffers = BufferPool::default();
        Self {
            store,
            limits: config.limits.clone(),
            permits: Arc::new(Semaphore::new(AT_ONCE)),
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
                let film = self.clean_film(upload).await?;
                Ok(CleanMedium::Film(film, None))
            }
        }
    }

    async fn clean_film(&self, upload: Upload) -> Result<CleanFilm> {
        let too_large = || upload.kind.too_many_bytes(&self.limits);
        if self.limits.video_bytes == 0 {
            return Err(too_large());
        }
        let file = upload.file.ok_or_else(too_large)?;
        let permit = self.film_permits.clone().acquire_owned().await;
        let permit = permit.map_err(Error::internal)?;
        let folder = self.folder.clone();
        let cleaned = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            film::clean(&file, &folder)
        });
        cleaned.await.map_err(Error::internal)?
    }

    /// Checks and cleans what is to be the poster of a film.
    ///
    /// # Errors
    /// As [`Self::clean`] of a photo; it is a film.
    pub async fn clean_poster(&self, upload: Upload, turn: Option<&Turn>) -> Result<CleanPhoto> {
        if upload.kind == UploadKind::Video {
            return Err(Error::from(RejectedPhoto::Type).of_poster());
        }
        let cleaned = self.clean_photo(upload, turn).await;
        cleaned.map_err(Error::of_poster)
    }

    async fn clean_photo(&self, upload: Upload, turn: Option<&Turn>) -> Result<CleanPhoto> {
        let too_large = || upload.kind.too_many_bytes(&self.limits);
        let file = upload.file.ok_or_else(too_large)?;
        let file = self.converter.convert(file, turn).await?;
        let memory = match &file {
            Received::InMemory(_) => None,
            Received::OnDisk(file) => {
                let taken = self.memory.acquire(COPIES * file.bytes()).await;
                Some(taken.map_err(Error::internal)?)
            }
        };
        let permit = self
            .permits
            .clone()
            .acquire_owned()
            .await
            .map_err(Error::internal)?;
        let limits = self.limits.clone();
        let cleaned = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            clean(file, memory, &limits)
        });
        cleaned.await.map_err(Error::internal)?
    }

    /// Puts a clean picture or film into the staging store, under the name for its space.
    ///
    /// # Errors
    /// The store can't be written to.
    pub async fn store(&self, clean: CleanMedium, target: PhotoTarget) -> Result<NewPhoto> {
        match clean {
            CleanMedium::Photo(photo) => self.store_photo(photo, target).await,
            CleanMedium::Film(film, poster) => self.store_film(film, poster, target).await,
        }
    }

    async fn store_film(
        &self,
        clean: CleanFilm,
        poster: Option<CleanPhoto>,
        target: PhotoTarget,
    ) -> Result<NewPhoto> {
        let name = target.name(clean.film.kind);
        let mut kept = NewPhoto {
            id: target.photo,
            name: name.clone(),
            width: clean.film.width,
            height: clean.film.height,
            animated: false,
            duration: clean.film.duration,
            poster: None,
            bytes: clean.length,
            sha256: clean.sha256,
            crc32: clean.crc32,
            caption: None,
            taken_at: None,
        };
        let stored = self.store.put_temporary(&name, clean.into_body()?).await;
        stored.map_err(Error::storing)?;
        // The film first: what is left of both is found by it.
        let Some(poster) = poster else {
            return Ok(kept);
        };
        kept.poster = Some(NewPoster {
            bytes: poster.picture.bytes.len() as u64,
            sha256: poster.sha256,
        });
        let bytes = self.buffers.into_bytes(poster.picture.bytes);
        if let Err(error) = self.store.put_poster(&name, bytes).await {
            self.rollback(&kept).await;
            return Err(Error::storing(error));
        }
        Ok(kept)
    }

    async fn store_photo(&self, clean: CleanPhoto, target: PhotoTarget) -> Result<NewPhoto> {
        let CleanPhoto {
            picture,
            sha256,
            crc32,
            memory: _memory,
        } = clean;
        let name = target.name(picture.kind);
        let (width, height) = picture.shown();
        let kept = NewPhoto {
            id: target.photo,
            name: name.clone(),
            width,
            height,
            animated: picture.animated,
            duration: None,
            poster: None,
            bytes: picture.bytes.len() as u64,
            sha256,
            crc32,
            caption: None,
            taken_at: picture.taken_at.and_then(TakenAt::from_camera),
        };
        let bytes = self.buffers.into_bytes(picture.bytes);
        let stored = self.store.put_temporary(&name, bytes).await;
        stored.map_err(Error::storing)?;
        Ok(kept)
    }

    /// Takes a photo back whose share couldn't be written.
    pub async fn rollback(&self, photo: &NewPhoto) {
        if let Err(error) = self.store.delete(&photo.name).await {
            tracing::warn!(photo = %photo.name, error = %sentence(&error), "could not delete an abandoned upload; will retry during cleanup");
        }
    }
}

fn clean(file: Received, mut memory: Option<MemoryPermit>, limits: &Limits) -> Result<CleanPhoto> {
    let bytes = match file {
        Received::InMemory(bytes) => bytes,
        Received::OnDisk(file) => file.read(0, usize::MAX).context(UNREADABLE)?,
    };
    let mut picture =
        picture::clean(bytes, limits.max_pixels()).map_err(|refusal| match refusal {
            CleanError::UnknownType => RejectedPhoto::Type.into(),
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
        // All that stayed behind is given back while this waits to be stored.
        picture.bytes.shrink_to_fit();
        memory.shrink_to(picture.bytes.len() as u64);
    }
    let sha256 = Sha256::digest(&picture.bytes).into();
    let crc32 = crc32fast::hash(&picture.bytes);
    Ok(CleanPhoto {
        picture,
        sha256,
        crc32,
        memory,
    })
}
