//! The settings of backups that the server makes by itself.

use std::fmt;
use std::time::Duration;

use anyhow::{Result, ensure};
use serde::de::{Error, Unexpected, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(into = "String")]
pub struct Every(pub Duration);

/// With more, somebody has mistyped it.
const LONGEST: Duration = Duration::from_secs(10 * 366 * 24 * 60 * 60);

impl Every {
    fn parse(text: &str) -> Option<Self> {
        let time = humantime::parse_duration(text).ok()?;
        (Duration::from_secs(1)..=LONGEST)
            .contains(&time)
            .then_some(Self(time))
    }
}

impl<'de> Deserialize<'de> for Every {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;

        impl Visitor<'_> for Text {
            type Value = Every;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a time with its unit, from 1s to 10years, such as 24h or 7days")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Every, E> {
                Every::parse(text).ok_or_else(|| E::invalid_value(Unexpected::Str(text), &self))
            }
        }

        deserializer.deserialize_str(Text)
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
        let hours = |text: &str| Every::parse(text).map(|every| every.0.as_secs() / 3600);
        assert_eq!(hours("24h"), Some(24));
        assert_eq!(hours("7days"), Some(7 * 24));
        assert_eq!(hours("1day 12h"), Some(36));
        for text in ["", "daily", "24", "-1h", "10ms", "100000000000years"] {
            assert_eq!(hours(text), None, "{text}");
        }
    }
}
