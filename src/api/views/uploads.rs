//! What people send before the share that it is for.

use schemars::JsonSchema;
use serde::Serialize;

use super::scalars::{Id, Moment, TakenAt};
use crate::domain::media_kind::MediaKind;
use crate::domain::uploads;

/// An upload that no share has taken yet.
#[derive(Serialize, JsonSchema)]
pub struct Upload {
    id: Id,
    /// What it is; null as long as not all of it has come.
    kind: Option<UploadKind>,
    /// The bytes of what it has become, or else those that there are to come.
    #[schemars(extend("example" = 3000000))]
    bytes: u64,
    /// The bytes that its maker has said.
    #[schemars(extend("example" = 3000000))]
    length: u64,
    /// How many of them have come.
    #[schemars(extend("example" = 3000000))]
    offset: u64,
    #[schemars(range(min = 1), extend("example" = 400))]
    width: Option<u32>,
    #[schemars(range(min = 1), extend("example" = 400))]
    height: Option<u32>,
    #[schemars(extend("example" = false))]
    animated: Option<bool>,
    taken_at: Option<TakenAt>,
    /// How long a video is played, as far as it says.
    #[schemars(extend("example" = 2.5))]
    duration_seconds: Option<f64>,
    /// When it goes, unless more comes or a share takes it.
    expires_at: Moment,
}

/// What an upload is.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
enum UploadKind {
    Photo,
    Video,
}

impl Upload {
    /// As its maker sees it.
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
            expires_at: upload.expires_at.into(),
        }
    }
}
