//! Feeds of spaces: what their members manage, in JSON.

use schemars::JsonSchema;
use serde::Serialize;

use super::scalars::{Id, Moment};
use crate::domain::feeds;

/// A feed of a space, for one member.
#[derive(Serialize, JsonSchema)]
pub struct Feed {
    id: Id,
    created_at: Moment,
}

impl From<feeds::Feed> for Feed {
    fn from(feed: feeds::Feed) -> Self {
        Self {
            id: feed.id.into(),
            created_at: feed.created_at.into(),
        }
    }
}

/// A feed with its address, which is returned only once.
#[derive(Serialize, JsonSchema)]
pub struct FeedWithAddress {
    #[serde(flatten)]
    pub feed: Feed,
    #[schemars(extend("format" = "uri", "example" = "http://localhost:8000/feeds/dGhpcyBpcyBhbiBleGFtcGxl"))]
    pub url: String,
}
