//! The hours in which a user isn't sent anything, by the clock where they are.

use std::time::Duration;

use jiff::civil::{DateTime, Time, Weekday};
use jiff::tz::{AmbiguousOffset, TimeZone};

use crate::clock::Timestamp;
use crate::error::{Malformed, Result};

/// The hour at which what comes by mail every morning comes.
const MORNING: i8 = 7;

/// No time zone has a longer name.
const MAX_NAME: usize = 64;
const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// No quiet hours last longer, also when the clock is set back meanwhile.
pub const LONGEST: Duration = Duration::from_secs(26 * 60 * 60);

/// From when until when a user isn't sent anything: on one day, or over midnight. The two are different.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QuietHours {
    from: Time,
    until: Time,
}

impl QuietHours {
    /// Two times of the day such as `22:00`.
    ///
    /// # Errors
    /// [`Malformed::QuietHours`].
    pub fn parse(from: &str, until: &str) -> Result<Self> {
        let times = parse_time(from).zip(parse_time(until));
        let hours = times.map(|(from, until)| Self { from, until });
        let hours = hours.filter(|hours| hours.from != hours.until);
        hours.ok_or_else(|| Malformed::QuietHours.into())
    }

    /// Two minutes of the day; `None` if they are the same.
    pub fn of_minutes(from: i64, until: i64) -> Option<Self> {
        let (from, until) = (time(from)?, time(until)?);
        (from != until).then_some(Self { from, until })
    }

    /// The minute of the day at which they begin, and that at which they end.
    pub fn minutes(self) -> (i64, i64) {
        let minute = |time: Time| i64::from(time.hour()) * 60 + i64::from(time.minute());
        (minute(self.from), minute(self.until))
    }

    /// The time of the day at which they begin, such as `22:00`.
    pub fn from(self) -> String {
        shown(self.from)
    }

    /// The time of the day at which they end.
    pub fn until(self) -> String {
        shown(self.until)
    }

    /// When they are over in a time zone; `None` while they aren't on. Where the clock is set back they last until it shows their end
    /// for the last time, and what it skips is over when it has.
    pub fn end(self, zone: &str, now: Timestamp) -> Option<Timestamp> {
        let zone = TimeZone::get(zone).ok()?;
        let local = jiff::Timestamp::from_millisecond(now.0).ok()?;
        let today = local.to_zoned_datetime(zone.clone()).date();
        // Those of yesterday may still be on.
        [today.yesterday().ok()?, today]
            .into_iter()
            .find_map(|day| {
                let last_day = match self.from < self.until {
                    true => day,
                    false => day.tomorrow().ok()?,
                };
                let (begin, _) = readings(&zone, day.to_datetime(self.from))?;
                let (_, end) = readings(&zone, last_day.to_datetime(self.until))?;
                (begin <= now && now < end).then_some(end)
            })
    }
}

/// A time of the day in hours and minutes, such as `07:00`.
fn parse_time(text: &str) -> Option<Time> {
    let is_short = matches!(text.as_bytes(), [_, _, b':', _, _]);
    text.parse().ok().filter(|_| is_short)
}

fn shown(time: Time) -> String {
    format!("{:02}:{:02}", time.hour(), time.minute())
}

fn time(minute: i64) -> Option<Time> {
    let (hour, minute) = (minute.div_euclid(60), minute.rem_euclid(60));
    Time::new(hour.try_into().ok()?, minute.try_into().ok()?, 0, 0).ok()
}

/// When a clock shows this for the first time and for the last; where it skips that, when it does.
fn readings(zone: &TimeZone, shown: DateTime) -> Option<(Timestamp, Timestamp)> {
    let found = zone.to_ambiguous_timestamp(shown);
    let (first, last) = match found.offset() {
        AmbiguousOffset::Gap { .. } => {
            let skips = zone.following(found.earlier().ok()?).next()?.timestamp();
            (skips, skips)
        }
        AmbiguousOffset::Unambiguous { .. } | AmbiguousOffset::Fold { .. } => {
            (found.earlier().ok()?, found.later().ok()?)
        }
    };
    Some((
        Timestamp(first.as_millisecond()),
        Timestamp(last.as_millisecond()),
    ))
}

/// The name of a time zone, if it is one.
pub fn zone(name: &str) -> Option<String> {
    if name.len() > MAX_NAME {
        return None;
    }
    let zone = TimeZone::get(name).ok()?;
    zone.iana_name().map(str::to_owned)
}

/// The weekday on which what comes once a week comes.
pub const MONDAY: Weekday = Weekday::Monday;

