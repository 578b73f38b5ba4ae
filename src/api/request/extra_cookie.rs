//! A cookie that a response carries after that of the session. Rocket's own jar would put them in any order, and some
//! clients read only the first.

use std::sync::{Mutex, MutexGuard, PoisonError};

use rocket::http::Cookie;
use rocket::request::Request;

/// The cookie to add to the response, once there is one.
#[derive(Default)]
pub struct ExtraCookie(Mutex<Option<Cookie<'static>>>);

impl ExtraCookie {
    /// That of the response to this request.
    pub fn of<'r>(request: &'r Request<'_>) -> &'r Self {
        request.local_cache(Self::default)
    }

    /// Sets the cookie.
    pub fn set(&self, cookie: Cookie<'static>) {
        *self.lock() = Some(cookie);
    }

    /// Takes the cookie, to send it.
    pub fn take(&self) -> Option<Cookie<'static>> {
        self.lock().take()
    }

    fn lock(&self) -> MutexGuard<'_, Option<Cookie<'static>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
