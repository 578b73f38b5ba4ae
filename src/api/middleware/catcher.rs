//! What is answered where no handler has: for guards that refused, and for what no route takes.

use rocket::catch;
use rocket::http::Status;
use rocket::request::Request;

use crate::api::extract::current_user::check_caller;
use crate::api::request::refusal;
use crate::api::respond::problem::allowed_methods;
use crate::app::App;
use crate::error::{Error, Invalid, NotFound};

#[catch(default)]
pub async fn catch(status: Status, request: &Request<'_>) -> Error {
    let Some(refusal) = refusal::take(request) else {
        return unanswered(status, request);
    };
    let Some(app) = request.rocket().state::<App>() else {
        return refusal;
    };
    check_caller(app, request).await.err().unwrap_or(refusal)
}

fn unanswered(status: Status, request: &Request<'_>) -> Error {
    match status.code {
        // Of itself, Rocket answers 400 to a method that it has never heard of.
        400 | 404 | 422 if allowed_methods(request).is_empty() => NotFound::Endpoint.into(),
        400 | 404 | 422 => Invalid::MethodNotAllowed.into(),
        500 => Error::internal(anyhow::anyhow!("a handler panicked")),
        status_code => Invalid::Http {
            status: status_code,
            sentence: status.reason().unwrap_or("The request can't be answered"),
        }
        .into(),
    }
}
