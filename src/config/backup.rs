//! The settings of backups that the server makes by itself.

use std::time::Duration;

use anyhow::{Result, ensure};
use serde::{Deserialize, Serialize};

/// When backups are made, and where to.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Backup {
    /// How long after a backup the next one is made.
    pub every: Option<Every>,
    /// The folder, or the prefix in S3, where archives are kept.
    pub to: Option<String>,
    /// How many of them stay.
    pub keep: u32,
}

/// A time between two backups, written like `24h` or `1day 12h`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct Every(pub Duration);

impl TryFrom<String> for Every {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        match humantime::parse_duration(&text) {
            Ok(time) if time >= Duration::from_secs(1) => Ok(Self(time)),
            _ => Err(format!(
                "'{text}' is no time between backups, which is like 24h or 7days"
            )),
        }
    }
}

impl From<Every> for String {
    fn from(every: Every) -> Self {
        humantime::format_duration(every.0).to_string()
    }
}

impl Backup {
    pub(super) fn check(&self) -> Result<()> {
        ensure!(self.keep > 0, "The setting backup.keep must be above 0");
        ensure!(
            self.to.as_ref().is_none_or(|to| !to.is_empty()),
            "The setting backup.to must name a folder, or be like s3://bucket/prefix"
        );
        ensure!(
            self.every.is_none() || self.to.is_some(),
            "The setting backup.every needs backup.to, where the archives go"
        );
        Ok(())
    }
}

impl Default for Backup {
    fn default() -> Self {
        Self {
            every: None,
            to: None,
            keep: 7,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_read_as_people_write_it() {
        let hours =
            |text: &str| Every::try_from(text.to_owned()).map(|every| every.0.as_secs() / 3600);
        assert_eq!(hours("24h"), Ok(24));
        assert_eq!(hours("7days"), Ok(7 * 24));
        assert_eq!(hours("1day 12h"), Ok(36));
        for text in ["", "daily", "24", "-1h", "10ms"] {
            assert!(hours(text).unwrap_err().contains("is like 24h"), "{text}");
        }
    }
}
