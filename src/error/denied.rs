//! What the caller may not do, or not before they have proved who they are.

use serde::Serialize;
use strum::{IntoStaticStr, VariantNames};

/// Why the caller may not do this.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, Serialize, IntoStaticStr, VariantNames)]
#[serde(untagged)]
#[strum(serialize_all = "snake_case")]
pub enum Denied {
    /// `token` is whether a token or cookie came at all.
    #[error("You aren't authorized")]
    Unauthorized {
        #[serde(skip)]
        token: bool,
    },
    #[error("Wrong login and/or password")]
    WrongLogin,
    #[error("Wrong password")]
    WrongPassword,
    #[error("This account is disabled: ask whoever runs the server")]
    AccountDisabled,
    #[error("{reason}")]
    CrossOrigin { reason: Origin },
    /// With the address to sign in at instead.
    #[error(
        "Sign in at {url}: this page came by plain HTTP, and browsers keep a session here for HTTPS only"
    )]
    NotByHttps { url: String },
    #[error("Sign out with DELETE /logout")]
    CookieLogoutByGet,
    #[error("Registration is closed")]
    RegistrationClosed,
    #[error("Registration needs an invitation")]
    InvitationNeeded,
    #[error("Can't access this space - not a member")]
    #[strum(serialize = "not_a_member")]
    NotMember,
    #[error("User not admin")]
    #[strum(serialize = "not_an_admin")]
    NotAdmin,
    #[error("User not operator")]
    #[strum(serialize = "not_an_operator")]
    NotOperator,
    #[error("User doesn't own this share")]
    #[strum(serialize = "not_the_owner")]
    NotOwner,
    #[error("User didn't write this comment")]
    #[strum(serialize = "not_the_author")]
    NotAuthor,
    #[error("This link isn't valid")]
    BadLink,
    #[error("This link has expired")]
    ExpiredLink,
}

/// Which page a request with our cookie came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    #[error("Requests with the cookie must come from this site")]
    OtherSite,
    /// Most likely our own page, behind a proxy that hides the public host.
    #[error(
        "Requests with the cookie must come from this site, and the server isn't told its own address: whoever runs it sets \
         public_url, or has the proxy in front pass on the host with its port"
    )]
    HostHidden,
}

impl Denied {
    pub(super) fn status(&self) -> u16 {
        match self {
            Self::Unauthorized { .. } | Self::WrongLogin | Self::WrongPassword => 401,
            _ => 403,
        }
    }

    pub(super) fn samples() -> Vec<Self> {
        vec![
            Self::Unauthorized { token: true },
            Self::WrongLogin,
            Self::WrongPassword,
            Self::AccountDisabled,
            Self::CrossOrigin {
                reason: Origin::OtherSite,
            },
            Self::CrossOrigin {
                reason: Origin::HostHidden,
            },
            Self::NotByHttps {
                url: String::from("https://example.org"),
            },
            Self::CookieLogoutByGet,
            Self::RegistrationClosed,
            Self::InvitationNeeded,
            Self::NotMember,
            Self::NotAdmin,
            Self::NotOperator,
            Self::NotOwner,
            Self::NotAuthor,
            Self::BadLink,
            Self::ExpiredLink,
        ]
    }
}
