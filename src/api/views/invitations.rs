//! Invitation links.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::operation::OperatorsPerson;
use super::scalars::{Id, Moment};
use super::spaces::Space;
use super::urls::Urls;
use super::users::User;
use crate::api::views::payload::{Field, Payload, optional, optional_text, text};
use crate::domain::invitations::{self, InvitationOptions};
use crate::error::FieldName;

/// The role of those who join by a link.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
enum Role {
    Member,
    Admin,
}

impl From<invitations::Role> for Role {
    fn from(role: invitations::Role) -> Self {
        match role {
            invitations::Role::Member => Self::Member,
            invitations::Role::Admin => Self::Admin,
        }
    }
}

/// An invitation, as the admins of its space see it.
#[derive(Serialize, JsonSchema)]
pub struct Invitation {
    id: Id,
    role: Role,
    #[schemars(extend("example" = 1))]
    uses_left: u16,
    /// Whether its link still works: it doesn't once its creator is no longer an admin there, nor while their account is disabled.
    is_valid: bool,
    /// Its creator; null if it was created on the command line.
    created_by: Option<User>,
    created_at: Moment,
    expires_at: Moment,
}

impl Invitation {
    /// With URLs for the client.
    pub fn new(invitation: invitations::Invitation, urls: &Urls) -> Self {
        let maker = invitation.created_by;
        Self {
            id: invitation.id.into(),
            role: invitation.role.into(),
            uses_left: invitation.uses_left,
            is_valid: invitation.is_valid,
            created_by: maker.map(|user| User::new(user, urls)),
            created_at: invitation.created_at.into(),
            expires_at: invitation.expires_at.into(),
        }
    }
}

/// An invitation with its link, which is returned only once.
#[derive(Serialize, JsonSchema)]
pub struct InvitationWithLink {
    #[serde(flatten)]
    pub invitation: Invitation,
    #[schemars(extend("format" = "uri", "example" = "http://localhost:8000/app/invitation#dGhpcyBpcyBhbiBleGFtcGxl"))]
    pub url: String,
    /// The link as a QR code, an SVG image.
    #[schemars(extend("example" = "<svg/>"))]
    pub qr: String,
}

/// An invitation as the command line shows it. In the API, the path names the space.
#[derive(Serialize)]
pub struct OperatorsInvitation {
    id: Id,
    role: Role,
    uses_left: u16,
    is_valid: bool,
    created_by: Option<OperatorsPerson>,
    created_at: Moment,
    expires_at: Moment,
    space_id: Option<Id>,
}

impl From<invitations::Invitation> for OperatorsInvitation {
    fn from(invitation: invitations::Invitation) -> Self {
        Self {
            id: invitation.id.into(),
            role: invitation.role.into(),
            uses_left: invitation.uses_left,
            is_valid: invitation.is_valid,
            created_by: invitation.created_by.map(Into::into),
            created_at: invitation.created_at.into(),
            expires_at: invitation.expires_at.into(),
            space_id: invitation.space.map(Into::into),
        }
    }
}

/// What the link of an invitation offers.
#[derive(Serialize, JsonSchema)]
pub struct InvitationPreview {
    space: Option<Space>,
    role: Role,
    /// The login of its creator.
    #[schemars(extend("example" = "ann"))]
    invited_by: Option<String>,
    expires_at: Moment,
}

impl InvitationPreview {
    /// With URLs for the client.
    pub fn new(preview: invitations::InvitationPreview, urls: &Urls) -> Self {
        Self {
            space: preview.space.map(|space| Space::new(space, urls)),
            role: preview.role.into(),
            invited_by: preview.invited_by,
            expires_at: preview.expires_at.into(),
        }
    }
}

/// Creates a link.
#[derive(Deserialize, JsonSchema)]
pub struct NewInvitation {
    #[schemars(with = "Option<Role>", extend("example" = "member"))]
    pub role: Option<String>,
    /// How many times it can be used; by default, once.
    #[schemars(with = "Option<u16>", range(min = 1, max = InvitationOptions::MAX_USES), extend("example" = 5))]
    pub uses: Option<Value>,
    /// For how many days it is valid; by default, a week.
    #[schemars(with = "Option<u16>", range(min = 1, max = InvitationOptions::MAX_DAYS), extend("example" = 7))]
    pub days: Option<Value>,
}

impl Payload for NewInvitation {
    const FIELDS: &'static [Field] = &[
        optional_text("role", FieldName::Role),
        optional("uses", FieldName::Uses),
        optional("days", FieldName::Days),
    ];
}

/// What the link of an invitation contains.
#[derive(Deserialize, JsonSchema)]
pub struct Held {
    #[schemars(extend("example" = "dGhpcyBpcyBhbiBleGFtcGxl"))]
    pub token: String,
}

impl Payload for Held {
    const FIELDS: &'static [Field] = &[text("token", FieldName::Token)];
}
