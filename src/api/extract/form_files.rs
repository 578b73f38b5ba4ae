//! The files of a form: each is kept in memory or on the disk, and which of them came before.

use std::mem;

use multer::Field;
use tokio::time::Instant;

use super::form_media::FormMedia;
use super::multipart::Multi;
use super::part_disposition::Disposition;
use super::repeated_photos::{RepeatedPhotos, is_repeated};
use super::spilled_photos::SpillFile;
use crate::config::Limits;
use crate::error::{Error, Invalid, Result};
use crate::uploads::buffer_pool::CAPACITY;
use crate::uploads::ingest::{Received, Upload, UploadKind};

impl Multi<'_> {
    /// Takes a photo in, unless it came before. One more than a share can have is compared while it arrives, and not kept.
    pub(super) async fn read_file(
        &self,
        part: &mut Field<'_>,
        disposition: &Disposition,
        media: &mut FormMedia,
        spill: &mut SpillFile<'_>,
    ) -> Result<()> {
        let is_refused = media.uploads().any(|photo| photo.file.is_none());
        if is_refused || media.count_new() < self.app.config.limits.media_per_share {
            // Where one was too large, nothing is kept of the others either.
            let held = if is_refused {
                Held::Nothing
            } else {
                Held::Bytes(held(media))
            };
            if let Some(photo) = self.read_photo(part, disposition, held, spill).await? {
                let is_repeated = if is_refused {
                    media.uploads().any(|other| other.bytes == photo.bytes)
                } else {
                    is_repeated(&photo, media.uploads()).await?
                };
                media.add(photo, is_repeated);
            } else {
                media.add_none();
            }
            return Ok(());
        }
        let mut repeated = RepeatedPhotos::among(media.uploads());
        let mut is_empty = true;
        while let Some(chunk) = self.next_chunk(part).await? {
            is_empty &= chunk.as_ref().is_empty();
            if !repeated.compare(chunk.as_ref()).await? {
                return Err(several(&self.app.config.limits));
            }
        }
        if is_empty && disposition.is_untouched() {
            media.add_none();
            return Ok(());
        }
        if !repeated.end() {
            return Err(several(&self.app.config.limits));
        }
        media.pass_over();
        Ok(())
    }

    /// Reads the poster of the film before it. For a file that came before, it is ignored.
    pub(super) async fn read_poster(
        &self,
        part: &mut Field<'_>,
        disposition: &Disposition,
        media: &mut FormMedia,
        spill: &mut SpillFile<'_>,
    ) -> Result<()> {
        let is_refused = media.uploads().any(|photo| photo.file.is_none());
        let held = if is_refused || !media.wants_poster()? {
            Held::Nothing
        } else {
            // A film may be on its way to the disk, which takes its poster as well.
            Held::Bytes(CAPACITY)
        };
        if let Some(poster) = self.read_photo(part, disposition, held, spill).await? {
            media.add_poster(poster)?;
        }
        Ok(())
    }

    /// Takes a photo in, a large one by way of the disk.
    async fn read_photo(
        &self,
        part: &mut Field<'_>,
        disposition: &Disposition,
        held: Held,
        spill: &mut SpillFile<'_>,
    ) -> Result<Option<Upload>> {
        let app = self.app;
        let limits = &app.config.limits;
        let (mut kind, mut head) = (None, Vec::new());
        // Each admitted upload may have one buffer for as long as it takes, so that larger photos, and those
        // that aren't the first, go to the disk where they don't fit into what is left of one. All but a little of a form with a
        // single photo is the photo.
        let buffers = app.ingest.buffers();
        let (mut bytes, capacity) = match held {
            Held::Nothing => (Vec::new(), 0),
            Held::Bytes(0) => (buffers.take(self.size.unwrap_or(0)), CAPACITY),
            Held::Bytes(held) => (Vec::new(), CAPACITY.saturating_sub(held)),
        };
        let (mut start, mut size) = (None, 0);
        while let Some(chunk) = self.next_chunk(part).await? {
            let chunk = chunk.as_ref();
            size += chunk.len() as u64;
            if kind.is_none() {
                let left = UploadKind::HEAD - head.len();
                head.extend_from_slice(&chunk[..chunk.len().min(left)]);
                if head.len() == UploadKind::HEAD {
                    kind = Some(UploadKind::of(&head));
                }
            }
            // What it is is known after the first bytes, which are few.
            if kind.is_some_and(|kind| size > kind.max_bytes(limits)) {
                // The rest is read, but no longer kept, and not for long.
                let stall = app.config.connections.stall_timeout;
                let kind = kind.unwrap_or(UploadKind::Photo);
                self.unwanted.get_or_init(|| (Instant::now() + stall, kind));
                (bytes, start) = (Vec::new(), None);
            } else if matches!(held, Held::Nothing) {
            } else if start.is_some() {
                spill.write(chunk).await?;
            } else if bytes.len() + chunk.len() > capacity {
                start = Some(spill.begin(self.size.map(|size| size as u64)).await?);
                spill
                    .write(&buffers.into_bytes(mem::take(&mut bytes)))
                    .await?;
                spill.write(chunk).await?;
            } else {
                bytes.extend_from_slice(chunk);
            }
        }
        if size == 0 && disposition.is_untouched() {
            return Ok(None);
        }
        let kind = kind.unwrap_or_else(|| UploadKind::of(&head));
        let file = match (start, held) {
            (_, Held::Nothing) => None,
            _ if size > kind.max_bytes(limits) => None,
            (None, Held::Bytes(held)) => {
                if held > 0 {
                    bytes.shrink_to_fit();
                }
                Some(Received::InMemory(bytes))
            }
            (Some(start), _) => spill.finish(start).await?.map(Received::OnDisk),
        };
        Ok(Some(Upload {
            kind,
            file,
            bytes: size,
        }))
    }
}

/// What a form has in memory of its photos while another arrives.
#[derive(Clone, Copy)]
enum Held {
    /// This many bytes.
    Bytes(usize),
    /// It is refused anyway, so that nothing more is kept.
    Nothing,
}

fn held(media: &FormMedia) -> usize {
    let in_memory = media.uploads().filter_map(|photo| match &photo.file {
        Some(Received::InMemory(bytes)) => Some(bytes.len()),
        _ => None,
    });
    in_memory.sum()
}

fn several(limits: &Limits) -> Error {
    let max = limits.media_per_share;
    Invalid::SeveralPhotos { max }.into()
}
