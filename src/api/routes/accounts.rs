//! Accounts: registering, signing in and out, changing the password.

use rocket::http::Status;
use rocket::serde::json::Json;
use rocket::{delete, get, post, put};

use super::sessions::UserAgent;
use crate::api::extract::current_user::{Caller, CurrentUser};
use crate::api::extract::json::JsonBody;
use crate::api::extract::known_browser::KnownBrowser;
use crate::api::extract::secure_page::KeepsSessions;
use crate::api::extract::session_cookie::SessionCookie;
use crate::api::request::AppState;
use crate::api::request::client_info::ClientInfo;
use crate::api::request::original_method::ForHead;
use crate::api::views::accounts::{
    AccessToken, ChangePassword, ChangeProfile, Credentials, DeleteAccount, Me, Register,
};
use crate::api::views::urls::Urls;
use crate::api::views::users::User as UserView;
use crate::app::App;
use crate::auth::passwords::PasswordCheck;
use crate::config::Registration;
use crate::domain::text::{GivenLogin, GivenPassword, Login, Password};
use crate::domain::tokens::Token;
use crate::domain::users::PasswordVersion;
use crate::domain::{
    account_removal, account_status, email, invitations, new_password, own_account, profile,
    sessions, users,
};
use crate::error::{Denied, FieldName, Invalid, NotFound, Result};
use crate::logging::audit::{self, By};

#[post("/register", data = "<body>")]
pub async fn register(
    app: &AppState,
    client: &ClientInfo,
    body: JsonBody<Register>,
    links: Urls,
) -> Result<Json<UserView>> {
    let JsonBody(asked) = body;
    let invitation = asked.invitation.as_deref().map(Token::given);
    match app.config.registration {
        Registration::Closed => return Err(Denied::RegistrationClosed.into()),
        Registration::Invite if invitation.is_none() => return Err(Denied::InvitationNeeded.into()),
        Registration::Open | Registration::Invite => {}
    }
    let login = Login::parse(&asked.login, &app.config.limits)?;
    let password = Password::parse(FieldName::Password, &asked.password, &app.config.limits)?;
    if !password.is_repeated_by(&asked.confirm_password) {
        return Err(Invalid::PasswordsDontMatch.into());
    }
    let now = app.now();
    if let Some(token) = invitation.clone() {
        // First, so that a made-up one doesn't make the server hash.
        app.db
            .read(move |conn| invitations::offer(conn, &token, now))
            .await?;
    }
    let attempt = app.limits.logins.register(client.address, login.key())?;
    let hash = app.passwords.hash(password).await?;
    attempt.consume();
    let is_invited = invitation.is_some();
    let (user, joined) = app
        .db
        .write(move |conn| {
            let user = users::create(conn, &login, &hash, now)?;
            let joined = match &invitation {
                Some(token) => invitations::accept(conn, token, user.id, now)?,
                None => None,
            };
            Ok((user, joined))
        })
        .await?;
    let by = By::Client(client.address);
    audit::account_made(by, &user);
    if is_invited {
        audit::invitation_used(by, &user, joined.map(|space| space.id));
    }
    Ok(Json(UserView::new(user, &links)))
}

#[post("/login", data = "<body>")]
pub async fn login(
    app: &AppState,
    _page: KeepsSessions,
    client: &ClientInfo,
    cookie: SessionCookie<'_>,
    browser: KnownBrowser<'_>,
    agent: UserAgent,
    body: JsonBody<Credentials>,
) -> Result<Json<AccessToken>> {
    let JsonBody(Credentials { login, password }) = body;
    let typed = audit::beginning(&login);
    let (login, password) = (GivenLogin::new(login), GivenPassword::new(password));
    let key = login.key().clone();
    let known = browser.find(&key);
    let attempt = app.limits.logins.sign_in(client.address, &key, known)?;
    let found = app
        .db
        .read(move |conn| Ok(users::find_credentials(conn, &login)?))
        .await?;
    let hash = found.as_ref().map(|(_, stored)| stored.hash.clone());
    let verdict = app.passwords.verify(password, hash).await?;
    let Some((user, stored)) = found.filter(|_| verdict != PasswordCheck::Wrong) else {
        attempt.consume();
        audit::sign_in_failed(client.address, &typed);
        return Err(Denied::WrongLogin.into());
    };
    attempt.record_success();
    if let PasswordCheck::RightButOutdated { new } = verdict {
        let old = stored.hash;
        app.db
            .write(move |conn| Ok(users::replace_password_hash(conn, user, &old, &new)?))
            .await?;
    }
    let is_disabled = app
        .db
        .read(move |conn| Ok(account_status::is_disabled(conn, user)?));
    if is_disabled.await? {
        audit::disabled_kept_out(client.address, user, &typed);
        return Err(Denied::AccountDisabled.into());
    }
    let token = Token::random()?;
    let access_token = token.as_str().to_owned();
    let (now, lifetime) = (app.now(), app.config.sessions.lifetime);
    app.db
        // Who has to delete something may have to sign in first.
        .write_making_room(move |conn| {
            let device = agent.0.as_ref();
            sessions::create(conn, user, stored.version, &token, device, now, lifetime)
        })
        .await?;
    audit::signed_in(client.address, user, &typed);
    cookie.set(access_token.clone());
    browser.remember(&key, known)?;
    Ok(Json(AccessToken { access_token }))
}

