//! Setting a new password by a link, for those who forgot the old one, and asking for such a link by mail.

use rocket::post;

use crate::api::extract::json::JsonBody;
use crate::api::request::AppState;
use crate::api::request::client_info::ClientInfo;
use crate::api::views::accounts::{ForgottenPassword, Reset};
use crate::domain::text::Password;
use crate::domain::tokens::Token;
use crate::domain::{new_password, password_requests, password_resets};
use crate::error::{FieldName, Invalid, NotFound, Result};
use crate::logging::audit::{self, By};

/// The answer is the same, and takes the same time, whether or not there is such an account.
#[post("/password-resets", data = "<body>")]
pub async fn ask(
    app: &AppState,
    client: &ClientInfo,
    body: JsonBody<ForgottenPassword>,
) -> Result<&'static str> {
    if !app.config.sends_mail() {
        return Err(NotFound::Mail.into());
    }
    let (ForgottenPassword { login }, now) = (body.0, app.now());
    let attempt = app.limits.logins.request_mail(client.address)?;
    app.db
        .write(move |conn| Ok(password_requests::add(conn, &login, now)?))
        .await?;
    attempt.consume();
    app.mail_wake.notify_one();
    Ok("If there is such an account, and it has an address, a link is on its way there")
}

#[post("/password-resets/redeem", data = "<body>")]
pub async fn redeem(
    app: &AppState,
    client: &ClientInfo,
    body: JsonBody<Reset>,
) -> Result<&'static str> {
    let JsonBody(asked) = body;
    let (token, now) = (Token::given(&asked.token), app.now());
    let held = token.clone();
    // First, so that the server doesn't hash for clients without a link.
    let owner = app
        .db
        .read(move |conn| password_resets::find_user(conn, &held, now))
        .await?;
    let password = Password::parse(
        FieldName::NewPassword,
        &asked.new_password,
        &app.config.limits,
    )?;
    if !password.is_repeated_by(&asked.confirm_password) {
        return Err(Invalid::NewPasswordsDontMatch.into());
    }
    let hash = app.passwords.hash(password).await?;
    let ended = app
        .db
        .write(move |conn| new_password::redeem(conn, &token, &hash, now))
        .await?;
    let by = By::Client(client.address);
    audit::password_reset(by, &owner);
    audit::feeds_revoked(by, &ended);
    Ok("Password changed")
}
