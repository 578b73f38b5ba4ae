//! Measures what monitoring asks for, at most every few seconds: those who ask more often get the same figures.

use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::{Instant, timeout};

use crate::app::App;
use crate::data_dir::disk_space::has_room;
use crate::data_dir::sizes::Sizes;
use crate::domain::{statistics, usage};
use crate::error::Result;
use crate::metrics::{Measured, Present};
use crate::tls::Certificates;

/// How old what the database has answered may be.
const FRESH: Duration = Duration::from_secs(10);
/// How long the database may take: less than who scrapes usually waits.
const TIMEOUT: Duration = Duration::from_secs(5);

/// What was measured last.
pub struct Measurement {
    app: App,
    /// The certificate of HTTPS, if the server speaks it.
    certificates: Option<Certificates>,
    last: Mutex<Option<(Instant, Measured)>>,
}

impl Measurement {
    /// Nothing was measured yet.
    pub fn new(app: App, certificates: Option<Certificates>) -> Self {
        Self {
            app,
            certificates,
            last: Mutex::default(),
        }
    }

    /// All figures, in the format of Prometheus.
    pub async fn text(&self) -> String {
        // One after the other, so that nobody has the database count the same twice.
        let mut last = self.last.lock().await;
        let fresh = last
            .filter(|(at, _)| at.elapsed() < FRESH)
            .map(|(_, measured)| measured);
        let measured = match fresh {
            Some(measured) => Some(measured),
            None => {
                let asked = timeout(TIMEOUT, self.measure()).await;
                let measured = asked.ok().and_then(Result::ok);
                if measured.is_none() {
                    tracing::warn!(
                        "could not measure for monitoring, because the database doesn't answer"
                    );
                }
                *last = measured.map(|measured| (Instant::now(), measured));
                measured
            }
        };
        self.app.metrics.write(&self.present(), measured.as_ref())
    }

    fn present(&self) -> Present {
        let (commits, writes) = self.app.db.commits();
        Present {
            streams: self.app.limits.streams.open(),
            commits,
            writes,
            reads: self.app.db.stats().reads,
            certificate_ends: self.certificates.as_ref().and_then(Certificates::ends),
            backup_wanted_by: self.app.backup_runs.state().wanted_by,
        }
    }

    async fn measure(&self) -> Result<Measured> {
        let (now, lifetime) = (self.app.now(), self.app.config.sessions.lifetime);
        let quotas = self.app.config.quotas;
        let counted = self.app.db.read_long(move |conn| {
            let (users, spaces) = statistics::users_and_spaces(conn)?;
            let backlog = statistics::backlog(conn, now, lifetime)?;
            Ok((users, spaces, backlog, usage::of_server(conn, &quotas)?))
        });
        let (users, spaces, backlog, usage) = counted.await?;
        let sizes = Sizes::of(&self.app.config.data_dir);
        Ok(Measured {
            users,
            spaces,
            sessions: backlog.sessions,
            queued: backlog.queued,
            oldest_queued: backlog
                .oldest_queued
                .map_or(Duration::ZERO, |oldest| now.since(oldest)),
            failed: backlog.failed,
            unsent: backlog.unsent,
            deletions: backlog.deletions,
            failed_deletions: backlog.failed_deletions,
            uploads: backlog.uploads,
            database_bytes: sizes.database,
            wal_bytes: sizes.wal,
            free_bytes: sizes.free,
            stored_bytes: usage.used,
            quota_bytes: usage.max,
            has_room: has_room(&self.app.config, 0),
        })
    }
}
