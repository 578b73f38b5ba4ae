//! Films are cleaned from the disk to the disk: however long they are, little of them is in memory.

use std::fs::File;
use std::io::{self, Cursor, Read, Seek, Write};

use anyhow::Context;
use sha2::{Digest, Sha256};
use video::{Film, Plan};

use super::received::Received;
use crate::clock::Timestamp;
use crate::domain::taken_at::TakenAt;
use crate::domain::uploads::Medium;
use crate::error::{Error, RejectedVideo, Result};
use crate::storage::Body;

const UNREADABLE: &str = "An upload can't be read back";

/// A film that may be kept, in a file without a name.
pub struct CleanFilm {
    pub film: Film,
    /// In bytes.
    pub length: u64,
    pub sha256: [u8; 32],
    pub crc32: u32,
    /// As it said before it was clean.
    pub taken_at: Option<TakenAt>,
    file: File,
}

impl CleanFilm {
    /// What is known of it.
    pub fn medium(&self) -> Medium {
        Medium {
            kind: self.film.kind.into(),
            width: self.film.width,
            height: self.film.height,
            animated: false,
            duration: self.film.duration,
            bytes: self.length,
            sha256: self.sha256,
            crc32: self.crc32,
            taken_at: self.taken_at,
            film_dropped: false,
        }
    }

    /// Lets its file survive a power cut. Blocks.
    ///
    /// # Errors
    /// The disk can't be written to.
    pub fn sync(&self) -> io::Result<()> {
        self.file.sync_all()
    }

    /// What is put into a store.
    ///
    /// # Errors
    /// The file can't be read.
    pub fn into_body(self) -> Result<Body> {
        Ok(Body::file(self.file).context(UNREADABLE)?)
    }
}

/// Writes the film in a file, and nothing else of it, into one that `make` makes. Blocks.
///
/// # Errors
/// It isn't a film that can be cleaned; the disk can't be read or written to.
pub fn clean(
    file: &Received,
    now: Timestamp,
    make: impl FnOnce() -> io::Result<File>,
) -> Result<CleanFilm> {
    match file {
        Received::InMemory(bytes) => write(Cursor::new(bytes), now, make),
        Received::OnDisk(spilled) => write(spilled.reader(), now, make),
    }
}

fn write(
    from: impl Read + Seek,
    now: Timestamp,
    make: impl FnOnce() -> io::Result<File>,
) -> Result<CleanFilm> {
    let plan = Plan::new(from).map_err(refuse)?;
    let taken_at = plan.made_at().and_then(TakenAt::from_film);
    let taken_at = taken_at.filter(|taken| taken.is_believed(now));
    let file = make().map_err(Error::writing)?;
    let mut to = Hashing {
        to: file,
        sum: Sha256::new(),
        crc: crc32fast::Hasher::new(),
    };
    let summary = plan.write(&mut to).map_err(refuse)?;
    Ok(CleanFilm {
        film: summary.film,
        length: summary.length,
        sha256: to.sum.finalize().into(),
        crc32: to.crc.finalize(),
        taken_at,
        file: to.to,
    })
}

fn refuse(error: video::Error) -> Error {
    match error {
        video::Error::Refused(refusal) => RejectedVideo::from(refusal).into(),
        video::Error::Read(error) => anyhow::Error::new(error).context(UNREADABLE).into(),
        video::Error::Write(error) => Error::writing(error),
    }
}

/// Passes bytes on and sums them up.
struct Hashing {
    to: File,
    sum: Sha256,
    crc: crc32fast::Hasher,
}

impl Write for Hashing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.to.write(bytes)?;
        self.sum.update(&bytes[..count]);
        self.crc.update(&bytes[..count]);
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}
