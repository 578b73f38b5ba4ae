//! Errors that are most likely caused by the server's configuration, and which of all errors are logged.

use rocket::http::Status;
use rocket::request::{FromRequest, Outcome, Request};

use crate::api::extract::client_info::ClientInfo;
use crate::api::extract::current_user::{AppState, reject};
use crate::app::App;
use crate::error::{Denied, Error, Origin};
use crate::logging::audit;

/// Hosts of this machine, for which browsers keep by HTTP what is meant for HTTPS.
const LOCAL: [&str; 3] = ["localhost", "127.0.0.1", "[::1]"];

/// The refusal of a page that isn't taken for ours.
pub fn cross_origin(app: &App, request: &Request<'_>) -> Denied {
    let reason = match cause(app, request) {
        Cause::HostHidden => Origin::HostHidden,
        _ => Origin::OtherSite,
    };
    Denied::CrossOrigin { reason }
}

/// A page in which somebody can sign in and stay so: not one that came by HTTP where the session is for HTTPS, because
/// browsers throw that away and people are told, after the right password, that they aren't signed in.
pub struct KeepsSessions;

#[rocket::async_trait]
impl<'r> FromRequest<'r> for KeepsSessions {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        let app = rocket::outcome::try_outcome!(request.guard::<&AppState>().await);
        let refusal = insecure_page(app, request).map(|error| reject(request, error));
        refusal.map_or(Outcome::Success(Self), |refusal: (Status, ())| {
            Outcome::Error(refusal)
        })
    }
}

fn insecure_page(app: &App, request: &Request<'_>) -> Option<Error> {
    let url = app
        .config
        .public_url
        .as_ref()
        .filter(|_| app.config.is_https())?;
    let origin = request.headers().get_one("Origin")?;
    let host = host(origin).filter(|_| origin.starts_with("http://"))?;
    // Pages of others hold a bearer token and no cookie.
    let is_others = app.config.cors_origins.iter().any(|other| other == origin);
    (!is_others && !LOCAL.contains(&host)).then(|| Denied::NotByHttps { url: url.clone() }.into())
}

/// The host of an origin, without its port.
fn host(origin: &str) -> Option<&str> {
    let (_, host) = origin.split_once("://")?;
    match host.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => Some(host),
        _ => Some(host),
    }
}

/// What most likely lies behind a page that isn't taken for ours.
#[derive(Clone, Copy)]
enum Cause {
    Foreign,
    PublicUrl,
    HostHidden,
    Unknown,
}

fn cause(app: &App, request: &Request<'_>) -> Cause {
    if request.headers().get_one("Sec-Fetch-Site").is_some() {
        return Cause::Foreign;
    }
    if app.config.public_url.is_some() {
        return Cause::PublicUrl;
    }
    let page = request.headers().get_one("Origin").and_then(host);
    if page.is_some() && page == host(&ClientInfo::of(app, request).origin) {
        return Cause::HostHidden;
    }
    Cause::Unknown
}

impl Cause {
    fn advice(self) -> &'static str {
        match self {
            Self::Foreign => "the browser says that the page is of another site",
            Self::PublicUrl => "people come by another address than public_url: set it to theirs",
            Self::HostHidden => {
                "a proxy in front passes the host on without its port: in nginx, say proxy_set_header Host $http_host, or \
                 set public_url to the address by which people come"
            }
            Self::Unknown => {
                "if the page is ours, a proxy in front passes another host on: set public_url to the address by which \
                 people come"
            }
        }
    }
}

/// Writes a line about a refusal, where it is one of these: of the same kind and from the same address one a minute.
pub fn record(error: &Error, request: &Request<'_>) {
    let is_limit = error.status() == 429;
    let is_cross_origin = matches!(error, Error::Denied(Denied::CrossOrigin { .. }));
    let is_insecure = matches!(error, Error::Denied(Denied::NotByHttps { .. }));
    let Some(app) = request
        .rocket()
        .state::<App>()
        .filter(|_| is_limit || is_cross_origin || is_insecure)
    else {
        return;
    };
    let client = ClientInfo::of(app, request);
    let address = client.address;
    if !app.seldom.is_due(address, error.code()) {
        return;
    }
    if is_limit {
        // Not the path, in which a stranger could write what they like.
        let route = request
            .route()
            .map_or_else(String::new, |route| route.uri.to_string());
        audit::limit_met(address, &format!("{} {route}", request.method()));
    } else {
        let page = request.headers().get_one("Origin").unwrap_or_default();
        let advice = if is_insecure {
            "public_url says HTTPS, and people come by HTTP: lead them to it, or set public_url to how they come"
        } else {
            cause(app, request).advice()
        };
        audit::cross_origin(address, page, &client.origin, advice);
    }
}
