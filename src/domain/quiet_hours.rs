//! The hours in which nobody is sent anything, by the clock where they are.

use std::time::Duration;

use jiff::civil::Weekday;
use jiff::tz::TimeZone;

use crate::clock::Timestamp;

/// The hour at which the night begins.
const NIGHT: i8 = 22;
/// And at which it is over.
const MORNING: i8 = 7;

/// No time zone has a longer name.
const MAX_NAME: usize = 64;
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// The name of a time zone, if it is one.
pub fn zone(name: &str) -> Option<String> {
    if name.len() > MAX_NAME {
        return None;
    }
    let zone = TimeZone::get(name).ok()?;
    zone.iana_name().map(str::to_owned)
}

/// When the night is over in a time zone; `None` by day.
pub fn end(zone: &str, now: Timestamp) -> Option<Timestamp> {
    let zone = TimeZone::get(zone).ok()?;
    let local = jiff::Timestamp::from_millisecond(now.0).ok()?;
    let local = local.to_zoned_datetime(zone.clone());
    let day = match local.hour() {
        NIGHT.. => local.date().tomorrow().ok()?,
        ..MORNING => local.date(),
        _ => return None,
    };
    let end = day.at(MORNING, 0, 0, 0).to_zoned_datetime(zone).ok()?;
    Some(Timestamp(end.timestamp().as_millisecond()))
}

/// The weekday on which what comes once a week comes.
pub const MONDAY: Weekday = Weekday::Monday;

/// The next end of a night in a time zone, or the next one on this weekday. Of a zone that isn't known, that of UTC.
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

    #[test]
    fn the_night_is_over_at_seven_by_the_clock_there_also_when_that_is_changed() {
        let end = |zone: &str, at: &str| {
            let now: jiff::Timestamp = at.parse().unwrap();
            let end = end(zone, Timestamp(now.as_millisecond()));
            end.map(Timestamp::rfc3339)
        };
        for (zone, at, expected) in [
            ("Europe/Vienna", "2026-01-10T20:59:00Z", None),
            (
                "Europe/Vienna",
                "2026-01-10T21:00:00Z",
                Some("2026-01-11T06:00:00Z"),
            ),
            (
                "Europe/Vienna",
                "2026-01-11T05:59:00Z",
                Some("2026-01-11T06:00:00Z"),
            ),
            ("Europe/Vienna", "2026-01-11T06:00:00Z", None),
            // The night in which summer time begins.
            (
                "Europe/Vienna",
                "2026-03-28T22:00:00Z",
                Some("2026-03-29T05:00:00Z"),
            ),
            (
                "Asia/Kolkata",
                "2026-01-10T16:30:00Z",
                Some("2026-01-11T01:30:00Z"),
            ),
            ("Nowhere/Else", "2026-01-10T23:00:00Z", None),
        ] {
            assert_eq!(end(zone, at).as_deref(), expected, "{zone} {at}");
        }
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
