//! Looks whether the store has every photo as it was stored: where the database says, in its length and with its SHA-256.
//! Changes nothing but, where that is wished, what was made of photos and is damaged.

// Previews, posters and renditions.
mod derived;

use std::collections::VecDeque;
use std::sync::Arc;

use anyhow::{Result, bail};
use tokio::task::JoinSet;

use crate::check::sentence;
use crate::db::Db;
use crate::domain::photos::{self, PhotoRecord};
use crate::jobs::make_previews::Thumbnailer;
use crate::storage::PhotoStore;
pub use derived::{Damaged, Derived};

/// Photos that are looked at at once.
const AT_ONCE: usize = 4;
/// Photos that are queried from the database at once.
const PAGE: usize = 500;
/// How often a photo is looked at before anything is said of it: it may be moved or deleted meanwhile.
const ATTEMPTS: u32 = 3;
/// Photos in a row that can't be read, after which it is the store that can't.
const MAX_FAILURES: u32 = 10;

/// Looks at the photos of a database in a store.
#[derive(Clone)]
pub struct Verifier {
    pub db: Db,
    pub store: PhotoStore,
}

/// What is looked at.
#[derive(Clone)]
pub struct Scope {
    /// How many photos, chosen at random; `None` for all.
    pub sample: Option<usize>,
    /// How many bytes are read; of the photos after that, only the length is checked.
    pub max_bytes: u64,
    /// What is done about previews, posters and renditions.
    pub previews: Care,
}

/// What is done about previews, posters and renditions.
#[derive(Clone)]
pub enum Care {
    /// Nothing.
    None,
    /// They are looked at.
    Check,
    /// Damaged ones are made again, from a photo that is whole; renditions by a worker.
    Repair(Box<Thumbnailer>),
}

/// What is wrong with a photo, or with what was made of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// It is nowhere in the store.
    Missing,
    /// It has another length.
    Length { found: u64 },
    /// It has the right length and other bytes.
    Changed,
    /// It is not known, because it can't be read, and why.
    Unreadable(String),
    /// The photo is whole, and something that was made of it isn't.
    Derived(Damaged),
}

/// How many photos were looked at, and what was found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Photos that were looked at.
    pub photos: u64,
    /// The bytes that were read of them.
    pub bytes: u64,
    /// Of those, the ones that are as they were stored.
    pub whole: u64,
    pub missing: u64,
    /// Of another length, or with other bytes.
    pub changed: u64,
    pub unreadable: u64,
    /// Those that were deleted since they were read from the database.
    pub deleted: u64,
    /// Previews that aren't whole.
    pub previews: u64,
    /// Posters that were made here and aren't whole.
    pub posters: u64,
    /// Renditions that aren't whole.
    pub renditions: u64,
    /// Of these three, the ones that were made again, or are going to be.
    pub repaired: u64,
}

impl Summary {
    /// Whether anything was found that isn't as it was stored, photos or what was made of them.
    pub fn is_anything_wrong(&self) -> bool {
        self.missing + self.changed + self.previews + self.posters + self.renditions > self.repaired
    }
}

/// What became of a look at a photo.
enum Inspected {
    Whole(Vec<Damaged>),
    Deleted,
    Wrong(Problem),
}

impl Verifier {
    /// Checks photos, a few at once, and reports what is wrong with which. A suspect is checked again, and whether a share
    /// still has it: it may be moved, replaced or deleted meanwhile.
    ///
    /// # Errors
    /// The database can't be used, or the store can't be read at all; what `report` returns. A damaged photo isn't an
    /// error.
    pub async fn run(
        &self,
        scope: &Scope,
        mut report: impl FnMut(&PhotoRecord, &Problem) -> Result<()>,
        mut advance: impl FnMut(u64),
    ) -> Result<Summary> {
        let care = Arc::new(scope.previews.clone());
        let mut rows = self.rows(scope.sample).await?;
        let (mut summary, mut in_a_row) = (Summary::default(), 0);
        let (mut under_way, mut left) = (JoinSet::new(), scope.max_bytes);
        loop {
            let next = rows.next(&self.db).await?;
            while under_way.len() >= AT_ONCE || next.is_none() && !under_way.is_empty() {
                let Some(done) = under_way.join_next().await else {
                    break;
                };
                let (photo, is_read, inspected): (PhotoRecord, bool, Inspected) = done??;
                advance(photo.bytes);
                if is_read {
                    summary.bytes += photo.bytes;
                }
                in_a_row = match &inspected {
                    Inspected::Wrong(Problem::Unreadable(_)) => in_a_row + 1,
                    _ => 0,
                };
                let problems = summary.count(inspected);
                for problem in &problems {
                    report(&photo, problem)?;
                }
                if in_a_row >= MAX_FAILURES
                    && let Some(Problem::Unreadable(why)) = problems.first()
                {
                    bail!("Photos can't be read: {why}");
                }
            }
            let Some(photo) = next else {
                return Ok(summary);
            };
            let is_read = photo.bytes <= left;
            if is_read {
                left -= photo.bytes;
            }
            let (verifier, care) = (self.clone(), Arc::clone(&care));
            under_way.spawn(async move {
                let inspected = verifier.inspect(&photo, is_read, &care).await?;
                Ok::<_, anyhow::Error>((photo, is_read, inspected))
            });
        }
    }

