//! What requests say, under the names that sentences and programs have for it.

use serde::Serialize;
use strum::{IntoStaticStr, VariantArray};

/// A part of a request that can be refused. Its `Display` is what sentences call it.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, thiserror::Error, Serialize, IntoStaticStr, VariantArray,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum FieldName {
    #[error("Body")]
    Body,
    #[error("By")]
    By,
    #[error("Caption")]
    Caption,
    #[error("Confirm password")]
    ConfirmPassword,
    #[error("Days")]
    Days,
    #[error("Digest")]
    Digest,
    #[error("Disabled")]
    Disabled,
    #[error("Email")]
    Email,
    #[error("End_invitations")]
    EndInvitations,
    #[error("Is admin")]
    IsAdmin,
    #[error("Is_operator")]
    IsOperator,
    #[error("Endpoint")]
    Endpoint,
    #[error("Invitation")]
    Invitation,
    #[error("Keep_dates")]
    KeepDates,
    #[error("Keys")]
    Keys,
    #[error("Kind")]
    Kind,
    #[error("Language")]
    Language,
    #[error("Level")]
    Level,
    #[error("Limit")]
    Limit,
    #[error("Login")]
    Login,
    #[error("Max_bytes")]
    MaxBytes,
    #[error("Media")]
    Media,
    #[error("Name")]
    Name,
    #[error("New name")]
    NewName,
    #[error("New password")]
    NewPassword,
    #[error("Old password")]
    OldPassword,
    #[error("Order")]
    Order,
    #[error("Password")]
    Password,
    #[error("Photo")]
    Photo,
    #[error("Photos")]
    Photos,
    #[error("Poster")]
    Poster,
    #[error("Push")]
    Push,
    #[error("Quiet_hours")]
    QuietHours,
    #[error("Role")]
    Role,
    #[error("Share_id")]
    ShareId,
    #[error("Taken_at")]
    TakenAt,
    #[error("Text")]
    Text,
    #[error("Time_zone")]
    TimeZone,
    #[error("Token")]
    Token,
    #[error("Transfer_to")]
    TransferTo,
    #[error("Up_to")]
    UpTo,
    #[error("Upload")]
    Upload,
    #[error("Uploads that wait for their share")]
    Uploads,
    #[error("Uses")]
    Uses,
    #[error("Video")]
    Video,
}

impl FieldName {
    /// All of them.
    pub const ALL: &[Self] = Self::VARIANTS;

    /// What programs call it.
    pub fn code(self) -> &'static str {
        self.into()
    }
}
