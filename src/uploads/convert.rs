//! HEICs become JPEGs on arrival, because most browsers don't show them: looked at here, decoded in the fence.

use std::fs::File;
use std::io::{self, Read, Seek, Write};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use anyhow::Context;
use heif::{Reason, Refusal, Shape, Sniffed};
use tokio::sync;
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;
use tokio::time::timeout;

use super::buffer_pool::{BufferPool, CAPACITY};
use super::received::{Received, Spilled, too_many_pixels};
use crate::config::Config;
use crate::error::{Error, Failure, FieldName, Invalid, Most, Overload, RejectedPhoto, Result};
use crate::fence::{self, Bounds, Outcome};
use crate::limits::memory::MemoryBudget;

/// The name of the job in the fence.
const JOB: &str = "heic";
/// HEICs that are decoded at once, each on one core.
const AT_ONCE: usize = 2;
/// How long an upload waits for others to be decoded.
const QUEUE_TIMEOUT: Duration = Duration::from_secs(60);
/// What decoding takes in bytes whatever the picture, besides its file.
const MEMORY: u64 = 48 * 1024 * 1024;
/// What it takes for each pixel of the whole, which is there twice while it is turned, and becomes a JPEG.
const MEMORY_A_PIXEL: u64 = 10;
/// What it takes in addition for each pixel that is decoded in one piece, with more than 8 bits and all colours.
const MEMORY_A_CODED_PIXEL: u64 = 16;
/// What is decoded in a second at least, in pixels: a small computer does four times as many.
const PIXELS_A_SECOND: u64 = 2_000_000;
/// Bytes of a JPEG for each pixel, where nothing in it is smooth.
const OUTPUT_A_PIXEL: u64 = 3;

/// What is copied in one piece, in bytes.
const CHUNK: usize = 1024 * 1024;

const UNREADABLE: &str = "An upload can't be read back";

/// The photos of one share wait for each other here: one HEIC of them is decoded at a time.
#[derive(Default)]
pub struct Turn(sync::Mutex<()>);

/// A photo that isn't a HEIC, or isn't any more.
pub struct Converted {
    pub file: Received,
    /// Whether a film was attached to the HEIC.
    pub had_film: bool,
}

/// Makes JPEGs; clones share the bounds on how many at once.
#[derive(Clone)]
pub struct Converter {
    is_on: bool,
    folder: PathBuf,
    max_pixels: u64,
    max_memory: u64,
    permits: Arc<Semaphore>,
    memory: MemoryBudget,
    buffers: BufferPool,
}

impl Converter {
    /// As the settings have it.
    pub fn new(config: &Config, buffers: BufferPool) -> Self {
        let max_memory = config.photos.heic_memory;
        Self {
            is_on: config.photos.heic,
            folder: config.data_dir.clone(),
            max_pixels: config.limits.photo_pixels,
            max_memory,
            permits: Arc::new(Semaphore::new(AT_ONCE)),
            memory: MemoryBudget::new(max_memory),
            buffers,
        }
    }

    /// Whether HEICs are taken.
    pub fn is_on(&self) -> bool {
        self.is_on
    }

    /// Makes a JPEG of a HEIC, keeping nothing of its metadata but when it was taken. What isn't a HEIF or related is returned
    /// as it was. In a `turn` among several photos of one share, the JPEG is left on the disk, because together they
    /// may have no more memory than one photo.
    ///
    /// # Errors
    /// It is of a kind that isn't accepted, damaged, or too large; too many others are being decoded.
    pub async fn convert(&self, file: Received, turn: Option<&Turn>) -> Result<Converted> {
        let (file, sniffed) = blocking(move || {
            let sniffed = sniff(&file)?;
            Ok((file, sniffed))
        })
        .await?;
        match sniffed {
            None => Ok(Converted {
                file,
                had_film: false,
            }),
            Some(Sniffed::Other(format)) => Err(RejectedPhoto::Format { format }.into()),
            Some(Sniffed::Heif) if !self.is_on => Err(RejectedPhoto::HeicOff.into()),
            Some(Sniffed::Heif) => {
                let Some(turn) = turn else {
                    return self.decode(file, CAPACITY as u64).await;
                };
                let _turn = turn.0.lock().await;
                self.decode(file, 0).await
            }
        }
    }

