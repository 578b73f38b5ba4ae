//! From an upload to a photo in the staging store: its size and type checked, cleaned, named and made durable.

use std::sync::Arc;

use anyhow::Context;
use picture::{CleanError, Picture};
use sha2::{Digest, Sha256};
use tokio::sync::Semaphore;

use crate::check::sentence;
use crate::config::{Config, Limits};
use crate::domain::ids::{PhotoId, ShareId, SpaceId};
use crate::domain::photo_name::PhotoName;
use crate::domain::photos::NewPhoto;
use crate::domain::taken_at::TakenAt;
use crate::error::{Error, FieldName, Invalid, Most, RejectedPhoto, Result};
use crate::limits::memory::{MemoryBudget, MemoryPermit};
use crate::storage::PhotoStore;
use crate::uploads::buffer_pool::BufferPool;
use crate::uploads::convert::{Converter, Turn};
pub use crate::uploads::received::{Received, Spilled, Upload, too_many_bytes, too_many_pixels};

/// Photos that are cleaned at once.
const AT_ONCE: usize = 4;
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

/// For which share a photo comes.
#[derive(Clone, Copy, Debug)]
pub struct PhotoTarget {
    pub space: SpaceId,
    pub share: ShareId,
    pub photo: PhotoId,
    /// Whether it has a name of its own: it isn't the photo with which a share begins.
    pub revision: bool,
}

/// Takes photos in; clones share the bound on how many at once.
#[derive(Clone)]
pub struct PhotoIngest {
    store: PhotoStore,
    limits: Limits,
    permits: Arc<Semaphore>,
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
    /// Too many bytes or pixels; another type than JPEG, PNG, WebP, GIF or HEIC; a damaged file.
    pub async fn clean(&self, upload: Upload, turn: Option<&Turn>) -> Result<CleanPhoto> {
        let file = upload.file.ok_or_else(|| too_many_bytes(&self.limits))?;
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

    /// Puts a clean picture into the staging store, under the name for its space.
    ///
    /// # Errors
    /// The store can't be written to.
    pub async fn store(&self, clean: CleanPhoto, target: PhotoTarget) -> Result<NewPhoto> {
        let CleanPhoto {
            picture,
            sha256,
            crc32,
            memory: _memory,
        } = clean;
        let PhotoTarget {
            space,
            share,
            photo,
            revision,
        } = target;
        let name = if revision {
            PhotoName::revision(space, share, photo, picture.kind)
        } else {
            PhotoName::first(space, share, picture.kind)
        };
        let (width, height) = picture.shown();
        let kept = NewPhoto {
            id: photo,
            name: name.clone(),
            width,
            height,
            animated: picture.animated,
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