    async fn rows(&self, sample: Option<usize>) -> Result<Rows> {
        let drawn = match sample {
            None => None,
            Some(sample) => {
                let drawn = self
                    .db
                    .read_long(move |conn| Ok(photos::draw(conn, sample)?));
                Some(drawn.await?.into())
            }
        };
        Ok(Rows {
            drawn,
            page: VecDeque::new(),
            after: 0,
        })
    }

    /// Looks at a photo, and at its bytes where they are to be read.
    async fn inspect(&self, photo: &PhotoRecord, is_read: bool, care: &Care) -> Result<Inspected> {
        let mut found = None;
        for _ in 0..ATTEMPTS {
            found = match self.compare(photo, is_read).await {
                Ok(None) => {
                    let damaged = self.inspect_derived(photo, care).await?;
                    return Ok(Inspected::Whole(damaged));
                }
                Ok(problem) => problem,
                Err(error) => Some(Problem::Unreadable(sentence(&error))),
            };
            if !self.is_known(photo).await? {
                return Ok(Inspected::Deleted);
            }
        }
        Ok(found.map_or(Inspected::Deleted, Inspected::Wrong))
    }

    /// Whether a share still has the photo, in the database that was opened.
    async fn is_known(&self, photo: &PhotoRecord) -> Result<bool> {
        // Where another one is in its place, nothing is known of this one.
        self.db.check_files()?;
        let name = photo.name.clone();
        Ok(self
            .db
            .read(move |conn| Ok(photos::exists(conn, &name)?))
            .await?)
    }

    async fn compare(&self, photo: &PhotoRecord, is_read: bool) -> Result<Option<Problem>> {
        let Some(stored) = self.store.open(&photo.name).await? else {
            return Ok(Some(Problem::Missing));
        };
        if stored.bytes != photo.bytes {
            return Ok(Some(Problem::Length {
                found: stored.bytes,
            }));
        }
        if is_read && stored.sha256().await? != photo.sha256 {
            return Ok(Some(Problem::Changed));
        }
        Ok(None)
    }
}

impl Summary {
    /// Counts what was seen; returns what is to be reported of it.
    fn count(&mut self, inspected: Inspected) -> Vec<Problem> {
        let problem = match inspected {
            Inspected::Deleted => {
                self.deleted += 1;
                return Vec::new();
            }
            Inspected::Whole(damaged) => {
                self.photos += 1;
                self.whole += 1;
                for one in &damaged {
                    *match one.what {
                        Derived::Preview(_) => &mut self.previews,
                        Derived::Poster => &mut self.posters,
                        Derived::Rendition => &mut self.renditions,
                    } += 1;
                    self.repaired += u64::from(one.repaired);
                }
                return damaged.into_iter().map(Problem::Derived).collect();
            }
            Inspected::Wrong(problem) => problem,
        };
        self.photos += 1;
        match problem {
            Problem::Missing => self.missing += 1,
            Problem::Length { .. } | Problem::Changed => self.changed += 1,
            Problem::Unreadable(_) | Problem::Derived(_) => self.unreadable += 1,
        }
        vec![problem]
    }
}

/// The photos to be looked at, some at a time.
struct Rows {
    /// The ids that are left of a sample.
    drawn: Option<VecDeque<i64>>,
    page: VecDeque<PhotoRecord>,
    after: i64,
}

