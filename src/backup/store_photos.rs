//! The photos of a backup: copied to its destination, unless they are there, or into the archive. What counts as there
//! was put there or found there.

use std::cell::RefCell;
use std::io::Write;

use anyhow::Result;

use super::archive::{ArchiveWriter, Lost, Named, Outcome};
use super::progress::Progress;
use crate::backup::blocking::Blocking;
use crate::backup::destination::Destination;
use crate::backup::hash_map::TempHashMap;
use crate::backup::read_photos::{Fetched, Fetcher, InStore};
use crate::backup::snapshot::Snapshot;
use crate::domain::photo_name::PhotoName;
use crate::domain::photos::KnownPhoto;

/// The most photos that are named of those that the store has lost and the destination hasn't.
const NAMED: usize = 1000;

/// What became of a photo.
#[derive(Debug)]
enum Got {
    New,
    /// The destination has it already.
    Reused(InStore),
    Deleted,
    Lost(String),
}

/// The outcome for all of them.
#[derive(Debug, Default)]
pub struct Totals {
    pub outcome: Outcome,
    /// Photos that an earlier backup had copied to the destination.
    pub reused: u64,
    /// The first of these that the store has lost; the outcome has their number.
    pub not_in_store: Vec<PhotoName>,
}

/// The photos of one backup.
pub struct Photos<'a> {
    snapshot: &'a Snapshot,
    fetcher: Fetcher,
    blocking: &'a Blocking,
    progress: &'a Progress,
    totals: RefCell<Totals>,
}

impl<'a> Photos<'a> {
    /// Those of a snapshot, nothing of which has been checked yet.
    pub fn of(
        snapshot: &'a Snapshot,
        fetcher: Fetcher,
        blocking: &'a Blocking,
        progress: &'a Progress,
    ) -> Self {
        Self {
            snapshot,
            fetcher,
            blocking,
            progress,
            totals: RefCell::default(),
        }
    }

    /// Copies all photos that the destination doesn't have. Of those that it has, some are read again, different ones
    /// each time.
    ///
    /// # Errors
    /// The database, the store or the destination can't be used; it was cancelled.
    pub fn bring(&self, destination: &Destination) -> Result<()> {
        let there = destination.photos()?;
        let sample = Sample::draw(
            destination.photos_read_again(),
            self.snapshot.total_bytes()?,
        )?;
        let checked = Sample::draw(self.fetcher.max_checks(), self.snapshot.count()?)?;
        self.bring_missing(destination, &there, sample, checked)
    }

    fn bring_missing(
        &self,
        destination: &Destination,
        there: &TempHashMap,
        sample: Sample,
        checked: Sample,
    ) -> Result<()> {
        let photos = self.snapshot.photos().map(|photo| {
            let photo = photo?;
            let is_there = there.find(&photo.sha256)? == Some(photo.bytes);
            Ok((photo, is_there))
        });
        let (fetcher, to) = (self.fetcher.clone(), destination.clone());
        let bring = move |(photo, is_there): (KnownPhoto, bool)| {
            if is_there && is_whole(&to, &photo, sample)? {
                // A photo at the destination is no proof that the store still has it.
                let in_store = match checked.falls_on(&photo.sha256) {
                    true => fetcher.check_stored(&photo)?,
                    false => InStore::Present,
                };
                return Ok((photo, Got::Reused(in_store)));
            }
            let got = match fetcher.fetch(&photo)? {
                Fetched::Whole(mut bytes) => {
                    to.put_photo(&photo.sha256, &mut bytes)?;
                    Got::New
                }
                Fetched::Deleted => Got::Deleted,
                Fetched::Lost(why) => Got::Lost(why),
            };
            Ok((photo, got))
        };
        self.blocking.map_ordered(photos, bring, |(photo, got)| {
            // The same picture may have been shared twice. Only one that was put is there for the next: that a photo was
            // deleted or is lost says nothing of another with the same bytes.
            if let Got::New = got {
                there.add(&photo.sha256, photo.bytes)?;
            }
            self.count(&photo, got);
            Ok(())
        })
    }

