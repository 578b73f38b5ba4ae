//! The method of a request is the one that it was sent with, whatever Rocket makes of it on the way.

use rocket::fairing::{Fairing, Info, Kind};
use rocket::http::{Method, RawStr};
use rocket::{Data, Request};

use crate::api::request::original_method;

/// Remembers the method, and undoes what Rocket does with forms: a `POST` whose first field is `_method` would become any other method.
pub struct OriginalMethod;

#[rocket::async_trait]
impl Fairing for OriginalMethod {
    fn info(&self) -> Info {
        Info {
            name: "Method as it was sent",
            kind: Kind::Request,
        }
    }

    async fn on_request(&self, request: &mut Request<'_>, data: &mut Data<'_>) {
        original_method::remember(request);
        if !request.content_type().is_some_and(|kind| kind.is_form()) {
            return;
        }
        let start = data.peek("_method=delete".len()).await;
        let first = std::str::from_utf8(start)
            .unwrap_or_default()
            .split('&')
            .next()
            .unwrap_or_default();
        let named = first
            .split_once('=')
            .filter(|(name, _)| *name == "_method")
            .map(|(_, value)| value);
        let method =
            named.and_then(|value| RawStr::new(value).url_decode().ok()?.parse::<Method>().ok());
        if method == Some(request.method()) {
            request.set_method(Method::Post);
        }
    }
}
