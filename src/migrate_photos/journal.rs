//! What was moved so far, on disk, so that an interrupted move continues where it stopped.

use std::collections::HashSet;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use anyhow::{Context, Result, bail};

use crate::domain::photo_name::PhotoName;

/// A file with a line for each photo that was begun and each that is done.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    inner: Mutex<Inner>,
}

#[derive(Debug)]
struct Inner {
    file: File,
    begun: HashSet<PhotoName>,
    done: HashSet<PhotoName>,
}

impl Journal {
    /// Opens the journal at `path`, or begins one. One about another `target` is started over.
    ///
    /// # Errors
    /// The file can't be used, or another process is writing it.
    pub fn open(path: &Path, target: &str) -> Result<Self> {
        let using = || format!("The file {} can't be used", path.display());
        let mut options = OpenOptions::new();
        let mut file = options
            .read(true)
            .append(true)
            .create(true)
            .open(path)
            .with_context(using)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                bail!("Photos are already being moved: wait until that command is done")
            }
            Err(TryLockError::Error(error)) => return Err(error).with_context(using),
        }
        let mut text = String::new();
        file.read_to_string(&mut text).with_context(using)?;
        let (mut begun, mut done) = (HashSet::new(), HashSet::new());
        match text.split_once('\n') {
            Some((first, lines)) if first == target => {
                // A last line that was cut short names no photo, or one that was only begun.
                for line in lines.lines() {
                    if let Some(name) = line.strip_prefix("begun ") {
                        begun.extend(name.parse::<PhotoName>());
                    } else if let Some(name) = line.strip_prefix("done ") {
                        done.extend(name.parse::<PhotoName>());
                        begun.extend(name.parse::<PhotoName>());
                    }
                }
                // What follows must not become part of such a line.
                file.write_all(b"\n").with_context(using)?;
            }
            _ => {
                file.set_len(0).with_context(using)?;
                writeln!(file, "{target}").with_context(using)?;
            }
        }
        Ok(Self {
            path: path.to_owned(),
            inner: Mutex::new(Inner { file, begun, done }),
        })
    }

    /// Writes down, durably, that a photo may be in the other store from now on.
    pub(super) fn begun(&self, name: &PhotoName) -> Result<()> {
        let mut inner = self.inner();
        if inner.begun.insert(name.clone()) {
            inner.write("begun", name)?;
        }
        Ok(())
    }

    /// Writes down, durably, that a photo is in the other store and the same.
    pub(super) fn done(&self, name: &PhotoName) -> Result<()> {
        let mut inner = self.inner();
        inner.begun.insert(name.clone());
        if inner.done.insert(name.clone()) {
            inner.write("done", name)?;
        }
        Ok(())
    }

    pub(super) fn is_done(&self, name: &PhotoName) -> bool {
        self.inner().done.contains(name)
    }

    /// Takes back that a photo is done, until it is again.
    pub(super) fn undo(&self, name: &PhotoName) {
        self.inner().done.remove(name);
    }

    /// The photos that were begun, done or not.
    pub(super) fn all_begun(&self) -> Vec<PhotoName> {
        self.inner().begun.iter().cloned().collect()
    }

    /// Ends the move: there is nothing left to remember.
    ///
    /// # Errors
    /// The file can't be deleted.
    pub fn end(&self) -> Result<()> {
        fs::remove_file(&self.path)
            .with_context(|| format!("The file {} can't be deleted", self.path.display()))
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn write(&mut self, what: &str, name: &PhotoName) -> Result<()> {
        writeln!(self.file, "{what} {name}")
            .and_then(|()| self.file.sync_data())
            .context("The migration journal can't be written")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_journal_that_was_cut_short_is_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal");
        let names: [PhotoName; 3] =
            ["1-1.jpg", "1-2.jpg", "12-3.jpg"].map(|name| name.parse().unwrap());
        let journal = Journal::open(&path, "s3").unwrap();
        names.iter().for_each(|name| journal.begun(name).unwrap());
        journal.done(&names[0]).unwrap();
        journal.done(&names[1]).unwrap();
        drop(journal);
        let text = fs::read_to_string(&path).unwrap();
        fs::write(&path, text.strip_suffix("2.jpg\n").unwrap()).unwrap();

        let journal = Journal::open(&path, "s3").unwrap();
        assert!(journal.is_done(&names[0]) && !journal.is_done(&names[1]));
        assert_eq!(journal.all_begun().len(), 3);
        journal.done(&names[2]).unwrap();
        drop(journal);
        let journal = Journal::open(&path, "s3").unwrap();
        assert!(journal.is_done(&names[2]));
        drop(journal);
        let journal = Journal::open(&path, "local").unwrap();
        assert_eq!(journal.all_begun(), []);
    }

    #[test]
    fn two_at_once_are_kept_apart() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal");
        let _first = Journal::open(&path, "s3").unwrap();
        let refusal = Journal::open(&path, "s3").unwrap_err().to_string();
        assert_eq!(
            refusal,
            "Photos are already being moved: wait until that command is done"
        );
    }
}
