//! People with an account.

use schemars::JsonSchema;
use serde::Serialize;

use super::scalars::Id;
use super::urls::{AvatarUrl, Urls};
use crate::domain::users;

/// A user as others see them.
#[derive(Serialize, JsonSchema)]
pub struct User {
    id: Id,
    #[schemars(extend("example" = "ann"))]
    login: String,
    /// The name that people are shown: one that the user has chosen, or else the login.
    #[schemars(extend("example" = "Ann Miller"))]
    name: String,
    /// Their picture, a square JPEG of at most 400 by 400 pixels; null if they have none.
    avatar_url: Option<AvatarUrl>,
}

impl User {
    /// With a URL for the client.
    pub fn new(user: users::User, urls: &Urls) -> Self {
        Self {
            id: user.id.into(),
            login: user.login,
            name: user.name,
            avatar_url: user.avatar.map(|avatar| urls.avatar(&avatar)),
        }
    }

    /// Each of some users.
    pub fn all(users: Vec<users::User>, urls: &Urls) -> Vec<Self> {
        let users = users.into_iter();
        users.map(|user| Self::new(user, urls)).collect()
    }
}
