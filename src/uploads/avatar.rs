//! From an upload to the picture of a user or a space: cleaned as any photo, and its middle made a small square.

use picture::Reason;
use picture::previews::SquareWork;

use crate::error::{Error, FieldName, Invalid, RejectedPhoto, Result};
use crate::process::allocator::trim;
use crate::uploads::ingest::PhotoIngest;
use crate::uploads::received::{Upload, UploadKind};

impl PhotoIngest {
    /// The square JPEG that shows a user or a space. One is made at a time, because each may take as much memory as previews may.
    ///
    /// # Errors
    /// It is no photo of the types that are taken; too many bytes or pixels; damaged.
    pub async fn make_avatar(&self, upload: Upload) -> Result<Vec<u8>> {
        if upload.bytes == 0 {
            let field = FieldName::Photo;
            return Err(Invalid::NotProvided { field }.into());
        }
        if upload.kind == UploadKind::Video {
            return Err(self.not_a_photo());
        }
        let clean = self.clean_photo(upload, None).await;
        let clean = clean.map_err(|error| match error {
            Error::RejectedPhoto(RejectedPhoto::Type { .. }) => self.not_a_photo(),
            error => error,
        })?;
        let permit = self.avatar_permit.clone().acquire_owned().await;
        let permit = permit.map_err(Error::internal)?;
        let made = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            let made = SquareWork::new(clean.picture()).and_then(SquareWork::make);
            trim();
            made
        });
        let reason = match made.await {
            Ok(Ok(square)) => return Ok(square),
            Ok(Err(reason)) => reason.to_string(),
            Err(panic) => panic.to_string(),
        };
        tracing::info!(%reason, "could not make an avatar of a photo; it was refused");
        Err(RejectedPhoto::Damaged {
            reason: Reason::Undecodable,
        }
        .into())
    }

    /// The refusal of what is no photo.
    pub fn not_a_photo(&self) -> Error {
        RejectedPhoto::of_type(self.converter.is_on(), false).into()
    }
}
