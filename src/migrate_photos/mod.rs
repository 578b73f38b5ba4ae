//! Takes the photos of an installation from one store to another. Every photo is read back from where it went and
//! compared with the SHA-256 that the database has of it; nothing is deleted before that.

mod journal;

use std::sync::Arc;
use std::sync::atomic::Ordering;

use anyhow::{Result, bail};
use picture::PreviewSize;
use tokio::task::JoinSet;

use crate::clock::Clock;
use crate::db::Db;
use crate::domain::photo_name::PhotoName;
use crate::domain::photos::{self, KnownPhoto};
use crate::domain::{jobs, spaces};
use crate::jobs::cleanup::Cleanup;
use crate::storage::{Body, PhotoStore};
pub use journal::Journal;

/// Photos on their way at once.
const AT_ONCE: usize = 4;
/// Photos that are queried from the database at once.
const BATCH: u32 = 500;

/// Takes photos from one store to the other.
#[derive(Clone)]
pub struct PhotoMigration {
    pub db: Db,
    pub clock: Clock,
    pub from: PhotoStore,
    pub to: PhotoStore,
    pub journal: Arc<Journal>,
}

/// What became of a photo.
#[derive(Debug)]
pub enum Outcome {
    /// It was copied, and is the same there.
    Copied,
    /// It was there already, the same.
    Before,
    /// It was deleted meanwhile.
    Deleted,
    /// It is as it was, and this is why.
    Stays(anyhow::Error),
}

/// What became of all of them.
#[derive(Debug, Default)]
pub struct Summary {
    pub copied: u64,
    pub before: u64,
    /// Photos that couldn't be copied, and why.
    pub stay: Vec<(PhotoName, anyhow::Error)>,
}

impl PhotoMigration {
    /// Copies every photo that isn't in the other store yet, and compares it. Calls `report` with each photo's size.
    ///
    /// # Errors
    /// The database or the journal can't be used, or the other store can't be prepared. A photo that can't be copied
    /// isn't an error of the whole.
    pub async fn copy(&self, mut report: impl FnMut(u64)) -> Result<Summary> {
        self.to.prepare().await?;
        let mut summary = Summary::default();
        let mut under_way = JoinSet::new();
        let mut after = 0;
        loop {
            let batch = self.batch_after(after).await?;
            let Some(last) = batch.last() else { break };
            after = last.id;
            for photo in batch {
                if under_way.len() >= AT_ONCE
                    && let Some(done) = under_way.join_next().await
                {
                    summary.add(done?, &mut report);
                }
                let mover = self.clone();
                under_way.spawn(async move {
                    let outcome = mover.copy_one(&photo).await;
                    (photo, outcome.unwrap_or_else(Outcome::Stays))
                });
            }
        }
        while let Some(done) = under_way.join_next().await {
            summary.add(done?, &mut report);
        }
        self.delete_copies_of_deleted().await?;
        Ok(summary)
    }

    /// The next photos after the one with this id; empty at the end.
    async fn batch_after(&self, id: i64) -> Result<Vec<KnownPhoto>> {
        let batch = self
            .db
            .read(move |conn| Ok(photos::list_known(conn, id, BATCH)?));
        Ok(batch.await?)
    }

    async fn copy_one(&self, photo: &KnownPhoto) -> Result<Outcome> {
        let name = &photo.name;
        if self.journal.is_done(name) {
            if self.is_as_long(photo).await? {
                return Ok(Outcome::Before);
            }
            // It has been deleted since.
            self.journal.undo(name);
        }
        if self.is_same(&self.to, photo).await? {
            self.copy_previews(name).await?;
            self.journal.done(name)?;
            return Ok(Outcome::Before);
        }
        let Some(stored) = self.from.open(name).await? else {
            if self.is_deleted(name).await? {
                return Ok(Outcome::Deleted);
            }
            bail!("it is missing from both stores");
        };
        let (body, damaged) = stored.checked(photo.bytes, photo.sha256).await?;
        self.journal.begun(name)?;
        let put = self.to.put_in_space(name, body).await;
        if damaged.load(Ordering::Relaxed) {
            bail!("its bytes are not those that were stored: the file is damaged");
        }
        put?;
        if !self.is_same(&self.to, photo).await? {
            bail!("what was read back from the other store differs");
        }
        self.copy_previews(name).await?;
        self.journal.done(name)?;
        Ok(Outcome::Copied)
    }