/// The next morning in a time zone, or the next one on this weekday. Of a zone that isn't known, that of UTC.
pub fn next_morning(zone: &str, now: Timestamp, weekday: Option<Weekday>) -> Timestamp {
    let zone = TimeZone::get(zone).unwrap_or(TimeZone::UTC);
    let morning = || {
        let local = jiff::Timestamp::from_millisecond(now.0).ok()?;
        let mut date = local.to_zoned_datetime(zone.clone()).date();
        // A day of a week, and the next one if that is over.
        for _ in 0..=8 {
            let morning = date.at(MORNING, 0, 0, 0).to_zoned_datetime(zone.clone());
            let morning = Timestamp(morning.ok()?.timestamp().as_millisecond());
            if morning > now && weekday.is_none_or(|weekday| date.weekday() == weekday) {
                return Some(morning);
            }
            date = date.tomorrow().ok()?;
        }
        None
    };
    morning().unwrap_or(now.plus(DAY))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// When these hours are over, at a moment.
    fn over(hours: (&str, &str), zone: &str, at: &str) -> Option<String> {
        let now: jiff::Timestamp = at.parse().unwrap();
        let hours = QuietHours::parse(hours.0, hours.1).unwrap();
        let end = hours.end(zone, Timestamp(now.as_millisecond()));
        end.map(Timestamp::rfc3339)
    }

    #[test]
    fn over_midnight_they_end_on_the_next_day_by_the_clock_there() {
        let night = ("22:00", "07:00");
        for (zone, at, expected) in [
            ("Europe/Vienna", "2026-01-10T20:59:59Z", None),
            (
                "Europe/Vienna",
                "2026-01-10T21:00:00Z",
                Some("2026-01-11T06:00:00Z"),
            ),
            (
                "Europe/Vienna",
                "2026-01-11T05:59:59Z",
                Some("2026-01-11T06:00:00Z"),
            ),
            ("Europe/Vienna", "2026-01-11T06:00:00Z", None),
            (
                "Asia/Kolkata",
                "2026-01-10T16:30:00Z",
                Some("2026-01-11T01:30:00Z"),
            ),
            ("Nowhere/Else", "2026-01-10T23:00:00Z", None),
        ] {
            assert_eq!(over(night, zone, at).as_deref(), expected, "{zone} {at}");
        }
    }

    #[test]
    fn within_a_day_they_end_on_that_day() {
        for (hours, at, expected) in [
            (("13:00", "15:00"), "2026-01-10T11:59:59Z", None),
            (
                ("13:00", "15:00"),
                "2026-01-10T12:00:00Z",
                Some("2026-01-10T14:00:00Z"),
            ),
            (("13:00", "15:00"), "2026-01-10T14:00:00Z", None),
            (("13:00", "15:00"), "2026-01-10T22:00:00Z", None),
            (
                ("00:00", "23:59"),
                "2026-01-10T12:00:00Z",
                Some("2026-01-10T22:59:00Z"),
            ),
            (("00:00", "23:59"), "2026-01-10T22:59:00Z", None),
            // All but a minute.
            (
                ("07:01", "07:00"),
                "2026-01-10T06:01:00Z",
                Some("2026-01-11T06:00:00Z"),
            ),
            (("07:01", "07:00"), "2026-01-10T06:00:30Z", None),
        ] {
            let over = over(hours, "Europe/Vienna", at);
            assert_eq!(over.as_deref(), expected, "{hours:?} {at}");
        }
    }

    #[test]
    fn when_summer_time_begins_they_end_by_the_new_clock() {
        let over = |hours, at| over(hours, "Europe/Vienna", at);
        let night = over(("22:00", "07:00"), "2026-03-28T22:00:00Z");
        assert_eq!(night.as_deref(), Some("2026-03-29T05:00:00Z"));
        // From two to three there is nothing on the clock: what should end in between ends with that, and what should begin and end
        // there isn't.
        let early = over(("22:00", "02:30"), "2026-03-29T00:59:59Z");
        assert_eq!(early.as_deref(), Some("2026-03-29T01:00:00Z"));
        assert_eq!(over(("22:00", "02:30"), "2026-03-29T01:00:00Z"), None);
        let late = over(("02:30", "07:00"), "2026-03-29T01:00:00Z");
        assert_eq!(late.as_deref(), Some("2026-03-29T05:00:00Z"));
        for at in ["2026-03-29T00:59:59Z", "2026-03-29T01:00:00Z"] {
            assert_eq!(over(("02:15", "02:45"), at), None);
        }
    }

    #[test]
    fn when_summer_time_ends_they_last_until_the_clock_shows_their_end_for_the_last_time() {
        let over = |hours, at| over(hours, "Europe/Vienna", at);
        let night = over(("22:00", "07:00"), "2026-10-24T20:00:00Z");
        assert_eq!(night.as_deref(), Some("2026-10-25T06:00:00Z"));
        // The hour from two to three is there twice.
        for at in [
            "2026-10-25T00:29:00Z",
            "2026-10-25T00:31:00Z",
            "2026-10-25T01:29:59Z",
        ] {
            let early = over(("22:00", "02:30"), at);
            assert_eq!(early.as_deref(), Some("2026-10-25T01:30:00Z"), "{at}");
        }
        assert_eq!(over(("22:00", "02:30"), "2026-10-25T01:30:00Z"), None);
        for at in ["2026-10-25T00:30:00Z", "2026-10-25T01:15:00Z"] {
            let late = over(("02:30", "07:00"), at);
            assert_eq!(late.as_deref(), Some("2026-10-25T06:00:00Z"), "{at}");
        }
    }

    #[test]
    fn whenever_they_are_on_they_end_later_and_are_not_on_for_ever() {
        for (from, until) in [("22:00", "07:00"), ("02:30", "02:10"), ("00:01", "00:00")] {
            let hours = QuietHours::parse(from, until).unwrap();
            for day in ["2026-03-28", "2026-10-24", "2026-10-04", "2026-04-04"] {
                let midnight: jiff::Timestamp = format!("{day}T00:00:00Z").parse().unwrap();
                for zone in ["Europe/Vienna", "Australia/Lord_Howe", "Antarctica/Troll"] {
                    for quarter in 0..3 * 96 {
                        let now = midnight.as_millisecond() + quarter * 900_000;
                        let now = Timestamp(now);
                        if let Some(end) = hours.end(zone, now) {
                            let lasts = end.since(now);
                            assert!(!lasts.is_zero() && lasts <= LONGEST, "{zone} {now:?}");
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn they_are_two_times_of_the_day_that_differ() {
        let hours = QuietHours::parse("22:00", "07:05").unwrap();
        assert_eq!(
            (hours.from(), hours.until()),
            ("22:00".into(), "07:05".into())
        );
        assert_eq!(hours.minutes(), (1320, 425));
        assert_eq!(QuietHours::of_minutes(1320, 425), Some(hours));
        assert_eq!(QuietHours::of_minutes(420, 420), None);
        for odd in [
            "", "7", "7:00", "25:00", "24:00", "12:60", "07:00:00", "T0700", "0700", "+7:00",
            "07.00", " 7:00", "７:00",
        ] {
            assert!(QuietHours::parse(odd, "08:00").is_err(), "{odd:?}");
            assert!(QuietHours::parse("08:00", odd).is_err(), "{odd:?}");
        }
        assert!(QuietHours::parse("08:00", "08:00").is_err());
    }

    #[test]
    fn the_next_morning_is_at_seven_by_the_clock_there() {
        let next = |zone: &str, at: &str, weekday: Option<Weekday>| {
            let now: jiff::Timestamp = at.parse().unwrap();
            next_morning(zone, Timestamp(now.as_millisecond()), weekday).rfc3339()
        };
        for (zone, at, morning, monday) in [
            (
                "Europe/Vienna",
                "2026-01-10T05:59:00Z",
                "2026-01-10T06:00:00Z",
                "2026-01-12T06:00:00Z",
            ),
            (
                "Europe/Vienna",
                "2026-01-12T06:00:00Z",
                "2026-01-13T06:00:00Z",
                "2026-01-19T06:00:00Z",
            ),
            // Summer time begins in between.
            (
                "Europe/Vienna",
                "2026-03-28T12:00:00Z",
                "2026-03-29T05:00:00Z",
                "2026-03-30T05:00:00Z",
            ),
            (
                "Pacific/Auckland",
                "2026-01-11T17:00:00Z",
                "2026-01-11T18:00:00Z",
                "2026-01-11T18:00:00Z",
            ),
            (
                "Nowhere/Else",
                "2026-01-11T17:00:00Z",
                "2026-01-12T07:00:00Z",
                "2026-01-12T07:00:00Z",
            ),
        ] {
            assert_eq!(next(zone, at, None), morning, "{zone} {at}");
            assert_eq!(next(zone, at, Some(MONDAY)), monday, "{zone} {at}");
        }
    }

    #[test]
    fn a_zone_has_a_name_of_the_database() {
        assert_eq!(zone("europe/vienna").as_deref(), Some("Europe/Vienna"));
        for none in ["", "+01:00", "Vienna", "../etc/passwd"] {
            assert_eq!(zone(none), None, "{none}");
        }
    }
}
