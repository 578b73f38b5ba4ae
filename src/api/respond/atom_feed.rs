//! A feed as a response. Feed readers ask again and again, and get it only if it has changed.

use std::io::Cursor;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rocket::http::Status;
use rocket::request::Request;
use rocket::response::{Responder, Response};
use sha2::{Digest, Sha256};

use crate::api::request::headers;
use crate::api::respond::large;
use crate::api::respond::range::etag_matches;

/// An Atom document.
pub struct AtomFeed(pub Vec<u8>);

impl<'r> Responder<'r, 'static> for AtomFeed {
    fn respond_to(self, request: &'r Request<'_>) -> rocket::response::Result<'static> {
        let Self(xml) = self;
        let etag = format!("\"{}\"", URL_SAFE_NO_PAD.encode(Sha256::digest(&xml)));
        let mut response = Response::build();
        response
            .raw_header("ETag", etag.clone())
            .raw_header("Cache-Control", "private, no-cache")
            // The address is a secret: nobody who comes upon it should list it.
            .raw_header("X-Robots-Tag", "noindex");
        let known = headers::first(request, "If-None-Match");
        if known.is_some_and(|known| etag_matches(&etag, known)) {
            return response.status(Status::NotModified).ok();
        }
        if let Err(busy) = large::reserve(request, xml.len()) {
            return busy.respond_to(request);
        }
        response
            .raw_header("Content-Type", "application/atom+xml; charset=utf-8")
            .sized_body(xml.len(), Cursor::new(xml))
            .ok()
    }
}