    /// Copies the previews that there are, as they are: others can be made at any time.
    async fn copy_previews(&self, name: &PhotoName) -> Result<()> {
        // One that came with its film is copied and compared by its own name.
        if name.is_video()
            && self.to.open_poster(name).await?.is_none()
            && let Some(poster) = self.from.open_poster(name).await?
        {
            let bytes = poster.read_all().await?;
            self.to.put_poster(name, bytes).await?;
        }
        if name.is_video()
            && self.to.open_rendition(name).await?.is_none()
            && let Some(rendition) = self.from.open_rendition(name).await?
        {
            let bytes = rendition.bytes;
            let body = match bytes {
                0 => Body::from(Vec::new()),
                _ => Body::stream(bytes, rendition.read(0, bytes).await?),
            };
            self.to.put_rendition(name, body).await?;
        }
        for size in [PreviewSize::Large, PreviewSize::Small] {
            if let Some(preview) = self.from.open_preview(name, size).await? {
                let bytes = preview.read_all().await?;
                self.to.put_preview(name, size, bytes).await?;
            }
        }
        Ok(())
    }

    /// Deletes every photo from the old store that is in the other. Right only while the old one isn't in use.
    ///
    /// # Errors
    /// The old store or the database can't be written to.
    pub async fn delete_originals(&self) -> Result<()> {
        let mut emptied = Vec::new();
        let mut after = 0;
        loop {
            let batch = self.batch_after(after).await?;
            let Some(last) = batch.last() else { break };
            after = last.id;
            let names = batch.into_iter().map(|photo| photo.name);
            let (mut done, left): (Vec<_>, Vec<_>) =
                names.partition(|name| self.journal.is_done(name));
            // With a film its poster is deleted, and so both must be there.
            done.retain(|name| !name.is_video() || !left.contains(&name.poster()));
            for name in &done {
                self.from.delete(name).await?;
                emptied.push(name.space().to_owned());
            }
            self.from.sync_deletions(&done).await?;
            // A photo that waited to be moved is now where it belongs.
            self.db
                .write(move |conn| Ok(done.iter().try_for_each(|name| jobs::remove(conn, name))?))
                .await?;
        }
        emptied.sort();
        emptied.dedup();
        for space in emptied {
            self.from.delete_space_if_empty(&space).await?;
        }
        // What was made after its photo was copied is still in the old store.
        self.db
            .write(|conn| Ok(photos::reset_previews(conn)?))
            .await?;
        // Photos of deleted shares wait for their last deletion in the store in which they were.
        Cleanup::new(self.db.clone(), self.from.clone(), self.clock.clone())
            .delete_everything_due()
            .await?;
        Ok(())
    }

    /// A photo that was deleted while or after it was copied must not live on in the other store.
    async fn delete_copies_of_deleted(&self) -> Result<()> {
        let begun = self.journal.all_begun();
        let gone = self
            .db
            .read(move |conn| Ok(photos::orphans(conn, begun)?))
            .await?;
        for name in &gone {
            self.to.delete(name).await?;
        }
        let spaces = gone.iter().map(|name| name.space().to_owned()).collect();
        for space in self
            .db
            .read(move |conn| Ok(spaces::missing_ids(conn, spaces)?))
            .await?
        {
            self.to.delete_space(&space).await?;
        }
        Ok(())
    }

    async fn is_deleted(&self, name: &PhotoName) -> Result<bool> {
        let asked = name.clone();
        let found = self.db.read(move |conn| Ok(photos::find(conn, &asked)?));
        Ok(found.await?.is_none())
    }

    /// Whether what was compared before is still there.
    async fn is_as_long(&self, photo: &KnownPhoto) -> Result<bool> {
        let there = self.to.open(&photo.name).await?;
        Ok(there.is_some_and(|there| there.bytes == photo.bytes))
    }

    async fn is_same(&self, store: &PhotoStore, photo: &KnownPhoto) -> Result<bool> {
        let Some(found) = store.open(&photo.name).await? else {
            return Ok(false);
        };
        Ok(found.bytes == photo.bytes && found.sha256().await? == photo.sha256)
    }
}

impl Summary {
    fn add(&mut self, (photo, outcome): (KnownPhoto, Outcome), report: &mut impl FnMut(u64)) {
        match outcome {
            Outcome::Copied => self.copied += 1,
            Outcome::Before => self.before += 1,
            Outcome::Deleted => {}
            Outcome::Stays(why) => self.stay.push((photo.name, why)),
        }
        report(photo.bytes);
    }
}
