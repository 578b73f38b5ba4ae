//! Responses with the version of a share.

use rocket::Responder;
use rocket::http::Header;

/// A body with the version of the share that it is of, or that it has changed: a client sends it back in `If-Match`.
#[derive(Responder)]
pub struct Versioned<T> {
    body: T,
    etag: Header<'static>,
}

impl<T> Versioned<T> {
    /// `version`: its name.
    pub fn new(body: T, version: &str) -> Self {
        Self {
            body,
            etag: Header::new("ETag", format!("\"{version}\"")),
        }
    }
}
