//! Making a backup, while a server writes to the same data folder.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};

use super::archive::{
    ArchiveWriter, DATABASE, FORMAT, KEY, Manifest, PhotoLocation, Prelude, read_manifest,
};
use super::progress::Progress;
use super::prune::{Pruned, prune};
use crate::auth::signed_urls::SigningKey;
use crate::backup::blocking::Blocking;
use crate::backup::check::Verification;
use crate::backup::destination::{ArchiveName, ArchiveRef, Destination, ENDING, Target};
use crate::backup::hash_map::TempHashMap;
use crate::backup::installation_id;
use crate::backup::read_photos::Fetcher;
use crate::backup::report::BackupReport;
use crate::backup::snapshot::{LiveDatabase, Snapshot};
use crate::backup::store_photos::{Photos, Totals};
use crate::backup::work_dir::{WorkDir, create_private};
use crate::check::{is_damaged_database, sentence};
use crate::clock::Clock;
use crate::config::{Config, StoreKind};
use crate::data_dir::{self, copied, restored};
use crate::db::Db;
use crate::storage::{self, PhotoStore, check_data_dir};

/// What is to be backed up, and where to.
#[derive(Clone)]
pub struct BackupRequest {
    pub config: Config,
    pub clock: Clock,
    /// A file, a folder or a prefix in S3.
    pub destination: String,
    /// How many archives are kept at a destination.
    pub retain: Option<u32>,
    /// Whether an archive at a destination has its photos inside.
    pub full: bool,
    /// Whether the data folder, which was restored, replaces its original.
    pub take_over: bool,
    /// The database that a server has open, which must be the one that is backed up; `None` for whichever is there.
    pub db: Option<Db>,
}

impl BackupRequest {
    /// Refuses another data folder that has replaced the server's.
    fn check_files(&self) -> Result<()> {
        match &self.db {
            Some(db) => Ok(db.check_files()?),
            None => Ok(()),
        }
    }
}

/// Makes a backup. Old archives are deleted only once the new one was read back and is intact.
///
/// # Errors
/// It can't be made, and if it was begun, nothing is left of it; another one is running; the destination belongs to
/// another installation; it was cancelled. Also if old archives can't be deleted.
pub fn create(
    request: &BackupRequest,
    blocking: &Blocking,
    progress: &Progress,
) -> Result<BackupReport> {
    write_archive(request, blocking, progress).map_err(|error| {
        let database = request.config.data_dir.join(DATABASE);
        if is_damaged_database(&error) {
            error.context(format!("The database {} can't be read", database.display()))
        } else {
            error
        }
    })
}

fn write_archive(
    request: &BackupRequest,
    blocking: &Blocking,
    progress: &Progress,
) -> Result<BackupReport> {
    let began = Instant::now();
    let data = &request.config.data_dir;
    request.check_files()?;
    let database = data.join(DATABASE);
    ensure!(
        database.exists(),
        "There is no database in the data folder {}, so there is nothing to back up",
        data.display()
    );
    let (target, photos) = choose(request, blocking)?;
    let destination = target.destination();
    let original = LiveDatabase::open(&database)
        .map_err(|error| data_dir::diagnose_write_error(data, error))?;
    let store = open_store(&request.config, &original)?;
    let key = data.join(KEY);
    let key =
        fs::read(&key).with_context(|| format!("The file {} can't be read", key.display()))?;
    ensure!(
        key.len() == SigningKey::BYTES,
        "The signing key {} is damaged: it has {} bytes, not {}. Restore it from an earlier backup, or delete it: the \
        next start of the server makes another",
        data.join(KEY).display(),
        key.len(),
        SigningKey::BYTES
    );
    let installation = installation_id::installation_id(data, &key)?;
    // Now that everything is open: whatever replaces it from here on is something else.
    request.check_files()?;
    if let BackupGoal::Named { .. } = target {
        check_owner(destination, &installation)?;
        if !request.take_over {
            copied::mark_if_copied(data)?;
            installation_id::check_not_a_copy(data, destination)?;
        }
    }
    let work_dir = WorkDir::open(data)?;
    destination.remove_leftovers(&target.file())?;
    let made_at = request.clock.now();
    let database = work_dir.folder().join(DATABASE);
    original
        .copy_to(&create_private(&database)?, || blocking.check_cancelled())
        .context("The database can't be copied")?;
    let snapshot = Snapshot::open(&database)?;
    let damage = snapshot.integrity_check()?;
    blocking.check_cancelled()?;
    let manifest = Manifest {
        format: FORMAT,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        made_at: made_at.rfc3339(),
        schema: snapshot.schema(),
        photos,
        installation,
        damage,
    };
    let run = Run {
        prelude: Prelude {
            manifest: &manifest,
            time: made_at,
            snapshot: &snapshot,
            database: &database,
            key: &key,
        },
        target: &target,
        folder: work_dir.folder(),
        blocking,
    };
    progress.begin("backing up photos", snapshot.total_bytes()?)?;
    let fetcher = Fetcher::new(store, original, blocking.clone(), work_dir.folder());
    let all = Photos::of(&snapshot, fetcher, blocking, progress);
    let report = run.execute(all, request.retain);
    progress.end();
    let mut report = match (report, &manifest.damage) {
        (Err(error), Some(damage)) => {
            return Err(error.context(format!("The database is damaged: {damage}")));
        }
        (report, _) => report?,
    };
    report.damage.clone_from(&manifest.damage);
    // Not before there is a backup: one that fails changes nothing about which folder is the original.
    if request.take_over {
        restored::take_over(data)?;
    }
    report.took = began.elapsed();
    Ok(report)
}

