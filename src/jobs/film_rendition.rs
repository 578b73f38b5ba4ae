//! The rendition of a film: the same film as every browser plays it, H.264 and AAC in an MP4 of at most 1920 by 1080 pixels, by ffmpeg
//! where that is installed. It is made only of a film that not every browser plays. What ffmpeg reads is our clean film and never
//! what was uploaded; it runs in the fence, and what it writes is cleaned as what is uploaded is.

use std::env;
use std::fs::File;
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Result, anyhow, ensure};
use tokio::io::AsyncReadExt;
use tokio::sync::{OnceCell, Semaphore};
use tokio::task::spawn_blocking;
use video::{Film, Hdr};

use crate::config::Ffmpeg;
use crate::domain::photo_name::PhotoName;
use crate::fs::space::available;
use crate::jobs::ffmpeg::{FfmpegProgram, Ran};
use crate::jobs::film_claim::Claims;
use crate::jobs::rendition_rules::{SAMPLE, bounds, plays_everywhere};
use crate::storage::{Body, PhotoStore, StoredPhoto};

/// The name of the job in the fence.
const JOB: &str = "rendition";
/// More than the sample lasts.
const SAMPLE_LASTS: Duration = Duration::from_secs(60);
/// What is written of it at once: by ffmpeg, cleaned, and put into the store.
const COPIES: u64 = 3;
/// How much of a film in S3 is fetched to see what it is. If its head is longer, all of it is.
const HEAD: u64 = 4 * 1024 * 1024;
/// What there is without renditions, for the log.
const COST: &str = "videos that not every browser plays stay as they are";

/// What came of the rendition of a film.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Made {
    /// It is in the store, and has this many bytes.
    There(u64),
    /// There is none and never will be: every browser plays the film itself, or ffmpeg can do nothing with it.
    None,
    /// It isn't known: ffmpeg doesn't run here, the film is gone, or another worker makes it.
    Unknown,
}

/// Makes renditions, one at a time; clones share that bound.
#[derive(Clone, Debug)]
pub struct RenditionMaker {
    ffmpeg: FfmpegProgram,
    store: PhotoStore,
    claims: Claims,
    turn: Arc<Semaphore>,
    /// Whether it can make any.
    works: Arc<OnceCell<bool>>,
    /// Whether it can make light that ordinary screens don't have that of ordinary screens.
    maps_hdr: Arc<OnceCell<bool>>,
}

impl RenditionMaker {
    /// With the ffmpeg that the setting names, of the films in this store; `None` if it is off, or none is installed.
    pub fn find(setting: &Ffmpeg, store: PhotoStore) -> Option<Self> {
        Some(Self {
            ffmpeg: Self::program(setting)?,
            claims: Claims::new(store.clone()),
            store,
            turn: Arc::new(Semaphore::new(1)),
            works: Arc::default(),
            maps_hdr: Arc::default(),
        })
    }

    /// Whether it may be tried, as far as is known.
    pub fn is_able(&self) -> bool {
        self.ffmpeg.is_able()
    }

    /// The ffmpeg for renditions.
    pub fn program(setting: &Ffmpeg) -> Option<FfmpegProgram> {
        FfmpegProgram::find(setting, COST)
    }

    /// Makes the rendition of a film, unless it is there or not needed, and puts it into the store. Can be repeated.
    ///
    /// # Errors
    /// The store or a temporary file can't be used; ffmpeg was interrupted; the disk is too full. It may be tried again.
    pub async fn make(&self, name: &PhotoName) -> Result<Made> {
        if let Some(before) = self.find_made(name).await? {
            return Ok(before);
        }
        if !self.is_able() {
            return Ok(Made::Unknown);
        }
        let _turn = self.turn.acquire().await?;
        // Another worker may have made it meanwhile.
        if let Some(before) = self.find_made(name).await? {
            return Ok(before);
        }
        let Some((film, input)) = self.read(name).await? else {
            return Ok(Made::Unknown);
        };
        if film.as_ref().is_none_or(plays_everywhere) {
            return Ok(Made::None);
        }
        if !self.works().await? {
            return Ok(Made::Unknown);
        }
        let Some(claim) = self.claims.claim(name).await? else {
            tracing::debug!(film = %name, "another worker makes the rendition of a film");
            return Ok(Made::Unknown);
        };
        let made = claim.hold(self.make_claimed(name, film, input)).await;
        claim.release().await;
        Ok(made?.unwrap_or(Made::Unknown))
    }

    /// Makes the rendition of a film that no other worker works on.
    async fn make_claimed(
        &self,
        name: &PhotoName,
        film: Option<Film>,
        input: Input,
    ) -> Result<Made> {
        // The one that had it until now may have finished.
        if let Some(before) = self.find_made(name).await? {
            return Ok(before);
        }
        let Some(input) = self.whole(name, input).await? else {
            return Ok(Made::Unknown);
        };
        let (duration, hdr) = film.map_or((None, None), |film| (film.duration, film.hdr));
        let hdr = match hdr {
            Some(hdr) if self.maps_hdr().await? => Some(hdr),
            _ => None,
        };
        let folder = self.store.work_dir();
        let made = convert(&self.ffmpeg, name, (duration, hdr), input, folder).await?;
        match made {
            Some(made) => self.put(name, made).await,
            None if self.is_able() => Ok(Made::None),
            None => Ok(Made::Unknown),
        }
    }

