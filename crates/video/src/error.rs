//! What can go wrong: the film, its source, or where it goes.

use std::fmt::{self, Display, Formatter};
use std::io;

use crate::Refusal;

/// Why a film wasn't read or cleaned.
#[derive(Debug)]
pub enum Error {
    /// The film can't be taken, and never will be.
    Refused(Refusal),
    /// Its bytes couldn't be read; another time they may be.
    Read(io::Error),
    /// The clean film couldn't be written; another time it may be.
    Write(io::Error),
}

impl Error {
    /// Why the film is refused; `None` if it isn't the film's fault.
    pub fn refusal(&self) -> Option<Refusal> {
        match self {
            Self::Refused(refusal) => Some(*refusal),
            Self::Read(_) | Self::Write(_) => None,
        }
    }
}

impl Display for Error {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(refusal) => refusal.fmt(formatter),
            Self::Read(error) => write!(formatter, "it can't be read: {error}"),
            Self::Write(error) => write!(formatter, "what is clean can't be written: {error}"),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Refused(_) => None,
            Self::Read(error) | Self::Write(error) => Some(error),
        }
    }
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}
