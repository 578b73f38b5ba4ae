//! Receives the bytes of a chunk: streamed to the file of its upload. What is acknowledged is on disk.

use std::io::SeekFrom;

use rocket::tokio::io::AsyncReadExt;
use sha1::Sha1;
use sha2::{Digest, Sha256};
use tokio::fs::File;
use tokio::io::{AsyncSeekExt, AsyncWriteExt};

use super::CHUNK;
use crate::api::extract::body::Opened;
use crate::api::extract::current_user::CurrentUser;
use crate::api::extract::incoming::{Checksum, Incoming};
use crate::api::extract::json::cut_off;
use crate::app::App;
use crate::domain::access;
use crate::domain::ids::{Id, RawId, UploadId};
use crate::domain::uploads::{self, Upload};
use crate::error::{Conflict, Error, FieldName, Invalid, Most, Overload, Result};
use crate::limits::uploads::UploadPermit;
use crate::uploads::locks::UploadLock;

/// After this many bytes, those that have arrived are made durable and recorded.
const STEP: u64 = 8 * 1024 * 1024;

/// The checksum of what arrives, if one was announced.
enum Sum {
    None,
    Sha1(Sha1, [u8; 20]),
    Sha256(Sha256, [u8; 32]),
}

impl Sum {
    fn of(checksum: Option<Checksum>) -> Self {
        match checksum {
            None => Self::None,
            Some(Checksum::Sha1(sum)) => Self::Sha1(Sha1::new(), sum),
            Some(Checksum::Sha256(sum)) => Self::Sha256(Sha256::new(), sum),
        }
    }

    fn update(&mut self, bytes: &[u8]) {
        match self {
            Self::None => {}
            Self::Sha1(hash, _) => hash.update(bytes),
            Self::Sha256(hash, _) => hash.update(bytes),
        }
    }

    fn is_none(&self) -> bool {
        matches!(self, Self::None)
    }

    fn verify(self) -> bool {
        match self {
            Self::None => true,
            Self::Sha1(hash, sum) => hash.finalize()[..] == sum,
            Self::Sha256(hash, sum) => hash.finalize()[..] == sum,
        }
    }
}

/// A chunk while it comes.
struct Append<'a> {
    app: &'a App,
    user: &'a CurrentUser<'a>,
    id: RawId<UploadId>,
    length: u64,
    file: File,
    /// What has arrived and isn't in the file yet.
    pending: Vec<u8>,
    /// Where the file ends.
    at: u64,
    /// Where the recorded part ends.
    durable: u64,
    sum: Sum,
}

/// Appends what arrives to the file. What has arrived of a chunk that breaks off stays, unless a checksum was announced.
///
/// # Errors
/// More arrives than the upload has; the chunk breaks off, or its checksum is wrong; another request takes over the upload.
pub async fn receive(
    app: &App,
    incoming: &mut Incoming<'_>,
    lock: &UploadLock,
    upload: &Upload,
) -> Result<u64> {
    let checksum = incoming.headers.checksum()?;
    let beyond = || Invalid::TooLarge {
        field: FieldName::Upload,
        max: Most::Bytes(upload.length),
    };
    let told = incoming.headers.content_length.unwrap_or(0);
    if upload.received.saturating_add(told) > upload.length {
        return Err(beyond().into());
    }
    app.check_room(upload.length - upload.received)?;
    let permit = app.limits.uploads.acquire(incoming.user.user.id)?;
    let (folder, name, received) = (app.uploads.clone(), upload.file.clone(), upload.received);
    let opened = tokio::task::spawn_blocking(move || folder.open_behind(&name, received));
    let file = opened
        .await
        .map_err(Error::internal)?
        .map_err(Error::writing)?;
    let mut append = Append {
        app,
        user: &incoming.user,
        id: RawId::new(&upload.id.number().to_string()),
        length: upload.length,
        file: File::from_std(file),
        pending: Vec::with_capacity(CHUNK),
        at: received,
        durable: received,
        sum: Sum::of(checksum),
    };
    let mut came = tokio::select! {
        came = append.read(&mut incoming.body, &permit) => came,
        () = lock.wanted() => Err(Conflict::UploadInUse { id: upload.id.to_string() }.into()),
        () = permit.preempted() => Err(Overload::GaveWay.into()),
    };
    // A disk reports that it has lost something only once: what is synced after that looks durable and needn't be.
    if let Err(error @ Error::Failure(_)) = came {
        return Err(error);
    }
    if came.is_err() && append.sum.is_none() {
        came = append.write_rest().await.and(came);
    }
    match (&came, &append.sum) {
        (Err(Error::Invalid(Invalid::TooLarge { .. })), _) => append.cut_off().await?,
        (Err(_), sum) if !sum.is_none() => append.cut_off().await?,
        _ => {}
    }
    if came.is_ok() && !std::mem::replace(&mut append.sum, Sum::None).verify() {
        append.cut_off().await?;
        return Err(Conflict::UploadChecksum.into());
    }
    append.write_down().await?;
    came.map(|()| append.durable)
}

impl Append<'_> {
    async fn read(&mut self, body: &mut Opened<'_>, permit: &UploadPermit) -> Result<()> {
        loop {
            // Full chunks, so that the disk isn't accessed for each packet.
            let mut bounded = body.take((CHUNK - self.pending.len()) as u64);
            let read = bounded.read_buf(&mut self.pending).await;
            let read = read.map_err(|error| cut_off(&error))?;
            permit.add_progress(read);
            if read > 0 && self.pending.len() < CHUNK {
                continue;
            }
            self.write().await?;
            if read == 0 {
                return Ok(());
            }
            if self.sum.is_none() && self.at - self.durable >= STEP {
                self.write_down().await?;
            }
        }
    }

    /// Writes what is pending.
    async fn write(&mut self) -> Result<()> {
        let length = self.pending.len() as u64;
        if self.at + length > self.length {
            let max = Most::Bytes(self.length);
            let field = FieldName::Upload;
            return Err(Invalid::TooLarge { field, max }.into());
        }
        self.sum.update(&self.pending);
        let written = self.file.write_all(&self.pending).await;
        written.map_err(Error::writing)?;
        self.at += length;
        self.pending.clear();
        Ok(())
    }

    /// Writes what was pending when another request, or the end of the line, stopped this one. Some of it may be in the file
    /// already, uncounted.
    async fn write_rest(&mut self) -> Result<()> {
        self.file.flush().await.map_err(Error::writing)?;
        let behind = SeekFrom::Start(self.at);
        self.file.seek(behind).await.map_err(Error::writing)?;
        self.write().await
    }

    /// Makes what has arrived durable, and then records it.
    async fn write_down(&mut self) -> Result<()> {
        if self.at == self.durable {
            return Ok(());
        }
        self.file.flush().await.map_err(Error::writing)?;
        // What was written when another stopped it may be more than was counted.
        self.file.sync_data().await.map_err(Error::writing)?;
        let (now, at, id) = (self.app.now(), self.at, self.id.clone());
        self.user
            .write(move |conn, session| {
                let own = access::upload(conn, session, &id, now)?;
                Ok(uploads::advance(conn, &own, at, now)?)
            })
            .await?;
        self.durable = at;
        Ok(())
    }

    /// Drops what has arrived and isn't recorded.
    async fn cut_off(&mut self) -> Result<()> {
        self.file.flush().await.map_err(Error::writing)?;
        let cut = self.file.set_len(self.durable).await;
        cut.map_err(Error::writing)?;
        self.at = self.durable;
        Ok(())
    }
}
