//! Where somebody is signed in.

use serde::Serialize;

use super::scalars::{Id, Moment};
use crate::domain::sessions::SessionInfo;

/// A session of somebody's own.
#[derive(Serialize)]
pub struct Session {
    id: Id,
    created_at: Moment,
    /// As it was last written down, which is at most an hour late.
    last_used_at: Moment,
    /// What the browser or app says of itself.
    device: Option<String>,
    /// Whether it is the one of this request.
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
