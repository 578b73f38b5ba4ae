//! When a photo was taken, by the clock of the camera.

use std::fmt::{self, Display, Formatter};
use std::ops::RangeInclusive;

use super::PREFIX;
use crate::tiff::{Entry, Tiff};

/// The tags of a moment, of its distance from UTC, and of the fraction of its second: when a photo was taken, and when it
/// was digitised, which is the same for all but scans, and is the next best date. The date of the last change
/// (0x0132) says nothing of the shot, and that of the satellites is in another zone, and belongs to a position.
const MOMENTS: [[u16; 3]; 2] = [[0x9003, 0x9011, 0x9291], [0x9004, 0x9012, 0x9292]];
/// The year of the first photo that there is.
const FIRST_YEAR: u16 = 1826;
/// The farthest that clocks are from UTC, in minutes.
const MAX_OFFSET: i16 = 14 * 60;
/// The most bytes of a text that are looked at.
const MAX_TEXT: usize = 64;

/// When a photo was taken, by the clock of the camera: a day that the calendar has, from 1826 to 9999, and a time of day.
///
/// The offset of that clock is known only if the camera records it, and is never guessed. A clock may be set wrong: a date
/// in the future is for the caller to doubt, which has the current date.
///
/// As a text it is as ISO 8601 has it: `2019-07-05T14:03:22`, followed by `.120` where there are milliseconds and by
/// `+02:00` where the offset is known. Of two photos of one clock, the earlier is the lesser.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TakenAt {
    year: u16,
    month: u8,
    day: u8,
    hour: u8,
    minute: u8,
    second: u8,
    millisecond: u16,
    offset_minutes: Option<i16>,
}

impl TakenAt {
    /// Reads it out of a block of EXIF: what a JPEG has after `Exif\0\0` in APP1, a PNG in `eXIf`, a WebP in `EXIF`, and
    /// a HEIC in its item of that name, after the four bytes that say where the block begins. `Exif\0\0` may come before
    /// it. `None` if it has no date, or an impossible one: cameras without a clock write zeros or spaces.
    ///
    /// At most two directories are walked, whatever they point at, and nothing is allocated.
    pub fn from_exif(block: &[u8]) -> Option<Self> {
        // What fills it up to an even length may be any byte.
        let tiff = match block.strip_prefix(PREFIX) {
            Some([_, tiff @ ..]) => tiff,
            _ => block,
        };
        let tiff = Tiff::new(tiff)?;
        MOMENTS.into_iter().find_map(|tags| {
            // Some programs put it into the first directory, as TIFF/EP does.
            Self::read(tiff.camera(), tags).or_else(|| Self::read(tiff.first(), tags))
        })
    }

    /// Reads it out of a directory.
    fn read<'a>(
        directory: impl Iterator<Item = Entry<'a>>,
        [moment, offset, fraction]: [u16; 3],
    ) -> Option<Self> {
        let (mut taken, mut minutes, mut milliseconds) = (None, None, None);
        for entry in directory {
            let text = || entry.text(MAX_TEXT).map(Text);
            if entry.tag == moment {
                taken = taken.or_else(|| text()?.moment());
            } else if entry.tag == offset {
                minutes = minutes.or_else(|| text()?.whole(Text::offset));
            } else if entry.tag == fraction {
                milliseconds = milliseconds.or_else(|| text()?.whole(Text::fraction));
            }
        }
        let taken: Self = taken?;
        Some(Self {
            offset_minutes: minutes.or(taken.offset_minutes),
            millisecond: milliseconds.unwrap_or(taken.millisecond),
            ..taken
        })
    }

    /// The year, from 1826 to 9999.
    pub fn year(self) -> u16 {
        self.year
    }

    /// The month, from 1 to 12.
    pub fn month(self) -> u8 {
        self.month
    }

    /// The day of the month, from 1.
    pub fn day(self) -> u8 {
        self.day
    }

    /// Hours, minutes and seconds of the time of day.
    pub fn time(self) -> (u8, u8, u8) {
        (self.hour, self.minute, self.second)
    }

    /// Milliseconds of the second; 0 if the camera records none.
    pub fn millisecond(self) -> u16 {
        self.millisecond
    }

    /// How many minutes the camera's clock was ahead of UTC, from -840 to 840; `None` if it isn't recorded.
    pub fn offset_minutes(self) -> Option<i16> {
        self.offset_minutes
    }

    fn is_possible(self) -> bool {
        let is_leap = self.year.is_multiple_of(4)
            && (!self.year.is_multiple_of(100) || self.year.is_multiple_of(400));
        let days = match self.month {
            2 if is_leap => 29,
            2 => 28,
            4 | 6 | 9 | 11 => 30,
            1..=12 => 31,
            _ => 0,
        };
        self.year >= FIRST_YEAR
            && (1..=days).contains(&self.day)
            && self.hour < 24
            && self.minute < 60
            && self.second < 60
    }
}

