//! What tus demands of every request and every response of uploads: the version, also with a refusal, and another method where a
//! client can send no other than `POST`.

use rocket::fairing::{Fairing, Info, Kind};
use rocket::http::{Method, Status};
use rocket::{Data, Request, Response};

use crate::api::extract::incoming::VERSION;
use crate::api::request::headers;

/// Adds the version, and heeds `X-HTTP-Method-Override`.
pub struct Tus;

fn is_upload(request: &Request<'_>) -> bool {
    let mut segments = request.uri().path().raw_segments();
    segments.next().is_some_and(|first| first == "uploads")
}

#[rocket::async_trait]
impl Fairing for Tus {
    fn info(&self) -> Info {
        Info {
            name: "Versions of tus",
            kind: Kind::Request | Kind::Response,
        }
    }

    async fn on_request(&self, request: &mut Request<'_>, _: &mut Data<'_>) {
        if request.method() != Method::Post || !is_upload(request) {
            return;
        }
        let method = match headers::first(request, "X-HTTP-Method-Override") {
            Some("PATCH") => Method::Patch,
            Some("DELETE") => Method::Delete,
            _ => return,
        };
        request.set_method(method);
    }

    async fn on_response<'r>(&self, request: &'r Request<'_>, response: &mut Response<'r>) {
        if !is_upload(request) {
            return;
        }
        response.set_raw_header("Tus-Resumable", VERSION);
        let tells = request.method() == Method::Options;
        if tells || response.status() == Status::PreconditionFailed {
            response.set_raw_header("Tus-Version", VERSION);
        }
    }
}
