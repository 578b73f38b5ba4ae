//! The cookie of a session.
//!
//! The headers are read here and not by Rocket, which decodes names and trims them: under another name that decodes to ours, a
//! neighbouring host could plant a cookie that browsers keep from it under our own.

use rocket::State;
use rocket::http::private::cookie::CookieBuilder;
use rocket::http::{Cookie, CookieJar, SameSite};
use rocket::outcome::try_outcome;
use rocket::request::{FromRequest, Outcome, Request};
use rocket::time::Duration;

use crate::api::request::client_info::ClientInfo;
use crate::api::request::headers;
use crate::app::App;

/// The most cookies of our name that are tried: browsers send one, and one more for each neighbour that sets it.
const TRIED: usize = 8;

/// What the cookie of an installation is called. The digits keep it from those of other servers at the same host, because
/// cookies don't distinguish ports. On HTTPS, browsers accept it from this host and by HTTPS only, so that no neighbour can plant
/// one.
pub fn name(installation: &str, is_https: bool) -> String {
    let prefix = if is_https { "__Host-" } else { "" };
    format!("{prefix}shared-spaces-{installation}")
}

/// The cookie that holds a session's token, in the browser of the client.
pub struct SessionCookie<'r> {
    jar: &'r CookieJar<'r>,
    headers: Vec<&'r str>,
    installation: &'r str,
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
    pub fn of(app: &'r App, request: &'r Request<'_>) -> Self {
        Self {
            jar: request.cookies(),
            headers: headers::values(request, "Cookie").collect(),
            installation: &app.installation,
            is_https: ClientInfo::of(app, request).is_https,
            lifetime: app
                .config
                .sessions
                .lifetime
                .try_into()
                .unwrap_or(Duration::MAX),
        }
    }

    /// The tokens that came with the request. On HTTPS there is at most one: browsers allow no second one of this name,
    /// so where there are two, something is wrong. On plain HTTP every neighbour at the host can set one, and each is tried.
    pub fn tokens(&self) -> Vec<&'r str> {
        let tokens = self.under(&self.name());
        if self.is_https && tokens.len() > 1 {
            return Vec::new();
        }
        tokens
    }

    /// Sets the session cookie of a browser, or extends the one that it has.
    pub fn set(&self, token: String) {
        self.jar
            .add(self.with(self.name(), token).max_age(self.lifetime));
        self.forget_plain();
    }

    /// Takes the session from a browser.
    pub fn remove(&self) {
        self.take(self.name());
        self.forget_plain();
    }

    /// What was set before HTTPS came would else stay in the browser for nothing.
    fn forget_plain(&self) {
        let plain = name(self.installation, false);
        if self.is_https && !self.under(&plain).is_empty() {
            self.take(plain);
        }
    }

    fn take(&self, name: String) {
        let mut cookie = self.with(name, String::new()).build();
        cookie.make_removal();
        self.jar.add(cookie);
    }

    fn name(&self) -> String {
        name(self.installation, self.is_https)
    }

    /// The values under a name, byte for byte.
    fn under(&self, name: &str) -> Vec<&'r str> {
        self.headers
            .iter()
            .flat_map(|header| values(header, name))
            .take(TRIED)
            .collect()
    }

    fn with(&self, name: String, token: String) -> CookieBuilder<'static> {
        Cookie::build((name, token))
            .path("/")
            .http_only(true)
            .same_site(SameSite::Lax)
            .secure(self.is_https)
    }
}

/// The values that a `Cookie` header has under a name (RFC 6265, section 5.4). Around a pair there are spaces and tabs, and no
/// other white space.
pub(super) fn values<'h>(header: &'h str, name: &str) -> impl Iterator<Item = &'h str> {
    header.split(';').filter_map(move |pair| {
        let (key, value) = pair.trim_matches([' ', '\t']).split_once('=')?;
        (key == name).then_some(value)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_compared_byte_for_byte() {
        let found = |header| values(header, "__Host-a").collect::<Vec<_>>();
        assert_eq!(found("__Host-a=1"), ["1"]);
        assert_eq!(found("x=0; __Host-a=1;\t__Host-a=2=3"), ["1", "2=3"]);
        for other in [
            "__%48ost-a=1",
            "\u{a0}__Host-a=1",
            "__Host-a\u{a0}=1",
            "__Host-a =1",
            "__host-a=1",
            "__HOST-a=1",
            "\"__Host-a\"=1",
            "=__Host-a=1",
            "x__Host-a=1",
            "__Host-a",
            "\u{2003}__Host-a=1",
            "__Host-a%20=1",
        ] {
            assert!(found(other).is_empty(), "{other}");
        }
    }
}
