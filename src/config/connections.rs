//! The settings of connections: how many at once, and how slow they may be.

use std::time::Duration;

use anyhow::{Result, ensure};
use serde::{Deserialize, Serialize};

use super::duration;
use super::socket_mode::SocketMode;

/// More of anything than a machine can have.
const MAX_VALUE: usize = 1_000_000;
/// With less, clients on slow lines aren't served; more is a typing error.
const SHORTEST: Duration = duration::SECOND;
const LONGEST: Duration = duration::DAY;

/// How many connections and uploads at once, and how slow they may be.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Connections {
    /// Connections at once; when all are taken, one of the address that holds the most is closed for the next.
    pub max_connections: usize,
    /// Connections at once from one address; more are closed at once. A trusted proxy may have them all.
    pub max_per_ip: usize,
    /// The permissions of the unix socket that the server listens on, if it does.
    pub socket_mode: SocketMode,
    /// The time within which the head of a request has to be there, counted from the end of the answer before.
    #[serde(with = "humantime_serde")]
    pub header_timeout: Duration,
    /// The time within which the body of a request, or the reader of an answer, has to get on.
    #[serde(with = "humantime_serde")]
    pub stall_timeout: Duration,
    /// Forms that are larger than a text can be, at once, of everybody.
    pub max_uploads: usize,
    /// The same, of one user.
    pub max_uploads_per_user: usize,
    /// Streams of events at once, of everybody. They don't count as connections.
    pub max_streams: usize,
    /// The same, of one user.
    pub max_streams_per_user: usize,
}

impl Connections {
    pub(super) fn check(&self) -> Result<()> {
        for (name, value) in [
            ("max_connections", self.max_connections),
            ("max_per_ip", self.max_per_ip),
            ("max_uploads", self.max_uploads),
            ("max_uploads_per_user", self.max_uploads_per_user),
            ("max_streams", self.max_streams),
            ("max_streams_per_user", self.max_streams_per_user),
        ] {
            ensure!(
                (1..=MAX_VALUE).contains(&value),
                "The setting connections.{name} must be above 0 and at most {MAX_VALUE}"
            );
        }
        for (name, value) in [
            ("connections.header_timeout", self.header_timeout),
            ("connections.stall_timeout", self.stall_timeout),
        ] {
            duration::check(name, value, SHORTEST, LONGEST)?;
        }
        Ok(())
    }
}

impl Default for Connections {
    fn default() -> Self {
        Self {
            max_connections: 512,
            max_per_ip: 128,
            socket_mode: SocketMode::default(),
            header_timeout: Duration::from_secs(60),
            stall_timeout: Duration::from_secs(30),
            max_uploads: 32,
            max_uploads_per_user: 8,
            max_streams: 1000,
            max_streams_per_user: 32,
        }
    }
}
