//! The server itself.

use picture::Kind;
use serde::Serialize;

use crate::config::{self, Config};

/// What a client should know before anybody signs in.
#[derive(Serialize)]
pub struct Server {
    registration: Registration,
    /// Whether nobody has an account yet.
    needs_first_account: bool,
    limits: Limits,
    /// Whether a photo can't be shared without a text.
    photo_needs_text: bool,
    photo_types: [&'static str; Kind::ALL.len()],
}

impl Server {
    /// As these settings have it.
    pub fn new(config: &Config, needs_first_account: bool) -> Self {
        Self {
            registration: config.registration.into(),
            needs_first_account,
            limits: (&config.limits).into(),
            photo_needs_text: config.compatibility.original_clients,
            photo_types: Kind::ALL.map(Kind::media_type),
        }
    }
}

/// Who may make an account.
#[derive(Serialize)]
#[serde(rename_all = "lowercase")]
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

/// The bounds of what people send. Lengths are in Unicode characters after NFC normalisation.
#[derive(Serialize)]
pub struct Limits {
    login_min: usize,
    login_max: usize,
    password_min: usize,
    password_max: usize,
    space_name_min: usize,
    space_name_max: usize,
    text_min: usize,
    text_max: usize,
    /// The largest photo, in bytes as uploaded.
    photo_bytes: u64,
    /// The largest photo, in pixels (width times height).
    photo_pixels: u64,
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
            text_min,
            text_max,
            photo_bytes,
            photo_pixels,
        } = *limits;
        Self {
            login_min,
            login_max,
            password_min,
            password_max,
            space_name_min,
            space_name_max,
            text_min,
            text_max,
            photo_bytes,
            photo_pixels,
        }
    }
}
