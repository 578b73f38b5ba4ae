//! Backups that the server makes on its own, in the background.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use tokio_util::sync::CancellationToken;

use crate::backup::blocking::Blocking;
use crate::backup::create::{BackupRequest, create};
use crate::backup::destination::{ArchiveName, Target};
use crate::backup::progress::Progress;
use crate::backup::report::BackupReport;
use crate::clock::{Clock, Timestamp};
use crate::config::Config;
use crate::db::Db;
use crate::jobs::runner::{Job, Next};

/// After a backup that failed, the next is tried this soon.
const AGAIN: Duration = Duration::from_secs(60 * 60);
/// A machine that sleeps doesn't count time, and a clock may be set: this often, the time is checked again.
const LOOK: Duration = Duration::from_secs(60);

/// The backups that the settings schedule.
#[derive(Clone)]
pub struct Schedule {
    interval: Duration,
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
    /// `None` if the settings schedule none.
    pub fn new(config: &Config, db: &Db, clock: &Clock) -> Option<Self> {
        Some(Self {
            interval: config.backup.interval?,
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

    /// Makes a backup, and logs the outcome.
    async fn run_once(&self, stop: &CancellationToken) -> Result<()> {
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
        Ok(())
    }

    /// A backup is due when the last one at the destination is old enough. If that can't be determined, it is left to the
    /// backup itself.
    async fn first_due(&self, shutdown: &CancellationToken) -> Due {
        let found = latest(
            &self.request.config,
            &self.request.destination,
            shutdown.clone(),
        )
        .await;
        let now = self.request.clock.now();
        let wait = match found.map(|found| found.last) {
            // If one is from the future, the backup says what to do.
            Ok(Some(last)) if last.moment() <= now => {
                let age = now
                    .0
                    .saturating_sub(last.moment().0)
                    .try_into()
                    .unwrap_or(0);
                self.interval.saturating_sub(Duration::from_millis(age))
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
        let due = match self.due {
            Some(due) => due,
            None => self.first_due(stop).await,
        };
        self.due = Some(due);
        let left = self.left(due);
        if !left.is_zero() || stop.is_cancelled() {
            return Ok(Next::Wait(left.min(LOOK)));
        }
        let began = Instant::now();
        let made = self.run_once(stop).await;
        if made.is_err() && stop.is_cancelled() {
            tracing::info!("backup stopped; it will run after the next start");
            return Ok(Next::Idle);
        }
        let pause = match made {
            Ok(()) => self.interval,
            Err(_) => self.interval.min(AGAIN),
        };
        self.due = Some(self.after(pause.saturating_sub(began.elapsed())));
        made.map(|()| Next::Again)
    }

    /// Until the next look, and not until the next backup, which is due at its own time.
    fn pause_after_error(&self) -> Duration {
        self.interval.min(LOOK)
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

/// Looks at a destination, which must be one that the settings may name.
///
/// # Errors
/// It isn't, or can't be read.
pub async fn latest(config: &Config, to: &str, shutdown: CancellationToken) -> Result<Latest> {
    let (config, to, blocking) = (config.clone(), to.to_owned(), Blocking::new(shutdown));
    let latest = move || {
        let Target::Destination(destination) = Target::parse(&to, &config, &blocking)? else {
            bail!("There is no folder {to}: if its disk is mounted, make it");
        };
        destination.check(&config)?;
        let mut names = destination.all_archives()?;
        let (all, newest) = (names.len(), names.last().copied());
        names.retain(|name| !name.is_damaged());
        Ok(Latest {
            newest,
            damaged: all - names.len(),
            last: names.pop(),
        })
    };
    tokio::task::spawn_blocking(latest).await?
}
