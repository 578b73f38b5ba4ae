//! The method with which a request was sent, whatever Rocket makes of it on the way.

use rocket::http::Method;
use rocket::request::{FromRequest, Outcome, Request};

struct Sent(Method);

/// Whether only the head of a response is requested, which must change nothing, even where a `GET` does.
pub struct ForHead(pub bool);

#[rocket::async_trait]
impl<'r> FromRequest<'r> for ForHead {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        Outcome::Success(Self(is_head(request)))
    }
}

/// Keeps the method that the request has now, unless one is kept already.
pub fn remember(request: &Request<'_>) {
    request.local_cache(|| Sent(request.method()));
}

/// Whether the client requests only the head of the response. Rocket then uses the route for `GET`.
pub fn is_head(request: &Request<'_>) -> bool {
    request.local_cache(|| Sent(request.method())).0 == Method::Head
}
