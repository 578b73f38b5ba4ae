//! Backups that the server makes on its own or when an operator asks for one, in the background.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use tokio_util::sync::CancellationToken;

use crate::backup::blocking::Blocking;
use crate::backup::create::{BackupRequest, create};
use crate::backup::destination::{ArchiveName, Target};
use crate::backup::progress::Progress;
use crate::backup::report::BackupReport;
use crate::backup::verify::{Verified, verify};
use crate::check::sentence;
use crate::clock::{Clock, Timestamp};
use crate::config::Config;
use crate::db::Db;
use crate::jobs::backup_runs::{BackupRuns, Finished, ReservedRun, Work};
use crate::jobs::runner::{Job, Next};
use crate::output::count;

/// After a backup that failed, the next is tried this soon.
const AGAIN: Duration = Duration::from_secs(60 * 60);
/// A machine that sleeps doesn't count time, and a clock may be set: this often, the time is checked again.
const LOOK: Duration = Duration::from_secs(60);
/// What somebody is about to ask for is there by then, or isn't asked for.
const SOON: Duration = Duration::from_secs(1);

/// The backups that the settings schedule, and what operators ask for.
#[derive(Clone)]
pub struct Schedule {
    /// How often; never on its own without it.
    interval: Option<Duration>,
    runs: BackupRuns,
    request: BackupRequest,
    /// When the next one is due, once that is known.
    due: Option<Due>,
}

/// When a backup is to be made: at this time of day, and not later than that.
#[derive(Clone, Copy)]
struct Due {
    at: Timestamp,
    latest: Instant,
}

impl Schedule {
    /// `None` if the settings name no place for backups.
    pub fn new(config: &Config, db: &Db, clock: &Clock, runs: BackupRuns) -> Option<Self> {
        Some(Self {
            interval: config.backup.interval,
            runs,
            request: BackupRequest {
                config: config.clone(),
                clock: clock.clone(),
                destination: config.backup.destination.clone()?,
                retain: Some(config.backup.retain),
                full: false,
                take_over: false,
                db: Some(db.clone()),
            },
            due: None,
        })
    }

    /// Makes a backup, and logs the outcome. Returns what was done, and whether all is in the archive.
    async fn run_once(&self, stop: &CancellationToken) -> Result<(String, bool)> {
        let taken = self.back_up(stop).await?;
        tracing::info!("{taken}");
        if let Some(damage) = &taken.damage {
            tracing::error!(%damage, "backed up a damaged database; the archive is marked and nothing was deleted");
        }
        for lost in &taken.outcome.lost {
            tracing::error!(photo = %lost.photo.0, why = lost.why, "backup lacks a photo");
        }
        if let Some(first) = taken.not_in_store.first() {
            tracing::error!(
                photos = taken.outcome.not_in_store,
                %first,
                "photo store has lost photos that the backup destination still has; see `shared-spaces photos verify`"
            );
        }
        let is_whole = taken.damage.is_none() && taken.outcome.lost.is_empty();
        Ok((taken.to_string(), is_whole))
    }

    /// Makes a backup, and notes how it ended.
    async fn run_reserved(&self, reserved: ReservedRun, stop: &CancellationToken) -> Result<()> {
        let made = self.run_once(stop).await;
        let (message, succeeded) = match &made {
            Ok((message, is_whole)) => (message.clone(), *is_whole),
            Err(error) => (sentence(error), false),
        };
        reserved.finish(self.finished(message, succeeded));
        if let Some(interval) = self.interval.filter(|_| succeeded) {
            self.runs.set_wanted_by(self.after(interval).at);
        }
        made.map(|_| ())
    }

    /// Does what an operator has asked for, and logs the outcome: it isn't tried again by itself.
    async fn run_requested(&mut self, reserved: ReservedRun, stop: &CancellationToken) {
        match reserved.work() {
            Work::Backup => match (self.run_reserved(reserved, stop).await, self.interval) {
                (Ok(()), Some(interval)) => self.set_due(self.after(interval)),
                (Ok(()), None) => {}
                (Err(error), _) => tracing::error!(error = %sentence(&error), "{}", Self::FAILURE),
            },
            Work::Verification => {
                let verified = self.verify_newest(stop).await;
                let (message, succeeded) = match verified {
                    Ok(message) => {
                        tracing::info!("{message}");
                        (message, true)
                    }
                    Err(error) => {
                        let message = sentence(&error);
                        tracing::error!(error = %message, "an archive isn't intact");
                        (message, false)
                    }
                };
                reserved.finish(self.finished(message, succeeded));
            }
        }
    }

    fn finished(&self, message: String, succeeded: bool) -> Finished {
        Finished {
            at: self.request.clock.now(),
            succeeded,
            message,
        }
    }

    /// Checks every byte of the newest archive; says what is in it.
    async fn verify_newest(&self, stop: &CancellationToken) -> Result<String> {
        let (request, blocking) = (self.request.clone(), Blocking::new(stop.clone()));
        let work = move || {
            let target = Target::parse(&request.destination, &request.config, &blocking)?;
            let archive = target.newest(request.clock.now())?;
            let report = |photo: &str, why: &str| {
                tracing::error!(photo, why, "a photo of an archive isn't intact");
            };
            let Verified { manifest, outcome } =
                verify(&archive, &blocking, &Progress::logged(), report)?;
            Ok(format!(
                "{archive} is intact: made {} by version {}, {}",
                manifest.made_at,
                manifest.version,
                count(outcome.photos, "photo")
            ))
        };
        tokio::task::spawn_blocking(work).await?
    }

