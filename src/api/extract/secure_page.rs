//! A page where a user can sign in and stay signed in.

use rocket::outcome::try_outcome;
use rocket::request::{FromRequest, Outcome, Request};

use crate::api::request::AppState;
use crate::api::request::headers;
use crate::api::request::page_origin::host;
use crate::api::request::refusal::reject;
use crate::app::App;
use crate::error::{Denied, Error};

/// Hosts of this machine, for which browsers keep HTTPS cookies over HTTP.
const LOCAL: [&str; 3] = ["localhost", "127.0.0.1", "[::1]"];

/// Refuses a page that came by HTTP where the session is for HTTPS: browsers drop its cookie, and people would be told,
/// after the right password, that they aren't signed in.
pub struct KeepsSessions;

#[rocket::async_trait]
impl<'r> FromRequest<'r> for KeepsSessions {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        let app = try_outcome!(request.guard::<&AppState>().await);
        match insecure_page(app, request) {
            Some(error) => Outcome::Error(reject(request, error)),
            None => Outcome::Success(Self),
        }
    }
}

fn insecure_page(app: &App, request: &Request<'_>) -> Option<Error> {
    let url = app
        .config
        .public_url
        .as_ref()
        .filter(|_| app.config.is_https())?;
    let origin = headers::first(request, "Origin")?;
    let host = host(origin).filter(|_| origin.starts_with("http://"))?;
    // Pages of others hold a bearer token and no cookie.
    let is_others = app.config.cors_origins.iter().any(|other| other == origin);
    (!is_others && !LOCAL.contains(&host)).then(|| Denied::NotByHttps { url: url.clone() }.into())
}
