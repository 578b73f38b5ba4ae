//! The poster of a film that came without one: a picture of its beginning, by ffmpeg where that is installed. What it reads is our
//! clean film and never what was uploaded, and it runs in the fence.

use std::env;
use std::fs::File;
use std::io::{self, Read, Seek};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::{Result, bail};
use picture::{MaxPixels, clean};
use tokio::io::AsyncReadExt;
use tokio::sync::Semaphore;

use crate::config::Ffmpeg;
use crate::domain::media_kind::MediaKind;
use crate::domain::photo_name::PhotoName;
use crate::fence::{self, Bounds, Outcome};
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
    program: PathBuf,
    turn: Arc<Semaphore>,
    /// Whether ffmpeg was found not to run here. It isn't tried again in this process.
    is_out: Arc<AtomicBool>,
}

impl PosterMaker {
    /// With the ffmpeg that the setting names; `None` if it is off, or none is installed.
    pub fn find(setting: &Ffmpeg) -> Option<Self> {
        // Only there can it be kept from other files.
        if !cfg!(target_os = "linux") {
            return None;
        }
        let program = match setting {
            Ffmpeg::Off => return None,
            Ffmpeg::At(program) => program.clone(),
            Ffmpeg::Auto => {
                let folders = env::var_os("PATH")?;
                let mut found = env::split_paths(&folders).map(|folder| folder.join("ffmpeg"));
                found.find(|path| path.is_absolute() && path.is_file())?
            }
        };
        Some(Self {
            program,
            turn: Arc::new(Semaphore::new(1)),
            is_out: Arc::default(),
        })
    }

    /// Whether it may be tried, as far as is known.
    pub fn is_able(&self) -> bool {
        !self.is_out.load(Ordering::Relaxed)
    }

    /// Gives up on ffmpeg, and says so once.
    fn give_up(&self, why: &str) {
        if !self.is_out.swap(true, Ordering::Relaxed) {
            tracing::warn!(ffmpeg = %self.program.display(), "videos that come without a picture get none: {why}");
        }
    }

    /// Where ffmpeg is.
    pub fn program(&self) -> &Path {
        &self.program
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
        let format = match name.kind() {
            Some(MediaKind::Video(video::Kind::WebM)) => "matroska",
            _ => "mov",
        };
        let _turn = self.turn.acquire().await?;
        let input = beginning(film).await?;
        let output = tempfile::tempfile()?;
        let mut result = output.try_clone()?;
        let arguments = [self.program.to_string_lossy().into_owned(), format.into()];
        match fence::run(JOB, &arguments, BOUNDS, input, output).await? {
            Outcome::Done => {}
            Outcome::Interrupted | Outcome::Full => {
                bail!("making the poster of a film was interrupted")
            }
            Outcome::Refused | Outcome::Died => {
                tracing::warn!(film = %name, "ffmpeg could make no poster of a film");
                return Ok(None);
            }
            Outcome::Open => {
                self.give_up("this system can't keep ffmpeg from other files; Linux 5.13 or newer with Landlock can");
                return Ok(None);
            }
            Outcome::NoProgram => {
                self.give_up("ffmpeg can't be started");
                return Ok(None);
            }
        }
        let made = tokio::task::spawn_blocking(move || {
            let mut bytes = Vec::new();
            result.rewind()?;
            result.take(MAX_BYTES).read_to_end(&mut bytes)?;
            Ok::<_, io::Error>(clean(bytes, max_pixels).ok().map(|picture| picture.bytes))
        });
        Ok(made.await??)
    }
}

/// A film as a file, or as much of its beginning as a picture needs.
async fn beginning(film: StoredPhoto) -> Result<File> {
    let film = match film.into_file().await {
        Ok(mut file) => {
            file.rewind()?;
            return Ok(file);
        }
        Err(film) => film,
    };
    let length = film.bytes.min(BEGINNING);
    let mut bytes = film.read(0, length).await?.take(length);
    let mut file = tokio::fs::File::from_std(tempfile::tempfile()?);
    tokio::io::copy(&mut bytes, &mut file).await?;
    file.sync_data().await?;
    let mut file = file.into_std().await;
    file.rewind()?;
    Ok(file)
}