    /// Says in the store that a film has no rendition and gets none, for a server that this worker can't tell.
    ///
    /// # Errors
    /// The store can't be written to.
    pub async fn put_none(&self, name: &PhotoName) -> Result<()> {
        self.put_if_kept(name, Body::from(Vec::new()))
            .await
            .map(drop)
    }

    /// What the store has.
    async fn find_made(&self, name: &PhotoName) -> Result<Option<Made>> {
        let found = self.store.open_rendition(name).await?;
        Ok(found.map(|found| match found.bytes {
            0 => Made::None,
            bytes => Made::There(bytes),
        }))
    }

    async fn works(&self) -> Result<bool> {
        let works = self.works.get_or_try_init(|| works(&self.ffmpeg));
        works.await.copied()
    }

    async fn maps_hdr(&self) -> Result<bool> {
        let maps = self.maps_hdr.get_or_try_init(|| maps_hdr(&self.ffmpeg));
        maps.await.copied()
    }

    /// What a film is, where that can be read, and as much of it as was read.
    async fn read(&self, name: &PhotoName) -> Result<Option<(Option<Film>, Input)>> {
        let Some(stored) = self.store.open(name).await? else {
            return Ok(None);
        };
        let length = stored.bytes;
        let input = match stored.into_file().await {
            Ok(file) => Input::Whole(file),
            Err(stored) if length > HEAD => {
                let head = self.fetch(stored, HEAD).await?;
                // A hole is read as zeros, and only the head is read.
                head.set_len(length)?;
                Input::Head(head)
            }
            Err(stored) => Input::Whole(self.fetch(stored, length).await?),
        };
        let (film, input) = probe(input).await?;
        if film.is_some() || matches!(input, Input::Whole(_)) {
            return Ok(Some((film, input)));
        }
        let Some(whole) = self.whole(name, input).await? else {
            return Ok(None);
        };
        Ok(Some(probe(Input::Whole(whole)).await?))
    }

    /// All of a film as a file.
    async fn whole(&self, name: &PhotoName, input: Input) -> Result<Option<File>> {
        if let Input::Whole(mut file) = input {
            file.rewind()?;
            return Ok(Some(file));
        }
        let Some(stored) = self.store.open(name).await? else {
            return Ok(None);
        };
        let length = stored.bytes;
        check_space(&self.store.work_dir(), length)?;
        Ok(Some(self.fetch(stored, length).await?))
    }

    /// The first bytes of a film, in a file.
    async fn fetch(&self, stored: StoredPhoto, length: u64) -> Result<File> {
        let file = tempfile::tempfile_in(self.store.work_dir())?;
        let mut file = tokio::fs::File::from_std(file);
        if length > 0 {
            let mut bytes = stored.read(0, length).await?.take(length);
            let count = tokio::io::copy(&mut bytes, &mut file).await?;
            ensure!(count == length, "got {count} bytes instead of {length}");
        }
        file.sync_data().await?;
        let mut file = file.into_std().await;
        file.rewind()?;
        Ok(file)
    }

    async fn put(&self, name: &PhotoName, made: File) -> Result<Made> {
        let bytes = made.metadata()?.len();
        // Another worker may have been quicker. Its is as good, and may be playing already.
        if let Some(before @ Made::There(_)) = self.find_made(name).await? {
            return Ok(before);
        }
        // It may have been deleted while ffmpeg ran, long ago: should this process end before it looks again, nobody else would
        // delete the rendition.
        if self.store.open(name).await?.is_none() {
            return Ok(Made::Unknown);
        }
        Ok(match self.put_if_kept(name, Body::file(made)?).await? {
            true => Made::There(bytes),
            false => Made::Unknown,
        })
    }

    /// Puts a rendition, and deletes it again if its film was deleted meanwhile: the deletion of a film deletes what was made of it
    /// afterwards, so that either it is found there or the film isn't found here.
    async fn put_if_kept(&self, name: &PhotoName, body: Body) -> Result<bool> {
        self.store.put_rendition(name, body).await?;
        if self.store.open(name).await?.is_some() {
            return Ok(true);
        }
        self.store.delete_derived(name).await?;
        Ok(false)
    }
}

/// Whether an ffmpeg can make renditions: it knows H.264 and AAC, and our options. Otherwise it is given up.
///
/// # Errors
/// A temporary file can't be used, or ffmpeg was interrupted.
pub async fn works(ffmpeg: &FfmpegProgram) -> Result<bool> {
    let works = converts_sample(ffmpeg, None).await?;
    if !works {
        ffmpeg.give_up("this ffmpeg can't make H.264; it has to be 5.1 or newer, with libx264");
    }
    Ok(works)
}

