//! When a film was made by the clock of its camera, with how far that was ahead of UTC. The head itself has only UTC, so that
//! by its time a film of a summer evening would come hours before the photos of it.

use super::boxes::{Part, children};
use crate::fields::Fields;
use crate::film::MadeAt;

/// What Apple calls the time.
const APPLE: &[u8] = b"com.apple.quicktime.creationdate";
/// What older cameras call it, and programs that know music.
const DAY: [u8; 4] = *b"\xa9day";

/// Reads it out of the boxes of the head; `None` where no zone is told. Nothing of it stays in the film.
pub fn read(moov: &[Part<'_>]) -> Option<MadeAt> {
    let named = |kind: &'static [u8; 4]| moov.iter().filter(move |part| &part.kind == kind);
    let apple = named(b"meta").find_map(|meta| by_key(meta));
    apple.or_else(|| named(b"udta").find_map(|udta| by_day(udta)))
}

/// The boxes in one, up to what isn't one.
fn inside<'a>(part: &Part<'a>) -> impl Iterator<Item = Part<'a>> {
    children(part.payload, part.start).map_while(Result::ok)
}

/// The boxes of a list that has a version in MP4, and none in QuickTime.
fn of_meta<'a>(meta: &Part<'a>) -> impl Iterator<Item = Part<'a>> {
    let is_plain = meta.payload.get(4..8) == Some(b"hdlr");
    let skipped = if is_plain { 0 } else { 4 };
    let payload = meta.payload.get(skipped..).unwrap_or_default();
    children(payload, meta.start + skipped).map_while(Result::ok)
}

fn by_key(meta: &Part<'_>) -> Option<MadeAt> {
    let keys = of_meta(meta).find(|part| &part.kind == b"keys")?;
    let names = Part {
        payload: keys.payload.get(8..)?,
        ..keys
    };
    // Values have the number of their name as their kind, from 1.
    let at = inside(&names).position(|name| name.payload == APPLE)?;
    let number = u32::try_from(at + 1).ok()?.to_be_bytes();
    value(meta, number)
}

/// The value of this kind in a list of them.
fn value(meta: &Part<'_>, kind: [u8; 4]) -> Option<MadeAt> {
    let list = of_meta(meta).find(|part| &part.kind == b"ilst")?;
    let value = inside(&list).find(|part| part.kind == kind)?;
    let data = inside(&value).find(|part| &part.kind == b"data")?;
    // Its type and its language come first.
    parse(data.payload.get(8..)?)
}

fn by_day(udta: &Part<'_>) -> Option<MadeAt> {
    inside(udta).find_map(|part| match part.kind {
        // After its length and its language.
        DAY => parse(part.payload.get(4..)?),
        _ if &part.kind == b"meta" => value(&part, DAY),
        _ => None,
    })
}

/// `2024-07-05T23:30:00+0200`; parts of a second and a colon in the zone may be there.
fn parse(text: &[u8]) -> Option<MadeAt> {
    let mut fields = Fields(text.trim_ascii_end());
    let mut number = |digits: usize, mark: &[u8]| -> Option<i64> {
        let digits = fields.take(digits).ok()?;
        let number = digits.iter().try_fold(0, |number, digit| {
            digit
                .is_ascii_digit()
                .then(|| number * 10 + i64::from(digit - b'0'))
        })?;
        if !mark.is_empty() {
            let [found] = fields.array().ok()?;
            mark.contains(&found).then_some(())?;
        }
        Some(number)
    };
    let (year, month, day) = (number(4, b"-")?, number(2, b"-")?, number(2, b"T ")?);
    let (hour, minute, second) = (number(2, b":")?, number(2, b":")?, number(2, b"")?);
    let mut rest = fields.0;
    if let [b'.', fraction @ ..] = rest {
        let digits = fraction.iter().take_while(|byte| byte.is_ascii_digit());
        rest = fraction.get(digits.count()..)?;
    }
    let two = |tens: u8, ones: u8| -> Option<i16> {
        let is_number = tens.is_ascii_digit() && ones.is_ascii_digit();
        is_number.then(|| i16::from(tens - b'0') * 10 + i16::from(ones - b'0'))
    };
    let offset_minutes = match *rest {
        [b'Z'] => 0,
        [sign @ (b'+' | b'-'), a, b, c, d] | [sign @ (b'+' | b'-'), a, b, b':', c, d] => {
            let minutes = two(a, b)? * 60 + Some(two(c, d)?).filter(|&minutes| minutes < 60)?;
            if sign == b'-' { -minutes } else { minutes }
        }
        _ => return None,
    };
    let is_possible = (1..=12).contains(&month)
        && (1..=31).contains(&day)
        && hour < 24
        && minute < 60
        && second < 60
        && offset_minutes.abs() <= 14 * 60;
    is_possible.then_some(())?;
    // Days since 1970 of a calendar whose years begin in March, so that the odd day is the last.
    let (year, month) = if month > 2 {
        (year, month - 3)
    } else {
        (year - 1, month + 9)
    };
    let days = year * 365 + year / 4 - year / 100 + year / 400 + (month * 153 + 2) / 5 + day;
    let local = (days - 719_469) * 86_400 + hour * 3600 + minute * 60 + second;
    Some(MadeAt {
        seconds: local - i64::from(offset_minutes) * 60,
        offset_minutes,
    })
}

