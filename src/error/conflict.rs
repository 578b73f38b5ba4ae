//! Requests that could be granted if things stood otherwise than they do.

use serde::Serialize;
use strum::{IntoStaticStr, VariantNames};

/// What is in the way.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, Serialize, IntoStaticStr, VariantNames)]
#[serde(untagged)]
#[strum(serialize_all = "snake_case")]
pub enum Conflict {
    #[error("This session belongs to another account than the request is made for")]
    OtherAccount,
    #[error("User already exists")]
    UserExists,
    #[error("A space has at most {max} open invitations: take one back first")]
    TooManyInvitations { max: i64 },
    #[error(
        "A server has at most {max} open invitations to accounts: revoke one with `shared-spaces invitation revoke`, or wait until one ends"
    )]
    TooManyAccountInvitations { max: i64 },
    #[error("You have {max} feeds of this space, and nobody can have more: revoke one first")]
    TooManyFeeds { max: i64 },
    #[error("This invitation is for somebody without an account")]
    InvitationToAccount,
    #[error("You have made {max} spaces, and nobody can have made more: delete one first")]
    TooManySpaces { max: i64 },
    #[error("Space must contain only one member")]
    SpaceHasMembers,
    #[error("User already member of this space")]
    AlreadyMember,
    #[error("Can't leave space when you're an admin")]
    AdminCantLeave,
    #[error("Space must have at least one admin")]
    LastAdmin,
    /// An account that can't be removed while other members need it as the admin of these spaces.
    #[error(
        "User '{login}' is the only admin of {}: make another member admin there, or remove the members, first",
        in_quotes(.spaces)
    )]
    OnlyAdmin { login: String, spaces: Vec<String> },
    /// Nobody could look after the installation in the app any more.
    #[error(
        "User '{login}' is the only operator who can sign in: make another user an operator first"
    )]
    LastOperator { login: String },
    #[error("The checks are running already, try again in a moment")]
    ChecksRunning,
    #[error("A backup or its verification is running: wait until it is over")]
    BackupRunning,
    #[error("The setting backup.destination names no place for backups")]
    NoBackupDestination,
    #[error(
        "This data folder was restored, and leaves backups and SQS alone until it replaces its original: run `shared-spaces backup --take-over`"
    )]
    RestoredFolder,
    #[error("This Idempotency-Key was used in another space")]
    KeyOfAnotherSpace,
    #[error("This Idempotency-Key was used for another share")]
    KeyOfAnotherShare,
    #[error("This Idempotency-Key was used for another upload")]
    KeyOfAnotherUpload,
    #[error("There are {max} different reactions here, and there can't be more: use one of them")]
    TooManyReactions { max: i64 },
    #[error(
        "You have reacted with {max} different emoji here, and nobody can with more: take one back first"
    )]
    TooManyOwnReactions { max: i64 },
    #[error("A space has at most {max} pinned shares: take one from the top first")]
    TooManyPins { max: i64 },
    #[error(
        "You have {max} uploads that wait for their share, and nobody can have more: delete one first"
    )]
    TooManyWaiting { max: usize },
    #[error("Upload with ID '{id}' isn't complete")]
    UploadIncomplete { id: String },
    /// Of the two, the one that came first; or something takes long.
    #[error("Upload with ID '{id}' is in use by another request, try again in a moment")]
    UploadInUse { id: String },
    /// What a client takes for the next byte isn't.
    #[error("Upload with ID '{id}' goes on at byte {offset}")]
    UploadOffset { id: String, offset: u64 },
    #[error("The bytes have another checksum, and were dropped")]
    UploadChecksum,
    /// A condition of the request names an older version of it.
    #[error("Share was edited meanwhile")]
    ShareEdited,
}

impl Conflict {
    /// 400 is what the original answers where it had the refusal already.
    pub(super) fn status(&self) -> u16 {
        match self {
            Self::OtherAccount
            | Self::TooManyInvitations { .. }
            | Self::TooManyAccountInvitations { .. }
            | Self::TooManySpaces { .. }
            | Self::TooManyFeeds { .. }
            | Self::TooManyReactions { .. }
            | Self::TooManyOwnReactions { .. }
            | Self::TooManyPins { .. }
            | Self::TooManyWaiting { .. }
            | Self::LastOperator { .. }
            | Self::ChecksRunning
            | Self::BackupRunning
            | Self::NoBackupDestination
            | Self::RestoredFolder
            | Self::UploadIncomplete { .. }
            | Self::UploadOffset { .. } => 409,
            Self::ShareEdited => 412,
            Self::KeyOfAnotherSpace | Self::KeyOfAnotherShare | Self::KeyOfAnotherUpload => 422,
            // What tus clients understand as "wait".
            Self::UploadInUse { .. } => 423,
            // That of tus.
            Self::UploadChecksum => 460,
            _ => 400,
        }
    }

    pub(super) fn samples() -> Vec<Self> {
        vec![
            Self::OtherAccount,
            Self::UserExists,
            Self::TooManyInvitations { max: 100 },
            Self::TooManyAccountInvitations { max: 100 },
            Self::TooManyFeeds { max: 10 },
            Self::InvitationToAccount,
            Self::TooManySpaces { max: 1000 },
            Self::SpaceHasMembers,
            Self::AlreadyMember,
            Self::AdminCantLeave,
            Self::LastAdmin,
            Self::OnlyAdmin {
                login: String::from("ann"),
                spaces: vec![String::from("Family")],
            },
            Self::LastOperator {
                login: String::from("ann"),
            },
            Self::ChecksRunning,
            Self::BackupRunning,
            Self::NoBackupDestination,
            Self::RestoredFolder,
            Self::KeyOfAnotherSpace,
            Self::KeyOfAnotherShare,
            Self::KeyOfAnotherUpload,
            Self::TooManyReactions { max: 20 },
            Self::TooManyOwnReactions { max: 10 },
            Self::TooManyPins { max: 10 },
            Self::TooManyWaiting { max: 100 },
            Self::UploadIncomplete {
                id: String::from("7"),
            },
            Self::UploadInUse {
                id: String::from("7"),
            },
            Self::UploadOffset {
                id: String::from("7"),
                offset: 1024,
            },
            Self::UploadChecksum,
            Self::ShareEdited,
        ]
    }
}

/// The names of spaces, in a sentence.
fn in_quotes(spaces: &[String]) -> String {
    let quoted: Vec<_> = spaces.iter().map(|name| format!("'{name}'")).collect();
    quoted.join(", ")
}
