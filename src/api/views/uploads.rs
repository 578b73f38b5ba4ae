//! Uploads: files that are sent before their share.

use schemars::JsonSchema;
use serde::Serialize;

use super::scalars::{Id, Moment, TakenAt};
use crate::domain::media_kind::MediaKind;
use crate::domain::uploads;

/// An upload that no share has taken yet.
#[derive(Serialize, JsonSchema)]
pub struct Upload {
    id: Id,
    /// Its kind; null until it is complete.
    kind: Option<UploadKind>,
    /// The size in bytes: once it is complete, of the cleaned file, and until then the declared one.
    #[schemars(extend("example" = 3000000))]
    bytes: u64,
    /// The declared size in bytes.
    #[schemars(extend("example" = 3000000))]
    length: u64,
    /// How many bytes have arrived.
    #[schemars(extend("example" = 3000000))]
    offset: u64,
    #[schemars(range(min = 1), extend("example" = 400))]
    width: Option<u32>,
    #[schemars(range(min = 1), extend("example" = 400))]
    height: Option<u32>,
    #[schemars(extend("example" = false))]
    animated: Option<bool>,
    taken_at: Option<TakenAt>,
    /// The duration of a video, if it states one.
    #[schemars(extend("example" = 2.5))]
    duration_seconds: Option<f64>,
    /// What was in the file besides and isn't kept, where its owner should know. There may be more some day.
    dropped: Option<Dropped>,
    /// When it is deleted, unless more bytes arrive or a share takes it.
    expires_at: Moment,
}

/// The kind of an upload.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
enum UploadKind {
    Photo,
    Video,
}

/// What of a file isn't kept.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
enum Dropped {
    /// The film of a motion photo.
    MotionPhotoFilm,
}

impl Upload {
    /// As its owner sees it.
    pub fn new(upload: &uploads::Upload) -> Self {
        let medium = upload.medium.as_ref();
        Self {
            id: upload.id.into(),
            kind: medium.map(|medium| match medium.kind {
                MediaKind::Photo(_) => UploadKind::Photo,
                MediaKind::Video(_) => UploadKind::Video,
            }),
            bytes: medium.map_or(upload.length, |medium| medium.bytes),
            length: upload.length,
            offset: upload.received,
            width: medium.map(|medium| medium.width),
            height: medium.map(|medium| medium.height),
            animated: medium.map(|medium| medium.animated),
            taken_at: medium.and_then(|medium| medium.taken_at).map(Into::into),
            duration_seconds: medium
                .and_then(|medium| medium.duration)
                .map(|duration| duration.as_secs_f64()),
            dropped: medium
                .filter(|medium| medium.film_dropped)
                .map(|_| Dropped::MotionPhotoFilm),
            expires_at: upload.expires_at.into(),
        }
    }
}
