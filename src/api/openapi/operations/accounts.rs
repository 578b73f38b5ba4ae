//! The operations on accounts: registering, signing in and out, sessions.

use std::time::Duration;

use serde_json::json;

use super::bounds;
use crate::api::openapi::operation::{Operation, operation};
use crate::api::views::accounts::{AccessToken, ChangePassword, Credentials, Register, Reset};
use crate::api::views::sessions::Session;
use crate::api::views::users::User;
use crate::config::Limits;
use crate::error::{Conflict, Denied, FieldName, Invalid, NotFound, Overload};

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
            Denied::NotByHttps {
                url: String::from("https://spaces.example.org"),
            },
        ])
        .refuses([too_many_attempts()]),
        operation("get", "/me", "accounts.me", "Get the current user")
            .about("The account that the session belongs to.")
            .for_users()
            .returns::<User>(),
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
            "/password-resets/redeem",
            "accounts.reset_password",
            "Set a new password by a reset link, and sign out everywhere",
        )
        .about(
            "With the token of a link that the operator of the server has made. It \
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

fn too_many_attempts() -> Overload {
    Overload::TooManyAttempts {
        wait: Duration::from_secs(60),
    }
}
