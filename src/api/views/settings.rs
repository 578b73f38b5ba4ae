//! What the schemas of views leave open, because each server has it in its settings.

use serde::{Deserialize, Serialize};

/// What is to be filled in. A schema has it as the extension [`KEY`], and loses it when that is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FromSettings {
    /// The bounds of a new login.
    Login,
    /// The bounds of a new password.
    Password,
    /// The bounds of a space's name.
    SpaceName,
    /// The bounds of a user's name.
    UserName,
    /// The bounds of a share's text.
    ShareText,
    /// The bounds of a photo's caption.
    Caption,
    /// The bounds of a comment.
    CommentText,
    /// In which form times of shares are.
    SharedAt,
    /// Each limit, as the example of itself.
    Limits,
}

/// Where a schema says what is to be filled in.
pub const KEY: &str = "x-from-settings";
