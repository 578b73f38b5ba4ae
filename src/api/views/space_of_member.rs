//! A space, as its members open it.

use schemars::JsonSchema;
use serde::Serialize;

use super::scalars::Id;
use super::shares::ShareInList;
use super::storage::Storage;
use super::urls::{AvatarUrl, Urls};
use crate::domain::shares::Share;
use crate::domain::spaces::SpaceDetail;
use crate::domain::usage::Usage;

/// A space as its members see it.
#[derive(Serialize, JsonSchema)]
pub struct SpaceOfMember {
    id: Id,
    #[schemars(extend("example" = "Family"))]
    name: String,
    /// Its picture, a square JPEG of at most 400 by 400 pixels. Absent if it has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    avatar_url: Option<AvatarUrl>,
    /// Whether the current user is an admin there.
    #[schemars(extend("example" = true))]
    is_admin: bool,
    #[schemars(range(min = 0), extend("example" = 5))]
    member_count: i64,
    /// The shares that its admins keep at its top, the last pinned first.
    pinned: Vec<ShareInList>,
    /// What is shared in it.
    storage: Storage,
}

impl SpaceOfMember {
    /// With URLs for the client.
    pub fn new(detail: SpaceDetail, pinned: Vec<Share>, usage: Usage, urls: &Urls) -> Self {
        let (pinned, avatar) = (pinned.into_iter(), detail.space.avatar);
        Self {
            pinned: pinned.map(|share| ShareInList::new(share, urls)).collect(),
            id: detail.space.id.into(),
            name: detail.space.name,
            avatar_url: avatar.map(|avatar| urls.avatar(&avatar)),
            is_admin: detail.is_admin,
            member_count: detail.member_count,
            storage: usage.into(),
        }
    }
}
