//! Where somebody is signed in, and ending it there.

use std::convert::Infallible;

use rocket::request::{FromRequest, Outcome, Request};
use rocket::response::status::NoContent;
use rocket::{delete, get};

use crate::api::extract::current_user::{AppState, CurrentUser};
use crate::api::extract::params::JsonPage;
use crate::api::extract::session_cookie::SessionCookie;
use crate::api::respond::urls::Urls;
use crate::domain::ids::{RawId, SessionId};
use crate::domain::page::Page;
use crate::domain::sessions::{self, Device};
use crate::error::Result;

#[get("/sessions")]
pub async fn list(app: &AppState, user: CurrentUser, page: Page, links: Urls) -> Result<JsonPage> {
    let (now, lifetime) = (app.now(), app.config.sessions.lifetime());
    let piece = app.db.read(move |conn| {
        JsonPage::write(&links, None, |rows| {
            let (owner, current) = (user.user.id, user.session);
            sessions::list(conn, owner, current, &page, now, lifetime, |row| {
                rows.push(&row)
            })
        })
    });
    piece.await
}

#[delete("/sessions/<id>")]
pub async fn revoke(
    app: &AppState,
    cookie: SessionCookie<'_>,
    user: CurrentUser,
    id: RawId<SessionId>,
) -> Result<NoContent> {
    let revoked = app
        .db
        .write_making_room(move |conn| sessions::revoke_own(conn, user.user.id, &id))
        .await?;
    if revoked == user.session {
        cookie.remove();
    }
    Ok(NoContent)
}

/// Signs out everywhere else.
#[delete("/sessions")]
pub async fn revoke_others(app: &AppState, user: CurrentUser) -> Result<NoContent> {
    app.db
        .write_making_room(move |conn| {
            Ok(sessions::revoke_all(
                conn,
                user.user.id,
                Some(user.session),
            )?)
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
        let header = request.headers().get_one("User-Agent");
        Outcome::Success(Self(header.and_then(Device::of)))
    }
}
