//! The bytes of a ZIP, one chunk after the other: each photo is opened when it is due, and its reader must still be allowed
//! to have it. A deviation from the plan ends the ZIP with an error, so that no short or wrong file passes for a complete one.

use std::io;
use std::pin::Pin;
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail, ensure};
use bytes::{Bytes, BytesMut};
use rocket::futures::stream;
use sha2::{Digest, Sha256};
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio_util::io::StreamReader;
use zip::{Check, Part};

use super::Contents;
use crate::check::sentence;
use crate::clock::Clock;
use crate::db::Db;
use crate::domain::ids::{PhotoId, RawId, SessionId, SpaceId};
use crate::domain::photo_name::PhotoName;
use crate::domain::photos::{self, ArchiveSource};
use crate::domain::{access, sessions};
use crate::error::{Error, Failure, NotFound};
use crate::storage::PhotoStore;

/// The bytes that are read at once.
const CHUNK: usize = 256 * 1024;
/// The bytes that are requested from the store at once. A reader may be slow, and S3 closes idle connections.
const RANGE: u64 = 8 * 1024 * 1024;
/// How often a range that breaks off is requested again, without a byte in between.
const ATTEMPTS: u32 = 3;

/// Where the photos of a ZIP come from.
#[derive(Clone)]
pub struct Source {
    pub db: Db,
    pub photos: PhotoStore,
    pub clock: Clock,
}

/// Why somebody may have the photos of a ZIP.
#[derive(Clone, Copy, Debug)]
pub enum Right {
    /// They are a member of this space.
    Member(SpaceId),
    /// They have shared them.
    Own,
}

/// For whom a ZIP is made. They must be signed in, and have the right, until its last photo.
#[derive(Clone, Copy, Debug)]
pub struct Receiver {
    pub right: Right,
    pub session: SessionId,
    /// How long sessions last that aren't used.
    pub lifetime: Duration,
}

/// A ZIP on its way.
pub struct ZipStream {
    source: Source,
    receiver: Receiver,
    contents: Contents,
    /// The number of the part that comes next.
    next: usize,
    /// The first file, if it is open before the ZIP begins.
    first: Option<Current>,
    current: Option<Current>,
}

/// The file that is being sent.
struct Current {
    bytes: FileBytes,
    check: Check,
}

enum FileBytes {
    Photo(Ranges),
    Made(tokio::fs::File),
}

impl FileBytes {
    /// The next of its bytes; `None` after the last.
    async fn next(&mut self) -> Result<Option<Bytes>> {
        match self {
            Self::Photo(ranges) => ranges.next().await,
            Self::Made(file) => {
                let mut chunk = BytesMut::with_capacity(CHUNK);
                let read = file.read_buf(&mut chunk).await?;
                Ok((read > 0).then(|| chunk.freeze()))
            }
        }
    }

    /// What the log calls it.
    fn name(&self) -> &str {
        match self {
            Self::Photo(ranges) => ranges.name.as_str(),
            Self::Made(_) => "a file that was made for the ZIP",
        }
    }
}

impl ZipStream {
    /// Of these photos. No photo is read before the ZIP is.
    pub fn new(source: Source, receiver: Receiver, contents: Contents) -> Self {
        Self {
            source,
            receiver,
            contents,
            next: 0,
            first: None,
            current: None,
        }
    }

    /// Opens the first photo, so that a ZIP that would break off at once is refused instead.
    ///
    /// # Errors
    /// [`NotFound::Photo`] if it was deleted since the ZIP was planned; that of the receiver, who may not have it any more;
    /// [`Failure::PhotosUnavailable`] if it can't be read.
    pub async fn begin(&mut self) -> crate::error::Result<()> {
        if let Some(photo) = self.contents.photos.first().copied() {
            let opened = self.open(0, photo).await;
            let first = opened.map_err(|error| match error.downcast::<Error>() {
                Ok(known) => known,
                Err(unread) => Failure::PhotosUnavailable(unread).into(),
            });
            self.first = Some(first?);
        }
        Ok(())
    }