/// What is to be made.
enum BackupGoal {
    /// A file of this name.
    File(ArchiveRef),
    /// An archive at a destination, which has a name of its own.
    Named {
        destination: Destination,
        name: ArchiveName,
    },
}

impl BackupGoal {
    /// The file that is to be made.
    fn file(&self) -> String {
        match self {
            Self::File(archive_ref) => archive_ref.file.clone(),
            Self::Named { name, .. } => name.to_string(),
        }
    }

    fn destination(&self) -> &Destination {
        match self {
            Self::File(archive_ref) => &archive_ref.destination,
            Self::Named { destination, .. } => destination,
        }
    }
}

/// What is to be made, and where its photos go.
fn choose(request: &BackupRequest, blocking: &Blocking) -> Result<(BackupGoal, PhotoLocation)> {
    let (goal, photos) = match Target::parse(&request.destination, &request.config, blocking)? {
        Target::File(archive_ref) => {
            ensure!(
                request.retain.is_none() || archive_ref.file.ends_with(ENDING),
                "There is no folder {}: mount its disk, or create the folder",
                request.destination
            );
            ensure!(
                request.retain.is_none(),
                "--retain is for a folder or a prefix in S3, which have many archives, and not for a file"
            );
            (BackupGoal::File(archive_ref), PhotoLocation::Embedded)
        }
        Target::Destination(destination) => {
            let newest = destination.all_archives()?.pop();
            let name = ArchiveName::new(request.clock.now(), newest).with_context(|| {
                format!("No archive was made in {destination}, and none was deleted")
            })?;
            let photos = if request.full {
                PhotoLocation::Embedded
            } else {
                PhotoLocation::External
            };
            (BackupGoal::Named { destination, name }, photos)
        }
    };
    goal.destination().check(&request.config)?;
    Ok((goal, photos))
}

/// The store of the photos. Distinguishes a disk that isn't mounted from one that has lost all photos.
fn open_store(config: &Config, original: &LiveDatabase) -> Result<PhotoStore> {
    let data = &config.data_dir;
    check_data_dir(config)?;
    if config.photos.store == StoreKind::Local
        && let Some(id) = data_dir::read(&data.join(data_dir::MARKER))?
    {
        data_dir::check_photos(&data.join(data_dir::PHOTOS), &id, original.has_photos()?)?;
    }
    storage::open(config.photos.store, config)
}

/// Two installations at one destination would delete each other's archives. The newest one that can be read decides.
fn check_owner(destination: &Destination, installation: &str) -> Result<()> {
    for name in destination.all_archives()?.iter().rev() {
        let Some(found) = destination.read(&name.to_string())? else {
            continue;
        };
        match read_manifest(found) {
            Ok(manifest) => {
                ensure!(
                    manifest.installation == installation,
                    "There are archives of another installation in {destination}, or of this one with another signing key: \
                    choose another destination"
                );
                return Ok(());
            }
            Err(error) => {
                tracing::error!(archive = %name, destination = %destination, error = %sentence(&error), "could not read an archive");
            }
        }
    }
    Ok(())
}

