//! Making a backup, beside the server that writes to the same data folder.

use std::cell::RefCell;
use std::fmt;
use std::fs::{self, OpenOptions};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use indicatif::HumanBytes;

use super::archive::{
    ArchiveWriter, DATABASE, FORMAT, Front, Head, KEY, Lost, Outcome, Whereabouts, read_head,
};
use super::bridge::Bridge;
use super::fetch::{Fetched, Fetcher};
use super::owner;
use super::place::{ArchiveName, ENDING, Place, Spot, Target};
use super::progress::Progress;
use super::prune::{Pruned, prune};
use super::workplace::Workplace;
use crate::app;
use crate::clock::Clock;
use crate::config::{Config, StoreKind};
use crate::db::snapshot::{Original, Snapshot};
use crate::domain::photos::KnownPhoto;
use crate::folder;
use crate::photos::store::PhotoStore;

/// What is to be backed up, and where to.
#[derive(Clone)]
pub struct Order {
    pub config: Config,
    pub clock: Clock,
    /// A file, a folder or a prefix in S3.
    pub to: String,
    /// How many archives stay at a place.
    pub keep: Option<u32>,
    /// Whether an archive at a place has its photos inside.
    pub full: bool,
}

/// What was backed up.
pub struct Taken {
    pub archive: Spot,
    pub outcome: Outcome,
    /// Photos that an earlier backup had brought to the place.
    pub reused: u64,
    pub pruned: Pruned,
    pub took: Duration,
}

impl fmt::Display for Taken {
    /// One sentence for the one who has asked, or for the log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Outcome { photos, bytes, .. } = self.outcome;
        let (new, reused) = (photos - self.reused, self.reused);
        let took = humantime::format_duration(Duration::from_millis(
            self.took.as_millis().try_into().unwrap_or(u64::MAX),
        ));
        write!(
            f,
            "Backed up the database and {photos} photos ({}), {new} of them new and {reused} there already, to {} in {took}",
            HumanBytes(bytes),
            self.archive
        )?;
        let Pruned { archives, photos } = self.pruned;
        if archives > 0 || photos > 0 {
            write!(f, "; deleted {archives} old archives and {photos} photos")?;
        }
        Ok(())
    }
}

/// Makes a backup.
///
/// # Errors
/// There is nothing to back up; the data folder or the store can't be read; the place can't be written to; it is time to
/// stop. Photos that are lost are no error here: the outcome names them.
pub fn take(order: &Order, bridge: &Bridge, progress: &Progress) -> Result<Taken> {
    let began = Instant::now();
    let data = &order.config.data_dir;
    let database = data.join(DATABASE);
    ensure!(
        database.exists(),
        "There is no database in the data folder {}, and so nothing to back up",
        data.display()
    );
    let (archive, photos) = choose(order, bridge)?;
    let place = &archive.place;
    let original = Original::open(&database)?;
    let store = open_store(&order.config, &original)?;
    let key = data.join(KEY);
    let key =
        fs::read(&key).with_context(|| format!("The file {} can't be read", key.display()))?;
    let installation = owner::installation(data, &key)?;
    // Others' archives are met only where names are given by the time.
    if ArchiveName::parse(&archive.file).is_some() {
        check_owner(place, &installation)?;
    }
    let workplace = Workplace::open(data)?;
    place.clear_remains()?;
    let made_at = order.clock.now();
    let database = workplace.folder().join(DATABASE);
    original
        .copy_to(&create(&database)?, || bridge.go_on())
        .context("The database can't be copied")?;
    let snapshot = Snapshot::open(&database)?;
    let head = Head {
        format: FORMAT,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        made_at: made_at.rfc3339(),
        schema: snapshot.schema(),
        photos,
        installation,
    };

    progress.begin("backing up photos", snapshot.total_bytes()?)?;
    let job = Job {
        snapshot: &snapshot,
        fetcher: Fetcher::new(store, original, bridge.clone()),
        bridge,
        tally: RefCell::new(Tally::default()),
        progress,
    };
    if photos == Whereabouts::Beside {
        job.bring_photos(place)?;
    }
    let front = Front {
        head: &head,
        time: made_at,
        snapshot: &snapshot,
        database: &database,
        key: &key,
    };
    job.write(&front, &archive, workplace.folder())
        .with_context(|| format!("The archive {archive} can't be written"))?;
    progress.end();
    let Tally { outcome, reused } = job.tally.into_inner();
    let pruned = match order.keep {
        Some(keep) => prune(place, keep, bridge).with_context(|| {
            format!("The archive {archive} is made, and old ones can't be deleted")
        })?,
        None => Pruned::default(),
    };
    Ok(Taken {
        archive,
        outcome,
        reused,
        pruned,
        took: began.elapsed(),
    })
}

