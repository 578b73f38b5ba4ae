//! Everything that can be refused, by families: a family says which statuses there are, a variant its sentence, and
//! from both come the code and the params for programs. Knows nothing of HTTP but the numbers of its statuses.
//!
//! `rusqlite::Result` is for SQL helpers, [`Result`] for the domain and the API, `anyhow` with context for
//! start-up, stores and workers.

// Requests that could be granted if things stood otherwise.
mod conflict;
// What the caller may not do.
mod denied;
// What the server can't do.
mod failure;
// The name of each field, for people and for programs.
mod field;
// Requests that can't be understood.
mod invalid;
// What is wrong with the syntax of a request.
mod malformed;
// What isn't there.
mod not_found;
// Limits that are met for the moment.
mod over_quota;
mod overload;
// Photos that aren't taken.
mod rejected_photo;
// Films that aren't taken.
mod rejected_video;

use serde_json::{Map, Value};

pub use conflict::Conflict;
pub use denied::{Denied, Origin};
pub use failure::Failure;
pub use field::FieldName;
pub use invalid::Invalid;
pub use malformed::{BodyType, Characters, Malformed, Most};
pub use not_found::NotFound;
pub use over_quota::OverQuota;
pub use overload::Overload;
pub use rejected_photo::RejectedPhoto;
pub use rejected_video::RejectedVideo;

/// A result whose error can be shown to the caller.
pub type Result<T> = std::result::Result<T, Error>;

/// After how many seconds it is worth to try again, where nothing more exact is known.
const RETRY_AFTER: u64 = 2;

