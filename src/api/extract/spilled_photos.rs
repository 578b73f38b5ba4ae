//! Where the larger photos of a form are kept while it arrives: one after another in one file without a name, which ends with
//! its handles, also in a crash. Whether the disk has room is looked at as it grows: a body needn't say how long it is.

use std::fs::File as StdFile;
use std::io::SeekFrom;
use std::sync::{Arc, Mutex};

use tokio::fs::File;
use tokio::io::{AsyncSeekExt, AsyncWriteExt};

use crate::app::App;
use crate::error::{Error, Result};
use crate::uploads::ingest::Spilled;

/// After this many bytes it is looked at how much room there still is.
const STEP: u64 = 8 * 1024 * 1024;

/// The file of a form. Made for the first photo that needs it.
pub struct SpillFile<'a> {
    app: &'a App,
    open: Option<Open>,
    end: u64,
    /// How long it was when there was room.
    had_room: u64,
}

struct Open {
    writer: File,
    reader: Arc<Mutex<StdFile>>,
}

impl<'a> SpillFile<'a> {
    /// For a form, in the data folder.
    pub fn new(app: &'a App) -> Self {
        Self {
            app,
            open: None,
            end: 0,
            had_room: 0,
        }
    }

    /// Begins a photo, and returns where it begins. `told` is how long the body is, as far as it says so: what is to come is written
    /// here, and cleaned into a copy.
    ///
    /// # Errors
    /// The disk hasn't room for that, or the file can't be made.
    pub async fn begin(&mut self, told: Option<u64>) -> Result<u64> {
        // What is left of a full disk is for deleting, and of one that is nearly full for texts.
        let to_come = told.unwrap_or(0).saturating_sub(self.end);
        self.app.check_room(to_come.saturating_mul(2))?;
        if self.open.is_none() {
            let folder = self.app.config.data_dir.clone();
            let made = tokio::task::spawn_blocking(move || {
                let file = tempfile::tempfile_in(folder)?;
                Ok((file.try_clone()?, file))
            });
            let (writer, reader) = made
                .await
                .map_err(Error::internal)?
                .map_err(Error::writing)?;
            self.open = Some(Open {
                writer: File::from_std(writer),
                reader: Arc::new(Mutex::new(reader)),
            });
        }
        if let Some(open) = &mut self.open {
            // Both handles have one position, and an earlier photo may have been read.
            let end = SeekFrom::Start(self.end);
            open.writer.seek(end).await.map_err(Error::writing)?;
        }
        Ok(self.end)
    }

    /// Writes on.
    ///
    /// # Errors
    /// The disk can't be written to, or hasn't room for photos any more.
    pub async fn write(&mut self, bytes: &[u8]) -> Result<()> {
        if self.end - self.had_room >= STEP {
            self.app.check_room(0)?;
            self.had_room = self.end;
        }
        if let Some(open) = &mut self.open {
            open.writer.write_all(bytes).await.map_err(Error::writing)?;
            self.end += bytes.len() as u64;
        }
        Ok(())
    }

    /// The photo that was begun at `start`, now that it is complete.
    ///
    /// # Errors
    /// The disk can't be written to, or hasn't room for the copy that it is cleaned into.
    pub async fn finish(&mut self, start: u64) -> Result<Option<Spilled>> {
        let Some(open) = &mut self.open else {
            return Ok(None);
        };
        // The last piece may be on its way still; where it fails, nothing else would say so.
        open.writer.flush().await.map_err(Error::writing)?;
        let bytes = self.end - start;
        self.app.check_room(bytes)?;
        Ok(Some(Spilled::new(open.reader.clone(), start, bytes)))
    }
}
