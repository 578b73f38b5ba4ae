//! The application: built once from the settings, cheap to clone. Server, worker, commands and tests start here.

mod background;
mod check;
// What monitoring asks for.
pub mod measure;
// Sends failed photos to the workers again.
pub mod retry;
// What there is, at a glance.
pub mod status;
// The end of an account.
mod account_removal;
// Ids for what is about to be written.
mod ids;
// The files of uploads.
mod upload_files;
// Whether there is room for photos.
mod disk_space;

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result};
use tokio::sync::Notify;

use crate::auth::passwords::Passwords;
use crate::auth::signed_urls::SigningKey;
use crate::check::sentence;
use crate::clock::{Clock, Timestamp};
use crate::config::{Config, QueueKind, StoreKind, WorkerMode};
use crate::data_dir;
use crate::data_dir::hold::RestoreHold;
use crate::data_dir::{copied, permissions};
use crate::db::Db;
use crate::domain::id_sequence::IdSequence;
use crate::domain::{installation, photos, spaces};
use crate::events::EventHub;
use crate::jobs::backup_runs::BackupRuns;
use crate::jobs::cleanup::CleanupReport;
use crate::jobs::database_maintenance::DatabaseMaintenance;
use crate::jobs::film_poster::PosterMaker;
use crate::jobs::film_rendition::RenditionMaker;
use crate::jobs::index_previews::PreviewIndexer;
use crate::jobs::index_renditions::{Makers, RenditionIndexer};
use crate::jobs::make_notices::NoticeWake;
use crate::jobs::make_previews::Thumbnailer;
use crate::jobs::preview_uploads::UploadPreviewer;
use crate::jobs::process_photo::PhotoWorker;
use crate::limits::request::RequestLimits;
use crate::logging::audit::Seldom;
use crate::mail::smtp::Mailer;
use crate::metrics::Metrics;
use crate::migrate_photos::{Journal, PhotoMigration};
use crate::push::key::PushKey;
use crate::queue::{LocalQueue, PhotoQueue, SqsQueue};
use crate::storage::aws::Aws;
use crate::storage::{self, PhotoStore, check_data_dir};
use crate::uploads::folder::UploadFolder;
use crate::uploads::ingest::PhotoIngest;
use crate::uploads::locks::UploadLocks;
use crate::uploads::under_way::SharesUnderWay;

pub use self::check::{begun_anew, check_begun, check_installation, check_store};

/// Everything that requests, workers and commands share.
#[derive(Clone)]
pub struct App {
    pub config: Arc<Config>,
    pub clock: Clock,
    pub db: Db,
    /// Who listens for what is written to it.
    pub events: EventHub,
    pub passwords: Passwords,
    pub limits: RequestLimits,
    pub metrics: Metrics,
    pub seldom: Seldom,
    pub photos: PhotoStore,
    pub queue: PhotoQueue,
    pub ingest: PhotoIngest,
    /// The files of uploads that wait for their share.
    pub uploads: UploadFolder,
    pub upload_locks: UploadLocks,
    /// The shares that photos are on their way to.
    pub shares_under_way: SharesUnderWay,
    pub signing_key: SigningKey,
    pub preview_indexer: PreviewIndexer,
    pub rendition_indexer: RenditionIndexer,
    pub maintenance: DatabaseMaintenance,
    /// What the job for backups does, and what operators ask of it.
    pub backup_runs: BackupRuns,
    /// What is left alone where the data folder was restored.
    pub hold: RestoreHold,
    /// The eight digits that distinguish this installation from others at the same host.
    pub installation: Arc<str>,
    /// What distinguishes the time since the last restore.
    pub epoch: Arc<str>,
    pub push_key: PushKey,
    notice_wake: NoticeWake,
    /// Wakes what sends push messages.
    pub push_wake: Arc<Notify>,
    /// Wakes what sends mail.
    pub mail_wake: Arc<Notify>,
    mailer: Option<Mailer>,
    thumbnailer: Option<Thumbnailer>,
    renditions: Option<RenditionMaker>,
    upload_previewer: Option<UploadPreviewer>,
    ids: Arc<IdSequence>,
}

