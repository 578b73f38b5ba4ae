//! The operator's page: the server as a whole, invitations to it, and the log of what operators have done.

// The backups.
pub mod backups;
// The queue of photos.
pub mod photos;
// Every space, and never what is in it.
pub mod spaces;
// Every account.
pub mod users;

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use rocket::serde::json::Json;
use rocket::{State, get, post};
use tokio::runtime::Handle;
use tokio::sync::Semaphore;
use tokio::time::timeout;

use super::accounts::check_password;
use super::invitations::{self as of_spaces, DAYS, USES};
use crate::api::extract::current_user::{Caller, CurrentUser};
use crate::api::extract::json::JsonBody;
use crate::api::request::AppState;
use crate::api::request::client_info::ClientInfo;
use crate::api::respond::json_page::JsonPage;
use crate::api::views::check::CheckOutcome;
use crate::api::views::operation::ServerStatus;
use crate::api::views::operator::{AccountInvitation, InviteToAccount, LogLine};
use crate::api::views::urls::Urls;
use crate::app::App;
use crate::check::Check;
use crate::config::{Listener, Settings};
use crate::diagnostics::{Unchecked, run_checks};
use crate::domain::access;
use crate::domain::invitations::{InvitationOptions, Role};
use crate::domain::operating::Act;
use crate::domain::operator_log;
use crate::domain::page::Page;
use crate::domain::tokens::Token;
use crate::domain::users::PasswordVersion;
use crate::error::{Conflict, Result};
use crate::logging::audit;
use crate::qr;

/// The longest time that the checks may take: an S3 that doesn't answer takes most of it.
const CHECKS: Duration = Duration::from_secs(60);

/// Whether the checks are running, which read much.
pub struct OneAtATime(Arc<Semaphore>);

impl Default for OneAtATime {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(1)))
    }
}

#[get("/operator/status")]
pub async fn status(app: &AppState, user: CurrentUser<'_>) -> Result<Json<ServerStatus>> {
    let counting = app.counting();
    let counted = user
        .read_long(move |conn, session| {
            access::installation(conn, session)?;
            counting(conn)
        })
        .await?;
    Ok(Json(app.status(counted, true).into()))
}

/// The checks of `shared-spaces doctor`.
#[get("/operator/checks")]
pub async fn checks(
    app: &AppState,
    user: CurrentUser<'_>,
    listener: &State<Listener>,
    one: &State<OneAtATime>,
) -> Result<Json<Vec<CheckOutcome>>> {
    user.read(access::installation).await?;
    let permit = Arc::clone(&one.0).try_acquire_owned();
    let permit = permit.map_err(|_| Conflict::ChecksRunning)?;
    let settings = Settings {
        listener: Listener::clone(listener),
        config: (*app.config).clone(),
    };
    let runtime = Handle::current();
    // They read files as they go. They run to their end when nobody waits any more, and until then nobody begins them again.
    let running = tokio::task::spawn_blocking(move || {
        let mut found = Vec::new();
        runtime.block_on(run_checks(&settings, |check| found.push(check)));
        drop(permit);
        found
    });
    let found = match timeout(CHECKS, running).await {
        Ok(found) => found.context("The checks can't be run")?,
        Err(_) => vec![Check::warning(Unchecked::ChecksTooSlow)],
    };
    Ok(Json(found.iter().map(CheckOutcome::from).collect()))
}

#[post("/operator/invitations", data = "<body>")]
pub async fn invite(
    app: &AppState,
    user: CurrentUser<'_>,
    client: &ClientInfo,
    links: Urls,
    body: JsonBody<InviteToAccount>,
) -> Result<Json<AccountInvitation>> {
    let uses = of_spaces::number(body.0.uses.as_ref(), USES);
    let days = of_spaces::number(body.0.days.as_ref(), DAYS);
    let terms = InvitationOptions::parse(Role::Member, uses, days)?;
    let (token, now) = (Token::random()?, app.now());
    let url = links.page_with_secret("invitation", &token);
    let qr = qr::svg(&url)?;
    let made = user
        .write(move |conn, session| {
            let by = access::installation(conn, session)?;
            Act::new(conn, &by, now).invite(None, terms, &token)
        })
        .await?;
    audit::invitation_made(user.at(client), &made);
    Ok(Json(AccountInvitation::new(&made, url, qr)))
}

#[get("/operator/log")]
pub async fn log(caller: Caller<'_>, page: Page, links: Urls) -> Result<JsonPage<LogLine>> {
    let list = caller
        .read(move |conn, session| {
            let by = access::installation(conn, session)?;
            operator_log::list(conn, &by, &page)
        })
        .await?;
    JsonPage::new(&links, "", list, LogLine::from)
}

/// Checks the password of an operator, before what can't be undone. Returns which of theirs it is.
async fn confirm(
    app: &App,
    user: &CurrentUser<'_>,
    client: &ClientInfo,
    given: String,
) -> Result<PasswordVersion> {
    // First, so that nobody else is told whether a password is right.
    user.read(access::installation).await?;
    check_password(app, user, client, given).await
}
