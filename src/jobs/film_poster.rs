//! The poster of a film that came without one: a picture of its beginning, by ffmpeg where that is installed. What it reads is our
//! clean film and never what was uploaded, and it runs in the fence.

use std::fs::File;
use std::io::{self, Read, Seek};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use picture::{MaxPixels, clean};
use tokio::io::AsyncReadExt;
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;
use video::Hdr;

use crate::config::Ffmpeg;
use crate::domain::photo_name::PhotoName;
use crate::fence::Bounds;
use crate::jobs::ffmpeg::{FfmpegProgram, Ran};
use crate::storage::{PhotoStore, StoredPhoto};

/// The name of the job in the fence.
const JOB: &str = "poster";
/// What it may use: the libraries of ffmpeg and some large pictures.
const BOUNDS: Bounds = Bounds {
    memory: 1536 * 1024 * 1024,
    compute: Duration::from_secs(60),
    clock: Duration::from_secs(240),
    output: MAX_BYTES,
};
/// More bytes than a poster has.
const MAX_BYTES: u64 = 16 * 1024 * 1024;
/// How much of a film in S3 is fetched: its head, which comes first, and more than its first second.
const BEGINNING: u64 = 96 * 1024 * 1024;

/// Makes posters, one at a time; clones share that bound.
#[derive(Clone, Debug)]
pub struct PosterMaker {
    ffmpeg: FfmpegProgram,
    turn: Arc<Semaphore>,
}

impl PosterMaker {
    /// With the ffmpeg that the setting names; `None` if it is off, or none is installed.
    pub fn find(setting: &Ffmpeg) -> Option<Self> {
        let cost = "videos that come without a picture get none";
        Some(Self {
            ffmpeg: FfmpegProgram::find(setting, cost)?,
            turn: Arc::new(Semaphore::new(1)),
        })
    }

    /// Whether it may be tried, as far as is known.
    pub fn is_able(&self) -> bool {
        self.ffmpeg.is_able()
    }

    /// Where ffmpeg is.
    pub fn program(&self) -> &Path {
        self.ffmpeg.path()
    }

    /// A picture of a film, clean; `None` if none can be made of it, and never will.
    ///
    /// # Errors
    /// The store or a temporary file can't be used; it was interrupted. It may be tried again.
    pub async fn make(
        &self,
        store: &PhotoStore,
        name: &PhotoName,
        max_pixels: MaxPixels,
    ) -> Result<Option<Vec<u8>>> {
        let Some(film) = store.open(name).await? else {
            return Ok(None);
        };
        let _turn = self.turn.acquire().await?;
        let (input, hdr) = beginning(film).await?;
        let (mut ran, mut result) = self.run(name, &input, hdr).await?;
        if ran == Ran::Failed && hdr.is_some() {
            // It may lack the filters for that. Rather a pale poster than none.
            (ran, result) = self.run(name, &input, None).await?;
        }
        if ran == Ran::Failed {
            tracing::warn!(film = %name, "ffmpeg could make no poster of a film");
        }
        if ran != Ran::Done {
            return Ok(None);
        }
        let made = spawn_blocking(move || {
            let mut bytes = Vec::new();
            result.rewind()?;
            result.take(MAX_BYTES).read_to_end(&mut bytes)?;
            Ok::<_, io::Error>(clean(bytes, max_pixels).ok().map(|picture| picture.bytes))
        });
        Ok(made.await??)
    }

    /// Has ffmpeg make a picture of a film in a file, in another file.
    async fn run(&self, name: &PhotoName, film: &File, hdr: Option<Hdr>) -> Result<(Ran, File)> {
        let mut input = film.try_clone()?;
        input.rewind()?;
        let output = tempfile::tempfile()?;
        let result = output.try_clone()?;
        let files = (input, output);
        let ran = self.ffmpeg.run(JOB, name, hdr, BOUNDS, files).await?;
        Ok((ran, result))
    }
}

/// A film as a file, or as much of its beginning as a picture needs, and whether it is HDR.
async fn beginning(film: StoredPhoto) -> Result<(File, Option<Hdr>)> {
    let film = match film.into_file().await {
        Ok(file) => return with_light(file, None).await,
        Err(film) => film,
    };
    let (whole, length) = (film.bytes, film.bytes.min(BEGINNING));
    let mut bytes = film.read(0, length).await?.take(length);
    let mut file = tokio::fs::File::from_std(tempfile::tempfile()?);
    tokio::io::copy(&mut bytes, &mut file).await?;
    file.sync_data().await?;
    with_light(file.into_std().await, Some((length, whole))).await
}

/// A film, and whether it is HDR. What its head says is valid only with its whole length; a hole is read as zeros.
async fn with_light(film: File, cut: Option<(u64, u64)>) -> Result<(File, Option<Hdr>)> {
    let read = spawn_blocking(move || {
        if let Some((_, whole)) = cut {
            film.set_len(whole)?;
        }
        let hdr = video::probe(&film).ok().and_then(|film| film.hdr);
        if let Some((length, _)) = cut {
            film.set_len(length)?;
        }
        Ok((film, hdr))
    });
    read.await?
}
