//! Who asks: the session, by bearer token or by cookie.

use rocket::State;
use rocket::http::{Method, Status};
use rocket::outcome::try_outcome;
use rocket::request::{FromRequest, Outcome, Request};

use crate::api::extract::client_info::ClientInfo;
use crate::api::extract::session_cookie::SessionCookie;
use crate::api::respond::problem::refuse;
use crate::api::respond::refusals;
use crate::app::App;
use crate::domain::ids::SessionId;
use crate::domain::sessions::{self, Session};
use crate::domain::tokens::Token;
use crate::domain::users::User;
use crate::error::{Error, Result};
use crate::logging::audit::By;

/// Somebody signed in.
pub struct CurrentUser {
    pub user: User,
    pub session: SessionId,
    /// Whether only a cookie proves it, which a browser also sends for other sites' pages.
    pub by_cookie: bool,
}

impl CurrentUser {
    /// As the log names them.
    pub fn at(&self, visitor: &ClientInfo) -> By<'_> {
        By::User(visitor.address, &self.user)
    }
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for CurrentUser {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        let app = try_outcome!(request.guard::<&State<App>>().await);
        match authenticate(app, request).await {
            Ok(user) => Outcome::Success(user),
            Err(error) => Outcome::Error((refuse(request, error), ())),
        }
    }
}

/// The application, as handlers get it.
pub type AppState = State<App>;

async fn authenticate(app: &App, request: &Request<'_>) -> Result<CurrentUser> {
    let bearer = bearer(request);
    let by_cookie = bearer.is_none();
    let cookie = SessionCookie::of(app, request);
    let held = match bearer {
        Some(token) => vec![Token::given(&token)],
        None => cookie.tokens().into_iter().map(Token::given).collect(),
    };
    if held.is_empty() {
        return Err(Error::Unauthorized { token: false });
    }

    let (now, lifetime) = (app.now(), app.config.sessions.lifetime());
    let found = app
        .db
        .read(move |conn| Ok(sessions::find_among(conn, held, now, lifetime)?))
        .await?;
    let (session, token) = found.ok_or(Error::Unauthorized { token: true })?;
    if by_cookie && changes_state(request.method()) && !is_same_origin(app, request) {
        return Err(refusals::cross_origin(app, request));
    }
    if !is_meant_for(&session.user, request) {
        return Err(Error::OtherAccount);
    }
    if session.is_stale(now) {
        let id = session.id;
        let touched = app
            .db
            .write(move |conn| Ok(sessions::touch(conn, id, now)?))
            .await;
        match touched {
            Ok(()) if by_cookie => cookie.set(token.as_str().to_owned()),
            Ok(()) => {}
            // Who only reads can do so while nothing can be written; the next request tries again.
            Err(error) => tracing::warn!("the use of a session can't be written down: {error:?}"),
        }
    }
    let Session { id, user, .. } = session;
    Ok(CurrentUser {
        user,
        session: id,
        by_cookie,
    })
}

/// The token of an `Authorization: Bearer` header. Other schemes are somebody else's, such as a proxy's.
fn bearer(request: &Request<'_>) -> Option<String> {
    request.headers().get("Authorization").find_map(|value| {
        let (scheme, token) = value.trim().split_once(' ').unwrap_or((value.trim(), ""));
        scheme
            .eq_ignore_ascii_case("bearer")
            .then(|| token.trim().to_owned())
    })
}

fn changes_state(method: Method) -> bool {
    !matches!(method, Method::Get | Method::Head | Method::Options)
}

/// The header in which a page names the account that it was opened for, by its id.
const MADE_FOR: &str = "Shared-Spaces-User";

/// Whether the request is made for this account. All windows of a browser share one cookie: a page that was opened by
/// one person would otherwise act as the next one who signs in, with what the first has written.
fn is_meant_for(user: &User, request: &Request<'_>) -> bool {
    let mut named = request.headers().get(MADE_FOR);
    named.all(|id| id == user.id.to_string())
}

/// Whether the page that sends this is ours: by the browser's own word, else by the origin that it names.
fn is_same_origin(app: &App, request: &Request<'_>) -> bool {
    if let Some(site) = request.headers().get_one("Sec-Fetch-Site") {
        return site == "same-origin";
    }
    let Some(origin) = request.headers().get_one("Origin") else {
        return false;
    };
    let own = &ClientInfo::of(app, request).origin;
    if app.config.public_url.is_some() {
        return origin == own.as_str();
    }
    // Whether a proxy in front speaks HTTPS isn't known here, so the hosts are compared and not the schemes.
    host(origin).is_some_and(|origin| Some(origin) == host(own))
}

fn host(origin: &str) -> Option<&str> {
    origin.split_once("://").map(|(_, host)| host)
}

/// The status of a guard's refusal, for guards in other files.
pub fn reject(request: &Request<'_>, error: Error) -> (Status, ()) {
    (refuse(request, error), ())
}
