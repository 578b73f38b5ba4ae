//! What has been created, and where it is.

use rocket::Responder;
use rocket::http::Header;
use rocket::serde::json::Json;

/// Something new, with its location (RFC 9110, section 15.3.2).
#[derive(Responder)]
#[response(status = 201)]
pub struct Created<T> {
    body: Json<T>,
    location: Header<'static>,
}

impl<T> Created<T> {
    /// `path`: where it is on this server.
    pub fn new(body: T, path: String) -> Self {
        Self {
            body: Json(body),
            location: Header::new("Location", path),
        }
    }
}