    /// The length of all of it in bytes, exactly.
    pub fn length(&self) -> u64 {
        self.contents.length()
    }

    /// All of it, to be read. An error ends it where a photo has vanished or isn't as it was, and where its reader may not have
    /// it any more.
    pub fn into_reader(self) -> impl AsyncRead + Send + 'static {
        let chunks = stream::try_unfold(self, |mut zip| async move {
            // The log of requests has the error, with all its causes.
            let next = zip.next_chunk().await;
            let chunk = next.map_err(|error| io::Error::other(sentence(&error).to_string()))?;
            Ok::<_, io::Error>(chunk.map(|chunk| (chunk, zip)))
        });
        StreamReader::new(Box::pin(chunks))
    }

    async fn next_chunk(&mut self) -> Result<Option<Bytes>> {
        if let Some(current) = &mut self.current {
            match current.bytes.next().await? {
                Some(chunk) => {
                    let checked = current.check.update(&chunk);
                    checked.with_context(|| format!("{} isn't sent", current.bytes.name()))?;
                    return Ok(Some(chunk));
                }
                None => {
                    let name = current.bytes.name();
                    let checked = current.check.finish();
                    checked.with_context(|| format!("{name} isn't sent"))?;
                    self.current = None;
                }
            }
        }
        let index = self.next / 2;
        let photos = self.contents.photos.len();
        if self.next.is_multiple_of(2) && index < photos + self.contents.made.len() {
            self.current = Some(match self.contents.photos.get(index) {
                Some(photo) => match self.first.take() {
                    Some(first) => first,
                    None => self.open(index, *photo).await?,
                },
                None => self.open_made(index, index - photos)?,
            });
            self.next += 1;
            // The file after the header is on its way already.
            if let Some(Part::Bytes(header)) = self.contents.plan.part(self.next - 1) {
                self.next += 1;
                return Ok(Some(header.into()));
            }
            bail!("the plan of the ZIP has no header");
        }
        let part = self.contents.plan.part(self.next);
        self.next += 1;
        match part {
            None => Ok(None),
            Some(Part::Bytes(bytes)) => Ok(Some(bytes.into())),
            Some(Part::File { .. }) => bail!("the plan of the ZIP has a file more than once"),
        }
    }

    /// Opens a photo, and makes sure that its header can be made: what is gone, or for others by now, gets none.
    async fn open(&mut self, index: usize, photo: PhotoId) -> Result<Current> {
        let found = self.source.find(self.receiver, photo).await?;
        let Some(entry) = self.contents.plan.entries().get(index) else {
            bail!("the plan of the ZIP has no such file");
        };
        let ArchiveSource { name, bytes, .. } = &found;
        ensure!(*bytes == entry.length, "{name} isn't what was planned");
        let crc32 = match found.crc32 {
            Some(crc32) => crc32,
            None => self.source.checksum(photo, &found).await?,
        };
        self.contents.plan.set_crc32(index, crc32);
        let store = self.source.photos.clone();
        let mut bytes = Ranges::new(store, found.name, found.bytes);
        // Before the header says that it is there.
        bytes.open().await?;
        let check = Check::new(&self.contents.plan.entries()[index]);
        let bytes = FileBytes::Photo(bytes);
        Ok(Current { bytes, check })
    }

    /// Opens a file that was made for the ZIP.
    fn open_made(&self, index: usize, nth: usize) -> Result<Current> {
        let check = Check::new(&self.contents.plan.entries()[index]);
        let file = self.contents.made[nth].open()?;
        let bytes = FileBytes::Made(tokio::fs::File::from_std(file));
        Ok(Current { bytes, check })
    }
}

