//! When a photo was taken: what a clock on the wall showed there, and the zone only if it was recorded or entered.

use std::fmt::{self, Display, Formatter};
use std::time::Duration;

use rusqlite::Row;
use time::{Date, Month, PrimitiveDateTime, Time};

use crate::clock::Timestamp;
use crate::error::{Malformed, Result};

/// The years that a photo can be of: four digits, and not before there were any photos.
const YEARS: std::ops::RangeInclusive<i32> = 1826..=9999;

/// By how much the clock of a camera may be ahead of ours. A wall clock of no known zone is at most 14 hours ahead of UTC.
const FAST: Duration = Duration::from_secs(24 * 60 * 60);

/// A date and a time of day to the second, and the offset from UTC if it is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TakenAt {
    local: PrimitiveDateTime,
    /// In minutes, east of Greenwich.
    offset: Option<i16>,
}

impl TakenAt {
    /// A local time as a camera has written it, and its offset from UTC in minutes. `None` if no photo can be of that year.
    pub fn new(local: PrimitiveDateTime, offset: Option<i16>) -> Option<Self> {
        let is_possible = YEARS.contains(&local.year())
            && offset.is_none_or(|minutes| minutes.unsigned_abs() < 24 * 60);
        let local = local.replace_nanosecond(0).ok()?;
        is_possible.then_some(Self { local, offset })
    }

    /// What a camera has written into its file.
    pub fn from_camera(taken: picture::TakenAt) -> Option<Self> {
        let month = Month::try_from(taken.month()).ok()?;
        let date = Date::from_calendar_date(taken.year().into(), month, taken.day()).ok()?;
        let (hour, minute, second) = taken.time();
        let time = Time::from_hms(hour, minute, second).ok()?;
        Self::new(PrimitiveDateTime::new(date, time), taken.offset_minutes())
    }

    /// What a film says. Its zone is UTC where it has no other, as the format has it.
    pub fn from_film(made: video::MadeAt) -> Option<Self> {
        let offset = made.offset_minutes;
        let local = made.seconds.checked_add(i64::from(offset) * 60)?;
        let local = time::OffsetDateTime::from_unix_timestamp(local).ok()?;
        let local = PrimitiveDateTime::new(local.date(), local.time());
        Self::new(local, Some(offset))
    }

    /// Whether it isn't from the future: the clock of a camera may be a little fast, or is wrong.
    pub fn is_believed(self, now: Timestamp) -> bool {
        let ahead = i64::from(self.offset.unwrap_or(0)) * 60;
        self.local.assume_utc().unix_timestamp() - ahead <= now.plus(FAST).seconds()
    }

    /// Reads a time as in RFC 3339, but the seconds and the zone may be left out.
    ///
    /// # Errors
    /// [`Malformed::TakenAt`].
    pub fn parse(text: &str) -> Result<Self> {
        parse(text).ok_or_else(|| Malformed::TakenAt.into())
    }

    /// Reads the columns `taken_at, taken_offset`, the first of them at `index`.
    pub(super) fn from_row(row: &Row<'_>, index: usize) -> rusqlite::Result<Option<Self>> {
        let (millis, offset): (Option<i64>, Option<i16>) = (row.get(index)?, row.get(index + 1)?);
        Ok(millis.and_then(|millis| {
            let moment = time::OffsetDateTime::from_unix_timestamp(millis.div_euclid(1000)).ok()?;
            Self::new(PrimitiveDateTime::new(moment.date(), moment.time()), offset)
        }))
    }

    /// What the clock showed.
    pub fn local(self) -> PrimitiveDateTime {
        self.local
    }

    /// The column `taken_at`.
    pub(super) fn millis(self) -> i64 {
        self.local.assume_utc().unix_timestamp() * 1000
    }

    /// The column `taken_offset`.
    pub(super) fn offset(self) -> Option<i16> {
        self.offset
    }
}

/// RFC 3339 to the second; without a zone where none is known.
impl Display for TakenAt {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        let (date, time) = (self.local.date(), self.local.time());
        write!(
            formatter,
            "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}",
            date.year(),
            u8::from(date.month()),
            date.day(),
            time.hour(),
            time.minute(),
            time.second()
        )?;
        match self.offset {
            None => Ok(()),
            Some(0) => formatter.write_str("Z"),
            Some(minutes) => {
                let sign = if minutes < 0 { '-' } else { '+' };
                let minutes = minutes.unsigned_abs();
                write!(formatter, "{sign}{:02}:{:02}", minutes / 60, minutes % 60)
            }
        }
    }
}

