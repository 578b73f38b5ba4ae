//! The figures that are asked for when somebody looks.

use std::sync::atomic::Ordering;
use std::time::Duration;

use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::{Registry, Unit};

use super::whole;
use crate::clock::Timestamp;

/// What this process knows at any moment.
#[derive(Clone, Copy, Debug, Default)]
pub struct Present {
    /// Open streams of events.
    pub streams: u64,
    /// Transactions that were committed, and the writes in them.
    pub commits: u64,
    pub writes: u64,
    /// How often something was read.
    pub reads: u64,
    /// When the certificate of HTTPS ends, if there is one.
    pub certificate_ends: Option<Timestamp>,
    /// By when there should be another whole backup, if the server makes them.
    pub backup_wanted_by: Option<Timestamp>,
}

/// What the database and the disk were asked for. Bytes are `None` where the system doesn't say.
#[derive(Clone, Copy, Debug, Default)]
pub struct Measured {
    pub users: i64,
    pub spaces: i64,
    pub sessions: i64,
    pub queued: i64,
    /// How long the first photo in the queue has waited.
    pub oldest_queued: Duration,
    pub failed: i64,
    pub unsent: i64,
    pub deletions: i64,
    pub failed_deletions: i64,
    pub uploads: i64,
    pub database_bytes: Option<u64>,
    pub wal_bytes: Option<u64>,
    pub free_bytes: Option<u64>,
    /// What photos and films take, with previews and uploads.
    pub stored_bytes: u64,
    /// What they may take; `None` without a quota.
    pub quota_bytes: Option<u64>,
    /// Whether the disk has room for more of them.
    pub has_room: bool,
}

pub(super) struct Gauges {
    up: Gauge,
    streams: Gauge,
    certificate_ends: Gauge,
    backup_due: Gauge,
    commits: Counter,
    writes: Counter,
    reads: Counter,
    users: Gauge,
    spaces: Gauge,
    sessions: Gauge,
    queued: Gauge,
    oldest_queued: Gauge,
    failed: Gauge,
    unsent: Gauge,
    deletions: Gauge,
    failed_deletions: Gauge,
    uploads: Gauge,
    database: Gauge,
    wal: Gauge,
    free: Gauge,
    stored: Gauge,
    quota: Gauge,
    has_room: Gauge,
}

impl Gauges {
    pub(super) fn new(registry: &mut Registry) -> Self {
        Self {
            up: gauge(
                registry,
                "database_up",
                "1 if the database has answered the last look; otherwise figures of it are old",
            ),
            streams: gauge(registry, "streams", "Open streams of events"),
            certificate_ends: gauge_in(
                registry,
                "certificate_end_time",
                "When the HTTPS certificate expires, as Unix time; 0 if there is none",
                Unit::Seconds,
            ),
            backup_due: gauge_in(
                registry,
                "backup_due_time",
                "By when there should be another whole backup, as Unix time; 0 if the server makes none",
                Unit::Seconds,
            ),
            users: gauge(registry, "users", "Accounts"),
            spaces: gauge(registry, "spaces", "Spaces"),
            sessions: gauge(registry, "sessions", "Sessions that haven't ended"),
            queued: gauge(
                registry,
                "queue_photos",
                "Photos that wait in the queue of the database",
            ),
            failed: gauge(registry, "failed_photos", "Photos that were given up"),
            unsent: gauge(
                registry,
                "unsent_photos",
                "Photos whose names the queue hasn't accepted yet",
            ),
            deletions: gauge(
                registry,
                "deletions",
                "Photos whose bytes are to be deleted",
            ),
            failed_deletions: gauge(
                registry,
                "failed_deletions",
                "Those of them that the store didn't delete when it was asked",
            ),
            uploads: gauge(
                registry,
                "waiting_uploads",
                "Uploads that no share has taken yet",
            ),
            oldest_queued: gauge_in(
                registry,
                "queue_oldest",
                "How long the first photo in the queue has waited",
                Unit::Seconds,
            ),
            database: gauge_in(registry, "database", "The database file", Unit::Bytes),
            wal: gauge_in(
                registry,
                "wal",
                "What was committed and isn't in the database file yet",
                Unit::Bytes,
            ),
            free: gauge_in(
                registry,
                "disk_free",
                "What can still be written to the disk of the data folder",
                Unit::Bytes,
            ),
            stored: gauge_in(
                registry,
                "stored",
                "What photos and videos take, with previews and uploads",
                Unit::Bytes,
            ),
            quota: gauge_in(
                registry,
                "stored_quota",
                "What they may take; 0 if there is no quota of the server",
                Unit::Bytes,
            ),
            has_room: gauge(
                registry,
                "disk_has_room",
                "1 if the disk has room for photos and videos; with 0, they are refused",
            ),
            commits: counter(
                registry,
                "commits",
                "Transactions that were committed; those that wait together share one",
            ),
            writes: counter(registry, "writes", "Writes in them"),
            reads: counter(registry, "reads", "Reads of the database"),
        }
    }

    pub(super) fn set(&self, present: &Present, measured: Option<&Measured>) {
        self.up.set(measured.is_some().into());
        self.streams.set(whole(present.streams));
        let ends = present.certificate_ends.map_or(0, Timestamp::seconds);
        self.certificate_ends.set(ends);
        let due = present.backup_wanted_by.map_or(0, Timestamp::seconds);
        self.backup_due.set(due);
        for (counter, value) in [
            (&self.commits, present.commits),
            (&self.writes, present.writes),
            (&self.reads, present.reads),
        ] {
            counter.inner().store(value, Ordering::Relaxed);
        }
        let Some(measured) = measured else {
            return;
        };
        for (gauge, value) in [
            (&self.users, measured.users),
            (&self.spaces, measured.spaces),
            (&self.sessions, measured.sessions),
            (&self.queued, measured.queued),
            (&self.oldest_queued, whole(measured.oldest_queued.as_secs())),
            (&self.failed, measured.failed),
            (&self.unsent, measured.unsent),
            (&self.deletions, measured.deletions),
            (&self.failed_deletions, measured.failed_deletions),
            (&self.uploads, measured.uploads),
        ] {
            gauge.set(value);
        }
        for (gauge, value) in [
            (&self.database, measured.database_bytes),
            (&self.wal, measured.wal_bytes),
            (&self.free, measured.free_bytes),
        ] {
            gauge.set(value.map_or(-1, whole));
        }
        self.stored.set(whole(measured.stored_bytes));
        self.quota.set(whole(measured.quota_bytes.unwrap_or(0)));
        self.has_room.set(measured.has_room.into());
    }
}

fn gauge(registry: &mut Registry, name: &str, help: &str) -> Gauge {
    let gauge = Gauge::default();
    registry.register(name, help, gauge.clone());
    gauge
}

fn gauge_in(registry: &mut Registry, name: &str, help: &str, unit: Unit) -> Gauge {
    let gauge = Gauge::default();
    registry.register_with_unit(name, help, unit, gauge.clone());
    gauge
}

fn counter(registry: &mut Registry, name: &str, help: &str) -> Counter {
    let counter = Counter::default();
    registry.register(name, help, counter.clone());
    counter
}
