//! The settings of backups that the server makes on its own.

use std::time::Duration;

use anyhow::{Result, ensure};
use serde::{Deserialize, Serialize};

use super::duration;

/// When backups are made, and where to.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Backup {
    /// How long after a backup the next one is made.
    #[serde(with = "humantime_serde")]
    pub interval: Option<Duration>,
    /// The folder, or the prefix in S3, where archives are kept.
    pub destination: Option<String>,
    /// How many of them stay.
    pub retain: u32,
}

/// More is a typing error.
const LONGEST: Duration = duration::YEAR.saturating_mul(10);

impl Backup {
    pub(super) fn check(&self) -> Result<()> {
        ensure!(self.retain > 0, "The setting backup.retain must be above 0");
        if let Some(interval) = self.interval {
            duration::check("backup.interval", interval, duration::SECOND, LONGEST)?;
        }
        ensure!(
            self.destination.as_ref().is_none_or(|to| !to.is_empty()),
            "The setting backup.destination must name a folder, or be like s3://bucket/prefix"
        );
        ensure!(
            self.interval.is_none() || self.destination.is_some(),
            "The setting backup.interval needs backup.destination"
        );
        Ok(())
    }
}

impl Default for Backup {
    fn default() -> Self {
        Self {
            interval: None,
            destination: None,
            retain: 7,
        }
    }
}
