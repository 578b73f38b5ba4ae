//! Listing and ending the sessions of a user.

use std::convert::Infallible;

use rocket::request::{FromRequest, Outcome, Request};
use rocket::response::status::NoContent;
use rocket::{delete, get};

use crate::api::extract::current_user::{Caller, CurrentUser};
use crate::api::extract::session_cookie::SessionCookie;
use crate::api::request::AppState;
use crate::api::request::headers;
use crate::api::respond::json_page::JsonPage;
use crate::api::views::sessions::Session;
use crate::api::views::urls::Urls;
use crate::domain::ids::{RawId, SessionId};
use crate::domain::page::Page;
use crate::domain::sessions::{self, Device};
use crate::error::Result;

#[get("/sessions")]
pub async fn list(
    app: &AppState,
    caller: Caller<'_>,
    page: Page,
    links: Urls,
) -> Result<JsonPage<Session>> {
    let (now, lifetime) = (app.now(), app.config.sessions.lifetime);
    let list = caller
        .read(move |conn, session| sessions::list(conn, session, &page, now, lifetime))
        .await?;
    JsonPage::new(&links, "", list, Session::from)
}

#[delete("/sessions/<id>")]
pub async fn revoke(
    cookie: SessionCookie<'_>,
    user: CurrentUser<'_>,
    id: RawId<SessionId>,
) -> Result<NoContent> {
    let revoked = user
        .write_making_room(move |conn, session| sessions::revoke_own(conn, session, &id))
        .await?;
    if revoked == user.session {
        cookie.remove();
    }
    Ok(NoContent)
}

/// Signs out everywhere else.
#[delete("/sessions")]
pub async fn revoke_others(user: CurrentUser<'_>) -> Result<NoContent> {
    user.write_making_room(|conn, session| {
        let (owner, current) = (session.user().id, session.id());
        Ok(sessions::revoke_all(conn, owner, Some(current))?)
    })
    .await?;
    Ok(NoContent)
}

/// What a browser or app says of itself.
pub struct UserAgent(pub Option<Device>);

#[rocket::async_trait]
impl<'r> FromRequest<'r> for UserAgent {
    type Error = Infallible;

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, Infallible> {
        let header = headers::first(request, "User-Agent");
        Outcome::Success(Self(header.and_then(Device::of)))
    }
}
