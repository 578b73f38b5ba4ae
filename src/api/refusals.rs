//! Which refusals an operator has to know of: limits that were met, and pages that aren't taken for ours.

use rocket::request::Request;

use super::visitor::Visitor;
use crate::app::App;
use crate::error::Error;
use crate::record;

/// Writes a line about a refusal, where it is one of these: of the same kind and from the same address one a minute.
pub fn record(error: &Error, request: &Request<'_>) {
    let is_limit = error.status() == 429;
    let is_cross_origin = matches!(error, Error::CrossOrigin);
    let Some(app) = request
        .rocket()
        .state::<App>()
        .filter(|_| is_limit || is_cross_origin)
    else {
        return;
    };
    let visitor = Visitor::of(app, request);
    let address = visitor.address;
    if !app.seldom.is_due(address, error.code()) {
        return;
    }
    if is_limit {
        // Not the path, in which a stranger could write what they like.
        let route = request
            .route()
            .map_or_else(String::new, |route| route.uri.to_string());
        record::limit_met(address, &format!("{} {route}", request.method()));
    } else {
        let page = request.headers().get_one("Origin").unwrap_or_default();
        let site = request.headers().get_one("Sec-Fetch-Site");
        record::cross_origin(
            address,
            page,
            &visitor.origin,
            advice(page, site, app, &visitor.origin),
        );
    }
}

/// What most likely lies behind it, if the page is ours after all.
fn advice(page: &str, site: Option<&str>, app: &App, own: &str) -> &'static str {
    let host = |origin: &str| {
        let (_, host) = origin.split_once("://")?;
        Some(
            host.rsplit_once(':')
                .map_or(host, |(host, _)| host)
                .to_owned(),
        )
    };
    if site.is_some() {
        "the browser says that the page is of another site"
    } else if app.config.public_url.is_some() {
        "people come by another address than public_url: set it to theirs"
    } else if host(page).is_some_and(|page| Some(page) == host(own)) {
        "a proxy in front passes the host on without its port: in nginx, say proxy_set_header Host $http_host, or set \
         public_url to the address by which people come"
    } else {
        "if the page is ours, a proxy in front passes another host on: set public_url to the address by which people come"
    }
}
