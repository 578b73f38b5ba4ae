//! Photos and films that come to a share, and what is said of those that it has.

use std::time::Duration;

use crate::config::Limits;
use crate::domain::ids::PhotoId;
use crate::domain::photo_name::PhotoName;
use crate::domain::taken_at::TakenAt;
use crate::domain::text::Caption;
use crate::error::Result;

/// A photo whose bytes are in the staging store.
#[derive(Clone, Debug)]
pub struct NewPhoto {
    pub id: PhotoId,
    pub name: PhotoName,
    /// In pixels, as shown, after the orientation is applied.
    pub width: u32,
    pub height: u32,
    /// Whether the picture moves.
    pub animated: bool,
    /// How long a film plays, if it says.
    pub duration: Option<Duration>,
    /// The picture that a film is shown by, if it came with one.
    pub poster: Option<NewPoster>,
    /// The size of the stored file.
    pub bytes: u64,
    /// The SHA-256 of the stored file.
    pub sha256: [u8; 32],
    /// The CRC-32 of the stored file.
    pub crc32: u32,
    /// Its caption.
    pub caption: Option<Caption>,
    /// When it was taken, if that is known and not hidden.
    pub taken_at: Option<TakenAt>,
}

/// The poster of a film, whose bytes are stored.
#[derive(Clone, Copy, Debug)]
pub struct NewPoster {
    pub bytes: u64,
    pub sha256: [u8; 32],
}

/// What is said of a photo that is there already; what isn't named stays.
#[derive(Clone, Debug, Default)]
pub struct Description {
    pub caption: Option<Option<Caption>>,
    pub taken_at: Option<Option<TakenAt>>,
}

impl Description {
    /// Checks the description of a photo; what is null or empty removes the previous value.
    ///
    /// # Errors
    /// The caption is too long; the date is invalid.
    pub fn parse(
        caption: Option<Option<&str>>,
        taken_at: Option<Option<&str>>,
        limits: &Limits,
    ) -> Result<Self> {
        let caption = caption.map(|text| Caption::parse(text.unwrap_or_default(), limits));
        let date = |text: Option<&str>| {
            let text = text.filter(|text| !text.is_empty());
            text.map(TakenAt::parse).transpose()
        };
        Ok(Self {
            caption: caption.transpose()?,
            taken_at: taken_at.map(date).transpose()?,
        })
    }
}