/// Whether an ffmpeg can make renditions of HDR films that aren't pale.
///
/// # Errors
/// As [`works`].
pub async fn maps_hdr(ffmpeg: &FfmpegProgram) -> Result<bool> {
    let maps = converts_sample(ffmpeg, Some(Hdr::Pq)).await?;
    if !maps {
        tracing::warn!(
            ffmpeg = %ffmpeg.path().display(),
            "renditions of HDR films will look pale: this ffmpeg has no libzimg"
        );
    }
    Ok(maps)
}

async fn converts_sample(ffmpeg: &FfmpegProgram, hdr: Option<Hdr>) -> Result<bool> {
    let mut sample = tempfile::tempfile()?;
    sample.write_all(SAMPLE)?;
    sample.rewind()?;
    let name = "1-1.mp4".parse::<PhotoName>();
    let name = name.map_err(|_| anyhow!("the sample has no name"))?;
    let what = (Some(SAMPLE_LASTS), hdr);
    let made = convert(ffmpeg, &name, what, sample, env::temp_dir()).await?;
    Ok(made.is_some())
}

/// The clean rendition of a film of this duration, in a file in this folder, and with the light of ordinary screens if it is HDR; `None`
/// if ffmpeg can't make one.
async fn convert(
    ffmpeg: &FfmpegProgram,
    name: &PhotoName,
    (duration, hdr): (Option<Duration>, Option<Hdr>),
    input: File,
    folder: PathBuf,
) -> Result<Option<File>> {
    let bounds = bounds(duration, input.metadata()?.len());
    check_space(&folder, bounds.output.saturating_mul(COPIES))?;
    let output = tempfile::tempfile_in(&folder)?;
    let result = output.try_clone()?;
    let ran = ffmpeg.run(JOB, name, hdr, bounds, (input, output)).await?;
    if ran != Ran::Done {
        if ran == Ran::Failed {
            tracing::warn!(film = %name, "ffmpeg could make no rendition of a film");
        }
        return Ok(None);
    }
    let cleaned = spawn_blocking(move || clean(result, &folder)).await??;
    if cleaned.is_none() {
        tracing::warn!(film = %name, "what ffmpeg has made of a film is no film that every browser plays");
    }
    Ok(cleaned)
}

/// A film in a file.
enum Input {
    Whole(File),
    /// Only its head, with the length of the whole.
    Head(File),
}

/// What a film is; `None` if its head can't be read.
async fn probe(input: Input) -> Result<(Option<Film>, Input)> {
    let read = spawn_blocking(move || {
        let (Input::Whole(file) | Input::Head(file)) = &input;
        let film = match video::probe(file) {
            Ok(film) => Some(film),
            Err(video::Error::Refused(_)) => None,
            Err(error) => return Err(error),
        };
        Ok((film, input))
    });
    Ok(read.await??)
}

fn check_space(folder: &Path, bytes: u64) -> Result<()> {
    let free = available(folder);
    ensure!(
        free.is_none_or(|free| free > bytes),
        "{} has too little free space for the rendition of a film, which may take {} MiB",
        folder.display(),
        bytes / (1024 * 1024)
    );
    Ok(())
}

/// What ffmpeg has made, without what it says of itself; `None` if it isn't what it should be.
fn clean(mut made: File, folder: &Path) -> Result<Option<File>> {
    made.seek(SeekFrom::Start(0))?;
    let mut cleaned = tempfile::tempfile_in(folder)?;
    let summary = match video::clean(made, io::BufWriter::new(&cleaned)) {
        Ok(summary) => summary,
        Err(video::Error::Refused(_)) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    cleaned.rewind()?;
    ensure!(
        cleaned.metadata()?.len() == summary.length,
        "the rendition of a film could not be written"
    );
    // Where ffmpeg couldn't change its light, that is as it was.
    let film = Film {
        hdr: None,
        ..summary.film
    };
    Ok(plays_everywhere(&film).then_some(cleaned))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::LocalStore;

    fn file(text: &str) -> File {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(text.as_bytes()).unwrap();
        file.rewind().unwrap();
        file
    }

    #[tokio::test]
    async fn the_first_rendition_of_two_stays_and_none_of_a_film_that_is_gone() {
        let folder = tempfile::tempdir().unwrap();
        let store = PhotoStore::Local(LocalStore::open_at(folder.path()).unwrap());
        let setting = Ffmpeg::At(PathBuf::from("/ffmpeg"));
        let Some(maker) = RenditionMaker::find(&setting, store.clone()) else {
            // Not on this system.
            return;
        };
        let film: PhotoName = "1-1.mov".parse().unwrap();
        store.put_in_space(&film, b"film".to_vec()).await.unwrap();
        for made in ["first", "another one"] {
            let put = maker.put(&film, file(made)).await.unwrap();
            assert_eq!(put, Made::There(5));
        }
        let kept = store.open_rendition(&film).await.unwrap().unwrap();
        assert_eq!(kept.read_all().await.unwrap(), b"first");
        store.delete(&film).await.unwrap();
        assert_eq!(maker.put(&film, file("late")).await.unwrap(), Made::Unknown);
        assert!(store.open_rendition(&film).await.unwrap().is_none());
    }
}
