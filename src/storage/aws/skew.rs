//! How far the clock of this machine is from that of S3. The SDK signs its own requests with the time there, as each answer
//! states it, and retries where a refusal names this reason, which that of a `HEAD` can't. Links it signs with the time
//! here, and those would be refused as too old, or not yet good.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::{Duration, SystemTime};

use aws_sdk_s3::config::interceptors::BeforeDeserializationInterceptorContextRef;
use aws_sdk_s3::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_s3::error::BoxError;
use aws_sdk_s3::primitives::{DateTime, DateTimeFormat};

/// Below this, clocks count as equal: S3 refuses what is a quarter of an hour off.
const SAME: Duration = Duration::from_secs(4 * 60);

/// Whether it was logged already: it is one clock, however many clients there are.
static IS_TOLD: AtomicBool = AtomicBool::new(false);

/// What S3's answers have shown of its clock; clones share it.
#[derive(Clone, Debug, Default)]
pub struct Skew {
    /// The seconds by which it was ahead of ours; none before the first answer.
    ahead: Arc<AtomicI64>,
}

impl Skew {
    /// The present time by S3's clock.
    pub fn now(&self) -> SystemTime {
        let now = here();
        let shifted = match self.off() {
            None => Some(now),
            Some(Off::Behind(by)) => now.checked_add(by),
            Some(Off::Ahead(by)) => now.checked_sub(by),
        };
        shifted.unwrap_or(now)
    }

    /// The moment that was so long ago by S3's clock, in seconds since 1970: what S3 says of its objects is compared with this, because
    /// a clock that is wrong here would make all of them old.
    pub fn seconds_before(&self, age: Duration) -> i64 {
        let age = i64::try_from(age.as_secs()).unwrap_or(i64::MAX);
        DateTime::from(self.now()).secs().saturating_sub(age)
    }

    /// By how much the clock of this machine is off, if that is enough to matter.
    pub fn off(&self) -> Option<Off> {
        Off::by(self.ahead.load(Ordering::Relaxed))
    }

    fn notice(&self, there: i64, now: i64) {
        let ahead = there.saturating_sub(now);
        self.ahead.store(ahead, Ordering::Relaxed);
        // If several answers come at once, only one logs it.
        if let Some(off) = Off::by(ahead)
            && !IS_TOLD.swap(true, Ordering::Relaxed)
        {
            tracing::warn!(
                "system clock is {off} that of S3; signing with the time of S3 until it is set"
            );
        }
    }
}

/// The time of this machine.
#[expect(
    clippy::disallowed_methods,
    reason = "the SDK signs with the clock of the system, and no test moves that"
)]
fn here() -> SystemTime {
    SystemTime::now()
}

/// How the clock of this machine compares with that of S3.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Off {
    /// It shows an earlier time.
    Behind(Duration),
    /// It shows a later time.
    Ahead(Duration),
}

impl Off {
    /// What it is if S3 is ahead by this many seconds.
    fn by(ahead: i64) -> Option<Self> {
        let by = Duration::from_secs(ahead.unsigned_abs());
        match by > SAME {
            false => None,
            true if ahead > 0 => Some(Self::Behind(by)),
            true => Some(Self::Ahead(by)),
        }
    }
}

impl std::fmt::Display for Off {
    /// Such as `180 minutes behind`.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (by, word) = match self {
            Self::Behind(by) => (by, "behind"),
            Self::Ahead(by) => (by, "ahead of"),
        };
        write!(formatter, "{} minutes {word}", by.as_secs() / 60)
    }
}

impl Intercept for Skew {
    fn name(&self) -> &'static str {
        "Skew"
    }

    fn read_before_deserialization(
        &self,
        context: &BeforeDeserializationInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let headers = context.response().headers();
        // A cached response has the time when it was made.
        if headers.get("age").is_none()
            && let Some(date) = headers.get("date")
            && let Ok(there) = DateTime::from_str(date, DateTimeFormat::HttpDate)
        {
            self.notice(there.secs(), DateTime::from(here()).secs());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn minutes(minutes: u64) -> Duration {
        Duration::from_secs(60 * minutes)
    }

    #[test]
    fn a_clock_that_is_off_is_told_and_corrected_and_one_that_is_nearly_right_is_left() {
        let skew = Skew::default();
        assert_eq!(skew.off(), None);
        for (there, here) in [(1_000, 1_000), (1_000, 1_240), (1_240, 1_000)] {
            skew.notice(there, here);
            assert_eq!(skew.off(), None);
        }
        skew.notice(1_000 + 3 * 3600, 1_000);
        assert_eq!(skew.off(), Some(Off::Behind(minutes(180))));
        let ahead = skew.now().duration_since(here()).unwrap();
        assert!(ahead > minutes(179));
        assert_eq!(skew.off().unwrap().to_string(), "180 minutes behind");
        skew.notice(1_000, 1_000 + 3 * 3600);
        assert_eq!(skew.off(), Some(Off::Ahead(minutes(180))));
        assert!(here().duration_since(skew.now()).unwrap() > minutes(179));
        assert_eq!(skew.off().unwrap().to_string(), "180 minutes ahead of");
        skew.notice(1_000, 1_000);
        assert_eq!(skew.off(), None);
    }

    #[test]
    fn what_was_long_ago_is_counted_from_the_time_of_s3() {
        const DAY: i64 = 24 * 60 * 60;
        let (skew, now) = (Skew::default(), DateTime::from(here()).secs());
        skew.notice(now - 2 * DAY, now);
        let since = skew.seconds_before(Duration::from_secs(DAY.unsigned_abs()));
        assert!((now - 3 * DAY..now - 3 * DAY + 60).contains(&since));
    }

    #[test]
    fn no_time_that_s3_can_tell_breaks_anything() {
        let skew = Skew::default();
        for there in [i64::MIN, i64::MAX, 0] {
            skew.notice(there, 1_000);
            skew.now();
            skew.off();
            skew.seconds_before(Duration::MAX);
        }
    }
}