impl App {
    /// Opens everything below the data folder, and makes what is missing.
    ///
    /// # Errors
    /// A part of the folder is missing (see [`check_data_dir`]); a folder or file can't be made or used; the database is
    /// from a newer version.
    pub fn open(config: Config) -> Result<Self> {
        let folder = &config.data_dir;
        check_data_dir(&config)?;
        data_dir::make(folder)?;
        permissions::restrict_permissions(folder);
        let clock = Clock::default();
        let db = open_db(folder)?;
        if config.photos.store == StoreKind::Local {
            data_dir::init_markers(folder, db.read_blocking(|conn| Ok(photos::is_any(conn)?))?)?;
        }
        if let Err(error) = copied::mark_if_copied(folder) {
            // Such as on a full disk, where people must still get in to delete something.
            tracing::warn!(error = %sentence(&error), "could not record where the data folder is");
        }
        let (events, notice_wake) = (EventHub::default(), NoticeWake::default());
        {
            let (events, notices) = (events.clone(), notice_wake.clone());
            db.after_commits(move |conn| {
                events.catch_up(conn);
                notices.look(conn);
            });
        }
        let aws = Aws::default();
        let store = storage::open_with(config.photos.store, &config, aws.clone())?;
        let queue = open_queue(&config, aws, &db, &clock)?;
        let thumbnailer = thumbnailer(&store, &config);
        let renditions = renditions(&store, &config);
        let makers = match config.photos.worker() {
            WorkerMode::Embedded => Makers::Here(renditions.clone().map(Box::new)),
            WorkerMode::External => Makers::Elsewhere,
        };
        Ok(Self {
            installation: db.read_blocking(|conn| Ok(installation::id(conn)?))?.into(),
            epoch: db
                .read_blocking(|conn| Ok(installation::event_epoch(conn)?))?
                .into(),
            passwords: Passwords::new()?,
            preview_indexer: PreviewIndexer::new(
                db.clone(),
                store.clone(),
                queue.clone(),
                clock.clone(),
            ),
            rendition_indexer: RenditionIndexer::new(
                db.clone(),
                store.clone(),
                queue.clone(),
                clock.clone(),
                makers,
            ),
            renditions,
            // Where a worker of its own decodes photos, this process doesn't.
            upload_previewer: thumbnailer
                .clone()
                .filter(|_| config.photos.worker() == WorkerMode::Embedded)
                .map(|thumbnailer| UploadPreviewer::new(thumbnailer, UploadFolder::of(folder))),
            thumbnailer,
            limits: RequestLimits::new(&config, &clock),
            metrics: Metrics::default(),
            seldom: Seldom::new(&clock),
            ingest: PhotoIngest::new(store.clone(), &config, clock.clone()),
            uploads: UploadFolder::of(folder),
            upload_locks: UploadLocks::default(),
            shares_under_way: SharesUnderWay::default(),
            signing_key: SigningKey::open(&folder.join(data_dir::KEY))?,
            ids: Arc::new(db.read_blocking(|conn| Ok(IdSequence::after_all(conn)?))?),
            events,
            notice_wake,
            push_key: PushKey::new(db.clone(), config.push_contact()),
            push_wake: Arc::default(),
            mail_wake: Arc::default(),
            mailer: Mailer::new(&config)?,
            maintenance: DatabaseMaintenance::new(db.clone()),
            backup_runs: BackupRuns::default(),
            hold: RestoreHold::of(folder),
            config: Arc::new(config),
            clock,
            db,
            photos: store,
            queue,
        })
    }

    /// As [`Self::open`], where a server has begun the data folder: commands that are run in a wrong folder create
    /// nothing there.
    ///
    /// # Errors
    /// As [`Self::open`]; or the installation doesn't exist.
    pub async fn start(config: Config) -> Result<Self> {
        check_begun(&config).await?;
        Self::open(config)
    }

    /// The current time.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// What makes the previews of uploads; `None` where this process makes none.
    pub fn upload_previewer(&self) -> Option<&UploadPreviewer> {
        self.upload_previewer.as_ref()
    }

    /// Marks a data folder as the right one whose photos are in S3, if that isn't certain yet. Returns the bucket of
    /// an earlier installation next to which this database was created, if there is one.
    ///
    /// # Errors
    /// S3 can't be reached, or the marker can't be written.
    pub async fn confirm_folder(&self) -> Result<Option<String>> {
        let folder = &self.config.data_dir;
        if data_dir::is_marked(folder) {
            return Ok(None);
        }
        let begun_anew = self.db.read(|conn| Ok(spaces::last_id(conn)? == 0)).await?;
        if begun_anew && let Some(bucket) = self.photos.find_existing().await? {
            return Ok(Some(bucket));
        }
        data_dir::init_marker(folder)?;
        Ok(None)
    }

