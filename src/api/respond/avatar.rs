//! The picture of a user or a space as a response.

use std::io::Cursor;

use rocket::http::ContentType;
use rocket::request::Request;
use rocket::response::{Responder, Response};

/// A JPEG that may be kept for as long as its link holds: another picture has another link.
pub struct AvatarImage {
    jpeg: Vec<u8>,
    /// The seconds for which the link still holds.
    remaining: i64,
}

impl AvatarImage {
    /// The picture, by a link that still holds for this many seconds.
    pub fn new(jpeg: Vec<u8>, remaining: i64) -> Self {
        Self { jpeg, remaining }
    }
}

impl<'r> Responder<'r, 'static> for AvatarImage {
    fn respond_to(self, _: &'r Request<'_>) -> rocket::response::Result<'static> {
        let cache = format!("private, immutable, max-age={}", self.remaining);
        Response::build()
            .header(ContentType::JPEG)
            .raw_header("Cache-Control", cache)
            .sized_body(self.jpeg.len(), Cursor::new(self.jpeg))
            .ok()
    }
}
