//! A space, as its members open it.

use schemars::JsonSchema;
use serde::Serialize;

use super::scalars::Id;
use super::shares::ShareInList;
use super::urls::Urls;
use crate::domain::shares::Share;
use crate::domain::spaces::SpaceDetail;

/// A space as its members see it.
#[derive(Serialize, JsonSchema)]
pub struct SpaceOfMember {
    id: Id,
    #[schemars(extend("example" = "Family"))]
    name: String,
    /// Whether the current user is an admin there.
    #[schemars(extend("example" = true))]
    is_admin: bool,
    #[schemars(range(min = 0), extend("example" = 5))]
    member_count: i64,
    /// The shares that its admins keep at its top, the last pinned first.
    pinned: Vec<ShareInList>,
}

impl SpaceOfMember {
    /// With URLs for the client.
    pub fn new(detail: SpaceDetail, pinned: Vec<Share>, urls: &Urls) -> Self {
        let pinned = pinned.into_iter();
        Self {
            pinned: pinned.map(|share| ShareInList::new(share, urls)).collect(),
            id: detail.space.id.into(),
            name: detail.space.name,
            is_admin: detail.is_admin,
            member_count: detail.member_count,
        }
    }
}
