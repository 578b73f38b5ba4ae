//! Which refusals are logged: those that the server's configuration most likely causes, and exceeded limits.

use rocket::request::Request;

use crate::api::request::client_info::ClientInfo;
use crate::api::request::headers;
use crate::api::request::page_origin::cause;
use crate::app::App;
use crate::error::{Denied, Error};
use crate::logging::audit;

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
        let page = headers::first(request, "Origin").unwrap_or_default();
        let advice = if is_insecure {
            "public_url says HTTPS, and people come by HTTP: lead them to it, or set public_url to how they come"
        } else {
            cause(app, request).advice()
        };
        audit::cross_origin(address, page, &client.base_url, advice);
    }
}