fn parse(text: &str) -> Option<TakenAt> {
    let (date, rest) = (text.get(..10)?, text.get(10..)?);
    let (year, month, day) = match date.as_bytes() {
        [_, _, _, _, b'-', _, _, b'-', _, _] => (&date[..4], &date[5..7], &date[8..]),
        _ => return None,
    };
    let month = Month::try_from(digits::<u8>(month)?).ok()?;
    let date = Date::from_calendar_date(digits::<u16>(year)?.into(), month, digits(day)?).ok()?;
    let rest = rest.strip_prefix(['T', 't', ' '])?;
    let end = rest.find(|letter: char| !letter.is_ascii_digit() && letter != ':' && letter != '.');
    let (clock, zone) = rest.split_at_checked(end.unwrap_or(rest.len()))?;
    let (whole, fraction) = match clock.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (clock, None),
    };
    // Parts of a second need seconds, and are dropped.
    let is_fraction = |text: &str| (1..=9).contains(&text.len()) && digits::<u32>(text).is_some();
    if fraction.is_some_and(|fraction| whole.len() != 8 || !is_fraction(fraction)) {
        return None;
    }
    let (hour, minute, second) = match whole.as_bytes() {
        [_, _, b':', _, _] => (&whole[..2], &whole[3..5], "0"),
        [_, _, b':', _, _, b':', _, _] => (&whole[..2], &whole[3..5], &whole[6..]),
        _ => return None,
    };
    let time = Time::from_hms(digits(hour)?, digits(minute)?, digits(second)?).ok()?;
    let offset = match zone.as_bytes() {
        [] => None,
        [b'Z' | b'z'] => Some(0),
        [sign @ (b'+' | b'-'), _, _, b':', _, _] => {
            let (hours, minutes) = (digits::<i16>(&zone[1..3])?, digits::<i16>(&zone[4..])?);
            let offset = hours * 60 + minutes;
            let is_one = hours < 24 && minutes < 60;
            Some(if *sign == b'-' { -offset } else { offset })
                .filter(|_| is_one)?
                .into()
        }
        _ => return None,
    };
    TakenAt::new(PrimitiveDateTime::new(date, time), offset)
}

/// A number of digits and nothing else.
fn digits<T: std::str::FromStr>(text: &str) -> Option<T> {
    let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| is_number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_comes_back_with_the_zone_that_was_said_and_with_none_where_none_was() {
        for (text, expected) in [
            ("2019-07-14T15:30:00", "2019-07-14T15:30:00"),
            ("2019-07-14T15:30", "2019-07-14T15:30:00"),
            ("2019-07-14 15:30:59.125", "2019-07-14T15:30:59"),
            ("2019-07-14T15:30:00Z", "2019-07-14T15:30:00Z"),
            ("2019-07-14t15:30:00+00:00", "2019-07-14T15:30:00Z"),
            ("2019-07-14T15:30:00+05:45", "2019-07-14T15:30:00+05:45"),
            ("1969-12-31T23:59:59-09:30", "1969-12-31T23:59:59-09:30"),
            ("2020-02-29T00:00z", "2020-02-29T00:00:00Z"),
        ] {
            assert_eq!(TakenAt::parse(text).unwrap().to_string(), expected);
        }
    }

    #[test]
    fn a_film_comes_between_the_photos_before_and_after_it_by_the_clock_of_its_camera() {
        let film = |offset_minutes| {
            let seconds = 1_720_215_000;
            let made = video::MadeAt {
                seconds,
                offset_minutes,
            };
            TakenAt::from_film(made).unwrap()
        };
        let [before, after] = ["2024-07-05T23:20:00", "2024-07-05T23:40:00"]
            .map(|text| TakenAt::parse(text).unwrap());
        let there = film(120);
        assert_eq!(there.to_string(), "2024-07-05T23:30:00+02:00");
        assert!(before.millis() < there.millis() && there.millis() < after.millis());
        assert_eq!(film(0).to_string(), "2024-07-05T21:30:00Z");
        assert_eq!(film(-570).to_string(), "2024-07-05T12:00:00-09:30");
    }

    #[test]
    fn a_time_in_the_future_is_not_believed_but_a_clock_may_be_a_day_fast() {
        let now = Timestamp(1_720_000_000_000);
        for (text, expected) in [
            ("2024-07-03T09:46:40", true),
            ("2024-07-04T09:46:40", true),
            ("2024-07-04T09:46:41", false),
            ("2024-07-04T11:46:40+02:00", true),
            ("2024-07-04T09:46:40-00:01", false),
            ("2099-01-01T00:00:00", false),
        ] {
            assert_eq!(TakenAt::parse(text).unwrap().is_believed(now), expected);
        }
    }

    #[test]
    fn what_is_no_time_that_a_photo_can_be_of_is_refused() {
        for text in [
            "",
            "2019",
            "2019-07-14",
            "2019-07-14T",
            "2019-07-14T15",
            "2019-02-29T15:30",
            "2019-13-01T15:30",
            "2019-00-01T15:30",
            "2019-07-14T24:00",
            "2019-07-14T15:30:60",
            "2019-07-14T15:30.5",
            "2019-07-14T15:30:00.",
            "2019-07-14T15:30:00.1234567890",
            "2019-07-14T15:30:00+24:00",
            "2019-07-14T15:30:00+01:60",
            "2019-07-14T15:30:00+0100",
            "2019-07-14T15:30:00 +01:00",
            "2019-07-14T15:30:00Zulu",
            "+019-07-14T15:30:00",
            "1825-12-31T23:59:59",
            "0000-00-00T00:00:00",
            "12019-07-14T15:30:00",
            "ä019-07-14T15:30:00",
            "2019-07-14T15:3ä",
        ] {
            assert!(TakenAt::parse(text).is_err(), "{text}");
        }
    }
}