#[get("/me")]
pub async fn me(app: &AppState, caller: Caller<'_>, links: Urls) -> Result<Json<Me>> {
    let quotas = app.config.quotas;
    let account = caller
        .read(move |conn, session| own_account::get(conn, session, &quotas))
        .await?;
    Ok(Json(Me::new(account, &links)))
}

#[put("/me", data = "<body>")]
pub async fn change_profile(
    app: &AppState,
    user: CurrentUser<'_>,
    body: JsonBody<ChangeProfile>,
    links: Urls,
) -> Result<Json<Me>> {
    let change = body.0.parse(&app.config.limits)?;
    let mail = body.0.parse_mail()?;
    if matches!(mail.address, Some(Some(_))) && !app.config.sends_mail() {
        return Err(NotFound::Mail.into());
    }
    let now = app.now();
    let quotas = app.config.quotas;
    let account = user
        .write(move |conn, session| {
            profile::change(conn, session, &change, now)?;
            email::change(conn, session, &mail, now)?;
            own_account::get_changed(conn, session, &quotas)
        })
        .await?;
    app.mail_wake.notify_one();
    app.push_wake.notify_one();
    Ok(Json(Me::new(account, &links)))
}

const LOGGED_OUT: &str = "Logged out";

/// The documented form. A cookie alone isn't enough: any page can make a browser send a `GET`.
#[get("/logout")]
pub async fn logout_by_get(
    for_head: ForHead,
    app: &AppState,
    cookie: SessionCookie<'_>,
    user: CurrentUser<'_>,
) -> Result<&'static str> {
    if user.by_cookie {
        return Err(Denied::CookieLogoutByGet.into());
    }
    if for_head.0 {
        return Ok(LOGGED_OUT);
    }
    logout(app, cookie, user).await
}

#[delete("/logout")]
pub async fn logout(
    app: &AppState,
    cookie: SessionCookie<'_>,
    user: CurrentUser<'_>,
) -> Result<&'static str> {
    app.db
        .write_making_room(move |conn| Ok(sessions::revoke(conn, user.session)?))
        .await?;
    cookie.remove();
    Ok(LOGGED_OUT)
}

/// Everything that is the caller's alone goes with it.
#[delete("/me", data = "<body>")]
pub async fn delete(
    app: &AppState,
    cookie: SessionCookie<'_>,
    user: CurrentUser<'_>,
    client: &ClientInfo,
    body: JsonBody<DeleteAccount>,
) -> Result<Status> {
    let checked = check_password(app, &user, client, body.0.password).await?;
    let now = app.now();
    let begun = user
        .write_making_room(move |conn, session| {
            account_removal::begin_own(conn, session, checked, now)
        })
        .await?;
    audit::account_removed(user.at(client), &user.user);
    cookie.remove();
    app.finish_begun_account_removal(begun).await;
    Ok(Status::NoContent)
}

/// Checks the password of the caller, and counts wrong ones. Returns which of theirs it is.
pub(super) async fn check_password(
    app: &App,
    user: &CurrentUser<'_>,
    client: &ClientInfo,
    given: String,
) -> Result<PasswordVersion> {
    let attempt = app
        .limits
        .logins
        .change_password(client.address, user.session)?;
    let stored = user
        .read(|conn, session| Ok(users::find_password(conn, session.user().id)?))
        .await?;
    let hash = stored.as_ref().map(|stored| stored.hash.clone());
    let verdict = app
        .passwords
        .verify(GivenPassword::new(given), hash)
        .await?;
    match stored.filter(|_| verdict != PasswordCheck::Wrong) {
        Some(stored) => Ok(stored.version),
        None => {
            attempt.consume();
            audit::wrong_password(client.address, &user.user);
            Err(Denied::WrongPassword.into())
        }
    }
}

#[put("/change-password", data = "<body>")]
pub async fn change_password(
    app: &AppState,
    user: CurrentUser<'_>,
    client: &ClientInfo,
    body: JsonBody<ChangePassword>,
) -> Result<&'static str> {
    let JsonBody(asked) = body;
    let new = Password::parse(
        FieldName::NewPassword,
        &asked.new_password,
        &app.config.limits,
    )?;
    let checked = check_password(app, &user, client, asked.old_password).await?;
    if !new.is_repeated_by(&asked.confirm_password) {
        return Err(Invalid::NewPasswordsDontMatch.into());
    }
    let new = app.passwords.hash(new).await?;
    let ended = user
        .write(move |conn, session| {
            let id = session.user().id;
            // Another change that came first has made the old password wrong.
            if !users::has_password(conn, id, checked)? {
                return Err(Denied::WrongPassword.into());
            }
            users::set_password(conn, id, &new)?;
            new_password::end_access(conn, id, Some(session.id()))
        })
        .await?;
    audit::password_changed(user.at(client), &user.user);
    audit::feeds_revoked(user.at(client), &ended);
    Ok("Password changed")
}
