//! The bytes of a photo or a film, or the way to them.

use std::time::Duration;

use rocket::Responder;
use rocket::http::Header;

use super::range::{CachePolicy, Content};

/// A photo on its way out: from here, or from where the store says.
#[derive(Responder)]
pub enum Photo {
    Stream(Content),
    Redirect(Redirection),
}

/// The way to a photo that the store itself hands out.
#[derive(Responder)]
#[response(status = 302)]
pub struct Redirection {
    body: (),
    location: Header<'static>,
    cache: Header<'static>,
}

impl Redirection {
    /// `expires_in`: how long the store's link does.
    pub fn new(url: String, expires_in: Duration, cache: CachePolicy) -> Self {
        // A client must not reuse a cached redirect after the store's link has expired.
        let seconds = i64::try_from(expires_in.as_secs() / 2)
            .unwrap_or(0)
            .min(cache.seconds());
        let cache = Header::new("Cache-Control", format!("private, max-age={seconds}"));
        Self {
            body: (),
            location: Header::new("Location", url),
            cache,
        }
    }
}