    /// What takes all photos from the other store to this one.
    ///
    /// # Errors
    /// A folder can't be made, or photos are being moved already.
    pub fn mover(&self, to: StoreKind) -> Result<PhotoMigration> {
        let aws = Aws::default();
        let (config, journal) = (&self.config, format!("photos-move-to-{to}"));
        let (id, photos) = (
            data_dir::init_marker(&config.data_dir)?,
            config.data_dir.join(data_dir::PHOTOS),
        );
        match to {
            StoreKind::Local => data_dir::mark_photos(&photos, &id, false)?,
            StoreKind::S3 => data_dir::check_photos(&photos, &id, false)?,
        }
        Ok(PhotoMigration {
            db: self.db.clone(),
            clock: self.clock.clone(),
            from: storage::open_with(to.other(), config, aws.clone())?,
            to: storage::open_with(to, config, aws)?,
            journal: Arc::new(Journal::open(
                &config.data_dir.join(journal),
                &config.photos.names(),
            )?),
        })
    }

    /// Deletes the bytes of photos that no share has; see [`Cleanup::run_once`](crate::jobs::cleanup::Cleanup::run_once).
    ///
    /// # Errors
    /// As [`Cleanup::run_once`](crate::jobs::cleanup::Cleanup::run_once).
    pub async fn clean_up(&self) -> Result<CleanupReport> {
        self.cleanup().run_once().await
    }
}

/// The database in this data folder, which is made if it isn't there.
fn open_db(folder: &Path) -> Result<Db> {
    let path = folder.join(data_dir::DATABASE);
    let open = || {
        Db::open_and(
            &path,
            installation::are_looks_outdated,
            installation::update_looks,
        )
    };
    let db = open().or_else(|error| {
        // Who comes to delete something on a full disk has to get in first.
        if data_dir::is_full(folder) && Db::give_up_reserve(&path) {
            open()
        } else {
            Err(error)
        }
    });
    db.map_err(|error| data_dir::diagnose_write_error(folder, error))
}

fn open_queue(config: &Config, aws: Aws, db: &Db, clock: &Clock) -> Result<PhotoQueue> {
    let max_attempts = config.photos.max_attempts;
    match config.photos.queue {
        QueueKind::Local => {
            let queue = LocalQueue::new(db.clone(), clock.clone(), max_attempts);
            Ok(PhotoQueue::Local(queue))
        }
        QueueKind::Sqs => sqs(config, aws, clock.clone()),
    }
}

/// A worker that needs no database, because store and queue are both elsewhere; `None` with other settings.
///
/// # Errors
/// The settings don't name the queue.
pub fn remote_worker(config: &Config) -> Result<Option<PhotoWorker>> {
    if (config.photos.store, config.photos.queue) != (StoreKind::S3, QueueKind::Sqs) {
        return Ok(None);
    }
    let aws = Aws::default();
    let store = storage::open_with(StoreKind::S3, config, aws.clone())?;
    let queue = sqs(config, aws, Clock::default())?;
    let thumbnailer = thumbnailer(&store, config);
    let renditions = renditions(&store, config);
    let worker = PhotoWorker::new(store, queue, thumbnailer, None);
    Ok(Some(worker.with_renditions(renditions, None)))
}

/// The queue alone, without the database where it is elsewhere.
///
/// # Errors
/// As [`App::start`].
pub async fn queue(config: Config) -> Result<PhotoQueue> {
    match config.photos.queue {
        QueueKind::Local => Ok(App::start(config).await?.queue),
        QueueKind::Sqs => sqs(&config, Aws::default(), Clock::default()),
    }
}

fn thumbnailer(store: &PhotoStore, config: &Config) -> Option<Thumbnailer> {
    let is_wanted = config.photos.previews;
    is_wanted.then(|| {
        Thumbnailer::new(store.clone(), config.limits.max_pixels())
            .with_posters(PosterMaker::find(&config.photos.ffmpeg))
    })
}

/// What makes renditions of films; they are kept next to the previews, and so made only where those are.
fn renditions(store: &PhotoStore, config: &Config) -> Option<RenditionMaker> {
    let ffmpeg = &config.photos.ffmpeg;
    let is_wanted = config.photos.previews;
    is_wanted
        .then(|| RenditionMaker::find(ffmpeg, store.clone()))
        .flatten()
}

fn sqs(config: &Config, aws: Aws, clock: Clock) -> Result<PhotoQueue> {
    let url = config
        .photos
        .queue_url
        .clone()
        .context("The setting photos.queue_url is missing")?;
    Ok(PhotoQueue::Sqs(SqsQueue::new(url, aws, clock)))
}