    fn set_due(&mut self, due: Due) {
        self.runs.set_next(due.at);
        self.due = Some(due);
    }

    /// A backup is due when the last one at the destination is old enough. If that can't be determined, it is left to the
    /// backup itself.
    async fn first_due(&self, interval: Duration, shutdown: &CancellationToken) -> Due {
        let found = latest(
            &self.request.config,
            &self.request.destination,
            shutdown.clone(),
        )
        .await;
        let now = self.request.clock.now();
        let wait = match found.map(|found| found.last) {
            // One of today that is a little ahead is as new as can be. If one is from the future, the backup says what to do.
            Ok(Some(last)) if last.check(now).is_ok() => {
                let age = now
                    .0
                    .saturating_sub(last.moment().0)
                    .try_into()
                    .unwrap_or(0);
                interval.saturating_sub(Duration::from_millis(age))
            }
            _ => Duration::ZERO,
        };
        self.after(wait)
    }

    fn after(&self, wait: Duration) -> Due {
        Due {
            at: self.request.clock.now().plus(wait),
            latest: Instant::now() + wait,
        }
    }

    /// The time that is left, none where it is due.
    fn left(&self, due: Due) -> Duration {
        if self.request.clock.now() >= due.at {
            return Duration::ZERO;
        }
        due.latest.saturating_duration_since(Instant::now())
    }

    async fn back_up(&self, shutdown: &CancellationToken) -> Result<BackupReport> {
        let (request, blocking) = (self.request.clone(), Blocking::new(shutdown.clone()));
        let work = move || create(&request, &blocking, &Progress::logged());
        tokio::task::spawn_blocking(work).await?
    }
}

impl Job for Schedule {
    const FAILURE: &'static str = "backup failed";

    // A running backup stops by itself, and leaves nothing behind.
    const IS_DROPPED_AT_THE_END: bool = false;

    async fn step(&mut self, stop: &CancellationToken) -> Result<Next> {
        if stop.is_cancelled() {
            return Ok(Next::Idle);
        }
        if let Some(reserved) = self.runs.take_requested() {
            self.run_requested(reserved, stop).await;
            return Ok(Next::Again);
        }
        let Some(interval) = self.interval else {
            return Ok(Next::Idle);
        };
        let due = match self.due {
            Some(due) => due,
            None => {
                let first = self.first_due(interval, stop).await;
                self.runs.set_wanted_by(first.at);
                first
            }
        };
        self.set_due(due);
        let left = self.left(due);
        if !left.is_zero() {
            return Ok(Next::Wait(left.min(LOOK)));
        }
        let Some(reserved) = self.runs.reserve(Work::Backup) else {
            // An operator is about to ask for something.
            return Ok(Next::Wait(SOON));
        };
        let began = Instant::now();
        let made = self.run_reserved(reserved, stop).await;
        if made.is_err() && stop.is_cancelled() {
            tracing::info!("backup stopped; it will run after the next start");
            return Ok(Next::Idle);
        }
        let pause = match made {
            Ok(()) => interval,
            Err(_) => interval.min(AGAIN),
        };
        self.set_due(self.after(pause.saturating_sub(began.elapsed())));
        made.map(|()| Next::Again)
    }

    async fn woken(&self) {
        self.runs.requested().await;
    }

    /// Until the next look, and not until the next backup, which is due at its own time.
    fn pause_after_error(&self) -> Duration {
        self.interval.unwrap_or(LOOK).min(LOOK)
    }
}

/// What is at a destination.
#[derive(Clone, Copy, Debug)]
pub struct Latest {
    /// The last of all archives.
    pub newest: Option<ArchiveName>,
    /// The last one that isn't marked.
    pub last: Option<ArchiveName>,
    /// How many are marked as damaged.
    pub damaged: usize,
}

/// The archives at a destination, the oldest first, or why they can't be listed; none without one.
pub type FoundArchives = std::result::Result<Vec<ArchiveName>, String>;

/// Looks at a destination, which must be one that the settings may name.
///
/// # Errors
/// It isn't, or can't be read.
pub async fn latest(config: &Config, to: &str, shutdown: CancellationToken) -> Result<Latest> {
    let mut names = archives(config, to, shutdown).await?;
    let (all, newest) = (names.len(), names.last().copied());
    names.retain(|name| !name.is_damaged());
    Ok(Latest {
        newest,
        damaged: all - names.len(),
        last: names.pop(),
    })
}

/// All archives at such a destination, the oldest first.
///
/// # Errors
/// As [`latest`].
pub async fn archives(
    config: &Config,
    to: &str,
    shutdown: CancellationToken,
) -> Result<Vec<ArchiveName>> {
    let (config, to, blocking) = (config.clone(), to.to_owned(), Blocking::new(shutdown));
    let archives = move || {
        let Target::Destination(destination) = Target::parse(&to, &config, &blocking)? else {
            bail!("There is no folder {to}: if its disk is mounted, make it");
        };
        destination.check(&config)?;
        destination.all_archives()
    };
    tokio::task::spawn_blocking(archives).await?
}
