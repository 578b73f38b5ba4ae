//! The refusals of forms that can't be read.

use std::error::Error as StdError;
use std::fmt::Display;
use std::io;

use crate::api::extract::chunks::NoContent;
use crate::api::extract::json::cut_off;
use crate::error::{Error, Invalid, Malformed};

/// The refusal for what the library says of a form, of which at most `max` bytes are read.
pub fn malformed(max: u64, error: multer::Error) -> Error {
    match error {
        multer::Error::StreamSizeExceeded { .. } => Invalid::FormTooLarge { max }.into(),
        multer::Error::IncompleteStream
        | multer::Error::IncompleteFieldData { .. }
        | multer::Error::IncompleteHeaders => cut_off(&io::ErrorKind::UnexpectedEof.into()),
        multer::Error::StreamReadFailed(error) => match error.downcast::<io::Error>() {
            Ok(error)
                if error
                    .get_ref()
                    .is_some_and(<dyn StdError + Send + Sync>::is::<NoContent>) =>
            {
                unreadable(&NoContent)
            }
            Ok(error) => cut_off(&error),
            Err(error) => cut_off(&io::Error::other(error)),
        },
        // Not in the words of the library, which may hold all of a header.
        _ => malformed_part(),
    }
}

/// The refusal of a form with a part whose headers don't say what it is.
pub fn malformed_part() -> Error {
    unreadable(&"the headers of a part are malformed")
}

/// A malformed form; `why` says where.
pub fn unreadable(why: &impl Display) -> Error {
    Malformed::Form {
        why: why.to_string(),
    }
    .into()
}
