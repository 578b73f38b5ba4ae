//! Why a guard refused: Rocket drops a guard's error on its way to the catcher, so it is kept with the request.

use std::sync::Mutex;

use rocket::http::Status;
use rocket::request::Request;

use crate::error::Error;

#[derive(Default)]
struct Refusal(Mutex<Option<Error>>);

/// Keeps the error of a guard for the catcher, and returns the status that leads there.
pub fn refuse(request: &Request<'_>, error: Error) -> Status {
    let status = Status::new(error.status());
    if let Ok(mut refusal) = request.local_cache(Refusal::default).0.lock() {
        *refusal = Some(error);
    }
    status
}

/// As [`refuse`], in the form in which a guard fails.
pub fn reject(request: &Request<'_>, error: Error) -> (Status, ()) {
    (refuse(request, error), ())
}

/// The error of the guard that refused this request, if one did.
pub fn take(request: &Request<'_>) -> Option<Error> {
    let kept = request.local_cache(Refusal::default).0.lock();
    kept.ok().and_then(|mut refusal| refusal.take())
}