impl Display for TakenAt {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        let Self {
            year, month, day, ..
        } = self;
        let (hour, minute, second) = self.time();
        write!(
            formatter,
            "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}"
        )?;
        if self.millisecond > 0 {
            write!(formatter, ".{:03}", self.millisecond)?;
        }
        if let Some(offset) = self.offset_minutes {
            let sign = if offset < 0 { '-' } else { '+' };
            let (hours, minutes) = (offset.abs() / 60, offset.abs() % 60);
            write!(formatter, "{sign}{hours:02}:{minutes:02}")?;
        }
        Ok(())
    }
}

/// What is still to be read of a text.
#[derive(Clone, Copy)]
struct Text<'a>(&'a [u8]);

impl Text<'_> {
    /// Reads all of it, up to the spaces at its end.
    fn whole<T>(mut self, read: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        self.spaces();
        let value = read(&mut self)?;
        self.spaces();
        self.0.is_empty().then_some(value)
    }

    /// `2019:07:05 14:03:22`, as cameras have it, or with the marks that other programs put there.
    fn moment(self) -> Option<TakenAt> {
        self.whole(|text| {
            let year = text.number(4..=4)?;
            text.mark(b":-/.")?;
            let month = text.small()?;
            text.mark(b":-/.")?;
            let day = text.small()?;
            text.mark(b" T")?;
            let hour = text.small()?;
            text.mark(b":")?;
            let minute = text.small()?;
            text.mark(b":")?;
            let second = text.small()?;
            let millisecond = match text.mark(b".,") {
                Some(_) => text.fraction()?,
                None => 0,
            };
            text.spaces();
            let offset_minutes = match text.0.is_empty() {
                true => None,
                false => Some(text.offset()?),
            };
            let taken = TakenAt {
                year,
                month,
                day,
                hour,
                minute,
                second,
                millisecond,
                offset_minutes,
            };
            taken.is_possible().then_some(taken)
        })
    }

    /// `+02:00`, `-0330` or `Z`, in minutes.
    fn offset(&mut self) -> Option<i16> {
        let sign = match self.mark(b"+-Z")? {
            b'+' => 1,
            b'-' => -1,
            _ => return Some(0),
        };
        let hours = i16::try_from(self.number(2..=2)?).ok()?;
        self.mark(b":");
        let minutes = i16::try_from(self.number(2..=2)?).ok()?;
        let offset = 60 * hours + minutes;
        (minutes < 60 && offset <= MAX_OFFSET).then_some(sign * offset)
    }

    /// Digits after a decimal point, in thousandths: further ones are cut off.
    fn fraction(&mut self) -> Option<u16> {
        let count = self.0.iter().take_while(|byte| byte.is_ascii_digit());
        let (digits, rest) = self.0.split_at_checked(count.count())?;
        self.0 = rest;
        let digit = |at: usize| digits.get(at).map_or(0, |digit| u16::from(digit - b'0'));
        (!digits.is_empty()).then(|| 100 * digit(0) + 10 * digit(1) + digit(2))
    }

    /// A number of one or two digits; a space may stand where the first would be a zero.
    fn small(&mut self) -> Option<u8> {
        self.mark(b" ");
        u8::try_from(self.number(1..=2)?).ok()
    }

    fn number(&mut self, digits: RangeInclusive<usize>) -> Option<u16> {
        let all = self.0.iter().take_while(|byte| byte.is_ascii_digit());
        let count = all.take(*digits.end()).count();
        let (number, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        digits.contains(&count).then(|| {
            let value = |value, digit: &u8| 10 * value + u16::from(digit - b'0');
            number.iter().fold(0, value)
        })
    }

    /// The next byte, if it is one of these.
    fn mark(&mut self, marks: &[u8]) -> Option<u8> {
        let (mark, rest) = self.0.split_first()?;
        marks.contains(mark).then(|| {
            self.0 = rest;
            *mark
        })
    }

    fn spaces(&mut self) {
        self.0 = self.0.trim_ascii();
    }
}

#[cfg(test)]
mod tests;
