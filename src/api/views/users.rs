//! People with an account.

use schemars::JsonSchema;
use serde::Serialize;

use super::scalars::Id;
use crate::domain::users;

/// A user as others see them.
#[derive(Serialize, JsonSchema)]
pub struct User {
    id: Id,
    #[schemars(extend("example" = "ann"))]
    login: String,
}

impl From<users::User> for User {
    fn from(user: users::User) -> Self {
        Self {
            id: user.id.into(),
            login: user.login,
        }
    }
}
