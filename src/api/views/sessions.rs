//! The sessions of a user.

use schemars::JsonSchema;
use serde::Serialize;

use super::scalars::{Id, Moment};
use crate::domain::sessions::SessionInfo;

/// One of the user's own sessions.
#[derive(Serialize, JsonSchema)]
pub struct Session {
    id: Id,
    created_at: Moment,
    /// When it was last used, accurate to an hour.
    last_used_at: Moment,
    /// The `User-Agent` of the browser or app.
    #[schemars(extend("example" = "Mozilla/5.0 (Android 16; Mobile)"))]
    device: Option<String>,
    /// Whether this request belongs to it.
    #[schemars(extend("example" = true))]
    is_current: bool,
}

impl From<SessionInfo> for Session {
    fn from(session: SessionInfo) -> Self {
        Self {
            id: session.id.into(),
            created_at: session.created_at.into(),
            last_used_at: session.last_used_at.into(),
            device: session.device,
            is_current: session.is_current,
        }
    }
}
