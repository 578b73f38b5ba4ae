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
        operation("post", "/register", "accounts.register", "Makes an account")
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
            "Signs in, for a bearer token and a cookie",
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
        operation("get", "/me", "accounts.me", "Who I am")
            .for_users()
            .returns::<User>(),
        operation(
            "get",
            "/logout",
            "accounts.logout_by_get",
            "Signs out, with a bearer token only",
        )
        .for_users()
        .says("Logged out")
        .refuses([Denied::CookieLogoutByGet]),
        operation("delete", "/logout", "accounts.logout", "Signs out")
            .for_users()
            .says("Logged out"),
        operation(
            "put",
            "/change-password",
            "accounts.change_password",
            "Changes the password and signs out elsewhere",
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
            "Sets a new password by a link, and signs out everywhere",
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
            "Where I am signed in",
        )
        .for_users()
        .lists::<Session>(),
        operation(
            "delete",
            "/sessions",
            "accounts.end_other_sessions",
            "Signs out everywhere else",
        )
        .for_users()
        .answers(204, "Done", json!({})),
        operation(
            "delete",
            "/sessions/{session_id}",
            "accounts.end_session",
            "Signs out there",
        )
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
