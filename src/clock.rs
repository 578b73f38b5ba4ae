//! The time of day, from one place, so that tests can move it.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use time::format_description::BorrowedFormatItem;
use time::format_description::well_known::Rfc3339;
use time::macros::format_description;
use time::{OffsetDateTime, PrimitiveDateTime};

/// The most characters of a moment in RFC 3339: to the nanosecond, as the library can write it.
pub const LENGTH: usize = "1970-01-01T00:00:00.000000000Z".len();

/// The characters of its date and time to the second.
pub const TO_THE_SECOND: usize = "1970-01-01T00:00:00".len();

/// A date as HTTP has it (RFC 9110, section 5.6.7).
const HTTP_DATE: &[BorrowedFormatItem<'_>] = format_description!(
    "[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT"
);

/// A moment: UTC milliseconds since 1970, as the database keeps it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// This moment moved into the future.
    pub fn plus(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(millis(duration)))
    }

    /// This moment moved into the past.
    pub fn minus(self, duration: Duration) -> Self {
        Self(self.0.saturating_sub(millis(duration)))
    }

    /// The time that has passed since an earlier moment; none since a later one.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }

    /// Whole seconds since 1970.
    pub fn seconds(self) -> i64 {
        self.0.div_euclid(1000)
    }

    /// The moment that a header of HTTP names; `None` if it isn't one in the preferred format.
    pub fn from_http_date(text: &str) -> Option<Self> {
        let moment = PrimitiveDateTime::parse(text, HTTP_DATE).ok()?;
        Some(Self(moment.assume_utc().unix_timestamp() * 1000))
    }

    /// As headers of HTTP have it; `None` for a moment outside the years that they can have.
    pub fn http_date(self) -> Option<String> {
        let moment = OffsetDateTime::from_unix_timestamp(self.seconds()).ok()?;
        moment.format(HTTP_DATE).ok()
    }

    /// RFC 3339 in UTC with `Z`, to the millisecond. A moment outside the years 0 to 9999, which no clock
    /// of ours returns, is written as the start of 1970.
    pub fn rfc3339(self) -> String {
        let mut text = [0; LENGTH];
        self.write(&mut text).to_owned()
    }

    /// Writes it into memory that is there already, for lists of hundreds.
    pub fn write(self, text: &mut [u8; LENGTH]) -> &str {
        let moment = OffsetDateTime::from_unix_timestamp_nanos(i128::from(self.0) * 1_000_000)
            .unwrap_or(OffsetDateTime::UNIX_EPOCH);
        let mut rest = &mut text[..];
        let is_written = moment.format_into(&mut rest, &Rfc3339).is_ok();
        // By what is left, because the library counts the characters of fractions wrongly.
        let length = LENGTH - rest.len();
        text.get(..length)
            .filter(|_| is_written)
            .and_then(|text| std::str::from_utf8(text).ok())
            .unwrap_or("1970-01-01T00:00:00Z")
    }
}

/// The system's clock, plus what a test has advanced it by. Clones move together.
#[derive(Clone, Debug)]
pub struct Clock {
    started: Instant,
    offset_ms: Arc<AtomicI64>,
}

impl Default for Clock {
    fn default() -> Self {
        Self {
            started: Instant::now(),
            offset_ms: Arc::default(),
        }
    }
}

impl Clock {
    /// The present moment.
    pub fn now(&self) -> Timestamp {
        let system = OffsetDateTime::now_utc().unix_timestamp_nanos() / 1_000_000;
        let system = i64::try_from(system).unwrap_or(i64::MAX);
        Timestamp(system.saturating_add(self.offset_ms.load(Ordering::Relaxed)))
    }

    /// The time since this clock was made, which goes on evenly whatever becomes of the system's time of day.
    pub fn elapsed(&self) -> Duration {
        let offset = u64::try_from(self.offset_ms.load(Ordering::Relaxed)).unwrap_or(0);
        self.started.elapsed() + Duration::from_millis(offset)
    }

    /// Moves this clock and its clones into the future; for tests of what happens later.
    pub fn advance(&self, duration: Duration) {
        self.offset_ms
            .fetch_add(millis(duration), Ordering::Relaxed);
    }

    /// Moves this clock and its clones into the past, as when a wrong clock is set right.
    pub fn set_back(&self, duration: Duration) {
        self.offset_ms
            .fetch_sub(millis(duration), Ordering::Relaxed);
    }
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_as_http_has_it() {
        assert_eq!(
            Timestamp(784_111_777_000).http_date().unwrap(),
            "Sun, 06 Nov 1994 08:49:37 GMT"
        );
        assert_eq!(
            Timestamp::from_http_date("Sun, 06 Nov 1994 08:49:37 GMT"),
            Some(Timestamp(784_111_777_000))
        );
        assert_eq!(Timestamp::from_http_date("soon"), None);
    }

    #[test]
    fn a_moment_is_written_in_utc_with_z() {
        assert_eq!(Timestamp(0).rfc3339(), "1970-01-01T00:00:00Z");
        assert_eq!(
            Timestamp(1_764_000_000_120).rfc3339(),
            "2025-11-24T16:00:00.12Z"
        );
    }

    #[test]
    fn no_time_has_passed_since_what_is_still_to_come() {
        let (early, late) = (Timestamp(1_000), Timestamp(3_500));
        assert_eq!(late.since(early), Duration::from_millis(2_500));
        assert_eq!(early.since(late), Duration::ZERO);
    }

    #[test]
    fn clones_of_a_clock_move_together() {
        let clock = Clock::default();
        let clone = clock.clone();
        let (before, elapsed) = (clone.now(), clone.elapsed());
        clock.advance(Duration::from_secs(3600));
        assert!(clone.now() >= before.plus(Duration::from_secs(3600)));
        assert!(clone.elapsed() >= elapsed + Duration::from_secs(3600));
    }
}
