//! Whether the page that sends a request is ours, and what most likely causes that it isn't taken for ours.

use rocket::request::Request;

use super::client_info::ClientInfo;
use crate::api::request::headers;
use crate::app::App;
use crate::config::public_url;
use crate::error::{Denied, Origin};

/// Whether the page that sends this request is ours: as the browser says, otherwise by the origin that it names.
pub fn is_ours(app: &App, request: &Request<'_>) -> bool {
    if let Some(site) = headers::first(request, "Sec-Fetch-Site") {
        return site == "same-origin";
    }
    let Some(origin) = headers::first(request, "Origin") else {
        return false;
    };
    let own = public_url::origin(&ClientInfo::of(app, request).base_url);
    if app.config.public_url.is_some() {
        return origin == own;
    }
    // Whether a proxy in front speaks HTTPS isn't known here, so the hosts are compared and not the schemes.
    authority(origin).is_some_and(|origin| Some(origin) == authority(own))
}

/// The refusal of a page that isn't taken for ours.
pub fn cross_origin(app: &App, request: &Request<'_>) -> Denied {
    let reason = match cause(app, request) {
        Cause::HostHidden => Origin::HostHidden,
        _ => Origin::OtherSite,
    };
    Denied::CrossOrigin { reason }
}

/// The most likely reason why a page isn't recognised as ours.
#[derive(Clone, Copy)]
pub enum Cause {
    Foreign,
    PublicUrl,
    HostHidden,
    Unknown,
}

/// The cause that the headers and the settings suggest.
pub fn cause(app: &App, request: &Request<'_>) -> Cause {
    if headers::first(request, "Sec-Fetch-Site").is_some() {
        return Cause::Foreign;
    }
    if app.config.public_url.is_some() {
        return Cause::PublicUrl;
    }
    let page = headers::first(request, "Origin").and_then(host);
    if page.is_some() && page == host(&ClientInfo::of(app, request).base_url) {
        return Cause::HostHidden;
    }
    Cause::Unknown
}

impl Cause {
    /// What the operator should do about it.
    pub fn advice(self) -> &'static str {
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

/// The host of an origin, without its port.
pub fn host(origin: &str) -> Option<&str> {
    let authority = authority(origin)?;
    match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => Some(host),
        _ => Some(authority),
    }
}

/// The host of an origin, with its port.
fn authority(origin: &str) -> Option<&str> {
    origin.split_once("://").map(|(_, authority)| authority)
}