impl Source {
    /// A photo that the reader may have, while they are signed in.
    async fn find(&self, receiver: Receiver, photo: PhotoId) -> Result<ArchiveSource> {
        let Receiver {
            right,
            session,
            lifetime,
        } = receiver;
        let now = self.clock.now();
        let found = self.db.read(move |conn| {
            let session = sessions::confirm(conn, session, now, lifetime)?;
            let Right::Member(space) = right else {
                return Ok(photos::find_own_source(conn, &session, photo)?);
            };
            let member = access::space(conn, &session, &RawId::of(space))?.member()?;
            Ok(photos::find_source(conn, &member, photo)?)
        });
        let found = found.await?.ok_or(Error::from(NotFound::Photo));
        found.with_context(|| format!("the photo with the ID {photo} was deleted meanwhile"))
    }

    /// The CRC-32 of an older photo, for which it wasn't recorded: of all its bytes, which are read again for it, and
    /// only if they are those that were stored.
    async fn checksum(&self, photo: PhotoId, found: &ArchiveSource) -> Result<u32> {
        let (store, name) = (self.photos.clone(), found.name.clone());
        let mut bytes = Ranges::new(store, name, found.bytes);
        let (mut crc32, mut sha256) = (crc32fast::Hasher::new(), Sha256::new());
        while let Some(chunk) = bytes.next().await? {
            crc32.update(&chunk);
            sha256.update(&chunk);
        }
        ensure!(
            sha256.finalize()[..] == found.sha256,
            "{} isn't what was stored",
            found.name
        );
        let crc32 = crc32.finalize();
        let recorded = self
            .db
            .write_unsynced(move |conn| Ok(photos::record_crc32(conn, photo, crc32)?));
        if let Err(error) = recorded.await {
            // It is computed again the next time.
            tracing::warn!(?error, "could not record the checksum of a photo");
        }
        Ok(crc32)
    }
}

/// The bytes of a photo, fetched from the store in one range after the other.
struct Ranges {
    store: PhotoStore,
    name: PhotoName,
    length: u64,
    at: u64,
    /// The current range, and where it ends.
    range: Option<(Pin<Box<dyn AsyncRead + Send>>, u64)>,
    /// The attempts that have brought nothing, since the last byte.
    failed: u32,
}

impl Ranges {
    fn new(store: PhotoStore, name: PhotoName, length: u64) -> Self {
        Self {
            store,
            name,
            length,
            at: 0,
            range: None,
            failed: 0,
        }
    }

    /// Asks for the next range, from wherever the photo is by now.
    async fn open(&mut self) -> Result<()> {
        if self.range.is_some() || self.at >= self.length {
            return Ok(());
        }
        let stored = self.store.open(&self.name).await?;
        let stored = stored.ok_or_else(|| anyhow!("{} is missing", self.name))?;
        ensure!(
            stored.bytes == self.length,
            "{} has {} bytes instead of {}",
            self.name,
            stored.bytes,
            self.length
        );
        let end = self.length.min(self.at + RANGE);
        let bytes = stored.read(self.at, end - self.at).await?;
        self.range = Some((bytes, end));
        Ok(())
    }

    /// The next of its bytes; `None` after the last.
    async fn next(&mut self) -> Result<Option<Bytes>> {
        while self.at < self.length {
            match self.try_next().await {
                Ok(chunk) => {
                    self.at += chunk.len() as u64;
                    self.failed = 0;
                    return Ok(Some(chunk));
                }
                Err(error) => {
                    self.range = None;
                    self.failed += 1;
                    if self.failed >= ATTEMPTS {
                        return Err(error);
                    }
                }
            }
        }
        Ok(None)
    }

    async fn try_next(&mut self) -> Result<Bytes> {
        self.open().await?;
        let Some((bytes, end)) = &mut self.range else {
            bail!("{} ends too early", self.name);
        };
        let left = usize::try_from(*end - self.at).unwrap_or(CHUNK).min(CHUNK);
        let mut chunk = BytesMut::with_capacity(left);
        let read = bytes.take(left as u64).read_buf(&mut chunk).await?;
        ensure!(read > 0, "{} ends too early", self.name);
        if self.at + read as u64 == *end {
            self.range = None;
        }
        Ok(chunk.freeze())
    }
}
