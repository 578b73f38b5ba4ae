//! Spaces.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::scalars::{Id, Moment};
use super::settings::FromSettings;
use super::urls::{AvatarUrl, Urls};
use super::users::User;
use crate::api::views::payload::{Field, Payload, any, text};
use crate::domain::read_marks::MAX_UNREAD;
use crate::domain::spaces;
use crate::error::FieldName;

/// A space.
#[derive(Serialize, JsonSchema)]
pub struct Space {
    id: Id,
    #[schemars(extend("example" = "Family"))]
    name: String,
    /// Its picture, a square JPEG of at most 400 by 400 pixels. Absent if it has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    avatar_url: Option<AvatarUrl>,
}

impl Space {
    /// With a URL for the client.
    pub fn new(space: spaces::Space, urls: &Urls) -> Self {
        Self {
            id: space.id.into(),
            name: space.name,
            avatar_url: space.avatar.map(|avatar| urls.avatar(&avatar)),
        }
    }
}

/// A space in the list of the current user.
#[derive(Serialize, JsonSchema)]
pub struct SpaceSummary {
    space: Space,
    /// Whether the current user is an admin there.
    #[schemars(extend("example" = true))]
    is_admin: bool,
    #[schemars(range(min = 0), extend("example" = 5))]
    member_count: i64,
    latest_share: Option<LatestShare>,
    /// How many shares and comments of others are new to the current user; 100 means that many or more.
    #[schemars(range(min = 0, max = MAX_UNREAD), extend("example" = 3))]
    unread: i64,
    /// When somebody shared or commented last; before that, when the space was created.
    last_activity_at: Moment,
    /// The newest share that the current user has read: later ones of others are new to them.
    last_read_share_id: Option<Id>,
}

impl SpaceSummary {
    /// With URLs for the client.
    pub fn new(summary: spaces::SpaceSummary, urls: &Urls) -> Self {
        let latest = summary.latest_share;
        Self {
            space: Space::new(summary.space, urls),
            is_admin: summary.is_admin,
            member_count: summary.member_count,
            latest_share: latest.map(|share| LatestShare::new(share, urls)),
            unread: summary.unread,
            last_activity_at: summary.last_activity_at.into(),
            last_read_share_id: summary.last_read_share.map(Into::into),
        }
    }
}

/// The newest share of a space.
#[derive(Serialize, JsonSchema)]
pub struct LatestShare {
    id: Id,
    user: User,
    #[schemars(extend("example" = "Nice weather"))]
    text: String,
    timestamp: Moment,
    #[schemars(extend("example" = true))]
    has_photo: bool,
}

impl LatestShare {
    fn new(share: spaces::LatestShare, urls: &Urls) -> Self {
        Self {
            id: share.id.into(),
            user: User::new(share.user, urls),
            text: share.text,
            timestamp: share.created_at.into(),
            has_photo: share.has_photo,
        }
    }
}

/// Creates a space.
#[derive(Deserialize, JsonSchema)]
pub struct NewSpace {
    #[schemars(extend("x-from-settings" = FromSettings::SpaceName, "example" = "Family"))]
    pub name: String,
}

impl Payload for NewSpace {
    const FIELDS: &'static [Field] = &[text("name", FieldName::Name)];
}

/// Renames a space.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Rename {
    #[schemars(extend("x-from-settings" = FromSettings::SpaceName, "example" = "Our family"))]
    pub new_name: String,
}

impl Payload for Rename {
    const FIELDS: &'static [Field] = &[text("new-name", FieldName::NewName)];
}

/// Says what the current user has read of a space.
#[derive(Deserialize, JsonSchema)]
pub struct ReadSpace {
    /// The newest share that they have seen, or one that they have opened.
    #[schemars(with = "Id", extend("example" = 34))]
    pub share_id: Value,
}

impl Payload for ReadSpace {
    const FIELDS: &'static [Field] = &[any("share_id", FieldName::ShareId)];
}
