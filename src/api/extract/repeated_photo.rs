//! A form with a photo more than once: clients of the original send one twice. Another photo would be dropped without a
//! word, because a share has one, so that it is refused.

use std::io::{self, SeekFrom};

use tokio::fs::File;
use tokio::io::{AsyncReadExt, AsyncSeekExt};

use crate::error::{Error, Invalid, Result};
use crate::uploads::ingest::{Received, Upload};

/// Compares what arrives with a photo that was taken before, while it arrives.
pub enum RepeatedPhoto<'a> {
    InMemory(&'a [u8]),
    OnDisk(File),
    /// The photo was too large to be kept, which is refused by itself.
    Unknown,
}

impl<'a> RepeatedPhoto<'a> {
    /// # Errors
    /// The photo can't be read back.
    pub async fn of(photo: &'a Upload) -> Result<Self> {
        Ok(match &photo.file {
            None => Self::Unknown,
            Some(Received::InMemory(bytes)) => Self::InMemory(bytes),
            Some(Received::OnDisk(file)) => {
                let mut file = File::from_std(file.try_clone().map_err(Error::internal)?);
                file.seek(SeekFrom::Start(0))
                    .await
                    .map_err(Error::internal)?;
                Self::OnDisk(file)
            }
        })
    }

    /// Compares the next bytes.
    ///
    /// # Errors
    /// [`Invalid::SeveralPhotos`] if they are others.
    pub async fn compare(&mut self, bytes: &[u8]) -> Result<()> {
        let is_same = match self {
            Self::Unknown => true,
            Self::InMemory(rest) => match rest.split_at_checked(bytes.len()) {
                Some((same, behind)) if same == bytes => {
                    *rest = behind;
                    true
                }
                _ => false,
            },
            Self::OnDisk(file) => {
                let mut same = vec![0; bytes.len()];
                match file.read_exact(&mut same).await {
                    Ok(_) => same == bytes,
                    Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => false,
                    Err(error) => return Err(Error::internal(error)),
                }
            }
        };
        if is_same {
            Ok(())
        } else {
            Err(Invalid::SeveralPhotos.into())
        }
    }

    /// Checks that nothing of the photo is left.
    ///
    /// # Errors
    /// As [`Self::compare`].
    pub async fn end(self) -> Result<()> {
        let is_over = match self {
            Self::Unknown => true,
            Self::InMemory(rest) => rest.is_empty(),
            Self::OnDisk(mut file) => file.read(&mut [0]).await.map_err(Error::internal)? == 0,
        };
        if is_over {
            Ok(())
        } else {
            Err(Invalid::SeveralPhotos.into())
        }
    }
}