    /// Puts all photos into an archive.
    ///
    /// # Errors
    /// The database or the store can't be used; the archive can't be written; it was cancelled.
    pub fn pack(&self, archive: &mut ArchiveWriter<impl Write>) -> Result<()> {
        let fetcher = self.fetcher.clone();
        let fetch = move |photo: KnownPhoto| Ok((fetcher.fetch(&photo)?, photo));
        let photos = self.snapshot.photos();
        self.blocking
            .map_ordered(photos, fetch, |(fetched, photo)| {
                let got = match fetched {
                    Fetched::Whole(mut bytes) => {
                        archive.add_photo(&photo, &mut bytes)?;
                        Got::New
                    }
                    Fetched::Deleted => Got::Deleted,
                    Fetched::Lost(why) => Got::Lost(why),
                };
                self.count(&photo, got);
                Ok(())
            })
    }

    /// What became of them.
    pub fn end(self) -> Totals {
        let mut totals = self.totals.into_inner();
        totals.outcome.complete = totals.outcome.lost.is_empty();
        totals
    }

    fn count(&self, photo: &KnownPhoto, got: Got) {
        let mut totals = self.totals.borrow_mut();
        match got {
            Got::New | Got::Reused(_) => {
                totals.outcome.photos += 1;
                totals.outcome.bytes += photo.bytes;
                totals.reused += u64::from(matches!(got, Got::Reused(_)));
                if let Got::Reused(InStore::Lost) = got {
                    totals.outcome.not_in_store += 1;
                    if totals.not_in_store.len() < NAMED {
                        totals.not_in_store.push(photo.name.clone());
                    }
                }
            }
            Got::Deleted => totals.outcome.deleted.push(Named(photo.name.clone())),
            Got::Lost(why) => totals.outcome.lost.push(Lost {
                photo: Named(photo.name.clone()),
                why,
            }),
        }
        self.progress.advance(photo.bytes);
    }
}

/// Whether a photo that the destination lists is there as it should be, as far as the lot falls on it.
fn is_whole(destination: &Destination, photo: &KnownPhoto, sample: Sample) -> Result<bool> {
    if sample.falls_on(&photo.sha256)
        && let Err(problem) = destination.check_photo(photo)?
    {
        tracing::warn!(photo = %photo.name, problem, "photo at the backup destination is damaged; copying it again");
        return Ok(false);
    }
    Ok(true)
}

/// Decides which photos are read again: all of them, or as many as there is time for. Each backup picks different ones.
#[derive(Clone, Copy, Debug)]
struct Sample {
    chance: u64,
    max: u64,
}

impl Sample {
    /// Falls on about `spared` bytes of `all`.
    fn draw(spared: u64, all: u64) -> Result<Self> {
        let mut chance = [0; 8];
        getrandom::fill(&mut chance)?;
        let share = (u128::from(spared) << 64) / u128::from(all.max(1));
        Ok(Self {
            chance: u64::from_be_bytes(chance),
            max: share.try_into().unwrap_or(u64::MAX),
        })
    }

