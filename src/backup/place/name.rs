//! The names of archives at a place: `shared-spaces-20251124T160000Z.tar.zst`, the moment in UTC. Those of damaged
//! databases end with `.damaged.tar.zst`.

use std::fmt;

use anyhow::{Result, bail, ensure};
use time::format_description::BorrowedFormatItem;
use time::macros::format_description;
use time::{OffsetDateTime, PrimitiveDateTime};

use crate::clock::Timestamp;

/// What the names of archives end with.
pub const ENDING: &str = ".tar.zst";
/// What stands before that in the names of archives whose database was damaged when they were made.
const DAMAGED: &str = ".damaged";
const BEGINNING: &str = "shared-spaces-";
const MOMENT: &[BorrowedFormatItem<'_>] =
    format_description!("[year][month][day]T[hour][minute][second]Z");

/// The last moment that a name can tell: the end of the year 9999, in seconds since 1970.
const LAST: i64 = 253_402_300_799;

/// The name of an archive; later ones are greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ArchiveName {
    /// Seconds since 1970.
    seconds: i64,
    is_damaged: bool,
}

impl ArchiveName {
    /// The name of an archive that is made now, at a place whose newest is this. It comes behind it also when the clock
    /// was set back, so that the order of the names is that of the archives.
    ///
    /// # Errors
    /// No name comes behind the newest.
    pub fn new(now: Timestamp, newest: Option<Self>) -> Result<Self> {
        let seconds = match newest {
            None => now.seconds(),
            Some(newest) if newest.seconds < LAST => now.seconds().max(newest.seconds + 1),
            Some(newest) => bail!(
                "No archive can come behind {newest}, whose moment is the last that there is: move it elsewhere, or choose \
                 another place. No backup was made, and nothing was deleted"
            ),
        };
        Ok(Self {
            seconds,
            is_damaged: false,
        })
    }

    /// The name that it has when its database is damaged, so that nobody takes it for a sound one.
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

    /// The name that this text is, if it is one.
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
        let moment = OffsetDateTime::from_unix_timestamp(self.seconds)
            .unwrap_or(OffsetDateTime::UNIX_EPOCH)
            .format(MOMENT)
            .map_err(|_| fmt::Error)?;
        let mark = if self.is_damaged { DAMAGED } else { "" };
        write!(f, "{BEGINNING}{moment}{mark}{ENDING}")
    }
}

/// Refuses what can't be a place: nothing at all, and addresses of other kinds than S3's.
///
/// # Errors
/// It is such.
pub(super) fn check_target(text: &str) -> Result<()> {
    ensure!(
        !text.is_empty(),
        "The name of the archive is empty: name a file, a folder, or s3://bucket/prefix"
    );
    ensure!(
        !text.contains("://"),
        "'{text}' is no place for archives: name a file, a folder, or s3://bucket/prefix"
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_tells_its_moment() {
        let name = ArchiveName::new(Timestamp(1_764_000_000_120), None).unwrap();
        assert_eq!(name.to_string(), "shared-spaces-20251124T160000Z.tar.zst");
        assert_eq!(ArchiveName::parse(&name.to_string()), Some(name));
        assert_eq!(name.moment(), Timestamp(1_764_000_000_000));
        let damaged = name.damaged();
        let text = "shared-spaces-20251124T160000Z.damaged.tar.zst";
        assert_eq!(damaged.to_string(), text);
        assert_eq!(ArchiveName::parse(text), Some(damaged));
        let next = ArchiveName::new(Timestamp(0), Some(damaged)).unwrap();
        assert!(damaged.is_damaged() && next > damaged);
    }

    #[test]
    fn a_new_name_comes_behind_all_others_whatever_the_clock_says() {
        let now = Timestamp(1_764_000_000_000);
        let first = ArchiveName::new(now, None).unwrap();
        let second = ArchiveName::new(now, Some(first)).unwrap();
        let third = ArchiveName::new(Timestamp(0), Some(second)).unwrap();
        assert!(first < second && second < third);
    }

    #[test]
    fn behind_the_last_moment_there_is_no_name() {
        let now = Timestamp(1_764_000_000_000);
        let last_but_one = ArchiveName::parse("shared-spaces-99991231T235958Z.tar.zst");
        let last = ArchiveName::new(now, last_but_one).unwrap();
        let text = "shared-spaces-99991231T235959Z.tar.zst";
        assert_eq!(last.to_string(), text);
        let refusal = ArchiveName::new(now, Some(last)).unwrap_err().to_string();
        assert!(
            refusal.starts_with(&format!("No archive can come behind {text}")),
            "{refusal}"
        );
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
