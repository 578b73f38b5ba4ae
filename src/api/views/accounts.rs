//! Accounts: registering, signing in, passwords.

use serde::{Deserialize, Serialize};

use crate::api::extract::json::{Field, Payload, optional_text, text};
use crate::error::FieldName;

/// Makes an account.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Register {
    pub login: String,
    pub password: String,
    pub confirm_password: String,
    /// The token of an invitation.
    pub invitation: Option<String>,
}

impl Payload for Register {
    const FIELDS: &'static [Field] = &[
        text("login", FieldName::Login),
        text("password", FieldName::Password),
        text("confirm-password", FieldName::ConfirmPassword),
        optional_text("invitation", FieldName::Invitation),
    ];
}

/// Signs in.
#[derive(Deserialize)]
pub struct Credentials {
    pub login: String,
    pub password: String,
}

impl Payload for Credentials {
    const FIELDS: &'static [Field] = &[
        text("login", FieldName::Login),
        text("password", FieldName::Password),
    ];
}

/// What signing in gives.
#[derive(Serialize)]
pub struct AccessToken {
    pub access_token: String,
}

/// Changes the password of somebody signed in.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct ChangePassword {
    pub old_password: String,
    pub new_password: String,
    pub confirm_password: String,
}

impl Payload for ChangePassword {
    const FIELDS: &'static [Field] = &[
        text("old-password", FieldName::OldPassword),
        text("new-password", FieldName::NewPassword),
        text("confirm-password", FieldName::ConfirmPassword),
    ];
}

/// Sets a password by a link.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Reset {
    pub token: String,
    pub new_password: String,
    pub confirm_password: String,
}

impl Payload for Reset {
    const FIELDS: &'static [Field] = &[
        text("token", FieldName::Token),
        text("new-password", FieldName::NewPassword),
        text("confirm-password", FieldName::ConfirmPassword),
    ];
}
