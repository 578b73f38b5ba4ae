//! What isn't there, or isn't there for the caller.

use serde::Serialize;
use strum::{IntoStaticStr, VariantNames};

/// What isn't there. IDs are repeated as they were written in the request.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, Serialize, IntoStaticStr, VariantNames)]
#[serde(untagged)]
#[strum(prefix = "no_such_", serialize_all = "snake_case")]
pub enum NotFound {
    #[error("User with ID '{id}' doesn't exist")]
    User { id: String },
    #[error("User with login '{login}' doesn't exist")]
    Login { login: String },
    #[error("Session with ID '{id}' doesn't exist")]
    Session { id: String },
    #[error("Space with ID '{id}' doesn't exist")]
    Space { id: String },
    #[error("Invitation with ID '{id}' doesn't exist")]
    Invitation { id: String },
    /// The token of an invitation: in the same words whether it never existed, was used up, has expired or was revoked.
    #[error("This invitation isn't valid, or not any more")]
    #[strum(serialize = "invitation")]
    InvitationToken,
    #[error("Feed with ID '{id}' doesn't exist")]
    Feed { id: String },
    /// The token of a feed: in the same words whether it never existed, was revoked or ended with the membership.
    #[error("No such feed")]
    #[strum(serialize = "feed")]
    FeedToken,
    /// The token of a password reset, in the same words likewise.
    #[error("This link isn't valid, or not any more")]
    Reset,
    #[error("No such share")]
    Share,
    #[error("No such comment")]
    Comment,
    #[error("No such photo")]
    Photo,
    #[error("This video has no poster")]
    Poster,
    #[error("This video has no rendition")]
    Rendition,
    #[error("This share has no photo with ID '{id}'")]
    PhotoOfShare { id: String },
    #[error("This space has no photo with ID '{id}'")]
    PhotoOfSpace { id: String },
    #[error("Notice with ID '{id}' doesn't exist")]
    Notice { id: String },
    #[error("This server sends no push messages")]
    PushKey,
    #[error("This server sends no mail")]
    Mail,
    #[error("Push subscription with ID '{id}' doesn't exist")]
    PushSubscription { id: String },
    #[error("Upload with ID '{id}' doesn't exist")]
    Upload { id: String },
    #[error("No such page or endpoint")]
    Endpoint,
    /// What is asked of a server that has its host not to itself.
    #[error("This server's pages and API are below {base}/, and nothing else is here")]
    #[strum(serialize = "endpoint")]
    OutsideBasePath {
        #[serde(skip)]
        base: String,
    },
}

impl NotFound {
    pub(super) fn samples() -> Vec<Self> {
        let id = || String::from("1");
        vec![
            Self::User { id: id() },
            Self::Login {
                login: String::from("bob"),
            },
            Self::Session { id: id() },
            Self::Space { id: id() },
            Self::Invitation { id: id() },
            Self::InvitationToken,
            Self::Feed { id: id() },
            Self::FeedToken,
            Self::Reset,
            Self::Share,
            Self::Comment,
            Self::Photo,
            Self::Poster,
            Self::Rendition,
            Self::PhotoOfShare { id: id() },
            Self::PhotoOfSpace { id: id() },
            Self::Notice { id: id() },
            Self::PushKey,
            Self::Mail,
            Self::PushSubscription { id: id() },
            Self::Upload { id: id() },
            Self::Endpoint,
            Self::OutsideBasePath {
                base: String::from("/spaces"),
            },
        ]
    }
}
