//! Who sends a request: their session, by bearer token or by cookie.

use std::sync::Arc;
use std::time::Duration;

use rocket::http::Method;
use rocket::outcome::try_outcome;
use rocket::request::{FromRequest, Outcome, Request};

use crate::api::extract::session_cookie::SessionCookie;
use crate::api::request::client_info::ClientInfo;
use crate::api::request::headers;
use crate::api::request::refusal::reject;
use crate::api::request::{AppState, page_origin};
use crate::app::App;
use crate::clock::Timestamp;
use crate::db::Connection;
use crate::domain::ids::SessionId;
use crate::domain::sessions::{self, Session};
use crate::domain::tokens::Token;
use crate::domain::users::User;
use crate::error::{Conflict, Denied, Result};
use crate::logging::audit::By;

/// The sender of a request that only reads. Who they are is looked up in the snapshot that answers the request: that costs no
/// read of its own, and nothing changes in between.
pub struct Caller<'r> {
    app: &'r App,
    proof: Arc<Proof>,
    cookie: SessionCookie<'r>,
}

impl<'r> Caller<'r> {
    fn of(app: &'r App, request: &'r Request<'_>) -> Self {
        let cookie = SessionCookie::of(app, request);
        Self {
            app,
            proof: Arc::new(Proof::of(app, request, &cookie)),
            cookie,
        }
    }

    /// Looks up who they are and does `work` for them, in one snapshot.
    ///
    /// # Errors
    /// They aren't signed in, or the request isn't theirs; what `work` returns.
    pub async fn read<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&Connection, &Session) -> Result<T> + Send + 'static,
    {
        if self.proof.tokens.is_empty() {
            return Err(Denied::Unauthorized { token: false }.into());
        }
        let (now, lifetime) = (self.app.now(), self.app.config.sessions.lifetime);
        let proof = Arc::clone(&self.proof);
        let first = self
            .app
            .db
            .read(move |conn| {
                let (session, token) = proof.find(conn, now, lifetime)?;
                if session.is_stale(now) {
                    return Ok(Err((session.id(), token.clone(), work)));
                }
                work(conn, &session).map(Ok)
            })
            .await?;
        let (session, token, work) = match first {
            Ok(done) => return Ok(done),
            Err(stale) => stale,
        };
        // First, so that what is read includes this use.
        self.touch(session, &token, now).await;
        let proof = Arc::clone(&self.proof);
        let again = self.app.db.read(move |conn| {
            let (session, _) = proof.find(conn, now, lifetime)?;
            work(conn, &session)
        });
        again.await
    }

    /// Records that a session was used, and moves the end of a browser's cookie with it.
    async fn touch(&self, session: SessionId, token: &Token, now: Timestamp) {
        let touched = self
            .app
            .db
            .write(move |conn| Ok(sessions::touch(conn, session, now)?));
        match touched.await {
            Ok(()) if self.proof.by_cookie => self.cookie.set(token.as_str().to_owned()),
            Ok(()) => {}
            // Who only reads can do so while nothing can be written; the next request tries again.
            Err(error) => tracing::warn!(?error, "could not update session last-used time"),
        }
    }
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Caller<'r> {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        let app = try_outcome!(request.guard::<&AppState>().await);
        request.local_cache(|| IsLookedUpLater(true));
        Outcome::Success(Self::of(app, request))
    }
}

/// Whether a request has a [`Caller`].
struct IsLookedUpLater(bool);

/// Looks up the sender of a request unless that was done. A request that is refused before its snapshot, such as for an invalid
/// cursor, is refused for its sender first.
///
/// # Errors
/// They aren't signed in, or the request isn't theirs.
pub async fn check_caller(app: &App, request: &Request<'_>) -> Result<()> {
    if request.local_cache(|| IsLookedUpLater(false)).0 {
        Caller::of(app, request).read(|_, _| Ok(())).await?;
    }
    Ok(())
}

/// The sender of a request that changes something. They are looked up before its body is read, so that strangers' bodies are
/// not held and strangers don't queue to write, and again in the transaction that acts for them.
pub struct CurrentUser<'r> {
    app: &'r App,
    pub user: User,
    pub session: SessionId,
    /// Whether only a cookie proves it, which a browser also sends for other sites' pages.
    pub by_cookie: bool,
}

