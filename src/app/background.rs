//! The jobs of an application, and what they are made of.

use crate::app::App;
use crate::auth::unsubscribe::UnsubscribeLinks;
use crate::config::WorkerMode;
use crate::data_dir::hold::RestoreHold;
use crate::jobs::cleanup::Cleanup;
use crate::jobs::delete_spaces::DeleteSpaces;
use crate::jobs::expire_uploads::ExpireUploads;
use crate::jobs::make_notices::MakeNotices;
use crate::jobs::make_previews::Thumbnailer;
use crate::jobs::measure_previews::MeasurePreviews;
use crate::jobs::outbox::Outbox;
use crate::jobs::process_photo::{PhotoWorker, ProcessPhotos};
use crate::jobs::prune_events::PruneEvents;
use crate::jobs::runner::Jobs;
use crate::jobs::scheduled_backup::Schedule;
use crate::jobs::send_mails::SendMails;
use crate::jobs::send_pushes::SendPushes;
use crate::jobs::watch_commits::WatchCommits;
use crate::jobs::watch_data_dir::DataDirWatch;
use crate::mail::Letters;
use crate::storage::PhotoStore;
use crate::verify_photos::Verifier;

impl App {
    /// Starts all that a server does besides answering requests.
    pub fn start_jobs(&self) -> Jobs {
        let mut jobs = Jobs::new(&self.metrics);
        if self.config.photos.worker() == WorkerMode::Embedded {
            ProcessPhotos::start(self.photo_worker(), &mut jobs, self.queue_hold());
        }
        jobs.start_after(self.queue_hold(), self.outbox());
        jobs.start(self.cleanup());
        jobs.start(self.expiry());
        jobs.start(self.space_deletion());
        jobs.start(WatchCommits::new(self.db.clone(), self.events.clone()));
        jobs.start(self.notices());
        if self.config.push.enabled {
            // The original sends its own.
            jobs.start_after(self.hold.clone(), self.pushes());
        }
        if let Some(mails) = self.mails() {
            jobs.start_after(self.hold.clone(), mails);
        }
        jobs.start(PruneEvents {
            db: self.db.clone(),
            clock: self.clock.clone(),
        });
        if self.config.photos.previews {
            jobs.start(self.preview_indexer.clone());
            jobs.start(self.rendition_indexer.clone());
        }
        jobs.start(self.preview_measuring());
        jobs.start(DataDirWatch {
            db: self.db.clone(),
            photos: self.photos.clone(),
            config: self.config.clone(),
            had_room: true,
        });
        jobs.start(self.maintenance.job());
        if let Some(schedule) = self.backups() {
            // The original makes its own.
            jobs.start_after(self.hold.clone(), schedule);
        }
        jobs
    }

    /// What keeps from the queue: where the data folder was restored, one that isn't in it is to be left alone.
    fn queue_hold(&self) -> RestoreHold {
        if self.queue.is_shared() {
            self.hold.clone()
        } else {
            RestoreHold::default()
        }
    }

    /// The worker for the photos of this application.
    pub fn photo_worker(&self) -> PhotoWorker {
        PhotoWorker::new(
            self.photos.clone(),
            self.queue.clone(),
            self.thumbnailer.clone(),
            Some(self.preview_indexer.clone()),
        )
        .with_renditions(
            self.renditions.clone(),
            Some(self.rendition_indexer.clone()),
        )
    }

    /// The backups of this application; `None` where the settings name no place for them.
    pub fn backups(&self) -> Option<Schedule> {
        let runs = self.backup_runs.clone();
        Schedule::new(&self.config, &self.db, &self.clock, runs)
    }

    /// The outbox of this application.
    pub fn outbox(&self) -> Outbox {
        Outbox::new(
            self.db.clone(),
            self.photos.clone(),
            self.queue.clone(),
            self.clock.clone(),
        )
    }

    /// What looks whether the photos of this application are whole.
    pub fn verifier(&self) -> Verifier {
        Verifier {
            db: self.db.clone(),
            store: self.photos.clone(),
        }
    }

    /// What makes previews; `None` where none are wanted.
    pub fn thumbnailer(&self) -> Option<Thumbnailer> {
        self.thumbnailer.clone()
    }

    /// What measures previews.
    pub fn preview_measuring(&self) -> MeasurePreviews {
        MeasurePreviews {
            db: self.db.clone(),
            store: self.photos.clone(),
            unmeasured: self.preview_indexer.unmeasured(),
        }
    }

    /// What makes notices of what has happened.
    pub fn notices(&self) -> MakeNotices {
        MakeNotices {
            db: self.db.clone(),
            clock: self.clock.clone(),
            wake: self.notice_wake.clone(),
            pushes: self.push_wake.clone(),
        }
    }

    /// What sends push messages.
    pub fn pushes(&self) -> SendPushes {
        SendPushes::new(
            self.db.clone(),
            self.clock.clone(),
            self.push_key.clone(),
            self.config.push.own_services.clone(),
            self.config.sessions.lifetime,
            self.push_wake.clone(),
        )
    }

    /// What sends mail; `None` where none is sent.
    pub fn mails(&self) -> Option<SendMails> {
        let origin = self.config.public_url.as_deref()?;
        let links = UnsubscribeLinks::new(self.signing_key.clone());
        Some(SendMails::new(
            self.db.clone(),
            self.clock.clone(),
            self.mailer.clone()?,
            Letters::new(origin, self.installation.clone(), links),
            self.photos.clone(),
            self.mail_wake.clone(),
        ))
    }

    /// What deletes uploads that no share has taken.
    pub fn expiry(&self) -> ExpireUploads {
        ExpireUploads::new(self.db.clone(), self.clock.clone(), self.uploads.clone())
    }

    /// The job that continues the deletion of spaces.
    pub fn space_deletion(&self) -> DeleteSpaces {
        DeleteSpaces::new(self.db.clone(), self.clock.clone(), self.cleanup())
    }

    /// The cleanup for the photos of this application.
    pub fn cleanup(&self) -> Cleanup {
        let cleanup = Cleanup::new(self.db.clone(), self.photos.clone(), self.clock.clone())
            .sparing(self.shares_under_way.clone());
        match self.photos {
            PhotoStore::Local(_) => cleanup,
            PhotoStore::S3(_) => cleanup.held_by(self.hold.clone()),
        }
    }
}
