//! The operations on accounts: registering, signing in and out, sessions.

use std::time::Duration;

use serde_json::json;

use super::bounds;
use crate::api::openapi::operation::{Operation, operation};
use crate::api::views::accounts::{
    AccessToken, ChangePassword, ChangeProfile, Credentials, DeleteAccount, ForgottenPassword, Me,
    Register, Reset,
};
use crate::api::views::sessions::Session;
use crate::api::views::users::User;
use crate::config::Limits;
use crate::domain::email::Frequency;
use crate::domain::language::Language;
use crate::domain::text::UserName;
use crate::downloads::MAX_PHOTOS;
use crate::error::{Conflict, Denied, Failure, FieldName, Invalid, Malformed, NotFound, Overload};

pub fn accounts(limits: &Limits) -> Vec<Operation> {
    vec![
        operation(
            "post",
            "/register",
            "accounts.register",
            "Create an account",
        )
        .about(
            "A login is compared without regard to case, and one that could be \
                 taken for another's is refused. Where the server asks for an \
                 invitation, its token goes with it, and the new account joins the \
                 space that it leads to.",
        )
        .takes_json::<Register>()
        .returns::<User>()
        .refuses(bounds(FieldName::Login, limits.login_min, limits.login_max))
        .refuses(bounds(
            FieldName::Password,
            limits.password_min,
            limits.password_max,
        ))
        .refuses([too_many_attempts()])
        .refuses([Denied::RegistrationClosed, Denied::InvitationNeeded])
        .refuses([NotFound::InvitationToken])
        .refuses([Invalid::PasswordsDontMatch])
        .refuses([Conflict::UserExists]),
        operation(
            "post",
            "/login",
            "accounts.login",
            "Sign in, for a bearer token and a cookie",
        )
        .about(
            "The token goes into `Authorization: Bearer`; browsers get the same \
             session as a cookie. A wrong login and a wrong password have the same \
             answer, after the same time. Too many wrong passwords are answered 429, \
             with the time to wait in `Retry-After`.",
        )
        .takes_json::<Credentials>()
        .returns::<AccessToken>()
        .refuses([
            Denied::WrongLogin,
            Denied::AccountDisabled,
            Denied::NotByHttps {
                url: String::from("https://spaces.example.org"),
            },
        ])
        .refuses([too_many_attempts()]),
        operation("get", "/me", "accounts.me", "Get the current user")
            .about(
                "The account that the session belongs to, with its profile and the number of its unread notices.",
            )
            .for_users()
            .returns::<Me>(),
        operation(
            "put",
            "/me",
            "accounts.change_profile",
            "Change my name, my language, my time zone, my quiet hours, my mail",
        )
        .about(
            "A missing field stays as it is, and null undoes the choice. The members of my spaces are sent \
             `member.changed` when my name is another. An address counts once it was confirmed by a link that is sent there, at most \
             five times a day.",
        )
        .for_users()
        .takes_json::<ChangeProfile>()
        .returns::<Me>()
        .refuses(bounds(FieldName::Name, UserName::MIN, limits.user_name_max))
        .refuses([
            Malformed::NotOneOf {
                field: FieldName::Language,
                values: Language::TAGS,
            },
            Malformed::TimeZone,
            Malformed::QuietHours,
            Malformed::EmailAddress,
            Malformed::NotOneOf {
                field: FieldName::Digest,
                values: Frequency::WORDS,
            },
        ])
        .refuses([NotFound::Mail])
        .refuses([too_many_attempts()]),
        operation(
            "delete",
            "/me",
            "accounts.delete",
            "Delete my account",
        )
        .about(
            "With all that is mine: shares and photos, comments, reactions, uploads, memberships, and the spaces that have no other \
             member. Where others would be left without an admin, it is refused. When it is answered, nobody can see any of it any \
             more.",
        )
        .for_users()
        .takes_json::<DeleteAccount>()
        .answers(204, "Done", json!({}))
        .refuses([Denied::WrongPassword])
        .refuses([Conflict::OnlyAdmin {
            login: String::from("ann"),
            spaces: vec![String::from("Family")],
        }])
        .refuses([too_many_attempts()]),
        operation("get", "/me/export", "accounts.export", "Download all that is mine as a ZIP")
            .about(
                "My profile, my spaces with my settings, my shares with the originals of their photos and videos, my comments and my \
                 reactions: as `data.json`, and as `index.html`, which opens without a server. It is sent while it is made, with its \
                 length known in advance, and only until I sign out.",
            )
            .for_users()
            .answers(
                200,
                "The ZIP",
                json!({"application/zip": {"schema": {"type": "string", "format": "binary"}}}),
            )
            .refuses([Invalid::ZipOfTooMany { max: MAX_PHOTOS }])
            .refuses([Overload::TooManyZips])
            .refuses([NotFound::Photo])
            .refuses([Failure::PhotosUnavailable(anyhow::anyhow!("never shown"))]),
        operation(
            "get",
            "/logout",
            "accounts.logout_by_get",
            "Sign out, with a bearer token only",
        )
        .about(
            "Ends the session of the token. With the cookie alone it is refused, \
             because any page could lead a browser here: use `DELETE /logout`.",
        )
        .for_users()
        .says("Logged out")
        .refuses([Denied::CookieLogoutByGet]),
        operation("delete", "/logout", "accounts.logout", "Sign out")
            .about("Ends the session immediately, for the token and for the cookie.")
            .for_users()
            .says("Logged out"),
        operation(
            "put",
            "/change-password",
            "accounts.change_password",
            "Change the password and sign out elsewhere",
        )
        .about(
            "Requires the old password. Every other session of the account ends; this \
             one continues.",
        )
        .for_users()
        .takes_json::<ChangePassword>()
        .says("Password changed")
        .refuses(bounds(
            FieldName::NewPassword,
            limits.password_min,
            limits.password_max,
        ))
        .refuses([Denied::WrongPassword])
        .refuses([Invalid::NewPasswordsDontMatch])
        .refuses([too_many_attempts()]),
        operation(
            "post",
            "/password-resets",
            "accounts.forgot_password",
            "Ask for a link to set a new password, by mail",
        )
        .about(
            "By the login, or by an address that was confirmed. The answer is the same, after the same time, whether or not there is \
             such an account; an account gets at most three such mails an hour. The link is valid for an hour, and once.",
        )
        .takes_json::<ForgottenPassword>()
        .says("If there is such an account, and it has an address, a link is on its way there")
        .refuses([NotFound::Mail])
        .refuses([too_many_attempts()]),
        operation(
            "post",
            "/password-resets/redeem",
            "accounts.reset_password",
            "Set a new password by a reset link, and sign out everywhere",
        )
        .about(
            "With the token of a link that was sent by mail, or made by the operator of the server. It \
             can be used once, and ends all sessions of the account.",
        )
        .takes_json::<Reset>()
        .says("Password changed")
        .refuses(bounds(
            FieldName::NewPassword,
            limits.password_min,
            limits.password_max,
        ))
        .refuses([NotFound::Reset])
        .refuses([Invalid::NewPasswordsDontMatch]),
        operation(
            "get",
            "/sessions",
            "accounts.sessions",
            "List the sessions of the current user",
        )
        .about("Each with the browser or app that began it, the current one first.")
        .for_users()
        .lists::<Session>(),
        operation(
            "delete",
            "/sessions",
            "accounts.end_other_sessions",
            "End all other sessions",
        )
        .about("All sessions of the account except the current one end immediately.")
        .for_users()
        .answers(204, "Done", json!({})),
        operation(
            "delete",
            "/sessions/{session_id}",
            "accounts.end_session",
            "End a session",
        )
        .about("One session of the account ends immediately.")
        .for_users()
        .answers(204, "Done", json!({}))
        .refuses([NotFound::Session {
            id: String::from("1"),
        }]),
    ]
}

pub(super) fn too_many_attempts() -> Overload {
    Overload::TooManyAttempts {
        wait: Duration::from_secs(60),
    }
}
