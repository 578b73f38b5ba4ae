//! Setting a new password by a link, for who forgot the old one.

use rocket::post;

use crate::api::extract::json::JsonBody;
use crate::api::request::AppState;
use crate::api::request::client_info::ClientInfo;
use crate::api::views::accounts::Reset;
use crate::domain::password_resets;
use crate::domain::text::Password;
use crate::domain::tokens::Token;
use crate::error::{FieldName, Invalid, Result};
use crate::logging::audit::{self, By};

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
    app.db
        .write(move |conn| password_resets::redeem(conn, &token, &hash, now))
        .await?;
    audit::password_reset(By::Client(client.address), &owner);
    Ok("Password changed")
}
