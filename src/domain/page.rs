//! Pages of lists: how many rows, after which one, and where the next page begins.

use super::ids::number;
use crate::error::{FieldName, Malformed, Result};

/// The default number of rows on a page.
const DEFAULT: usize = 100;

/// The page of a list that was requested.
#[derive(Clone, Debug)]
pub struct Page {
    limit: usize,
    cursor: Option<Cursor>,
}

/// Where a row is in its list: what the list is ordered by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cursor {
    Number(i64),
    Numbers(i64, i64),
    Three(i64, i64, i64),
    Text(String, i64),
    /// A cursor that no list has made.
    Foreign,
}

impl From<i64> for Cursor {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

impl From<(i64, i64)> for Cursor {
    fn from((first, second): (i64, i64)) -> Self {
        Self::Numbers(first, second)
    }
}

impl From<(i64, i64, i64)> for Cursor {
    fn from((first, second, third): (i64, i64, i64)) -> Self {
        Self::Three(first, second, third)
    }
}

impl TryFrom<Cursor> for (i64, i64, i64) {
    type Error = OfAnotherList;

    fn try_from(cursor: Cursor) -> std::result::Result<Self, OfAnotherList> {
        match cursor {
            Cursor::Three(first, second, third) => Ok((first, second, third)),
            _ => Err(OfAnotherList),
        }
    }
}

impl From<(String, i64)> for Cursor {
    fn from((text, number): (String, i64)) -> Self {
        Self::Text(text, number)
    }
}

/// The cursor of a list that is ordered by something else.
pub struct OfAnotherList;

impl TryFrom<Cursor> for i64 {
    type Error = OfAnotherList;

    fn try_from(cursor: Cursor) -> std::result::Result<Self, OfAnotherList> {
        match cursor {
            Cursor::Number(number) => Ok(number),
            _ => Err(OfAnotherList),
        }
    }
}

impl TryFrom<Cursor> for (i64, i64) {
    type Error = OfAnotherList;

    fn try_from(cursor: Cursor) -> std::result::Result<Self, OfAnotherList> {
        match cursor {
            Cursor::Numbers(first, second) => Ok((first, second)),
            _ => Err(OfAnotherList),
        }
    }
}

impl TryFrom<Cursor> for (String, i64) {
    type Error = OfAnotherList;

    fn try_from(cursor: Cursor) -> std::result::Result<Self, OfAnotherList> {
        match cursor {
            Cursor::Text(text, number) => Ok((text, number)),
            _ => Err(OfAnotherList),
        }
    }
}

/// A piece of a list.
#[derive(Debug)]
pub struct Listed<T> {
    pub rows: Vec<T>,
    /// What to ask for next, if there is more.
    pub next: Option<Page>,
}

/// The order of a list that comes in two.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    #[default]
    Oldest,
    Newest,
}

impl Order {
    /// Checks the requested order; without one, the oldest come first.
    ///
    /// # Errors
    /// Another word than `oldest` and `newest`.
    pub fn parse(text: Option<&str>) -> Result<Self> {
        match text {
            None => Ok(Self::default()),
            Some("oldest") => Ok(Self::Oldest),
            Some("newest") => Ok(Self::Newest),
            Some(_) => Err(Malformed::NotOneOf {
                field: FieldName::Order,
                values: &["oldest", "newest"],
            }
            .into()),
        }
    }

    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Oldest => "oldest",
            Self::Newest => "newest",
        }
    }
}

impl Page {
    /// The most rows of a piece.
    pub const MAX: usize = 500;

    /// Checks what was requested. A cursor is checked by the list that made it.
    ///
    /// # Errors
    /// A limit that isn't a number from 1 to 500.
    pub fn parse(limit: Option<&str>, cursor: Option<Cursor>) -> Result<Self> {
        let limit = match limit {
            None => DEFAULT,
            Some(text) => number(text)
                .and_then(|limit| limit.try_into().ok())
                .filter(|limit| (1..=Self::MAX).contains(limit))
                .ok_or_else(|| Malformed::out_of_range(FieldName::Limit, Self::MAX))?,
        };
        Ok(Self { limit, cursor })
    }

    /// The first rows of a list.
    pub fn first(limit: usize) -> Self {
        Self {
            limit,
            cursor: None,
        }
    }

    /// The number of rows.
    pub fn limit(&self) -> usize {
        self.limit
    }

    /// Where the last row of the piece before is.
    pub fn cursor(&self) -> Option<&Cursor> {
        self.cursor.as_ref()
    }

    /// The key of the last row of the piece before, or `start` for the first piece.
    ///
    /// # Errors
    /// A cursor that this list didn't make.
    pub fn after<K: TryFrom<Cursor>>(&self, start: K) -> Result<K> {
        let Some(cursor) = &self.cursor else {
            return Ok(start);
        };
        K::try_from(cursor.clone()).map_err(|_| Malformed::Cursor.into())
    }

    /// How many rows to fetch: one more than wanted, which shows whether there are more.
    pub fn limit_plus_one(&self) -> i64 {
        i64::try_from(self.limit).map_or(i64::MAX, |limit| limit.saturating_add(1))
    }

    /// Takes the rows of this page; `key` returns a row's position in the list.
    ///
    /// # Errors
    /// A row can't be read.
    pub fn take<T, K: Into<Cursor>>(
        &self,
        rows: impl Iterator<Item = rusqlite::Result<T>>,
        key: impl Fn(&T) -> K,
    ) -> Result<Listed<T>> {
        let mut rows: Vec<T> = rows.collect::<rusqlite::Result<_>>()?;
        if rows.len() <= self.limit {
            return Ok(Listed { rows, next: None });
        }
        rows.truncate(self.limit);
        let next = rows.last().map(|last| Self {
            limit: self.limit,
            cursor: Some(key(last).into()),
        });
        Ok(Listed { rows, next })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_follow_each_other_until_the_end() {
        let piece = |page: &Page, rows: &[i64]| {
            let rows = rows.iter().map(|row| Ok(*row));
            let Listed { rows, next } = page.take(rows, |row| *row).unwrap();
            (rows, next)
        };
        let page = Page::parse(Some("2"), None).unwrap();
        assert_eq!(page.after(0_i64).unwrap(), 0);
        let (first, next) = piece(&page, &[1, 2, 3]);
        assert_eq!(first, [1, 2]);
        let next = next.unwrap();
        assert_eq!(next.after(0_i64).unwrap(), 2);
        let (last, next) = piece(&next, &[3, 4]);
        assert_eq!(last, [3, 4]);
        assert!(next.is_none());
    }

    #[test]
    fn a_limit_or_cursor_that_makes_no_sense_is_refused() {
        for limit in ["0", "501", "-1", "ten", "", "99999999999999999999"] {
            let refusal = Page::parse(Some(limit), None).unwrap_err();
            assert_eq!(refusal.to_string(), "Limit must be a number from 1 to 500");
        }
        for cursor in [Cursor::Foreign, Cursor::Numbers(1, 2)] {
            let page = Page::parse(None, Some(cursor)).unwrap();
            assert!(page.after(0_i64).is_err());
        }
    }
}
