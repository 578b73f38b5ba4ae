//! The ffmpeg of this machine, which runs in the fence and never reads what was uploaded, but our clean film.

use std::env;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Result, bail};
use video::Hdr;

use crate::config::Ffmpeg;
use crate::domain::media_kind::MediaKind;
use crate::domain::photo_name::PhotoName;
use crate::fence::{self, Bounds, Outcome};

/// An ffmpeg that may be tried for one purpose; clones share whether it is.
#[derive(Clone, Debug)]
pub struct FfmpegProgram {
    path: PathBuf,
    /// What there is without it, for the log.
    cost: &'static str,
    /// Whether it was found not to run here. It isn't tried again in this process.
    is_out: Arc<AtomicBool>,
}

/// How a job of ffmpeg has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ran {
    /// The output is the result.
    Done,
    /// It could do nothing with the film, and never will.
    Failed,
    /// It can't run here.
    Unable,
}

impl FfmpegProgram {
    /// The ffmpeg that the setting names; `None` if it is off, or none is installed. `cost`: what there is without it, for the log.
    pub fn find(setting: &Ffmpeg, cost: &'static str) -> Option<Self> {
        // Only there can it be kept from other files.
        if !cfg!(target_os = "linux") {
            return None;
        }
        let path = match setting {
            Ffmpeg::Off => return None,
            Ffmpeg::At(program) => program.clone(),
            Ffmpeg::Auto => {
                let folders = env::var_os("PATH")?;
                let mut found = env::split_paths(&folders).map(|folder| folder.join("ffmpeg"));
                found.find(|path| path.is_absolute() && path.is_file())?
            }
        };
        Some(Self {
            path,
            cost,
            is_out: Arc::default(),
        })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether it may be tried, as far as is known.
    pub fn is_able(&self) -> bool {
        !self.is_out.load(Ordering::Relaxed)
    }

    /// Gives up on it, and says so once.
    pub fn give_up(&self, why: &str) {
        if !self.is_out.swap(true, Ordering::Relaxed) {
            tracing::warn!(ffmpeg = %self.path.display(), "{}: {why}", self.cost);
        }
    }

    /// Runs this job of the fence on a film that is called so; with `hdr`, its light is made that of ordinary screens. If this is
    /// dropped, ffmpeg ends.
    ///
    /// # Errors
    /// No process can be started; it was interrupted, or the disk is full. It may be tried again.
    pub async fn run(
        &self,
        job: &str,
        name: &PhotoName,
        hdr: Option<Hdr>,
        bounds: Bounds,
        (input, output): (File, File),
    ) -> Result<Ran> {
        let format = match name.kind() {
            Some(MediaKind::Video(video::Kind::WebM)) => "matroska",
            _ => "mov",
        };
        let mut arguments = vec![self.path.to_string_lossy().into_owned(), format.into()];
        arguments.extend(hdr.map(|hdr| String::from(light(hdr))));
        match fence::run(job, &arguments, bounds, input, output).await? {
            Outcome::Done => Ok(Ran::Done),
            Outcome::Interrupted | Outcome::Full => bail!("ffmpeg was interrupted"),
            Outcome::Refused | Outcome::Died => Ok(Ran::Failed),
            Outcome::Open => {
                self.give_up("this system can't keep ffmpeg from other files; Linux 5.13 or newer with Landlock can");
                Ok(Ran::Unable)
            }
            Outcome::NoProgram => {
                self.give_up("ffmpeg can't be started");
                Ok(Ran::Unable)
            }
        }
    }
}

/// How the hidden command calls the light of a film.
fn light(hdr: Hdr) -> &'static str {
    match hdr {
        Hdr::Pq => "pq",
        Hdr::Hlg => "hlg",
    }
}