struct Run<'a> {
    prelude: Prelude<'a>,
    target: &'a BackupGoal,
    /// Where it works.
    folder: &'a Path,
    blocking: &'a Blocking,
}

impl Run<'_> {
    /// Copies the photos, writes the archive, reads it back, and then deletes old ones.
    fn execute(&self, photos: Photos<'_>, retain: Option<u32>) -> Result<BackupReport> {
        let (destination, is_damaged) = (
            self.target.destination(),
            self.prelude.manifest.damage.is_some(),
        );
        if self.prelude.manifest.photos == PhotoLocation::External {
            photos.bring(destination)?;
        }
        let archive = self.archive_ref(retain)?;
        let writing = || format!("The archive {archive} can't be written");
        let written = self.write(photos, &archive);
        let (written, totals) = self.blocking.context(written, writing)?;
        let there = match self.prelude.manifest.photos {
            PhotoLocation::External => destination.photos()?,
            PhotoLocation::Embedded => TempHashMap::new()?,
        };
        let verification = Verification::new(destination, &there, self.folder, self.blocking);
        let mut report = BackupReport {
            archive,
            outcome: totals.outcome,
            damage: None,
            reused: totals.reused,
            not_in_store: totals.not_in_store,
            pruned: Pruned::default(),
            took: Duration::ZERO,
        };
        if is_damaged {
            return Ok(report);
        }
        self.verify(&report.archive, written, &verification)?;
        if let (Some(retain), BackupGoal::Named { name, .. }) = (retain, self.target)
            && report.outcome.complete
        {
            let installation = &self.prelude.manifest.installation;
            let pruned = prune(
                destination,
                retain,
                *name,
                installation,
                &verification,
                self.blocking,
            );
            report.pruned = pruned.with_context(|| {
                format!(
                    "The archive {} was made, but old ones can't be deleted",
                    report.archive
                )
            })?;
        }
        Ok(report)
    }

    /// The archive that is written. That of a damaged database says so in its name, and where old archives are deleted,
    /// these aren't written more often than others, because they are never deleted.
    fn archive_ref(&self, retain: Option<u32>) -> Result<ArchiveRef> {
        let (destination, name) = match self.target {
            BackupGoal::File(archive_ref) => return Ok(archive_ref.clone()),
            BackupGoal::Named { destination, name } if self.prelude.manifest.damage.is_none() => {
                (destination, *name)
            }
            BackupGoal::Named { destination, name } => {
                let names = destination.all_archives()?;
                let damaged = names.iter().filter(|name| name.is_damaged()).count();
                ensure!(
                    retain.is_none_or(|retain| damaged < retain as usize),
                    "Archives in {destination} that are marked as damaged: {damaged}. No other was made, and nothing was \
                    deleted"
                );
                (destination, name.damaged())
            }
        };
        Ok(ArchiveRef {
            destination: destination.clone(),
            file: name.to_string(),
        })
    }

    /// Writes the archive, with the photos unless they are next to it. Returns its size in bytes.
    fn write(&self, photos: Photos<'_>, archive: &ArchiveRef) -> Result<(u64, Totals)> {
        let file = archive.destination.create(&archive.file)?;
        let mut writer = ArchiveWriter::begin(file, &self.prelude, self.folder)?;
        if self.prelude.manifest.photos == PhotoLocation::Embedded {
            photos.pack(&mut writer)?;
        }
        let totals = photos.end();
        self.blocking.check_cancelled()?;
        let (file, written) = writer.end(&totals.outcome)?;
        file.finish()?;
        Ok((written, totals))
    }

    /// Reads the archive back. If it isn't as it was written, it is deleted, so that it isn't relied on.
    fn verify(
        &self,
        archive: &ArchiveRef,
        written: u64,
        verification: &Verification<'_>,
    ) -> Result<()> {
        let Err(error) = verification.verify(&archive.file, Some(written)) else {
            return Ok(());
        };
        // Whether it is complete is unknown.
        self.blocking
            .check_cancelled()
            .with_context(|| format!("The archive {archive} was written, but not verified"))?;
        let left = match archive.destination.delete(&archive.file) {
            Ok(()) => "It was deleted",
            Err(_) => "It couldn't be deleted",
        };
        Err(error).with_context(|| {
            format!("The archive {archive} was written, but failed verification. {left}, and nothing else was deleted")
        })
    }
}
