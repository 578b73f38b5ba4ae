//! The settings that are durations, all written as `60s`, `24h` or `1day 12h`.

use std::time::Duration;

use anyhow::{Result, ensure};
use humantime::format_duration;

pub(super) const SECOND: Duration = Duration::from_secs(1);
pub(super) const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// As long as [`humantime`] takes one to be, so that `10years` is ten of them.
pub(super) const YEAR: Duration = Duration::from_secs(31_557_600);

/// Refuses a duration that is out of bounds, both included, with a sentence that names the setting and them.
pub(super) fn check(setting: &str, value: Duration, min: Duration, max: Duration) -> Result<()> {
    ensure!(
        (min..=max).contains(&value),
        "The setting {setting} must be from {} to {}, not {}",
        format_duration(min),
        format_duration(max),
        format_duration(value)
    );
    Ok(())
}
