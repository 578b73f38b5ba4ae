//! The cookie of a session.

use rocket::State;
use rocket::http::private::cookie::CookieBuilder;
use rocket::http::{Cookie, CookieJar, SameSite};
use rocket::outcome::try_outcome;
use rocket::request::{FromRequest, Outcome, Request};
use rocket::time::Duration;

use super::visitor::Visitor;
use crate::app::App;

/// Its name where HTTPS isn't known of.
const PLAIN: &str = "session";
/// Its name on HTTPS: browsers take it from this very host only, by HTTPS only, and no neighbour can plant one.
const HOST_ONLY: &str = "__Host-session";

/// What it is called.
pub fn name(is_https: bool) -> &'static str {
    if is_https { HOST_ONLY } else { PLAIN }
}

/// The cookie that holds a session's token, in the browser of the one who asks.
pub struct SessionCookie<'r> {
    jar: &'r CookieJar<'r>,
    is_https: bool,
    lifetime: Duration,
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for SessionCookie<'r> {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        let app = try_outcome!(request.guard::<&State<App>>().await);
        Outcome::Success(Self::of(app, request))
    }
}

impl<'r> SessionCookie<'r> {
    /// The cookie of this request.
    pub fn of(app: &App, request: &'r Request<'_>) -> Self {
        Self {
            jar: request.cookies(),
            is_https: Visitor::of(app, request).is_https,
            lifetime: Duration::days(i64::from(app.config.sessions.lifetime_days)),
        }
    }

    /// The token that came with the request. On HTTPS, a cookie under the plain name is not taken: a page of a neighbouring
    /// host could have set it. Whoever had one signs in once more.
    pub fn token(&self) -> Option<String> {
        self.jar
            .get(self.name())
            .map(|cookie| cookie.value().to_owned())
    }

    /// Gives a browser its session, or moves the end of the one that it has.
    pub fn set(&self, token: String) {
        self.jar
            .add(self.with(self.name(), token).max_age(self.lifetime));
        self.forget_plain();
    }

    /// Takes the session from a browser.
    pub fn remove(&self) {
        self.jar.remove(self.with(self.name(), String::new()));
        self.forget_plain();
    }

    /// What was set before HTTPS came would else stay in the browser for nothing.
    fn forget_plain(&self) {
        if self.is_https && self.jar.get(PLAIN).is_some() {
            self.jar.remove(self.with(PLAIN, String::new()));
        }
    }

    fn name(&self) -> &'static str {
        name(self.is_https)
    }

    fn with(&self, name: &'static str, token: String) -> CookieBuilder<'static> {
        Cookie::build((name, token))
            .path("/")
            .http_only(true)
            .same_site(SameSite::Lax)
            .secure(self.is_https)
    }
}