impl Rows {
    async fn next(&mut self, db: &Db) -> Result<Option<PhotoRecord>> {
        while self.page.is_empty() {
            let page = match &mut self.drawn {
                None => {
                    let after = self.after;
                    db.read(move |conn| Ok(photos::list_records(conn, after, PAGE)?))
                        .await?
                }
                Some(drawn) => {
                    let ids: Vec<i64> = drawn.drain(..PAGE.min(drawn.len())).collect();
                    if ids.is_empty() {
                        return Ok(None);
                    }
                    // None of them may be left.
                    db.read(move |conn| Ok(photos::find_records(conn, &ids)?))
                        .await?
                }
            };
            if page.is_empty() && self.drawn.is_none() {
                return Ok(None);
            }
            self.page = page.into();
        }
        let photo = self.page.pop_front();
        self.after = photo.as_ref().map_or(self.after, |photo| photo.id);
        Ok(photo)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use sha2::{Digest, Sha256};

    use super::*;
    use crate::storage::LocalStore;

    /// More than are queried from the database at once.
    const PHOTOS: usize = PAGE + 20;

    /// A database of photos. All but the last are in the store.
    async fn verifier(folder: &Path) -> Verifier {
        let db = Db::open(&folder.join("test.db")).unwrap();
        let photos = folder.join("photos");
        let store = PhotoStore::Local(LocalStore::open_at(&photos).unwrap());
        for id in 1..PHOTOS {
            fs::write(photos.join(format!("temp/1-{id}.jpg")), "photo").unwrap();
        }
        let sum: [u8; 32] = Sha256::digest("photo").into();
        let fill = move |conn: &rusqlite::Connection| {
            conn.execute_batch(
                "insert into users (id, login, login_key, password_hash, created_at) values (1, 'ann', 'ann', '', 0);
                 insert into spaces (id, name, name_key, created_at) values (1, 'Family', 'family', 0)",
            )?;
            for id in 1..=PHOTOS as i64 {
                conn.execute(
                    "insert into shares (id, space_id, user_id, text, created_at) values (?, 1, 1, '', 0)",
                    [id],
                )?;
                conn.execute(
                    "insert into photos (id, share_id, space_id, position, name, width, height, bytes, sha256, created_at)
                     values (?1, ?1, 1, 0, '1-' || ?1 || '.jpg', 1, 1, 5, ?2, 0)",
                    (id, sum),
                )?;
            }
            Ok(())
        };
        db.write(fill).await.unwrap();
        Verifier { db, store }
    }

    fn scope(sample: Option<usize>, max_bytes: u64) -> Scope {
        Scope {
            sample,
            max_bytes,
            previews: Care::None,
        }
    }

    #[tokio::test]
    async fn all_photos_are_looked_at_page_by_page_and_what_is_wrong_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let verifier = verifier(folder.path()).await;
        fs::write(folder.path().join("photos/temp/1-2.jpg"), "phot").unwrap();
        fs::write(folder.path().join("photos/temp/1-3.jpg"), "foto!").unwrap();
        let mut told = Vec::new();
        let report = |photo: &PhotoRecord, problem: &Problem| {
            told.push((photo.id, problem.clone()));
            Ok(())
        };
        let summary = verifier
            .run(&scope(None, u64::MAX), report, |_| ())
            .await
            .unwrap();
        told.sort_by_key(|(id, _)| *id);
        let last = PHOTOS as i64;
        let wrong = [
            (2, Problem::Length { found: 4 }),
            (3, Problem::Changed),
            (last, Problem::Missing),
        ];
        assert_eq!(told, wrong);
        assert_eq!((summary.missing, summary.changed), (1, 2));
        assert_eq!(summary.photos, PHOTOS as u64);
        assert_eq!(summary.whole, PHOTOS as u64 - 3);
    }

    #[tokio::test]
    async fn of_a_sample_as_many_bytes_are_read_as_may_be() {
        let folder = tempfile::tempdir().unwrap();
        let verifier = verifier(folder.path()).await;
        let run = async |sample, max| {
            let nothing = |_: &PhotoRecord, _: &Problem| Ok(());
            verifier
                .run(&scope(Some(sample), max), nothing, |_| ())
                .await
                .unwrap()
        };
        let summary = run(7, 12).await;
        assert_eq!((summary.photos, summary.bytes), (7, 10));
        let summary = run(2 * PHOTOS, u64::MAX).await;
        assert_eq!(summary.photos, PHOTOS as u64);
    }

    #[tokio::test]
    async fn what_was_deleted_since_it_was_listed_is_not_lost() {
        let folder = tempfile::tempdir().unwrap();
        let verifier = verifier(folder.path()).await;
        let ids = [1, PHOTOS as i64];
        let photos = verifier
            .db
            .read(move |conn| Ok(photos::find_records(conn, &ids)?));
        let photos = photos.await.unwrap();
        let delete = |conn: &rusqlite::Connection| Ok(conn.execute("delete from photos", [])?);
        verifier.db.write(delete).await.unwrap();
        fs::write(folder.path().join("photos/temp/1-1.jpg"), "another").unwrap();
        for photo in &photos {
            let inspected = verifier.inspect(photo, true, &Care::None).await.unwrap();
            assert!(matches!(inspected, Inspected::Deleted));
        }
    }

    #[tokio::test]
    async fn a_store_of_which_nothing_can_be_read_is_given_up() {
        let folder = tempfile::tempdir().unwrap();
        let verifier = verifier(folder.path()).await;
        // Another folder has replaced the right one.
        fs::rename(folder.path().join("photos"), folder.path().join("away")).unwrap();
        fs::create_dir(folder.path().join("photos")).unwrap();
        let mut told = 0;
        let report = |_: &PhotoRecord, _: &Problem| {
            told += 1;
            Ok(())
        };
        let refusal = verifier.run(&scope(None, u64::MAX), report, |_| ()).await;
        let refusal = refusal.unwrap_err().to_string();
        assert!(refusal.starts_with("Photos can't be read: "), "{refusal}");
        assert_eq!(told, MAX_FAILURES);
    }
}