/// A refusal. Its `Display` is the exact sentence that clients read.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Invalid(#[from] Invalid),
    #[error(transparent)]
    RejectedPhoto(#[from] RejectedPhoto),
    #[error(transparent)]
    RejectedVideo(#[from] RejectedVideo),
    /// As of the picture alone that is to be the poster of a film.
    #[error("{}", of_poster(.refusal))]
    OfPoster { refusal: Box<Self> },
    /// As of a photo alone, with which of several it is.
    #[error("{}", numbered(.refusal, *.number))]
    OfPhoto { number: usize, refusal: Box<Self> },
    #[error(transparent)]
    Denied(#[from] Denied),
    #[error(transparent)]
    NotFound(#[from] NotFound),
    #[error(transparent)]
    Conflict(#[from] Conflict),
    #[error(transparent)]
    OverQuota(#[from] OverQuota),
    #[error(transparent)]
    Overload(#[from] Overload),
    #[error(transparent)]
    Failure(#[from] Failure),
}

impl Error {
    /// The HTTP status of this refusal.
    pub fn status(&self) -> u16 {
        match self {
            Self::Invalid(invalid) => invalid.status(),
            Self::RejectedPhoto(rejected) => rejected.status(),
            Self::RejectedVideo(rejected) => rejected.status(),
            Self::OfPhoto { refusal, .. } | Self::OfPoster { refusal } => refusal.status(),
            Self::Denied(denied) => denied.status(),
            Self::NotFound(_) => 404,
            Self::Conflict(conflict) => conflict.status(),
            Self::OverQuota(_) => 413,
            Self::Overload(overload) => overload.status(),
            Self::Failure(failure) => failure.status(),
        }
    }

    /// A word for programs, stable whatever becomes of the sentence.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Invalid(invalid) => invalid.into(),
            Self::RejectedPhoto(rejected) => rejected.into(),
            Self::RejectedVideo(rejected) => rejected.into(),
            Self::OfPhoto { refusal, .. } | Self::OfPoster { refusal } => refusal.code(),
            Self::Denied(denied) => denied.into(),
            Self::NotFound(missing) => missing.into(),
            Self::Conflict(conflict) => conflict.into(),
            Self::OverQuota(quota) => quota.into(),
            Self::Overload(overload) => overload.into(),
            Self::Failure(failure) => failure.into(),
        }
    }

    /// The values in its sentence by name, for clients that have sentences of their own. Where a code has several
    /// sentences, `reason` says which it is.
    pub fn params(&self) -> Map<String, Value> {
        let params = match self {
            Self::Invalid(invalid) => serde_json::to_value(invalid),
            Self::RejectedPhoto(rejected) => serde_json::to_value(rejected),
            Self::RejectedVideo(rejected) => serde_json::to_value(rejected),
            Self::OfPoster { refusal } => {
                let mut params = refusal.params();
                params.insert(String::from("poster"), Value::from(true));
                return params;
            }
            Self::OfPhoto { number, refusal } => {
                let mut params = refusal.params();
                params.insert(String::from("number"), Value::from(*number));
                return params;
            }
            Self::Denied(denied) => serde_json::to_value(denied),
            Self::NotFound(missing) => serde_json::to_value(missing),
            Self::Conflict(conflict) => serde_json::to_value(conflict),
            Self::OverQuota(quota) => serde_json::to_value(quota),
            Self::Overload(overload) => serde_json::to_value(overload),
            // Causes stay in the log.
            Self::Failure(_) => Ok(Value::Null),
        };
        match params {
            Ok(Value::Object(params)) => params,
            // A variant without values.
            _ => Map::new(),
        }
    }

    /// The seconds after which the same request may be granted, where it may.
    pub fn retry_after(&self) -> Option<u64> {
        match self {
            Self::Overload(overload) => Some(overload.retry_after()),
            _ if self.status() == 503 => Some(RETRY_AFTER),
            _ => None,
        }
    }

    /// Every refusal that the server can answer with: each code at least once, with each of its reasons; for the
    /// description of the API and for those who translate it.
    pub fn samples() -> Vec<Self> {
        let mut all: Vec<Self> = Vec::new();
        all.extend(Invalid::samples().into_iter().map(Self::from));
        all.extend(RejectedPhoto::samples().into_iter().map(Self::from));
        all.extend(RejectedVideo::samples().into_iter().map(Self::from));
        let of_photos = RejectedPhoto::samples().into_iter().map(Self::from);
        let of_videos = RejectedVideo::samples()
            .into_iter()
            .filter(RejectedVideo::is_of_one)
            .map(Self::from);
        let too_large =
            |field| Most::samples().map(move |max| Self::from(Invalid::TooLarge { field, max }));
        let of_media = of_photos
            .chain(of_videos)
            .chain(too_large(FieldName::Photo))
            .chain(too_large(FieldName::Video));
        all.extend(of_media.map(|refusal| refusal.of_photo(2)));
        let of_posters = RejectedPhoto::samples().into_iter().map(Self::from);
        let of_posters = of_posters.chain(too_large(FieldName::Photo));
        all.extend(of_posters.map(Self::of_poster));
        all.extend(Denied::samples().into_iter().map(Self::from));
        all.extend(NotFound::samples().into_iter().map(Self::from));
        all.extend(Conflict::samples().into_iter().map(Self::from));
        all.extend(OverQuota::samples().into_iter().map(Self::from));
        all.extend(Overload::samples().into_iter().map(Self::from));
        all.extend(Failure::samples().into_iter().map(Self::from));
        all
    }

    /// The same refusal of a poster, if it is of a photo.
    pub fn of_poster(self) -> Self {
        let refusal = match self {
            Self::RejectedPhoto(rejected) => rejected.without_videos().into(),
            other if other.is_of_a_photo() => other,
            other => return other,
        };
        Self::OfPoster {
            refusal: Box::new(refusal),
        }
    }

    /// The same refusal with which of several photos it is of, if it is of a photo or a film.
    pub fn of_photo(self, number: usize) -> Self {
        let is_of_a_film = match &self {
            Self::RejectedVideo(rejected) => rejected.is_of_one(),
            Self::Invalid(Invalid::TooLarge { field, .. }) => *field == FieldName::Video,
            _ => false,
        };
        if is_of_a_film || self.is_of_a_photo() {
            Self::OfPhoto {
                number,
                refusal: Box::new(self),
            }
        } else {
            self
        }
    }

    fn is_of_a_photo(&self) -> bool {
        matches!(
            self,
            Self::RejectedPhoto(_)
                | Self::Invalid(Invalid::TooLarge {
                    field: FieldName::Photo,
                    ..
                })
        )
    }

    /// Something went wrong that is ours to look at; `cause` goes to the log.
    pub fn internal(cause: impl Into<anyhow::Error>) -> Self {
        Failure::Internal(cause.into()).into()
    }

    /// A file couldn't be written. That the disk is full is for everybody to know, that there are too many files open at
    /// once is "try again".
    pub fn writing(error: std::io::Error) -> Self {
        // ENFILE and EMFILE, which have no kind of their own.
        let too_many = cfg!(unix) && matches!(error.raw_os_error(), Some(23 | 24));
        match error {
            error if is_full(&error) => Failure::DiskFull(error.into()).into(),
            _ if too_many => Overload::Busy.into(),
            _ => Self::internal(error),
        }
    }

    /// A photo couldn't be stored.
    pub fn storing(error: anyhow::Error) -> Self {
        let mut files = error.chain().filter_map(|cause| cause.downcast_ref());
        if files.any(is_full) {
            Failure::DiskFull(error).into()
        } else {
            Failure::PhotosUnavailable(error).into()
        }
    }
}

/// The sentence of a refusal, which begins with the photo or film, with its number.
fn numbered(refusal: &Error, number: usize) -> String {
    let sentence = refusal.to_string();
    match sentence.split_once(' ') {
        Some((what @ ("Photo" | "Video"), rest)) => format!("{what} {number} {rest}"),
        _ => sentence,
    }
}

/// The sentence of a refusal, which begins with the photo, of a poster.
fn of_poster(refusal: &Error) -> String {
    let sentence = refusal.to_string();
    match sentence.strip_prefix("Photo ") {
        Some(rest) => format!("Poster {rest}"),
        None => sentence,
    }
}

fn is_full(error: &std::io::Error) -> bool {
    use std::io::ErrorKind::{FileTooLarge, QuotaExceeded, StorageFull};
    matches!(error.kind(), FileTooLarge | QuotaExceeded | StorageFull)
}

impl From<Malformed> for Error {
    fn from(malformed: Malformed) -> Self {
        Invalid::Malformed(malformed).into()
    }
}

impl From<rusqlite::Error> for Error {
    /// A locked database is "try again", a full disk needs the operator; any other failure of SQL is our bug, not the caller's.
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode::{DatabaseBusy, DatabaseLocked, DiskFull};
        match error.sqlite_error_code() {
            Some(DatabaseBusy | DatabaseLocked) => Overload::Busy.into(),
            Some(DiskFull) => Failure::DiskFull(error.into()).into(),
            _ => Self::internal(error),
        }
    }
}

impl From<anyhow::Error> for Error {
    fn from(error: anyhow::Error) -> Self {
        Self::internal(error)
    }
}

/// Whether SQLite refused a row because another one has the same value in a unique column.
pub fn is_unique_violation(error: &rusqlite::Error) -> bool {
    error.sqlite_error().is_some_and(|e| {
        matches!(
            e.extended_code,
            rusqlite::ffi::SQLITE_CONSTRAINT_UNIQUE | rusqlite::ffi::SQLITE_CONSTRAINT_PRIMARYKEY
        )
    })
}

#[cfg(test)]
mod tests;
