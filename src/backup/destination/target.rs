//! What the command line names: a destination with its archives, or one archive.

use std::fmt;
use std::io::Read;
use std::path::Path;

use anyhow::{Context, Result, ensure};

use super::{ArchiveName, Destination};
use crate::backup::archive::Packed;
use crate::backup::blocking::Blocking;
use crate::backup::destination::directory::Folder;
use crate::backup::destination::s3::{Bucket, SCHEME};
use crate::backup::progress::Progress;
use crate::clock::Timestamp;
use crate::config::Config;

/// One archive, wherever it is.
#[derive(Clone)]
pub struct ArchiveRef {
    pub destination: Destination,
    pub file: String,
}

/// What the command line names.
#[derive(Clone)]
pub enum Target {
    /// A destination, in which archives have names of their own.
    Destination(Destination),
    /// One archive.
    File(ArchiveRef),
}

impl Target {
    /// Parses a path or an address.
    ///
    /// # Errors
    /// The folder, that of the file, or the bucket isn't there.
    pub fn parse(text: &str, config: &Config, blocking: &Blocking) -> Result<Self> {
        if text.starts_with(SCHEME) {
            let (bucket, file) = Bucket::open(text, config, blocking)?;
            let destination = Destination::Bucket(bucket);
            return Ok(match file {
                Some(file) => Self::File(ArchiveRef { destination, file }),
                None => Self::Destination(destination),
            });
        }
        check_target(text)?;
        let path = Path::new(text);
        if path.is_dir() || text.ends_with(std::path::is_separator) {
            return Ok(Self::Destination(Destination::Folder(Folder::open(path)?)));
        }
        let file = path.file_name().and_then(|name| name.to_str());
        let file = file.with_context(|| format!("'{text}' is not the name of a file"))?;
        let folder = path
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty());
        Ok(Self::File(ArchiveRef {
            destination: Destination::Folder(Folder::open(folder.unwrap_or(Path::new(".")))?),
            file: file.to_owned(),
        }))
    }

    /// The archive to use: the newest of a destination. One from the future is used only if it is named
    /// itself.
    ///
    /// # Errors
    /// There is none, or the newest is later than `now` by more than a day.
    pub fn newest(self, now: Timestamp) -> Result<ArchiveRef> {
        match self {
            Self::File(archive_ref) => archive_ref.that_is_there(),
            Self::Destination(destination) => {
                let newest = destination.archives()?.pop();
                let newest =
                    newest.with_context(|| format!("There is no archive in {destination}"))?;
                newest.check(now).with_context(|| {
                    format!("Name one of the archives in {destination} instead")
                })?;
                Ok(ArchiveRef {
                    destination,
                    file: newest.to_string(),
                })
            }
        }
    }

    /// All archives to use, the oldest first.
    ///
    /// # Errors
    /// There is none.
    pub fn all(self) -> Result<Vec<ArchiveRef>> {
        match self {
            Self::File(archive_ref) => Ok(vec![archive_ref.that_is_there()?]),
            Self::Destination(destination) => {
                let names = destination.archives()?;
                ensure!(!names.is_empty(), "There is no archive in {destination}");
                let archive_ref = |name: ArchiveName| ArchiveRef {
                    destination: destination.clone(),
                    file: name.to_string(),
                };
                Ok(names.into_iter().map(archive_ref).collect())
            }
        }
    }
}

impl ArchiveRef {
    fn that_is_there(self) -> Result<Self> {
        if let Destination::Folder(folder) = &self.destination {
            folder.check_plain(&self.file)?;
        }
        let found = self.destination.read(&self.file)?;
        ensure!(found.is_some(), "There is no archive {self}");
        Ok(self)
    }

    /// The bytes of the archive. `progress` shows how many of them have been read.
    ///
    /// # Errors
    /// It isn't there, or can't be read.
    pub fn read<'a>(&self, progress: &'a Progress) -> Result<Packed<impl Read + use<'a>>> {
        let found = self.destination.read(&self.file)?;
        let found = found.with_context(|| format!("There is no archive {self}"))?;
        progress.begin("reading the archive", found.size)?;
        Ok(Packed {
            size: found.size,
            bytes: progress.watch(found.bytes),
        })
    }
}

impl fmt::Display for ArchiveRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.destination {
            Destination::Folder(folder) => write!(f, "{}", folder.path(&self.file).display()),
            Destination::Bucket(bucket) => f.write_str(&bucket.address(&self.file)),
        }
    }
}

/// Refuses what can't be a destination: nothing at all, and addresses of other kinds than S3's.
///
/// # Errors
/// It isn't one.
fn check_target(text: &str) -> Result<()> {
    ensure!(
        !text.is_empty(),
        "The name of the archive is empty: name a file, a folder, or s3://bucket/prefix"
    );
    ensure!(
        !text.contains("://"),
        "'{text}' is not a destination for archives: name a file, a folder, or s3://bucket/prefix"
    );
    Ok(())
}
