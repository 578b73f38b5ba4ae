//! Deletes what lies in the store of photos and belongs to nothing: no photo has it, and no tombstone says that it is to be
//! deleted. The server may run.
//!
//! Each part of the store is listed before the database is asked about it, and only what has lain there for a day can be an
//! orphan: whatever is on its way to a share is younger. Names are never given twice, so what belongs to nothing now never
//! will. Before something is deleted, the database is asked once more.

use std::collections::HashSet;

use anyhow::{Result, anyhow, bail};

use crate::data_dir::hold::RestoreHold;
use crate::db::Db;
use crate::domain::photo_name::PhotoName;
use crate::domain::{photos, spaces};
use crate::storage::{ABANDONED, Content, Key, PhotoStore, StoredItem};

/// Deletions in a row that fail, after which it is the store that fails.
const MAX_FAILURES: u32 = 10;

/// Finds orphans, and deletes them.
pub struct Orphans {
    pub db: Db,
    pub store: PhotoStore,
    /// Whether nothing may be deleted.
    pub hold: RestoreHold,
    /// Whether they are only found.
    pub is_dry_run: bool,
}

/// What became of something that belongs to nothing.
#[derive(Debug)]
pub enum Outcome {
    /// It was deleted.
    Deleted,
    /// It would have been, if this weren't a dry run.
    Found,
    /// It is still there, and why.
    Failed(anyhow::Error),
    /// It stays, because nothing says that it is ours.
    Unrecognized,
}

/// How much there was.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Files or objects that were looked at.
    pub files: u64,
    /// Orphans that were deleted, or would have been.
    pub orphans: u64,
    /// The bytes of these.
    pub bytes: u64,
    /// Orphans that couldn't be deleted.
    pub failed: u64,
    /// What isn't recognised.
    pub unrecognized: u64,
    /// What belongs to nothing, or isn't recognised, and is younger than a day: it may be on its way.
    pub young: u64,
}

impl Orphans {
    /// Goes through the store, and reports what became of each orphan and of each thing that isn't recognised.
    ///
    /// # Errors
    /// The folder is a restored one; the database or the store can't be used; what `report` returns.
    pub async fn run(
        &self,
        mut report: impl FnMut(&StoredItem, &Outcome) -> Result<()>,
    ) -> Result<Summary> {
        // Where it may be a copy, its database doesn't say what others have in the same store.
        self.hold.check()?;
        let mut run = Run {
            all: self,
            summary: Summary::default(),
            in_a_row: 0,
            spaces: HashSet::new(),
        };
        let visit = &mut async |items| run.visit(items, &mut report).await;
        self.store.list_all(ABANDONED, visit).await?;
        run.delete_empty_spaces().await?;
        Ok(run.summary)
    }

    /// Of these names, those that belong to nothing.
    async fn unknown(&self, names: HashSet<PhotoName>) -> Result<HashSet<PhotoName>> {
        if names.is_empty() {
            return Ok(names);
        }
        let names = names.into_iter().collect();
        let unknown = self
            .db
            .read_long(move |conn| Ok(photos::unknown(conn, names)?));
        Ok(unknown.await?.into_iter().collect())
    }
}

/// One way through the store.
struct Run<'a> {
    all: &'a Orphans,
    summary: Summary,
    /// Failures since the last deletion.
    in_a_row: u32,
    /// The spaces of deleted photos.
    spaces: HashSet<String>,
}

