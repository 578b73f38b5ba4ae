//! Links by which somebody gets in.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::scalars::{Id, Moment};
use super::spaces::Space;
use super::users::User;
use crate::api::extract::json::{Field, Payload, optional, optional_text, text};
use crate::domain::invitations::{self, InvitationPreview};
use crate::error::FieldName;

/// What somebody becomes who comes by a link.
#[derive(Serialize)]
#[serde(rename_all = "lowercase")]
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
#[derive(Serialize)]
pub struct Invitation {
    id: Id,
    role: Role,
    uses_left: u16,
    /// Whether its link lets in: it doesn't once its maker is no admin there.
    is_valid: bool,
    /// Who made it; null, if it was made on the command line.
    created_by: Option<User>,
    created_at: Moment,
    expires_at: Moment,
}

impl From<invitations::Invitation> for Invitation {
    fn from(invitation: invitations::Invitation) -> Self {
        Self {
            id: invitation.id.into(),
            role: invitation.role.into(),
            uses_left: invitation.uses_left,
            is_valid: invitation.is_valid,
            created_by: invitation.created_by.map(Into::into),
            created_at: invitation.created_at.into(),
            expires_at: invitation.expires_at.into(),
        }
    }
}

/// An invitation with its link, which is told only once.
#[derive(Serialize)]
pub struct InvitationWithLink {
    #[serde(flatten)]
    pub invitation: Invitation,
    pub url: String,
    /// The link as a QR code, an SVG image.
    pub qr: String,
}

/// An invitation, as an operator sees it: on the command line alone. The API tells the space by the path.
#[derive(Serialize)]
pub struct OperatorsInvitation {
    #[serde(flatten)]
    invitation: Invitation,
    space_id: Option<Id>,
}

impl From<invitations::Invitation> for OperatorsInvitation {
    fn from(invitation: invitations::Invitation) -> Self {
        Self {
            space_id: invitation.space.map(Into::into),
            invitation: invitation.into(),
        }
    }
}

/// An invitation, as whoever holds its link sees it.
#[derive(Serialize)]
pub struct Offer {
    space: Option<Space>,
    role: Role,
    /// The login of who made it.
    invited_by: Option<String>,
    expires_at: Moment,
}

impl From<InvitationPreview> for Offer {
    fn from(preview: InvitationPreview) -> Self {
        Self {
            space: preview.space.map(Into::into),
            role: preview.role.into(),
            invited_by: preview.invited_by,
            expires_at: preview.expires_at.into(),
        }
    }
}

/// Makes a link.
#[derive(Deserialize)]
pub struct NewInvitation {
    pub role: Option<String>,
    pub uses: Option<Value>,
    pub days: Option<Value>,
}

impl Payload for NewInvitation {
    const FIELDS: &'static [Field] = &[
        optional_text("role", FieldName::Role),
        optional("uses", FieldName::Uses),
        optional("days", FieldName::Days),
    ];
}

/// What somebody has who was sent a link.
#[derive(Deserialize)]
pub struct Held {
    pub token: String,
}

impl Payload for Held {
    const FIELDS: &'static [Field] = &[text("token", FieldName::Token)];
}
