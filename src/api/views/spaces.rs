//! Spaces.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::scalars::{Id, Moment};
use super::settings::FromSettings;
use super::users::User;
use crate::api::views::payload::{Field, Payload, text};
use crate::domain::spaces::{self, Overview};
use crate::error::FieldName;

/// A space.
#[derive(Serialize, JsonSchema)]
pub struct Space {
    id: Id,
    #[schemars(extend("example" = "Family"))]
    name: String,
}

impl From<spaces::Space> for Space {
    fn from(space: spaces::Space) -> Self {
        Self {
            id: space.id.into(),
            name: space.name,
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
}

impl From<spaces::SpaceSummary> for SpaceSummary {
    fn from(summary: spaces::SpaceSummary) -> Self {
        Self {
            space: summary.space.into(),
            is_admin: summary.is_admin,
            member_count: summary.member_count,
            latest_share: summary.latest_share.map(Into::into),
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

impl From<spaces::LatestShare> for LatestShare {
    fn from(share: spaces::LatestShare) -> Self {
        Self {
            id: share.id.into(),
            user: share.user.into(),
            text: share.text,
            timestamp: share.created_at.into(),
            has_photo: share.has_photo,
        }
    }
}

/// A space as the command line shows it.
#[derive(Serialize)]
pub struct OperatorsSpace {
    id: Id,
    name: String,
    members: i64,
    shares: i64,
}

impl From<Overview> for OperatorsSpace {
    fn from(space: Overview) -> Self {
        Self {
            id: space.id.into(),
            name: space.name,
            members: space.members,
            shares: space.shares,
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
