//! The server itself.

use picture::Kind;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Serialize;

use super::settings::FromSettings;
use crate::config::{self, Config};

/// What a client can know before its user signs in.
#[derive(Serialize, JsonSchema)]
pub struct Server {
    registration: Registration,
    /// Whether there are no accounts yet.
    #[schemars(extend("example" = true))]
    needs_first_account: bool,
    /// Whether users can be sent mail, such as when they have forgotten their password.
    #[schemars(extend("example" = true))]
    sends_mail: bool,
    limits: Limits,
    /// Whether a photo can't be shared without a text.
    #[schemars(extend("example" = true))]
    photo_needs_text: bool,
    #[schemars(schema_with = "media_types")]
    photo_types: Vec<&'static str>,
    /// Empty if videos aren't accepted.
    #[schemars(schema_with = "media_types")]
    video_types: Vec<&'static str>,
}

impl Server {
    /// As these settings have it.
    pub fn new(config: &Config, needs_first_account: bool) -> Self {
        Self {
            registration: config.registration.into(),
            needs_first_account,
            sends_mail: config.sends_mail(),
            limits: (&config.limits).into(),
            photo_needs_text: config.compatibility.original_clients,
            photo_types: photo_types(config.photos.heic),
            video_types: video_types(config.limits.video_bytes),
        }
    }
}

/// What may be uploaded, which isn't always what is served.
fn photo_types(heic: bool) -> Vec<&'static str> {
    let kept = Kind::ALL.into_iter().map(Kind::media_type);
    let converted = heic.then_some(["image/heic", "image/heif"]);
    kept.chain(converted.into_iter().flatten()).collect()
}

/// What films may be uploaded as, by the names that clients have for them.
fn video_types(max_bytes: u64) -> Vec<&'static str> {
    match max_bytes {
        0 => Vec::new(),
        _ => vec!["video/mp4", "video/quicktime", "video/webm"],
    }
}

/// Not as many as there are today: there may be more some day.
fn media_types(_: &mut SchemaGenerator) -> Schema {
    json_schema!({"type": "array", "items": {"type": "string", "example": "image/jpeg"}})
}

/// Who can create an account.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
enum Registration {
    Open,
    Invite,
    Closed,
}

impl From<config::Registration> for Registration {
    fn from(registration: config::Registration) -> Self {
        match registration {
            config::Registration::Open => Self::Open,
            config::Registration::Invite => Self::Invite,
            config::Registration::Closed => Self::Closed,
        }
    }
}

/// Limits on what clients send. Lengths are in Unicode characters after NFC normalisation.
#[derive(Serialize, JsonSchema)]
#[schemars(inline, extend("x-from-settings" = FromSettings::Limits))]
pub struct Limits {
    #[schemars(range(min = 1))]
    login_min: usize,
    #[schemars(range(min = 1))]
    login_max: usize,
    #[schemars(range(min = 1))]
    password_min: usize,
    #[schemars(range(min = 1))]
    password_max: usize,
    #[schemars(range(min = 1))]
    space_name_min: usize,
    #[schemars(range(min = 1))]
    space_name_max: usize,
    #[schemars(range(min = 1))]
    user_name_max: usize,
    #[schemars(range(min = 1))]
    text_min: usize,
    #[schemars(range(min = 1))]
    text_max: usize,
    /// The largest photo, in bytes as uploaded.
    #[schemars(range(min = 1))]
    photo_bytes: u64,
    /// The largest photo, in pixels (width times height).
    #[schemars(range(min = 1))]
    photo_pixels: u64,
    /// The largest JPEG that isn't progressive, in pixels: at least as many as for other photos.
    #[schemars(range(min = 1))]
    jpeg_pixels: u64,
    /// The largest video, in bytes as uploaded; 0 if videos aren't accepted.
    video_bytes: u64,
    /// The most photos and videos of a share.
    #[schemars(range(min = 1))]
    media_per_share: usize,
    #[schemars(range(min = 1))]
    caption_max: usize,
    #[schemars(range(min = 1))]
    comment_max: usize,
    /// The most uploads of one user that no share has taken yet.
    #[schemars(range(min = 1))]
    waiting_uploads: usize,
    /// The most bytes of these in total.
    #[schemars(range(min = 1))]
    waiting_bytes: u64,
}

impl From<&config::Limits> for Limits {
    fn from(limits: &config::Limits) -> Self {
        // Each by its name, so that none is forgotten.
        let config::Limits {
            login_min,
            login_max,
            password_min,
            password_max,
            space_name_min,
            space_name_max,
            user_name_max,
            text_min,
            text_max,
            photo_bytes,
            photo_pixels,
            jpeg_pixels: _,
            video_bytes,
            media_per_share,
            caption_max,
            comment_max,
            waiting_uploads,
            waiting_bytes,
        } = *limits;
        Self {
            login_min,
            login_max,
            password_min,
            password_max,
            space_name_min,
            space_name_max,
            user_name_max,
            text_min,
            text_max,
            photo_bytes,
            photo_pixels,
            jpeg_pixels: limits.max_pixels().sequential_jpeg,
            video_bytes,
            media_per_share,
            caption_max,
            comment_max,
            waiting_uploads,
            waiting_bytes,
        }
    }
}
