//! Accounts: registering, signing in, passwords.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::settings::FromSettings;
use crate::api::views::payload::{Field, Payload, optional_text, text};
use crate::error::FieldName;

/// Creates an account.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Register {
    #[schemars(extend("x-from-settings" = FromSettings::Login, "example" = "ann"))]
    pub login: String,
    #[schemars(extend("x-from-settings" = FromSettings::Password, "example" = "correct horse"))]
    pub password: String,
    #[schemars(extend("x-from-settings" = FromSettings::Password, "example" = "correct horse"))]
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
#[derive(Deserialize, JsonSchema)]
pub struct Credentials {
    #[schemars(extend("example" = "ann"))]
    pub login: String,
    #[schemars(extend("example" = "correct horse"))]
    pub password: String,
}

impl Payload for Credentials {
    const FIELDS: &'static [Field] = &[
        text("login", FieldName::Login),
        text("password", FieldName::Password),
    ];
}

/// The response to signing in.
#[derive(Serialize, JsonSchema)]
pub struct AccessToken {
    #[schemars(extend("example" = "dGhpcyBpcyBhbiBleGFtcGxl"))]
    pub access_token: String,
}

/// Changes the password of the current user.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct ChangePassword {
    #[schemars(extend("example" = "correct horse"))]
    pub old_password: String,
    #[schemars(extend("x-from-settings" = FromSettings::Password, "example" = "better horse"))]
    pub new_password: String,
    #[schemars(extend("x-from-settings" = FromSettings::Password, "example" = "better horse"))]
    pub confirm_password: String,
}

impl Payload for ChangePassword {
    const FIELDS: &'static [Field] = &[
        text("old-password", FieldName::OldPassword),
        text("new-password", FieldName::NewPassword),
        text("confirm-password", FieldName::ConfirmPassword),
    ];
}

/// Sets a new password by a reset link.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Reset {
    #[schemars(extend("example" = "dGhpcyBpcyBhbiBleGFtcGxl"))]
    pub token: String,
    #[schemars(extend("x-from-settings" = FromSettings::Password, "example" = "better horse"))]
    pub new_password: String,
    #[schemars(extend("x-from-settings" = FromSettings::Password, "example" = "better horse"))]
    pub confirm_password: String,
}

impl Payload for Reset {
    const FIELDS: &'static [Field] = &[
        text("token", FieldName::Token),
        text("new-password", FieldName::NewPassword),
        text("confirm-password", FieldName::ConfirmPassword),
    ];
}