/// The archive that is to be made, and where its photos go.
fn choose(order: &Order, bridge: &Bridge) -> Result<(Spot, Whereabouts)> {
    let (archive, photos) = match Target::parse(&order.to, &order.config, bridge)? {
        Target::File(spot) => {
            ensure!(
                order.keep.is_none() || spot.file.ends_with(ENDING),
                "There is no folder {}: if its disk is mounted, make it",
                order.to
            );
            ensure!(
                order.keep.is_none(),
                "--keep is about many archives: name a folder or a prefix in S3, not a file"
            );
            (spot, Whereabouts::Inside)
        }
        Target::Place(place) => {
            let newest = place.archives()?.pop();
            let file = ArchiveName::new(order.clock.now(), newest).to_string();
            let photos = if order.full {
                Whereabouts::Inside
            } else {
                Whereabouts::Beside
            };
            (Spot { place, file }, photos)
        }
    };
    archive.place.check(&order.config)?;
    Ok((archive, photos))
}

/// The store of the photos. A disk that isn't mounted is told from one on which all photos are lost.
fn open_store(config: &Config, original: &Original) -> Result<PhotoStore> {
    let data = &config.data_dir;
    app::check_folder(config)?;
    if config.photos.store == StoreKind::Local
        && let Some(id) = folder::read(&data.join(folder::MARKER))?
    {
        folder::check_photos(&data.join(folder::PHOTOS), &id, original.has_photos()?)?;
    }
    app::store(config.photos.store, config)
}

/// Two installations at one place would delete each other's archives.
fn check_owner(place: &Place, installation: &str) -> Result<()> {
    let Some(newest) = place.archives()?.pop() else {
        return Ok(());
    };
    let Some(found) = place.read(&newest.to_string())? else {
        return Ok(());
    };
    match read_head(found.bytes) {
        Ok(head) => ensure!(
            head.installation == installation,
            "In {place} are archives of another installation, or of this one with another signing key: choose another place"
        ),
        Err(error) => tracing::error!("the archive {newest} in {place} can't be read: {error:#}"),
    }
    Ok(())
}

/// An empty file that only this account can read.
fn create(path: &Path) -> Result<PathBuf> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
        .open(path)
        .with_context(|| format!("The file {} can't be made", path.display()))?;
    Ok(path.to_owned())
}

/// What became of a photo.
enum Got {
    New,
    Reused,
    Deleted,
    Lost(String),
}

#[derive(Default)]
struct Tally {
    outcome: Outcome,
    reused: u64,
}

struct Job<'a> {
    snapshot: &'a Snapshot,
    fetcher: Fetcher,
    bridge: &'a Bridge,
    tally: RefCell<Tally>,
    progress: &'a Progress,
}

impl Job<'_> {
    /// Brings all photos to the place that it doesn't have.
    fn bring_photos(&self, place: &Place) -> Result<()> {
        let there = place.photos()?;
        let photos = self.snapshot.photos().map(|photo| {
            let photo = photo?;
            let is_there = there.find(&photo.sha256)? == Some(photo.bytes);
            Ok((photo, is_there))
        });
        let (fetcher, place) = (self.fetcher.clone(), place.clone());
        let bring = move |(photo, is_there): (KnownPhoto, bool)| {
            if is_there {
                return Ok((photo, Got::Reused));
            }
            let got = match fetcher.fetch(&photo)? {
                Fetched::Whole(bytes) => {
                    place.put_photo(&photo.sha256, &bytes)?;
                    Got::New
                }
                Fetched::Deleted => Got::Deleted,
                Fetched::Lost(why) => Got::Lost(why),
            };
            Ok((photo, got))
        };
        self.bridge.in_order(photos, bring, |(photo, got)| {
            // The same picture may have been shared twice.
            there.add(&photo.sha256, photo.bytes)?;
            self.count(&photo, got);
            Ok(())
        })
    }

    /// Writes the archive, with the photos unless they are beside it.
    fn write(&self, front: &Front<'_>, archive: &Spot, folder: &Path) -> Result<()> {
        let file = archive.place.create(&archive.file)?;
        let mut writer = ArchiveWriter::begin(file, front, folder)?;
        if front.head.photos == Whereabouts::Inside {
            let fetcher = self.fetcher.clone();
            let fetch = move |photo: KnownPhoto| Ok((fetcher.fetch(&photo)?, photo));
            let photos = self.snapshot.photos();
            self.bridge.in_order(photos, fetch, |(fetched, photo)| {
                let got = match fetched {
                    Fetched::Whole(bytes) => {
                        writer.add_photo(&photo.name, &bytes)?;
                        Got::New
                    }
                    Fetched::Deleted => Got::Deleted,
                    Fetched::Lost(why) => Got::Lost(why),
                };
                self.count(&photo, got);
                Ok(())
            })?;
        }
        let mut tally = self.tally.borrow_mut();
        tally.outcome.complete = tally.outcome.lost.is_empty();
        self.bridge.go_on()?;
        writer.end(&tally.outcome)?.finish()
    }

    fn count(&self, photo: &KnownPhoto, got: Got) {
        let mut tally = self.tally.borrow_mut();
        match got {
            Got::New | Got::Reused => {
                tally.outcome.photos += 1;
                tally.outcome.bytes += photo.bytes;
                tally.reused += u64::from(matches!(got, Got::Reused));
            }
            Got::Deleted => tally.outcome.deleted.push(photo.name.to_string()),
            Got::Lost(why) => tally.outcome.lost.push(Lost {
                photo: photo.name.to_string(),
                why,
            }),
        }
        self.progress.advance(photo.bytes);
    }
}