impl CurrentUser<'_> {
    /// As the log names them.
    pub fn at(&self, client: &ClientInfo) -> By<'_> {
        By::User(client.address, &self.user)
    }

    /// Reads for them, in a snapshot in which they are still signed in.
    ///
    /// # Errors
    /// Their session has ended meanwhile; what `work` returns.
    pub async fn read<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&Connection, &Session) -> Result<T> + Send + 'static,
    {
        let confirm = self.confirm();
        let db = &self.app.db;
        db.read(move |conn| work(conn, &confirm(conn)?)).await
    }

    /// As [`Self::read`], for what takes long.
    ///
    /// # Errors
    /// As [`Self::read`].
    pub async fn read_long<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&Connection, &Session) -> Result<T> + Send + 'static,
    {
        let confirm = self.confirm();
        let db = &self.app.db;
        db.read_long(move |conn| work(conn, &confirm(conn)?)).await
    }

    /// Writes for them, in a transaction in which they are still signed in.
    ///
    /// # Errors
    /// Their session has ended meanwhile; what `work` returns.
    pub async fn write<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&Connection, &Session) -> Result<T> + Send + 'static,
    {
        let confirm = self.confirm();
        let db = &self.app.db;
        db.write(move |conn| work(conn, &confirm(conn)?)).await
    }

    /// As [`Self::write`], for what frees space: see [`crate::db::Db::write_making_room`].
    ///
    /// # Errors
    /// Their session has ended meanwhile; what `work` returns.
    pub async fn write_making_room<T, F>(&self, mut work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnMut(&Connection, &Session) -> Result<T> + Send + 'static,
    {
        let confirm = self.confirm();
        let db = &self.app.db;
        db.write_making_room(move |conn| work(conn, &confirm(conn)?))
            .await
    }

    fn confirm(&self) -> impl Fn(&Connection) -> Result<Session> + Send + use<> {
        let (now, lifetime) = (self.app.now(), self.app.config.sessions.lifetime);
        let session = self.session;
        move |conn| sessions::confirm(conn, session, now, lifetime)
    }
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for CurrentUser<'r> {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        let app = try_outcome!(request.guard::<&AppState>().await);
        let caller = Caller::of(app, request);
        let found = caller.read(|_, session| Ok((session.user().clone(), session.id())));
        match found.await {
            Ok((user, session)) => Outcome::Success(Self {
                app,
                user,
                session,
                by_cookie: caller.proof.by_cookie,
            }),
            Err(error) => Outcome::Error(reject(request, error)),
        }
    }
}

/// What a request brings to prove whose it is.
struct Proof {
    tokens: Vec<Token>,
    by_cookie: bool,
    /// Why a cookie alone isn't enough here: another site's page may have sent it.
    cross_origin: Option<Denied>,
    /// The account that the page which sends this was opened for, by its id; each must be that of the session. All windows of a
    /// browser share one cookie: a page that was opened by one person would otherwise act as the next one who signs in, with
    /// what the first has written.
    made_for: Vec<String>,
}

impl Proof {
    fn of(app: &App, request: &Request<'_>, cookie: &SessionCookie<'_>) -> Self {
        let bearer = bearer(request);
        let by_cookie = bearer.is_none();
        let tokens = match bearer {
            Some(token) => vec![Token::given(token)],
            None => cookie.tokens().into_iter().map(Token::given).collect(),
        };
        let is_ours =
            !by_cookie || !changes_state(request.method()) || page_origin::is_ours(app, request);
        Self {
            tokens,
            by_cookie,
            cross_origin: (!is_ours).then(|| page_origin::cross_origin(app, request)),
            made_for: headers::values(request, MADE_FOR)
                .map(str::to_owned)
                .collect(),
        }
    }

    /// The session that is proved, with the token that does.
    fn find(
        &self,
        conn: &Connection,
        now: Timestamp,
        lifetime: Duration,
    ) -> Result<(Session, &Token)> {
        let found = sessions::find_among(conn, &self.tokens, now, lifetime)?;
        let (session, token) = found.ok_or(Denied::Unauthorized { token: true })?;
        if let Some(refusal) = &self.cross_origin {
            return Err(refusal.clone().into());
        }
        let mut made_for = self.made_for.iter();
        if made_for.any(|account| *account != session.user().id.to_string()) {
            return Err(Conflict::OtherAccount.into());
        }
        Ok((session, token))
    }
}

/// The header in which a page names the account that it was opened for.
const MADE_FOR: &str = "Shared-Spaces-User";

/// The token of an `Authorization: Bearer` header. Other schemes are for something else, such as a proxy.
fn bearer<'r>(request: &'r Request<'_>) -> Option<&'r str> {
    headers::values(request, "Authorization").find_map(|value| {
        let (scheme, token) = value.trim().split_once(' ').unwrap_or((value.trim(), ""));
        scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
    })
}

fn changes_state(method: Method) -> bool {
    !matches!(method, Method::Get | Method::Head | Method::Options)
}