    /// `in_memory`: the most bytes of a JPEG that isn't left on the disk.
    async fn decode(&self, file: Received, in_memory: u64) -> Result<Converted> {
        let (folder, max_pixels) = (self.folder.clone(), self.max_pixels);
        let (input, output, bytes, shape) = blocking(move || {
            // One of its own, in which the fence finds nothing else.
            let mut input = tempfile::tempfile_in(&folder).map_err(Error::writing)?;
            match file {
                Received::OnDisk(file) => copy(&file, &mut input)?,
                Received::InMemory(bytes) => input.write_all(&bytes).map_err(Error::writing)?,
            }
            let shape = heif::inspect(&mut input, max_pixels).context(UNREADABLE)?;
            let bytes = input.seek(io::SeekFrom::End(0)).context(UNREADABLE)?;
            input.rewind().context(UNREADABLE)?;
            let output = tempfile::tempfile_in(folder).map_err(Error::writing)?;
            Ok((input, output, bytes, shape))
        })
        .await?;
        let shape = shape.map_err(|refusal| self.refuse(refusal))?;
        let bounds = bounds(&shape, bytes);
        if bounds.memory > self.max_memory {
            return Err(self.too_large(&shape));
        }
        let turn = async {
            let permit = self.permits.acquire().await.map_err(Error::internal)?;
            let memory = self.memory.acquire(bounds.memory).await;
            Ok::<_, Error>((permit, memory.map_err(Error::internal)?))
        };
        let turn = timeout(QUEUE_TIMEOUT, turn)
            .await
            .map_err(|_| Overload::Busy)??;
        let result = output.try_clone().map_err(Error::writing)?;
        let arguments = [max_pixels.to_string()];
        let outcome = fence::run(JOB, &arguments, bounds, input, output).await;
        drop(turn);
        let outcome = outcome.map_err(not_started)?;
        match outcome {
            Outcome::Done => {
                let buffers = self.buffers.clone();
                let file = blocking(move || take_in(result, in_memory, &buffers)).await?;
                Ok(Converted {
                    file,
                    had_film: shape.has_film,
                })
            }
            Outcome::Refused => {
                let line = blocking(move || read_line(result)).await?;
                let refusal = Refusal::from_line(&line);
                Err(self.refuse(refusal.unwrap_or(Refusal::Damaged(Reason::Coded))))
            }
            Outcome::Died => {
                tracing::warn!("a HEIC has ended the process that decodes it; it was refused");
                Err(self.refuse(Refusal::Damaged(Reason::TooCostly)))
            }
            // These two are of jobs that start a program.
            Outcome::Interrupted | Outcome::Open | Outcome::NoProgram => {
                tracing::warn!("decoding a HEIC was interrupted; its sender was told to try again");
                Err(Overload::Busy.into())
            }
            Outcome::Full => {
                let full = io::Error::from(io::ErrorKind::StorageFull);
                Err(Failure::DiskFull(full.into()).into())
            }
        }
    }

    fn refuse(&self, refusal: Refusal) -> Error {
        match refusal {
            Refusal::Unsupported(format) => RejectedPhoto::Format { format }.into(),
            Refusal::Damaged(reason) => RejectedPhoto::HeicDamaged { reason }.into(),
            Refusal::TooManyPixels { width, height } => {
                let is_too_long = width.max(height) > heif::MAX_SIDE;
                if is_too_long && u64::from(width) * u64::from(height) <= self.max_pixels {
                    return too_large(Most::PixelsOnASide(heif::MAX_SIDE));
                }
                too_many_pixels(self.max_pixels)
            }
        }
    }

    /// The refusal of what would need more memory than the setting allows, in what people know: pixels.
    fn too_large(&self, shape: &Shape) -> Error {
        // That of one that is coded likewise.
        let a_pixel = bounds(shape, 0).memory.saturating_sub(MEMORY) / shape.pixels().max(1);
        let max = self.max_memory.saturating_sub(MEMORY) / a_pixel.max(1);
        let million = 1_000_000;
        let rounded = if max > million {
            max / million * million
        } else {
            max
        };
        too_large(Most::Pixels(rounded))
    }
}

fn too_large(max: Most) -> Error {
    Invalid::TooLarge {
        field: FieldName::Photo,
        max,
    }
    .into()
}

/// What decoding a file of this shape, with this many bytes, may use: some times what it should.
fn bounds(shape: &Shape, bytes: u64) -> Bounds {
    let (pixels, decoded) = (shape.pixels(), shape.pixels() + shape.decoded);
    let compute = Duration::from_secs(5 + decoded / PIXELS_A_SECOND);
    let memory = MEMORY
        .saturating_add(pixels.saturating_mul(MEMORY_A_PIXEL))
        .saturating_add(shape.largest.saturating_mul(MEMORY_A_CODED_PIXEL))
        // The file, and what of it is being decoded.
        .saturating_add(bytes.saturating_mul(2));
    Bounds {
        memory,
        compute,
        // Others may be computing too.
        clock: compute * 4,
        output: pixels.saturating_mul(OUTPUT_A_PIXEL) + CAPACITY as u64,
    }
}

/// Does what may wait for a disk.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    spawn_blocking(work).await.map_err(Error::internal)?
}

fn sniff(file: &Received) -> Result<Option<Sniffed>> {
    Ok(match file {
        Received::InMemory(bytes) => heif::sniff(&bytes[..bytes.len().min(heif::HEAD)]),
        Received::OnDisk(file) => heif::sniff(&file.read(0, heif::HEAD).context(UNREADABLE)?),
    })
}

fn copy(from: &Spilled, to: &mut File) -> Result<()> {
    let mut at = 0;
    while at < from.bytes() {
        let chunk = from.read(at, CHUNK).context(UNREADABLE)?;
        to.write_all(&chunk).map_err(Error::writing)?;
        at += chunk.len() as u64;
    }
    Ok(())
}

/// The JPEG, in memory where others are too.
fn take_in(mut file: File, in_memory: u64, buffers: &BufferPool) -> Result<Received> {
    let bytes = file.metadata().context(UNREADABLE)?.len();
    if bytes > in_memory {
        let file = Arc::new(Mutex::new(file));
        return Ok(Received::OnDisk(Spilled::new(file, 0, bytes)));
    }
    let mut buffer = buffers.take(usize::try_from(bytes).unwrap_or(CAPACITY));
    file.rewind().context(UNREADABLE)?;
    file.read_to_end(&mut buffer).context(UNREADABLE)?;
    Ok(Received::InMemory(buffer))
}

fn read_line(mut file: File) -> Result<String> {
    let mut line = String::new();
    file.rewind().context(UNREADABLE)?;
    let read = file.take(1024).read_to_string(&mut line);
    Ok(read.map(|_| line).unwrap_or_default())
}

/// That the machine has no memory, processes or files left for the moment is "try again".
fn not_started(error: io::Error) -> Error {
    use io::ErrorKind::{OutOfMemory, WouldBlock};
    match error.kind() {
        OutOfMemory | WouldBlock => Overload::Busy.into(),
        _ => Error::writing(error),
    }
}
