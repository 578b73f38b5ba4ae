//! The names of archives at a destination: `shared-spaces-20251124T160000Z.tar.zst`, the time in UTC. Those of
//! damaged databases end with `.damaged.tar.zst`.

use std::fmt;

use anyhow::{Context, Result, ensure};
use time::format_description::BorrowedFormatItem;
use time::macros::format_description;
use time::{OffsetDateTime, PrimitiveDateTime};

use crate::clock::Timestamp;

/// The extension of archives.
pub const ENDING: &str = ".tar.zst";
/// What precedes that in the names of archives whose database was damaged when they were made.
const DAMAGED: &str = ".damaged";
const BEGINNING: &str = "shared-spaces-";
const MOMENT: &[BorrowedFormatItem<'_>] =
    format_description!("[year][month][day]T[hour][minute][second]Z");
/// How much later than now an archive may be, in seconds: the clock was set back, or is off by the zone that it is in.
const AHEAD: i64 = 24 * 60 * 60;

/// The name of an archive; later ones are greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ArchiveName {
    /// Seconds since 1970.
    seconds: i64,
    is_damaged: bool,
}

impl ArchiveName {
    /// The name of an archive that is made now, at a destination whose newest is this. It sorts after that even if the
    /// clock was set back, so that the order of the names is that of the archives.
    ///
    /// # Errors
    /// The newest is from the future, as in [`Self::check`]; no name can express this time.
    pub fn new(now: Timestamp, newest: Option<Self>) -> Result<Self> {
        let mut seconds = now.seconds();
        if let Some(newest) = newest {
            newest.check(now)?;
            seconds = seconds.max(newest.seconds + 1);
        }
        let name = Self {
            seconds,
            is_damaged: false,
        };
        // Written as another moment, it would be ordered differently than in time.
        name.written().with_context(|| {
            format!(
                "The clock of this machine is wrong: no archive can be named after {}",
                now.rfc3339()
            )
        })?;
        Ok(name)
    }

    /// Refuses an archive from the future: its name doesn't show whether it is the newest at its destination.
    ///
    /// # Errors
    /// It is more than a day later than `now`.
    pub fn check(self, now: Timestamp) -> Result<()> {
        ensure!(
            self.seconds <= now.seconds().saturating_add(AHEAD),
            "The archive {self} is named after a time in the future, so it isn't known which archive is the newest. \
            Check the clock of this machine, which says {}. If that is right, the clock was wrong when the archive \
            was made: rename it to the time when it was made, or move it elsewhere",
            now.rfc3339()
        );
        Ok(())
    }

    /// The moment as the name has it; `None` if a name can't express it.
    fn written(self) -> Option<String> {
        let moment = OffsetDateTime::from_unix_timestamp(self.seconds).ok()?;
        let moment = (0..=9999).contains(&moment.year()).then_some(moment)?;
        moment.format(MOMENT).ok()
    }

    /// The name that it has when its database is damaged, so that it isn't mistaken for a sound one.
    pub fn damaged(self) -> Self {
        Self {
            is_damaged: true,
            ..self
        }
    }

    /// Whether it says that its database was damaged.
    pub fn is_damaged(self) -> bool {
        self.is_damaged
    }

    /// Parses a name; `None` if it isn't one.
    pub fn parse(text: &str) -> Option<Self> {
        let moment = text.strip_prefix(BEGINNING)?.strip_suffix(ENDING)?;
        let (moment, is_damaged) = match moment.strip_suffix(DAMAGED) {
            Some(moment) => (moment, true),
            None => (moment, false),
        };
        let moment = PrimitiveDateTime::parse(moment, MOMENT).ok()?;
        let name = Self {
            seconds: moment.assume_utc().unix_timestamp(),
            is_damaged,
        };
        (name.to_string() == text).then_some(name)
    }

    /// The moment that it names.
    pub fn moment(self) -> Timestamp {
        Timestamp(self.seconds.saturating_mul(1000))
    }
}

impl fmt::Display for ArchiveName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let moment = self.written().ok_or(fmt::Error)?;
        let mark = if self.is_damaged { DAMAGED } else { "" };
        write!(f, "{BEGINNING}{moment}{mark}{ENDING}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_its_time() {
        let name = ArchiveName::new(Timestamp(1_764_000_000_120), None).unwrap();
        assert_eq!(name.to_string(), "shared-spaces-20251124T160000Z.tar.zst");
        assert_eq!(ArchiveName::parse(&name.to_string()), Some(name));
        assert_eq!(name.moment(), Timestamp(1_764_000_000_000));
        let damaged = name.damaged();
        let text = "shared-spaces-20251124T160000Z.damaged.tar.zst";
        assert_eq!(damaged.to_string(), text);
        assert_eq!(ArchiveName::parse(text), Some(damaged));
        let next = ArchiveName::new(Timestamp(1_764_000_000_120), Some(damaged)).unwrap();
        assert!(damaged.is_damaged() && next > damaged);
    }

    #[test]
    fn a_new_name_comes_behind_all_others_when_the_clock_was_set_back_by_hours() {
        let now = Timestamp(1_764_000_000_000);
        let first = ArchiveName::new(now, None).unwrap();
        let second = ArchiveName::new(now, Some(first)).unwrap();
        let earlier = Timestamp(now.0 - 23 * 60 * 60 * 1000);
        let third = ArchiveName::new(earlier, Some(second)).unwrap();
        assert!(first < second && second < third);
    }

    #[test]
    fn a_name_of_the_future_decides_nothing() {
        let now = Timestamp(1_764_000_000_000);
        for text in [
            "shared-spaces-20251125T160001Z.tar.zst",
            "shared-spaces-20990102T030405Z.tar.zst",
            "shared-spaces-99991231T235959Z.tar.zst",
            "shared-spaces-99991231T235959Z.damaged.tar.zst",
        ] {
            let future = ArchiveName::parse(text).unwrap();
            let refusal = ArchiveName::new(now, Some(future)).unwrap_err().to_string();
            let sentence = format!("The archive {text} is named after a time in the future");
            assert!(refusal.starts_with(&sentence), "{refusal}");
        }
        let tomorrow = ArchiveName::parse("shared-spaces-20251125T160000Z.tar.zst");
        assert!(ArchiveName::new(now, tomorrow).unwrap() > tomorrow.unwrap());
    }

    #[test]
    fn a_moment_that_cannot_be_written_is_refused_and_no_other_is_named() {
        let last = ArchiveName::parse("shared-spaces-99991231T235959Z.tar.zst").unwrap();
        assert!(ArchiveName::new(last.moment(), None).is_ok());
        for (now, newest) in [
            (last.moment(), Some(last)),
            (Timestamp(last.moment().0 + 1000), None),
            (Timestamp(i64::MAX), None),
            (Timestamp(i64::MIN), None),
        ] {
            let refusal = ArchiveName::new(now, newest).unwrap_err().to_string();
            assert!(refusal.contains("clock of this machine"), "{refusal}");
        }
    }

    #[test]
    fn other_files_are_no_archives() {
        for text in [
            "",
            "shared-spaces-20251124T160000Z.tar",
            "shared-spaces-20251324T160000Z.tar.zst",
            "shared-spaces-20251124T160000.tar.zst",
            "shared-spaces-1.tar.zst",
            "Shared-spaces-20251124T160000Z.tar.zst",
            "holiday.tar.zst",
        ] {
            assert_eq!(ArchiveName::parse(text), None, "{text}");
        }
    }
}
