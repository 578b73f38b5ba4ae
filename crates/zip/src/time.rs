//! When a file was made, as ZIP has it: in local time, without a zone, in steps of two seconds.

/// A date and a time of day, from 1980 to 2107; earlier and later ones become the first and the last of these.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Modified {
    /// In the calendar.
    pub year: i32,
    /// From 1 to 12.
    pub month: u8,
    /// From 1 to 31.
    pub day: u8,
    /// From 0 to 23.
    pub hour: u8,
    /// From 0 to 59.
    pub minute: u8,
    /// From 0 to 59.
    pub second: u8,
}

impl Modified {
    /// The earliest one.
    pub const FIRST: Self = Self {
        year: 1980,
        month: 1,
        day: 1,
        hour: 0,
        minute: 0,
        second: 0,
    };
    const LAST: Self = Self {
        year: 2107,
        month: 12,
        day: 31,
        hour: 23,
        minute: 59,
        second: 59,
    };

    /// Time and date in 16 bits each, with every number within its limits.
    pub(crate) fn dos(self) -> (u16, u16) {
        let one = match self.year {
            ..1980 => Self::FIRST,
            2108.. => Self::LAST,
            _ => self,
        };
        let year = u16::try_from(one.year - 1980).unwrap_or(0);
        let (month, day): (u16, u16) = (one.month.clamp(1, 12).into(), one.day.clamp(1, 31).into());
        let (hour, minute): (u16, u16) = (one.hour.min(23).into(), one.minute.min(59).into());
        let second: u16 = one.second.min(59).into();
        let date = year << 9 | month << 5 | day;
        (hour << 11 | minute << 5 | (second / 2), date)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_that_zip_has_no_number_for_become_the_nearest() {
        let at = |year| Modified {
            year,
            ..Modified::FIRST
        };
        assert_eq!(at(1980).dos(), (0, 0x21));
        assert_eq!(at(1826).dos(), (0, 0x21));
        assert_eq!(at(3000).dos(), (0xbf7d, 0xff9f));
        let odd = Modified {
            year: 2024,
            month: 0,
            day: 99,
            hour: 30,
            minute: 70,
            second: 61,
        };
        assert_eq!(odd.dos(), (23 << 11 | 59 << 5 | 29, 44 << 9 | 1 << 5 | 31));
    }
}
