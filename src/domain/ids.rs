//! Ids: positive 64-bit integers, a type for each noun, and unparsed ids.

use std::fmt;
use std::marker::PhantomData;

use rusqlite::types::{FromSql, FromSqlResult, ToSql, ToSqlOutput, ValueRef};

use crate::error::{Error, NotFound, Result};

/// What the types of ids have in common.
pub trait Id: Copy {
    /// The id with this number.
    fn from_number(number: i64) -> Self;
    /// Its number.
    fn number(self) -> i64;
    /// What to say of a text that names nothing of this kind.
    fn missing(text: &str) -> Error;
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $missing:expr) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(i64);

        impl Id for $name {
            fn from_number(number: i64) -> Self {
                Self(number)
            }

            fn number(self) -> i64 {
                self.0
            }

            fn missing(text: &str) -> Error {
                let missing: fn(String) -> NotFound = $missing;
                missing(text.to_owned()).into()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl ToSql for $name {
            fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
                self.0.to_sql()
            }
        }

        impl FromSql for $name {
            fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
                i64::column_result(value).map(Self)
            }
        }
    };
}

id!(
    /// A user's.
    UserId,
    |id| NotFound::User { id }
);
id!(
    /// A space's.
    SpaceId,
    |id| NotFound::Space { id }
);
id!(
    /// A share's.
    ShareId,
    |_| NotFound::Share
);
id!(
    /// A photo's; it also distinguishes the revisions of one share's photo.
    PhotoId,
    |_| NotFound::Photo
);
id!(
    /// A comment's.
    CommentId,
    |_| NotFound::Comment
);
id!(
    /// A session's.
    SessionId,
    |id| NotFound::Session { id }
);

id!(
    /// An invitation's.
    InvitationId,
    |id| NotFound::Invitation { id }
);

id!(
    /// A feed's.
    FeedId,
    |id| NotFound::Feed { id }
);

id!(
    /// A notice's.
    NoticeId,
    |id| NotFound::Notice { id }
);

id!(
    /// A push subscription's.
    PushSubscriptionId,
    |id| NotFound::PushSubscription { id }
);

id!(
    /// An upload's.
    UploadId,
    |id| NotFound::Upload { id }
);

/// An id as it was written in a path. It may not even be a number, which is treated like an id that doesn't exist; the
/// error comes only when the id is used, in the order of the checks, and repeats what was written.
#[derive(Clone, Debug)]
pub struct RawId<T> {
    text: String,
    kind: PhantomData<T>,
}

impl<T: Id> RawId<T> {
    /// Takes what was written as it is.
    pub fn new(text: &str) -> Self {
        Self {
            text: text.to_owned(),
            kind: PhantomData,
        }
    }

    /// One that is known.
    pub fn of(id: T) -> Self {
        Self::new(&id.number().to_string())
    }

    /// The id, if what was written can be one.
    ///
    /// # Errors
    /// The refusal of an id that doesn't exist.
    pub fn parse(&self) -> Result<T> {
        number(&self.text)
            .map(T::from_number)
            .ok_or_else(|| self.not_found())
    }

    /// The refusal of an id that doesn't exist, in the words in which it was written.
    pub fn not_found(&self) -> Error {
        T::missing(&self.text)
    }
}

/// As it was written.
impl<T> fmt::Display for RawId<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// Reads digits only: no sign, no white space.
pub fn number(text: &str) -> Option<i64> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|&number| digits && number > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_positive_numbers_that_fit_are_ids() {
        assert_eq!(RawId::<SpaceId>::new("12").parse().unwrap(), SpaceId(12));
        for text in [
            "0",
            "-1",
            "+1",
            " 1",
            "1.0",
            "abc",
            "",
            "9223372036854775808",
            "１",
        ] {
            let refusal = RawId::<SpaceId>::new(text).parse().unwrap_err();
            assert_eq!(
                refusal.to_string(),
                format!("Space with ID '{text}' doesn't exist")
            );
        }
    }
}
