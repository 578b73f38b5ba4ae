//! Members of spaces.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::urls::Urls;
use super::users::User;
use crate::api::views::payload::{Field, Payload, any, text};
use crate::domain::members::Membership;
use crate::error::FieldName;

/// A member of a space.
#[derive(Serialize, JsonSchema)]
pub struct Member {
    user: User,
    /// Whether they are an admin of the space.
    #[schemars(extend("example" = true))]
    is_admin: bool,
}

impl Member {
    /// With a URL for the client.
    pub fn new(member: Membership, urls: &Urls) -> Self {
        Self {
            user: User::new(member.user, urls),
            is_admin: member.is_admin,
        }
    }
}

/// Adds a member.
#[derive(Deserialize, JsonSchema)]
pub struct Add {
    #[schemars(extend("example" = "bob"))]
    pub login: String,
}

impl Payload for Add {
    const FIELDS: &'static [Field] = &[text("login", FieldName::Login)];
}

/// Changes the role of a member.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct SetAdmin {
    // What isn't a boolean is refused only after it is known that there is such a member.
    #[schemars(with = "bool", extend("example" = true))]
    pub is_admin: Value,
}

impl Payload for SetAdmin {
    const FIELDS: &'static [Field] = &[any("is-admin", FieldName::IsAdmin)];
}