    /// Checksums are as good as random, so their first bytes are any number.
    fn falls_on(self, sum: &[u8; 32]) -> bool {
        let first: [u8; 8] = std::array::from_fn(|at| sum[at]);
        (u64::from_be_bytes(first) ^ self.chance) <= self.max
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use rusqlite::Connection;
    use sha2::{Digest, Sha256};

    use tokio_util::sync::CancellationToken;

    use super::*;
    use crate::backup::destination::Target;
    use crate::backup::snapshot::LiveDatabase;
    use crate::config::Config;
    use crate::db::Db;
    use crate::storage::{LocalStore, PhotoStore};

    /// More photos than are on their way at once.
    const BETWEEN: i64 = 40;

    fn bytes(id: i64) -> Vec<u8> {
        // The first and the last share have the same picture.
        let picture = if id == BETWEEN + 2 { 1 } else { id };
        format!("picture {picture}").into_bytes()
    }

    /// A database in which each share has a photo. All of them are in the store.
    fn database(folder: &Path, name: &str) -> std::path::PathBuf {
        let path = folder.join(name);
        drop(Db::open(&path).unwrap());
        let fill = Connection::open(&path).unwrap();
        fill.execute_batch(
            "insert into users (id, login, login_key, password_hash, created_at) values (1, 'ann', 'ann', '', 0);
             insert into spaces (id, name, name_key, created_at) values (1, 'Family', 'family', 0)",
        )
        .unwrap();
        for id in 1..=BETWEEN + 2 {
            let share = "insert into shares (id, space_id, user_id, text, created_at) values (?, 1, 1, '', 0)";
            fill.execute(share, [id]).unwrap();
            let row = "insert into photos (id, share_id, space_id, position, name, width, height, bytes, sha256, created_at)
                values (?1, ?1, 1, 0, '1-' || ?1 || '.jpg', 1, 1, ?2, ?3, 0)";
            let bytes = bytes(id);
            let sum: [u8; 32] = Sha256::digest(&bytes).into();
            fill.execute(row, (id, bytes.len() as i64, sum)).unwrap();
            let photo = folder.join(format!("photos/temp/1-{id}.jpg"));
            fs::create_dir_all(photo.parent().unwrap()).unwrap();
            fs::write(photo, bytes).unwrap();
        }
        path
    }

    /// Backs up a copy of a database while `meanwhile` is done to the original. Returns what is at the destination in the
    /// end, and what happened to the photos.
    async fn brought(meanwhile: impl Fn(&Path, &Connection) + Send + 'static) -> (bool, Totals) {
        let folder = tempfile::tempdir().unwrap();
        let path = database(folder.path(), "test.db");
        let original = LiveDatabase::open(&path).unwrap();
        let copy = folder.path().join("copy.db");
        original.copy_to(&copy, || Ok(())).unwrap();
        meanwhile(folder.path(), &Connection::open(&path).unwrap());
        let destination = folder.path().join("destination");
        fs::create_dir(&destination).unwrap();
        let blocking = Blocking::new(CancellationToken::new());
        let store = PhotoStore::Local(LocalStore::open_at(&folder.path().join("photos")).unwrap());
        let spool = folder.path().to_owned();
        let work = move || {
            let to = destination.to_str().unwrap();
            let Target::Destination(destination) =
                Target::parse(to, &Config::default(), &blocking).unwrap()
            else {
                panic!("it is a folder")
            };
            let snapshot = Snapshot::open(&copy).unwrap();
            let fetcher = Fetcher::new(store, original, blocking.clone(), &spool);
            let progress = Progress::logged();
            let photos = Photos::of(&snapshot, fetcher, &blocking, &progress);
            // Nothing is read again, as it is of nearly all photos where there are many: that would find what is missing.
            let (there, none) = (destination.photos().unwrap(), Sample::draw(0, 1).unwrap());
            photos
                .bring_missing(&destination, &there, none, none)
                .unwrap();
            let last = snapshot.photos().last().unwrap().unwrap();
            let is_there = destination.check_photo(&last).unwrap().is_ok();
            (is_there, photos.end())
        };
        tokio::task::spawn_blocking(work).await.unwrap()
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn that_a_photo_was_deleted_says_nothing_of_another_with_the_same_bytes() {
        let (is_there, totals) = brought(|folder, database| {
            database
                .execute_batch("delete from photos where id = 1")
                .unwrap();
            fs::remove_file(folder.join("photos/temp/1-1.jpg")).unwrap();
        })
        .await;
        assert!(is_there);
        let outcome = totals.outcome;
        assert_eq!((outcome.deleted.len(), outcome.lost.len()), (1, 0));
        assert_eq!((outcome.photos, totals.reused), (BETWEEN as u64 + 1, 0));
        assert!(outcome.complete);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn that_a_photo_is_lost_says_nothing_of_another_with_the_same_bytes() {
        let (is_there, totals) = brought(|folder, _| {
            fs::write(folder.join("photos/temp/1-1.jpg"), "").unwrap();
        })
        .await;
        assert!(is_there);
        let outcome = totals.outcome;
        assert_eq!((outcome.deleted.len(), outcome.lost.len()), (0, 1));
        assert_eq!(outcome.photos, BETWEEN as u64 + 1);
        assert!(!outcome.complete);
    }

    #[test]
    fn the_lot_falls_on_as_many_as_there_is_time_for() {
        let checksums: Vec<[u8; 32]> = (0..10_000)
            .map(|number: u32| Sha256::digest(number.to_le_bytes()).into())
            .collect();
        let fallen = |spared, all| {
            let sample = Sample::draw(spared, all).unwrap();
            checksums.iter().filter(|sum| sample.falls_on(sum)).count()
        };
        assert_eq!(fallen(100, 100), checksums.len());
        assert_eq!(fallen(100, 0), checksums.len());
        assert!((500..1500).contains(&fallen(10, 100)));
    }
}
