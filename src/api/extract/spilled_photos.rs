//! Where the larger photos of a form are kept while it arrives: one after another in one file without a name, which ends with
//! its handles, also in a crash.

use std::fs::File as StdFile;
use std::io::SeekFrom;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use tokio::fs::File;
use tokio::io::{AsyncSeekExt, AsyncWriteExt};

use crate::error::{Error, Result};
use crate::uploads::ingest::Spilled;

/// The file of a form. Made for the first photo that needs it.
pub struct SpillFile {
    folder: PathBuf,
    open: Option<Open>,
    end: u64,
}

struct Open {
    writer: File,
    reader: Arc<Mutex<StdFile>>,
}

impl SpillFile {
    /// For a form, on the disk of this folder.
    pub fn in_folder(folder: PathBuf) -> Self {
        Self {
            folder,
            open: None,
            end: 0,
        }
    }

    /// Begins a photo, and returns where it begins.
    ///
    /// # Errors
    /// The file can't be made.
    pub async fn begin(&mut self) -> Result<u64> {
        if self.open.is_none() {
            let folder = self.folder.clone();
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
    /// The disk can't be written to.
    pub async fn write(&mut self, bytes: &[u8]) -> Result<()> {
        if let Some(open) = &mut self.open {
            open.writer.write_all(bytes).await.map_err(Error::writing)?;
            self.end += bytes.len() as u64;
        }
        Ok(())
    }

    /// The photo that was begun at `start`, now that it is complete.
    ///
    /// # Errors
    /// The disk can't be written to.
    pub async fn finish(&mut self, start: u64) -> Result<Option<Spilled>> {
        let Some(open) = &mut self.open else {
            return Ok(None);
        };
        // The last piece may be on its way still; where it fails, nothing else would say so.
        open.writer.flush().await.map_err(Error::writing)?;
        Ok(Some(Spilled::new(
            open.reader.clone(),
            start,
            self.end - start,
        )))
    }
}
