//! The folder of the photos, while it is the one that was opened. Where its disk was unmounted, or another folder
//! put in its place, nothing is stored, shown or deleted: photos of other installations have the same names.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::data_dir::{self, MARKER};
use crate::fs::durable::create_dir_durable;
use crate::fs::identity::Identity;

/// A folder that is checked before each use.
#[derive(Debug)]
pub struct Home {
    root: PathBuf,
    /// The content of its marker.
    id: Option<String>,
    seen: Mutex<Seen>,
    /// Whether the last look has found another or none.
    is_lost: AtomicBool,
}

/// Which folder it was.
#[derive(Debug)]
struct Seen {
    identity: Identity,
    /// While it is open, the system doesn't reuse its number.
    _held: Option<File>,
}

impl Seen {
    fn at(root: &Path) -> io::Result<Self> {
        let held = File::open(root).ok();
        Ok(Self {
            identity: Identity::of(root)?,
            _held: held,
        })
    }
}

impl Home {
    /// The folder at `root`, which is there.
    ///
    /// # Errors
    /// It can't be read.
    pub fn open(root: &Path) -> anyhow::Result<Self> {
        let root = std::path::absolute(root)?;
        Ok(Self {
            id: data_dir::read(&root.join(MARKER))?,
            seen: Mutex::new(Seen::at(&root)?),
            is_lost: AtomicBool::new(false),
            root,
        })
    }

    /// The path of the folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Checks whether the folder is the one that was opened, or one with the same marker: its disk may have been mounted
    /// again, or a copy put back. The first look that finds another is logged, and the first that finds the right one
    /// again.
    ///
    /// # Errors
    /// It isn't, or isn't there.
    pub fn check(&self) -> io::Result<()> {
        let why = match self.look() {
            Ok(true) => {
                if self.is_lost.load(Ordering::Relaxed)
                    && self.is_lost.swap(false, Ordering::Relaxed)
                {
                    tracing::warn!(folder = %self.root.display(), "photo folder is back");
                }
                return Ok(());
            }
            Ok(false) => String::from("another folder has replaced it"),
            Err(error) => error.to_string(),
        };
        let shown = self.root.display();
        if !self.is_lost.swap(true, Ordering::Relaxed) {
            tracing::error!(folder = %shown, why, "photo folder is gone; storing and showing no photos until it is back");
        }
        // As an error of its own kind: what is missing in another folder isn't missing.
        Err(io::Error::other(format!(
            "The folder {shown} is no longer the one that has the photos: {why}"
        )))
    }

    fn look(&self) -> io::Result<bool> {
        let found = Identity::of(&self.root)?;
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.identity == found {
            return Ok(true);
        }
        let marker = data_dir::read(&self.root.join(MARKER)).map_err(io::Error::other)?;
        if marker.is_none() || marker != self.id {
            return Ok(false);
        }
        *seen = Seen::at(&self.root)?;
        Ok(true)
    }

    /// Makes a folder below this one durably, if it isn't there, and those between. This one itself isn't made: what
    /// was there without the rest would be taken for all that is left.
    ///
    /// # Errors
    /// This one isn't the right one, or one can't be made or synced.
    pub fn make(&self, folder: &Path) -> io::Result<()> {
        if folder == self.root {
            return self.check();
        }
        if folder.is_dir() {
            return Ok(());
        }
        let above = folder.parent().unwrap_or(&self.root);
        self.make(above)?;
        create_dir_durable(folder)
    }
}
