//! The cookie by which a browser is recognised in which somebody has signed in before: attempts there are counted apart
//! from those of everybody else. It is sent to `/login` only, and signing out leaves it, because it grants no access.

use hmac::Hmac;
use rocket::State;
use rocket::http::{Cookie, SameSite};
use rocket::outcome::try_outcome;
use rocket::request::{FromRequest, Outcome, Request};
use rocket::time::Duration;
use sha2::Sha256;

use crate::api::extract::session_cookie;
use crate::api::request::client_info::ClientInfo;
use crate::api::request::extra_cookie::ExtraCookie;
use crate::api::request::headers;
use crate::app::App;
use crate::clock::Timestamp;
use crate::domain::text::LoginKey;
use crate::error::Result;
use crate::limits::known_browsers::{Browser, BrowserId, DAYS};

/// What this key signs, besides links.
const PURPOSE: &str = "browser";
/// The most cookies of this name that are read.
const READ: usize = 8;

/// The browser of a request, and the proofs of the users who have signed in with it.
pub struct KnownBrowser<'r> {
    response_cookie: &'r ExtraCookie,
    browser: Browser,
    mac: Hmac<Sha256>,
    name: String,
    is_https: bool,
    /// Whether attempts are counted at all.
    matters: bool,
    now: Timestamp,
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for KnownBrowser<'r> {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        let app = try_outcome!(request.guard::<&State<App>>().await);
        let is_https = ClientInfo::of(app, request).is_https;
        let name = name(&app.installation, is_https);
        let headers = headers::values(request, "Cookie");
        let values = headers.flat_map(|header| session_cookie::values(header, &name));
        Outcome::Success(Self {
            response_cookie: ExtraCookie::of(request),
            browser: Browser::read(values.take(READ)),
            mac: app.signing_key.signer().for_purpose(PURPOSE),
            name,
            is_https,
            matters: app.config.rate_limits.enabled,
            now: app.now(),
        })
    }
}

impl KnownBrowser<'_> {
    /// The id of this browser, if this login has been used in it.
    pub fn find(&self, login: &LoginKey) -> Option<BrowserId> {
        self.browser.find(&self.mac, login, self.now)
    }

    /// Records a sign-in with this login, in the browser that was found for it if there was one.
    ///
    /// # Errors
    /// The system has no random numbers.
    pub fn remember(mut self, login: &LoginKey, found: Option<BrowserId>) -> Result<()> {
        if !self.matters {
            return Ok(());
        }
        let id = match found {
            Some(id) => id,
            None => BrowserId::random()?,
        };
        self.browser.add(&self.mac, login, id, self.now);
        let cookie = Cookie::build((self.name, self.browser.to_string()))
            .path("/login")
            .http_only(true)
            .same_site(SameSite::Strict)
            .secure(self.is_https)
            .max_age(Duration::days(DAYS));
        self.response_cookie.set(cookie.build());
        Ok(())
    }
}

/// What it is called. That a neighbouring host can set one doesn't matter, because no proof is good for another login.
fn name(installation: &str, is_https: bool) -> String {
    let prefix = if is_https { "__Secure-" } else { "" };
    format!("{prefix}shared-spaces-{installation}-browser")
}
