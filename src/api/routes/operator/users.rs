//! Every account, for operators.

use std::time::Duration;

use rocket::response::status::NoContent;
use rocket::serde::json::Json;
use rocket::{delete, get, post, put};

use super::confirm;
use crate::api::extract::current_user::{Caller, CurrentUser};
use crate::api::extract::json::JsonBody;
use crate::api::request::AppState;
use crate::api::request::client_info::ClientInfo;
use crate::api::respond::json_page::JsonPage;
use crate::api::views::operation::OperatorsSession;
use crate::api::views::operator::{ChangeAccount, OperatorsAccount, OperatorsPassword, SecretLink};
use crate::api::views::urls::Urls;
use crate::domain::account_status;
use crate::domain::ids::{RawId, SessionId, UserId};
use crate::domain::operating::{self, Act};
use crate::domain::page::Page;
use crate::domain::tokens::Token;
use crate::domain::{access, operation};
use crate::error::Result;
use crate::logging::audit;
use crate::qr;

/// How long a link for a new password is valid.
const LINK_HOLDS: Duration = Duration::from_secs(24 * 60 * 60);

#[get("/operator/users")]
pub async fn list(
    app: &AppState,
    caller: Caller<'_>,
    page: Page,
    links: Urls,
) -> Result<JsonPage<OperatorsAccount>> {
    let quotas = app.config.quotas;
    let list = caller
        .read(move |conn, session| {
            let by = access::installation(conn, session)?;
            account_status::list_reports(conn, &by, &page, &quotas)
        })
        .await?;
    JsonPage::new(&links, "", list, OperatorsAccount::from)
}

#[get("/operator/users/<id>")]
pub async fn get(
    app: &AppState,
    caller: Caller<'_>,
    id: RawId<UserId>,
) -> Result<Json<OperatorsAccount>> {
    let quotas = app.config.quotas;
    let report = caller
        .read(move |conn, session| {
            let by = access::installation(conn, session)?;
            account_status::get_report(conn, &by, &id, &quotas)
        })
        .await?;
    Ok(Json(report.into()))
}

#[put("/operator/users/<id>", data = "<body>")]
pub async fn change(
    app: &AppState,
    user: CurrentUser<'_>,
    client: &ClientInfo,
    id: RawId<UserId>,
    body: JsonBody<ChangeAccount>,
) -> Result<Json<OperatorsAccount>> {
    let (asked, now, quotas) = (body.0.parse()?, app.now(), app.config.quotas);
    let (report, done) = user
        .write_making_room(move |conn, session| {
            let by = access::installation(conn, session)?;
            let about = account_status::get_report(conn, &by, &id, &quotas)?;
            let done = Act::new(conn, &by, now).change(&about.account.user, asked)?;
            // As it is now.
            Ok((account_status::get_report(conn, &by, &id, &quotas)?, done))
        })
        .await?;
    let (by, about) = (user.at(client), &report.account.user);
    match done.disabled {
        Some(true) => audit::account_disabled(by, about),
        Some(false) => audit::account_enabled(by, about),
        None => {}
    }
    if let Some(is_operator) = done.is_operator {
        audit::operator_changed(by, about, is_operator);
    }
    if let Some(quota) = done.quota {
        audit::user_quota_changed(by, about, &quota.to_string());
    }
    Ok(Json(report.into()))
}

#[delete("/operator/users/<id>", data = "<body>")]
pub async fn remove(
    app: &AppState,
    user: CurrentUser<'_>,
    client: &ClientInfo,
    id: RawId<UserId>,
    body: JsonBody<OperatorsPassword>,
) -> Result<NoContent> {
    let checked = confirm(app, &user, client, body.0.password).await?;
    let (now, quotas) = (app.now(), app.config.quotas);
    let (gone, begun) = user
        .write_making_room(move |conn, session| {
            let by = access::installation(conn, session)?;
            operating::check_password(conn, &by, checked)?;
            let about = account_status::get_report(conn, &by, &id, &quotas)?;
            let gone = about.account.user;
            let begun = Act::new(conn, &by, now).remove_account(&gone)?;
            Ok((gone, begun))
        })
        .await?;
    audit::account_removed(user.at(client), &gone);
    app.finish_begun_account_removal(begun).await;
    Ok(NoContent)
}

#[post("/operator/users/<id>/password-reset")]
pub async fn reset_link(
    app: &AppState,
    user: CurrentUser<'_>,
    client: &ClientInfo,
    id: RawId<UserId>,
    links: Urls,
) -> Result<Json<SecretLink>> {
    let (token, now, quotas) = (Token::random()?, app.now(), app.config.quotas);
    let url = links.page_with_secret("password-reset", &token);
    let qr = qr::svg(&url)?;
    let (about, until) = user
        .write(move |conn, session| {
            let by = access::installation(conn, session)?;
            let about = account_status::get_report(conn, &by, &id, &quotas)?;
            let about = about.account.user;
            let until = Act::new(conn, &by, now).make_reset_link(&about, &token, LINK_HOLDS)?;
            Ok((about, until))
        })
        .await?;
    audit::reset_link_made(user.at(client), &about);
    Ok(Json(SecretLink {
        url,
        qr,
        expires_at: until.into(),
    }))
}

#[get("/operator/users/<id>/sessions")]
pub async fn list_sessions(
    app: &AppState,
    caller: Caller<'_>,
    page: Page,
    id: RawId<UserId>,
    links: Urls,
) -> Result<JsonPage<OperatorsSession>> {
    let (now, lifetime) = (app.now(), app.config.sessions.lifetime);
    let quotas = app.config.quotas;
    let list = caller
        .read(move |conn, session| {
            let by = access::installation(conn, session)?;
            let of = account_status::get_report(conn, &by, &id, &quotas)?;
            let of = of.account.user.id;
            operation::list_sessions(conn, &by, of, &page, (now, lifetime))
        })
        .await?;
    JsonPage::new(&links, "", list, OperatorsSession::from)
}

/// Of their own sessions, operators keep the current one.
#[delete("/operator/users/<id>/sessions")]
pub async fn end_sessions(
    app: &AppState,
    user: CurrentUser<'_>,
    client: &ClientInfo,
    id: RawId<UserId>,
) -> Result<NoContent> {
    let (now, quotas) = (app.now(), app.config.quotas);
    let about = user
        .write_making_room(move |conn, session| {
            let by = access::installation(conn, session)?;
            let about = account_status::get_report(conn, &by, &id, &quotas)?;
            let about = about.account.user;
            let keep = (about.id == session.user().id).then(|| session.id());
            Act::new(conn, &by, now).end_sessions(&about, keep)?;
            Ok(about)
        })
        .await?;
    audit::sessions_ended(user.at(client), &about);
    Ok(NoContent)
}

#[delete("/operator/users/<id>/sessions/<session_id>")]
pub async fn end_session(
    app: &AppState,
    user: CurrentUser<'_>,
    client: &ClientInfo,
    id: RawId<UserId>,
    session_id: RawId<SessionId>,
) -> Result<NoContent> {
    let (now, quotas) = (app.now(), app.config.quotas);
    let about = user
        .write_making_room(move |conn, session| {
            let by = access::installation(conn, session)?;
            let about = account_status::get_report(conn, &by, &id, &quotas)?;
            let about = about.account.user;
            Act::new(conn, &by, now).end_session(&about, &session_id)?;
            Ok(about)
        })
        .await?;
    audit::sessions_ended(user.at(client), &about);
    Ok(NoContent)
}