impl Run<'_> {
    /// Deletes the orphans among what was just listed.
    async fn visit(
        &mut self,
        items: Vec<StoredItem>,
        report: &mut impl FnMut(&StoredItem, &Outcome) -> Result<()>,
    ) -> Result<()> {
        self.summary.files += items.len() as u64;
        let names = items.iter().filter_map(|item| name_of(&item.content));
        let unknown = self.all.unknown(names.cloned().collect()).await?;
        let is_known =
            |item: &StoredItem| name_of(&item.content).is_some_and(|name| !unknown.contains(name));
        let mut orphans = Vec::new();
        for item in items.into_iter().filter(|item| !is_known(item)) {
            if !item.is_old {
                self.summary.young += 1;
                continue;
            }
            match &item.content {
                Content::Known(key) => orphans.push((key.clone(), item)),
                Content::TemporaryFile(path) => {
                    let outcome = if self.all.is_dry_run {
                        Outcome::Found
                    } else {
                        match self.all.store.delete_temporary_file(path.clone()).await {
                            Ok(true) => Outcome::Deleted,
                            // Its writer has finished, or the server has deleted it.
                            Ok(false) => continue,
                            Err(error) => Outcome::Failed(error),
                        }
                    };
                    self.settle(&item, &outcome, report)?;
                }
                Content::Shared(_) | Content::Unrecognized => {
                    self.settle(&item, &Outcome::Unrecognized, report)?;
                }
            }
        }
        for batch in orphans.chunks(self.all.store.delete_batch_size()) {
            self.delete(batch, report).await?;
        }
        Ok(())
    }

    /// Deletes orphans together; if that fails, one by one, so that each is known to be gone or not.
    async fn delete(
        &mut self,
        batch: &[(Key, StoredItem)],
        report: &mut impl FnMut(&StoredItem, &Outcome) -> Result<()>,
    ) -> Result<()> {
        if self.all.is_dry_run {
            let mut batch = batch.iter();
            return batch.try_for_each(|(_, item)| self.settle(item, &Outcome::Found, report));
        }
        let names = batch.iter().map(|(key, _)| key.name().clone()).collect();
        let names = self.all.unknown(names).await?;
        let mut batch = batch.to_vec();
        batch.retain(|(key, _)| names.contains(key.name()));
        let keys: Vec<_> = batch.iter().map(|(key, _)| key.clone()).collect();
        let together = self.delete_durably(&keys).await;
        for (key, item) in &batch {
            let outcome = match &together {
                Ok(()) => Outcome::Deleted,
                Err(error) if batch.len() == 1 => Outcome::Failed(anyhow!("{error:#}")),
                Err(_) => self
                    .delete_durably(std::slice::from_ref(key))
                    .await
                    .map_or_else(Outcome::Failed, |()| Outcome::Deleted),
            };
            if matches!(outcome, Outcome::Deleted) {
                self.spaces.insert(key.name().space().to_owned());
            }
            self.settle(item, &outcome, report)?;
        }
        Ok(())
    }

    /// Deletes these for good: nothing counts as deleted before that.
    async fn delete_durably(&self, keys: &[Key]) -> Result<()> {
        self.all.store.delete_orphans(keys).await?;
        let names: Vec<_> = keys.iter().map(|key| key.name().clone()).collect();
        self.all.store.sync_deletions(&names).await
    }

    /// Counts and reports.
    fn settle(
        &mut self,
        item: &StoredItem,
        outcome: &Outcome,
        report: &mut impl FnMut(&StoredItem, &Outcome) -> Result<()>,
    ) -> Result<()> {
        match outcome {
            Outcome::Deleted | Outcome::Found => {
                self.in_a_row = 0;
                self.summary.orphans += 1;
                self.summary.bytes += item.bytes;
            }
            Outcome::Failed(_) => {
                self.in_a_row += 1;
                self.summary.failed += 1;
            }
            Outcome::Unrecognized => self.summary.unrecognized += 1,
        }
        report(item, outcome)?;
        if self.in_a_row == MAX_FAILURES {
            bail!("{MAX_FAILURES} deletions in a row have failed, so the rest is left as it is");
        }
        Ok(())
    }

    /// Deletes what was the store of a space that is gone, if nothing is left in it.
    async fn delete_empty_spaces(&mut self) -> Result<()> {
        let spaces = std::mem::take(&mut self.spaces).into_iter().collect();
        let read = self
            .all
            .db
            .read_long(move |conn| Ok(spaces::missing_ids(conn, spaces)?));
        for space in read.await? {
            self.all.store.delete_space_if_empty(&space).await?;
        }
        Ok(())
    }
}

/// The photo that something is, or was made of.
fn name_of(content: &Content) -> Option<&PhotoName> {
    match content {
        Content::Known(key) | Content::Shared(key) => Some(key.name()),
        Content::TemporaryFile(_) | Content::Unrecognized => None,
    }
}