#[cfg(test)]
mod tests {
    use super::super::boxes::make;
    use super::*;

    fn read_of(kind: &[u8; 4], payload: &[u8]) -> Option<MadeAt> {
        read(&[Part {
            kind: *kind,
            payload,
            start: 0,
        }])
    }

    const EVENING: MadeAt = MadeAt {
        seconds: 1_720_215_000,
        offset_minutes: 120,
    };

    #[test]
    fn a_time_needs_a_zone() {
        assert_eq!(parse(b"2024-07-05T23:30:00+0200"), Some(EVENING));
        assert_eq!(parse(b"2024-07-05 23:30:00.125+02:00"), Some(EVENING));
        for (text, seconds, offset_minutes) in [
            (&b"1970-01-01T00:00:00Z"[..], 0, 0),
            (b"2000-02-29T00:00:00-0930", 951_816_600, -570),
            (b"2024-03-01T00:00:00Z", 1_709_251_200, 0),
        ] {
            let expected = MadeAt {
                seconds,
                offset_minutes,
            };
            assert_eq!(parse(text), Some(expected));
        }
        for text in [
            &b""[..],
            b"2024",
            b"2024-07-05",
            b"2024-07-05T23:30:00",
            b"2024-07-05T23:30:00+02",
            b"2024-07-05T23:30:00+0260",
            b"2024-07-05T23:30:00+9999",
            b"2024-13-05T23:30:00Z",
            b"2024-07-05T24:30:00Z",
            b"+024-07-05T23:30:00Z",
            b"2024-07-05T23:30:00Zulu",
        ] {
            assert_eq!(parse(text), None, "{}", text.escape_ascii());
        }
    }

    #[test]
    fn it_is_where_phones_and_cameras_put_it() {
        let text = b"2024-07-05T23:30:00+0200";
        let handler = make(b"hdlr", &[0; 24]);
        let data = make(b"data", &[&[0, 0, 0, 1, 0, 0, 0, 0][..], text].concat());
        let names = [
            make(b"mdta", b"com.apple.quicktime.make"),
            make(b"mdta", APPLE),
        ]
        .concat();
        let keys = make(b"keys", &[&[0, 0, 0, 0, 0, 0, 0, 2][..], &names].concat());
        let list = make(b"ilst", &make(&[0, 0, 0, 2], &data));
        let meta = [handler.clone(), keys, list].concat();
        assert_eq!(read_of(b"meta", &meta), Some(EVENING));
        assert_eq!(
            read_of(b"meta", &[&[0; 4][..], &meta].concat()),
            Some(EVENING)
        );

        let day = make(&DAY, &[&[0, 24, 0, 0][..], text].concat());
        assert_eq!(read_of(b"udta", &day), Some(EVENING));
        let meta = [&[0; 4][..], &handler, &make(b"ilst", &make(&DAY, &data))].concat();
        assert_eq!(read_of(b"udta", &make(b"meta", &meta)), Some(EVENING));

        for end in 0..day.len() {
            assert_eq!(read_of(b"udta", &day[..end]), None);
        }
        assert_eq!(read_of(b"udta", &make(&DAY, b"\0\x04\0\x002024")), None);
    }
}
